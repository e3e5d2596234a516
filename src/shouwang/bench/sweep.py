"""What a sweep costs: the whole run, the hand-written SQL for the same leads, a pure scan of the columns, a day's delta. Each in a child process of its own."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ASOF = dt.date(2020, 2, 17)
NOW = dt.datetime(2020, 2, 17, 8, tzinfo=dt.UTC)
REFERENCE = Path(__file__).parents[3] / "tests" / "engine" / "sweep" / "reference.sql"
PER_COUNTY = 150_000
DELTA = 50_000


def run(
    *, households: int, rows: int, folder: Path | None = None, threads: int = 0, rounds: int = 1, only_sweep: bool = False
) -> dict[str, Any]:
    """Figures of every part. `folder`: a snapshot made before is used, else made and kept there; none: a temporary one. `only_sweep`: no scan, SQL and delta."""
    with tempfile.TemporaryDirectory(prefix="shouwang-sweep-") as place:
        snapshot = folder or Path(place) / "snapshot"
        made = {} if (snapshot / "snapshot.json").exists() else _child("make", snapshot, households, rows)
        said = json.loads((snapshot / "snapshot.json").read_text("utf-8"))
        result: dict[str, Any] = {
            "households": households,
            "feed_rows": sum(f["rows"] for f in said["feeds"].values()),
            "counties": len(said["counties"]),
            "processors": os.cpu_count(),
            **({"making_the_snapshot": made} if made else {}),
        }
        parts = ["sweep"] if only_sweep else ["scan", "hand", "sweep", "delta"]
        for part in parts:
            measured = [_child(part, snapshot, Path(place) / f"{part}{n}", threads) for n in range(rounds)]
            result[part] = min(measured, key=lambda m: m["cpu_s"])
        if not only_sweep:
            ours, hand = result["sweep"], result["hand"]
            result["same_leads"] = ours["digest"] == hand["digest"] and ours["leads"] == hand["leads"]
            result["cpu_ratio"] = round(ours["cpu_s"] / hand["cpu_s"], 3)
        return result


def _child(part: str, *words: Any) -> dict[str, Any]:
    code = "import sys; from shouwang.bench.sweep import child; child(*sys.argv[1:])"
    command = [sys.executable, "-c", code, part, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])  # DuckDB may have drawn a bar before it
    return answer


def child(part: str, *words: str) -> None:
    """One part, in a process of its own; prints its figures as JSON. CPU is the whole process's, imports and compilation included."""
    figures = {"make": _make, "scan": _scan, "hand": _hand, "sweep": _sweep, "delta": _delta}[part](*words)
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures.setdefault("cpu_s", round(used.ru_utime + used.ru_stime, 2))
    figures["peak_mb"] = used.ru_maxrss // 1024
    print(json.dumps(figures))


def _timed(what: Callable[[], Any]) -> tuple[Any, float, float]:
    """(answer, wall seconds, CPU seconds)."""
    wall, cpu = time.perf_counter(), time.process_time()
    return what(), round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3)


