"""A small awkward snapshot: nulls, zeros, one 分 on either side of thresholds, the edges of windows, unknown codes, rows after the as-of day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shouwang.bench.snapshots import make
from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.params import Params
from shouwang.engine.rules import RuleSet
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import evaluate
from tests.engine.sweep.reference import Leads, as_set

DAY = dt.date(2020, 2, 17)
NOW = dt.datetime(2020, 2, 17, 8, tzinfo=dt.UTC)
COUNTIES = (440507, 440513, 440523)
BOOK = (RuleSet.load(), Params.load(), FeatureCatalog.load())


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """1,800 households in three counties."""
    folder = tmp_path_factory.mktemp("golden")
    return build(folder)


@pytest.fixture(scope="session")
def whole(golden: Snapshot) -> Leads:
    """Every lead of the golden snapshot at its day."""
    return as_set(evaluate(golden, *BOOK, asof=DAY))


def build(folder: Path) -> Snapshot:
    """The golden snapshot, in the folder."""
    make(folder, households=1_800, rows=60_000, asof=DAY, counties=COUNTIES, awkward=True)
    return Snapshot.open(folder)
