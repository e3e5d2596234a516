"""Pages of the audit: the log, and its verification."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.policies import VERIFY, VIEW, VIEW_OWN_REGION
from shouwang.kernel.audit.queries import events_within, who
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request

PER_PAGE = 50
DAYS = dt.timedelta(days=30)


@page(VIEW, VIEW_OWN_REGION)
def log(request: Request) -> HttpResponse:
    """The log by day, office, act and actor; the newest 30 days unless asked otherwise."""
    asked = {k: request.GET.get(k, "").strip() for k in ("since", "until", "office", "act", "actor", "before")}
    asked["since"] = asked["since"] or (request.today - DAYS).isoformat()
    rows = list(_filtered(events_within(request.scope), asked)[: PER_PAGE + 1])
    last = Job.objects.filter(kind="audit.verify").exclude(finished_at=None).order_by("-id").first()
    older = rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None
    context = {"asked": asked, "rows": [_row(e) for e in rows[:PER_PAGE]], "older": older, "last": last}
    context["may_verify"] = request.scope.may(VERIFY)
    return render(request, "audit/log.html", context)


@page(VERIFY, methods=("POST",))
def verify(request: Request) -> HttpResponse:
    """Verify the chain in the background."""
    job = enqueue("audit.verify", by=request.scope, args={}, key=f"audit.verify:{uuid.uuid4()}", today=request.today)
    return redirect("job", job.pk)


def _filtered(rows: QuerySet[Event], asked: dict[str, str]) -> QuerySet[Event]:
    rows = rows.filter(business_at__gte=_day(asked["since"]))
    if asked["until"]:
        rows = rows.filter(business_at__lte=_day(asked["until"]))
    if asked["before"].isascii() and asked["before"].isdecimal() and len(asked["before"]) < 19:
        rows = rows.filter(id__lt=int(asked["before"]))
    for key, fields in (
        ("office", ("office_name", "office_code")),
        ("act", ("sentence", "verb")),
        ("actor", ("actor_name", "on_behalf_of")),
    ):
        if asked[key]:
            rows = rows.filter(Q(**{f"{fields[0]}__contains": asked[key]}) | Q(**{fields[1]: asked[key]}))
    return rows


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(f"日期“{text[:20]}”无效。请按 2020-02-17 的格式填写。", field="since") from None


def _row(event: Event) -> dict[str, Any]:
    """What is shown of an event: no value of any field."""
    try:
        name = str(apps.get_model(event.ledger)._meta.verbose_name)
    except LookupError:
        name = event.ledger
    return {"event": event, "who": who(event), "record": f"{name} {event.record_id}", "fields": len(event.changes)}
