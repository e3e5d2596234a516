"""Reads of the ledger. What is left of a lot, what is owed to households, what is wanted: each said once, here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.produce.codes import urgency, word
from shouwang.ledgers.produce.matching import Offer, Plan, Wish, best_plan
from shouwang.ledgers.produce.models import Buyer, Campaign, Demand, InputDelivery, InputNeed, Lot, LotHousehold, Order, Payment, Supplier
from shouwang.ledgers.produce.policies import EDIT, VIEW
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACE_NAMES

COUNTED = ~Q(state="cancelled")


def _sum(rows: QuerySet[Any], by: str, field: str) -> Coalesce:
    """The sum of a field over the rows that point here by `by`, 0 where there are none."""
    found = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=Sum(field)).values("n")
    return Coalesce(Subquery(found, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


def measured(rows: QuerySet[Any], scope: Scope | None = None) -> QuerySet[Any]:
    """Lots with grams `ordered` and `left`, 分 `settled` and `paid` to households, and how many `homes` stand behind them.

    With a scope `paid` and `homes` are those it reaches: of a lot of the town a village sees its own.
    """
    shares = LotHousehold.objects.all() if scope is None else LotHousehold.objects.within(scope)
    homes = shares.filter(lot=OuterRef("pk")).order_by().values("lot").annotate(n=Sum(Value(1))).values("n")
    money = Payment.objects.all() if scope is None else _paid_in(scope)
    found: QuerySet[Any] = rows.annotate(
        ordered=_sum(Order.objects.filter(COUNTED), "lot", "grams"),
        settled=_sum(Order.objects.filter(state="settled"), "lot", "settled"),
        paid=_sum(money, "order__lot", "amount"),
        homes=Coalesce(Subquery(homes, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField()),
    )
    out: QuerySet[Any] = found.annotate(left=F("unsold") - F("ordered"))
    return out


def _paid_in(scope: Scope) -> QuerySet[Payment]:
    """Payments to households of the scope, and for orders of lots listed in it."""
    return Payment.objects.filter(scope.q(VIEW) | scope.q(VIEW, "order__"))


def lots(scope: Scope) -> QuerySet[Lot]:
    """Lots in scope, measured, with place names; `called` is the contact of those listed there, not of a town's that a village reads."""
    own = Lot.objects.filter(scope.q(VIEW), pk=OuterRef("pk")).values("contact")
    found: QuerySet[Lot] = measured(Lot.objects.within(scope), scope).annotate(called=Subquery(own), **PLACE_NAMES)
    return found


def lot(scope: Scope, pk: int, permission: str = VIEW) -> Lot:
    """One lot, measured; raises OutOfScope."""
    rows = measured(Lot.objects.within(scope, permission), scope)
    found: Lot | None = rows.select_related("region", "county", "town").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def shares(scope: Scope, found: Lot) -> QuerySet[LotHousehold]:
    """The shares of a lot that the scope reaches, with 分 `paid` to each household and its `code`: None where it has moved out of the scope.

    A share stays with the lot whose sums it is part of; its household lies where it has moved to, and is not joined, or the row would go too.
    """
    money = _paid_in(scope).filter(order__lot=found)
    here = Household.objects.filter(scope.q(VIEW), pk=OuterRef("household"))
    rows: QuerySet[LotHousehold] = LotHousehold.objects.within(scope).filter(lot=found)
    return rows.annotate(
        code=Subquery(here.values("code")),
        paid=Subquery(money.filter(household=OuterRef("household")).order_by().values("household").annotate(n=Sum("amount")).values("n")),
    )


def orders_of(scope: Scope, found: Lot) -> QuerySet[Order]:
    """The orders of a lot that the scope reads, oldest first, with 分 `paid` to households it reaches."""
    rows: QuerySet[Order] = Order.objects.filter(lot=found).select_related("buyer", "campaign").order_by("pk")
    return rows.annotate(paid=_sum(_paid_in(scope), "order", "amount"))


def lot_of_picture(scope: Scope, record_id: str) -> Lot | None:
    """The lot a picture belongs to, if the scope reaches it."""
    found: Lot | None = Lot.objects.within(scope).filter(pk=int(record_id)).first() if record_id.isdecimal() else None
    return found


