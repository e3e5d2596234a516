"""Pages of buyers, demands, purchases, campaigns, spring ploughing and its suppliers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request
from shouwang.ledgers.produce import farming_actions, queries, trade_actions
from shouwang.ledgers.produce.codes import word
from shouwang.ledgers.produce.forms import (
    BuyerForm,
    CampaignForm,
    DeliveryForm,
    DemandForm,
    NeedForm,
    PurchaseForm,
    ResultForm,
    SupplierForm,
)
from shouwang.ledgers.produce.pages import first_error, form_page, tried
from shouwang.ledgers.produce.policies import EDIT, TRADE, VIEW

BOTH = ("GET", "POST")


def _home(request: Request, permission: str = TRADE) -> Region:
    """Where what the person enters lies: the widest place of the permission."""
    places = request.scope.places(permission)
    if not places:
        raise OutOfScope
    return Region.objects.get(pk=places[0].id)


@page(TRADE, methods=BOTH)
def new_buyer(request: Request) -> HttpResponse:
    """Register a buyer."""
    form = BuyerForm(request.POST or None, today=request.today)
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: trade_actions.add_buyer(_home(request), form.cleaned_data, by=request.scope, today=request.today)):
        messages.success(request, "采购方已登记。")
        return redirect("produce_buyers")
    return form_page(request, form, "登记采购方", "/produce/buyers/")


@page(TRADE, methods=BOTH)
def new_demand(request: Request) -> HttpResponse:
    """Register what a buyer wants."""
    reach = [r for r in Region.objects.filter(level=Region.COUNTY).order_by("rank", "code") if request.scope.may_at(TRADE, r)]
    buyers = queries.buyers(request.scope)
    form = DemandForm(request.POST or None, buyers=buyers, places=reach, today=request.today)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        region = next(r for r in reach if str(r.pk) == said["region"])
        buyer = buyers.get(pk=said["buyer"])
        if tried(form, lambda: trade_actions.add_demand(buyer, region, said, by=request.scope, today=request.today)):
            messages.success(request, "采购需求已登记。")
            return redirect("produce_demands")
    return form_page(request, form, "登记采购需求", "/produce/demands/")


@page(TRADE, methods=BOTH)
def new_purchase(request: Request) -> HttpResponse:
    """Register a unit's own purchase, on 832平台 too."""
    buyers = queries.buyers(request.scope)
    form = PurchaseForm(request.POST or None, buyers=buyers, today=request.today, initial={"on": request.today, "channel": "p832"})
    if request.method == "POST" and form.is_valid():
        buyer = buyers.get(pk=form.cleaned_data["buyer"])
        if tried(form, lambda: trade_actions.buy(buyer, _home(request), form.cleaned_data, by=request.scope, today=request.today)):
            messages.success(request, "单位采购已登记。")
            return redirect("produce_orders")
    return form_page(request, form, "登记单位采购", "/produce/orders/", "832平台对汕头只采购：卖方为外地贫困地区的，在此登记。")


@page(TRADE, methods=BOTH)
def new_campaign(request: Request) -> HttpResponse:
    """Register a campaign."""
    form = CampaignForm(request.POST or None, today=request.today)
    sent = request.method == "POST" and form.is_valid()
    if sent and tried(form, lambda: trade_actions.add_campaign(_home(request), form.cleaned_data, by=request.scope, today=request.today)):
        messages.success(request, "活动已登记。")
        return redirect("produce_campaigns")
    return form_page(request, form, "登记消费扶贫活动", "/produce/campaigns/")


@page(VIEW)
def campaign(request: Request, pk: int) -> HttpResponse:
    """A campaign with its orders, and a form for its results."""
    found = queries.campaigns(request.scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    may = request.scope.may_at(TRADE, found)
    start = {
        "sold": found.sold / 100 if found.sold else None,
        "signed": found.signed / 100 if found.signed else None,
        "result": found.result,
    }
    context = {
        "campaign": found, "kind": word("campaigns", found.kind, request.today), "form": ResultForm(initial=start) if may else None,
        "orders": queries.orders(request.scope).filter(campaign=found),
    }  # fmt: skip
    return render(request, "produce/campaign.html", context)


@page(TRADE, methods=("POST",))
def campaign_result(request: Request, pk: int) -> HttpResponse:
    """The results of a campaign."""
    found = queries.campaigns(request.scope).filter(pk=pk).first()
    if found is None or not request.scope.may_at(TRADE, found):
        raise OutOfScope
    form = ResultForm(request.POST)
    if not form.is_valid():
        raise first_error(form)
    trade_actions.end_campaign(found, form.cleaned_data, by=request.scope, today=request.today)
    messages.success(request, "活动成效已登记。")
    return redirect("produce_campaign", found.pk)


@page(EDIT, methods=BOTH)
def new_need(request: Request) -> HttpResponse:
    """Register what a village needs for spring ploughing."""
    places = list(queries.villages(request.scope))
    form = NeedForm(request.POST or None, villages=places, today=request.today)
    if request.method == "POST" and form.is_valid():
        region = next(r for r in places if str(r.pk) == form.cleaned_data["region"])
        if tried(form, lambda: farming_actions.set_need(region, form.cleaned_data, by=request.scope, today=request.today)):
            messages.success(request, "备耕需求已登记。")
            return redirect("produce_needs")
    return form_page(request, form, "登记备耕需求", "/produce/inputs/")


@page(VIEW)
def need(request: Request, pk: int) -> HttpResponse:
    """A need with what arrived, from whom, when."""
    found = queries.need(request.scope, pk, VIEW)
    may = request.scope.may_at(EDIT, found)
    today = request.today
    context = {
        "need": found, "item": word("inputs", found.item, today), "crop": word("crops", found.crop, today), "may": may,
        "unit": word("input_units", found.item, today), "rows": found.deliveries.select_related("supplier"),
        "form": DeliveryForm(suppliers=queries.suppliers_of(request.scope, found.item), initial={"arrived_on": today}) if may else None,
    }  # fmt: skip
    return render(request, "produce/need.html", context)


@page(EDIT, methods=("POST",))
def deliver(request: Request, pk: int) -> HttpResponse:
    """So much arrived."""
    found = queries.need(request.scope, pk)
    form = DeliveryForm(request.POST, suppliers=queries.suppliers(request.scope))
    if not form.is_valid():
        raise first_error(form)
    said = form.cleaned_data
    farming_actions.deliver(found, said["supplier"], said["amount"], said["arrived_on"], by=request.scope, today=request.today)
    messages.success(request, "到货已登记。")
    return redirect("produce_need", found.pk)


@page(EDIT, methods=BOTH)
def new_supplier(request: Request) -> HttpResponse:
    """Register a supplier of inputs."""
    form = SupplierForm(request.POST or None, today=request.today)
    sent = request.method == "POST" and form.is_valid()
    home = _home(request, EDIT)
    if sent and tried(form, lambda: farming_actions.add_supplier(home, form.cleaned_data, by=request.scope, today=request.today)):
        messages.success(request, "供应商已登记，可在到货登记中选用。")
        return redirect("produce_suppliers")
    return form_page(request, form, "登记农资供应商", "/produce/suppliers/")
