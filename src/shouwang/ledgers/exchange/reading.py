"""A department's workbook as columns: which sheet, which header, what each row says, and what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shouwang.engine.feeds import Feed, FeedField, after, identity_fields
from shouwang.engine.feeds import feed as feed_of
from shouwang.kernel.columns.fields import Clear, Field
from shouwang.kernel.columns.headers import LEAST, Header, find, fullest, is_data
from shouwang.kernel.columns.values import reader, shown
from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import SheetData, Workbook, read
from shouwang.kernel.workbooks.model import LIMITS, MEGABYTE
from shouwang.ledgers.exchange.lake import arrow

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = {"ordinal": "choice", "area": "number", "sex": "choice"}
SEXES = {"male": "男", "female": "女"}
WHO = ("id_number", "name", "household_code")
ROWS_AT_MOST = 600_000
FILE_LIMITS = replace(LIMITS, rows=ROWS_AT_MOST + 30, cells=12_000_000, answer=640 * MEGABYTE, memory=1024 * MEGABYTE, cpu=120, wall=240)
Faults = list[tuple[int, list[list[str]]]]


def fields_of(feed: Feed) -> tuple[Field, ...]:
    """The columns a file of the feed may have: who the row is about, the day, and the feed's own."""
    return _fields(feed.code)


@lru_cache(maxsize=32)
def _fields(code: str) -> tuple[Field, ...]:
    return tuple(_field(f) for f in (*identity_fields(), *feed_of(code).fields))


def _field(said: FeedField) -> Field:
    choices: Mapping[str, str] | None = SEXES if said.type == "sex" else said.choices
    return Field(
        said.code,
        said.label,
        KINDS.get(said.type, said.type),
        required=said.required,
        aliases=said.aliases,
        choices=(lambda _day: choices) if choices else None,
        synonyms=(lambda _day: said.also or {}) if choices else None,
        unit=said.unit,
        limit=200,
    )


@dataclass(frozen=True)
class Piece:
    """Some rows as read. `rows` has line, day and the feed's columns, `people` the matcher's columns with the line as key, `homes` the written
    household codes and villages by line; a row with a fault stands in `faults` only."""

    rows: pa.Table
    people: pa.Table
    homes: dict[int, str]
    places: dict[int, str]
    faults: Faults
    count: int


