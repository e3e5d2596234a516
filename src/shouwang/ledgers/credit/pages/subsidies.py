"""Pages of the bank's figures, subsidy runs and payments."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.lists import XLSX
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.credit import posting, queries, views
from shouwang.ledgers.credit.actions import figures, subsidies
from shouwang.ledgers.credit.forms import AccountForm, CorrectedForm, NoteForm, ResultForm, RunForm
from shouwang.ledgers.credit.lifecycle import PAYMENT, RUN
from shouwang.ledgers.credit.models import BankFigure, SubsidyItem
from shouwang.ledgers.credit.policies import APPLY, DECIDE, SUBSIDY, VIEW
from shouwang.ledgers.credit.subsidy_tables import TONES

POST = ("POST",)
FIGURES, RUNS, ITEMS = [("银行数核对", "/credit/figures/")], [("贴息批次", "/credit/runs/")], [("贴息明细", "/credit/items/")]
STEPS = {"check": subsidies.check, "post": subsidies.post, "order": subsidies.order, "pay": subsidies.pay, "close": subsidies.close}


@page(VIEW)
def figure(request: Request, pk: int) -> HttpResponse:
    """One figure of the bank beside ours."""
    found = queries.one(BankFigure, request.scope, pk)
    seen = views.sees(found, request.scope)
    decides = found.state == "differs" and found.covers(request.scope, DECIDE)
    context = {
        "title": f"银行数：{found}",
        "crumbs": FIGURES,
        "state": {"label": found.get_state_display(), "tone": TONES[found.state]},
        "items": views.figure_facts(found, seen),
        "grids": [views.figure_grid(found)] if seen else [],
        "links": [("处理差异", reverse("credit_settle", args=[pk]))] if decides else [],
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/record.html", context)


@page(DECIDE, methods=BOTH)
def settle(request: Request, pk: int) -> HttpResponse:
    """Say what became of a difference."""
    found = queries.one(BankFigure, request.scope, pk, DECIDE)

    def save(said: dict[str, Any]) -> HttpResponse:
        done = figures.settle(found, note=said["note"], by=request.scope, today=request.today)
        messages.success(request, f"差异已处理：{done.get_state_display()}。")
        return redirect("credit_figure", pk=pk)

    return form_page(request, NoteForm(request.POST or None), save, title="处理与银行的差异", crumbs=FIGURES, submit="保存")


@page(SUBSIDY, methods=BOTH)
def compute(request: Request) -> HttpResponse:
    """Reckon a settlement of a county."""
    form = RunForm(request.POST or None, today=request.today, counties=queries.counties(request.scope))

    def save(said: dict[str, Any]) -> HttpResponse:
        made = subsidies.compute(said["county"], said["day"], said["channel"], by=request.scope, today=request.today)
        messages.success(request, f"已计算 {made.count:,} 笔，待另一人复核。")
        return redirect("credit_run", pk=made.pk)

    return form_page(request, form, save, title="计算贴息", crumbs=RUNS, submit="计算")


@page(VIEW)
def run(request: Request, pk: int) -> HttpResponse:
    """One run with its next step."""
    found = queries.run(request.scope, pk)
    reckons = request.scope.may_at(SUBSIDY, found)
    own = found.state == "computed" and found.computed_by_id == request.user.pk
    context = {
        "title": f"{found.region.name}贴息批次",
        "crumbs": RUNS,
        "state": RUN.state_of(found),
        "items": views.run_facts(found, request.today),
        "grids": [views.run_grid(found, request.scope)],
        "steps": views.steps(RUN, found, request.scope, "credit_run_step", {}, ("check",) if own else ()),
        "links": [("公示表（可打印）", reverse("credit_posting", args=[pk]))],
        "file_url": reverse("credit_file", args=[pk]) if reckons and found.state in subsidies.WITH_FILE else "",
        "why": "您是计算人，复核须由另一人办理。" if own and reckons else "",
        "version": found.version,
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/run.html", context)


@page(SUBSIDY, methods=POST)
def run_step(request: Request, pk: int, move: str) -> HttpResponse:
    """check, post, order, pay, close, drop."""
    found = queries.run(request.scope, pk, SUBSIDY)
    options: dict[str, Any] = {"by": request.scope, "today": request.today, "version": version_of(request)}
    if move == "drop":
        subsidies.drop(found, reason=request.POST.get("reason", "")[:300], **options)
    elif move in STEPS:
        STEPS[move](found, **options)
    else:
        raise OutOfScope
    messages.success(request, f"已{RUN.moves[move].label}。")
    return redirect("credit_run", pk=pk)


@page(SUBSIDY, methods=POST)
def payment_file(request: Request, pk: int) -> HttpResponse:
    """The workbook for finance and bank, with whole account numbers."""
    found = queries.run(request.scope, pk, SUBSIDY)
    content = subsidies.payment_file(found, by=request.scope, today=request.today)
    name = f"贴息拨付_{found.region.name}_{found.start:%Y%m%d}_{found.end:%Y%m%d}.xlsx"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name) or ""})


@page(VIEW)
def posted(request: Request, pk: int) -> HttpResponse:
    """The list for the public board: nothing of ID, telephone, account or income."""
    found = queries.run(request.scope, pk)
    return render(request, "credit/posting.html", {"run": found, "rows": posting.rows(found, request.scope), **posting.head(found)})


@page(VIEW)
def item(request: Request, pk: int) -> HttpResponse:
    """One payment."""
    found = queries.one(SubsidyItem, request.scope, pk)
    forms = {"fix": reverse("credit_account", args=[pk]), "pay": reverse("credit_result", args=[pk])}
    wrong = found.returned is not None and found.returned != found.amount and found.covers(request.scope, SUBSIDY)
    context = {
        "title": f"贴息：{found.household.head_name}",
        "crumbs": ITEMS,
        "state": PAYMENT.state_of(found),
        "items": views.item_facts(found, request.scope, request.today),
        "lines": found.lines if views.sees(found, request.scope) else [],
        "steps": views.steps(PAYMENT, found, request.scope, "credit_result", forms, ("fail",)),
        "links": [("登记银行更正金额", reverse("credit_corrected", args=[pk]))] if wrong else [],
        "version": found.version,
        "events": queries.timeline_of(found),
    }
    return render(request, "credit/record.html", context)


@page(SUBSIDY, methods=BOTH)
def result(request: Request, pk: int) -> HttpResponse:
    """What became of a payment."""
    found = queries.one(SubsidyItem, request.scope, pk, SUBSIDY)
    form = ResultForm(request.POST or None, today=request.today, initial={"on": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        subsidies.result(found, **said, by=request.scope, today=request.today)
        messages.success(request, "发放结果已登记。")
        return redirect("credit_item", pk=pk)

    return form_page(request, form, save, title="登记发放结果", crumbs=ITEMS, submit="登记")


@page(APPLY, methods=BOTH)
def account(request: Request, pk: int) -> HttpResponse:
    """The household's account, put right."""
    found = queries.one(SubsidyItem, request.scope, pk, APPLY)
    form = AccountForm(request.POST or None, initial={"account_name": found.loan.account_name})

    def save(said: dict[str, Any]) -> HttpResponse:
        subsidies.correct_account(found, **said, by=request.scope, today=request.today)
        messages.success(request, "账户已更正，已通知区（县）扶贫办送银行重发。")
        return redirect("credit_item", pk=pk)

    return form_page(request, form, save, title="更正收款账户", crumbs=ITEMS, submit="保存")


@page(SUBSIDY, methods=BOTH)
def corrected(request: Request, pk: int) -> HttpResponse:
    """The bank has corrected what it paid."""
    found = queries.one(SubsidyItem, request.scope, pk, SUBSIDY)

    def save(said: dict[str, Any]) -> HttpResponse:
        subsidies.put_right(found, **said, by=request.scope, today=request.today)
        messages.success(request, "金额差异已处理。")
        return redirect("credit_item", pk=pk)

    return form_page(request, CorrectedForm(request.POST or None), save, title="登记银行更正金额", crumbs=ITEMS, submit="保存")
