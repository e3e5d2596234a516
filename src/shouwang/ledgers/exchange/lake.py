"""The lake: what departments sent, as Parquet without identity.

Each delivery keeps its own rows under ``deliveries/<id>/`` as they were tied; ``feeds/<feed>/county=<6>/period=<YYYY-MM>/`` is made
from those that stand, sorted by household, and made again when one comes, goes or is decided. A file is written aside and renamed:
a kill leaves the old one or the new one. A row keeps the *person*; which household that is, is asked when the feed is made.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from shouwang.engine.feeds import Feed
from shouwang.engine.snapshot import save

if TYPE_CHECKING:
    import pyarrow as pa

# What stands before a feed's own columns in a delivery's file: number of the row, its person (or the question it waits for), how it was tied.
OWN = {"line": "BIGINT", "person": "BIGINT", "question": "BIGINT", "way": "VARCHAR", "bits": "BIGINT", "day": "DATE"}
ARROW = {"BIGINT": "int64", "VARCHAR": "string", "BOOLEAN": "bool_", "DATE": "date32"}


def root() -> Path:
    """The folder of the lake; ``feeds/`` in it is what a snapshot takes over."""
    folder: Path = settings.SHOUWANG_HOME / "lake"
    return folder


def arrow(stored: str) -> pa.DataType:
    """Arrow's type for one that DuckDB names."""
    import pyarrow as pa  # heavy: only where the lake is read or written, here and below

    return getattr(pa, ARROW[stored])()


def schema_of(feed: Feed) -> pa.Schema:
    """The columns of a delivery's file."""
    import pyarrow as pa

    return pa.schema([(c, arrow(t)) for c, t in {**OWN, **{f.code: f.stored for f in feed.fields}}.items()])


def deliveries(pk: int) -> Path:
    """The folder of one delivery's rows."""
    return root() / "deliveries" / str(pk)


def write_part(pk: int, part: int, rows: pa.Table) -> None:
    """Keep a piece of a delivery; writing the same piece again puts the same file there."""
    _write(deliveries(pk) / f"{part:05d}.parquet", rows)


def drop_delivery(pk: int) -> None:
    """Forget a delivery's rows."""
    shutil.rmtree(deliveries(pk), ignore_errors=True)


def _write(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_suffix(".part")
    save(rows, aside)
    with aside.open("rb") as done:
        os.fsync(done.fileno())
    aside.replace(path)


def connection() -> Any:
    """DuckDB in memory, two threads, nothing fetched from anywhere."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 2, "autoinstall_known_extensions": False, "temp_directory": ""})


def files_of(pks: Iterable[int]) -> list[str]:
    """The Parquet files of some deliveries, in order."""
    return [str(p) for pk in pks for p in sorted(deliveries(pk).glob("*.parquet"))]


def load(con: Any, feed: Feed, pks: Iterable[int], answers: Mapping[int, int | None]) -> None:
    """Table `held`: the rows of these deliveries with their person, questions replaced by their answers (lake keys); rows still open are left
    out, equal rows of several deliveries stand once: the earliest's. Equal rows inside one file stand as often as they do there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shape = schema_of(feed)
    tables = [
        pq.read_table(f, schema=shape).append_column("delivery", pa.array([pk] * pq.read_metadata(f).num_rows, pa.int64()))
        for pk in pks
        for f in files_of([pk])
    ]
    every = pa.concat_tables(tables) if tables else shape.append(pa.field("delivery", pa.int64())).empty_table()
    con.register("every", every)
    known = pa.table(
        {
            "question": pa.array(answers.keys(), pa.int64()),
            "answer": pa.array(answers.values(), pa.int64()),
        }
    )
    con.register("answers", known)
    said = ", ".join(["day", *(f.code for f in feed.fields)])
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE held AS WITH tied AS (SELECT * EXCLUDE (person), coalesce(person, answer) AS person FROM every "  # noqa: S608 - names of our own catalogue
        f"LEFT JOIN answers USING (question)), counted AS (SELECT * EXCLUDE (answer), row_number() OVER (PARTITION BY delivery, person, {said} "
        f"ORDER BY line) AS nth FROM tied WHERE person IS NOT NULL) SELECT * FROM counted "
        f"QUALIFY row_number() OVER (PARTITION BY person, {said}, nth ORDER BY delivery) = 1"
    )
    con.unregister("every")


def column(pk: int, name: str) -> set[int]:
    """What stands in one column of a delivery's rows, nothing left out."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    return {v for f in files_of([pk]) for v in pc.unique(pq.read_table(f, columns=[name])[name]).to_pylist() if v is not None}


def persons_held(con: Any) -> list[int]:
    """The lake keys of everybody in `held`."""
    return [row[0] for row in con.execute("SELECT DISTINCT person FROM held").fetchall()]


def compact(con: Any, feed: Feed, period: dt.date, homes: pa.Table) -> dict[str, int]:
    """Write `held` as the feed's partitions of a period, {county: rows}; counties that have none any more lose theirs.

    `homes` says (person, household, county) as it is today. A row about a household has no person.
    """
    con.register("homes", homes)
    person = "NULL::BIGINT" if feed.level == "household" else "h.person"
    said = ", ".join(f"h.{f.code}" for f in feed.fields)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE made AS SELECT {person} AS person, o.household, h.day, {said}, h.way, h.bits, h.delivery, h.line, "  # noqa: S608 - names of our own catalogue
        "o.county FROM held h JOIN homes o USING (person) ORDER BY o.county, o.household, h.day, h.delivery, h.line"
    )
    counts = dict(con.execute("SELECT county, count(*) FROM made GROUP BY county ORDER BY county").fetchall())
    for county in counts:
        rows = con.execute("SELECT * EXCLUDE (county) FROM made WHERE county = ? ORDER BY household, day, delivery, line", [county])
        _write(partition(feed.code, county, period) / "rows.parquet", rows.to_arrow_table())
    for gone in (root() / "feeds" / feed.code).glob(f"county=*/period={period:%Y-%m}"):
        if gone.parent.name.removeprefix("county=") not in counts:
            shutil.rmtree(gone)
    con.unregister("homes")
    return counts


def partition(feed: str, county: str, period: dt.date) -> Path:
    """The folder of one county's rows of a feed and period."""
    return root() / "feeds" / feed / f"county={county}" / f"period={period:%Y-%m}"


def partitions(feed: str, counties: Iterable[str], since: dt.date, until: dt.date) -> list[str]:
    """The files of a feed in some counties for the periods from `since` to `until` (both months included)."""
    out = []
    for county in counties:
        for folder in sorted((root() / "feeds" / feed / f"county={county}").glob("period=*")):
            if f"{since:%Y-%m}" <= folder.name.removeprefix("period=") <= f"{until:%Y-%m}":
                out += [str(p) for p in sorted(folder.glob("*.parquet"))]
    return out


def last_period(feed: str, county: str, today: dt.date) -> str:
    """The latest period ("2020-01") of a feed in a county up to the day, "" where nothing is kept; looks at folder names only."""
    names = (f.name.removeprefix("period=") for f in (root() / "feeds" / feed / f"county={county}").glob("period=*"))
    return max((n for n in names if n <= f"{today:%Y-%m}"), default="")


def drop_period(feed: str, period: dt.date) -> int:
    """Delete every county's rows of a feed and period; returns how many partitions there were."""
    gone = list((root() / "feeds" / feed).glob(f"county=*/period={period:%Y-%m}"))
    for folder in gone:
        shutil.rmtree(folder)
    return len(gone)
