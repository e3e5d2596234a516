"""A sweep of the households that can have changed since the last one; the result is the full sweep's, lead for lead.

Looked at again: the households named (a changed registry row, rows that came late or were withdrawn, splits and merges); those with a row dated since; those
with a row that left or entered a window as the day moved on; those whose member came of another age; those whose registered day crossed a threshold in days.
Everything else is taken over. Other rules, parameters or features than last time: a full sweep is needed, and said so.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shouwang.engine.bounds import threshold
from shouwang.engine.catalog import EPOCH, Feature, FeatureCatalog, Window
from shouwang.engine.duck import Duck
from shouwang.engine.errors import refuse
from shouwang.engine.params import Params
from shouwang.engine.rules import AGE, Rule, RuleSet
from shouwang.engine.snapshot import PLACE, Snapshot, listed
from shouwang.engine.sweep import CountyDone, Manifest, Prepared, Progress, drive, look, manifest_of, prepare, settle, workplace

Span = tuple[dt.date, dt.date]


def run_since(
    snapshot: Snapshot, rules: RuleSet, params: Params, catalog: FeatureCatalog, *, since: Path, out: Path, asof: dt.date, now: dt.datetime,
    households: Sequence[int] | Any = (), resume: bool = False, memory: str = "", threads: int = 0, progress: Progress | None = None,
) -> Manifest:  # fmt: skip
    """Sweep what can have changed since the run in `since` and write a whole result to `out`. Raises SweepRefused before anything is written.

    `households`: keys (list or Arrow column) of every household whose registry row, members or feed rows dated up to the day of that run have changed since.
    """
    before = Manifest.read(since)
    ready = prepare(snapshot, rules, params, catalog, asof, tuple(before.counties), leave_out=bool(before.left_out))
    manifest = manifest_of(snapshot, ready, params, catalog, asof, now, "duckdb", since=before.run)
    _same(before, manifest, asof)
    look(snapshot, ready, catalog, light=True)

    def swept(left: Sequence[int]) -> Iterator[CountyDone]:
        return _swept(snapshot, ready, params, catalog, left, since, out, before, manifest, households, memory=memory, threads=threads)

    return drive(out, manifest, swept, now=now, resume=resume, progress=progress)


def _same(before: Manifest, now: Manifest, asof: dt.date) -> None:
    if not before.complete:
        raise refuse("上一次筛查没有做完，不能接着做增量", "先用 --resume 做完上一次", field="since", value=before.run)
    if asof < dt.date.fromisoformat(before.asof):
        raise refuse(f"筛查日期早于上一次的 {before.asof}", "增量只能往后做；回看过去用全量", field="asof", value=str(asof))
    left = {row["rule"] for row in now.left_out} ^ {row["rule"] for row in before.left_out}
    what = [
        word
        for word, differs in (
            ("引擎", before.engine != now.engine),
            ("规则", before.rules != now.rules or bool(left)),
            ("特征", before.digests["features"] != now.digests["features"]),
            ("参数", before.thresholds != now.thresholds),
        )
        if differs
    ]
    if what:
        raise refuse(f"{'、'.join(what)}与上一次不同，不能只查变化的户", "改做全量筛查", field="since", value=before.run)


def _swept(
    snapshot: Snapshot, ready: Prepared, params: Params, catalog: FeatureCatalog, left: Sequence[int], since: Path, out: Path, before: Manifest,
    manifest: Manifest, households: Any, *, memory: str, threads: int,
) -> Iterator[CountyDone]:  # fmt: skip
    import pyarrow as pa

    duck = Duck(memory=memory, threads=threads, spill=out / ".work" / "spill")
    named = pa.table({"household": pa.array(households, pa.int64()) if isinstance(households, list | tuple) else households})
    try:
        for county in left:
            started = time.monotonic()
            mine, bounds = ready.by_county[county]
            affected = find_affected(
                duck, snapshot, county, mine.rules, params, catalog, dt.date.fromisoformat(before.asof), bounds.asof, named
            )
            work = workplace(out, county)
            with duck.county(snapshot, county, mine.rules, catalog, bounds, affected) as sql:
                kept = {
                    kind: _kept(since / kind / f"county={county}", snapshot.registry("households", county))
                    for kind in ("leads", "features")
                }
                old = f"SELECT * EXCLUDE (run) FROM {kept['leads']}"  # noqa: S608 - our own file names
                whole = f"{old} UNION ALL BY NAME SELECT * FROM leads"  # noqa: S608 - the line above
                duck.base.execute(f"CREATE OR REPLACE TEMP TABLE whole AS {whole}")
                duck.write(f"SELECT '{manifest.run}' AS run, * FROM whole", work / "leads" / "part.parquet")  # noqa: S608 - our own words
                columns = ", ".join(f'"{c}"' for c in (*PLACE, *sql.codes))
                both = f"SELECT {columns} FROM {kept['features']} UNION ALL SELECT {columns} FROM hits"  # noqa: S608 - our own words
                duck.write(both, work / "features" / "part.parquet")
                per_rule = duck.count("SELECT rule, count(*) FROM whole GROUP BY rule")
                with_lead = duck.number("SELECT count(DISTINCT household) FROM whole")
            yield settle(out, work, CountyDone(county, sum(per_rule.values()), with_lead, per_rule, round(time.monotonic() - started, 3)))
    finally:
        duck.close()


def _kept(folder: Path, registry: list[str]) -> str:
    """The old rows of households that still exist here and are not looked at again."""
    files = sorted(str(p) for p in folder.glob("*.parquet"))
    here = f"SELECT household FROM read_parquet({listed(registry)})" if registry else "SELECT NULL::BIGINT WHERE false"  # noqa: S608 - our own file names
    return (
        f"(SELECT * FROM read_parquet({listed(files)}, hive_partitioning = false)"  # noqa: S608 - our own file names
        f" WHERE household NOT IN (SELECT household FROM chosen) AND household IN ({here}))"
    )


def find_affected(
    duck: Duck,
    snapshot: Snapshot,
    county: int,
    rules: Sequence[Rule],
    params: Params,
    catalog: FeatureCatalog,
    before: dt.date,
    asof: dt.date,
    named: Any,
) -> Any:
    """Keys of the county's households that can have changed between the two days, as an Arrow column."""
    features = catalog.needed(tuple(dict.fromkeys(f for r in rules for f in r.fields)))
    queries = ["SELECT household FROM named"]
    for feed, spans in _moved(features, before, asof).items():
        for first, last in spans:
            if found := snapshot.feed(feed, county, first, last):
                rows = f"SELECT household FROM read_parquet({listed(found)}, hive_partitioning = false)"  # noqa: S608 - our own file names
                queries.append(f"{rows} WHERE day BETWEEN DATE '{first}' AND DATE '{last}'")
    months = _months(before, asof)
    persons, registry = snapshot.registry("persons", county), snapshot.registry("households", county)
    if months and persons and any(f.rolls_by_month for f in features):
        queries.append(f"SELECT household FROM read_parquet({listed(persons)}, hive_partitioning = false) WHERE birth_month IN {months}")  # noqa: S608 - our own file names
    for column, first, last in _crossed(rules, params, catalog, before, asof, county) if registry else ():
        queries.append(
            f"SELECT household FROM read_parquet({listed(registry)}, hive_partitioning = false) WHERE {column} BETWEEN DATE '{first}' AND DATE '{last}'"  # noqa: S608 - a column of the contract
        )
    duck.base.register("named", named)
    return duck.rows(f"SELECT household FROM ({' UNION '.join(queries)}) WHERE household IS NOT NULL").column("household")  # noqa: S608 - the queries above


