"""Pages of employment subsidies."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import post_queries, queries, subsidy_views
from shouwang.ledgers.employment.actions import subsidies
from shouwang.ledgers.employment.codes import fen
from shouwang.ledgers.employment.models import SubsidyClaim
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import ARRANGE, SUBSIDY, SURVEY, VIEW
from shouwang.ledgers.employment.subsidy_forms import ClaimForm, CorrectionForm, FailedForm, PaidForm, RateForm

PLAIN = {"check": (subsidies.check, "已审核，金额已计算。"), "approve": (subsidies.approve, "已批准，待发放。")}
REASONED = {"send_back": (subsidies.send_back, "已退回重审。"), "refuse": (subsidies.refuse, "已登记不予补贴。")}
BESIDE = ("household__region", "worker__member", "worker__household", "employer", "region")


def _claim(request: Request, pk: int, permission: str = VIEW) -> SubsidyClaim:
    return post_queries.one(SubsidyClaim, request.scope, pk, permission, *BESIDE)


@page(ARRANGE, methods=BOTH)
def for_worker(request: Request, pk: int) -> HttpResponse:
    """Enter a worker's claim."""
    found = queries.worker(request.scope, pk, ARRANGE)
    form, made = ClaimForm(request.POST or None, who="worker", today=request.today), list[SubsidyClaim]()
    if saved(
        request, form, lambda: made.append(subsidies.claim_for_worker(found, form.cleaned_data, by=request.scope, today=request.today))
    ):
        messages.success(request, "申领已登记，待审核。")
        return redirect("employment_subsidy", pk=made[0].pk)
    return entry(request, form, f"申领就业补贴：{found.member.name}", reverse("employment_worker", args=[pk]))


@page(ARRANGE, methods=BOTH)
def for_employer(request: Request, pk: int) -> HttpResponse:
    """Enter an employer's claim."""
    found = post_queries.employer(request.scope, pk, ARRANGE)
    form, made = ClaimForm(request.POST or None, who="employer", today=request.today), list[SubsidyClaim]()
    if saved(
        request, form, lambda: made.append(subsidies.claim_for_employer(found, form.cleaned_data, by=request.scope, today=request.today))
    ):
        messages.success(request, "申领已登记，待审核。")
        return redirect("employment_subsidy", pk=made[0].pk)
    return entry(request, form, f"申领就业补贴：{found.name}", reverse("employment_employer", args=[pk]))


@page(VIEW)
def subsidy(request: Request, pk: int) -> HttpResponse:
    """One claim with the derivation of its amount."""
    return render(request, "employment/subsidy.html", subsidy_views.claim(_claim(request, pk), request.scope, request.today))


@page(ARRANGE, SUBSIDY, methods=("POST",))
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """Check, approve, send back or refuse; each by whom the move belongs to."""
    found = _claim(request, pk)
    if move in PLAIN:
        plain, words = PLAIN[move]
        plain(found, by=request.scope, today=request.today)
    elif move in REASONED:
        reasoned, words = REASONED[move]
        reasoned(found, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    else:
        raise OutOfScope
    messages.success(request, words)
    return redirect("employment_subsidy", pk=pk)


@page(SUBSIDY, methods=BOTH)
def pay(request: Request, pk: int) -> HttpResponse:
    """The money has gone out."""
    found = _claim(request, pk, SUBSIDY)
    form, back = PaidForm(request.POST or None, today=request.today), reverse("employment_subsidy", args=[pk])

    def act() -> None:
        said = form.cleaned_data
        subsidies.pay(found, said["paid_on"], said["voucher"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "发放已登记。")
        return redirect(back)
    return entry(request, form, "登记就业补贴发放", back)


@page(SUBSIDY, methods=BOTH)
def failed(request: Request, pk: int) -> HttpResponse:
    """The bank has returned the money."""
    found = _claim(request, pk, SUBSIDY)
    form, back = FailedForm(request.POST or None, today=request.today), reverse("employment_subsidy", args=[pk])

    def act() -> None:
        said = form.cleaned_data
        subsidies.fail(found, said["failure"], said["failed_on"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "发放失败已登记，已列入村（社区）或镇（街道）待办。")
        return redirect(back)
    return entry(request, form, "登记就业补贴发放失败", back)


@page(SURVEY, methods=BOTH)
def correct(request: Request, pk: int) -> HttpResponse:
    """The paper needed is there."""
    found = _claim(request, pk, SURVEY)
    form, back = CorrectionForm(request.POST or None), reverse("employment_subsidy", args=[pk])
    if saved(request, form, lambda: subsidies.correct(found, form.cleaned_data["correction"], by=request.scope, today=request.today)):
        messages.success(request, "补正已登记，待重新发放。")
        return redirect(back)
    return entry(request, form, "登记发放失败的补正", back, sub=subsidy_views.paper(found))


@page(VIEW)
def rates(request: Request) -> HttpResponse:
    """The amounts in force here."""
    return render(request, "employment/subsidy_rates.html", subsidy_views.rates(request.scope, request.today))


@page(SUBSIDY, methods=BOTH)
def new_rate(request: Request) -> HttpResponse:
    """Enter an amount with its document."""
    form = RateForm(request.POST or None, scope=request.scope, today=request.today)

    def act() -> None:
        said = form.cleaned_data | {"amount": fen(form.cleaned_data["amount"])}
        subsidies.enter_rate(Region.objects.get(pk=said["region"]), said, by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "补贴标准已录入，自起始日期起按此计算。")
        return redirect("employment_subsidy_rates")
    return entry(request, form, "录入补贴标准", reverse("employment_subsidy_rates"))
