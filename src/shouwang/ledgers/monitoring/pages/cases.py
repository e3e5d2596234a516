"""The record of a case and the steps taken on it one by one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.impact.queries import allowed
from shouwang.ledgers.monitoring import queries, views
from shouwang.ledgers.monitoring.actions import care, checks, steps, town, village
from shouwang.ledgers.monitoring.models import MonitoringCase
from shouwang.ledgers.monitoring.pages.leads import FORM
from shouwang.ledgers.monitoring.policies import CHECK, DETERMINE, FOLLOW, REVIEW, VIEW
from shouwang.ledgers.monitoring.procedure_forms import CheckForm, SettleForm, StartForm
from shouwang.ledgers.registry import queries as registry
from shouwang.ledgers.registry.codes import in_words

POST = ("POST",)
TITLES = {"clear": "提出风险消除", "relapse": "提出返贫登记", "fall": "提出新致贫登记"}


@page(VIEW)
def case(request: Request, pk: int) -> HttpResponse:
    """One case: where it stands, who acts by when, its leads, the whole story."""
    return render(request, "monitoring/case.html", views.case_context(queries.case(request.scope, pk), request.scope, request.today))


@page(CHECK, methods=BOTH)
def check(request: Request, pk: int) -> HttpResponse:
    """The check of the household, on one page."""
    found = queries.case(request.scope, pk, CHECK)
    may = allowed(found.county or found.region, request.today)
    form = CheckForm(request.POST or None, request.FILES or None, case=found, allowed=may, today=request.today)

    def save(_said: dict[str, Any]) -> HttpResponse:
        said, uploads = form.judgement(), request.FILES.getlist("authorisation")
        persons, by, today = form.cleaned_data["persons"], request.scope, request.today
        checks.check_household(
            found, said, form.amounts(), persons=persons, by=by, today=today, uploads=uploads, version=version_of(request)
        )
        return _done(request, found, "核实已登记。")

    context = views.check_facts(found, may, request.scope, request.today)
    title = f"核实：{found.household.head_name}（{found.purpose_word}）"
    return form_page(
        request, form, save, title=title, crumbs=_crumbs(found), submit="提交核实", template=FORM, version=found.version, **context
    )


@page(CHECK, methods=BOTH)
def start(request: Request, pk: int, purpose: str) -> HttpResponse:
    """A case without a lead: removal, relapse, new poverty; what stands against it is said before the reason is typed."""
    household = registry.household(request.scope, pk, CHECK)
    if purpose not in TITLES:
        raise OutOfScope
    form = StartForm(request.POST or None)

    def save(said: dict[str, Any]) -> HttpResponse:
        made = checks.start(household, purpose, reason=said["reason"], by=request.scope, today=request.today)
        return _done(request, made, "已发起，请核实登记。")

    notes = views.start_notes(household, purpose, request.scope, request.today)
    crumbs = [(in_words("监测户", request.today), reverse("monitoring_household", args=[pk]))]
    title = f"{TITLES[purpose]}：{household.head_name}"
    return form_page(request, form, save, title=title, crumbs=crumbs, submit="发起", template=FORM, notes=notes)


@page(CHECK, methods=POST)
def authorise(request: Request, pk: int) -> HttpResponse:
    """The signed authorisation, brought later."""
    found = queries.case(request.scope, pk, CHECK)
    if not (uploads := request.FILES.getlist("file")):
        raise Refused("还没有选择文件。请拍照或选择文件后再上传。", field="file")
    checks.authorise(found, uploads, by=request.scope, today=request.today)
    return _done(request, found, "授权承诺书已上传。")


@page(CHECK, methods=POST)
def hand_down(request: Request, pk: int) -> HttpResponse:
    """交村核实."""
    found = queries.case(request.scope, pk, CHECK)
    steps.hand_down(found, by=request.scope, today=request.today)
    return _done(request, found, "已交村（社区）核实。")


@page(CHECK, methods=POST)
def postpone(request: Request, pk: int) -> HttpResponse:
    """推迟评议."""
    found = queries.case(request.scope, pk, CHECK)
    until = views.day_said(request.POST.get("until", ""), "until")
    steps.postpone(found, until, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    return _done(request, found, f"评议已推迟到 {until}。")


@page(CHECK, REVIEW, DETERMINE, methods=POST)
def send_back(request: Request, pk: int) -> HttpResponse:
    """Back to the named step, or withdrawn."""
    found, move, reason = queries.case(request.scope, pk), request.POST.get("move", ""), request.POST.get("reason", "")
    version = version_of(request)
    if move == "withdraw":
        steps.withdraw(found, reason=reason, by=request.scope, today=request.today, version=version)
        return _done(request, found, "个案已撤销。")
    steps.send_back(found, move, reason=reason, by=request.scope, today=request.today, version=version)
    return _done(request, found, "已退回，理由已记录。")


@page(REVIEW, methods=POST)
def review(request: Request, pk: int) -> HttpResponse:
    """镇初审."""
    found = queries.case(request.scope, pk, REVIEW)
    town.review(found, by=request.scope, today=request.today, version=version_of(request))
    return _done(request, found, "初审通过，已报区（县）审定。")


@page(FOLLOW, methods=BOTH)
def settle(request: Request, pk: int) -> HttpResponse:
    """Officer and helper; measures are added on the household's page."""
    found = queries.case(request.scope, pk, FOLLOW)
    form = SettleForm(request.POST or None, initial={"officer": request.scope.user_name})

    def save(said: dict[str, Any]) -> HttpResponse:
        care.settle(
            found,
            officer=said["officer"],
            helper=said["helper"].strip(),
            by=request.scope,
            today=request.today,
            version=version_of(request),
        )
        return _done(request, found, "帮扶已落实，转入跟踪回访。")

    notes = views.measure_notes(found.household, request.today)
    title = f"落实帮扶：{found.household.head_name}"
    return form_page(
        request, form, save, title=title, crumbs=_crumbs(found), submit="落实", template=FORM, version=found.version, notes=notes
    )


@page(CHECK, methods=POST)
def object_to(request: Request, pk: int) -> HttpResponse:
    """登记公示异议."""
    found = queries.case(request.scope, pk, CHECK)
    said = {"content": request.POST.get("content", ""), "raised_by": request.POST.get("raised_by", "")}
    raised = views.day_said(request.POST.get("raised_on", "") or request.today.isoformat(), "raised_on")
    village.raise_objection(found, raised_on=raised, by=request.scope, today=request.today, **said)
    return _done(request, found, "异议已登记，请在期限内核查答复。")


@page(CHECK, methods=POST)
def answer(request: Request, pk: int) -> HttpResponse:
    """答复公示异议."""
    objection = queries.objection(request.scope, pk, CHECK)
    upheld = {"yes": True, "no": False}.get(request.POST.get("upheld", ""))
    if upheld is None:
        raise Refused("请选择异议是否成立。", field="upheld")
    village.answer_objection(objection, answer=request.POST.get("answer", ""), upheld=upheld, by=request.scope, today=request.today)
    return _done(request, objection.case, "异议已答复。" if not upheld else "异议成立，个案已退回核实。")


def _crumbs(found: MonitoringCase) -> list[tuple[str, str]]:
    return [("监测个案", reverse("monitoring_cases")), (found.household.head_name, reverse("monitoring_case", args=[found.pk]))]


def _done(request: Request, found: MonitoringCase, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("monitoring_case", pk=found.pk)
