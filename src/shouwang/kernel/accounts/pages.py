"""Roles in words, delegation and handover; and how a page with a form answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouwang.kernel.accounts import policies, rotation
from shouwang.kernel.accounts.forms import HandoverForm, PeriodForm, day_after
from shouwang.kernel.accounts.models import Delegation, Handover
from shouwang.kernel.accounts.queries import group_words, handovers_of
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.pages import back, page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request

BOTH = ("GET", "POST")
HANDOVERS = [("我的账号", "/account/"), ("交接单", "/account/handovers/")]


def form_page(
    request: Request, form: forms.BaseForm, save: Callable[[dict[str, Any]], HttpResponse], *, title: str, crumbs: list[tuple[str, str]],
    submit: str = "保存", template: str = "accounts/form.html", **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show a form (in `template`), or clean it and call `save`; a refusal stands at its field."""
    if request.method == "POST" and form.is_valid():
        try:
            return save(form.cleaned_data)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
    status = 422 if form.is_bound else 200
    return render(
        request,
        template,
        {"form": form, "title": title, "crumbs": crumbs, "submit": submit, "cancel": crumbs[-1][1], **context},
        status=status,
    )


@page(signed_in=True, why="角色说明，人人可看")
def role_list(request: Request) -> HttpResponse:
    """Every role in words."""
    levels = dict(Region.LEVELS)
    rows = [
        {
            "role": r,
            "levels": "、".join(levels[t] for t in r.tiers) or "按结对户",
            "groups": group_words(r),
            "mine": any(h.role == r.code for h in request.scope.holds),
        }
        for r in roles().values()
    ]
    return render(request, "accounts/roles.html", {"rows": rows})


@page(policies.DELEGATE, methods=BOTH)
def delegate(request: Request) -> HttpResponse:
    """Give B角 what I hold, for some days."""
    form = PeriodForm(request.POST or None, user=request.user, initial={"starts": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        made = rotation.delegate(
            request.user, said["taker"], starts=said["starts"], ends=day_after(said["last_day"]) or said["starts"],
            reason=said["reason"], by=request.scope, today=request.today,
        )  # fmt: skip
        messages.success(request, f"已委托给{made.taker.name}，期间其办理的事项记为“代{made.giver.name}”。")
        return redirect("/account/")

    return form_page(request, form, save, title="设置A/B角委托", crumbs=[("我的账号", "/account/")], submit="设置委托")


@page(signed_in=True, why="本人撤回自己的委托", methods=("POST",))
def revoke_delegation(request: Request, pk: int) -> HttpResponse:
    """Take a delegation back."""
    if (found := Delegation.objects.filter(pk=pk).first()) is None:
        raise OutOfScope
    rotation.revoke_delegation(found, by=request.scope, today=request.today, now=timezone.now())
    messages.success(request, "已撤回委托。")
    return redirect("/account/")


@page(signed_in=True, why="本人的交接单")
def handovers(request: Request) -> HttpResponse:
    """The 交接单 I give or take."""
    return render(request, "accounts/handovers.html", {"rows": handovers_of(request.user), "may": request.scope.may(policies.DELEGATE)})


@page(policies.DELEGATE, methods=BOTH)
def new_handover(request: Request) -> HttpResponse:
    """Begin one."""
    form = HandoverForm(request.POST or None, user=request.user, initial={"effective": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        made = rotation.draft_handover(request.user, **said, by=request.scope, today=request.today)
        return redirect(f"/account/handovers/{made.pk}/")

    return form_page(request, form, save, title="起草交接单", crumbs=HANDOVERS, submit="生成交接单")


@page(signed_in=True, why="交接单，只有移交人和接收人可看")
def handover(request: Request, pk: int) -> HttpResponse:
    """One 交接单, printable, with the moves that are mine."""
    found = _handover(request, pk)
    mine = {k: m for k, m in rotation.CYCLE.open_moves(found).items() if getattr(found, f"{rotation.ACTOR[k]}_id") == request.user.pk}
    return render(
        request, "accounts/handover.html", {"row": found, "moves": mine, "state": rotation.CYCLE.state_of(found), "crumbs": HANDOVERS}
    )


@page(signed_in=True, why="交接单，只有移交人和接收人可办", methods=("POST",))
def move_handover(request: Request, pk: int, move: str) -> HttpResponse:
    """Save the promises, sign, return or cancel."""
    found, said = _handover(request, pk), request.POST.get("promises", "")[:4000]
    if move == "save":
        rotation.edit_promises(found, said, by=request.scope, today=request.today)
    elif move in rotation.CYCLE.moves:
        reason = request.POST.get("reason", "")[:500]
        rotation.move_handover(found, move, by=request.scope, today=request.today, now=timezone.now(), reason=reason, promises=said)
    else:
        raise OutOfScope
    messages.success(request, "已保存。" if move == "save" else f"已{rotation.CYCLE.moves[move].label}。")
    return back(request, f"/account/handovers/{pk}/")


def _handover(request: Request, pk: int) -> Handover:
    if found := handovers_of(request.user).filter(pk=pk).first():
        return found
    raise OutOfScope
