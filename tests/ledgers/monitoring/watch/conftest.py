"""A city with households that rules find, and a lake of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.jobs.worker import Worker
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import SweepRun
from shouwang.ledgers.monitoring.watch import snapshot, sweeping
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import add_income, add_member, make_household

TODAY = dt.date(2020, 2, 17)
POOR, WELL = 300_000, 1_500_000  # 分 a head and year: under and far above the range of 5,000 yuan


@dataclass
class Watch:
    """The people of the watch, and households by what is with them."""

    city: City
    author: User
    approver: User
    poor: Household
    well: Household

    def by(self, user: User) -> Scope:
        return scope(user, TODAY)


@pytest.fixture
def lake(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """An empty lake that goes away."""
    settings.SHOUWANG_HOME = tmp_path
    yield tmp_path / "lake"


@pytest.fixture
def watch(city: City, lake: Path) -> Watch:  # noqa: ARG001 - where the lake is
    """One household under the monitoring range, one far above it, in one district; a clerk and a leader there."""
    office = city.offices["440513-fpb"]
    poor = home(city, "440513100001", POOR, head_name="陈贫困")
    well = home(city, "440513101201", WELL, head_name="林富足")
    return Watch(city, make_user("clerk", office, "office_clerk"), make_user("leader", office, "office_leader"), poor, well)


def home(city: City, village: str, per_head: int, *, persons: int = 2, **kw: Any) -> Household:
    """A household of two able adults with a statement of wages."""
    made = make_household(
        city.at(village),
        housing_grade="a",
        **dict.fromkeys(("water_quantity", "water_quality", "water_access", "water_reliability"), True),
        **kw,
    )
    for n in range(persons):
        add_member(
            made,
            relation="spouse" if n else "head",
            phone="13800138000" if not n else None,
            id_number="440513197001010017" if not n else None,
        )
    add_income(made, persons=persons, wage=per_head * persons)
    return made


def feed(lake: Path, name: str, rows: list[dict[str, Any]], *, county: str = "440513", period: str = "2020-01") -> None:
    """Rows of a feed in the lake."""
    folder = lake / "feeds" / name / f"county={county}" / f"period={period}"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), folder / f"part-{len(list(folder.iterdir()))}.parquet")


def swept(by: Scope, mode: str = "full", today: dt.date = TODAY) -> SweepRun:
    """A sweep from start to end."""
    row = sweeping.start(mode, by=by, today=today)
    while Worker().step(timezone.now()):
        pass
    row.refresh_from_db()
    return row


__all__ = ["POOR", "TODAY", "WELL", "Watch", "feed", "home", "snapshot", "swept"]
