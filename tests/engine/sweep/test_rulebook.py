"""The published rules, features and thresholds hold together."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.checking import validate
from shouwang.engine.params import Params
from shouwang.engine.rules import Rule, RuleSet
from shouwang.engine.snapshot import RISK_BITS
from shouwang.engine.wording import render

DAY = dt.date(2020, 2, 17)
RULES, PARAMS, CATALOG = RuleSet.load(), Params.load(), FeatureCatalog.load()


def test_every_risk_type_has_a_rule():
    assert {r.risk for r in RULES.rules if r.kind == "risk"} == set(RISK_BITS)
    assert len(RULES.rules) >= 30
    assert {r.kind for r in RULES.rules} == {"risk", "verify", "quality"}


@pytest.mark.parametrize("day", [DAY, dt.date(2020, 6, 30), dt.date(2022, 5, 1), dt.date(2026, 3, 1)])
def test_published_rules_have_no_fault_on_any_day(day):
    assert validate(RULES, PARAMS, CATALOG, day, [440513, 440523]) == []


def test_every_feature_is_readable_and_every_parameter_is_used():
    used = {name for r in RULES.rules for c in r.when.conditions() for name in (c.param, c.percent) if name}
    assert used == set(PARAMS.by_name)


def test_a_rule_is_the_same_after_being_written_and_read():
    assert [Rule.read(r.as_data()) for r in RULES.rules] == list(RULES.rules)


def test_epidemic_rule_is_in_force_from_the_outbreak_until_2023():
    rule = RULES.rule("epidemic_returned")
    assert [rule.in_force(d, 440513) for d in (dt.date(2020, 1, 22), dt.date(2020, 1, 23), dt.date(2023, 1, 8))] == [False, True, False]


def test_a_rule_reads_as_plain_chinese_with_its_thresholds():
    assert (
        render(RULES.rule("income_below_line"), PARAMS, CATALOG, on=DAY, region=440513)
        == "监测对象：否，并且人均年收入小于监测范围（5,000 元）"
    )
    assert "监测范围（6,000 元）" in render(RULES.rule("income_below_line"), PARAMS, CATALOG, on=dt.date(2020, 3, 20), region=440513)
    assert "6,500 元，待核实" in render(RULES.rule("income_below_line"), PARAMS, CATALOG, on=dt.date(2023, 6, 1), region=440513)
    assert "7,300 元）" in render(RULES.rule("income_below_line"), PARAMS, CATALOG, on=dt.date(2023, 6, 1), region=520100)


def test_every_rule_can_be_rendered_without_a_bare_name():
    names = set(CATALOG.features) | set(PARAMS.by_name)
    texts = [render(r, PARAMS, CATALOG, on=DAY, region=440513) for r in RULES.rules]
    assert [n for t in texts for n in names if n in t] == []


def test_importing_the_engine_loads_neither_django_nor_duckdb():
    code = "import sys\nfrom shouwang.engine import checking, rules, wording\nprint([m for m in ('django', 'duckdb', 'ibis') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "[]"


def test_a_whole_sweep_needs_no_django(golden):
    """Run, delta, explanation and back-test stay plain; an evaluation of one county loads nothing of it either."""
    code = (
        "import datetime as dt, pathlib, sys\n"
        "from shouwang.engine import backtest, delta, explain, sweep\n"
        "from shouwang.engine.catalog import FeatureCatalog\nfrom shouwang.engine.params import Params\n"
        "from shouwang.engine.rules import RuleSet\nfrom shouwang.engine.snapshot import Snapshot\n"
        "shot = Snapshot.open(pathlib.Path(sys.argv[1]))\n"
        "rows = sweep.evaluate(shot, RuleSet.load(), Params.load(), FeatureCatalog.load(), asof=shot.asof, counties=shot.counties[:1]).num_rows\n"
        "print(rows > 0, [m for m in sys.modules if m.split('.')[0] == 'django' or m.startswith('shouwang.kernel')])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(golden.folder)], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "True []"