def waiting(rows: QuerySet[Any], day: dt.date) -> QuerySet[Any]:
    """Listed by the day, open, with something left."""
    return measured(rows.filter(state="open", listed_on__lte=day)).filter(left__gt=0)


def orders(scope: Scope) -> QuerySet[Order]:
    """Orders in scope with lot, buyer, campaign and place names, and 分 `paid` to households."""
    rows: QuerySet[Order] = Order.objects.within(scope).select_related("lot", "buyer", "campaign")
    return rows.annotate(paid=_sum(Payment.objects.all(), "order", "amount"), **PLACE_NAMES)


def order(scope: Scope, pk: int, permission: str = EDIT) -> Order:
    """One order with its lot; raises OutOfScope."""
    rows = Order.objects.within(scope, permission).select_related("lot__region", "buyer")
    found: Order | None = rows.annotate(paid=_sum(Payment.objects.all(), "order", "amount")).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def owed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Settled orders of lots with households behind them of which less was paid out than settled."""
    homes = LotHousehold.objects.filter(lot=OuterRef("lot_id"))
    found = rows.filter(Exists(homes), state="settled").annotate(to_homes=_sum(Payment.objects.all(), "order", "amount"))
    out: QuerySet[Any] = found.filter(to_homes__lt=F("settled"))
    return out


def payments(scope: Scope) -> QuerySet[Payment]:
    """Payments in scope with household, order and place names."""
    rows: QuerySet[Payment] = Payment.objects.within(scope).select_related("household", "order__lot", "order__buyer")
    return rows.annotate(**PLACE_NAMES)


def buyers(scope: Scope) -> QuerySet[Buyer]:
    """Every buyer, with what was settled with it."""
    rows: QuerySet[Buyer] = Buyer.objects.within(scope)
    return rows.annotate(bought=_sum(Order.objects.filter(state="settled"), "buyer", "settled"))


def demands(scope: Scope) -> QuerySet[Demand]:
    """Every demand with its buyer and grams `placed` and `left`."""
    return measured_demands(Demand.objects.within(scope).select_related("buyer", "region"))


def measured_demands(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Demands with grams `placed` on them and `left`."""
    found: QuerySet[Any] = rows.annotate(placed=_sum(Order.objects.filter(COUNTED), "demand", "grams"))
    out: QuerySet[Any] = found.annotate(left=F("wanted") - F("placed"))
    return out


def open_demands(rows: QuerySet[Any], day: dt.date) -> QuerySet[Any]:
    """Not ended, the day not passed, something left."""
    return measured_demands(rows.filter(ended_on=None, until_on__gte=day)).filter(left__gt=0)


def campaigns(scope: Scope) -> QuerySet[Campaign]:
    """Campaigns in scope with 分 of orders settled through them."""
    rows: QuerySet[Campaign] = Campaign.objects.within(scope).select_related("region")
    return rows.annotate(ordered=_sum(Order.objects.filter(state="settled"), "campaign", "settled"))


def needs(scope: Scope) -> QuerySet[InputNeed]:
    """Input needs in scope with what `arrived` and what is `short`, and place names."""
    found: QuerySet[InputNeed] = supplied(InputNeed.objects.within(scope)).annotate(**PLACE_NAMES)
    return found


