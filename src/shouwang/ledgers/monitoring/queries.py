"""Reads of the monitoring ledger; what a person sees comes through `within(scope)`, named sets are shared by lists and figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.monitoring.lifecycle import OPEN
from shouwang.ledgers.monitoring.models import (
    CommunityAppraisal,
    DeterminationBatch,
    Discrepancy,
    FollowUp,
    Lead,
    Measure,
    MonitoringCase,
    Objection,
    PublicPosting,
    RuleVersion,
)
from shouwang.ledgers.monitoring.policies import CHECK, DETERMINE, REPORT, REVIEW, VIEW
from shouwang.ledgers.registry.models import Household, ProgrammeStatus
from shouwang.ledgers.registry.queries import PLACE_NAMES, current, of_risk, watched

M = TypeVar("M", bound=models.Model)
BATCH_MOST = 300


def leads(scope: Scope) -> QuerySet[Lead]:
    """Leads in scope with household, place names and the name of an office's own rule."""
    rows: Any = Lead.objects
    found: QuerySet[Lead] = rows.within(scope).select_related("household").annotate(own_rule=_own_rule(), **PLACE_NAMES)
    return found


def _own_rule() -> Subquery:
    """The youngest name of an office's own rule; published rules are named by the rulebook."""
    return Subquery(RuleVersion.objects.filter(rule=OuterRef("rule")).exclude(state="returned").order_by("-number").values("name")[:1])


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
    beside = ("household", "case", "town", "village")
    found: Lead | None = rows.within(scope).annotate(own_rule=_own_rule()).select_related(*beside).filter(pk=pk).first()
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


def has_risk(rows: QuerySet[Any], codes: tuple[str, ...]) -> QuerySet[Any]:
    """Rows one of whose comma-separated risks is among the codes."""
    return rows.filter(reduce(or_, (of_risk(code) for code in codes)))


def determined_in_year(rows: QuerySet[MonitoringCase], today: dt.date) -> QuerySet[MonitoringCase]:
    """Cases the county decided in the year of the day, up to it."""
    return rows.filter(determined_on__gte=today.replace(month=1, day=1), determined_on__lte=today)


def on_time(rows: QuerySet[MonitoringCase], today: dt.date) -> QuerySet[MonitoringCase]:
    """Of those, decided within the clock of the whole procedure."""
    return determined_in_year(rows, today).filter(determined_on__lte=F("whole_due_on"))


def found_in_month(rows: QuerySet[Lead], today: dt.date) -> QuerySet[Lead]:
    """Leads of the month of the day, up to it; those whose place newer evidence took are left out."""
    return rows.filter(found_on__gte=today.replace(day=1), found_on__lte=today).exclude(state="superseded")


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of one rule's leads, or discrepancies (`doubts`); shares in percent of those decided, None before any is."""

    rule: str
    leads: int
    open: int
    included: int
    not_included: int
    known: int
    doubts: bool = False

    @property
    def decided(self) -> int:
        """Included or left out."""
        return self.included + self.not_included

    @property
    def precision(self) -> Decimal | None:
        """Share included, one decimal."""
        return self._share(self.included)

    @property
    def false_alarms(self) -> Decimal | None:
        """Share left out, one decimal."""
        return self._share(self.not_included)

    def _share(self, part: int) -> Decimal | None:
        return (Decimal(part * 100) / self.decided).quantize(Decimal("0.1"), ROUND_HALF_UP) if self.decided else None


OUTCOMES = {"open": ("open",), "included": ("included",), "not_included": ("not_included",), "known": ("known",)}
ANSWERED = {"open": ("open",), "included": ("confirmed", "corrected"), "not_included": ("explained",), "known": ("cleared",)}


def rule_outcomes(scope: Scope, permission: str = VIEW) -> list[RuleOutcome]:
    """Every rule with leads or discrepancies in the places the permission covers, the one with most first; two queries, counts only.

    A discrepancy that is true or was corrected counts as included, one that has a good reason as not; one that went away by itself is known.
    """
    leads: Any = Lead.objects.exclude(rule="").exclude(state__in=("superseded", "withdrawn"))
    doubts: Any = Discrepancy.objects.all()
    found = [*_outcomes(leads.within(scope, permission), OUTCOMES), *_outcomes(doubts.within(scope, permission), ANSWERED, doubts=True)]
    return sorted(found, key=lambda r: (-r.leads, r.rule))


