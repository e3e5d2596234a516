"""A snapshot of the lake: plain Parquet by county, sorted by household, under pseudonymous keys. docs/algorithms/sweep.md is its contract."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shouwang.engine.errors import refuse
from shouwang.engine.feeds import feeds

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = 1
PLACE = ("household", "county", "town", "village")
# Bit of each risk in `risk_mask`, in the order of rulebook/registry_codes.yaml `risk`. Appended to, never reordered: snapshots are kept.
RISK_BITS = {
    "illness": 0,
    "schooling": 1,
    "disability": 2,
    "disaster": 3,
    "accident": 4,
    "industry_failed": 5,
    "unstable_work": 6,
    "no_labour": 7,
    "housing": 8,
    "water": 9,
    "other": 10,
    "epidemic": 11,
}
_WHOLE = (
    "town",
    "village",
    "persons",
    "able_labour",
    "income_fen",
    "income_year_fen",
    "last_income_fen",
    "wage_income_fen",
    "out_wage_fen",
)
_MONEY = ("business_income_fen", "transfer_income_fen", "property_income_fen", "expense_fen", "self_paid_fen", "compensation_fen")
HOUSEHOLDS: Mapping[str, str] = {
    "household": "int64",
    "county": "int64",
    **dict.fromkeys(_WHOLE, "int64"),
    **dict.fromkeys(_MONEY, "int64"),
    "household_class": "string",
    "standard_system": "string",
    "monitored": "boolean",
    "exited": "boolean",
    "exit_day": "date",
    "identified_day": "date",
    "cleared_day": "date",
    "housing_grade": "string",
    "water_safe": "boolean",
    "land_mu_100": "int64",
    "road_m": "int64",
    "has_helper": "boolean",
    "measures": "int64",
    "development_measures": "int64",
    "risk_mask": "int64",
}
PERSONS: Mapping[str, str] = {
    "person": "int64",
    "household": "int64",
    "birth_year": "int64",
    "birth_month": "int64",
    "sex": "string",
    "relation": "string",
    "school_stage": "string",
    "health": "string",
    "labour": "string",
    "insured": "boolean",
    "disability_type": "int64",
    "disability_grade": "int64",
    "work_status": "string",
    "work_place": "string",
    "wage_fen": "int64",
    "public_post": "boolean",
    "public_posts": "int64",
    "id_ok": "boolean",
    "phone_group": "int64",
}
_TYPES = {"BIGINT": "int64", "VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date"}


def columns(source: str) -> Mapping[str, str]:
    """{column: int64 | string | boolean | date} of `households`, `persons` or a feed. Raises LookupError for any other."""
    if source == "households":
        return HOUSEHOLDS
    if source == "persons":
        return PERSONS
    if source not in feeds():
        raise LookupError(source)
    return {name: _TYPES[stored] for name, stored in feeds()[source].columns().items()}


@dataclass(frozen=True, slots=True)
class FeedSpan:
    """What the snapshot holds of one feed: first and last day, number of rows."""

    first: dt.date | None
    last: dt.date | None
    rows: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where the files are and what `snapshot.json` says of them."""

    folder: Path
    asof: dt.date
    counties: tuple[int, ...]
    feeds: Mapping[str, FeedSpan]
    digest: str

    @property
    def dense(self) -> frozenset[str]:
        """The feeds with a tenth of all rows or more: most households have some."""
        every = sum(span.rows for span in self.feeds.values())
        return frozenset(name for name, span in self.feeds.items() if span.rows and span.rows * 10 >= every)

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Raises SweepRefused where there is no snapshot, one of another schema, or one whose snapshot.json says what cannot be."""
        try:
            text = (folder / "snapshot.json").read_text("utf-8-sig")
            said = json.loads(text)
        except FileNotFoundError as missing:
            raise refuse(
                "目录中没有 snapshot.json，不是一个完整的快照", "检查 --snapshot 指的目录；快照写到一半时须重新生成", value=str(folder)
            ) from missing
        except ValueError as broken:
            raise refuse("snapshot.json 不是 UTF-8 编码的 JSON", "重新生成快照", value=str(folder)) from broken
        _expect(isinstance(said, dict), "snapshot.json 须是一组键值", "", said)
        _expect(
            said.get("schema") == SCHEMA,
            f"快照的格式是第 {said.get('schema')} 版，本程序读第 {SCHEMA} 版（写成数字）",
            "schema",
            said.get("schema"),
        )
        counties, spans = said.get("counties"), said.get("feeds")
        _expect(isinstance(counties, list) and bool(counties), "快照没有列出县", "counties", counties)
        for county in counties:
            _expect(str(county).isdecimal() and len(str(county)) == 6, "不是六位县级代码", "counties", county)
        _expect(isinstance(spans, dict), "快照没有列出部门数据", "feeds", spans)
        asof = _day(said.get("asof"), "asof")
        return cls(
            folder,
            asof,
            tuple(int(c) for c in counties),
            {n: _span(n, s) for n, s in spans.items()},
            hashlib.sha256(text.encode()).hexdigest(),
        )

    def registry(self, name: str, county: int) -> list[str]:
        """The files of `households` or `persons` of the county."""
        return sorted(str(p) for p in (self.folder / name / f"county={county}").glob("*.parquet"))

    def feed(self, name: str, county: int, first: dt.date | None = None, last: dt.date | None = None) -> list[str]:
        """The files of the feed in the county whose month can hold a day of first..last."""
        low, high = (f"{d:%Y-%m}" if d else None for d in (first, last))
        months = _inside(self.folder / "feeds" / name / f"county={county}")
        fit = [m for m in months if m[-14:-7] == "period=" and (low is None or m[-7:] >= low) and (high is None or m[-7:] <= high)]
        return sorted(p for m in fit for p in _inside(m) if p.endswith(".parquet"))


def _inside(folder: Path | str) -> list[str]:
    """The paths in a folder, none where there is none. Not pathlib: a delta asks for hundreds of folders, in a tenth of the time."""
    try:
        return [entry.path for entry in os.scandir(folder)]
    except (FileNotFoundError, NotADirectoryError):
        return []


# Measured on a county's payroll, 2.4 million rows: half the CPU of zstd over a dictionary, and a fifth smaller. Keys of persons follow no order: nothing packs them.
def save(table: pa.Table, path: Path) -> None:
    """Write rows as the lake and its snapshots keep them: whole numbers and days as packed differences, words by dictionary and zstd, 65,536 rows a group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    words = [f.name for f in table.schema if pa.types.is_string(f.type)]
    packed = [f.name for f in table.schema if (pa.types.is_integer(f.type) or pa.types.is_date32(f.type)) and f.name != "person"]
    pq.write_table(
        table, path, row_group_size=65_536, use_dictionary=words or False, column_encoding=dict.fromkeys(packed, "DELTA_BINARY_PACKED"),
        compression={name: "zstd" if name in words else "none" for name in table.column_names},
    )  # fmt: skip


