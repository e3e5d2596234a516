"""Pages of the ledger."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.impact import analysis, fitting, level_actions, queries, survey_actions, views
from shouwang.ledgers.impact.forms import BaseForm, CasesForm, LevelsForm, ShockForm, SurveyForm, fen
from shouwang.ledgers.impact.policies import ANALYSE, LEVELS, RECORD, SHOCKS, VIEW
from shouwang.ledgers.registry import queries as registry

BOTH = ("GET", "POST")


@page(ANALYSE)
def analyse(request: Request) -> HttpResponse:
    """务工、销售、项目、帮扶 at a place."""
    return render(request, "impact/analysis.html", analysis.context(request.scope, request.GET.get("region", ""), request.now))


@page(VIEW)
def levels(request: Request) -> HttpResponse:
    """The levels in force, what they allow, and the preview by case counts."""
    return render(request, "impact/levels.html", views.levels(request.scope, request.today) | {"now": request.now})


@page(LEVELS, methods=BOTH)
def publish(request: Request) -> HttpResponse:
    """Enter a published list."""
    units = queries.counties(request.scope, LEVELS)
    form = LevelsForm(
        request.POST or None,
        units=units,
        elsewhere=queries.city_held(request.scope, LEVELS) is not None,
        today=request.today,
        initial={"from_on": request.today, "published_on": request.today},
    )
    if request.method == "POST" and form.is_valid():
        said = {k: form.cleaned_data[k] for k in ("document", "published_on", "from_on")}
        done = _try(form, lambda: level_actions.publish_levels(form.published(), by=request.scope, today=request.today, **said))
        if done is not None:
            messages.success(request, f"已登记 {done} 个县级单元的风险等级。")
            return redirect("impact_levels")
    return _form(request, form, "登记公布的风险等级", "impact_levels")


@page(LEVELS, methods=BOTH)
def cases(request: Request) -> HttpResponse:
    """Enter a county's case counts."""
    units = queries.counties(request.scope, LEVELS)
    form = CasesForm(request.POST or None, units=units, initial={"day": request.today})
    if request.method == "POST" and form.is_valid():
        county = next(u for u in units if str(u.pk) == form.cleaned_data["county"])
        if _try(form, lambda: level_actions.report_cases(county, form.cleaned_data, by=request.scope, today=request.today)):
            messages.success(request, "病例通报已登记，推算等级只作预览。")
            return redirect("impact_levels")
    return _form(request, form, "登记病例通报", "impact_levels")


@page(VIEW)
def household(request: Request, pk: int) -> HttpResponse:
    """分类施策 for one household."""
    found = registry.household(request.scope, pk, VIEW)
    may = found.covers(request.scope, RECORD)
    return render(request, "impact/household.html", fitting.card(found, request.scope, request.today) | {"may": may, "now": request.now})


@page(RECORD, methods=BOTH)
def survey(request: Request, pk: int) -> HttpResponse:
    """Ask a household, on one screen of a phone."""
    found = registry.household(request.scope, pk, RECORD)
    form = SurveyForm(request.POST or None, today=request.today)
    sent = request.method == "POST" and form.is_valid()
    if sent and _try(form, lambda: survey_actions.record_survey(found, form.said(), by=request.scope, today=request.today)):
        messages.success(request, "影响排查已登记。")
        return redirect("impact_household", found.pk)
    context = {"form": form, "household": found, "allowed": queries.allowed(found.region, request.today)}
    return render(request, "impact/survey.html", context, status=422 if form.errors else 200)


@page(RECORD, methods=("POST",))
def take(request: Request, pk: int, code: str) -> HttpResponse:
    """One tap: a suggestion becomes a task."""
    found = registry.household(request.scope, pk, RECORD)
    open_now = list(queries.open_impacts([found.pk], request.today))
    chosen = next((s for s in fitting.suggestions(found, open_now, request.today) if s.code == code), None)
    if chosen is None:
        raise Refused("该措施现在不适用于这一户（影响已恢复或风险等级已变）。请刷新页面查看适用的措施。", field="code")
    survey_actions.take_measure(found, chosen, by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"已采取“{chosen.name}”，并列入待办。")
    return redirect("impact_household", found.pk)


