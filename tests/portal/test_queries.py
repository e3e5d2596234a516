"""What the home page draws."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shouwang.kernel.accounts.models import Office
from shouwang.ledgers.dispatch.queries import OfficeProgress
from shouwang.portal import queries


def progress(name: str, kind: str, total: int, closed: int) -> OfficeProgress:
    return OfficeProgress(Office(short_name=name, kind=kind), total=total, closed=closed, doing=total - closed)


DISTRICTS = [progress(n, Office.Kind.LEAD, 40, 10) for n in ("潮阳区扶贫办", "潮南区扶贫办")]
DEPARTMENTS = [progress(f"第{n}局", Office.Kind.DEPARTMENT, 3, 1) for n in range(5)]


def test_many_departments_are_one_line_after_the_districts():
    lines = queries.board_lines([*DISTRICTS, *DEPARTMENTS], 7)
    assert [(line.name, line.total, line.closed, line.doing) for line in lines] == [
        ("潮阳区扶贫办", 40, 10, 30),
        ("潮南区扶贫办", 40, 10, 30),
        ("成员部门（5 个）", 15, 5, 10),
    ]
    assert lines[-1].together
    assert lines[-1].share == 33  # rounded down: 100 means all


def test_few_departments_stand_one_by_one():
    lines = queries.board_lines(DEPARTMENTS[:3], 7)
    assert [line.name for line in lines] == ["第0局", "第1局", "第2局"]
    assert lines[0].href == "/dispatch/tasks/?notice=7&q=%E7%AC%AC0%E5%B1%80"


@pytest.mark.parametrize(("total", "closed", "share"), [(0, 0, 0), (3, 3, 100), (200, 199, 99)])
def test_a_share_of_nothing_is_nothing(total, closed, share):
    [line] = queries.board_lines([replace(DISTRICTS[0], total=total, closed=closed)], 7)
    assert line.share == share
