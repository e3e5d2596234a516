"""Workers: taking them from the registry, surveying them, their work and training."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change, create_many
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import destinations, impacts, policies
from shouwang.ledgers.employment.actions.counting import recount
from shouwang.ledgers.employment.actions.terms import lapse
from shouwang.ledgers.employment.codes import rule, word
from shouwang.ledgers.employment.models import AT_WORK, NOT_AT_WORK, Training, Worker, WorkRecord
from shouwang.ledgers.employment.queries import filed_labour

PLACED = ("out_province", "out_city")  # these say where; nearer work may
SAID = ("status", "reason", "wage", "skill", "wish", "wish_wage", "care_duty", "at_work_last_year")
WORK = ("planned", "started_on", "ended_on", "employer", "industry", "monthly_income", "channel", "contract", "point_to_point")
WORK_MORE = ("transport_aid", "service_need")


def enrol(*, by: Scope, today: dt.date, limit: int = 500) -> int:
    """Put up to `limit` members able to work who are not yet on the ledger on it; returns how many."""
    fresh = filed_labour(today).exclude(pk__in=Worker.objects.values("member_id"))
    rows = []
    for member in fresh.select_related("household").order_by("pk")[:limit]:
        worker = Worker(member=member)
        worker.put_beside(member.household)
        rows.append(worker)
    return len(create_many(rows, by=by, verb=policies.ENROL, today=today))


def survey(worker: Worker, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Worker:
    """What somebody told us. `said` holds fields of SAID and `place` (as written); keys left out stay as they were.

    Raises Refused where the parts contradict one another, or the person may not work.
    """
    policies.check_may_work(worker.member, today)
    with transaction.atomic():
        with change(worker, by=by, verb=policies.SURVEY_WORKER, today=today) as locked:
            before, usual = impacts.blocked(locked, today), locked.wage
            apply_survey(locked, said, worker, today)
            locked.surveyed_on, locked.surveyed_by = today, by.user_name[:40]
            locked.tries, locked.tried_on, locked.tried_outcome = 0, None, ""
        impacts.tell(locked, before, usual, by=by, today=today)
    return locked


def apply_survey(locked: Worker, said: Mapping[str, Any], worker: Worker, today: dt.date) -> None:
    """Put what was said into the row, unsaved; `worker` is the same row with its household. Raises Refused for a contradiction."""
    for name in SAID:
        if name in said:
            setattr(locked, name, said[name])
    if locked.status not in (*AT_WORK, "home_work", *NOT_AT_WORK):
        raise Refused("请选择就业状况。", field="status")
    out = locked.status in NOT_AT_WORK
    if out and not locked.reason:
        raise Refused(f"就业状况为“{word('work_status', locked.status, today)}”的须选择原因。", field="reason")
    if out:
        locked.wage, locked.place_code, locked.place_name, locked.place_detail = None, "", "", ""
        return
    locked.reason = ""
    place = str(said.get("place", locked.place_name + locked.place_detail)).strip()
    set_place(locked, place, locked.status, worker.household.county.code if worker.household.county else "", today)


def set_place(row: Worker, place: str, status: str, home: str, today: dt.date) -> None:
    """Where a worker works, and whether that is what the status says. Raises Refused."""
    if not place:
        if status in PLACED:
            raise Refused(f"就业状况为“{word('work_status', status, today)}”的须填写务工地。", field="place")
        row.place_code = row.place_name = row.place_detail = ""
        return
    found = destinations.read(place, on=today)
    there = destinations.band(found.code, home)
    if status in AT_WORK and there and there != status:
        raise Refused(
            f"务工地“{found.name}”属{word('work_status', there, today)}，与所选“{word('work_status', status, today)}”不符。请改其一。",
            field="place",
        )
    row.place_code, row.place_name, row.place_detail = found.code, found.name[:40], found.detail


def confirm(worker: Worker, *, by: Scope, today: dt.date) -> Worker:
    """较上次无变化: what was found last still holds. Raises Refused for somebody never surveyed."""
    policies.check_may_work(worker.member, today)
    if worker.status == "unsurveyed":
        raise Refused("该劳动力还没有摸底过，没有“上次”可以沿用。请填写就业状况。", field="status")
    with change(worker, by=by, verb=policies.CONFIRM_WORKER, today=today) as locked:
        locked.surveyed_on, locked.surveyed_by = today, by.user_name[:40]
        locked.tries, locked.tried_on, locked.tried_outcome = 0, None, ""
    return locked


def set_circumstances(worker: Worker, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Worker:
    """Care duties, last year's work, family of a village cadre: facts that no call should ask for twice."""
    with change(worker, by=by, verb=policies.EDIT_WORKER, today=today) as locked:
        locked.care_duty, locked.at_work_last_year = bool(said["care_duty"]), said["at_work_last_year"]
        locked.cadre_family = bool(said.get("cadre_family", locked.cadre_family))
    return locked


