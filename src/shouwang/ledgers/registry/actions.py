"""Every write of the registry: permission, lock, difference and audit inside `change`, one transaction each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift, tell
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.checking import rechecked
from shouwang.ledgers.registry.codes import in_words, rule
from shouwang.ledgers.registry.income import INCOME_FIELDS, net_income, window_of
from shouwang.ledgers.registry.lifecycle import CYCLES, MONITORING, MOVES
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus, label_of
from shouwang.ledgers.registry.queries import STILL_POOR, WATCHED, reveals_today

CODE_DIGITS = 2


def edit_household(
    household: Household, values: Mapping[str, Any], *, by: Scope, today: dt.date, version: int | None, reason: str = ""
) -> Household:
    """Set the given fields. Raises Stale, NotPermitted, OutOfScope."""
    with (
        rechecked(household.pk, today=today),
        change(household, by=by, verb=policies.EDIT_HOUSEHOLD, today=today, version=version, reason=reason) as locked,
    ):
        policies.check_open(locked)
        _set(locked, values)
    return locked


def add_member(household: Household, values: Mapping[str, Any], *, by: Scope, today: dt.date) -> Member:
    """Add a member under the next free number of the household. Raises Refused where there is a head already."""
    with rechecked(household.pk, today=today):
        held = Household.objects.select_for_update().get(pk=household.pk)  # two adders must not take one number
        policies.check_open(held)
        member = Member(code=_next_code(held))
        member.put_beside(held)
        _set(member, values)
        _check_head(member)
        with change(member, by=by, verb=policies.ADD_MEMBER, today=today) as fresh:
            pass
        _follow_head(held, fresh, by=by, today=today)
    return fresh


def edit_member(member: Member, values: Mapping[str, Any], *, by: Scope, today: dt.date, version: int | None) -> Member:
    """Set the given fields; the household's name follows its head. Raises Refused where there is another head, Stale."""
    with rechecked(member.household_id, today=today):
        with change(member, by=by, verb=policies.EDIT_MEMBER, today=today, version=version) as locked:
            _set(locked, values)
            _check_head(locked)
        _follow_head(locked.household, locked, by=by, today=today)
    return locked


def register_leaving(
    member: Member, *, left_on: dt.date, left_reason: str, reason: str, by: Scope, today: dt.date, version: int | None
) -> Member:
    """人口减少: the member is kept with the day and the reason. The head of a household of several hands the headship on first."""
    if left_on > today:
        raise Refused(f"减少日期 {left_on} 晚于今天 {today}。请填写实际减少的日期。", field="left_on")
    with (
        rechecked(member.household_id, today=today),
        change(member, by=by, verb=policies.REMOVE_MEMBER, today=today, reason=reason, version=version) as locked,
    ):
        if locked.left_on is not None:
            raise Refused(f"{locked.name}已于 {locked.left_on} 登记减少，不能重复登记。", field="left_on")
        if left_on < locked.joined_on:
            raise Refused(f"减少日期 {left_on} 早于加入日期 {locked.joined_on}。请核对后重填。", field="left_on")
        others = Member.objects.filter(household_id=locked.household_id, left_on=None).exclude(pk=locked.pk)
        if locked.relation == "head" and others.exists():
            raise Refused("该成员是户主，户内还有其他成员。请先修改与户主关系、登记新户主，再登记减少。", field="left_on")
        locked.left_on, locked.left_reason = left_on, left_reason
    return locked


def record_income(
    household: Household, amounts: Mapping[str, int], *, persons: int, window_type: str, checked_on: dt.date, by: Scope, today: dt.date
) -> IncomeStatement:
    """Record the last whole window of that type before `checked_on`; amounts in 分. Raises Refused where it is recorded already."""
    if checked_on > today:
        raise Refused(f"核查日期 {checked_on} 晚于今天 {today}。请填写实际核查日期。", field="checked_on")
    window = window_of(window_type, checked_on)
    with rechecked(household.pk, today=today):
        held = Household.objects.select_for_update().get(pk=household.pk)
        policies.check_open(held)
        same = IncomeStatement.objects.filter(household=held, window_type=window_type, window_start=window.start)
        if same.exists():
            raise Refused(f"该户 {window.text} 的收入已登记，同一周期不能登记两次。如有错误，请在原记录上更正。", field="window_type")
        latest = IncomeStatement.objects.select_for_update().filter(household=held, is_latest=True).first()
        newest = latest is None or latest.window_end <= window.end
        if latest is not None and newest:
            with change(latest, by=by, verb=policies.RECORD_INCOME, today=today) as older:
                older.is_latest = False
        statement = IncomeStatement(
            window_type=window_type,
            window_start=window.start,
            window_end=window.end,
            persons=persons,
            checked_on=checked_on,
            is_latest=newest,
        )
        statement.put_beside(held)
        _set_amounts(statement, amounts)
        with change(statement, by=by, verb=policies.RECORD_INCOME, today=today) as fresh:
            pass
    return fresh


