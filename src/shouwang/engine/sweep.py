"""One sweep: every rule over every household, county by county, atomically, resumable; a manifest says what was run over what.

Files of a run (`out`): `manifest.json`, `leads/county=<6>/part.parquet`, `features/county=<6>/part.parquet` (households with a lead; all with
`keep_all`), `done/<6>.json` (written last: a county without it is swept again). docs/algorithms/sweep.md describes the columns.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from shouwang.engine.bounds import Bounds, bounds_of, scanned
from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.checking import validate
from shouwang.engine.errors import Problem, SweepRefused, refuse
from shouwang.engine.params import Params
from shouwang.engine.rules import RuleSet, digest
from shouwang.engine.snapshot import PLACE, Snapshot

ENGINE = 1  # raised when the meaning of a rule changes: a run of another number is not resumed
PARTS = (".work", "done", "leads", "features")
Progress = Callable[[int, int, int], None]
"""(counties done, counties in all, leads so far)."""


@dataclass(slots=True)
class CountyDone:
    """What one county gave: leads per rule, households with a lead, seconds."""

    county: int
    leads: int
    households: int
    per_rule: dict[str, int]
    seconds: float


@dataclass(slots=True)
class Manifest:
    """What was run over what. `rules`: id, version, digest, fields in the order of v1..v6; `thresholds`: {county: {parameter: value}}."""

    run: str
    identity: str
    asof: str
    snapshot: str
    engine: int
    backend: str
    rules: list[dict[str, Any]]
    digests: dict[str, str]
    thresholds: dict[str, dict[str, int]]
    counties: list[int]
    left_out: list[dict[str, str]]
    started_at: str
    finished_at: str = ""
    since: str = ""
    done: list[dict[str, Any]] = field(default_factory=list)
    leads: int = 0
    rows_per_rule: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @classmethod
    def read(cls, out: Path) -> Manifest:
        """The manifest of a run. Raises SweepRefused where there is none or it is not one."""
        try:
            return cls(**json.loads((out / "manifest.json").read_text("utf-8")))
        except FileNotFoundError as missing:
            raise refuse("目录中没有 manifest.json，不是一次筛查的结果", "检查目录", value=str(out)) from missing
        except (ValueError, TypeError) as broken:
            raise refuse("manifest.json 读不懂", "换一个目录重新筛查", value=str(out)) from broken

    @property
    def complete(self) -> bool:
        """Whether every county is done."""
        return bool(self.finished_at)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked run: the rules that take part, the counties that have any, and for each its own and their bounds."""

    rules: RuleSet
    left_out: tuple[Problem, ...]
    counties: tuple[int, ...]
    by_county: dict[int, tuple[RuleSet, Bounds]]


def prepare(
    snapshot: Snapshot,
    rules: RuleSet,
    params: Params,
    catalog: FeatureCatalog,
    asof: dt.date,
    counties: Sequence[int] = (),
    *,
    leave_out: bool = False,
) -> Prepared:
    """Check everything before anything is run. Raises SweepRefused with all faults; with `leave_out` the faulty rules are left out and named instead."""
    if unknown := [c for c in counties if c not in snapshot.counties]:
        raise refuse(
            "快照中没有这个县", f"可用：{'、'.join(map(str, snapshot.counties))}", field="counties", value="、".join(map(str, unknown))
        )
    if asof < dt.date(1970, 1, 1):
        raise refuse("筛查日期太早", "写成 2020-02-17 的样子", field="asof", value=str(asof))
    places = tuple(counties) or snapshot.counties
    problems = validate(rules, params, catalog, asof, places, snapshot)
    broken = {p.rule for p in problems}
    kept = rules.without(broken) if leave_out and "" not in broken else rules
    if problems and (not leave_out or "" in broken or validate(kept, params, catalog, asof, places, snapshot)):
        raise SweepRefused(problems)
    by_county = {}
    for county in places:
        mine = kept.in_force(asof, county)
        if not mine.rules:
            continue  # every rule is for other places
        features = catalog.needed(tuple(f for r in mine.rules for f in r.fields))
        by_county[county] = (mine, bounds_of(mine.rules, features, params, asof, county))
    return Prepared(kept, tuple(problems), tuple(by_county), by_county)


