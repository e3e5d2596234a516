"""One step of a case: state, clock, leads and work lists move together."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies, work
from shouwang.ledgers.monitoring.actions.intake import county_code, decide
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.models import MonitoringCase
from shouwang.ledgers.monitoring.rules import due, rule

# The clock that starts when a case comes to a state; that of `posted` follows from the posting.
CLOCKS = {
    "reported": "check",
    "verified": "appraisal",
    "appraised": "posting",
    "publicised": "review",
    "reviewed": "determine",
    "determined": "measures",
}
OUTCOMES = {
    "rejected": "reject",
    "known": "know",
    "withdrawn": "withdraw",
    "determined": "include",
    "done": "include",
    "overtaken": "include",
}


def step(
    case: MonitoringCase,
    move: str,
    *,
    by: Scope,
    today: dt.date,
    reason: str = "",
    version: int | None = None,
    leads: bool = True,
    **fields: Any,
) -> MonitoringCase:
    """Take a move: `fields` are set on the locked case, the clock of the next step starts, leads follow the outcome unless told not to.

    Raises Refused where the state does not allow the move, Stale, NotPermitted as `change`.
    """
    with transaction.atomic():
        with CASE.advance(case, move, by=by, today=today, reason=reason, version=version) as locked:
            before, target = locked.state, CASE.moves[move].target
            for name, value in fields.items():
                setattr(locked, name, value)
            if target in CLOCKS:
                locked.due_on = due(CLOCKS[target], today, region=county_code(locked))
            if CASE.states[target].final:
                locked.closed_on = today
        if leads and (outcome := OUTCOMES.get(target)):
            code = locked.reason_code if outcome == "reject" else ""
            decide(locked.leads.filter(state="open"), outcome, by=by, today=today, reason_code=code)
        work.refresh([locked], today=today, kinds=(before, target))
    return locked


def send_back(case: MonitoringCase, move: str, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> MonitoringCase:
    """Return a case to the named step (back_to_check, back_to_appraisal, back_to_review); returns are counted, a batch is left."""
    if not move.startswith("back_to_"):
        raise Refused("请选择退回到哪个环节。", field="move")
    policies.check_return(by, case)
    if len(reason.strip()) < 4:
        raise Refused("退回须写明理由（至少 4 个字），写清缺什么、怎么补。", field="reason")
    said: dict[str, Any] = {"returns": case.returns + 1, "return_reason": reason.strip()[:300], "batch": None}
    return step(case, move, by=by, today=today, reason=reason, version=version, **said)


def withdraw(case: MonitoringCase, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> MonitoringCase:
    """Drop a case that should not have been opened; its leads are withdrawn with it."""
    policies.check_return(by, case)
    return step(case, "withdraw", by=by, today=today, reason=reason, version=version, batch=None)


def overtake(case: MonitoringCase, *, by: Scope, today: dt.date) -> MonitoringCase:
    """End an open case because its household is registered as poor; leads that still wait count as included: the risk was real."""
    return step(case, "overtake", by=by, today=today, batch=None)


def hand_down(case: MonitoringCase, *, by: Scope, today: dt.date) -> MonitoringCase:
    """The town lets the village check an application; leads that complain about a cadre stay above."""
    with transaction.atomic():
        with change(case, by=by, verb=policies.HAND_DOWN, today=today) as locked:
            if locked.state != "reported" or locked.lowest == Region.VILLAGE:
                raise Refused("只有由镇（街道）以上掌握、待核实的个案可以交村核实。请刷新页面查看。")
            locked.lowest = Region.VILLAGE
        for lead in locked.leads.filter(complains=False, lowest__lt=Region.VILLAGE):
            with change(lead, by=by, verb=policies.HAND_DOWN, today=today) as shown:
                shown.lowest = Region.VILLAGE
        work.refresh([locked], today=today, kinds=("reported",))
    return locked


def postpone(case: MonitoringCase, until: dt.date, *, reason: str, by: Scope, today: dt.date) -> MonitoringCase:
    """Put the village review off to a day, with the reason (gatherings banned, people away)."""
    with transaction.atomic():
        with change(case, by=by, verb=policies.POSTPONE, today=today, reason=reason) as locked:
            if locked.state != "verified":
                raise Refused("只有待评议的个案可以推迟评议。请刷新页面查看。")
            most = int(rule("postpone_days", on=today).value)
            if not today < until <= today + dt.timedelta(most):
                raise Refused(f"推迟到的日期 {until} 须在今天之后、{most} 天以内。请重新选择日期。", field="until")
            locked.due_on = until
        work.refresh([locked], today=today, kinds=("verified",))
    return locked
