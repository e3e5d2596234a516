"""Pages of workshops."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import post_queries, workshop_views
from shouwang.ledgers.employment.actions import workshops
from shouwang.ledgers.employment.models import Workshop
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import ARRANGE, VIEW
from shouwang.ledgers.employment.workshop_forms import RecognitionForm, ReviewForm
from shouwang.ledgers.employment.workshop_queries import known_people

MOVES = {
    "watch": (workshops.watch, "已转为监测待处置，缓冲期满前不得清理。"),
    "restore": (workshops.restore, "已恢复为正常运行。"),
    "clear": (workshops.clear, "已清理，其扶贫车间岗位同时关闭。"),
    "recognise_again": (workshops.recognise_again, "已重新认定，请登记核查。"),
}


def _workshop(request: Request, pk: int, permission: str = ARRANGE) -> Workshop:
    return post_queries.one(Workshop, request.scope, pk, permission, "employer", "region", "county", "town")


@page(ARRANGE, methods=BOTH)
def recognise(request: Request, pk: int) -> HttpResponse:
    """Enter the recognition of an employer as a workshop."""
    found = post_queries.employer(request.scope, pk, ARRANGE)
    form, back = RecognitionForm(request.POST or None), reverse("employment_employer", args=[pk])
    made: list[Workshop] = []
    if saved(request, form, lambda: made.append(workshops.recognise(found, form.cleaned_data, by=request.scope, today=request.today))):
        messages.success(request, "已登记认定。")
        return redirect("employment_workshop", pk=made[0].pk)
    return entry(request, form, f"认定扶贫车间：{found.name}", back)


@page(VIEW)
def workshop(request: Request, pk: int) -> HttpResponse:
    """One workshop."""
    found = _workshop(request, pk, VIEW)
    return render(request, "employment/workshop.html", workshop_views.workshop(found, request.scope, request.today))


@page(ARRANGE, methods=BOTH)
def correct(request: Request, pk: int) -> HttpResponse:
    """Put the recognition right."""
    found = _workshop(request, pk)
    form = RecognitionForm(request.POST or None, workshop=found)
    if saved(request, form, lambda: workshops.correct(found, form.cleaned_data, by=request.scope, today=request.today)):
        messages.success(request, "认定信息已保存。")
        return redirect("employment_workshop", pk=pk)
    return entry(request, form, f"更正认定信息：{found}", reverse("employment_workshop", args=[pk]))


@page(ARRANGE, methods=BOTH)
def review(request: Request, pk: int) -> HttpResponse:
    """What was found there today."""
    found = _workshop(request, pk)
    known = known_people(found, request.scope, request.today)
    form = ReviewForm(request.POST or None, workshop=found, known=known)
    if saved(request, form, lambda: workshops.review(found, form.cleaned_data, by=request.scope, today=request.today)):
        messages.success(request, "核查已登记。")
        return redirect("employment_workshop", pk=pk)
    sub = f"台账中经推荐在该车间在岗 {known.workers} 人，其中贫困劳动力 {known.poor_workers} 人、稳定务工 {known.steady} 人。"
    return entry(request, form, f"核查扶贫车间：{found}", reverse("employment_workshop", args=[pk]), sub=sub)


@page(ARRANGE, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Watch, restore, clear or recognise again, with the reason."""
    if move not in MOVES:
        raise OutOfScope
    act, words = MOVES[move]
    act(_workshop(request, pk), reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    messages.success(request, words)
    return redirect("employment_workshop", pk=pk)