def look(snapshot: Snapshot, ready: Prepared, catalog: FeatureCatalog, *, strict: bool = False, light: bool = False) -> None:
    """Look at the files that the run will read. Raises SweepRefused as `check_files` says."""
    from shouwang.engine.duck import compiled
    from shouwang.engine.files import check_files

    wanted = {}
    for county, (mine, bounds) in ready.by_county.items():
        sql = compiled(mine.rules, catalog, snapshot.dense)
        wanted[county] = (sql.reads, scanned(catalog.needed(sql.codes), bounds.asof))
    check_files(snapshot, wanted, strict=strict, light=light)


def evaluate(
    snapshot: Snapshot, rules: RuleSet, params: Params, catalog: FeatureCatalog, *, asof: dt.date, counties: Sequence[int] = (), households: Any = None,
    leave_out: bool = False, memory: str = "", threads: int = 0,
) -> Any:  # fmt: skip
    """The leads as one Arrow table (rule, version, household, county, town, village, v1..v6), nothing written: dry runs, back-tests.

    `households`: an Arrow column or list of keys to look at only; `leave_out`: leave out faulty rules instead of refusing. Raises SweepRefused.
    """
    import pyarrow as pa

    from shouwang.engine.compiler import LEAD
    from shouwang.engine.duck import Duck

    ready = prepare(snapshot, rules, params, catalog, asof, counties, leave_out=leave_out)
    duck = Duck(memory=memory, threads=threads)
    found = []
    try:
        for county, (mine, bounds) in ready.by_county.items():
            with duck.county(snapshot, county, mine.rules, catalog, bounds, households):
                found.append(duck.rows("SELECT * FROM leads"))
    finally:
        duck.close()
    empty = pa.schema([(name, pa.string() if name == "rule" else pa.int64()) for name in LEAD]).empty_table()
    return pa.concat_tables(found) if found else empty


def run(
    snapshot: Snapshot, rules: RuleSet, params: Params, catalog: FeatureCatalog, *, out: Path, asof: dt.date, now: dt.datetime, counties: Sequence[int] = (),
    backend: str = "duckdb", master: str = "", resume: bool = False, leave_out: bool = False, keep_all: bool = False, memory: str = "", threads: int = 0,
    progress: Progress | None = None,
) -> Manifest:  # fmt: skip
    """Sweep and write. `resume` goes on with a run that was cut off; the folder must otherwise be empty or absent. Raises SweepRefused before anything is written.

    `backend`: `duckdb`, or `spark` with the address of its master. `now` stamps the manifest. `threads` 0: all processors; `memory`: for each county that is
    worked on, as DuckDB writes it (`512MB`).
    """
    ready = prepare(snapshot, rules, params, catalog, asof, counties, leave_out=leave_out)
    if backend == "spark":
        from shouwang.engine.spark import installed

        installed(master)
    elif backend != "duckdb":
        raise refuse("没有这种计算引擎", "改为 duckdb 或 spark", field="backend", value=backend)
    look(snapshot, ready, catalog, strict=backend == "spark")
    manifest = manifest_of(snapshot, ready, params, catalog, asof, now, backend)

    def swept(left: Sequence[int]) -> Iterable[CountyDone]:
        return _swept(snapshot, ready, catalog, left, out, manifest.run, backend, master, keep_all=keep_all, memory=memory, threads=threads)

    return drive(out, manifest, swept, now=now, resume=resume, progress=progress)


