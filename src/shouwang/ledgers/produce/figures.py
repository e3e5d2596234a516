"""The ledger's figures. Each counts rows of its own list, which `drill` opens. Weights are grams shown in 公斤."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.produce import queries
from shouwang.ledgers.produce.models import InputNeed, Lot, Order, Payment

LOTS, ORDERS, PAYMENTS, NEEDS = "/produce/", "/produce/orders/", "/produce/payments/", "/produce/inputs/"


def _waiting(day: dt.date) -> QuerySet[Any]:
    return queries.waiting(Lot.objects.all(), day)


def _closed(day: dt.date) -> QuerySet[Any]:
    return Lot.objects.filter(state="closed", closed_on__lte=day)


def _settled(sale: bool | None, *channels: str) -> Any:
    def rows(day: dt.date) -> QuerySet[Any]:
        found = Order.objects.filter(state="settled", settled_on__lte=day)
        found = found if sale is None else found.filter(lot__isnull=not sale)
        return found.filter(channel__in=channels) if channels else found

    return rows


def _bought(code: str, name: str, words: str, *channels: str) -> Figure:
    query = "?state=settled" + "".join(f"&channel={c}" for c in channels)
    definition = f"已结算的订单和单位采购中，渠道为{words}的结算金额之和。"
    return Figure(
        f"produce.{code}",
        name,
        "元",
        definition,
        _settled(None, *channels),
        "settled",
        scale=100,
        decimals=2,
        good="up",
        drill=ORDERS + query,
    )


FIGURES: tuple[Figure, ...] = (
    Figure("produce.backlog_lots", "待销批次", "批", "已登记、未销号、剩余量大于零的滞销批次数。", _waiting, good="down", drill=f"{LOTS}?own=1&waiting=1"),
    Figure(
        "produce.backlog_kg", "积压量", "公斤", "待销批次的剩余量之和：滞销量减未取消订单的订购量，1 公斤等于 2 斤。", _waiting,
        measure="left", scale=1000, decimals=1, good="down", drill=f"{LOTS}?own=1&waiting=1",
    ),
    Figure(
        "produce.backlog_yuan", "积压货值", "元", "待销批次的剩余量乘意向价之和，四舍五入到分。",
        lambda day: queries.worth(_waiting(day)), measure="worth", scale=100, decimals=2, good="down", drill=f"{LOTS}?own=1&waiting=1",
    ),
    Figure("produce.closed_lots", "已销号批次", "批", "剩余为零、订单全部结算、货款兑付到户后销号的批次数。", _closed, good="up", drill=f"{LOTS}?own=1&cleared=1"),
    Figure(
        "produce.cleared_kg", "已销号量", "公斤", "已销号批次的滞销量之和。", _closed, measure="unsold", scale=1000, decimals=1, good="up",
        drill=f"{LOTS}?own=1&cleared=1",
    ),
    Figure(
        "produce.days_to_clear", "平均销号天数", "天", "已销号批次从登记到销号的天数之和除以批次数。", _closed,
        measure="clear_days", denominator="produce.closed_lots", decimals=1, good="down", drill=f"{LOTS}?own=1&cleared=1",
    ),
    Figure(
        "produce.sold_yuan", "当地产品销售额", "元", "滞销批次的已结算订单的结算金额之和。", _settled(True), "settled", scale=100, decimals=2,
        good="up", drill=f"{ORDERS}?state=settled&sale=1",
    ),
    _bought("bought_yuan", "消费扶贫金额", "全部渠道"),
    _bought("bought_platforms", "两平台和三专销售额", "三专、广东省扶贫创新创业基地（汕头）、汕头市扶贫消费中心", "counter", "base", "centre"),
    _bought("bought_units", "食堂和工会采购额", "机关单位食堂、工会采购", "canteen", "union"),
    _bought("bought_market", "超市和电商销售额", "超市、电商、直播带货", "supermarket", "online", "live"),
    _bought("bought_832", "832平台采购额", "832平台（汕头只采购）", "p832"),
    Figure(
        "produce.owed_orders", "未兑付到户订单", "单", "已结算、有涉及户、兑付到户金额少于结算金额的订单数。",
        lambda day: queries.owed(Order.objects.filter(settled_on__lte=day)), good="down", drill=f"{ORDERS}?owed=1",
    ),
    Figure("produce.payments", "兑付笔数", "笔", "销售货款到达农户的笔数。", lambda day: Payment.objects.filter(paid_on__lte=day), good="up", drill=PAYMENTS),
    Figure(
        "produce.paid_yuan", "兑付到户金额", "元", "销售货款到达农户的金额之和。", lambda day: Payment.objects.filter(paid_on__lte=day), measure="amount",
        scale=100, decimals=2, good="up", drill=PAYMENTS,
    ),
    Figure(
        "produce.benefited_households", "受益户数", "户", "收到过销售货款的户数，一户多笔只计一户。", queries.benefited, good="up",
    ),
    Figure(
        "produce.short_needs", "春耕农资缺口", "项", "本年备耕需求中，到货少于需求的项数。",
        lambda _day: queries.supplied(InputNeed.objects.all()).filter(short__gt=0), good="down", drill=f"{NEEDS}?short=1",
    ),
    Figure("produce.needs", "春耕农资需求", "项", "各村按作物和农资登记的备耕需求项数。", lambda _day: InputNeed.objects.all(), drill=NEEDS),
)  # fmt: skip
