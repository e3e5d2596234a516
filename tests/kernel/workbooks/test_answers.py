"""What the child says is checked, not believed: whoever took it over must not get further."""

import io
import json

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import LIMITS
from shouwang.kernel.workbooks.reading import _answer

SHEET = {"sheet": "表", "hidden": False, "width": 2, "hidden_columns": [], "merged": [], "formulas": False}


def said(*lines: object) -> io.BytesIO:
    return io.BytesIO(b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines))


def test_rows_come_back_in_order_with_gaps_filled():
    answer = said({"first": 3, "count": 1}, b'["x"]'.join((b"[", b"]")), {"first": 0, "count": 1}, b"[[1.5,true]]", SHEET, {"kind": "xlsx"})
    (sheet,) = _answer(answer, LIMITS).sheets
    assert (sheet.first_row, list(sheet.rows)) == (1, [[1.5, True], [None, None], [None, None], ["x", None]])
    assert [sheet.rows[n] for n in range(4)] == list(sheet.rows)


@pytest.mark.parametrize(
    "cells",
    [
        b"[[[1]]]", b'[[{"d":1,"e":2}]]', b'[[{"x":1}]]', b'[[{"d":"x"}]]', b'[[{"d":99999999999999999999}]]', b'[[{"t":5}]]', b"[[1,2,3]]",
        b"[]", b"[1]", b"{}", b"[" * 100_000, b"[[" + b"9" * 5_000 + b"]]", b"", b"\xff",
    ],
)  # fmt: skip
def test_cells_that_are_none_are_refused(cells):
    with pytest.raises(Refused, match="文件无法读取"):
        list(_answer(said({"first": 0, "count": 1}, cells, SHEET, {"kind": "xlsx"}), LIMITS).sheets[0].rows)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (SHEET,),
        ({"first": 0, "count": 10**9}, b"[]", SHEET),
        ({"first": -5, "count": 1}, b"[[1]]", SHEET),
        ({"first": 0, "count": 2}, b"[[1],[1]]", {"first": 1, "count": 1}, b"[[1]]", SHEET),
        (SHEET | {"width": 10**9},),
        (SHEET | {"width": -1},),
        ({"refused": "x" * 100},),
    ],
)
def test_sheets_that_cannot_be_are_refused(lines):
    with pytest.raises(Refused):
        _answer(said(*lines), LIMITS)