def drive(
    out: Path,
    manifest: Manifest,
    swept: Callable[[Sequence[int]], Iterable[CountyDone]],
    *,
    now: dt.datetime,
    resume: bool,
    progress: Progress | None,
) -> Manifest:
    """Begin or go on, sweep the counties that are left, sum up. Refused before the first county is done, nothing is left behind."""
    stood = out.exists()
    done = _begin(out, manifest, resume=resume)
    left = [c for c in manifest.counties if c not in done]
    started = time.monotonic()
    try:
        for county in swept(left):
            done[county.county] = county
            if progress:
                progress(len(done), len(manifest.counties), sum(d.leads for d in done.values()))
    except SweepRefused as no:
        if not done:
            _clear(out, stood=stood)
            raise
        kept = Problem("", "out", str(out), f"已做完 {len(done)} 个县", "改正后用同一命令加 --resume 接着做，或换一个空目录从头做")
        raise SweepRefused([*no.problems, kept]) from no
    manifest.seconds = round(time.monotonic() - started, 3)
    return finish(out, manifest, done.values(), now)


def finish(out: Path, manifest: Manifest, done: Iterable[CountyDone], now: dt.datetime) -> Manifest:
    """Sum the counties up and write the manifest for good."""
    counties = sorted(done, key=lambda d: d.county)
    manifest.done = [asdict(d) for d in counties]
    manifest.leads = sum(d.leads for d in counties)
    names = sorted({name for d in counties for name in d.per_rule})
    manifest.rows_per_rule = {name: sum(d.per_rule.get(name, 0) for d in counties) for name in names}
    manifest.finished_at = now.isoformat()
    write_json(out / "manifest.json", asdict(manifest))
    shutil.rmtree(out / ".work", ignore_errors=True)
    return manifest


def manifest_of(
    snapshot: Snapshot,
    ready: Prepared,
    params: Params,
    catalog: FeatureCatalog,
    asof: dt.date,
    now: dt.datetime,
    backend: str,
    since: str = "",
) -> Manifest:
    """What is going to be run; `since`: the run that a delta follows."""
    digests = {"snapshot": snapshot.digest, "rules": ready.rules.digest, "params": params.digest, "features": catalog.digest}
    identity = digest([ENGINE, str(asof), list(ready.counties), digests, since])
    said = {(r.id, r.version): r for mine, _ in ready.by_county.values() for r in mine.rules}
    return Manifest(
        run=f"{asof:%Y%m%d}-{identity[:10]}",
        identity=identity,
        asof=str(asof),
        snapshot=str(snapshot.asof),
        engine=ENGINE,
        backend=backend,
        rules=[{"id": r.id, "version": r.version, "digest": r.digest, "fields": list(r.fields)} for _, r in sorted(said.items())],
        digests=digests,
        thresholds={str(c): {n[2:]: v for n, v in b.numbers.items() if n.startswith("p_")} for c, (_, b) in ready.by_county.items()},
        counties=list(ready.counties),
        left_out=[{"rule": p.rule, "message": str(p)} for p in ready.left_out],
        started_at=now.isoformat(),
        since=since,
    )


def _begin(out: Path, manifest: Manifest, *, resume: bool) -> dict[int, CountyDone]:
    """The counties already done; the folder is ready for the others."""
    done: dict[int, CountyDone] = {}
    if (out / "manifest.json").exists():
        if not resume:
            raise refuse("输出目录里已有一次筛查的结果", "换一个空目录，或加 --resume 接着上次没做完的", field="out", value=str(out))
        before = Manifest.read(out)
        if before.identity != manifest.identity:
            raise refuse(
                "上次的筛查用的是另一份规则、参数、特征、快照或日期，不能接着做", "换一个空目录从头筛查", field="out", value=str(out)
            )
        manifest.started_at = before.started_at
        for path in sorted((out / "done").glob("*.json")):
            try:
                said = CountyDone(**json.loads(path.read_text("utf-8")))
            except (ValueError, TypeError) as broken:
                raise refuse("这个县做完的记录读不懂", "删去这个文件，再加 --resume 重做这个县", field="out", value=str(path)) from broken
            done[said.county] = said
    elif out.exists() and any(out.iterdir()):
        raise refuse("输出目录不是空的", "换一个空目录", field="out", value=str(out))
    shutil.rmtree(out / ".work", ignore_errors=True)
    try:
        for name in PARTS:
            (out / name).mkdir(parents=True, exist_ok=True)
        write_json(out / "manifest.json", asdict(manifest))
    except OSError as no:
        raise refuse(f"输出目录写不进去（{no.strerror}）", "换一个有写权限、有空间的目录", field="out", value=str(out)) from no
    return done


