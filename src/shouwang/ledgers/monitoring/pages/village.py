"""A village's review by the people and its postings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.impact.queries import allowed
from shouwang.ledgers.monitoring import queries, sheets, views
from shouwang.ledgers.monitoring.actions import village
from shouwang.ledgers.monitoring.policies import CHECK, VIEW
from shouwang.ledgers.monitoring.procedure_forms import AppraisalForm, PostForm

TEMPLATE = "monitoring/chosen.html"


@page(CHECK, methods=BOTH)
def appraise(request: Request, pk: int) -> HttpResponse:
    """One review over the village's cases that wait for it: minutes, and the agreeing votes of each."""
    place, waiting = queries.village(request.scope, pk, CHECK), queries.waiting(request.scope, pk, "verified", CHECK)
    may = allowed(place, request.today)
    form = AppraisalForm(request.POST or None, request.FILES or None, gatherings=may.gatherings, today=request.today)

    def save(_said: dict[str, Any]) -> HttpResponse:
        votes = views.votes_said(request.POST, waiting)
        uploads = request.FILES.getlist("paper")
        made = village.record_appraisal(place, votes, form.meeting(), by=request.scope, today=request.today, uploads=uploads)
        messages.success(request, "民主评议已登记。")
        return redirect("monitoring_appraisal", pk=made.pk)

    context = {"rows": views.chosen(waiting, request.POST, request.today), "votes": True, "notes": views.gathering_notes(may)}
    crumbs = [("监测个案", reverse("monitoring_cases"))]
    return form_page(request, form, save, title=f"民主评议：{place.name}", crumbs=crumbs, submit="登记评议", template=TEMPLATE, **context)


@page(CHECK, methods=BOTH)
def post(request: Request, pk: int) -> HttpResponse:
    """One sheet for the village's cases that passed the review."""
    place, waiting = queries.village(request.scope, pk, CHECK), queries.waiting(request.scope, pk, "appraised", CHECK)
    form = PostForm(request.POST or None, today=request.today)

    def save(said: dict[str, Any]) -> HttpResponse:
        chosen = [c for c in waiting if str(c.pk) in request.POST.getlist("case")]
        made = village.post(place, chosen, starts_on=said["on"], where=said["where"], by=request.scope, today=request.today)
        messages.success(request, f"公示已登记，{made.ends_on} 期满。请打印公示表张贴。")
        return redirect("monitoring_posting", pk=made.pk)

    context = {"rows": views.chosen(waiting, request.POST, request.today), "votes": False}
    crumbs = [("监测个案", reverse("monitoring_cases"))]
    return form_page(request, form, save, title=f"张贴公示：{place.name}", crumbs=crumbs, submit="登记公示", template=TEMPLATE, **context)


@page(VIEW)
def appraisal(request: Request, pk: int) -> HttpResponse:
    """The minutes of a review."""
    return render(
        request, "monitoring/appraisal.html", views.appraisal_context(queries.appraisal(request.scope, pk), request.scope, request.today)
    )


@page(VIEW)
def posting(request: Request, pk: int) -> HttpResponse:
    """A posting: what hangs on the wall, objections, its end."""
    found = queries.posting(request.scope, pk)
    return render(request, "monitoring/posting.html", views.posting_context(found, request.scope, request.today))


@page(VIEW)
def sheet(request: Request, pk: int) -> HttpResponse:
    """The sheet for the wall: names masked, nothing that identifies anybody."""
    found = queries.posting(request.scope, pk)
    return render(request, "monitoring/sheet.html", sheets.posting_sheet(found, request.today))


@page(CHECK, methods=("POST",))
def close(request: Request, pk: int) -> HttpResponse:
    """公示期满."""
    found = queries.posting(request.scope, pk, CHECK)
    village.close_posting(found, by=request.scope, today=request.today)
    messages.success(request, "公示已办结，已报镇（街道）初审。")
    return redirect("monitoring_posting", pk=pk)
