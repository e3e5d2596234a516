"""The lead set equals the hand-written SQL's, lead for lead, with every value."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.engine.sweep import evaluate
from tests.engine.sweep.conftest import BOOK, COUNTIES, DAY
from tests.engine.sweep.reference import as_set, by_hand


@pytest.mark.parametrize(("day", "line"), [(DAY, 500_000), (dt.date(2020, 1, 31), 500_000), (dt.date(2020, 3, 20), 600_000)])
def test_sweep_equals_the_hand_written_sql_lead_for_lead(golden, day, line):
    ours = as_set(evaluate(golden, *BOOK, asof=day))
    assert ours == by_hand(golden.folder, day, line)


def test_every_rule_has_a_lead_in_the_golden_snapshot(golden):
    """Otherwise the comparison would prove nothing for that rule."""
    found = set(evaluate(golden, *BOOK, asof=DAY).column("rule").to_pylist())
    assert {r.id for r in BOOK[0].rules} - found == set()


def test_counties_and_chosen_households_give_their_part_of_the_whole(golden):
    whole = evaluate(golden, *BOOK, asof=DAY)
    one = evaluate(golden, *BOOK, asof=DAY, counties=[COUNTIES[1]])
    assert as_set(one) == as_set(whole.filter([c == COUNTIES[1] for c in whole.column("county").to_pylist()]))
    chosen = sorted(set(whole.column("household").to_pylist()))[::7]
    few = evaluate(golden, *BOOK, asof=DAY, households=chosen)
    assert as_set(few) == {lead for lead in as_set(whole) if lead[1] in set(chosen)}
