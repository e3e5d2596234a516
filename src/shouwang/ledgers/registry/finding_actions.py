"""What people decide on findings: 核实无误 with its reason, and its end."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.checking import forget_acceptance
from shouwang.ledgers.registry.checks.cards import cards
from shouwang.ledgers.registry.finding_work import refresh_towns
from shouwang.ledgers.registry.lifecycle import FINDING
from shouwang.ledgers.registry.models import CheckFinding

SHORTEST_REASON = 4


def accept_finding(finding: CheckFinding, *, reason: str, until: dt.date, by: Scope, today: dt.date, version: int | None) -> CheckFinding:
    """核实无误: the values stand although the check fails; remembered until `until`, or until one of the values changes.

    Raises Refused for a check that only a correction clears, a reason too short, a day that is past or too far; NotPermitted, Stale.
    """
    card = cards()[finding.code]
    if not card.acceptable:
        raise Refused(f"“{card.name}”须改正，不能核实无误。{card.remedy}", field="reason")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refused(f"核实无误须写明怎样核实的（至少 {SHORTEST_REASON} 个字，例如“已核对身份证原件”）。请填写说明。", field="reason")
    last = longest(today)
    if not today < until <= last:
        raise Refused(f"有效期至 {until} 应在明天至 {last} 之间。请改正日期。", field="until")
    with transaction.atomic():
        with FINDING.advance(finding, "accept", by=by, today=today, reason=reason.strip(), version=version) as locked:
            locked.accepted_reason, locked.accepted_by = reason.strip(), by.user_name
            locked.accepted_on, locked.accepted_until = today, until
        _tell_town(locked, today)
    return locked


def reopen_finding(finding: CheckFinding, *, reason: str, by: Scope, today: dt.date, version: int | None) -> CheckFinding:
    """End an acceptance before its day. Raises Refused, NotPermitted, Stale."""
    with transaction.atomic():
        with FINDING.advance(finding, "reopen", by=by, today=today, reason=reason.strip(), version=version) as locked:
            forget_acceptance(locked)
        _tell_town(locked, today)
    return locked


def longest(today: dt.date) -> dt.date:
    """The last day until which an acceptance of `today` may hold (rulebook clocks.finding_accepted)."""
    return today + dt.timedelta(days=int(lookup("clocks", "finding_accepted", on=today).value))


def _tell_town(finding: CheckFinding, today: dt.date) -> None:
    """The town's work item follows."""
    if finding.severity == "error" and finding.town_id is not None:
        refresh_towns([finding.town_id], today=today)
