"""Workers with what belongs to them, for tests. Every person is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.employment.models import Training, Worker, WorkRecord
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.registry import add_member, add_status, make_household

TODAY = dt.date(2020, 2, 17)


def add_worker(household: Household, *, member: Member | None = None, status: str = "unsurveyed", **kw: Any) -> Worker:
    """A member of the household on the labour ledger; out of work carries a reason, surveyed a day."""
    if status in ("wants", "cannot"):
        kw.setdefault("reason", "not_restarted")
    if status != "unsurveyed":
        kw.setdefault("surveyed_on", TODAY)
        kw.setdefault("surveyed_by", "林摸底")
    worker = Worker(member=member or add_member(household), status=status, **kw)
    worker.put_beside(household)
    worker.save()
    return worker


def make_worker(region: Region, *, registered: bool = True, name: str = "陈劳力", status: str = "unsurveyed", **kw: Any) -> Worker:
    """A worker of a household of one, poor unless told otherwise; keywords of the member: birth_date, sex, school_status, phone."""
    of_member = {k: kw.pop(k) for k in ("birth_date", "sex", "school_status", "phone", "labour", "health", "left_on") if k in kw}
    home = make_household(region, head_name=name)
    member = add_member(home, name=name, **of_member)
    if registered:
        add_status(home)
    return add_worker(home, member=member, status=status, **kw)


def add_record(worker: Worker, *, started_on: dt.date = dt.date(2019, 3, 1), **kw: Any) -> WorkRecord:
    """A stretch of work in Dongguan that goes on."""
    usual = {
        "place_code": "441900",
        "place_name": "广东省东莞市",
        "place_detail": "长安镇",
        "employer": "东莞市长安某电子厂",
        "industry": "electronics",
        "monthly_income": 420_000,
        "channel": "friends",
    }
    row = WorkRecord(worker=worker, started_on=started_on, **{**usual, **kw})
    row.put_beside(worker.household)
    row.save()
    return row


def add_training(worker: Worker, **kw: Any) -> Training:
    """A sewing course of ten days."""
    usual = {"subject": "缝纫技能培训", "skill": "sewing", "started_on": dt.date(2019, 11, 4), "days": 10, "organiser": "区人社局"}
    row = Training(worker=worker, **{**usual, **kw})
    row.put_beside(worker.household)
    row.save()
    return row
