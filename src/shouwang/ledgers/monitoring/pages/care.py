"""A household under watch: measures, follow-ups, the whole story on one time line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.impact.queries import allowed
from shouwang.ledgers.monitoring import queries, story, views
from shouwang.ledgers.monitoring.actions import care
from shouwang.ledgers.monitoring.pages.leads import FORM
from shouwang.ledgers.monitoring.policies import FOLLOW, VIEW
from shouwang.ledgers.monitoring.procedure_forms import FollowUpForm, MeasureForm
from shouwang.ledgers.registry import queries as registry
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.models import Household


@page(VIEW)
def household(request: Request, pk: int) -> HttpResponse:
    """Everything the ledger knows of a household."""
    found = registry.household(request.scope, pk, VIEW)
    return render(request, "monitoring/household.html", story.household_context(found, request.scope, request.today))


@page(FOLLOW, methods=BOTH)
def add_measure(request: Request, pk: int) -> HttpResponse:
    """One measure, against a risk."""
    found = registry.household(request.scope, pk, FOLLOW)
    form = MeasureForm(request.POST or None, risks=views.risk_choices(found, request.today), today=request.today)

    def save(said: dict[str, Any]) -> HttpResponse:
        names = ("kind", "risk", "content", "provider")
        care.add_measure(found, since=said["on"], by=request.scope, today=request.today, **{n: said[n] for n in names})
        return _done(request, found, "帮扶措施已登记。")

    notes = views.measure_notes(found, request.today)
    title = f"登记帮扶措施：{found.head_name}"
    return form_page(request, form, save, title=title, crumbs=_crumbs(found, request.today), submit="登记措施", template=FORM, notes=notes)


@page(FOLLOW, methods=("POST",))
def end_measure(request: Request, pk: int) -> HttpResponse:
    """A measure ends today."""
    found = queries.measure(request.scope, pk, FOLLOW)
    care.end_measure(found, until=request.today, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    return _done(request, found.household, "帮扶措施已结束。")


@page(FOLLOW, methods=BOTH)
def follow_up(request: Request, pk: int) -> HttpResponse:
    """A planned visit, recorded on a phone."""
    planned = queries.follow_up(request.scope, pk, FOLLOW)
    may = allowed(planned.county or planned.region, request.today)
    form = FollowUpForm(request.POST or None, allowed=may, today=request.today)

    def save(said: dict[str, Any]) -> HttpResponse:
        names = ("means", "finding", "said")
        care.record_follow_up(planned, done_on=said["on"], by=request.scope, today=request.today, **{n: said[n] for n in names})
        return _done(request, planned.household, "回访已登记，已安排下一次。")

    title = f"跟踪回访：{planned.household.head_name}（应于 {planned.due_on} 前）"
    return form_page(request, form, save, title=title, crumbs=_crumbs(planned.household, request.today), submit="登记回访", template=FORM)


def _crumbs(found: Household, today: dt.date) -> list[tuple[str, str]]:
    return [(in_words("监测户", today), reverse("monitoring_household", args=[found.pk]))]


def _done(request: Request, found: Household, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("monitoring_household", pk=found.pk)
