"""Reads of the monitoring ledger; what a person sees comes through `within(scope)`, named sets are shared by lists and figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.lifecycle import OPEN
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.monitoring.policies import REPORT, VIEW
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACE_NAMES, current


def leads(scope: Scope) -> QuerySet[Lead]:
    """Leads in scope with household and place names."""
    rows: Any = Lead.objects
    found: QuerySet[Lead] = rows.within(scope).select_related("household").annotate(**PLACE_NAMES)
    return found


def cases(scope: Scope) -> QuerySet[MonitoringCase]:
    """Cases in scope with household, place names and the number of their leads."""
    rows: Any = MonitoringCase.objects
    counted = Lead.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk")).values("n")
    lead_count = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    found: QuerySet[MonitoringCase] = rows.within(scope).select_related("household").annotate(**PLACE_NAMES, lead_count=lead_count)
    return found


def lead(scope: Scope, pk: int) -> Lead:
    """One lead with its household; raises OutOfScope."""
    rows: Any = Lead.objects
    found: Lead | None = rows.within(scope).select_related("household", "case", "town", "village").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def case(scope: Scope, pk: int, permission: str = VIEW) -> MonitoringCase:
    """One case with its household; raises OutOfScope."""
    rows: Any = MonitoringCase.objects
    beside = ("household__region", "county", "town", "village")
    found: MonitoringCase | None = rows.within(scope, permission).select_related(*beside).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def open_cases(rows: QuerySet[MonitoringCase]) -> QuerySet[MonitoringCase]:
    """Cases on their way."""
    return rows.filter(state__in=OPEN)


def overdue(rows: QuerySet[MonitoringCase], today: dt.date) -> QuerySet[MonitoringCase]:
    """Open cases whose step is past its day."""
    return open_cases(rows).filter(due_on__lt=today)


def has_risk(rows: QuerySet[Any], codes: tuple[str, ...], field: str = "risks") -> QuerySet[Any]:
    """Rows one of whose comma-separated risks is among the codes."""
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(**{field: code}) | Q(**{f"{field}__startswith": f"{code},"})
        reach |= Q(**{f"{field}__endswith": f",{code}"}) | Q(**{f"{field}__contains": f",{code},"})
    return rows.filter(reach)


def sees(scope: Scope, row: Any) -> bool:
    """Whether this person sees a lead or case; a complaint may be kept from whoever typed it in."""
    return bool(row.covers(scope, VIEW))


def households_to_report(scope: Scope, words: str) -> list[Household]:
    """At most 30 households the person may report a lead about: by number or head where words are given, else the latest."""
    rows = current(Household.objects.within(scope, REPORT)).select_related("village").order_by("-updated_at", "-pk")
    if words.isdigit():
        rows = rows.filter(code__startswith=words)
    elif words:
        rows = rows.filter(head_name__contains=words)
    return list(rows[:30])
