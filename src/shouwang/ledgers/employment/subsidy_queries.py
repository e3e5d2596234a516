"""Reads of claims and rates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.codes import word
from shouwang.ledgers.employment.models import SubsidyClaim, WorkRecord
from shouwang.ledgers.employment.subsidies import UNITS, kinds, rate
from shouwang.ledgers.registry.queries import IN_REGISTRATION, PLACE_NAMES

LIVE = ("applied", "checked", "approved", "paid", "failed")


def claims(scope: Scope) -> QuerySet[SubsidyClaim]:
    """Claims in scope with applicant and place names."""
    rows: QuerySet[SubsidyClaim] = SubsidyClaim.objects.within(scope)
    found: QuerySet[SubsidyClaim] = rows.select_related("household", "worker__member", "employer").annotate(**PLACE_NAMES)
    return found


def open_claims(rows: QuerySet[SubsidyClaim]) -> QuerySet[SubsidyClaim]:
    """Not yet paid and not refused."""
    return rows.filter(state__in=("applied", "checked", "approved", "failed"))


def short(rows: QuerySet[SubsidyClaim]) -> QuerySet[SubsidyClaim]:
    """The bank paid another amount than was approved."""
    return rows.filter(returned__isnull=False)


def clashing(claim: SubsidyClaim, once: bool) -> SubsidyClaim | None:
    """A live claim of the same applicant and kind that shares a day with it; of a kind paid once any."""
    rows = SubsidyClaim.objects.filter(kind=claim.kind, worker=claim.worker_id, employer=claim.employer_id, state__in=LIVE)
    if claim.employer_id is not None and once:
        rows = rows.filter(starts_on=claim.starts_on)  # an employer takes people on more than once
    elif not once:
        rows = rows.filter(Q(ends_on=None) | Q(ends_on__gt=claim.starts_on), starts_on__lt=claim.ends_on)
    return rows.first()


def employed(scope: Scope, employer_id: int, day: dt.date) -> int:
    """Poor labour the ledger knows at the employer's posts on the day, in scope."""
    rows = WorkRecord.objects.within(scope).filter(Q(ended_on=None) | Q(ended_on__gt=day), post__employer=employer_id, started_on__lte=day)
    return rows.filter(planned=False, household__registration__in=IN_REGISTRATION).values("worker").distinct().count()


def standards(region: Region, day: dt.date) -> list[dict[str, Any]]:
    """Every kind and band with the amount in force at the region on the day."""
    return [
        {
            "name": kind.name,
            "who": "个人" if kind.who == "worker" else "用工单位",
            "band": word("work_status", band, day) if band else "",
            "unit": UNITS[kind.per],
            "rate": rate(kind.code, band, region, day),
        }
        for kind in kinds(day).values()
        for band in (kind.bands or ("",))
    ]
