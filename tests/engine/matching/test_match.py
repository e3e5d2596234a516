"""Rows to persons: the ways, what is left open, and the share that is right."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shouwang.bench.dirty import dirty
from shouwang.demo.identity import id_numbers
from shouwang.engine.matching import match
from shouwang.engine.matching.chinese import INPUT, spec

BIRTH = dt.date(1965, 8, 17)


def number(order: int, district: int = 440513, birth: dt.date = BIRTH) -> str:
    return str(id_numbers(np.array([district]), np.array([birth], "datetime64[D]"), np.array([order]))[0])


def person(key: int, **kw: Any) -> dict[str, Any]:
    usual = {
        "id_number": number(key * 2 + 1),
        "name": "曾小明",
        "birth": BIRTH,
        "sex": "male",
        "village": 1,
        "head_name": "曾大明",
        "household": 1,
    }
    return {"key": key, **usual, **kw}


def row(**kw: Any) -> dict[str, Any]:
    return {"key": 7, **dict.fromkeys(INPUT.names[1:]), **kw}


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), INPUT)


OURS = (
    person(1),
    person(2, name="林志强", village=2, household=2, head_name="林志强"),
    person(3, name="林志坚", birth=dt.date(1990, 1, 2), household=2),
)


def tied(said: dict[str, Any], *persons: dict[str, Any]) -> tuple[int | None, str, list[int]]:
    found = match(table(said), table(*(persons or OURS)))
    one = found.found.to_pylist()
    assert len(one) <= 1
    return (one[0]["person"] if one else None, one[0]["way"] if one else "", found.open["person"].to_pylist())


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (row(id_number=number(3)), (1, "exact", [])),
        (row(id_number=number(3)[:6] + number(3)[8:17], name="曾小明"), (1, "exact", [])),
        (row(id_number=number(3), name="层小明"), (1, "exact", [])),
        (row(name="曾小明", birth=BIRTH), (1, "points", [])),
        (row(name="增小明", birth=BIRTH, village=1), (1, "points", [])),
        (row(name="林志强", id_number=number(5)[:9] + number(5)[10] + number(5)[9] + number(5)[11:]), (2, "points", [])),
        (row(name="林志坚", id_number=number(5), birth=dt.date(1990, 1, 2)), (3, "points", [])),
        (row(name="黄小明", birth=BIRTH), (None, "", [])),
        (row(id_number=number(901)), (None, "", [])),
        (row(), (None, "", [])),
    ],
)
def test_a_row_is_tied_by_the_surest_way_there_is(said, answer):
    assert tied(said) == answer


def test_a_number_under_another_name_is_for_a_person_to_decide():
    who, way, open_ = tied(row(id_number=number(3), name="黄建国", birth=BIRTH, village=1, head_name="曾大明"))
    assert (who, way, open_) == (None, "", [1])


def test_namesakes_are_for_a_person_to_decide_and_come_best_first():
    twins = (person(1, village=2), person(2, village=3), person(3, village=4, birth=dt.date(1965, 8, 30)))
    who, way, open_ = tied(row(name="曾小明", birth=BIRTH), *twins)
    assert (who, way, sorted(open_[:2]), open_[2:]) == (None, "", [1, 2], [3])


def test_the_evidence_is_kept_with_the_row():
    found = match(table(row(name="曾小明", birth=BIRTH, village=1)), table(*OURS)).found.to_pylist()[0]
    assert spec().words(found["bits"]) == ("name_same", "birth_same", "village_same")
    assert found["points"] == 7


def test_many_dirty_rows_are_tied_to_the_right_persons_or_to_nobody():
    made = dirty(4_000, 60_000)
    found = match(made.rows, made.persons).found
    right = (made.truth[found["row"].to_numpy()] == found["person"].to_numpy()).sum()
    assert right / found.num_rows >= 0.999
    assert right / (made.truth >= 0).sum() >= 0.95


def test_no_rows_and_no_persons_are_no_error():
    assert match(table(), table(*OURS)).found.num_rows == 0
    assert match(table(row(name="曾小明", birth=BIRTH)), table()).found.num_rows == 0
