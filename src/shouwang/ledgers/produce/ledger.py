"""What the ledger says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.produce.figures import FIGURES
from shouwang.ledgers.produce.following import on_household_change
from shouwang.ledgers.produce.intake import SHEET
from shouwang.ledgers.produce.lifecycle import LOT, ORDER
from shouwang.ledgers.produce.models import Buyer, Campaign, Demand, InputDelivery, InputNeed, Lot, LotHousehold, Order, Payment, Supplier
from shouwang.ledgers.produce.policies import PERMISSIONS, VERBS, VIEW
from shouwang.ledgers.produce.tables import BUYERS, CAMPAIGNS, DEMANDS, LOTS, NEEDS, ORDERS, PAYMENTS, SUPPLIERS

LEDGER = Ledger(
    code="produce",
    title="产销",
    models=(Lot, LotHousehold, Buyer, Demand, Campaign, Order, Payment, InputNeed, Supplier, InputDelivery),
    tables=(LOTS, ORDERS, PAYMENTS, DEMANDS, BUYERS, CAMPAIGNS, NEEDS, SUPPLIERS),
    lifecycles=(LOT, ORDER),
    figures=FIGURES,
    verbs=VERBS,
    permissions=PERMISSIONS,
    sheets=(SHEET,),
    menu=(
        MenuItem("滞销台账", "produce_lots", "basket", VIEW, "产销"),
        MenuItem("急迫情况", "produce_urgency", "clock", VIEW, "产销"),
        MenuItem("匹配方案", "produce_matching", "arrows-exchange", VIEW, "产销"),
        MenuItem("消费扶贫台账", "produce_orders", "truck", VIEW, "产销"),
        MenuItem("兑付到户", "produce_payments", "wallet", VIEW, "产销"),
        MenuItem("采购需求", "produce_demands", "speakerphone", VIEW, "产销"),
        MenuItem("采购方", "produce_buyers", "building-store", VIEW, "产销"),
        MenuItem("消费扶贫活动", "produce_campaigns", "flag", VIEW, "产销"),
        MenuItem("春耕备耕", "produce_needs", "plant-2", VIEW, "产销"),
        MenuItem("农资供应商", "produce_suppliers", "building-store", VIEW, "产销"),
    ),
    on_household_change=on_household_change,
)
