"""What lies unsold, and the households behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.regions.models import Placed, Region
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce.lifecycle import LOT
from shouwang.ledgers.produce.policies import VIEW
from shouwang.ledgers.registry.models import Household, OfHousehold

# A village reads the lot of its town that its households stand behind, and the orders of it; the shares of others it does not.
BEHIND = "SELECT DISTINCT found.lot_id FROM produce_lothousehold found WHERE {places:found}"
LISTED = "SELECT found.id FROM produce_lot found WHERE {places:found}"


class PlacedQuerySet(models.QuerySet[Any]):
    """Rows that lie at a place."""

    def within(self, scope: Scope, permission: str = VIEW) -> PlacedQuerySet:
        """Those at the places of the permission."""
        return self.filter(scope.q(permission))


class LotQuerySet(PlacedQuerySet):
    """Lots, which a town or county may list over several villages."""

    def within(self, scope: Scope, permission: str = VIEW) -> LotQuerySet:
        """Those listed at the places of the permission; to look at, also those that households of a town or village held stand behind."""
        here = scope.q(permission)
        if permission == VIEW and any(p.level > Region.COUNTY for p in scope.places(VIEW)):
            here |= Q(pk__in=LotHousehold.objects.filter(scope.q(VIEW)).values("lot_id"))
        return self.filter(here)


class LotHouseholdQuerySet(PlacedQuerySet):
    """Shares of lots."""

    def within(self, scope: Scope, permission: str = VIEW) -> LotHouseholdQuerySet:
        """Of households at the places of the permission, and of lots listed there, wherever the household has moved since."""
        return self.filter(scope.q(permission) | scope.q(permission, "lot__"))


class Lot(Record, Placed):
    """滞销批次: one product of one seller at one place that waits for buyers. Weights in whole grams, prices in 分 a kilogram.

    `unsold` is what waited when it was listed or last recounted; what is left is that less the orders placed (queries.lots).
    """

    code = models.CharField("批次编号", max_length=20)
    product = models.CharField("品种", max_length=20)
    seller_kind = models.CharField("主体类型", max_length=10)
    seller = models.CharField("主体名称", max_length=60)
    site = models.CharField("地点", max_length=80, blank=True)
    area = models.DecimalField("面积（亩）", max_digits=9, decimal_places=2, null=True, blank=True)
    heads = models.PositiveIntegerField("存栏（只、头）", null=True, blank=True)
    expected = models.BigIntegerField("预计产量（克）", null=True, blank=True)
    harvested = models.BigIntegerField("已采收、库存（克）", null=True, blank=True)
    unsold = models.BigIntegerField("滞销量（克）")
    quality = models.CharField("品质、认证", max_length=80, blank=True)
    spec = models.CharField("规格", max_length=60, blank=True)
    floor_price = models.PositiveIntegerField("最低价（分/公斤）")
    asked_price = models.PositiveIntegerField("意向价（分/公斤）")
    from_on = models.DateField("上市日期")
    until_on = models.DateField("最迟可售日")
    storage = models.CharField("储存", max_length=60, blank=True)
    cold_chain = models.BooleanField("需要冷链", default=False)
    national = models.BooleanField("国家扶贫产品目录", default=False)
    local = models.BooleanField("当地帮扶农产品", default=False)
    contact = models.CharField("联系人", max_length=40, blank=True)
    phone = EncryptedTextField("联系电话", data_class=DataClass.CONTACT, mask=MaskKind.PHONE, null=True, blank=True)
    story = models.CharField("产品故事", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=LOT.choices, default=LOT.initial)
    listed_on = models.DateField("登记日期")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    clear_days = models.PositiveIntegerField("销号天数", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            (
                *(
                    "code",
                    "product",
                    "seller_kind",
                    "seller",
                    "site",
                    "area",
                    "heads",
                    "expected",
                    "harvested",
                    "unsold",
                    "quality",
                    "spec",
                ),
                *("floor_price", "asked_price", "from_on", "until_on", "storage", "cold_chain", "national", "local", "story", "state"),
                *("listed_on", "closed_on", "clear_days"),
            ),
            open_to_scope(),
        ),
        "contact": personal(Group.CONTACT, MaskKind.NAME),
        "phone": personal(Group.CONTACT, MaskKind.PHONE),
    }
    row_reach: ClassVar = Reach(keys=(Keys("id", BEHIND),))
    objects = LotQuerySet.as_manager()

    class Meta:
        ordering = ["until_on", "id"]
        verbose_name = "滞销批次"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="lot_code_once"),
            models.CheckConstraint(condition=Q(unsold__gt=0), name="lot_holds_something"),
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="lot_days_in_order"),
            models.CheckConstraint(condition=Q(asked_price__gte=F("floor_price")), name="lot_asks_no_less_than_its_floor"),
            models.CheckConstraint(condition=Q(closed_on=None) | ~Q(state="open"), name="lot_open_is_not_closed"),
        ]
        indexes = [
            models.Index(fields=[level, "state", "until_on"], name=f"lot_by_{level}") for level in ("city", "county", "town", "village")
        ]

    def __str__(self) -> str:
        return self.code


class LotHousehold(OfHousehold):
    """涉及户: a household's share of a lot, in grams."""

    lot = models.ForeignKey(Lot, models.PROTECT, related_name="households", verbose_name="滞销批次")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    share = models.BigIntegerField("份额（克）")
    followed = models.BigIntegerField("户变动编号", null=True, blank=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("share", "followed"), open_to_scope())
    # Sums of shares are taken where the lot is listed, wherever the household has moved since.
    row_reach: ClassVar = Reach(keys=(*OfHousehold.row_reach.keys, Keys("lot_id", LISTED)))
    objects = LotHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["lot", "id"]
        verbose_name = "涉及户"
        constraints = [
            models.UniqueConstraint(fields=["lot", "household"], name="lot_household_once"),
            models.CheckConstraint(condition=Q(share__gt=0), name="lot_share_is_something"),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.household_id}"
