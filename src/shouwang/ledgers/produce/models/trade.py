"""Buyers and what they want, orders, money to households, campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce.lifecycle import ORDER
from shouwang.ledgers.produce.models.lots import BEHIND, Lot, PlacedQuerySet
from shouwang.ledgers.produce.policies import VIEW
from shouwang.ledgers.registry.models import Household, OfHousehold

ORDERED = "SELECT found.id FROM produce_order found WHERE {places:found}"


class MarketQuerySet(models.QuerySet[Any]):
    """Buyers and demands are for every seller of the city to see."""

    def within(self, scope: Scope, permission: str = VIEW) -> MarketQuerySet:
        """All, or none without the permission."""
        return self if scope.may(permission) else self.none()


class Buyer(Record, Placed):
    """采购方: a unit, platform or shop that buys; it lies where it was entered. `outside` = it takes delivery outside the city."""

    name = models.CharField("名称", max_length=80)
    channel = models.CharField("渠道", max_length=12)
    aliases = models.CharField("别名", max_length=200, blank=True)
    outside = models.BooleanField("市外收货", default=False)
    cold = models.BooleanField("自有冷链", default=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("name", "channel", "aliases", "outside", "cold"), open_to_scope())
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = "采购方"
        constraints = [models.UniqueConstraint(fields=["name"], name="buyer_name_once")]

    def __str__(self) -> str:
        return self.name


class Campaign(Record, Placed):
    """消费扶贫活动: a fair, an action, a broadcast; its results are entered after it."""

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=10)
    venue = models.CharField("地点（平台）", max_length=80, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    sold = models.BigIntegerField("现场销售额（分）", null=True, blank=True)
    signed = models.BigIntegerField("签约额（分）", null=True, blank=True)
    result = models.CharField("成效", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("name", "kind", "venue", "starts_on", "ends_on", "sold", "signed", "result"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        verbose_name = "消费扶贫活动"
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="campaign_days_in_order")]

    def __str__(self) -> str:
        return self.name


class Demand(Record, Placed):
    """采购需求: so much of a product at a price, until a day; open while `ended_on` is empty and the day has not passed."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="demands", verbose_name="采购方")
    product = models.CharField("品种", max_length=20)
    wanted = models.BigIntegerField("需求量（克）")
    price = models.PositiveIntegerField("出价（分/公斤）")
    until_on = models.DateField("截止日期")
    ended_on = models.DateField("结束日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("product", "wanted", "price", "until_on", "ended_on"), open_to_scope())
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["until_on", "id"]
        verbose_name = "采购需求"
        constraints = [models.CheckConstraint(condition=Q(wanted__gt=0), name="demand_wants_something")]

    def __str__(self) -> str:
        return f"{self.product} {self.until_on}"


class Order(Record, Placed):
    """订单: so much of a lot to a buyer; without a lot a unit's own purchase (832平台), settled as it is entered.

    It lies where the lot lies, a purchase where the buyer's unit entered it. Weights in grams, `price` in 分 a kilogram, money in 分.
    """

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="orders", null=True, blank=True, verbose_name="滞销批次")
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="orders", verbose_name="采购方")
    demand = models.ForeignKey(Demand, models.PROTECT, related_name="orders", null=True, blank=True, verbose_name="采购需求")
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="orders", null=True, blank=True, verbose_name="消费扶贫活动")
    channel = models.CharField("渠道", max_length=12)
    product = models.CharField("品种", max_length=20, blank=True)
    goods = models.CharField("采购内容", max_length=80, blank=True)
    seller_kind = models.CharField("卖方类型", max_length=10)
    seller = models.CharField("卖方", max_length=60)
    grams = models.BigIntegerField("订购量（克）", null=True, blank=True)
    price = models.PositiveIntegerField("单价（分/公斤）", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=ORDER.choices, default=ORDER.initial)
    ordered_on = models.DateField("下单日期")
    shipped_on = models.DateField("发货日期", null=True, blank=True)
    received_on = models.DateField("收货日期", null=True, blank=True)
    received = models.BigIntegerField("实收量（克）", null=True, blank=True)
    settled_on = models.DateField("结算日期", null=True, blank=True)
    settled = models.BigIntegerField("结算金额（分）", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        (
            *("channel", "product", "goods", "seller_kind", "seller", "grams", "price", "state", "ordered_on", "shipped_on"),
            *("received_on", "received", "settled_on", "settled"),
        ),
        open_to_scope(),
    )
    row_reach: ClassVar = Reach(keys=(Keys("lot_id", BEHIND),))
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-ordered_on", "-id"]
        verbose_name = "订单"
        constraints = [
            models.CheckConstraint(condition=Q(lot=None) | Q(grams__gt=0, price__isnull=False), name="order_of_a_lot_has_weight_and_price"),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(settled__gt=0, settled_on__isnull=False), name="order_settled_names_money"
            ),
        ]
        indexes = [
            models.Index(fields=["lot", "state"], name="order_of_lot"),
            *(
                models.Index(fields=[level, "-ordered_on", "-id"], name=f"order_by_{level}")
                for level in ("city", "county", "town", "village")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordered_on} {self.buyer_id}"


class Payment(OfHousehold):
    """兑付: money of a settled order that reached a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    order = models.ForeignKey(Order, models.PROTECT, related_name="payments", verbose_name="订单")
    amount = models.BigIntegerField("金额（分）")
    paid_on = models.DateField("到账日期")
    method = models.CharField("方式", max_length=10)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("paid_on", "method"), open_to_scope()),
        "amount": personal(Group.INCOME),
    }
    row_reach: ClassVar = Reach(keys=(*OfHousehold.row_reach.keys, Keys("order_id", ORDERED)))  # as the shares of a lot
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-paid_on", "-id"]
        verbose_name = "兑付"
        constraints = [
            models.UniqueConstraint(fields=["order", "household"], name="payment_once_per_order_and_household"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """Where the household lies, and where the order does: the money is paid out there wherever the household has moved since."""
        return scope.may_at(permission, self) or (self.order_id is not None and scope.may_at(permission, self.order))
