"""The back end for what outgrows one machine: the same expressions on Spark, over the same Parquet on storage that every worker sees.

Counties with equal thresholds go together. Features, hits and leads are written out and read back between the stages: as one query the plan does not end.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shouwang.engine.bounds import Bounds, scanned
from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.compiler import Literals, Plan, compile_rules, table_name
from shouwang.engine.errors import refuse
from shouwang.engine.rules import Rule
from shouwang.engine.snapshot import PLACE, Snapshot, columns
from shouwang.engine.sweep import CountyDone, Prepared, settle

TYPES = {"int64": "BIGINT", "string": "STRING", "boolean": "BOOLEAN", "date": "DATE"}


def sweep(
    snapshot: Snapshot,
    ready: Prepared,
    catalog: FeatureCatalog,
    left: Sequence[int],
    out: Path,
    run_id: str,
    master: str,
    *,
    keep_all: bool,
) -> Iterator[CountyDone]:
    """As the embedded back end: one CountyDone for each county once its files are in place. Raises SweepRefused where Spark is not installed."""
    spark = session(master)
    try:
        for number, (counties, rules, bounds) in enumerate(_together(ready, left)):
            started = time.monotonic()
            work = out.resolve() / ".work" / f"batch{number}"
            _Batch(spark, snapshot, counties, catalog, work).run(rules, bounds, run_id, keep_all=keep_all)
            seconds = round((time.monotonic() - started) / len(counties), 3)
            yield from _settled(spark, out, work, counties, seconds)
            shutil.rmtree(work, ignore_errors=True)
    finally:
        spark.stop()


def installed(master: str) -> None:
    """Raises SweepRefused where Spark is not installed or nobody said where its master is."""
    if find_spec("pyspark") is None:
        raise refuse(
            "没有安装 PySpark", "按 requirements-spark.lock 建一个环境，再用它运行；单机用 --backend duckdb", field="backend", value="spark"
        )
    if not master:
        raise refuse("没有说明 Spark 主节点", "加 --master spark://主机:7077", field="master")


def session(master: str) -> Any:
    """A session on the master (`spark://host:7077`; `local[2]` for trying out)."""
    installed(master)
    from pyspark.sql import SparkSession

    named = (
        SparkSession.builder.master(master)
        .appName("shouwang sweep")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
    )
    exact = named.config("spark.sql.ansi.enabled", "true").config("spark.sql.session.timeZone", "UTC")
    return exact.config("spark.sql.shuffle.partitions", "8").config("spark.sql.adaptive.enabled", "true").getOrCreate()


def _together(ready: Prepared, left: Sequence[int]) -> list[tuple[list[int], tuple[Rule, ...], Bounds]]:
    """Counties by equal rules and thresholds."""
    groups: dict[Any, tuple[list[int], tuple[Rule, ...], Bounds]] = {}
    for county in left:
        rules, bounds = ready.by_county[county]
        groups.setdefault((rules.digest, bounds.key), ([], rules.rules, bounds))[0].append(county)
    return list(groups.values())


class _Batch:
    """Counties swept together; each stage is a Parquet folder under `work`."""

    def __init__(self, spark: Any, snapshot: Snapshot, counties: Sequence[int], catalog: FeatureCatalog, work: Path) -> None:
        self.spark, self.snapshot, self.counties, self.catalog, self.work = spark, snapshot, counties, catalog, work

    def run(self, rules: Sequence[Rule], bounds: Bounds, run_id: str, *, keep_all: bool) -> None:
        """Features, hits, leads; the last two by county."""
        import ibis

        plan = compile_rules(rules, self.catalog, Literals(bounds), self.snapshot.dense)
        self.register(plan, bounds)
        features, hits, leads = (str(ibis.to_sql(e, dialect="pyspark")) for e in (plan.features, plan.hits, plan.leads))
        self.stage("features", features)
        self.stage("hits", hits)
        kept = ", ".join(f"`{c}`" for c in (*PLACE, *plan.codes))
        self.write(f"SELECT '{run_id}' AS run, * FROM ({leads})", "leads")  # noqa: S608 - compiled from validated rules
        self.write(f"SELECT {kept} FROM {'features' if keep_all else 'hits'}", "kept")  # noqa: S608 - our own names

    def register(self, plan: Plan, bounds: Bounds) -> None:
        """A view for each source over the files of all the counties."""
        spans = scanned(self.catalog.needed(plan.codes), bounds.asof)
        for source, used in plan.reads.items():
            self.view(source, used, spans)

    def view(self, source: str, used: Sequence[str], spans: Mapping[str, Any]) -> None:
        """The columns that are read, in their types."""
        found = [
            path
            for county in self.counties
            for path in (self.snapshot.feed(source, county, *spans[source]) if source in spans else self.snapshot.registry(source, county))
        ]
        types = columns(source)
        if found:
            said = ", ".join(f"`{c}` {TYPES[types[c]]}" for c in used)  # said, not asked: inferring it reads every file once more
            chosen = self.spark.read.schema(said).parquet(*(str(Path(p).resolve()) for p in found))
        else:
            chosen = self.spark.createDataFrame([], ", ".join(f"{c} {TYPES[types[c]]}" for c in used))
        for name in (table_name(source), f"every_{table_name(source)}"):
            chosen.createOrReplaceTempView(name)

    def stage(self, name: str, query: str) -> None:
        """Run a query, write its rows out and read them back under the name."""
        place = str(self.work / "stages" / name)
        self.spark.sql(query).write.mode("overwrite").parquet(place)
        self.spark.read.parquet(place).createOrReplaceTempView(name)

    def write(self, query: str, name: str) -> None:
        """The answer in one folder a county."""
        rows = self.spark.sql(query)
        split = rows.withColumn("place", rows["county"]).coalesce(8).repartition("place")
        split.write.mode("overwrite").option("compression", "zstd").partitionBy("place").parquet(str(self.work / name))


def _settled(spark: Any, out: Path, work: Path, counties: Sequence[int], seconds: float) -> Iterator[CountyDone]:
    counts = spark.read.parquet(str(work / "leads")).groupBy("county", "rule").count().collect() if _any(work / "leads") else []
    households = {r["county"]: r["count"] for r in spark.table("hits").groupBy("county").count().collect()}
    for county in counties:
        here = work / f"county={county}"
        for name, folder in (("leads", "leads"), ("features", "kept")):
            made = work / folder / f"place={county}"
            (here / name).mkdir(parents=True)
            for path in sorted(made.glob("*.parquet")) if made.exists() else ():
                path.replace(here / name / path.name)
        per_rule = {str(r["rule"]): int(r["count"]) for r in sorted(counts, key=lambda r: str(r["rule"])) if r["county"] == county}
        yield settle(out, here, CountyDone(county, sum(per_rule.values()), int(households.get(county, 0)), per_rule, seconds))


def _any(folder: Path) -> bool:
    return any(folder.glob("place=*/*.parquet"))
