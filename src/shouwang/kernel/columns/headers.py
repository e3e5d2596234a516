"""Which row is the header and which column is which field: titles above, two header rows, merged cells, other orders, other names. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.columns.fields import Field
from shouwang.kernel.columns.values import plain

SEARCHED = 20  # header rows stand among the first rows; what lies above is a title
LEAST = 2
NOTE_ROW = re.compile(r"^(填[表写报]说明|示例|样例|例[:：]|说明|合计|总计|小计|备注[:：])")
MARKS = "错误说明"
Merges = Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True)
class Header:
    """Where the header is and what it says.

    `columns` maps fields to 0-based columns; `named` are all headers by column; `first` is the index in the sheet's rows where data
    begin; `signature` is a short hash of the header as it stands: files of one origin share it.
    """

    columns: Mapping[str, int]
    named: Mapping[int, str]
    first: int
    at: int
    signature: str
    unknown: tuple[int, ...] = ()
    twice: tuple[str, ...] = ()


@dataclass
class _Guess:
    columns: dict[str, int]
    named: dict[int, str]
    first: int
    at: int
    said: str
    twice: list[str] = field(default_factory=list)


def bare(text: str) -> str:
    """A header without marks, units and spaces: 耕地（亩）* and 耕 地 are one."""
    return re.sub(r"[\s*＊:：\n]|[（(].*?[)）]", "", unicodedata.normalize("NFKC", text))


def find(fields: Sequence[Field], rows: Sequence[Sequence[Any]], merged: Merges, saved: Mapping[str, str] | None = None) -> Header | None:
    """The header of a worksheet, None where no two columns are known.

    `merged` counts from the first of `rows`. `saved` maps bare headers to field keys as a person assigned them for files like this
    ("" = leave out); it wins over labels and aliases.
    """
    names = _names(fields) | dict(saved or {})
    best: _Guess | None = None
    for deep in (1, 2):  # a header of one row first: a title above it is not its upper half
        for at in range(min(SEARCHED, len(rows) - deep + 1)):
            guess = _read(names, rows, merged, at, deep)
            if len(guess.columns) >= LEAST and (best is None or len(guess.columns) > len(best.columns)):
                best = guess
    return None if best is None else _header(names, best)


def fullest(fields: Sequence[Field], rows: Sequence[Sequence[Any]], merged: Merges) -> Header | None:
    """Where no column is known: the first row that is as full as any, taken for a header, so that a person can assign its columns."""
    filled = [sum(bool(plain(c)) for c in row) for row in rows[:SEARCHED]]
    if not filled or max(filled) < LEAST:
        return None
    names = _names(fields)
    return _header(names, _read(names, rows, merged, filled.index(max(filled)), 1))


def _header(names: Mapping[str, str], best: _Guess) -> Header:
    used = set(best.columns.values())
    left_out = {c for c, n in best.named.items() if names.get(bare(n)) == "" or bare(n) == MARKS}
    unknown = tuple(c for c in best.named if c not in used | left_out)
    signature = hashlib.sha256(best.said.encode()).hexdigest()[:32]
    return Header(best.columns, best.named, best.first, best.at, signature, unknown, tuple(best.twice))


def _names(fields: Sequence[Field]) -> dict[str, str]:
    out: dict[str, str] = {}
    for f in fields:
        for said in (f.label, *f.aliases):
            out.setdefault(bare(said), f.key)
    return out


def _read(names: Mapping[str, str], rows: Sequence[Sequence[Any]], merged: Merges, at: int, deep: int) -> _Guess:
    """The header if it began at row `at` and were `deep` rows high; a lower name is tried alone, then behind its upper one."""
    upper = _spread(rows[at], [m for m in merged if m[0] <= at <= m[2]])
    lower = [plain(c) for c in rows[at + 1]] if deep == 2 else [""] * len(upper)
    guess = _Guess({}, {}, at + deep, at, "\0".join((*upper, *lower)))
    for column, top in enumerate(upper):
        low = lower[column] if column < len(lower) else ""
        said = [s for s in ((low, top + low, top) if low else (top,)) if s]
        if not said:
            continue
        guess.named[column] = said[0] if len(said) == 1 else f"{top}{low}" if bare(top) != bare(low) else low
        key = next((names[bare(s)] for s in said if names.get(bare(s))), "")
        if not key:
            continue
        if key in guess.columns:
            guess.twice.append(guess.named[column])
        else:
            guess.columns[key] = column
            guess.named[column] = next(s for s in said if names.get(bare(s)) == key)
    return guess


def _spread(row: Sequence[Any], merged: Merges) -> list[str]:
    """The texts of a header row, a merged cell's text standing over each of its columns."""
    texts = [plain(c) for c in row]
    for _top, left, _bottom, right in merged:
        for column in range(left + 1, min(right + 1, len(texts))):
            texts[column] = texts[column] or texts[left]
    return texts


def is_data(row: Sequence[Any]) -> bool:
    """Whether a row below the header holds a record: not empty, no note, example or total."""
    first = next((plain(c) for c in row if plain(c)), "")
    return bool(first) and not NOTE_ROW.match(first)
