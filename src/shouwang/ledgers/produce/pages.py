"""Pages of lots, orders, payments and matching."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.produce import actions, queries, trade_actions, views
from shouwang.ledgers.produce.codes import words
from shouwang.ledgers.produce.forms import LotForm, OrderForm, RecountForm, ShareForm, StepForm
from shouwang.ledgers.produce.policies import EDIT, VIEW
from shouwang.ledgers.registry import queries as registry

BOTH = ("GET", "POST")


def tried(form: django_forms.Form, act: Callable[[], Any]) -> Any:
    """What the act gives; a refusal becomes an error of the form and None."""
    try:
        return act()
    except NotPermitted:
        raise
    except Refused as no:
        form.add_error(no.field if no.field in form.fields else None, no.message)
        return None


def form_page(request: Request, form: django_forms.Form, title: str, back: str, help_text: str = "") -> HttpResponse:
    """A form with a title; `back` is the address it returns to."""
    context = {"form": form, "title": title, "back": back, "help": help_text}
    return render(request, "produce/form.html", context, status=422 if form.errors else 200)


def first_error(form: django_forms.Form) -> Refused:
    """The first thing wrong with a small form as a refusal."""
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    words_ = str(errors[0])
    return Refused(words_ if "“" in words_ else f"{label}：{words_}", field=name)


@page(EDIT, methods=BOTH)
def new_lot(request: Request) -> HttpResponse:
    """List a backlog."""
    places = [*queries.villages(request.scope), *queries.wider_places(request.scope)]
    form = LotForm(request.POST or None, villages=places, today=request.today)
    if request.method == "POST" and form.is_valid():
        region = next(r for r in places if str(r.pk) == form.cleaned_data["region"])
        made = tried(form, lambda: actions.list_lot(region, form.said(), by=request.scope, today=request.today))
        if made:
            messages.success(request, f"已登记，批次编号 {made.code}。请补充涉及户。")
            return redirect("produce_lot", made.pk)
    return form_page(request, form, "登记滞销", "/produce/")


@page(VIEW)
def lot(request: Request, pk: int) -> HttpResponse:
    """One lot: what is left, orders, households, money."""
    found = queries.lot(request.scope, pk)
    context = views.lot(found, request.scope, request.today)
    if context["may"] and context["open"]:
        context["share_form"] = ShareForm(auto_id="share_%s")
    return render(request, "produce/lot.html", context)


@page(EDIT, methods=BOTH)
def recount(request: Request, pk: int) -> HttpResponse:
    """Count a lot again."""
    found = queries.lot(request.scope, pk, EDIT)
    form = RecountForm(request.POST or None, initial=RecountForm.of(found))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        reason = said.pop("reason")
        if tried(form, lambda: actions.recount(found, said, reason, by=request.scope, today=request.today)):
            messages.success(request, "批次已更新。")
            return redirect("produce_lot", found.pk)
    return form_page(request, form, f"更新批次 {found.code}", f"/produce/{found.pk}/")


@page(EDIT, methods=("POST",))
def add_household(request: Request, pk: int) -> HttpResponse:
    """Put a household behind a lot."""
    found = queries.lot(request.scope, pk, EDIT)
    form = ShareForm(request.POST)
    if not form.is_valid():
        raise first_error(form)
    home = registry.household_by_code(request.scope, form.cleaned_data["code"], EDIT)
    actions.add_household(found, home, form.cleaned_data["share"], by=request.scope, today=request.today)
    messages.success(request, "涉及户已登记，滞销影响已记入该户。")
    return redirect("produce_lot", found.pk)


@page(EDIT, methods=("POST",))
def add_picture(request: Request, pk: int) -> HttpResponse:
    """A picture for the card."""
    found = queries.lot(request.scope, pk, EDIT)
    upload = request.FILES.get("file")
    if upload is None:
        raise Refused("还没有选择图片。请拍照或选择图片后再上传。", field="file")
    actions.add_picture(found, upload, by=request.scope, today=request.today)
    messages.success(request, "图片已上传。")
    return redirect("produce_lot", found.pk)


@page(EDIT, methods=("POST",))
def move_lot(request: Request, pk: int, move: str) -> HttpResponse:
    """Close, withdraw or reopen a lot."""
    found = queries.lot(request.scope, pk, EDIT)
    if move not in ("close", "withdraw", "reopen"):
        raise OutOfScope
    actions.move_lot(found, move, request.POST.get("reason", ""), by=request.scope, today=request.today)
    messages.success(request, "已办理。")
    return redirect("produce_lot", found.pk)


@page(EDIT, methods=BOTH)
def order(request: Request, pk: int) -> HttpResponse:
    """Order from a lot: on a form of its own, or by one tap from the plan (`demand`)."""
    found = queries.lot(request.scope, pk, EDIT)
    form = OrderForm(
        request.POST or None,
        buyers=queries.buyers(request.scope),
        campaigns=queries.campaigns(request.scope),
        today=request.today,
        initial={"price": f"{found.asked_price / 100:.2f}"},
    )
    if request.method == "POST" and form.is_valid():
        said = form.said(queries.demands(request.scope).filter(product=found.product))
        if tried(form, lambda: trade_actions.place_order(found, **said, by=request.scope, today=request.today)):
            messages.success(request, f"已登记“{said['buyer'].name}”的订单。")
            return redirect("produce_lot", found.pk)
    title, words = views.ordering(found, request.today)
    return form_page(request, form, title, f"/produce/{found.pk}/", words)


@page(EDIT, methods=("POST",))
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """Ship, receive, settle or cancel an order."""
    found = queries.order(request.scope, pk)
    form = StepForm(request.POST)
    if move not in ("ship", "receive", "settle", "cancel") or found.lot_id is None:
        raise OutOfScope
    if not form.is_valid():
        raise first_error(form)
    trade_actions.move_order(found, move, form.cleaned_data, by=request.scope, today=request.today, reason=form.cleaned_data["reason"])
    messages.success(request, "订单已更新。")
    return redirect("produce_lot", found.lot_id)


@page(EDIT, methods=BOTH)
def pay(request: Request, pk: int) -> HttpResponse:
    """Who was paid, when: the amounts by share stand in the form."""
    found = queries.order(request.scope, pk)
    if found.lot_id is None:
        raise OutOfScope
    if request.method == "POST":
        amounts, on, method = views.read_payment(request.POST, request.today)
        done = trade_actions.pay(found, amounts, paid_on=on, method=method, by=request.scope, today=request.today)
        messages.success(request, f"已登记 {len(done)} 户的兑付。")
        return redirect("produce_lot", found.lot_id)
    return render(request, "produce/pay.html", views.payment(found, request.scope, request.today))


@page(VIEW)
def card(request: Request, pk: int) -> HttpResponse:
    """A product card to share or print."""
    return render(request, "produce/card.html", views.card(queries.lot(request.scope, pk), request.today))


@page(VIEW)
def matching(request: Request) -> HttpResponse:
    """The best plan of lots to demands."""
    product = request.GET.get("product", "")
    known = words("products", request.today)
    context = views.matching(request.scope, product if product in known else "", request.today)
    return render(request, "produce/matching.html", context | {"now": request.now, "products": known.items(), "chosen": product})


@page(VIEW)
def urgent(request: Request) -> HttpResponse:
    """What must be sold first: by product and place, with the lots that have least time."""
    return render(request, "produce/urgency.html", views.urgent(request.scope, request.today) | {"now": request.now})
