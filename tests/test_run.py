from __future__ import annotations

import pytest

from tests.run import STEPS, asked_for


def test_no_step_named_means_all():
    assert asked_for([]) == list(STEPS)


def test_named_steps_in_their_order():
    assert asked_for(["types", "lint"]) == ["types", "lint"]


def test_unknown_step_is_refused(capsys):
    with pytest.raises(SystemExit):
        asked_for(["lint", "nothing"])
    assert "no such step: nothing" in capsys.readouterr().err
