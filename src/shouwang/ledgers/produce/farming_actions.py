"""Writes about spring ploughing: needs, suppliers, deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce import policies, queries
from shouwang.ledgers.produce.codes import word
from shouwang.ledgers.produce.models import InputDelivery, InputNeed, Supplier


def set_need(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> InputNeed:
    """What a village needs (`crop`, `item`, `amount`, `needed_by`) this year; said again it is corrected, never below what arrived.

    Raises Refused for a day that has passed, unless it stands so already.
    """
    key = {"region": region, "year": today.year, "crop": said["crop"], "item": said["item"]}
    row = queries.supplied(InputNeed.objects.filter(**key)).first()
    if row is not None and said["amount"] < row.arrived:
        raise Refused(f"需求量 {said['amount']} 少于已到货的 {row.arrived}。请核对。", field="amount")
    if said["needed_by"] < today and (row is None or row.needed_by != said["needed_by"]):
        raise Refused(f"最迟到位日期 {said['needed_by']} 已经过去（今天 {today}）。请填写还来得及用上的日期。", field="needed_by")
    fresh = row or InputNeed(**key, amount=said["amount"], needed_by=said["needed_by"])
    if row is None:
        fresh.put_in(region)
    with change(fresh, by=by, verb=policies.ADD_NEED, today=today) as locked:
        locked.amount, locked.needed_by = said["amount"], said["needed_by"]
    return locked


def add_supplier(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Supplier:
    """A firm or shop (`name`, `goods` codes, `address`, `contact_line`). Raises Refused where the name is known already or nothing is supplied."""
    goods: Sequence[str] = said["goods"]
    if not goods:
        raise Refused("请至少选择一种供应的农资。", field="goods")
    name = said["name"].strip()
    if Supplier.objects.filter(name=name).exists():
        raise Refused(f"“{name}”已登记为供应商。请直接选用。", field="name")
    row = Supplier(name=name, goods=",".join(goods), address=said["address"].strip(), contact_line=said["contact_line"] or "")
    row.put_in(region)
    with change(row, by=by, verb=policies.ADD_SUPPLIER, today=today) as fresh:
        pass
    return fresh


def deliver(need: InputNeed, supplier: Supplier, amount: Decimal, arrived_on: dt.date, *, by: Scope, today: dt.date) -> InputDelivery:
    """So much arrived from a supplier; raises Refused for a day to come, nothing, or what the supplier does not deal in."""
    if arrived_on > today:
        raise Refused(f"到货日期 {arrived_on} 晚于今天 {today}。请填写实际到货的日期。", field="arrived_on")
    if amount <= 0:
        raise Refused("到货量须大于 0。请核对。", field="amount")
    if need.item not in supplier.goods.split(","):
        raise Refused(f"供应商“{supplier.name}”没有登记供应{word('inputs', need.item, today)}。请选择其他供应商。", field="supplier")
    row = InputDelivery(need=need, supplier=supplier, amount=amount, arrived_on=arrived_on)
    row.put_in(need.region)
    with change(row, by=by, verb=policies.ADD_DELIVERY, today=today) as fresh:
        pass
    return fresh