def _moved(features: Iterable[Feature], before: dt.date, asof: dt.date) -> dict[str, set[Span]]:
    """{feed: days that left or entered a window}."""
    out: dict[str, set[Span]] = {}
    for f in features:
        for feed, window in ([(f.source, f.window)] if f.is_feed else []) + ([(f.joined.feed, f.joined.window)] if f.joined else []):
            out.setdefault(feed, set()).update(_differ(window, before, asof))
    return out


def _differ(window: Window, before: dt.date, asof: dt.date) -> Iterator[Span]:
    (first, last), (first_now, last_now) = window.bounds(before), window.bounds(asof)
    one = dt.timedelta(1)
    for low, high in ((first, min(first_now - one, last)), (max(last + one, first_now), last_now)):
        if low <= high:
            yield low, high


def _months(before: dt.date, asof: dt.date) -> tuple[int, ...]:
    """Months of birth whose age changed; written as an SQL list, so never of length one."""
    passed = min((asof.year - before.year) * 12 + asof.month - before.month, 12)
    found = tuple((asof.month - 1 - i) % 12 + 1 for i in range(passed))
    return found * 2 if len(found) == 1 else found


def _crossed(
    rules: Sequence[Rule], params: Params, catalog: FeatureCatalog, before: dt.date, asof: dt.date, county: int
) -> Iterator[tuple[str, dt.date, dt.date]]:
    """(registry column, first, last day) that came to or left the number of days a rule asks for."""
    for rule in rules:
        for c in rule.when.conditions():
            if c.op in AGE:
                f = catalog.features[c.field]
                days = dt.timedelta(threshold(c, params, f, asof, county) or 0)
                yield f.column, max(before - days, EPOCH), asof - days
                if c.op == "within":
                    yield f.column, before, asof
