"""A delta gives the full sweep's result, lead for lead, whatever the days between."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shouwang.engine.catalog import Window
from shouwang.engine.delta import _differ, run_since
from shouwang.engine.errors import SweepRefused
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import evaluate, run
from tests.engine.sweep.conftest import BOOK, COUNTIES, DAY, NOW
from tests.engine.sweep.reference import as_set

RULES, PARAMS, CATALOG = BOOK


def leads_of(out: Path):
    return as_set(pq.read_table(out / "leads", partitioning=None))


@pytest.mark.parametrize("before", [dt.date(2020, 2, 16), dt.date(2020, 1, 31), dt.date(2019, 12, 17)])
def test_delta_equals_the_full_sweep_however_many_days_lie_between(golden, whole, tmp_path, before):
    rules = RULES.without(["epidemic_returned"])  # in force from 2020-01-23 only: a delta across that day is refused
    run(golden, rules, PARAMS, CATALOG, out=tmp_path / "first", asof=before, now=NOW)
    made = run_since(golden, rules, PARAMS, CATALOG, since=tmp_path / "first", out=tmp_path / "second", asof=DAY, now=NOW)
    assert leads_of(tmp_path / "second") == {x for x in whole if x[0] != "epidemic_returned"}
    assert leads_of(tmp_path / "first") != leads_of(tmp_path / "second")
    features = pq.read_table(tmp_path / "second" / "features", partitioning=None).column("household").to_pylist()
    assert sorted(features) == sorted({x[1] for x in leads_of(tmp_path / "second")})
    assert made.leads == len(leads_of(tmp_path / "second"))


def test_named_households_are_looked_at_again_and_closed_ones_are_gone(golden, whole, tmp_path):
    folder = tmp_path / "snapshot"
    shutil.copytree(golden.folder, folder)
    run(golden, *BOOK, out=tmp_path / "first", asof=DAY, now=NOW)
    path = folder / "households" / f"county={COUNTIES[0]}" / "part.parquet"
    rows = pq.read_table(path).to_pylist()
    closed, changed = rows.pop(0), rows[:20]
    for row in changed:
        row["income_fen"], row["monitored"] = 1, False
    pq.write_table(pa.Table.from_pylist(rows, pq.read_schema(path)), path)
    shot = Snapshot.open(folder)
    run_since(
        shot, *BOOK, since=tmp_path / "first", out=tmp_path / "second", asof=DAY, now=NOW, households=[r["household"] for r in changed]
    )
    found = leads_of(tmp_path / "second")
    assert found == as_set(evaluate(shot, *BOOK, asof=DAY))
    assert closed["household"] not in {x[1] for x in found}
    assert found != whole


def test_delta_is_refused_where_a_full_sweep_is_needed(golden, tmp_path):
    run(golden, *BOOK, out=tmp_path / "first", asof=DAY, now=NOW, counties=COUNTIES[:1])
    for words, rules, asof in (
        ("规则与上一次不同", RULES.without(["work_lost"]), DAY),
        ("参数与上一次不同", RULES, dt.date(2020, 3, 20)),
        ("筛查日期早于上一次的 2020-02-17", RULES, dt.date(2020, 2, 16)),
    ):
        with pytest.raises(SweepRefused, match=words):
            run_since(golden, rules, PARAMS, CATALOG, since=tmp_path / "first", out=tmp_path / "second", asof=asof, now=NOW)
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize(
    "window",
    [
        Window(months=3),
        Window(days=30),
        Window(months=3, whole=True),
        Window(months=3, whole=True, back=3),
        Window(months=1, back=12),
        Window(),
    ],
)
@pytest.mark.parametrize("days", [0, 1, 30, 31, 366])
def test_days_that_left_or_entered_a_window_are_the_difference_of_its_bounds(window, days):
    before = dt.date(2020, 1, 31)
    asof = before + dt.timedelta(days)

    def inside(day: dt.date, on: dt.date) -> bool:
        first, last = window.bounds(on)
        return first <= day <= last

    moved = list(_differ(window, before, asof))
    for day in (dt.date(2018, 1, 1) + dt.timedelta(n) for n in range(1300)):
        differs = inside(day, before) != inside(day, asof)
        assert differs == any(first <= day <= last for first, last in moved), day
