"""What a list of the ledger offers to enter."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from django import template
from django.urls import reverse

from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import TableView
from shouwang.ledgers.produce.policies import EDIT, TRADE

register = template.Library()


class Entry(NamedTuple):
    """A button above a list."""

    label: str
    url: str
    icon: str


ENTRIES = {
    "lots": ((EDIT, "Excel 导入", "imports", "file-import"), (EDIT, "登记滞销", "produce_new_lot", "plus")),
    "orders": ((TRADE, "登记单位采购", "produce_buy", "plus"),),
    "demands": ((TRADE, "登记采购需求", "produce_new_demand", "plus"),),
    "buyers": ((TRADE, "登记采购方", "produce_new_buyer", "plus"),),
    "campaigns": ((TRADE, "登记活动", "produce_new_campaign", "plus"),),
    "suppliers": ((EDIT, "登记供应商", "produce_new_supplier", "plus"),),
    "input_needs": ((EDIT, "登记备耕需求", "produce_new_need", "plus"),),
}


@register.filter
def entry_links(table: TableView, scope: Scope) -> list[Entry]:
    """The buttons the person may press above this list."""
    return [Entry(label, reverse(name), icon) for held, label, name, icon in ENTRIES.get(table.key, ()) if scope.may(held)]


@register.filter
def plain(number: Decimal) -> Decimal | int:
    """A decimal without idle zeros: 1000.00 is 1000."""
    return int(number) if number == number.to_integral_value() else number
