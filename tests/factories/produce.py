"""Lots, buyers, orders, payments and spring ploughing for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.produce.models import Buyer, Campaign, Demand, InputDelivery, InputNeed, Lot, LotHousehold, Order, Payment, Supplier
from shouwang.ledgers.registry.models import Household

TODAY = dt.date(2020, 2, 17)
_numbers = itertools.count(1)


def _placed(row: Any, region: Region) -> Any:
    row.put_in(region)
    row.save()
    return row


def make_lot(region: Region, product: str = "guava", *, kg: int = 3000, **kw: Any) -> Lot:
    """3,000 kg of guava of the village, at 3 to 3.60 yuan, saleable for five days more."""
    usual = {"code": f"ZX{next(_numbers):09d}", "seller_kind": "village", "seller": f"{region.name}农户", "unsold": kg * 1000}
    usual |= {"floor_price": 300, "asked_price": 360, "from_on": TODAY, "until_on": TODAY + dt.timedelta(5), "listed_on": TODAY}
    return _placed(Lot(product=product, **{**usual, **kw}), region)


def put_behind(lot: Lot, household: Household, kg: int = 300) -> LotHousehold:
    """A household's share of a lot."""
    row = LotHousehold(lot=lot, share=kg * 1000)
    row.put_beside(household)
    row.save()
    return row


def make_buyer(region: Region, channel: str = "supermarket", **kw: Any) -> Buyer:
    """A supermarket without a cold chain."""
    return _placed(Buyer(channel=channel, **{"name": f"采购方{next(_numbers)}", **kw}), region)


def make_demand(buyer: Buyer, region: Region, product: str = "guava", *, kg: int = 1000, **kw: Any) -> Demand:
    """1,000 kg at 3.80 yuan for a fortnight."""
    return _placed(
        Demand(buyer=buyer, product=product, wanted=kg * 1000, **{"price": 380, "until_on": TODAY + dt.timedelta(14), **kw}), region
    )


def make_order(lot: Lot, buyer: Buyer, *, kg: int = 500, **kw: Any) -> Order:
    """500 kg at 3.60 yuan, just placed."""
    usual = {"channel": buyer.channel, "product": lot.product, "seller_kind": lot.seller_kind, "seller": lot.seller, "ordered_on": TODAY}
    return _placed(Order(lot=lot, buyer=buyer, grams=kg * 1000, **{"price": 360, **usual, **kw}), lot.region)


def make_settled(lot: Lot, buyer: Buyer, *, fen: int = 180_000, kg: int = 500) -> Order:
    """An order whose money has come."""
    days = dict.fromkeys(("shipped_on", "received_on", "settled_on"), TODAY)
    return make_order(lot, buyer, kg=kg, state="settled", received=kg * 1000, settled=fen, **days)


def add_payment(order: Order, household: Household, fen: int = 10_000) -> Payment:
    """Money that reached a household."""
    row = Payment(order=order, amount=fen, paid_on=TODAY, method="转账")
    row.put_beside(household)
    row.save()
    return row


def make_campaign(region: Region, **kw: Any) -> Campaign:
    """A fair of three days."""
    usual = {"name": "消费扶贫展销", "kind": "fair", "starts_on": TODAY, "ends_on": TODAY + dt.timedelta(2)}
    return _placed(Campaign(**{**usual, **kw}), region)


def make_need(region: Region, **kw: Any) -> InputNeed:
    """1,000 kg of fertiliser for the early rice."""
    usual = {"year": 2020, "crop": "rice", "item": "fertiliser", "amount": Decimal(1000), "needed_by": dt.date(2020, 4, 10)}
    return _placed(InputNeed(**{**usual, **kw}), region)


def make_supplier(region: Region, **kw: Any) -> Supplier:
    """A shop that deals in everything of the fields."""
    usual = {"name": f"农资店{next(_numbers)}", "goods": "seed,fertiliser,film", "address": "海门镇", "contact_line": "0754-80000001"}
    return _placed(Supplier(**{**usual, **kw}), region)


def add_delivery(need: InputNeed, amount: int = 400) -> InputDelivery:
    """Some of it arrived."""
    return _placed(InputDelivery(need=need, supplier=make_supplier(need.region), amount=Decimal(amount), arrived_on=TODAY), need.region)