def _outcomes(rows: QuerySet[Any], states: Mapping[str, tuple[str, ...]], *, doubts: bool = False) -> list[RuleOutcome]:
    named = {f"n_{name}": Count("pk", filter=Q(state__in=codes)) for name, codes in states.items()}
    counted = rows.order_by().values("rule").annotate(leads=Count("pk"), **named)
    return [RuleOutcome(r["rule"], r["leads"], r["n_open"], r["n_included"], r["n_not_included"], r["n_known"], doubts) for r in counted]


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


def follow_ups(scope: Scope) -> QuerySet[FollowUp]:
    """Planned and recorded visits in scope with household and place names."""
    rows: Any = FollowUp.objects
    found: QuerySet[FollowUp] = rows.within(scope).select_related("household").annotate(**PLACE_NAMES)
    return found


def follow_up(scope: Scope, pk: int, permission: str) -> FollowUp:
    """One planned visit with its household; raises OutOfScope."""
    rows: Any = FollowUp.objects
    found: FollowUp | None = rows.within(scope, permission).select_related("household__region", "county", "region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def due_soon(rows: QuerySet[FollowUp], today: dt.date) -> QuerySet[FollowUp]:
    """Planned visits due within the days that count as soon, or overdue."""
    soon = today + dt.timedelta(int(lookup("clocks", "soon", on=today).value))
    return rows.filter(done_on=None, due_on__lte=soon)


def discrepancies(scope: Scope) -> QuerySet[Discrepancy]:
    """Discrepancies in scope with household, place names and the name of an office's own rule."""
    rows: Any = Discrepancy.objects
    found: QuerySet[Discrepancy] = rows.within(scope).select_related("household").annotate(own_rule=_own_rule(), **PLACE_NAMES)
    return found


def discrepancy(scope: Scope, pk: int, permission: str = VIEW) -> Discrepancy:
    """One discrepancy with its household; raises OutOfScope."""
    return _one(Discrepancy, scope, pk, permission, "household", "county", "town", "village")


def unanswered(rows: QuerySet[Discrepancy], today: dt.date) -> QuerySet[Discrepancy]:
    """Open ones past their day."""
    return rows.filter(state="open", due_on__lt=today)


def objections(scope: Scope) -> QuerySet[Objection]:
    """Objections in scope."""
    rows: Any = Objection.objects
    found: QuerySet[Objection] = rows.within(scope).select_related("household")
    return found


def objection(scope: Scope, pk: int, permission: str) -> Objection:
    """One objection with its case; raises OutOfScope."""
    return _one(Objection, scope, pk, permission, "case__household", "case__county")


def measure(scope: Scope, pk: int, permission: str) -> Measure:
    """One measure with its household; raises OutOfScope."""
    return _one(Measure, scope, pk, permission, "household")


def appraisal(scope: Scope, pk: int, permission: str = VIEW) -> CommunityAppraisal:
    """One review by the people; raises OutOfScope."""
    return _one(CommunityAppraisal, scope, pk, permission, "county", "town", "village")


def posting(scope: Scope, pk: int, permission: str = VIEW) -> PublicPosting:
    """One posting; raises OutOfScope."""
    return _one(PublicPosting, scope, pk, permission, "county", "town", "village")


def batch(scope: Scope, pk: int, permission: str = VIEW) -> DeterminationBatch:
    """One batch; raises OutOfScope."""
    return _one(DeterminationBatch, scope, pk, permission, "county")


def _one(model: type[M], scope: Scope, pk: int, permission: str, *beside: str) -> M:
    rows: Any = model._default_manager
    found: M | None = rows.within(scope, permission).select_related(*beside).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def postings(scope: Scope) -> QuerySet[PublicPosting]:
    """Postings in scope with place names, the number of cases and of objections without an answer."""
    rows: Any = PublicPosting.objects
    posted = MonitoringCase.objects.filter(posting=OuterRef("pk")).order_by().values("posting").annotate(n=Count("pk")).values("n")
    open_ones = Objection.objects.filter(posting=OuterRef("pk"), answered_on=None).order_by().values("posting")
    found: QuerySet[PublicPosting] = rows.within(scope).annotate(
        **PLACE_NAMES, case_count=_number(posted), unanswered=_number(open_ones.annotate(n=Count("pk")).values("n"))
    )
    return found


def batches(scope: Scope) -> QuerySet[DeterminationBatch]:
    """Batches in scope with the county's name and the number of cases."""
    rows: Any = DeterminationBatch.objects
    cases_in = MonitoringCase.objects.filter(batch=OuterRef("pk")).order_by().values("batch").annotate(n=Count("pk")).values("n")
    found: QuerySet[DeterminationBatch] = rows.within(scope).annotate(**PLACE_NAMES, case_count=_number(cases_in))
    return found


def _number(rows: Any) -> Any:
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


def village(scope: Scope, pk: int, permission: str) -> Region:
    """A village the permission reaches; raises OutOfScope."""
    return _place(scope, pk, permission, Region.VILLAGE)


def county(scope: Scope, pk: int, permission: str) -> Region:
    """A county the permission covers as a whole; raises OutOfScope."""
    return _place(scope, pk, permission, Region.COUNTY)


def _place(scope: Scope, pk: int, permission: str, level: int) -> Region:
    found = Region.objects.filter(pk=pk, level=level).first()
    if found is None or not scope.may_at(permission, found):
        raise OutOfScope
    return found


def waiting(scope: Scope, village: int, state: str, permission: str) -> list[MonitoringCase]:
    """The village's cases at a step, with what the acts read."""
    rows: Any = MonitoringCase.objects
    beside = ("household", "county", "village", "appraisal")
    return list(rows.within(scope, permission).filter(village_id=village, state=state).select_related(*beside).order_by("due_on", "pk"))


def waiting_for_batch(scope: Scope, county: int) -> list[MonitoringCase]:
    """The county's cases that passed the towns and are in no batch."""
    rows: Any = MonitoringCase.objects
    ready = rows.within(scope, DETERMINE).filter(county_id=county, state="reviewed", batch=None)
    return list(ready.select_related("household", "town", "village").order_by("town__rank", "due_on", "pk")[:BATCH_MOST])


def next_number(county: Region, today: dt.date) -> str:
    """A name for the county's next batch of the year."""
    n = DeterminationBatch.objects.filter(county=county, prepared_on__year=today.year).count()
    return f"{today.year}年第{n + 1}批"


def monitored(scope: Scope) -> QuerySet[Household]:
    """Households under watch in scope, with risks, since when, next visit, measures in force, place names."""
    open_period = ProgrammeStatus.objects.filter(household=OuterRef("pk"), programme="monitoring", until=None)
    planned = FollowUp.objects.filter(household=OuterRef("pk"), done_on=None)
    counted = (
        Measure.objects.filter(household=OuterRef("pk"), until=None).order_by().values("household").annotate(n=Count("pk")).values("n")
    )
    return (
        watched(current(Household.objects.within(scope, VIEW)))
        .annotate(
            risks=Subquery(open_period.values("risks")[:1]),
            watched_since=Subquery(open_period.values("since")[:1]),
            next_visit=Subquery(planned.values("due_on")[:1]),
            measures=_number(counted),
            **PLACE_NAMES,
        )
    )  # fmt: skip


def case_with_files(scope: Scope, record_id: str) -> MonitoringCase | None:
    """The case whose papers this person may open: who checks, reviews or determines it."""
    return _for_files(MonitoringCase, scope, record_id)


def appraisal_with_files(scope: Scope, record_id: str) -> CommunityAppraisal | None:
    """The review whose signed minutes this person may open."""
    return _for_files(CommunityAppraisal, scope, record_id)


def _for_files(model: type[M], scope: Scope, record_id: str) -> M | None:
    rows: Any = model._default_manager
    for permission in (CHECK, REVIEW, DETERMINE):
        found: M | None = rows.within(scope, permission).filter(pk=record_id).first() if record_id.isdecimal() else None
        if found is not None:
            return found
    return None