@page(RECORD, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """A measure is done, or dropped."""
    found = queries.measure(request.scope, pk, RECORD)
    if move not in ("finish", "drop"):
        raise OutOfScope
    done = survey_actions.move_measure(found, move, request.POST.get("result", ""), by=request.scope, today=request.today)
    messages.success(request, f"“{done.name}”{'已落实' if move == 'finish' else '已撤下'}。")
    return redirect("impact_household", done.household_id)


@page(VIEW)
def record(request: Request, pk: int) -> HttpResponse:
    """One impact."""
    found = queries.impact(request.scope, pk)
    return render(request, "impact/record.html", views.record(found, request.scope, request.today))


@page(RECORD, methods=("POST",))
def recover(request: Request, pk: int) -> HttpResponse:
    """The impact is over, or its compensation has come further."""
    found = queries.impact(request.scope, pk, RECORD)
    form = views.RecoverForm(request.POST)
    if not form.is_valid():
        raise Refused("恢复日期或补偿金额填写有误。请按 2020-02-17 的格式填日期，金额填元。", field="recovered_on")
    said: dict[str, Any] = form.cleaned_data
    if said["recovered_on"]:
        survey_actions.recover(found, said["recovered_on"], by=request.scope, today=request.today)
    else:
        survey_actions.compensate(found, said["compensation"], fen(said["compensated"]), by=request.scope, today=request.today)
    messages.success(request, "已登记。")
    return redirect("impact_record", found.pk)


@page(VIEW)
def shocks(request: Request) -> HttpResponse:
    """Every shock entered."""
    context = {"rows": queries.shocks(request.scope), "may": request.scope.may(SHOCKS)}
    return render(request, "impact/shocks.html", context)


@page(SHOCKS, methods=BOTH)
def new_shock(request: Request) -> HttpResponse:
    """Register a shock."""
    places = views.places(request.scope)
    form = ShockForm(request.POST or None, places=places, today=request.today)
    if request.method == "POST" and form.is_valid():
        region = next(r for r in places if str(r.pk) == form.cleaned_data["region"])
        if _try(form, lambda: level_actions.register_shock(region, form.cleaned_data, by=request.scope, today=request.today)):
            messages.success(request, "冲击事件已登记。")
            return redirect("impact_shocks")
    return _form(request, form, "登记冲击事件", "impact_shocks")


@page(SHOCKS, methods=("POST",))
def end_shock(request: Request, pk: int) -> HttpResponse:
    """The shock is over."""
    found = queries.shocks(request.scope).filter(pk=pk).first()
    if found is None or not request.scope.may_at(SHOCKS, found):
        raise OutOfScope
    form = views.RecoverForm({"recovered_on": request.POST.get("ends_on", "")})
    if not form.is_valid() or not form.cleaned_data["recovered_on"]:
        raise Refused("请填写结束日期，如 2020-04-08。", field="ends_on")
    level_actions.end_shock(found, form.cleaned_data["recovered_on"], by=request.scope, today=request.today)
    messages.success(request, "已登记结束日期。")
    return redirect("impact_shocks")


@page(SHOCKS, methods=BOTH)
def bases(request: Request) -> HttpResponse:
    """Numbers of the year before."""
    places = views.places(request.scope)
    form = BaseForm(request.POST or None, places=places, initial={"year": request.today.year - 1})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        region = next(r for r in places if str(r.pk) == said["region"])
        act = (region, said["figure"], said["year"], said["amount"], said["document"])
        if _try(form, lambda: level_actions.set_base(*act, by=request.scope, today=request.today)):
            messages.success(request, "上年同期数已登记。")
            return redirect("impact_bases")
    context = {"rows": views.bases(request.scope, request.today), "form": form}
    return render(request, "impact/bases.html", context, status=422 if form.errors else 200)


def _try(form: django_forms.Form, act: Any) -> Any:
    """What the act gives; a refusal becomes an error of the form and None."""
    try:
        return act()
    except NotPermitted:
        raise
    except Refused as no:
        form.add_error(no.field if no.field in form.fields else None, no.message)
        return None


def _form(request: Request, form: django_forms.Form, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "impact/form.html", context, status=422 if form.errors else 200)