def correct_income(
    statement: IncomeStatement, amounts: Mapping[str, int], *, persons: int, reason: str, by: Scope, today: dt.date, version: int | None
) -> IncomeStatement:
    """Correct a recorded window; the time line shows both values. Raises Stale."""
    with (
        rechecked(statement.household_id, today=today),
        change(statement, by=by, verb=policies.CORRECT_INCOME, today=today, reason=reason, version=version) as locked,
    ):
        locked.persons = persons
        _set_amounts(locked, amounts)
    return locked


@dataclass(frozen=True, slots=True)
class Decision:
    """What a county decision says: the day it holds from, its document, the risks (watched) and the standard (registered)."""

    since: dt.date
    document: str
    risks: tuple[str, ...] = ()
    standard_system: str = "gd_relative"


def change_programme_status(
    household: Household, move: str, decision: Decision, *, reason: str, by: Scope, today: dt.date, version: int | None = None
) -> Household:
    """Make a move of the household's life in a programme: close the open period, open the next, repeat it on the household.

    A household that is registered as poor is watched no more, and every ledger hears of it. Raises Refused where the state does not allow
    the move, the dates do not fit, or a watched household has no risk or too many.
    """
    programme = MOVES[move]
    cycle = CYCLES[programme]
    step = cycle.moves[move]
    _check_decision(decision, step.target, today)
    with (
        rechecked(household.pk, today=today),
        cycle.advance(household, move, by=by, today=today, reason=reason, version=version) as locked,
    ):
        policies.check_open(locked)
        policies.check_standing(by, locked, move, step.target, today)
        period = ProgrammeStatus.objects.select_for_update().filter(household=locked, programme=programme, until=None).first()
        if period is not None:
            if decision.since <= period.since:
                raise Refused(f"起始日期 {decision.since} 不晚于上一状态的起始日期 {period.since}。请核对文件日期。", field="since")
            with change(period, by=by, verb=step.verb, today=today, reason=reason) as closing:
                closing.until = decision.since
        locked.standard_system = _standard_after(locked, programme, step.target, decision)
        following = ProgrammeStatus(
            programme=programme,
            standing=step.target,
            standard_system=locked.standard_system,
            since=decision.since,
            document=decision.document,
            risks=",".join(decision.risks),
        )
        following.put_beside(locked)
        with change(following, by=by, verb=step.verb, today=today, reason=reason) as begun:
            pass
        if step.target in STILL_POOR:
            _end_watch(locked, decision, reason, by, today)
            tell(HouseholdShift("registered", locked.pk, locked.pk, (), begun.pk, today))
    return locked


def _end_watch(household: Household, decision: Decision, reason: str, by: Scope, today: dt.date) -> None:
    """Who is registered as poor is helped as such and watched no more; called with the household locked and about to be saved."""
    if household.monitoring not in WATCHED:
        return
    move = MONITORING.check(household, "end_watch", today=today)
    period = ProgrammeStatus.objects.select_for_update().filter(household=household, programme="monitoring", until=None).first()
    if period is not None:
        if decision.since <= period.since:
            raise Refused(
                f"起始日期 {decision.since} 不晚于{in_words('纳入监测', period.since)}的日期 {period.since}。请核对文件日期。",
                field="since",
            )
        with change(period, by=by, verb=move.verb, today=today, reason=reason) as closing:
            closing.until = decision.since
    household.monitoring = move.target


def _check_decision(decision: Decision, standing: str, today: dt.date) -> None:
    if decision.since > today:
        raise Refused(f"起始日期 {decision.since} 晚于今天 {today}。请在生效后登记。", field="since")
    if not decision.document.strip():
        raise Refused("须填写依据文件（文号或批复名称）。请按审定文件填写。", field="document")
    if standing in ("unstable", "borderline", "sudden"):
        most = int(rule("risks_per_household", on=today).value)
        if not decision.risks:
            raise Refused(in_words("监测对象须至少有一项返贫致贫风险。请勾选风险类型。", decision.since), field="risks")
        if len(decision.risks) > most:
            raise Refused(f"勾选了 {len(decision.risks)} 项风险，最多 {most} 项。请保留主要风险。", field="risks")


def _standard_after(household: Household, programme: str, standing: str, decision: Decision) -> str:
    """The standard system a household is measured by after the move; called before the state field itself changes."""
    if programme == "registration":
        if standing == "removed":
            return "monitored" if household.monitoring in ("unstable", "borderline", "sudden") else "ordinary"
        return decision.standard_system if not household.registration else household.standard_system
    if household.registration not in ("", "removed"):
        return household.standard_system
    return "ordinary" if standing == "cleared" else "monitored"


