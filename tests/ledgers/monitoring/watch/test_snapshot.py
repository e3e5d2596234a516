"""Snapshots: the registry's columns under pseudonymous keys, and nothing that says who somebody is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from shouwang.engine.snapshot import HOUSEHOLDS, PERSONS
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.watch import snapshot
from tests.factories.registry import add_helper, add_income, add_status
from tests.ledgers.monitoring.watch.conftest import POOR, TODAY, Watch, feed

pytestmark = pytest.mark.django_db
ALL = Scope.system()


def written(name: str = "s1", today: dt.date = TODAY) -> Path:
    places = snapshot.counties(ALL)
    for county in places:
        snapshot.write_county(name, county, by=ALL, today=today)
    return snapshot.finish(name, places, today=today).folder


def rows(folder: Path, kind: str, county: int = 440513) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(next((folder / kind / f"county={county}").glob("*.parquet")), partitioning=None).to_pylist()
    return found


def test_columns_are_the_contracts_and_say_what_is_on_file(watch: Watch) -> None:
    add_status(watch.poor, programme="monitoring", standing="borderline", risks="illness,water", since=dt.date(2019, 12, 1))
    add_helper(watch.poor)
    add_income(watch.poor, persons=2, checked_on=dt.date(2019, 2, 1), wage=900_000, is_latest=False)
    folder = written()
    homes = {r["household"]: r for r in rows(folder, "households")}
    one = homes[watch.poor.lake_key]
    assert set(one) == set(HOUSEHOLDS) and set(rows(folder, "persons")[0]) == set(PERSONS)
    assert {k: one[k] for k in ("county", "town", "village", "persons", "able_labour", "income_fen", "income_year_fen", "last_income_fen")} == {
        "county": 440513, "town": 440513100, "village": 440513100001, "persons": 2, "able_labour": 2, "income_fen": POOR,
        "income_year_fen": 2 * POOR, "last_income_fen": 450_000,
    }  # fmt: skip
    assert (one["monitored"], one["risk_mask"], one["identified_day"], one["has_helper"]) == (
        True,
        0b1000000001,
        dt.date(2019, 12, 1),
        True,
    )
    assert (one["water_safe"], one["housing_grade"], one["out_wage_fen"], one["land_mu_100"]) == (True, "a", None, None)
    assert [r["household"] for r in rows(folder, "households")] == sorted(homes)


def test_a_household_without_a_statement_has_no_income_rather_than_none(watch: Watch) -> None:
    watch.well.incomes.all().delete()
    assert {r["household"]: r["income_fen"] for r in rows(written(), "households")}[watch.well.lake_key] is None


def test_nothing_in_the_files_says_who_somebody_is(watch: Watch) -> None:
    folder = written()
    told = [watch.poor.head_name, "13800138000", "440513197001010017", watch.poor.code, *watch.poor.members.values_list("code", flat=True)]
    for file in folder.rglob("*.parquet"):
        cells = {str(v) for r in pq.read_table(file, partitioning=None).to_pylist() for v in r.values()}
        assert not [t for t in told if any(t in c for c in cells)]
        raw = file.read_bytes()
        assert not [t for t in told if t.encode() in raw]
    keys = {str(watch.poor.pk), str(watch.well.pk)}
    assert not keys & {str(r["household"]) for r in rows(folder, "households")}


def test_equal_telephones_share_a_number_that_is_not_their_search_tag(watch: Watch) -> None:  # noqa: ARG001 - rows to write
    groups = [r["phone_group"] for r in rows(written(), "persons")]
    assert sorted(g is None for g in groups) == [False, False, True, True] and len({g for g in groups if g}) == 1


def test_work_comes_from_the_employment_feed_and_out_wages_are_part_of_all_wages(watch: Watch, lake: Path) -> None:
    head = watch.poor.members.get(relation="head")
    feed(lake, "employment", [
        {"person": head.lake_key, "household": watch.poor.lake_key, "day": dt.date(2019, 11, 1), "status": "unemployed", "place": "county", "wage_fen": None},
        {"person": head.lake_key, "household": watch.poor.lake_key, "day": dt.date(2020, 1, 5), "status": "employed", "place": "out_province", "wage_fen": 30_000},
    ])  # fmt: skip
    folder = written()
    worker = next(r for r in rows(folder, "persons") if r["person"] == head.lake_key)
    assert (worker["work_status"], worker["work_place"], worker["wage_fen"]) == ("employed", "out_province", 30_000)
    assert {r["household"]: r["out_wage_fen"] for r in rows(folder, "households")}[watch.poor.lake_key] == 360_000
    assert snapshot.Snapshot.open(folder).feeds["employment"].rows == 2


def test_a_folder_without_its_last_file_is_no_snapshot_and_old_ones_go(watch: Watch, lake: Path) -> None:  # noqa: ARG001 - rows to write
    for name, day in (("a", dt.date(2019, 12, 1)), ("b", dt.date(2019, 12, 20)), ("c", TODAY)):
        written(name, day)
    (lake / "snapshots" / "half" / "households").mkdir(parents=True)
    assert [s.folder.name for s in snapshot.snapshots()] == ["c", "b", "a"]
    assert snapshot.prune(TODAY) == ["b"]
    assert [s.folder.name for s in snapshot.snapshots()] == ["c", "a"]
