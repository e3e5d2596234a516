"""Workers with what belongs to them, for tests. Every person is invented."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.employment.models import (
    Batch,
    BatchDestination,
    BatchVehicle,
    Employer,
    MatchChoice,
    MatchLine,
    MatchPlan,
    Offer,
    Post,
    PriorityPlace,
    RetentionCall,
    SubsidyClaim,
    TraceRelease,
    Training,
    Traveller,
    Trip,
    WelfareAppointment,
    Worker,
    WorkRecord,
    Workshop,
)
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.registry import add_member, add_status, make_household

TODAY = dt.date(2020, 2, 17)
_numbers = itertools.count(1)


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


def make_employer(region: Region, **kw: Any) -> Employer:
    """A garment firm registered in the region."""
    usual = {"name": f"某服装厂{next(_numbers)}", "kind": "company", "contact": "林招工", "contact_line": "0754-80000000"}
    row = Employer(**{**usual, **kw})
    row.put_in(region)
    row.save()
    return row


def make_post(region: Region, *, employer: Employer | None = None, **kw: Any) -> Post:
    """An open post with two places at the region, no requirements, lodging given."""
    usual = {"title": "普工", "kind": "company", "state": "open", "places": 2, "wage": 350_000, "industry": "textile", "board": True}
    row = Post(employer=employer or make_employer(region), **{"start_on": TODAY, **usual, **kw})
    row.put_in(region)
    row.save()
    return row


def make_plan(region: Region, **kw: Any) -> MatchPlan:
    """A plan as asked for, not yet solved."""
    row = MatchPlan(**{"on": TODAY, "asked_by": "核验", **kw})
    row.put_in(region)
    row.save()
    return row


def add_line(plan: MatchPlan, worker: Worker, post: Post | None = None, **kw: Any) -> MatchLine:
    """A line of a plan: with the post, or full."""
    usual = {"tier": "poor"} | ({"score": 500, "parts": {"near": 300, "wage": 200}} if post else {"reason": "full", "words": "已招满"})
    row = MatchLine(plan=plan, worker=worker, post=post, **{**usual, **kw})
    row.put_beside(worker.household)
    row.save()
    return row


def add_choice(plan: MatchPlan, worker: Worker, post: Post, **kw: Any) -> MatchChoice:
    """A worker pinned to a post."""
    row = MatchChoice(plan=plan, worker=worker, post=post, **{"kind": "pin", **kw})
    row.put_beside(worker.household)
    row.save()
    return row


def add_offer(worker: Worker, post: Post, **kw: Any) -> Offer:
    """An offer that waits for an answer."""
    row = Offer(worker=worker, post=post, **{"sent_on": TODAY, **kw})
    row.put_beside(worker.household)
    row.save()
    return row


def make_priority(region: Region, **kw: Any) -> PriorityPlace:
    """A village that goes first."""
    row = PriorityPlace(**{"since": dt.date(2020, 1, 1), "document": "挂牌督战名单", **kw})
    row.put_in(region)
    row.save()
    return row


def make_batch(region: Region, **kw: Any) -> Batch:
    """A batch of ten days from today."""
    row = Batch(**{"name": "第一批", "day_from": TODAY, "day_to": TODAY + dt.timedelta(9), **kw})
    row.put_in(region)
    row.save()
    return row


def add_destination(batch: Batch, **kw: Any) -> BatchDestination:
    """Dongguan, approved."""
    usual = {"place_code": "441900", "place_name": "广东省东莞市", "approval": "粤联防函〔2020〕8号"}
    row = BatchDestination(batch=batch, **{**usual, **kw})
    row.put_in(batch.region)
    row.save()
    return row


def add_vehicle(batch: Batch, region: Region, **kw: Any) -> BatchVehicle:
    """A bus of forty seats."""
    row = BatchVehicle(batch=batch, base=region, **{"plate": f"粤D{next(_numbers):05d}", "seats": 40, **kw})
    row.put_in(batch.region)
    row.save()
    return row


def add_traveller(batch: Batch, place: BatchDestination, worker: Worker, **kw: Any) -> Traveller:
    """A traveller whose health is declared and sound."""
    usual = {"employer": "某电子厂", "latest": batch.day_to, "declared": True, "temperature": Decimal("36.5")}
    row = Traveller(batch=batch, worker=worker, destination=place, **{**usual, **kw})
    row.boarding = worker.region.town or worker.region
    row.put_beside(worker.household)
    row.save()
    return row


def add_trip(batch: Batch, vehicle: BatchVehicle, place: BatchDestination, **kw: Any) -> Trip:
    """A trip of today that waits."""
    row = Trip(batch=batch, vehicle=vehicle, destination=place, **{"day": TODAY, "seats": 20, "approval": place.approval, **kw})
    row.put_in(batch.region)
    row.save()
    return row


def add_release(trip: Trip, **kw: Any) -> TraceRelease:
    """A list released today."""
    usual = {"seat": 1, "letter": "疾控函〔2020〕1号", "letter_on": TODAY, "released_on": TODAY, "delete_by": TODAY + dt.timedelta(14)}
    row = TraceRelease(trip=trip, **{**usual, **kw})
    row.put_in(trip.region)
    row.save()
    return row


def add_follow_up(record: WorkRecord, **kw: Any) -> RetentionCall:
    """A call due today."""
    row = RetentionCall(record=record, **{"days": 7, "due_on": TODAY, **kw})
    row.put_beside(record.household)
    row.save()
    return row


def make_workshop(region: Region, *, employer: Employer | None = None, **kw: Any) -> Workshop:
    """A workshop that runs, recognised in 2019, not reviewed yet."""
    firm = employer or make_employer(region, kind="workshop")
    usual = {"document": "潮阳扶组〔2019〕3号", "recognised_on": dt.date(2019, 5, 1)}
    row = Workshop(employer=firm, **{**usual, **kw})
    row.put_in(region)
    row.save()
    return row


def add_appointment(worker: Worker, *, starts_on: dt.date = dt.date(2020, 1, 1), **kw: Any) -> WelfareAppointment:
    """A term of cleaning at 1,000 yuan that ends in August, with its post and work record."""
    ended, post = kw.get("left_on"), make_post(worker.region, kind="welfare", wage=100_000, title="保洁员")
    record = add_record(worker, started_on=starts_on, ended_on=ended, post=post, monthly_income=100_000, channel="welfare", employer="某村")
    row = WelfareAppointment(worker=worker, record=record, starts_on=starts_on, **{"ends_on": dt.date(2020, 8, 17), "pay": 100_000, **kw})
    row.put_beside(worker.household)
    row.save()
    return row


def add_claim(worker: Worker, **kw: Any) -> SubsidyClaim:
    """A claim on transport aid of the year that waits to be checked; with an amount it has been paid."""
    usual = {"kind": "transport", "band": "out_city", "starts_on": dt.date(2020, 1, 1), "ends_on": dt.date(2021, 1, 1)}
    row = SubsidyClaim(worker=worker, **{**usual, "applied_on": TODAY, **kw})
    row.put_beside(worker.household)
    row.save()
    return row
