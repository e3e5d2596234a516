"""Claims on employment subsidies: entered, checked (and reckoned), approved by another person, paid; amounts entered by offices."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import due_from_rule, morning
from shouwang.ledgers.employment import destinations, lifecycle, policies, subsidies, subsidy_queries
from shouwang.ledgers.employment.models import Employer, SubsidyClaim, SubsidyRate, Worker
from shouwang.ledgers.registry.reshape_items import office_of

WORK, FAILED, DIFFERENCE = "employment.subsidy", "employment.subsidy_failed", "employment.subsidy_difference"
NUMBER = re.compile(r"\d(?:[ -]?\d){7}")  # an account or ID number has at least eight digits
NEXT = {"applied": "审核", "checked": "批准", "approved": "发放"}


def claim_for_worker(worker: Worker, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> SubsidyClaim:
    """Enter a worker's claim (`kind`, `starts_on`, `ends_on`). Raises Refused: a kind for employers, a second claim, no work away."""
    kind = _kind(said["kind"], "worker", today)
    claim = SubsidyClaim(worker=worker, kind=kind.code)
    claim.put_beside(worker.household)
    _set_period(claim, kind, said, today)
    claim.band = _band(worker, kind, claim) if kind.bands else ""
    with transaction.atomic():
        Worker.objects.select_for_update(of=("self",)).get(pk=worker.pk)
        return _enter(claim, kind, by, today)


