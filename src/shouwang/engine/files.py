"""Whether the files of a snapshot hold what a sweep reads, before it reads them: missing columns, other types, values that would be bent to fit.

Footers are read, values only where a column has another type than the contract's (docs/algorithms/sweep.md). A snapshot of many files is sampled: the first file
of each source and county; what is wrong in another stops the sweep at that county, and is looked for then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shouwang.engine.errors import Problem, SweepRefused
from shouwang.engine.snapshot import Snapshot, columns, listed

MANY_FILES = 300  # their footers take a twentieth of a second
MOST = 20  # faults said at once
WORDS = {"int64": "整数", "string": "文字", "boolean": "真假", "date": "日期"}
REMEDY = {
    "int64": "写成整数，金额以分为单位；没有数据留空（null）",
    "string": "写成文字代码，没有数据留空（null）",
    "boolean": "写成真假（true、false），没有数据留空（null）",
    "date": "写成日期（date32）或 2020-02-17 样子的文字，不带时区",
}
Reads = Mapping[str, tuple[str, ...]]


def check_files(
    snapshot: Snapshot, wanted: Mapping[int, tuple[Reads, Mapping[str, Any]]], *, strict: bool = False, light: bool = False
) -> None:
    """Raises SweepRefused naming file, column, value and remedy of what cannot be read as the contract says.

    `wanted`: {county: (columns read of each source, days seen of each feed)}. `strict`: no other types at all (Spark reads by the contract's). `light`: the first
    files only and no look at the households' keys.
    """
    found = {county: {s: _files(snapshot, s, county, spans) for s in reads} for county, (reads, spans) in wanted.items()}
    every = not light and sum(len(paths) for by_source in found.values() for paths in by_source.values()) <= MANY_FILES
    problems: list[Problem] = []
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}) as base:
        for county, by_source in found.items():
            for source, paths in by_source.items():
                faults = list(_of_source(snapshot, source, wanted[county][0][source], paths if every else paths[:1], base, strict=strict))
                if source == "households" and not faults and not light:
                    faults = list(_of_keys(county, paths, base))
                problems += faults
            if len(problems) >= MOST:
                break
    if problems:
        raise SweepRefused(problems[:MOST])


def _files(snapshot: Snapshot, source: str, county: int, spans: Mapping[str, Any]) -> list[str]:
    return snapshot.feed(source, county, *spans[source]) if source in spans else snapshot.registry(source, county)


def _of_source(
    snapshot: Snapshot, source: str, used: Sequence[str], paths: Sequence[str], base: duckdb.DuckDBPyConnection, *, strict: bool
) -> Iterator[Problem]:
    types = columns(source)
    for path in paths:
        name = _name(snapshot, path)
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError):
            yield Problem("", "", name, "不是 Parquet 文件，或只写了一半", "重新生成这个文件")
            continue
        for column in used:
            if column not in schema.names:
                also = "；目录名里的县代码不算，文件里也要写 county 列" if column == "county" else ""
                yield Problem("", column, "", f"{name} 缺这一列", f"补上这一列（{WORDS[types[column]]}），全部没有数据时留空{also}")
            elif query := _bent(types[column], schema.field(column).type, column, strict):
                yield from _wrong(name, path, column, types[column], query, base)


def _bent(wanted: str, arrow: pa.DataType, column: str, strict: bool) -> str:
    """The condition under which a value of the type would not arrive as it is; "" where every value does, "true" where none can."""
    arrow = arrow.value_type if pa.types.is_dictionary(arrow) else arrow
    is_ = pa.types
    text = is_.is_string(arrow) or is_.is_large_string(arrow)
    native = {"int64": is_.is_integer(arrow), "string": text, "boolean": is_.is_boolean(arrow), "date": is_.is_date(arrow)}[wanted]
    if native or is_.is_null(arrow):
        return ""
    if strict:
        return "true"
    fraction = is_.is_floating(arrow) or is_.is_decimal(arrow)
    if wanted == "int64" and fraction:
        return f'NOT isfinite("{column}"::DOUBLE) OR "{column}" <> trunc("{column}")'
    if wanted == "int64" and text:
        return f"NOT regexp_full_match(\"{column}\", '-?[0-9]{{1,18}}')"
    if wanted == "boolean" and (fraction or is_.is_integer(arrow)):
        return f'"{column}" NOT IN (0, 1)'
    if text:
        return f'TRY_CAST("{column}" AS {"DATE" if wanted == "date" else "BOOLEAN"}) IS NULL'
    if wanted == "date" and is_.is_timestamp(arrow) and arrow.tz is None:
        return ""
    return "" if wanted == "string" and is_.is_integer(arrow) else "true"


def _wrong(name: str, path: str, column: str, wanted: str, bent: str, base: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    source = f"read_parquet({listed([path])}, hive_partitioning = false)"
    query = f'SELECT "{column}"::VARCHAR, count(*) OVER () FROM {source} WHERE "{column}" IS NOT NULL AND ({bent}) LIMIT 1'  # noqa: S608 - a column of the contract
    row = base.execute(query).fetchone()
    if row is not None:
        yield Problem("", column, str(row[0])[:40], f"{name} 中有 {row[1]} 个不是{WORDS[wanted]}的值", REMEDY[wanted])


def _of_keys(county: int, paths: Sequence[str], base: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    """Households without a key, twice, or of another county."""
    folder = f"households/county={county}"
    if not paths:
        yield Problem(
            "", "counties", str(county), f"{folder} 中没有 .parquet 文件", "补上这个县的户，或从 snapshot.json 的 counties 中去掉它"
        )
        return
    whole = "TRY_CAST(household AS BIGINT) AS household, TRY_CAST(county AS BIGINT) AS county"
    rows = f"SELECT {whole} FROM read_parquet({listed(paths)}, hive_partitioning = false)"  # noqa: S608 - our own file names
    total, keyed, distinct, elsewhere = base.execute(
        f"SELECT count(*), count(household), count(DISTINCT household), count(*) FILTER (county IS DISTINCT FROM {int(county)}) FROM ({rows})"  # noqa: S608 - the line above
    ).fetchall()[0]
    if keyed < total:
        yield Problem("", "household", "", f"{folder} 中有 {total - keyed} 行没有户键", "每户一行，户键为整数，不能空")
    if distinct < keyed:
        twice = base.execute(f"SELECT household FROM ({rows}) WHERE household IS NOT NULL GROUP BY household HAVING count(*) > 1 LIMIT 1")  # noqa: S608 - the same
        yield Problem("", "household", str(twice.fetchall()[0][0]), f"{folder} 中有 {keyed - distinct} 行的户键重复", "每户只留一行")
    if elsewhere:
        yield Problem("", "county", "", f"{folder} 中有 {elsewhere} 行的县代码不是 {county}", "把这些户放到所属县的目录，或改正 county 列")


def _name(snapshot: Snapshot, path: str) -> str:
    return str(Path(path).relative_to(snapshot.folder))
