"""A snapshot of the registry beside the lake's feeds: one folder a day, written county by county, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from shouwang.engine.errors import SweepRefused
from shouwang.engine.feeds import feeds
from shouwang.engine.snapshot import SCHEMA, Snapshot, save
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.watch import reading
from shouwang.ledgers.monitoring.watch.book import value
from shouwang.ledgers.monitoring.watch.policies import SWEEP
from shouwang.ledgers.registry.models import Household

OUTSIDE = "('out_province', 'in_province', 'in_city')"
# A person's work is what the last row of the employment feed says; months of a year's wages, since the registry keeps no place of work.
WORK = "SELECT person, arg_max(status, day) AS status, arg_max(place, day) AS place, arg_max(wage_fen, day) AS wage_fen FROM {source} GROUP BY person"
NO_WORK = "SELECT NULL::BIGINT AS person, NULL::VARCHAR AS status, NULL::VARCHAR AS place, NULL::BIGINT AS wage_fen WHERE false"
PERSONS = """
    SELECT p.*, w.status AS work_status, w.place AS work_place, CASE WHEN w.status = 'employed' THEN w.wage_fen END AS wage_fen
    FROM persons p LEFT JOIN work w USING (person) ORDER BY household, person
"""
HOUSEHOLDS = """
    SELECT h.* REPLACE (CASE WHEN o.fen IS NOT NULL THEN least(o.fen, h.wage_income_fen) END AS out_wage_fen) FROM households h LEFT JOIN (
        SELECT p.household, sum(CASE WHEN w.status = 'employed' AND w.place IN {outside} THEN w.wage_fen * 12 ELSE 0 END)::BIGINT AS fen
        FROM persons p JOIN work w USING (person) GROUP BY p.household) o USING (household)
    ORDER BY household
"""


def lake() -> Path:
    """Where the columns lie."""
    return Path(settings.SHOUWANG_HOME) / "lake"


def folder_of(name: str) -> Path:
    """The folder of a snapshot."""
    return lake() / "snapshots" / name


def counties(by: Scope) -> list[Region]:
    """The counties with households that the person may sweep, in official order."""
    ids = Household.objects.within(by, SWEEP).filter(closed_on=None).order_by().values_list("county", flat=True).distinct()
    return list(Region.objects.filter(pk__in=list(ids)).order_by("rank", "code"))


def write_county(name: str, county: Region, *, by: Scope, today: dt.date) -> int:
    """Write the county's households and persons, replacing what an interrupted run left; returns how many households."""
    import duckdb

    work = folder_of(name)
    homes, people = reading.households(county, by=by, today=today), reading.persons(county, by=by)
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as base:
        base.register("households", homes)
        base.register("persons", people)
        found = [str(p) for p in feed_files("employment", county)]
        base.execute(
            f"CREATE TEMP TABLE work AS {WORK.format(source=f'read_parquet({found!r}, hive_partitioning = false)') if found else NO_WORK}"
        )
        for kind, query in (("persons", PERSONS), ("households", HOUSEHOLDS)):
            target = work / kind / f"county={county.code[:6]}" / "part-0.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            half = target.with_suffix(".half")
            save(base.execute(query.format(outside=OUTSIDE)).to_arrow_table(), half)
            half.replace(target)
    return int(homes.num_rows)


def feed_files(feed: str, county: Region) -> Iterator[Path]:
    """The lake's files of a feed in the county."""
    yield from sorted((lake() / "feeds" / feed / f"county={county.code[:6]}").glob("period=*/*.parquet"))


def finish(name: str, places: Iterable[Region], *, today: dt.date) -> Snapshot:
    """Take the feeds in and write snapshot.json last: a folder without it is no snapshot."""
    work, done = folder_of(name), list(places)
    spans = {feed: span for feed in feeds() if (span := _take_in(work, feed, done))}
    said = {
        "schema": SCHEMA, "asof": today.isoformat(), "counties": [int(c.code[:6]) for c in done], "feeds": spans,
        "made_at": timezone.now().isoformat(),
    }  # fmt: skip
    half = work / "snapshot.half"
    half.write_text(json.dumps(said, ensure_ascii=False, indent=1), "utf-8")
    half.replace(work / "snapshot.json")
    return Snapshot.open(work)


def _take_in(work: Path, feed: str, places: list[Region]) -> dict[str, Any] | None:
    """Link the feed's files (the lake makes a file anew, never over the old one, so the same bytes serve) and say what they hold; None where there are none."""
    import duckdb

    files = []
    for county in places:
        for source in feed_files(feed, county):
            target = work / "feeds" / feed / f"county={county.code[:6]}" / source.parent.name / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                _link(source, target)
            files.append(str(target))
    if not files:
        return None
    query = f"SELECT min(day), max(day), count(*) FROM read_parquet({files!r}, hive_partitioning = false)"  # noqa: S608 - our own folder
    with duckdb.connect() as base:
        first, last, rows = base.execute(query).fetchall()[0]
    return {"from": first and first.isoformat(), "to": last and last.isoformat(), "rows": rows}


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def snapshots() -> list[Snapshot]:
    """The whole snapshots kept, newest first."""
    found = []
    for folder in sorted((lake() / "snapshots").glob("*"), reverse=True):
        try:
            found.append(Snapshot.open(folder))
        except SweepRefused:
            continue  # being written, or left half by a kill: the run that goes on with it finishes it
    return sorted(found, key=lambda s: (s.asof, s.folder.name), reverse=True)


def size(shot: Snapshot, counties: Iterable[int]) -> int:
    """How many households the snapshot holds in some counties, read off the files' footers."""
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(f).num_rows for county in counties for f in shot.registry("households", county))


def at_once(shot: Snapshot, counties: Iterable[int], today: dt.date) -> bool:
    """Whether these households are few enough to be gone through inside a request; more are background work."""
    return size(shot, counties) <= int(value("at_once_households", on=today))


def latest(by: Scope) -> Snapshot | None:
    """The newest snapshot that holds a county of the person's."""
    mine = {int(c.code[:6]) for c in counties(by)}
    return next((s for s in snapshots() if mine & set(s.counties)), None)


def prune(today: dt.date, *, keep: Iterable[str] = ()) -> list[str]:
    """Delete snapshots past their term: daily ones after some days, the first of each month after some months. Returns their names."""
    kept, gone, months = set(keep), [], set()
    days, terms = value("snapshot_days", on=today), value("snapshot_months", on=today)
    for found in reversed(snapshots()):
        age, month = (today - found.asof).days, found.asof.replace(day=1)
        monthly = month not in months
        months.add(month)
        if found.folder.name in kept or age <= days or (monthly and age <= terms * 31):
            continue
        shutil.rmtree(found.folder)
        gone.append(found.folder.name)
    return gone
