"""Pages of a loan: application, record, bank's decision, release, repayment, default."""

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
from shouwang.ledgers.credit.actions import checks, loans
from shouwang.ledgers.credit.actions import parts as instalments
from shouwang.ledgers.credit.arithmetic.money import percent, yuan
from shouwang.ledgers.credit.arithmetic.rates import rate_cap
from shouwang.ledgers.credit.arithmetic.schedule import equal_parts
from shouwang.ledgers.credit.forms import (
    ApplicationForm,
    ApproveForm,
    CodeForm,
    DefaultForm,
    PartsForm,
    ReleaseForm,
    RepaymentForm,
    plain_yuan,
)
from shouwang.ledgers.credit.lifecycle import LOAN
from shouwang.ledgers.credit.models import Loan, Repayment
from shouwang.ledgers.credit.policies import APPLY, DECIDE, VIEW
from shouwang.ledgers.credit.rules import place_of

POST = ("POST",)
CRUMBS = [("小额信贷台账", "/credit/")]
DONE = {"pass": "资格审核已通过，“及时发放”开始计时。", "withdraw": "申请已撤回。"}


def crumbs_of(loan: Loan) -> list[tuple[str, str]]:
    """The way back to the loan."""
    return [*CRUMBS, (str(loan), f"/credit/{loan.pk}/")]


@page(APPLY, methods=BOTH)
def start(request: Request) -> HttpResponse:
    """Which household applies."""

    def save(said: dict[str, Any]) -> HttpResponse:
        found = queries.household_by_code(request.scope, said["code"].strip(), APPLY)
        return redirect("credit_apply", pk=found.pk)

    return form_page(request, CodeForm(request.POST or None), save, title="登记贷款申请", crumbs=CRUMBS, submit="下一步")


@page(APPLY, methods=BOTH)
def apply(request: Request, pk: int) -> HttpResponse:
    """The application of a household."""
    home = queries.household(request.scope, pk, APPLY)
    members = home.members.filter(left_on=None).order_by("pk")
    form = ApplicationForm(
        request.POST or None, today=request.today, members=members, initial={"months": 36, "account_name": home.head_name}
    )

    def save(said: dict[str, Any]) -> HttpResponse:
        made = loans.apply_for(home, said["borrower"], said, by=request.scope, today=request.today)
        messages.success(request, "申请已登记，待区（县）扶贫办资格审核。")
        return redirect("credit_loan", pk=made.pk)

    return form_page(request, form, save, title=f"登记贷款申请：{home.head_name}（{home.code}）", crumbs=CRUMBS, submit="提交申请")


