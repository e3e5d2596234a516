"""Pages of workers: one person, the quick survey, work, training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import queries, views
from shouwang.ledgers.employment.actions import arrivals, labour, retention
from shouwang.ledgers.employment.codes import choices
from shouwang.ledgers.employment.forms import CircumstancesForm, FollowUpForm, SurveyForm, TrainingForm, WorkForm
from shouwang.ledgers.employment.models import RetentionCall, Worker
from shouwang.ledgers.employment.policies import SURVEY, VIEW
from shouwang.ledgers.employment.post_queries import one

BOTH = ("GET", "POST")


@page(VIEW)
def worker(request: Request, pk: int) -> HttpResponse:
    """One person able to work."""
    found = queries.worker(request.scope, pk)
    return render(request, "employment/worker.html", views.worker(found, request.scope, request.today))


@page(SURVEY)
def next_call(request: Request) -> HttpResponse:
    """Open the survey of whoever is to be rung next; `after` skips the person left aside."""
    skipped = request.GET.get("after", "")
    found = queries.next_to_call(request.scope, request.today, after=int(skipped) if skipped.isdecimal() and len(skipped) < 10 else 0)
    if found is None:
        messages.success(request, "没有待摸底的劳动力：都在有效期内摸过底，或今天已打过电话。")
        return redirect("employment_workers")
    return redirect("employment_survey", pk=found.pk)


@page(SURVEY, methods=BOTH)
def survey(request: Request, pk: int) -> HttpResponse:
    """The quick survey, on one screen of a phone."""
    found = queries.worker(request.scope, pk, SURVEY)
    form = SurveyForm(request.POST or None, worker=found, today=request.today)
    if saved(request, form, lambda: labour.survey(found, form.said(), by=request.scope, today=request.today)):
        return _onward(request, found, "摸底已保存。")
    context = views.survey(found, form, request.scope, request.today)
    context["outcomes"] = choices("call_outcome", request.today)
    return render(request, "employment/survey.html", context, status=422 if form.is_bound else 200)


@page(SURVEY, methods=("POST",))
def confirm(request: Request, pk: int) -> HttpResponse:
    """较上次无变化."""
    found = queries.worker(request.scope, pk, SURVEY)
    labour.confirm(found, by=request.scope, today=request.today)
    return _onward(request, found, "已登记“较上次无变化”。")


@page(SURVEY, methods=("POST",))
def call(request: Request, pk: int) -> HttpResponse:
    """Nobody was reached: on to the next."""
    found = queries.worker(request.scope, pk, SURVEY)
    labour.log_call(found, request.POST.get("outcome", ""), by=request.scope, today=request.today)
    return _onward(request, found, "已登记未接通，改日再呼。")


@page(SURVEY, methods=BOTH)
def record_work(request: Request, pk: int) -> HttpResponse:
    """A stretch of work."""
    found = queries.worker(request.scope, pk, SURVEY)
    form = WorkForm(request.POST or None, today=request.today)
    if saved(request, form, lambda: labour.record_work(found, form.said(), by=request.scope, today=request.today)):
        return _done(request, found, "务工记录已登记。", "records")
    return entry(request, form, f"登记务工：{found.member.name}", reverse("employment_worker", args=[pk]))


@page(SURVEY, methods=("POST",))
def start_work(request: Request, pk: int) -> HttpResponse:
    """Somebody whose work was planned has started."""
    found = queries.record(request.scope, pk)
    arrivals.start_work(
        found, views.day_of(request.POST.get("started_on", ""), request.today, "started_on"), by=request.scope, today=request.today
    )
    return _done(request, found.worker, "到岗已登记。", "records")


@page(SURVEY, methods=("POST",))
def end_work(request: Request, pk: int) -> HttpResponse:
    """The person has left."""
    found = queries.record(request.scope, pk)
    day = views.day_of(request.POST.get("ended_on", ""), request.today, "ended_on")
    labour.end_work(found, day, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    words = "未到岗已登记。" if found.planned else "离岗已登记。现在的就业状况请再摸底。"
    return _done(request, found.worker, words, "records")


@page(SURVEY, methods=BOTH)
def record_training(request: Request, pk: int) -> HttpResponse:
    """A course."""
    found = queries.worker(request.scope, pk, SURVEY)
    form = TrainingForm(request.POST or None, today=request.today)
    if saved(request, form, lambda: labour.record_training(found, form.said(), by=request.scope, today=request.today)):
        return _done(request, found, "培训已登记。", "trainings")
    return entry(request, form, f"登记培训：{found.member.name}", reverse("employment_worker", args=[pk]))


@page(SURVEY, methods=BOTH)
def follow_up(request: Request, pk: int) -> HttpResponse:
    """Whether somebody placed is still there."""
    call = one(RetentionCall, request.scope, pk, SURVEY, "household", "record__worker__member", "record__household")
    form = FollowUpForm(request.POST or None)

    def act() -> None:
        said = form.cleaned_data
        retention.answer(call, said["outcome"], said["note"], by=request.scope, today=request.today)

    back = f"{reverse('employment_follow_ups')}?open=1"
    if saved(request, form, act):
        messages.success(request, "稳岗跟踪已登记。")
        return redirect(back)
    return entry(request, form, f"稳岗跟踪：{call.record.worker.member.name}", back, sub=f"{call.record.employer}，上岗满 {call.days} 天")


@page(SURVEY, methods=BOTH)
def circumstances(request: Request, pk: int) -> HttpResponse:
    """Care duties, and whether the person worked last year."""
    found = queries.worker(request.scope, pk, SURVEY)
    form = CircumstancesForm(request.POST or None, worker=found, today=request.today)
    if saved(request, form, lambda: labour.set_circumstances(found, form.said(), by=request.scope, today=request.today)):
        return _done(request, found, "已保存。")
    return entry(request, form, f"就业条件：{found.member.name}", reverse("employment_worker", args=[pk]))


def saved(request: Request, form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether a form was posted, is sound and the act done; a refusal becomes an error of the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act()
    except NotPermitted:
        raise
    except Refused as no:
        form.add_error(no.field if no.field in form.fields else None, no.message)
        return False
    return True


def entry(request: Request, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    """A form on a page of its own."""
    context = {"form": form, "title": title, "back": back, **more}
    return render(request, "employment/form.html", context, status=422 if form.is_bound else 200)


def _done(request: Request, found: Worker, words: str, part: str = "") -> HttpResponse:
    messages.success(request, words)
    return redirect(reverse("employment_worker", args=[found.pk]) + (f"#{part}" if part else ""))


def _onward(request: Request, found: Worker, words: str) -> HttpResponse:
    messages.success(request, words)
    if request.POST.get("next"):
        return redirect(f"{reverse('employment_next')}?after={found.pk}")
    return redirect("employment_worker", pk=found.pk)