def log_call(worker: Worker, outcome: str, *, by: Scope, today: dt.date) -> Worker:
    """A call that reached nobody; the person comes up again another day."""
    if not word("call_outcome", outcome, today) or outcome not in ("no_answer", "wrong_number", "refused"):
        raise Refused("请选择未接、空号或拒访。", field="outcome")
    with change(worker, by=by, verb=policies.LOG_CALL, today=today) as locked:
        locked.tries, locked.tried_on, locked.tried_outcome = locked.tries + 1, today, outcome
    return locked


def record_work(worker: Worker, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> WorkRecord:
    """A stretch of work, done, going on or planned. `said` holds WORK, WORK_MORE and `place` (province to county, as written).

    Raises Refused: too young or a pupil, days that contradict `planned`, income out of bounds, an overlap with another record.
    """
    policies.check_may_work(worker.member, today)
    _check_days(said, today)
    _check_income(said["monthly_income"], today)
    place = destinations.read(said["place"], on=today, whole=True)
    with transaction.atomic():
        locked = Worker.objects.select_for_update(of=("self",)).select_related("household__county").get(pk=worker.pk)
        check_overlap(locked, said["started_on"], said["ended_on"])
        row = WorkRecord(
            worker=locked,
            place_code=place.code,
            place_name=place.name[:40],
            place_detail=place.detail,
            **{name: said[name] for name in WORK},
            **{name: said[name] for name in WORK_MORE if name in said},
        )
        row.put_beside(locked.household)
        with change(row, by=by, verb=policies.RECORD_WORK, today=today) as made:
            pass
        if not row.planned and row.ended_on is None:
            now_works(locked, row, by=by, today=today)
    return made


def now_works(worker: Worker, row: WorkRecord, *, by: Scope, today: dt.date, verb: Verb = policies.RECORD_WORK) -> None:
    """Work that goes on is what a survey would have found: it is not asked for a second time. Inside the act's transaction."""
    home = worker.household.county.code if worker.household.county else ""
    before = impacts.blocked(worker, today)
    with change(worker, by=by, verb=verb, today=today) as now:
        now.status, now.reason, now.wage = destinations.band(row.place_code, home) or "in_county", "", row.monthly_income
        now.place_code, now.place_name, now.place_detail = row.place_code, row.place_name, row.place_detail
        now.surveyed_on, now.surveyed_by = today, by.user_name[:40]
    impacts.tell(now, before, None, by=by, today=today)


def end_work(row: WorkRecord, ended_on: dt.date, *, reason: str, by: Scope, today: dt.date) -> WorkRecord:
    """The person has left the work on `ended_on` (that day is no longer worked): a public-welfare term ends with it, the post has a place again.

    Whoever was said to be at work on the strength of it is to be asked again, and counted as at work no longer. Raises Refused.
    """
    if ended_on > today:
        raise Refused(f"离岗日期 {ended_on} 晚于今天 {today}。请填写实际离岗的日期。", field="ended_on")
    with transaction.atomic():
        locked = _end(row, ended_on, reason, by, today)
        lapse(locked, by=by, today=today)
        if not locked.planned:
            _ask_again(locked, reason, by, today)
        if locked.post_id:
            recount([locked.post_id], by=by, today=today)
    return locked


def _end(row: WorkRecord, ended_on: dt.date, reason: str, by: Scope, today: dt.date) -> WorkRecord:
    with change(row, by=by, verb=policies.END_WORK, today=today, reason=reason) as locked:
        if locked.ended_on is not None:
            raise Refused(f"该记录已于 {locked.ended_on} 登记离岗，不能重复登记。", field="ended_on")
        if locked.planned:  # never began: nothing but the day it was planned for is left of it
            ended_on = locked.started_on + dt.timedelta(1)
        if ended_on <= locked.started_on:
            raise Refused(f"离岗日期 {ended_on} 须晚于上岗日期 {locked.started_on}。请核对。", field="ended_on")
        locked.ended_on, locked.left_reason = ended_on, reason.strip()[:120]
    return locked


def _ask_again(row: WorkRecord, reason: str, by: Scope, today: dt.date) -> None:
    """What became of the person is not known: not surveyed, unless a survey after the last day says more."""
    worker = Worker.objects.select_for_update(of=("self",)).get(pk=row.worker_id)
    last, known = row.ended_on or today, worker.surveyed_on
    at_work = worker.status in (*AT_WORK, "home_work")
    if not at_work or (known and known > last):
        return
    with change(worker, by=by, verb=policies.END_WORK, today=today, reason=reason) as now:
        now.status, now.surveyed_on, now.surveyed_by, now.wage = "unsurveyed", None, "", None
        now.place_code = now.place_name = now.place_detail = ""


def record_training(worker: Worker, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Training:
    """A course; the skill learned becomes the worker's where none was known. Raises Refused."""
    policies.check_may_work(worker.member, today)
    most = int(rule("training_days_most", on=today).value)
    if said["started_on"] > today:
        raise Refused(f"培训开始日期 {said['started_on']} 晚于今天 {today}。请在培训开始后登记。", field="started_on")
    if not 1 <= said["days"] <= most:
        raise Refused(f"培训天数 {said['days']} 不在 1 至 {most} 天之间。请核对。", field="days")
    with transaction.atomic():
        row = Training(worker=worker, **said)
        row.put_beside(worker.household)
        with change(row, by=by, verb=policies.RECORD_TRAINING, today=today) as made:
            pass
        if not worker.skill or worker.skill == "none":
            with change(worker, by=by, verb=policies.RECORD_TRAINING, today=today) as locked:
                locked.skill = said["skill"]
    return made


def _check_days(said: Mapping[str, Any], today: dt.date) -> None:
    start, end = said["started_on"], said["ended_on"]
    if end is not None and end <= start:
        raise Refused(f"离岗日期 {end} 须晚于上岗日期 {start}。请核对。", field="ended_on")
    if said["planned"] and start <= today:
        raise Refused(f"计划务工的上岗日期 {start} 须晚于今天。已经上岗的请取消勾选“计划务工”。", field="started_on")
    if not said["planned"] and start > today:
        raise Refused(f"上岗日期 {start} 晚于今天 {today}。还没有上岗的请勾选“计划务工”。", field="started_on")
    if not said["planned"] and end is not None and end > today:
        raise Refused(f"离岗日期 {end} 晚于今天 {today}。仍在岗的请不填离岗日期。", field="ended_on")


def _check_income(income: int | None, today: dt.date) -> None:
    low, high = rule("monthly_income_bounds", on=today).value
    if income is None or not low * 100 <= income <= high * 100:
        said = "--" if income is None else f"{income / 100:,.2f}"
        raise Refused(f"月收入 {said} 元不在 {low:,} 至 {high:,} 元之间，可能填成了年收入或日工资。请核对。", field="monthly_income")


def check_overlap(worker: Worker, start: dt.date, end: dt.date | None, *, besides: int = 0) -> None:
    """Raise Refused where a record of the worker (other than `besides`) shares a day with [start, end), naming it."""
    for other in worker.records.exclude(pk=besides):
        if not overlaps(other, start, end):
            continue
        what, when = "务工记录", f"{other.started_on} ～ {other.ended_on or '至今'}"
        remedy = "请改正起止日期" if other.ended_on else "请先登记该记录离岗，或改正起止日期"
        if other.planned:
            what, when, remedy = "计划务工", f"{other.started_on} 起", "不去的请先在该记录登记未到岗，或改正起止日期"
        raise Refused(f"与已有{what}重叠：{when} {other.employer}。{remedy}。", field="started_on")


def overlaps(other: WorkRecord, start: dt.date, end: dt.date | None) -> bool:
    """Whether a record shares a day with [start, end); an open end never ends. Planned work that never began takes no day."""
    if other.planned and other.ended_on is not None:
        return False
    return (other.ended_on is None or other.ended_on > start) and (end is None or other.started_on < end)
