"""Reads of the employment ledger. Everything a person sees comes through `within(scope)`; the named sets are shared by lists and figures."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db.models import F, Q, QuerySet

from shouwang.kernel.audit.queries import Entry, timeline
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.models import Record
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.codes import epidemic_reasons, rule
from shouwang.ledgers.employment.models import AT_WORK, LabourQuerySet, RetentionCall, Training, Worker, WorkRecord
from shouwang.ledgers.employment.policies import SURVEY, VIEW
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.queries import IN_REGISTRATION, PLACE_NAMES, WATCHED, labour_force

R = TypeVar("R", Worker, WorkRecord, Training)
BESIDE = ("household", "member")


def filed_labour(day: dt.date) -> QuerySet[Member]:
    """Members able to work on the day, of households on file: who belongs on the labour ledger."""
    homes = Q(household__registration__in=IN_REGISTRATION) | Q(household__monitoring__in=WATCHED)
    return labour_force(Member.objects.filter(homes, left_on=None, household__closed_on=None), day)


def in_force(rows: QuerySet[Worker], day: dt.date) -> QuerySet[Worker]:
    """Workers who are still labour on the day: who left, went back to school or lost the ability falls off by itself."""
    return rows.filter(member__in=filed_labour(day).values("pk"))


def of_registered(rows: QuerySet[Worker]) -> QuerySet[Worker]:
    """Of 建档立卡 households: what the figures count."""
    return rows.filter(household__registration__in=IN_REGISTRATION)


def workers(scope: Scope) -> QuerySet[Worker]:
    """Workers in scope with household, member and place names."""
    found: QuerySet[Worker] = Worker.objects.within(scope).select_related(*BESIDE).annotate(**PLACE_NAMES)
    return found


def worker(scope: Scope, pk: int, permission: str = VIEW) -> Worker:
    """One worker; raises OutOfScope."""
    return _one(Worker, scope, pk, permission, "household__region", "household__county", "member")


def record(scope: Scope, pk: int, permission: str = SURVEY) -> WorkRecord:
    """One work record with its worker; raises OutOfScope."""
    return _one(WorkRecord, scope, pk, permission, "household", "worker__member", "worker__household")


def _one(model: type[R], scope: Scope, pk: int, permission: str, *beside: str) -> R:
    rows: Any = model._default_manager
    found: R | None = rows.within(scope, permission).select_related(*beside).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def records(scope: Scope) -> QuerySet[WorkRecord]:
    """Work records in scope."""
    found: QuerySet[WorkRecord] = WorkRecord.objects.within(scope).select_related("household", "worker__member").annotate(**PLACE_NAMES)
    return found


def trainings(scope: Scope) -> QuerySet[Training]:
    """Trainings in scope."""
    found: QuerySet[Training] = Training.objects.within(scope).select_related("household", "worker__member").annotate(**PLACE_NAMES)
    return found


def follow_ups(scope: Scope) -> QuerySet[RetentionCall]:
    """Follow-ups in scope."""
    found: QuerySet[RetentionCall] = (
        RetentionCall.objects.within(scope).select_related("household", "record__worker__member").annotate(**PLACE_NAMES)
    )
    return found


def placed_on(rows: QuerySet[WorkRecord], day: dt.date) -> QuerySet[WorkRecord]:
    """Work that a placement led to and that goes on on the day."""
    return rows.filter(Q(ended_on=None) | Q(ended_on__gt=day), post__isnull=False, planned=False, started_on__lte=day)


def surveyed(rows: QuerySet[Worker], day: dt.date) -> QuerySet[Worker]:
    """Surveyed within the days a survey counts (survey_valid_days)."""
    since = day - dt.timedelta(days=int(rule("survey_valid_days", on=day).value))
    return rows.filter(surveyed_on__gt=since, surveyed_on__lte=day)


def at_work(rows: QuerySet[Worker]) -> QuerySet[Worker]:
    """Out to work, as the national series counts: outside the province, outside the county, inside it; not at home."""
    return rows.filter(status__in=AT_WORK)


def held_by_epidemic(rows: QuerySet[Worker], day: dt.date) -> QuerySet[Worker]:
    """Out of work for a reason of the epidemic (rulebook epidemic_reasons); nobody before there were such reasons."""
    return rows.filter(reason__in=epidemic_reasons(day))


def next_to_call(scope: Scope, today: dt.date, *, after: int = 0) -> Worker | None:
    """Whom to ring next: not surveyed within the days that count, not tried today, of those with a telephone first the untried ones.

    `after` skips the person just left aside.
    """
    again = today - dt.timedelta(days=int(rule("call_again_days", on=today).value))
    rows: LabourQuerySet = Worker.objects.within(scope, SURVEY)
    waiting = in_force(rows, today).exclude(pk__in=surveyed(Worker.objects.all(), today).values("pk")).exclude(pk=after)
    ready = waiting.filter(Q(tried_on=None) | Q(tried_on__lte=again))
    return ready.select_related(*BESIDE, "household__village").order_by("tries", F("surveyed_on").asc(nulls_first=True), "pk").first()


def left_to_call(scope: Scope, today: dt.date) -> int:
    """How many are still to be surveyed."""
    rows: LabourQuerySet = Worker.objects.within(scope, SURVEY)
    due = in_force(rows, today)
    return due.count() - surveyed(due, today).count()


def timeline_of(row: Record) -> list[Entry]:
    """The acts on one record, the youngest first."""
    return timeline(row._meta.label_lower, str(row.pk))