def listed(paths: Sequence[str]) -> str:
    """File names as a list in SQL."""
    return "[" + ", ".join("'" + p.replace("'", "''") + "'" for p in paths) + "]"


def _expect(holds: bool, message: str, field: str, value: object) -> None:
    if not holds:
        raise refuse(f"snapshot.json：{message}", "照 docs/algorithms/sweep.md 的“Snapshot”改正后再用", field=field, value=str(value)[:60])


def _span(name: str, said: object) -> FeedSpan:
    _expect(name in feeds(), f"数据目录（feeds.yaml）中没有这项部门数据，可用：{'、'.join(feeds())}", "feeds", name)
    if not isinstance(said, dict) or not isinstance(said.get("rows"), int) or said["rows"] < 0:
        raise refuse(
            "snapshot.json：部门数据须写明起止日期和行数", '写成 {"from": "2020-01-01", "to": "2020-01-31", "rows": 100}', field=name
        )
    first, last = (_day(said[key], f"{name}.{key}") if said.get(key) else None for key in ("from", "to"))
    _expect(said["rows"] == 0 or (first is not None and last is not None), "有行数而没有起止日期", name, said)
    return FeedSpan(first, last, said["rows"])


def _day(text: object, field: str) -> dt.date:
    try:
        return dt.datetime.strptime(str(text), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment
    except ValueError as wrong:
        raise refuse("snapshot.json：不是日期", "写成 2020-02-17 的样子", field=field, value=str(text)[:60]) from wrong
