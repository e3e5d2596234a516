"""The golden set on a standalone master with two workers: equal to DuckDB's, lead for lead, value for value. Run by `./dev test-spark`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import evaluate, run
from tests.engine.sweep.conftest import BOOK, COUNTIES, DAY, NOW, build
from tests.engine.sweep.reference import Leads, as_set, by_hand
from tests.spark.cluster import running

# py4j leaves its sockets to the garbage collector when a session stops; elsewhere in the suite that is an error.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The golden snapshot."""
    return build(tmp_path_factory.mktemp("golden"))


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A standalone master with two workers."""
    with running(tmp_path_factory.mktemp("spark"), workers=2) as address:
        yield address


def leads_of(out: Path) -> Leads:
    return as_set(pq.read_table(out / "leads", partitioning=None))


def test_spark_with_two_workers_gives_the_same_leads_as_duckdb_and_the_hand_written_sql(golden, master, tmp_path):
    made = run(golden, *BOOK, out=tmp_path / "spark", asof=DAY, now=NOW, backend="spark", master=master)
    found = leads_of(tmp_path / "spark")
    assert len(found) > 5_000
    assert found == as_set(evaluate(golden, *BOOK, asof=DAY))
    assert found == by_hand(golden.folder, DAY, 500_000)
    embedded = run(golden, *BOOK, out=tmp_path / "duckdb", asof=DAY, now=NOW)
    assert (made.run, made.leads, made.rows_per_rule) == (embedded.run, embedded.leads, embedded.rows_per_rule)
    assert {d["county"]: (d["leads"], d["households"]) for d in made.done} == {
        d["county"]: (d["leads"], d["households"]) for d in embedded.done
    }
    ours, theirs = (pq.read_table(tmp_path / b / "features", partitioning=None).sort_by("household") for b in ("spark", "duckdb"))
    assert ours.select(theirs.column_names).to_pylist() == theirs.to_pylist()


def test_a_run_begun_on_duckdb_goes_on_on_spark(golden, master, tmp_path):
    """After a move to a cluster: the counties done stay, the others follow, the set is the same."""
    out, day = tmp_path / "out", dt.date(2020, 1, 31)
    run(golden, *BOOK, out=out, asof=day, now=NOW)
    (out / "done" / f"{COUNTIES[1]}.json").unlink()
    run(golden, *BOOK, out=out, asof=day, now=NOW, backend="spark", master=master, resume=True)
    assert leads_of(out) == as_set(evaluate(golden, *BOOK, asof=day))
