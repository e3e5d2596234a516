"""Workshops of the demonstration city: invented, marked 演示数据, made by the ledger's own actions."""

from __future__ import annotations

import datetime as dt

from shouwang.demo.people import MARK
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import posts, workshops
from shouwang.ledgers.employment.models import Employer, Workshop

DISTRICT = "440513"
# name, people found on each review (workers, poor, steady; None = not running) with its days ago, then what became of it
WORKSHOPS: tuple[tuple[str, tuple[tuple[int, tuple[int, int, int] | None], ...], str], ...] = (
    ("潮阳某手袋扶贫车间", ((70, (26, 11, 8)), (3, (22, 10, 8))), ""),
    ("潮阳某珠绣扶贫车间", ((66, (18, 9, 6)), (5, (12, 6, 5))), ""),
    ("潮阳某内衣扶贫车间", ((61, (31, 12, 9)),), ""),
    ("潮阳某文胸扶贫车间", ((59, (40, 15, 11)), (8, None)), "watched"),
    ("潮阳某竹编扶贫车间", ((130, (6, 3, 1)), (20, (4, 2, 1))), "cleared"),
)
FIRM = {"kind": "workshop", "credit_code": "", "address": "", "contact": "车间负责人", "contact_line": "0754-00000000"}


def load(*, today: dt.date, clerk: Scope) -> int:
    """Workshops of the district with their reviews; how many."""
    county = Region.objects.get(code=DISTRICT.ljust(12, "0"))
    towns = list(Region.objects.filter(county=county, level=Region.TOWN).order_by("code")[: len(WORKSHOPS)]) or [county]
    for n, (name, found, end) in enumerate(WORKSHOPS):
        firm = posts.save_employer(
            Employer(), {"name": f"{name}（{MARK}）", **FIRM}, towns[n % len(towns)], by=clerk, today=today - dt.timedelta(200)
        )
        said = {"document": f"潮阳扶组〔2019〕{n + 3}号（{MARK}）", "recognised_on": today - dt.timedelta(200)}
        workshop = workshops.recognise(firm, said, by=clerk, today=today - dt.timedelta(200))
        for ago, people in found:
            _review(workshop, people, clerk, today - dt.timedelta(ago))
        _end(workshop, end, clerk, today)
    return len(WORKSHOPS)


def _review(workshop: Workshop, people: tuple[int, int, int] | None, clerk: Scope, day: dt.date) -> None:
    workers, poor, steady = people or (0, 0, 0)
    said = {"running": people is not None, "workers": workers, "poor_workers": poor, "steady": steady}
    workshops.review(workshop, said | {"problems": "" if people else "工人返乡未回，原料未到"}, by=clerk, today=day)


def _end(workshop: Workshop, end: str, clerk: Scope, today: dt.date) -> None:
    if end == "watched":
        workshops.watch(workshop, reason="春节后没有复工", by=clerk, today=today - dt.timedelta(7))
    elif end == "cleared":
        workshops.watch(workshop, reason="订单减少，人数不足", by=clerk, today=today - dt.timedelta(125))
        workshops.clear(workshop, reason="缓冲期满仍未达到要求，务工人员已另行安置", by=clerk, today=today - dt.timedelta(6))
