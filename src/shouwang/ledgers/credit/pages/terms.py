"""Pages of deferral, extension and renewal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.credit import queries, views
from shouwang.ledgers.credit.actions import terms
from shouwang.ledgers.credit.actions.checks import check_released
from shouwang.ledgers.credit.forms import AgreeForm, AskForm
from shouwang.ledgers.credit.lifecycle import TERMS
from shouwang.ledgers.credit.models import Loan, TermChange
from shouwang.ledgers.credit.models.terms import KINDS
from shouwang.ledgers.credit.pages.loans import crumbs_of
from shouwang.ledgers.credit.policies import APPLY, DECIDE, VIEW
from shouwang.ledgers.impact.queries import open_impacts

POST = ("POST",)
CRUMBS = [("延期、展期、续贷", "/credit/terms/")]


@page(APPLY, methods=BOTH)
def ask(request: Request, pk: int, kind: str) -> HttpResponse:
    """Ask the bank for a longer term."""
    found = queries.one(Loan, request.scope, pk, APPLY)
    if kind not in KINDS:
        raise OutOfScope
    check_released(found)
    answer = terms.answer(found, kind, request.today)
    impacts = open_impacts([found.household_id], request.today)
    form = AskForm(request.POST or None, today=request.today, kind=kind, impacts=impacts, initial={"new_maturity": answer.latest})
    form.fields["new_maturity"].help_text = f"{answer.why}依据：{answer.rule}"

    def save(said: dict[str, Any]) -> HttpResponse:
        made = terms.ask(found, kind, **said, by=request.scope, today=request.today)
        messages.success(request, f"{KINDS[kind]}申请已登记，待银行答复。")
        return redirect("credit_term", pk=made.pk)

    return form_page(request, form, save, title=f"申请{KINDS[kind]}", crumbs=crumbs_of(found), submit="提交申请")


@page(VIEW)
def term(request: Request, pk: int) -> HttpResponse:
    """One change of term."""
    found = queries.one(TermChange, request.scope, pk)
    context = {
        "title": f"{found.get_kind_display()}：{found.household.head_name}",
        "crumbs": CRUMBS,
        "state": TERMS.state_of(found),
        "items": views.term_facts(found, request.scope),
        "steps": views.steps(TERMS, found, request.scope, "credit_term_step", {"agree": reverse("credit_agree", args=[pk])}),
        "version": found.version,
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/record.html", context)


@page(DECIDE, methods=BOTH)
def agree(request: Request, pk: int) -> HttpResponse:
    """The bank agrees."""
    found = queries.one(TermChange, request.scope, pk, DECIDE)
    form = AgreeForm(request.POST or None, kind=found.kind, initial={"decided_on": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        terms.agree(found, **said, by=request.scope, today=request.today)
        messages.success(request, "已登记银行同意，到期日已变更。" if said["papers_ready"] else "已登记银行同意，材料可后补，已列入待办。")
        return redirect("credit_term", pk=pk)

    return form_page(request, form, save, title="登记银行同意", crumbs=[*CRUMBS, (str(found), f"/credit/terms/{pk}/")], submit="登记")


@page(APPLY, DECIDE, methods=POST)
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """decline, complete."""
    found = queries.one(TermChange, request.scope, pk)
    options: dict[str, Any] = {"by": request.scope, "today": request.today, "version": version_of(request)}
    if move == "decline":
        terms.decline(found, reason=request.POST.get("reason", "")[:300], **options)
    elif move == "complete":
        terms.complete(found, **options)
    else:
        raise OutOfScope
    messages.success(request, "已登记。")
    return redirect("credit_term", pk=pk)