def supplied(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Needs with `arrived` and `short` (never below 0 by the list's words: more than needed is short of nothing)."""
    kind: DecimalField[Any, Any] = DecimalField(max_digits=14, decimal_places=2)
    found = InputDelivery.objects.filter(need=OuterRef("pk")).order_by().values("need").annotate(n=Sum("amount")).values("n")
    known: QuerySet[Any] = rows.annotate(arrived=Coalesce(Subquery(found, output_field=kind), Value(0), output_field=kind))
    out: QuerySet[Any] = known.annotate(short=F("amount") - F("arrived"))
    return out


def need(scope: Scope, pk: int, permission: str = EDIT) -> InputNeed:
    """One need with what arrived; raises OutOfScope."""
    found: InputNeed | None = supplied(InputNeed.objects.within(scope, permission)).select_related("region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def suppliers(scope: Scope) -> QuerySet[Supplier]:
    """Every supplier, with how often it delivered."""
    rows: QuerySet[Supplier] = Supplier.objects.within(scope)
    return rows.annotate(deliveries_made=Count("deliveries"))


def suppliers_of(scope: Scope, item: str) -> QuerySet[Supplier]:
    """Those who deal in an input."""
    return suppliers(scope).filter(goods__contains=item)


def wider_places(scope: Scope, permission: str = EDIT) -> list[Region]:
    """Towns and counties the permission holds whole, for a lot that lies in several villages; in code order."""
    rows = Region.objects.filter(level__in=(Region.COUNTY, Region.TOWN), year_to=None).order_by("code")
    return [r for r in rows if scope.may_at(permission, r)]


def villages(scope: Scope, permission: str = EDIT) -> QuerySet[Region]:
    """The villages a person may enter things for, in code order."""
    reach = Q(pk__in=[])
    for place in scope.places(permission):
        reach |= Q(pk=place.id) if place.level == Region.VILLAGE else Q(**{LEVEL_FIELDS[place.level]: place.id}) if place.level > 1 else Q()
    rows = Region.objects.all() if scope.everything else Region.objects.filter(reach)
    return rows.filter(level=Region.VILLAGE).select_related("town", "county").order_by("code")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal with its records and words."""

    lot: Lot
    demand: Demand
    kilograms: int
    price: int
    fee: int
    days: int
    urgency: str


def plan(scope: Scope, today: dt.date, *, product: str = "") -> tuple[Plan, list[Proposed], list[tuple[Lot, str]]]:
    """The best plan for the open lots in scope and every open demand: (plan, proposals, lots that got nothing and why)."""
    own = Lot.objects.within(scope).filter(scope.q(VIEW))  # what the town has listed, the town sells
    rows = waiting(own, today).select_related("region", "county", "town").order_by("until_on", "pk")
    found = list(rows.filter(product=product) if product else rows)
    wanted = list(open_demands(Demand.objects.within(scope), today).select_related("buyer").order_by("pk"))
    plan_ = best_plan(_offers(found, today), _wishes(wanted), lookup("produce", "matching", on=today).value)
    by_lot, by_demand = {x.pk: x for x in found}, {x.pk: x for x in wanted}
    out = [
        Proposed(by_lot[p.offer], by_demand[p.wish], p.kilograms, p.price, p.fee, p.days, urgency(by_lot[p.offer].product, by_lot[p.offer].until_on, today))
        for p in plan_.proposals
    ]  # fmt: skip
    given = {p.lot.pk for p in out}
    return plan_, out, [(x, plan_.reasons.get(x.pk, "需求已由更合适的批次满足")) for x in found if x.pk not in given]


def _offers(rows: Sequence[Any], today: dt.date) -> list[Offer]:
    out = []
    for x in rows:
        kind = urgency(x.product, x.until_on, today)
        left = (x.until_on - today).days
        if x.left // 1000 and kind != "late":
            out.append(Offer(x.pk, x.product, x.left // 1000, x.floor_price, left, kind, x.county_id, x.cold_chain))
    return out


def _wishes(rows: Sequence[Any]) -> list[Wish]:
    return [
        Wish(x.pk, x.product, x.left // 1000, x.price, None if x.buyer.outside else x.county_id or 0, x.buyer.cold)
        for x in rows
        if x.left // 1000
    ]


def product_word(row: Any, today: dt.date) -> str:
    """The product of a lot, demand or order in words."""
    return word("products", row.product, today) if row.product else str(getattr(row, "goods", ""))


def worth(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Measured lots with 分 `worth`: what is left at the asked price, rounded half up as quantity.value_fen does."""
    out: QuerySet[Any] = rows.annotate(worth=(F("left") * F("asked_price") + 500) / 1000)
    return out


def benefited(day: dt.date) -> QuerySet[Household]:
    """Households that money of a sale reached by the day."""
    return Household.objects.filter(closed_on=None, pk__in=Payment.objects.filter(paid_on__lte=day).values("household_id"))
