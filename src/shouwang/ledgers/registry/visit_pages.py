"""Pages of visits: record one, correct one, answer a need."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import queries, visit_actions, visits
from shouwang.ledgers.registry.file_forms import VisitForm
from shouwang.ledgers.registry.models import Household, Visit
from shouwang.ledgers.registry.policies import VISIT

BOTH = ("GET", "POST")


@page(VISIT, methods=BOTH)
def record(request: Request, pk: int) -> HttpResponse:
    """A visit, on one screen of a phone."""
    household = queries.household(request.scope, pk, VISIT)
    form = VisitForm(request.POST or None, today=request.today, met=_people(household), initial={"means": "home"})
    if request.method == "POST" and form.is_valid():
        try:
            visit_actions.record_visit(household, form.said(), user=request.user, by=request.scope, today=request.today)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
        else:
            return _done(request, household, "走访已登记。")
    return _form(request, household, form, f"记走访：{household.head_name}")


@page(VISIT, methods=BOTH)
def correct(request: Request, pk: int) -> HttpResponse:
    """The visit entered anew, with the reason."""
    found = visits.visit(request.scope, pk, VISIT)
    form = VisitForm(request.POST or None, today=request.today, visit=found, met=_people(found.household))
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            visit_actions.correct_visit(found, form.said(), reason=reason, by=request.scope, today=request.today)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
        else:
            return _done(request, found.household, "走访记录已更正，原记录保留。")
    return _form(request, found.household, form, f"更正走访记录：{found.visited_on} {found.household.head_name}", found)


@page(VISIT, methods=("POST",))
def meet_need(request: Request, pk: int) -> HttpResponse:
    """How what the household asked for was settled."""
    found = visits.visit(request.scope, pk, VISIT)
    visit_actions.meet_need(found, answer=request.POST.get("answer", ""), by=request.scope, today=request.today)
    return _done(request, found.household, "需求已答复。")


def _people(household: Household) -> list[str]:
    return list(queries.living_now(household.members.all()).order_by("id").values_list("name", flat=True)[:8])


def _form(request: Request, household: Household, form: VisitForm, title: str, visit: Visit | None = None) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "household": household, "visit": visit}
    return render(request, "registry/visit.html", context, status=422 if form.is_bound else 200)


def _done(request: Request, household: Household, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(reverse("registry_household", args=[household.pk]) + "#visits")