def _make(folder: str, households: str, rows: str) -> dict[str, Any]:
    from shouwang.bench.snapshots import COUNTIES, make

    n = int(households)
    counties = COUNTIES if n <= PER_COUNTY * len(COUNTIES) else tuple(range(440_501, 440_501 + -(-n // PER_COUNTY)))
    written, wall, cpu = _timed(lambda: make(Path(folder), households=n, rows=int(rows), asof=ASOF, counties=counties))
    return {"rows": written, "wall_s": wall, "cpu_s": cpu}


def _book() -> tuple[Any, Any, Any]:
    from shouwang.engine.catalog import FeatureCatalog
    from shouwang.engine.params import Params
    from shouwang.engine.rules import RuleSet

    return RuleSet.load(), Params.load(), FeatureCatalog.load()


def _scan(snapshot: str, _: str, threads: str) -> dict[str, Any]:
    """The floor: read every column that the sweep reads, and nothing else."""
    import duckdb

    from shouwang.engine.bounds import scanned
    from shouwang.engine.duck import compiled
    from shouwang.engine.snapshot import Snapshot, listed

    rules, _params, catalog = _book()
    shot = Snapshot.open(Path(snapshot))
    sql = compiled(rules.in_force(ASOF, shot.counties[0]).rules, catalog, shot.dense)
    spans = scanned(catalog.needed(sql.codes), ASOF)

    def scan() -> None:
        with duckdb.connect(config={"threads": threads} if int(threads) else {}) as base:
            for source, used in sql.reads.items():
                files = [
                    p
                    for c in shot.counties
                    for p in (shot.feed(source, c, *spans[source]) if source in spans else shot.registry(source, c))
                ]
                largest = ", ".join(f"max({c})" for c in used)
                base.execute(f"SELECT {largest} FROM read_parquet({listed(files)}, hive_partitioning = false)").fetchall()  # noqa: S608 - our own names

    _, wall, cpu = _timed(scan)
    return {"wall_s": wall, "cpu_s": cpu}


def _hand(snapshot: str, _: str, threads: str) -> dict[str, Any]:
    import duckdb

    started = time.perf_counter()
    with duckdb.connect(config={"threads": threads} if int(threads) else {}) as base:
        base.execute(f"SET VARIABLE as_at = DATE '{ASOF}'; SET VARIABLE line = 500000")
        base.execute(REFERENCE.read_text("utf-8").replace("SNAPSHOT", snapshot))
        base.execute("SELECT count(*) FROM reference").fetchall()
        used, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - started
        leads, digest = _digest(base, "reference")
    return {"leads": leads, "wall_s": round(wall, 3), "cpu_s": round(used.ru_utime + used.ru_stime, 2), "digest": digest}


def _sweep(snapshot: str, out: str, threads: str) -> dict[str, Any]:
    import duckdb

    from shouwang.engine.snapshot import Snapshot
    from shouwang.engine.sweep import run as sweep

    shot, book = Snapshot.open(Path(snapshot)), _book()
    made, wall, _ = _timed(lambda: sweep(shot, *book, out=Path(out), asof=ASOF, now=NOW, threads=int(threads)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "rules": len(made.rules),
        "leads": made.leads,
        "wall_s": wall,
        "cpu_s": round(used.ru_utime + used.ru_stime, 2),
        "run_mb": used.ru_maxrss // 1024,
    }
    with duckdb.connect() as base:
        base.execute("SET memory_limit = '512MB'")
        leads, figures["digest"] = _digest(base, f"read_parquet('{out}/leads/*/*.parquet', hive_partitioning = false)")
    assert leads == made.leads  # noqa: S101 - a measurement of something wrong is none
    return figures


def _digest(base: Any, table: str) -> tuple[int, str]:
    """(number of leads, a digest of the set that does not depend on its order)."""
    columns = "rule, household, " + ", ".join(f"v{i}::BIGINT" for i in range(1, 7))
    n, total, low = base.execute(f"SELECT count(*), sum(h::HUGEINT), min(h) FROM (SELECT hash({columns}) AS h FROM {table})").fetchall()[0]  # noqa: S608 - our own names
    return int(n), hashlib.sha256(f"{n} {total} {low}".encode()).hexdigest()[:16]


def _delta(snapshot: str, _: str, threads: str) -> dict[str, Any]:
    """50,000 households of one county: the first time in a process (compiling), and again."""
    import pyarrow.parquet as pq

    from shouwang.engine.snapshot import Snapshot
    from shouwang.engine.sweep import evaluate

    shot, book = Snapshot.open(Path(snapshot)), _book()
    county = shot.counties[0]
    keys = pq.read_table(shot.registry("households", county)[0], columns=["household"]).column("household")
    keys = keys.take(list(range(0, len(keys), max(1, len(keys) // DELTA)))[:DELTA])  # spread over the county, as changes are
    times = []
    for _again in range(3):
        leads, wall, cpu = _timed(lambda: evaluate(shot, *book, asof=ASOF, counties=[county], households=keys, threads=int(threads)))
        times.append((wall, cpu))
    return {
        "households": len(keys), "leads": leads.num_rows, "first_wall_s": times[0][0], "first_cpu_s": times[0][1],
        "wall_s": min(t[0] for t in times[1:]), "cpu_s": min(t[1] for t in times[1:]),
    }  # fmt: skip
