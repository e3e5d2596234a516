"""Leads: find the household, report, look at one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring import actions, queries, views
from shouwang.ledgers.monitoring.actions import Found
from shouwang.ledgers.monitoring.forms import LeadForm
from shouwang.ledgers.monitoring.policies import REPORT, VIEW
from shouwang.ledgers.registry import queries as registry

FORM = "monitoring/form.html"


@page(REPORT)
def find(request: Request) -> HttpResponse:
    """Which household: the own ones, or those whose head or number the words begin."""
    words = request.GET.get("q", "").strip()[:40]
    found = queries.households_to_report(request.scope, words)
    return render(request, "monitoring/find.html", {"found": found, "q": words})


@page(REPORT, methods=BOTH)
def report(request: Request, pk: int) -> HttpResponse:
    """A lead about a household, on one screen of a phone."""
    household = registry.household(request.scope, pk, REPORT)
    form = LeadForm(request.POST or None, today=request.today)

    def save(said: dict[str, Any]) -> HttpResponse:
        names = ("source", "risk", "level", "description", "department", "green", "complains")
        found = Found(household.pk, found_on=said["on"], reporter=request.scope.user_name, **{n: said[n] for n in names})
        done = actions.record_lead(found, by=request.scope, today=request.today)
        messages.success(request, views.said_after(done))
        return (
            redirect("monitoring_lead", pk=done.leads[0].pk) if queries.sees(request.scope, done.leads[0]) else redirect("monitoring_leads")
        )

    crumbs = [("监测线索", reverse("monitoring_leads"))]
    title = f"登记线索：{household.head_name}"
    return form_page(request, form, save, title=title, crumbs=crumbs, submit="登记线索", template=FORM, household=household)


@page(VIEW)
def lead(request: Request, pk: int) -> HttpResponse:
    """One lead: who said it, what was found against which threshold, what became of it, earlier ones of the household."""
    return render(request, "monitoring/lead.html", views.lead_context(queries.lead(request.scope, pk), request.scope, request.today))


@page(VIEW)
def outcomes(request: Request) -> HttpResponse:
    """What became of every rule's leads: precision and false alarms, within the person's places."""
    return render(request, "monitoring/outcomes.html", {"rows": views.outcomes(request.scope), "now": request.now})