def assign_helper(
    household: Household,
    *,
    name: str,
    since: dt.date,
    by: Scope,
    today: dt.date,
    user: User | None = None,
    unit: Office | None = None,
    phone: str = "",
) -> HelperAssignment:
    """Name a helper from `since` on. Raises Refused where that person looks after the household already."""
    if since > today:
        raise Refused(f"结对日期 {since} 晚于今天 {today}。请在结对之日登记。", field="since")
    with rechecked(household.pk, today=today):
        held = Household.objects.select_for_update().get(pk=household.pk)
        policies.check_open(held)
        if HelperAssignment.objects.filter(household=held, name=name, until=None).exists():
            raise Refused(f"“{name}”已是该户的帮扶责任人，不能重复安排。同名的另一人请在姓名后加注单位。", field="name")
        helper = HelperAssignment(name=name, user=user, sponsor_unit=unit, since=since, phone=phone)
        helper.put_beside(held)
        with change(helper, by=by, verb=policies.ASSIGN_HELPER, today=today) as fresh:
            pass
    return fresh


def end_helper(
    helper: HelperAssignment, *, until: dt.date, reason: str, by: Scope, today: dt.date, version: int | None = None
) -> HelperAssignment:
    """End an assignment on a day that has come; the household is 空档户 until another helper is named."""
    if until > today:
        raise Refused(f"解除日期 {until} 晚于今天 {today}。请在解除之日登记。", field="until")
    with (
        rechecked(helper.household_id, today=today),
        change(helper, by=by, verb=policies.END_HELPER, today=today, reason=reason, version=version) as locked,
    ):
        if locked.until is not None:
            raise Refused(f"该结对帮扶已于 {locked.until} 解除，不能重复登记。", field="until")
        if until < locked.since:
            raise Refused(f"解除日期 {until} 早于结对日期 {locked.since}。请核对后重填。", field="until")
        locked.until = until
    return locked


def reveal_field(
    record: Household | Member | HelperAssignment,
    field: str,
    *,
    kind: str,
    reason: str,
    by: Scope,
    today: dt.date,
    moment: dt.datetime,
    proved_at: dt.datetime | None,
) -> str:
    """The whole value of a masked field, with one audit row that names the field and not the value.

    `moment` and `proved_at` are real time: when this is asked, and when the person last typed the password. Raises NotPermitted,
    or Refused for a missing reason, a proof that is too old, a quota that is used up.
    """
    verb = replace(policies.REVEAL_FIELD, permission=policies.check_reveal(by, record, field, kind=kind))
    if len(reason.strip()) < 4:
        raise Refused("查看脱敏字段须写明理由（至少 4 个字，例如“电话核实务工情况”）。请填写理由。", field="reason")
    policies.check_fresh(proved_at, moment, today)
    with transaction.atomic():
        if by.user_id is not None:
            User.objects.select_for_update().get(pk=by.user_id)  # so that two presses at once count as two
        policies.check_quota(reveals_today(by, today), today)
        held = getattr(record, field)
        note(record, by=by, verb=verb, today=today, changes={"字段": label_of(record, field)}, reason=reason.strip())
    return held.reveal() if held is not None else ""


def _set(record: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _set_amounts(statement: IncomeStatement, amounts: Mapping[str, int]) -> None:
    _set(statement, amounts)
    statement.net = net_income({n: getattr(statement, n) for n in (*INCOME_FIELDS, "business_expense")})


def _next_code(household: Household) -> str:
    # By number and not by household: who was split off keeps a number of this household, who was merged in brings another's.
    taken = Member.objects.filter(code__startswith=household.code).values_list("code", flat=True)
    tails = [c.removeprefix(household.code) for c in taken]
    numbers = [int(t) for t in tails if len(t) == CODE_DIGITS and t.isdigit()]
    number = max(numbers, default=0) + 1
    if number >= 10**CODE_DIGITS:
        raise Refused(f"该户已登记过 {number - 1} 名成员，编号已用完。请核对是否应当分户。")
    return f"{household.code}{number:0{CODE_DIGITS}d}"


def _check_head(member: Member) -> None:
    if member.relation != "head" or member.left_on is not None:
        return
    other = Member.objects.filter(household_id=member.household_id, relation="head", left_on=None).exclude(pk=member.pk).first()
    if other:
        raise Refused(f"该户已有户主“{other.name}”，一户只能有一名户主。请先修改原户主与户主关系，再登记新户主。", field="relation")


def _follow_head(household: Household, member: Member, *, by: Scope, today: dt.date) -> None:
    if member.relation == "head" and member.left_on is None and household.head_name != member.name:
        with change(household, by=by, verb=policies.EDIT_HOUSEHOLD, today=today) as locked:
            locked.head_name = member.name
