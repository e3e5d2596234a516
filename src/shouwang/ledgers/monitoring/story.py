"""The whole story of a household in this ledger: why it is watched, what is done, when it was seen, every act on one time line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.apps import apps

from shouwang.kernel.audit import queries as audit
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sections import Section
from shouwang.ledgers.monitoring import matching, queries, views
from shouwang.ledgers.monitoring.models import Discrepancy, FollowUp, Lead, Measure, MonitoringCase, Objection, Verification
from shouwang.ledgers.monitoring.policies import CHECK, FOLLOW, REPORT, VIEW
from shouwang.ledgers.monitoring.rules import term, word
from shouwang.ledgers.monitoring.tables import risk_words
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.registry import history
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.codes import word as code_word
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.policies import seen_groups
from shouwang.ledgers.registry.queries import WATCHED
from shouwang.ledgers.registry.record import HIDDEN, Item

EVENTS = 80
OWN: tuple[tuple[type[Any], str], ...] = (
    (Lead, "线索"),
    (MonitoringCase, "个案"),
    (Verification, "核实"),
    (Objection, "公示异议"),
    (Measure, "帮扶措施"),
    (FollowUp, "跟踪回访"),
    (Discrepancy, "比对疑点"),
)


def records_of(household: int, scope: Scope) -> dict[tuple[str, str], str]:
    """{(ledger, record id): what it is} of the ledger's rows about a household that this person sees."""
    out = {}
    for model, label in OWN:
        rows: Any = model._default_manager
        for pk in rows.within(scope).filter(household_id=household).order_by().values_list("pk", flat=True):
            out[(model._meta.label_lower, str(pk))] = label
    return out


def household_section(scope: Scope, household: int, today: dt.date) -> Section | None:
    """The card on the household's page in the registry; None for who sees nothing of this ledger there."""
    found = Household.objects.within(scope, VIEW).select_related("county").filter(pk=household).first()
    if found is None:
        return None
    records = records_of(household, scope)
    cases = list(queries.cases(scope).filter(household=household).order_by("-pk")[:3])
    context = {
        "household": found,
        "watch": watch_items(found, scope, today),
        "cases": cases,
        "missing": matching.unmatched_now(found, today) if found.monitoring in WATCHED else [],
        "doubts": doubts(found, scope),
        "may_report": found.closed_on is None and found.covers(scope, REPORT),
    }
    return Section("monitoring", term("title", today), "monitoring/_section.html", context, len(cases), records)


def watch_items(household: Household, scope: Scope, today: dt.date) -> list[Item]:
    """What the household is watched for, since when, by which decision."""
    if not seen_groups(scope, household, VIEW)(Group.BASE):
        return [Item(term("object", today), HIDDEN)]
    period = household.statuses.filter(programme="monitoring", until=None).first()
    if period is None:
        return [Item(term("object", today), in_words("未纳入监测", today))]
    planned = FollowUp.objects.filter(household=household, done_on=None).first()
    out = [
        Item("类别", code_word("monitoring_standing", period.standing, on=today)),
        Item("风险", risk_words(period.risks, today) or None),
        Item("起始", str(period.since), note=period.document),
    ]
    return out + ([Item("应回访", str(planned.due_on))] if planned else [])


def household_context(household: Household, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a household in this ledger."""
    see = seen_groups(scope, household, VIEW)
    sees_case = see(Group.CASE)
    measures = [
        (m, word("measure", m.kind, today) if sees_case else HIDDEN, code_word("risk", m.risk, on=today) if m.risk and sees_case else "")
        for m in Measure.objects.within(scope).filter(household=household)
    ]
    watched = household.monitoring in WATCHED
    return {
        "household": household,
        "record": {"title": f"{household.head_name} 家庭", "tags": [], "meta": views.home_meta(household)},
        "term": term("object", today),
        "watch": watch_items(household, scope, today),
        "watched": watched,
        "missing": matching.unmatched_now(household, today) if watched else [],
        "measures": measures,
        "see_case": sees_case,
        "visits": list(queries.follow_ups(scope).filter(household=household).order_by("-due_on", "-pk")[:12]),
        "cases": list(queries.cases(scope).filter(household=household).order_by("-pk")),
        "leads": [(x, risk_words(x.risk, today)) for x in queries.leads(scope).filter(household=household)[:12]],
        "doubts": doubts(household, scope),
        "may_follow": household.closed_on is None and household.covers(scope, FOLLOW),
        "may_check": household.closed_on is None and household.covers(scope, CHECK),
        "may_report": household.closed_on is None and household.covers(scope, REPORT),
        "starts": starts(household),
        "events": events(household, scope),
    }


def doubts(household: Household, scope: Scope) -> list[tuple[Discrepancy, str]]:
    """Discrepancies that nobody has answered, with the name of their rule, for who sees the case's fields."""
    if not seen_groups(scope, household, VIEW)(Group.CASE):
        return []
    rows: Any = queries.discrepancies(scope).filter(household=household, state="open")
    return [(row, book.name_of(row.rule, row.own_rule)) for row in rows]


def starts(household: Household) -> list[tuple[str, str]]:
    """Cases that may be opened for the household without a lead, as (purpose, button)."""
    out = [("clear", "提出风险消除")] if household.monitoring in WATCHED else []
    if household.registration == "exited":
        out.append(("relapse", "提出返贫登记"))
    if household.registration == "":
        out.append(("fall", "提出新致贫登记"))
    return out


def events(household: Household, scope: Scope) -> list[dict[str, Any]]:
    """Acts of this ledger and of the registry on the household, the latest first."""
    see = seen_groups(scope, household, VIEW)
    subjects = records_of(household.pk, scope)
    found = list(history.events_of(household, subjects)[:EVENTS])
    out = []
    for event in found:
        line = history.entry(event, subjects, see)
        if (event.ledger, event.record_id) in subjects and see(Group.CASE):
            line["changes"] = [in_words(text, event.business_at) for text in audit.in_words(event.changes, apps.get_model(event.ledger))]
        out.append(line)
    return out