@page(VIEW)
def loan(request: Request, pk: int) -> HttpResponse:
    """One loan with what may be done about it."""
    found = queries.one(Loan, request.scope, pk)
    forms = {m: reverse(f"credit_{m}", args=[pk]) for m in ("approve", "release")}
    hidden = ("settle", "reopen")
    context = {
        "title": f"{found.borrower.name}的小额信贷",
        "crumbs": CRUMBS,
        "state": LOAN.state_of(found),
        "items": views.loan_facts(found, request.scope, request.today),
        "grids": views.loan_grids(found, request.scope, request.today),
        "steps": views.steps(LOAN, found, request.scope, "credit_step", forms, hidden),
        "links": views.loan_links(found, request.scope, request.today),
        "offers": views.offers(found, request.scope, request.today),
        "repayments": list(found.repayments.all()) if views.sees(found, request.scope) else [],
        "decides": found.covers(request.scope, DECIDE),
        "version": found.version,
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/record.html", context)


@page(APPLY, DECIDE, methods=POST)
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """pass, refuse, decline, withdraw."""
    found, version = queries.one(Loan, request.scope, pk), version_of(request)
    options: dict[str, Any] = {"by": request.scope, "today": request.today, "version": version}
    if move == "pass":
        loans.pass_check(found, **options)
    elif move in ("refuse", "decline", "withdraw"):
        loans.end(found, move, reason=request.POST.get("reason", "")[:300], **options)
    else:
        raise OutOfScope
    messages.success(request, DONE.get(move, "已登记。"))
    return redirect("credit_loan", pk=pk)


@page(DECIDE, methods=BOTH)
def approve(request: Request, pk: int) -> HttpResponse:
    """The bank agrees."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    form = ApproveForm(request.POST or None, initial={"decided_on": request.today, "amount": plain_yuan(found.amount)})

    def save(said: dict[str, Any]) -> HttpResponse:
        loans.approve(found, **said, by=request.scope, today=request.today)
        messages.success(request, "已登记银行同意。")
        return redirect("credit_loan", pk=pk)

    return form_page(request, form, save, title="登记银行同意", crumbs=crumbs_of(found), submit="登记")


@page(DECIDE, methods=BOTH)
def release(request: Request, pk: int) -> HttpResponse:
    """The bank paid out."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    cap = rate_cap(request.today, found.months, region=place_of(found))
    form = ReleaseForm(request.POST or None, initial={"released_on": request.today, "rate": percent(cap.ppm).rstrip("%")})
    form.fields["rate"].help_text = f"不高于 {cap}{'，待核实' if cap.unverified else ''}。"

    def save(said: dict[str, Any]) -> HttpResponse:
        loans.release(found, said, by=request.scope, today=request.today)
        messages.success(request, "已登记放款。")
        return redirect("credit_loan", pk=pk)

    return form_page(request, form, save, title="登记放款", crumbs=crumbs_of(found), submit="登记放款")


@page(DECIDE, methods=BOTH)
def repay(request: Request, pk: int) -> HttpResponse:
    """Principal came back."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    form = RepaymentForm(request.POST or None, initial={"paid_on": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        loans.repay(found, **said, by=request.scope, today=request.today)
        messages.success(request, "还款已登记。")
        return redirect("credit_loan", pk=pk)

    return form_page(request, form, save, title=f"登记还款：余额 {yuan(found.balance)} 元", crumbs=crumbs_of(found), submit="登记还款")


@page(DECIDE, methods=BOTH)
def parts(request: Request, pk: int) -> HttpResponse:
    """The principal in parts, as the contract has it."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    checks.check_released(found)
    form = PartsForm(request.POST or None, today=request.today, initial={"parts": views.parts_text(found)})

    def save(said: dict[str, Any]) -> HttpResponse:
        asked = said["parts"]
        if said["count"] and found.released_on and found.maturity:
            asked = equal_parts(found.released_on, found.maturity, found.months, found.amount, said["count"])
        instalments.plan(found, asked, by=request.scope, today=request.today)
        messages.success(request, f"分期还本计划已登记，共 {len(asked)} 期。" if asked else "已登记为到期一次还本。")
        return redirect("credit_loan", pk=pk)

    title = f"分期还本计划：贷款 {yuan(found.amount)} 元，{found.maturity} 到期"
    return form_page(request, form, save, title=title, crumbs=crumbs_of(found), submit="保存计划")


@page(DECIDE, methods=POST)
def take_back(request: Request, pk: int) -> HttpResponse:
    """A repayment entered by mistake."""
    found = queries.one(Repayment, request.scope, pk, DECIDE)
    loans.take_back(found, reason=request.POST.get("reason", "")[:300], by=request.scope, today=request.today)
    messages.success(request, "还款已撤回，余额已恢复。")
    return redirect("credit_loan", pk=found.loan_id)


@page(DECIDE, methods=BOTH)
def default(request: Request, pk: int) -> HttpResponse:
    """The bank reports arrears."""
    found = queries.one(Loan, request.scope, pk, DECIDE)
    form = DefaultForm(request.POST or None)

    def save(said: dict[str, Any]) -> HttpResponse:
        loans.report_default(found, **said, by=request.scope, today=request.today)
        messages.success(request, "逾期情况已登记，逾期期间不贴息。")
        return redirect("credit_loan", pk=pk)

    return form_page(request, form, save, title="登记逾期（欠息）", crumbs=crumbs_of(found), submit="登记")
