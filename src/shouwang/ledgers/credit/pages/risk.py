"""Pages of the risk fund, and the board of maturities and arrears."""

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
from shouwang.ledgers.credit import board, queries, views
from shouwang.ledgers.credit.actions import fund, risk
from shouwang.ledgers.credit.forms import AmountForm, FundForm, MoneyForm, plain_yuan
from shouwang.ledgers.credit.lifecycle import CLAIM
from shouwang.ledgers.credit.models import Loan, RiskClaim
from shouwang.ledgers.credit.pages.loans import crumbs_of
from shouwang.ledgers.credit.policies import DECIDE, VIEW

POST = ("POST",)
CRUMBS = [("风险补偿", "/credit/claims/")]


@page(DECIDE, methods=BOTH)
def file_claim(request: Request, pk: int) -> HttpResponse:
    """The bank claims: asked once more before it is filed."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    form = AmountForm(request.POST or None, initial={"amount": plain_yuan(found.balance)})
    form.fields["amount"].label = "逾期本金（元，按余额）"
    form.fields["amount"].disabled = True

    def save(_said: dict[str, Any]) -> HttpResponse:
        made = risk.claim(found, by=request.scope, today=request.today)
        messages.success(request, "风险补偿申请已登记。")
        return redirect("credit_claim", pk=made.pk)

    return form_page(request, form, save, title="申请风险补偿", crumbs=crumbs_of(found), submit="提出申请")


@page(VIEW)
def claim(request: Request, pk: int) -> HttpResponse:
    """One claim."""
    found = queries.one(RiskClaim, request.scope, pk)
    forms = {m: reverse(f"credit_{m}", args=[pk]) for m in ("compensate", "recover")}
    context = {
        "title": f"风险补偿：{found.household.head_name}",
        "crumbs": CRUMBS,
        "state": CLAIM.state_of(found),
        "items": views.claim_facts(found, request.scope),
        "steps": views.steps(CLAIM, found, request.scope, "credit_claim_step", forms),
        "version": found.version,
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/record.html", context)


@page(DECIDE, methods=POST)
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """decline."""
    found = queries.one(RiskClaim, request.scope, pk, DECIDE)
    if move != "decline":
        raise OutOfScope
    reason = request.POST.get("reason", "")[:300]
    risk.decline(found, reason=reason, by=request.scope, today=request.today, version=version_of(request))
    messages.success(request, "已登记不予补偿。")
    return redirect("credit_claim", pk=pk)


@page(DECIDE, methods=BOTH)
def compensate(request: Request, pk: int) -> HttpResponse:
    """The fund pays."""
    found = queries.one(RiskClaim, request.scope, pk, DECIDE)
    form = MoneyForm(request.POST or None, initial={"amount": plain_yuan(risk.most(found, request.today)), "on": request.today})
    form.fields["amount"].label = "代偿金额（元）"

    def save(said: dict[str, Any]) -> HttpResponse:
        risk.compensate(found, **said, by=request.scope, today=request.today)
        messages.success(request, "代偿已登记。")
        return redirect("credit_claim", pk=pk)

    return form_page(request, form, save, title="登记代偿", crumbs=CRUMBS, submit="登记")


@page(DECIDE, methods=BOTH)
def recover(request: Request, pk: int) -> HttpResponse:
    """Money came back."""
    found = queries.one(RiskClaim, request.scope, pk, DECIDE)
    form = MoneyForm(request.POST or None, initial={"on": request.today})
    form.fields["amount"].label = "本次追回（元）"

    def save(said: dict[str, Any]) -> HttpResponse:
        risk.recover(found, **said, by=request.scope, today=request.today)
        messages.success(request, "追回已登记。")
        return redirect("credit_claim", pk=pk)

    return form_page(request, form, save, title="登记代偿后追回", crumbs=CRUMBS, submit="登记")


@page(VIEW)
def show_fund(request: Request) -> HttpResponse:
    """The fund of each county: in, out, and the balance on a day."""
    return render(request, "credit/fund.html", board.fund(request.scope, request.GET.get("on", ""), request.today))


@page(DECIDE, methods=BOTH)
def move_fund(request: Request) -> HttpResponse:
    """Money paid in, earned or taken out."""
    form = FundForm(request.POST or None, counties=queries.counties(request.scope, DECIDE), initial={"on": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        fund.enter(said.pop("county"), said.pop("kind"), said.pop("amount"), **said, by=request.scope, today=request.today)
        messages.success(request, "风险补偿金收支已登记。")
        return redirect("credit_fund")

    return form_page(request, form, save, title="登记风险补偿金收支", crumbs=[("风险补偿金", "/credit/fund/")], submit="登记")


@page(VIEW)
def show_board(request: Request) -> HttpResponse:
    """Maturities by month, the ladder of arrears, the alarm by place."""
    return render(request, "credit/board.html", board.board(request.scope, request.today))
