"""What a workbook file holds, as plain values: sheets, rows, cells; and how much of it is accepted."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any, overload

from shouwang.kernel.errors import Refused

MEGABYTE = 1024 * 1024
ROWS, COLUMNS = 1_048_576, 16_384  # of any sheet of any spreadsheet program
BROKEN = "文件无法读取，可能已损坏或内容异常。请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传。"


class Kind(StrEnum):
    """What a cell is, as stored in the file."""

    EMPTY = "empty"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOL = "bool"
    ERROR = "error"


class ErrorCell(str):
    """A cell whose formula failed: the text a spreadsheet shows for it, such as #N/A; never what somebody typed."""

    __slots__ = ()


def kind(cell: Any) -> Kind:
    """The kind of a cell of `SheetData.rows`."""
    if cell is None:
        return Kind.EMPTY
    if isinstance(cell, ErrorCell):
        return Kind.ERROR
    if isinstance(cell, str):
        return Kind.TEXT
    if isinstance(cell, bool):
        return Kind.BOOL
    return Kind.DATE if isinstance(cell, dt.date) else Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost; `content` and `inflated` in bytes, `memory` of the child in bytes, `cpu` and `wall` in seconds."""

    content: int = 50 * MEGABYTE
    inflated: int = 600 * MEGABYTE
    ratio: int = 250  # inflated to packed; looked at from 5 MB on: small parts of styles are often above it
    entries: int = 5_000
    sheets: int = 100
    rows: int = 200_000  # number of the last row
    columns: int = 500
    cells: int = 8_000_000  # rows × columns of the rectangle that is filled, all sheets together
    text: int = 32_767  # characters of a cell, what Excel itself holds
    answer: int = 256 * MEGABYTE  # all cells as JSON
    memory: int = 512 * MEGABYTE
    cpu: int = 20
    wall: int = 40


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows as the child sent them: number of the first (0-based), how many, and `[[cell, …], …]` as JSON."""

    first: int
    count: int
    cells: bytes


def _value(made: dict[str, Any]) -> Any:
    """The cells JSON has no word for: {"d": day}, {"t": moment}, {"e": error}."""
    (name, text), *more = made.items()
    if more or name not in ("d", "t", "e"):
        raise ValueError(name)
    return dt.date.fromisoformat(text) if name == "d" else dt.datetime.fromisoformat(text) if name == "t" else ErrorCell(text)


def _not_a_number(_word: str) -> ErrorCell:
    return ErrorCell("#NUM!")


CELLS = frozenset({type(None), str, float, int, bool, dt.date, dt.datetime, ErrorCell})


class Rows(Sequence[list[Any]]):
    """The rows of a sheet, decoded piece by piece when asked for: 100,000 × 40 cells stay below 100 MB.

    Behaves like a list that cannot be changed; a row handed out is a list of its own only until the next piece is decoded, so
    go through the rows in order. Raises Refused if what the child sent makes no sense.
    """

    def __init__(self, pieces: Sequence[Piece], width: int) -> None:
        self.pieces = sorted((p for p in pieces if p.count), key=lambda p: p.first)
        self.width = width
        self.first = self.pieces[0].first if self.pieces else 0
        self.size = self.pieces[-1].first + self.pieces[-1].count - self.first if self.pieces else 0
        self._starts = [p.first - self.first for p in self.pieces]
        self._decoded: tuple[int, list[list[Any]]] = (-1, [])

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, index: int) -> list[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Any]]: ...
    def __getitem__(self, index: int | slice) -> list[Any] | list[list[Any]]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.size))]
        at = index + self.size if index < 0 else index
        if not 0 <= at < self.size:
            raise IndexError(index)
        number = bisect_right(self._starts, at) - 1
        rows = self._rows(number)
        inside = at - self._starts[number]
        return rows[inside] if inside < len(rows) else [None] * self.width

    def __iter__(self) -> Iterator[list[Any]]:
        at = 0
        for number, start in enumerate(self._starts):
            for _ in range(start - at):
                yield [None] * self.width
            rows = self._rows(number)
            yield from rows
            at = start + len(rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == self.size and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # compared by content, like a list

    def __repr__(self) -> str:
        return f"<Rows {self.size} × {self.width}>"

    def in_order(self) -> bool:
        """Whether no piece runs into the next."""
        return all(a.first >= 0 and a.first + a.count <= b.first for a, b in pairwise(self.pieces))

    def _rows(self, number: int) -> list[list[Any]]:
        if self._decoded[0] != number:
            self._decoded = (number, decode(self.pieces[number], self.width))
        return self._decoded[1]


def decode(piece: Piece, width: int) -> list[list[Any]]:
    """The rows of a piece, `width` cells each. The child took a hostile file apart: what it says is checked, not believed."""
    try:
        rows = json.loads(piece.cells, object_hook=_value, parse_constant=_not_a_number)
    except (ValueError, TypeError, RecursionError) as fault:
        raise Refused(BROKEN, field="file") from fault
    if not isinstance(rows, list) or len(rows) != piece.count:
        raise Refused(BROKEN, field="file")
    for row in rows:
        if not isinstance(row, list) or len(row) > width or not CELLS.issuperset(map(type, row)):
            raise Refused(BROKEN, field="file")
        if len(row) < width:
            row.extend([None] * (width - len(row)))
    return rows


@dataclass(frozen=True, slots=True)
class SheetData:
    """A sheet; `rows` are all equally wide and begin at column A, cells: None, str, float, int, bool, date, datetime or ErrorCell."""

    name: str
    hidden: bool
    first_row: int  # number, as the person sees it, of rows[0]
    rows: Sequence[list[Any]]
    hidden_columns: frozenset[int] = frozenset()  # 0-based
    merged: tuple[tuple[int, int, int, int], ...] = ()  # row, column, last row, last column: 0-based, inclusive
    formulas: bool = False  # some cell is a formula; its value is the one last worked out


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file as read; `kind` is xlsx, xls or csv, by content."""

    sheets: list[SheetData] = field(default_factory=list)
    kind: str = "xlsx"
