"""Pages of terms on public-welfare posts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import welfare_views
from shouwang.ledgers.employment.actions import terms
from shouwang.ledgers.employment.actions.welfare import end_appointment
from shouwang.ledgers.employment.codes import fen
from shouwang.ledgers.employment.models import WelfareAppointment
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import ARRANGE, VIEW
from shouwang.ledgers.employment.post_queries import one
from shouwang.ledgers.employment.welfare_forms import EndForm, MonthForm, RenewalForm

BESIDE = ("household__region", "worker__member", "worker__household", "record__post", "region")


def _appointment(request: Request, pk: int, permission: str = ARRANGE) -> WelfareAppointment:
    return one(WelfareAppointment, request.scope, pk, permission, *BESIDE)


def _sub(found: WelfareAppointment) -> str:
    return f"{found.record.employer}，聘期 {found.starts_on} ～ {found.ends_on}"


@page(VIEW)
def appointment(request: Request, pk: int) -> HttpResponse:
    """One term."""
    found = _appointment(request, pk, VIEW)
    return render(request, "employment/appointment.html", welfare_views.appointment(found, request.scope, request.today))


@page(ARRANGE, methods=BOTH)
def renew(request: Request, pk: int) -> HttpResponse:
    """A further term."""
    found = _appointment(request, pk)
    form, back = RenewalForm(request.POST or None, appointment=found), reverse("employment_appointment", args=[pk])

    def act() -> None:
        said = form.cleaned_data
        terms.renew(found, said["ends_on"], reason=said["reason"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "续聘已登记。")
        return redirect(back)
    return entry(request, form, f"续聘：{found.worker.member.name}", back, sub=_sub(found))


@page(ARRANGE, methods=BOTH)
def end(request: Request, pk: int) -> HttpResponse:
    """The term is over."""
    found = _appointment(request, pk)
    form, back = EndForm(request.POST or None, appointment=found, today=request.today), reverse("employment_appointment", args=[pk])

    def act() -> None:
        said = form.cleaned_data
        end_appointment(found, said["left_on"], reason=said["reason"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "聘用已终止，务工记录同时登记离岗。")
        return redirect(back)
    return entry(request, form, f"终止聘用：{found.worker.member.name}", back, sub=_sub(found))


@page(ARRANGE, methods=BOTH)
def month(request: Request, pk: int) -> HttpResponse:
    """Days and pay of a month."""
    found = _appointment(request, pk)
    form, back = MonthForm(request.POST or None, appointment=found, today=request.today), reverse("employment_appointment", args=[pk])

    def act() -> None:
        said = form.cleaned_data
        terms.record_month(found, said["month"], said["days"], fen(said["pay"]) or 0, by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "出勤和报酬已登记。")
        return redirect(back)
    return entry(request, form, f"登记月度出勤：{found.worker.member.name}", back, sub=f"{_sub(found)}。已登记的月份再次登记即为更正。")
