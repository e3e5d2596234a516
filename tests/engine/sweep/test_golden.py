"""The lead set equals the hand-written SQL's, lead for lead, with every value."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

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


@pytest.mark.parametrize("dense", [(), ("petitions",), ("payroll", "petitions", "housing")])
def test_which_feeds_most_households_stand_in_changes_the_plan_and_not_the_leads(golden, whole, dense):
    spans = {name: replace(span, rows=1_000_000 if name in dense else 1_000) for name, span in golden.feeds.items()}
    shot = replace(golden, feeds=spans)
    assert shot.dense == set(dense) != golden.dense
    assert as_set(evaluate(shot, *BOOK, asof=DAY)) == whole
