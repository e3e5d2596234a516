"""The bench of the simulation: both ways agree on a small population, and a disagreement is not hidden."""

from __future__ import annotations

import pytest

from shouwang.bench import simulate
from shouwang.kernel.errors import Refused


def test_both_ways_agree() -> None:
    found = simulate.run(households=3_000, scenarios=12)
    assert (found["households"], found["scenarios"], found["equal"]) == (3_000, 12, True)


def test_a_difference_between_the_ways_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate, "NAIVE", simulate.NAIVE.replace("after < z)", "after <= z + 1000000000)", 1))
    with pytest.raises(Refused, match="不一致"):
        simulate.run(households=500, scenarios=2)
