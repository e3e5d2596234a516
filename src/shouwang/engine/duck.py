"""The embedded back end: DuckDB over the Parquet files of one county at a time."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa

from shouwang.engine.bounds import Bounds, scanned
from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.compiler import Macros, compile_rules, table_name
from shouwang.engine.errors import refuse
from shouwang.engine.files import check_files
from shouwang.engine.rules import Rule
from shouwang.engine.snapshot import PLACE, Snapshot, columns, listed

TYPES = {"int64": "BIGINT", "string": "VARCHAR", "boolean": "BOOLEAN", "date": "DATE"}


@dataclass(frozen=True, slots=True)
class Sql:
    """A compiled sweep as DuckDB's SQL; days and thresholds are macros."""

    features: str
    hits: str
    leads: str
    reads: Mapping[str, tuple[str, ...]]
    joined: frozenset[str]
    codes: tuple[str, ...]


class _ByDigest:
    """A catalogue that compares equal by its digest, so that a compilation is kept."""

    def __init__(self, catalog: FeatureCatalog) -> None:
        self.catalog = catalog

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByDigest) and other.catalog.digest == self.catalog.digest

    def __hash__(self) -> int:
        return hash(self.catalog.digest)


@functools.lru_cache(maxsize=32)
def _compiled(rules: tuple[Rule, ...], catalog: _ByDigest, dense: frozenset[str]) -> Sql:
    plan = compile_rules(rules, catalog.catalog, Macros(), dense)
    features, hits, leads = (str(ibis.to_sql(e, dialect="duckdb")) for e in (plan.features, plan.hits, plan.leads))
    return Sql(features, hits, leads, plan.reads, plan.joined, plan.codes)


def compiled(rules: Sequence[Rule], catalog: FeatureCatalog, dense: frozenset[str]) -> Sql:
    """The rules as SQL; compiled once per process. `dense`: as the snapshot says."""
    return _compiled(tuple(rules), _ByDigest(catalog), dense)


class Duck:
    """One connection; `county()` registers the files of a county, then the stages are run."""

    def __init__(self, *, memory: str = "", threads: int = 0, spill: Path | None = None) -> None:
        config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
        config |= {"memory_limit": memory} if memory else {}
        config |= {"threads": str(threads)} if threads else {}
        config |= {"temp_directory": str(spill)} if spill else {}
        try:
            self.base = duckdb.connect(config=config)
        except duckdb.Error as fault:
            raise refuse("内存的写法不对", "写成 512MB、4GB 的样子", field="memory", value=memory) from fault
        self.base.execute("SET enable_progress_bar = false")

    def close(self) -> None:
        """Give the memory back."""
        self.base.close()

    @contextmanager
    def county(
        self,
        snapshot: Snapshot,
        county: int,
        rules: Sequence[Rule],
        catalog: FeatureCatalog,
        bounds: Bounds,
        households: Any = None,
        keep_all: bool = False,
    ) -> Iterator[Sql]:
        """The tables `features` (with `keep_all` only), `hits` and `leads` of the county exist inside. `households`: only these (Arrow column)."""
        sql = compiled(rules, catalog, snapshot.dense)
        try:
            self.define(bounds)
            self.register(snapshot, county, sql.reads, scanned(catalog.needed(sql.codes), bounds.asof), households, sql.joined)
            whole = ", ".join(f'CAST("{c}" AS BIGINT) AS "{c}"' for c in (*PLACE, *sql.codes))
            features = f"SELECT {whole} FROM ({sql.features})"  # noqa: S608 - compiled from a validated rule
            if keep_all:
                self.base.execute(f"CREATE OR REPLACE TEMP TABLE features AS {features}")
            within = "" if keep_all else f"WITH features AS ({features}) "
            self.base.execute(f"CREATE OR REPLACE TEMP TABLE hits AS {within}SELECT * FROM ({sql.hits})")  # noqa: S608 - the same
            self.base.execute(f"CREATE OR REPLACE TEMP TABLE leads AS {sql.leads}")
            yield sql
        except duckdb.OutOfRangeException as fault:
            raise refuse(
                f"{county} 的数据中有超出范围的数值：{str(fault).splitlines()[0]}", "核对这一县的金额和数量，撤回错误的文件后重新生成快照"
            ) from fault
        except (duckdb.ConversionException, duckdb.BinderException, duckdb.IOException, duckdb.InvalidInputException) as fault:
            check_files(snapshot, {county: (sql.reads, scanned(catalog.needed(sql.codes), bounds.asof))})
            raise refuse(
                f"{county} 的快照文件读不出来：{str(fault).splitlines()[0]}", "文件可能写到一半、已损坏，或各文件的列不一致：重新生成快照"
            ) from fault
        except duckdb.OutOfMemoryException as fault:
            raise refuse(f"{county} 的内存不够", "加大 --memory，或用 --threads 1 逐县进行", field="memory") from fault
        finally:
            for name in ("leads", "hits", "features"):
                self.base.execute(f"DROP TABLE IF EXISTS {name}")

    def define(self, bounds: Bounds) -> None:
        """The macros that the SQL calls."""
        values = {name: f"DATE '{day}'" for name, day in bounds.days.items()} | {
            n: f"{number}::BIGINT" for n, number in bounds.numbers.items()
        }
        self.base.execute(";".join(f"CREATE OR REPLACE TEMP MACRO {name}() AS {value}" for name, value in values.items()))

    def register(
        self, snapshot: Snapshot, county: int, reads: Mapping[str, tuple[str, ...]], spans: Mapping[str, Any], households: Any = None,
        joined: Collection[str] = (),
    ) -> None:  # fmt: skip
        """A view for each source over the county's files, with the columns that are read, in their types. `joined`: those that have one of every household too."""
        if households is not None:
            self.base.register("given", pa.table({"household": households}))
            self.base.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT DISTINCT household::BIGINT AS household FROM given")
        for source, used in reads.items():
            found = snapshot.feed(source, county, *spans[source]) if source in spans else snapshot.registry(source, county)
            types = columns(source)
            cast = ", ".join(f'CAST({c} AS {TYPES[types[c]]}) AS "{c}"' for c in used)
            where = " WHERE household IN (SELECT household FROM chosen)" if households is not None else ""
            every = f"SELECT {cast} FROM read_parquet({listed(found)}, hive_partitioning = false)"  # noqa: S608 - our own file names
            empty = "SELECT " + ", ".join(f'NULL::{TYPES[types[c]]} AS "{c}"' for c in used) + " WHERE false"
            self.base.execute(f"CREATE OR REPLACE TEMP VIEW {table_name(source)} AS {every + where if found else empty}")
            if source in joined:
                self.base.execute(f"CREATE OR REPLACE TEMP VIEW every_{table_name(source)} AS {every if found else empty}")

    def rows(self, query: str) -> Any:
        """The answer as an Arrow table."""
        return self.base.execute(query).to_arrow_table()

    def number(self, query: str) -> int:
        """The single whole number that answers."""
        return int(self.base.execute(query).fetchall()[0][0])

    def count(self, query: str) -> dict[str, int]:
        """{word: number} of an answer of two columns, in the words' order."""
        return {str(word): int(n) for word, n in sorted(self.base.execute(query).fetchall())}

    def write(self, query: str, path: Path) -> None:
        """The answer as a Parquet file."""
        self.base.execute(f"COPY ({query}) TO {listed([str(path)])[1:-1]} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