@dataclass(frozen=True)
class OpenedFile:
    """A workbook whose columns are known."""

    feed: Feed
    period: dt.date
    data: SheetData
    header: Header
    readers: Mapping[str, Callable[[Any], Any]]
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Rows below the header."""
        return len(self.data.rows) - self.header.first

    def piece(self, start: int, stop: int) -> Piece:
        """Rows `start` … `stop` below the header, column by column."""
        at = self.header.first + start
        taken = [
            (self.data.first_row + n, row)
            for n, row in enumerate(self.data.rows[at : min(at + stop - start, len(self.data.rows))], at)
            if is_data(row)
        ]
        faults: dict[int, list[list[str]]] = {}
        values = {key: self._column(key, column, taken, faults) for key, column in self.header.columns.items()}
        self._whole(values, taken, faults)
        keep = [n for n, (line, _) in enumerate(taken) if line not in faults]
        lines = [taken[n][0] for n in keep]
        kept = {key: [column[n] for n in keep] for key, column in values.items()}
        nothing = [None] * len(keep)
        homes = {line: code for line, code in zip(lines, kept.get("household_code", nothing), strict=True) if code}
        places = {line: text for line, text in zip(lines, kept.get("village", nothing), strict=True) if text}
        return Piece(self._rows(lines, kept), _people(lines, kept), homes, places, sorted(faults.items()), len(taken))

    def _column(self, key: str, column: int, taken: Sequence[tuple[int, list[Any]]], faults: dict[int, list[list[str]]]) -> list[Any]:
        said, out = self.readers[key], []
        field = next(f for f in fields_of(self.feed) if f.key == key)
        for line, row in taken:
            try:
                value = said(row[column])
            except ValueError as wrong:
                faults.setdefault(line, []).append([field.label, shown(field, row[column]), str(wrong)])
                value = None
            out.append(None if isinstance(value, Clear) else value)
        return out

    def _whole(self, values: dict[str, list[Any]], taken: Sequence[tuple[int, Any]], faults: dict[int, list[list[str]]]) -> None:
        """What a row lacks as a whole: who it is about, a required column, a day inside the period."""
        start, end = self.feed.starts(self.period), after(self.period) - dt.timedelta(1)
        who = [values[k] for k in WHO if k in values]
        needed = [(f.label, values.get(f.code)) for f in self.feed.fields if f.required]
        days, years = values.get("day"), values.get("year")
        for n, (line, _) in enumerate(taken):
            wrong = []
            if not any(column[n] for column in who):
                wrong.append(["证件号码、姓名", "", "没有填写，不知道是谁的数据。请补填证件号码和姓名。"])
            wrong += [[label, "", "没有填写，请补填。"] for label, column in needed if column is None or column[n] is None]
            day = days[n] if days else None
            if day and (day > end or (self.feed.in_period and day < start)):
                wrong.append(["日期", str(day), f"不在报送期 {start} 至 {end} 内。请核对年份，或改报相应的报送期。"])
            if years and years[n] and abs(years[n] - self.period.year) > 1:
                wrong.append(["年度", str(years[n]), f"与报送期 {self.period:%Y-%m} 不符。请核对年份。"])
            if wrong:
                known = {f[0] for f in faults.get(line, [])}
                fresh = [w for w in wrong if w[0] not in known]
                if fresh:
                    faults.setdefault(line, []).extend(fresh)

    def _rows(self, lines: list[int], kept: Mapping[str, list[Any]]) -> pa.Table:
        import pyarrow as pa

        last = after(self.period) - dt.timedelta(1)
        days = kept.get("day") or [None] * len(lines)
        columns = {"line": pa.array(lines, pa.int64()), "day": pa.array([d or last for d in days], pa.date32())}
        for field in self.feed.fields:
            found = kept.get(field.code, [None] * len(lines))
            if field.type == "area":
                found = [None if v is None else int(v * 100) for v in found]
            elif field.type == "ordinal":
                found = [None if v is None else int(v) for v in found]
            columns[field.code] = pa.array(found, arrow(field.stored))
        return pa.table(columns)


def _people(lines: list[int], kept: Mapping[str, list[Any]]) -> pa.Table:
    import pyarrow as pa

    from shouwang.engine.matching.chinese import INPUT

    nothing = [None] * len(lines)
    columns: dict[str, list[Any]] = {
        "key": lines,
        "birth": kept.get("birth_date", nothing),
        "village": nothing,  # a name, found among the places only where the number does not decide
        "household": nothing,
        **{c: kept.get(c, nothing) for c in ("id_number", "name", "sex", "head_name")},
    }
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in INPUT})


def open_file(content: bytes, name: str, feed: Feed, period: dt.date, saved: Callable[[str], Mapping[str, str] | None]) -> OpenedFile:
    """The file by the feed's columns. Raises Refused where it cannot be read, lacks a needed column or is of no use."""
    data, header = _choose(read(content, name, limits=FILE_LIMITS), feed, saved)
    missing = [f.label for f in feed.fields if f.required and f.code not in header.columns]
    if not any(k in header.columns for k in WHO):
        missing.insert(0, "证件号码（或姓名）")
    if missing:
        raise Refused(f"没有找到“{'、'.join(missing)}”列。请在“列对应”中指定是文件的哪一列，或补上该列后重新上传。", field="columns")
    if header.twice:
        raise Refused(f"“{'、'.join(header.twice)}”列出现了两次，不知道以哪一列为准。请删去一列，或在“列对应”中指定。", field="columns")
    readers = {f.key: reader(f, period) for f in fields_of(feed) if f.key in header.columns}
    found = OpenedFile(feed, period, data, header, readers, tuple(_notes(data, header)))
    if found.size > ROWS_AT_MOST:
        raise Refused(f"文件有 {found.size:,} 行，超过 {ROWS_AT_MOST:,} 行的上限。请按区（县）或时间分成几个文件报送。", field="file")
    if not any(is_data(row) for row in data.rows[header.first : header.first + 200]):
        raise Refused(
            f"工作表“{data.name}”的表头下没有数据。本期确无数据的，请在报送页选“本期无数据”；否则请核对文件后重新上传。", field="file"
        )
    return found


def headers_found(content: bytes, name: str, feed: Feed, saved: Callable[[str], Mapping[str, str] | None]) -> dict[str, Any]:
    """The header of a file for a person to assign; {} where there is none."""
    try:
        data, header = _choose(read(content, name, limits=FILE_LIMITS), feed, saved)
    except Refused:
        return {}
    return as_json(data, header)


def as_json(data: SheetData, header: Header) -> dict[str, Any]:
    """The header as a delivery keeps it."""
    named = {str(c): n for c, n in header.named.items()}
    row = data.first_row + header.first - 1
    return {"columns": dict(header.columns), "named": named, "signature": header.signature, "sheet": data.name, "row": row}


def _choose(book: Workbook, feed: Feed, saved: Callable[[str], Mapping[str, str] | None]) -> tuple[SheetData, Header]:
    """The sheet with the most known columns, visible ones first."""
    found = []
    for data in (s for s in book.sheets if s.rows):
        top = data.rows[:25]
        merges = [(a - data.first_row + 1, b, c - data.first_row + 1, d) for a, b, c, d in data.merged]
        header = find(fields_of(feed), top, merges) or fullest(fields_of(feed), top, merges)
        if header is None:
            continue
        columns = saved(header.signature)
        again = find(fields_of(feed), top, merges, columns) if columns else None
        header = replace(again, signature=header.signature) if again else header
        found.append((not data.hidden, len(header.columns), data, header))
    if not found or (max(f[1] for f in found) < LEAST and not max(len(f[3].named) for f in found)):
        raise Refused(
            f"没有找到“{feed.name}”的表头。请在首行写明列名（如：证件号码、姓名、{feed.fields[0].label}）后重新上传。", field="file"
        )
    _, _, data, header = max(found, key=lambda f: f[:2])
    return data, header


def _notes(data: SheetData, header: Header) -> list[str]:
    out = [f"第 {data.first_row + header.at} 行识别为表头，其上作为标题略过。"] if header.at else []
    if header.first - header.at > 1:
        out.append("表头有两行，已合并识别。")
    if header.unknown:
        out.append(f"不取的列：{'、'.join(header.named[c] for c in header.unknown[:12])}。")
    return out
