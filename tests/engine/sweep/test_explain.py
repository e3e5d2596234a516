"""A lead explained: value against threshold, the rows counted, and a change that does keep the rule silent; back-tests and material change."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from shouwang.engine.backtest import Outcome, Score, backtest
from shouwang.engine.errors import SweepRefused
from shouwang.engine.explain import explain
from shouwang.engine.material import changed
from shouwang.engine.rules import RuleSet
from tests.engine.sweep.conftest import BOOK, COUNTIES, DAY

RULES, PARAMS, CATALOG = BOOK


def told(golden, name, household):
    return explain(golden, RULES.rule(name), PARAMS, CATALOG, household, DAY)


def test_explanation_agrees_with_the_sweep_for_every_rule(golden, whole):
    """One lead of each rule: it fires, its values are the lead's, its true comparisons suffice, and something would keep it silent."""
    first = {}
    for lead in sorted(whole, key=str):
        first.setdefault(lead[0], lead)
    assert len(first) == len(RULES.rules)
    for name, lead in first.items():
        said = told(golden, name, lead[1])
        values = {c.field: c.value for c in said.compared}
        fields = RULES.rule(name).fields
        assert said.fired
        assert all(values[f] == lead[2 + i] for i, f in enumerate(fields) if f in values)
        assert said.unless
        assert all(s.startswith("若") and s.endswith("则不触发") for s in said.unless)


def test_rows_of_a_count_are_as_many_as_its_value_and_lie_in_the_window(golden, whole):
    household = next(x[1] for x in sorted(whole, key=str) if x[0] == "quality_paid_while_unemployed" and x[2] > 1)
    said = told(golden, "quality_paid_while_unemployed", household)
    (rows,) = said.rows
    assert rows.total == said.compared[0].value == len(rows.rows)
    assert all(dt.date(2019, 11, 18) <= r["day"] <= DAY and r["wage_fen"] > 0 for r in rows.rows)
    assert (rows.source, rows.source_name) == ("payroll", "工资代发")


def test_words_of_a_low_income(golden, whole):
    lead = next(x for x in sorted(whole, key=str) if x[0] == "income_below_line" and x[3] == 499_999)
    said = told(golden, "income_below_line", lead[1])
    assert said.words == "监测对象：否，并且人均年收入小于监测范围（5,000 元）"
    assert said.unless == ("若人均年收入达到 5,000 元（现为 4,999.99 元），则不触发",)
    assert [(c.field, c.value, c.threshold, c.met) for c in said.compared] == [
        ("monitored", 0, 0, True),
        ("income_fen", 499_999, 500_000, True),
    ]


def test_a_household_that_has_no_lead_is_explained_too(golden, whole):
    named = {x[1] for x in whole if x[0] == "other_petitions"}
    other = next(x[1] for x in sorted(whole, key=str) if x[1] not in named)
    said = told(golden, "other_petitions", other)
    assert not said.fired
    assert said.unless == ()
    with pytest.raises(SweepRefused, match="快照中没有这一户"):
        told(golden, "other_petitions", 5)


def test_backtest_counts_judged_leads_and_missed_households(golden, whole):
    mine = sorted({x[1] for x in whole if x[0] == "other_petitions"})
    others = sorted({x[1] for x in whole} - set(mine))
    day = DAY + dt.timedelta(30)
    outcomes = [Outcome(mine[0], day, True), Outcome(mine[1], day, False), Outcome(mine[1], DAY, True), Outcome(others[0], day, True)]
    outcomes += [Outcome(others[1], DAY + dt.timedelta(181), True)]
    rules = RuleSet.of([RULES.rule("other_petitions")])
    every, score = backtest([golden], rules, PARAMS, CATALOG, outcomes)
    assert score == Score("other_petitions", leads=len(mine), judged=2, right=1, included=2, missed=1)
    assert (score.precision, score.recall) == (Fraction(1, 2), Fraction(1, 2))
    assert (every.rule, every.leads) == ("", len(mine))
    assert backtest([golden], rules, PARAMS, CATALOG, [], counties=COUNTIES[:1])[1].precision is None


@pytest.mark.parametrize(
    ("before", "now", "field"),
    [
        (400_000, 360_001, ""),
        (400_000, 360_000, "income_fen"),
        (400_000, 500_000, ""),
        (400_000, None, "income_fen"),
        (None, 400_000, "income_fen"),
        (None, None, ""),
        (0, 0, ""),
        (0, -1, "income_fen"),
    ],
)
def test_evidence_changes_materially_as_the_rule_defines(before, now, field):
    """income_below_line: a fall of the income by 10 %."""
    assert changed(RULES.rule("income_below_line"), {"income_fen": before}, {"income_fen": now}) == field