def _clear(out: Path, *, stood: bool) -> None:
    """Take away what was begun, and the folder where it is ours."""
    for name in PARTS:
        shutil.rmtree(out / name, ignore_errors=True)
    (out / "manifest.json").unlink(missing_ok=True)
    if not stood:
        out.rmdir()


def _swept(
    snapshot: Snapshot, ready: Prepared, catalog: FeatureCatalog, left: Sequence[int], out: Path, run_id: str, backend: str, master: str, *, keep_all: bool,
    memory: str, threads: int,
) -> Iterable[CountyDone]:  # fmt: skip
    if backend == "spark":
        from shouwang.engine.spark import sweep

        return sweep(snapshot, ready, catalog, left, out, run_id, master, keep_all=keep_all)
    return _by_duck(snapshot, ready, catalog, left, out, run_id, keep_all=keep_all, memory=memory, threads=threads)


def _by_duck(
    snapshot: Snapshot,
    ready: Prepared,
    catalog: FeatureCatalog,
    left: Sequence[int],
    out: Path,
    run_id: str,
    *,
    keep_all: bool,
    memory: str,
    threads: int,
) -> Iterable[CountyDone]:
    """As many counties at a time as there are processors, each on one thread: measured, that costs a quarter less CPU than one county on all of them."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    from shouwang.engine.duck import compiled

    for county in left:
        compiled(ready.by_county[county][0].rules, catalog, snapshot.dense)  # here, once, and not in every worker
    cores = threads or os.cpu_count() or 1
    workers = max(1, min(cores, len(left)))

    def one(county: int) -> CountyDone:
        return _county(snapshot, ready, catalog, county, out, run_id, keep_all=keep_all, memory=memory, threads=max(1, cores // workers))

    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(one, county) for county in left]
        try:
            for finished in as_completed(waiting):
                yield finished.result()
        finally:
            for future in waiting:
                future.cancel()


def _county(
    snapshot: Snapshot,
    ready: Prepared,
    catalog: FeatureCatalog,
    county: int,
    out: Path,
    run_id: str,
    *,
    keep_all: bool,
    memory: str,
    threads: int,
) -> CountyDone:
    from shouwang.engine.duck import Duck

    started = time.monotonic()
    mine, bounds = ready.by_county[county]
    work = workplace(out, county)
    duck = Duck(memory=memory, threads=threads, spill=work / "spill")
    try:
        with duck.county(snapshot, county, mine.rules, catalog, bounds, keep_all=keep_all) as sql:
            duck.write(f"SELECT '{run_id}' AS run, * FROM leads", work / "leads" / "part.parquet")  # noqa: S608 - our own words
            columns = ", ".join(f'"{c}"' for c in (*PLACE, *sql.codes))
            duck.write(f"SELECT {columns} FROM {'features' if keep_all else 'hits'}", work / "features" / "part.parquet")  # noqa: S608 - our own words
            per_rule = duck.count("SELECT rule, count(*) FROM leads GROUP BY rule")
            with_lead = duck.number("SELECT count(*) FROM hits")
    finally:
        duck.close()
    return settle(out, work, CountyDone(county, sum(per_rule.values()), with_lead, per_rule, round(time.monotonic() - started, 3)))


def workplace(out: Path, county: int) -> Path:
    """An empty folder for the files of a county until they are whole."""
    work = out / ".work" / f"county={county}"
    (work / "leads").mkdir(parents=True)
    (work / "features").mkdir()
    return work


def settle(out: Path, work: Path, done: CountyDone) -> CountyDone:
    """Put a county's finished files in place. A kill before the last line leaves a county that will be swept again; after it, one that is done."""
    for name in ("leads", "features"):
        place = out / name / f"county={done.county}"
        shutil.rmtree(place, ignore_errors=True)
        (work / name).replace(place)
    write_json(out / "done" / f"{done.county}.json", asdict(done))
    return done


def write_json(path: Path, data: Any) -> None:
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as stream:
        json.dump(data, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
