"""Workbooks of households for tests, without a file: rows as the reader hands them over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from shouwang.kernel.columns.reading import Opened, open_book
from shouwang.kernel.columns.sheet import Context, Plan, Sheet
from shouwang.kernel.privacy.normal import check_character
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.intake.people import PEOPLE

TODAY = dt.date(2020, 2, 17)
HEADER = ["户编号", "村（社区）", "姓名", "与户主关系", "证件号码"]


def id_of(birth: str, order: int, district: str = "440513") -> str:
    """An 18-digit ID with a right check digit; an odd order number is a man's."""
    body = f"{district}{birth}{order:03d}"
    return body + check_character(body)


def book(rows: Sequence[Sequence[Any]], *, merged: Sequence[tuple[int, int, int, int]] = (), hidden: frozenset[int] = frozenset()) -> Any:
    """A workbook of one worksheet."""
    width = max(len(r) for r in rows)
    data = SimpleNamespace(
        name="Sheet1",
        hidden=False,
        first_row=1,
        rows=[[*r, *[None] * (width - len(r))] for r in rows],
        hidden_columns=hidden,
        merged=tuple(merged),
        formulas=False,
    )
    return SimpleNamespace(sheets=[data], kind="xlsx")


def opened(rows: Sequence[Sequence[Any]], sheet: Sheet = PEOPLE, **kw: Any) -> Opened:
    """The workbook by its columns."""
    return open_book(book(rows, **kw), sheet, TODAY, lambda _signature: None)


def judged(rows: Sequence[Sequence[Any]], by: Scope, **kw: Any) -> tuple[list[Plan], Context]:
    """The plans of a workbook whose first row is the header."""
    found = opened(rows, **kw)
    context = Context(by, TODAY, frozenset(found.header.columns))
    return PEOPLE.judge(found.bundles(0, len(found.order)), context), context


def words(plans: Sequence[Plan]) -> list[str]:
    """Every error in words."""
    return [e.words for p in plans for line in p.bundle.lines for e in line.errors]