def claim_for_employer(employer: Employer, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> SubsidyClaim:
    """Enter an employer's claim (`kind`, `persons`, `starts_on`, `ends_on`). Raises Refused."""
    kind = _kind(said["kind"], "employer", today)
    if not said["persons"]:
        raise Refused("人数为 0，不能申领。请填写实际吸纳的贫困劳动力人数。", field="persons")
    claim = SubsidyClaim(employer=employer, kind=kind.code, persons=said["persons"])
    claim.put_in(employer.region)
    _set_period(claim, kind, said, today)
    with transaction.atomic():
        Employer.objects.select_for_update(of=("self",)).get(pk=employer.pk)
        return _enter(claim, kind, by, today)


def _kind(code: str, who: str, today: dt.date) -> subsidies.Kind:
    kind = subsidies.kinds(today).get(code)
    if kind is None or kind.who != who:
        raise Refused("请选择适用的补贴项目。", field="kind")
    return kind


def _set_period(claim: SubsidyClaim, kind: subsidies.Kind, said: Mapping[str, Any], today: dt.date) -> None:
    """A year is the calendar year of the first day; a kind paid once has no end; months need one."""
    start, end = said["starts_on"], said["ends_on"]
    if start > today:
        raise Refused(f"期间起 {start} 晚于今天 {today}。请在发生后申领。", field="starts_on")
    if kind.per == "once":
        end = None
    elif kind.per == "year":
        start, end = dt.date(start.year, 1, 1), dt.date(start.year + 1, 1, 1)
    elif end is None:
        raise Refused(f"“{kind.name}”按月计算，请填写期间止。", field="ends_on")
    elif end <= start:
        raise Refused(f"期间止 {end} 须晚于期间起 {start}。请核对。", field="ends_on")
    elif end > today:
        raise Refused(f"期间止 {end} 晚于今天 {today}。按月补贴只申领已经过去的月份。", field="ends_on")
    claim.starts_on, claim.ends_on, claim.applied_on = start, end, today


def _band(worker: Worker, kind: subsidies.Kind, claim: SubsidyClaim) -> str:
    """Where the worker works in the period, by the records: the latest one away counts. Raises Refused."""
    home = worker.household.county.code if worker.household.county else ""
    rows = worker.records.filter(Q(ended_on=None) | Q(ended_on__gt=claim.starts_on), started_on__lt=claim.ends_on, planned=False)
    bands = [destinations.band(r.place_code, home) for r in rows.order_by("-started_on")]
    found = next((b for b in bands if b in kind.bands), "")
    if not found:
        raise Refused(
            f"务工记录中 {claim.starts_on.year} 年没有在本区（县）以外务工，不属“{kind.name}”范围。请先登记务工记录。", field="kind"
        )
    return found


def _enter(claim: SubsidyClaim, kind: subsidies.Kind, by: Scope, today: dt.date) -> SubsidyClaim:
    if other := subsidy_queries.clashing(claim, kind.per == "once"):
        until = f" ～ {other.ends_on}" if other.ends_on else ""
        raise Refused(f"“{kind.name}”已申领过（{other.starts_on}{until}，{other.get_state_display()}），不能重复申领。", field="starts_on")
    with change(claim, by=by, verb=lifecycle.APPLY_SUBSIDY, today=today) as made:
        pass
    _ask(made, kind, today)
    return made


def check(claim: SubsidyClaim, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The claim is sound; its amount is reckoned. Raises Refused where no amount has been entered for the place and day."""
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "check", by=by, today=today) as locked:
            locked.amount, locked.basis = subsidies.reckon(locked, today)
            locked.checker_id, locked.checked_by = by.user_id, by.user_name[:40]
        _ask(locked, subsidies.kinds(today)[locked.kind], today)
    return locked


def approve(claim: SubsidyClaim, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """A second person approves the amount."""
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "approve", by=by, today=today) as locked:
            if why := policies.why_not_approve(locked, by):
                raise Refused(why)
            locked.approved_by = by.user_name[:40]
        _ask(locked, subsidies.kinds(today)[locked.kind], today)
    return locked


def pay(claim: SubsidyClaim, paid_on: dt.date, voucher: str, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The money has gone out on `paid_on` by the `voucher`."""
    if paid_on > today:
        raise Refused(f"发放日期 {paid_on} 晚于今天 {today}。请填写实际发放的日期。", field="paid_on")
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "pay", by=by, today=today) as locked:
            if paid_on < locked.applied_on:
                raise Refused(f"发放日期 {paid_on} 早于申领日期 {locked.applied_on}。请核对。", field="paid_on")
            if locked.failed_on and paid_on < locked.failed_on:
                raise Refused(f"发放日期 {paid_on} 早于上次发放失败的日期 {locked.failed_on}。请填写重新发放的日期。", field="paid_on")
            locked.paid_on, locked.voucher, locked.returned = paid_on, voucher.strip()[:60], None
        worklist.finish(locked, now=morning(today), kind=WORK)
        worklist.finish(locked, now=morning(today), kind=DIFFERENCE)
    return locked


def fail(claim: SubsidyClaim, failure: str, failed_on: dt.date, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The bank has returned the money for a reason of the rulebook: back to the village for the paper needed. Raises Refused."""
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "fail", by=by, today=today) as locked:
            if locked.paid_on is None or not locked.paid_on <= failed_on <= today:
                raise Refused(f"失败日期 {failed_on} 须在发放日期 {locked.paid_on} 与今天之间。请核对。", field="failed_on")
            if failure not in subsidies.failures(failed_on):
                raise Refused("请选择银行退回的原因。", field="failure")
            locked.failure, locked.failed_on, locked.correction = failure, failed_on, ""
            locked.paid_on, locked.voucher = None, ""
        kind = subsidies.kinds(today)[locked.kind]
        _assign(locked, _nearest_office(locked, today), FAILED, f"{kind.name}发放失败", "通知补材料", "subsidy_failed", today)
    return locked


def bounce(claim: SubsidyClaim, failure: str, failed_on: dt.date, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The bank says the money did not arrive, of a claim paid or only sent to be paid: it went out and came back on the day. Raises Refused."""
    with transaction.atomic():
        if claim.state == "approved":
            claim = pay(claim, failed_on, "银行退回", by=by, today=today)
        return fail(claim, failure, failed_on, by=by, today=today)


def ask_difference(claim: SubsidyClaim, amount: int, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The bank paid `amount` (分), not what was approved: on the county's work list until it is paid in full. Raises Refused."""
    with transaction.atomic():
        with change(claim, by=by, verb=policies.NOTE_DIFFERENCE, today=today) as locked:
            if locked.state != "approved" or amount == locked.amount:
                raise Refused("该笔没有待发放的金额差异。请刷新页面查看。", field="amount")
            locked.returned = amount
        what = subsidies.kinds(today)[locked.kind].name
        _assign(locked, _county_office(locked, today), DIFFERENCE, f"{what}发放金额不符", "与银行核对发放金额", "subsidy_step", today)
    return locked


def correct(claim: SubsidyClaim, correction: str, *, by: Scope, today: dt.date) -> SubsidyClaim:
    """The paper is there and the account put right with the paying office; the money may be sent again. Raises Refused for a number."""
    said = correction.strip()
    if not said:
        raise Refused("请填写补了什么材料、怎样更正。", field="correction")
    if NUMBER.search(said):
        raise Refused("补正情况中带有号码。账号、证件号码只交发放单位，不要写在这里。", field="correction")
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "fix", by=by, today=today) as locked:
            locked.correction = said[:120]
        worklist.finish(locked, now=morning(today), kind=FAILED)
        _ask(locked, subsidies.kinds(today)[locked.kind], today)
    return locked


def send_back(claim: SubsidyClaim, *, reason: str, by: Scope, today: dt.date) -> SubsidyClaim:
    """Back to be checked anew; the amount is no longer held."""
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "send_back", by=by, today=today, reason=reason) as locked:
            locked.amount, locked.basis, locked.checker_id, locked.checked_by, locked.approved_by = None, [], None, "", ""
            locked.returned = None
        for kind in (FAILED, DIFFERENCE):
            worklist.finish(locked, now=morning(today), kind=kind, dropped=True)
        _ask(locked, subsidies.kinds(today)[locked.kind], today)
    return locked


def refuse(claim: SubsidyClaim, *, reason: str, by: Scope, today: dt.date) -> SubsidyClaim:
    """The claim does not hold."""
    with transaction.atomic():
        with lifecycle.SUBSIDY.advance(claim, "refuse", by=by, today=today, reason=reason) as locked:
            pass
        worklist.finish(locked, now=morning(today), kind=WORK, dropped=True)
    return locked


def enter_rate(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> SubsidyRate:
    """Enter an amount for a place (`kind`, `band`, `amount` 分, `valid_from`, `document`); entered again for the same day it is put right.

    Claims checked before keep what they were reckoned with. Raises Refused.
    """
    kind = subsidies.kinds(today).get(said["kind"])
    if kind is None or (said["band"] not in kind.bands if kind.bands else said["band"]):
        words = "按务工地分档，请选择档次" if kind and kind.bands else "不分档，请把档次留空"
        raise Refused(f"“{kind.name if kind else said['kind']}”{words}。", field="band")
    if said["amount"] <= 0:
        raise Refused("金额须大于 0。没有标准的不要录入，系统会写明“金额未录入，待核实”。", field="amount")
    key = {"kind": kind.code, "band": said["band"], "valid_from": said["valid_from"]}
    row = SubsidyRate.objects.filter(region=region, **key).first() or SubsidyRate(**key, amount=said["amount"], document=said["document"])
    if row.pk is None:
        row.put_in(region)
    with change(row, by=by, verb=policies.ENTER_RATE, today=today) as locked:
        locked.amount, locked.document = said["amount"], said["document"]
    return locked


def _ask(claim: SubsidyClaim, kind: subsidies.Kind, today: dt.date) -> None:
    """The next step on the county's work list."""
    _assign(claim, _county_office(claim, today), WORK, kind.name, NEXT[claim.state], "subsidy_step", today)


def _county_office(claim: SubsidyClaim, today: dt.date) -> Office | None:
    return office_of(claim.county_id, Office.Kind.LEAD, today) or office_of(claim.city_id, Office.Kind.LEAD, today)


def _nearest_office(claim: SubsidyClaim, today: dt.date) -> Office | None:
    """Who reaches the applicant: the village for a worker, for an employer the town; where there is none the county."""
    village = office_of(claim.village_id, Office.Kind.VILLAGE, today) if claim.worker_id else None
    return village or office_of(claim.town_id, Office.Kind.TOWN, today) or _county_office(claim, today)


def _assign(claim: SubsidyClaim, office: Office | None, work: str, what: str, action: str, clock: str, today: dt.date) -> None:
    """A line on an office's work list; no name there, nor an amount."""
    if office is None:
        return
    who = f"人编号 {claim.worker.member.code}" if claim.worker else str(claim.employer)
    now, url = morning(today), reverse("employment_subsidy", args=[claim.pk])
    worklist.assign(claim, office, kind=work, title=f"{what}：{who}", action=action, url=url, due_at=due_from_rule(clock, now), now=now)
