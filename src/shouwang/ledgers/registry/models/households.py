"""The household, what belongs to one, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.fields import BlindTag, EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Keys, Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.lake_keys import LakeKeyField
from shouwang.ledgers.registry.lifecycle import MONITORING, REGISTRATION
from shouwang.ledgers.registry.models.shared import (
    HOUSING_FIELDS,
    LAND_FIELDS,
    LARGE,
    STANDARD_SYSTEMS,
    WATER_FIELDS,
    scoped_indexes,
)
from shouwang.ledgers.registry.policies import VIEW

# As `assigned_to`, for row-level security.
ASSIGNED = "SELECT household_id FROM registry_helperassignment WHERE user_id = {person} AND until IS NULL"
STANDING = Q(closed_on=None)  # a household that was merged away stays on file and on no list
SORTED = ("code", "head_name")  # what the list may be ordered by besides the last change


def assigned_to(user_id: int | None) -> Q:
    """Households (by primary key) a helper looks after now; what an assignment-only grant covers."""
    if user_id is None:
        return Q(pk__in=[])
    return Q(pk__in=HelperAssignment.objects.filter(user_id=user_id, until=None).values("household_id"))


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Households of a scope."""

    def within(self, scope: Scope, permission: str = VIEW) -> HouseholdQuerySet:
        """Those the permission covers: by place, or by assignment to the user where the grant has no place."""
        return self.filter(scope.q(permission, assigned=assigned_to(scope.user_id)))


class OfHouseholdQuerySet(models.QuerySet[Any]):
    """Rows that belong to a household and follow its scope."""

    def within(self, scope: Scope, permission: str = VIEW) -> OfHouseholdQuerySet:
        """Those the permission covers, as for the household."""
        if scope.user_id is None:
            return self.filter(scope.q(permission))
        mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id")
        return self.filter(scope.q(permission, assigned=Q(household_id__in=mine)))


class Household(Record, Placed):
    """户: people who live together and share income.

    `registration` and `monitoring` repeat the open programme statuses for lists; only actions.change_programme_status and reshape.py write
    them. A household that went into another is kept with `closed_on`, `closed_reason` and `merged_into`; lists and figures leave it out.
    """

    code = models.CharField("户编号", max_length=20)
    lake_key = LakeKeyField("数据湖编号")
    head_name = models.CharField("户主姓名", max_length=40)
    hamlet = models.CharField("村民小组（自然村）", max_length=40, blank=True)
    address = models.CharField("住址", max_length=120, blank=True)
    phone = EncryptedTextField("联系电话", data_class=DataClass.CONTACT, mask=MaskKind.PHONE, blind=True, null=True, blank=True)
    kind = models.CharField("户类型", max_length=12, default="general")
    standard_system = models.CharField("标准体系", max_length=20, default="ordinary")
    registration = models.CharField("建档立卡属性", max_length=12, choices=REGISTRATION.choices, blank=True, editable=False)
    monitoring = models.CharField("监测对象类别", max_length=12, choices=MONITORING.choices, blank=True, editable=False)
    main_cause = models.CharField("主要致贫原因", max_length=20, blank=True)
    other_causes = models.CharField("其他致贫原因", max_length=120, blank=True)
    no_labour = models.BooleanField("整户无劳动能力兜底保障户", default=False)
    arable_land = models.DecimalField("耕地（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    forest_land = models.DecimalField("林地（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    returned_land = models.DecimalField("退耕还林（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    orchard_land = models.DecimalField("林果（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    pasture_land = models.DecimalField("牧草地（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    water_area = models.DecimalField("水面（亩）", max_digits=7, decimal_places=2, null=True, blank=True)
    housing_grade = models.CharField("住房安全等级", max_length=1, blank=True)
    housing_lived_in = models.BooleanField("是否居住", default=True)
    housing_area = models.DecimalField("住房面积（㎡）", max_digits=7, decimal_places=2, null=True, blank=True)
    water_quantity = models.BooleanField("水量达标", null=True, blank=True)
    water_quality = models.BooleanField("水质达标", null=True, blank=True)
    water_access = models.BooleanField("取水方便", null=True, blank=True)
    water_reliability = models.BooleanField("供水稳定", null=True, blank=True)
    electricity = models.BooleanField("生活用电", null=True, blank=True)
    sanitary_toilet = models.BooleanField("卫生厕所", null=True, blank=True)
    paved_access = models.BooleanField("入户路硬化", null=True, blank=True)
    road_distance = models.DecimalField("与村主干路距离（公里）", max_digits=6, decimal_places=2, null=True, blank=True)
    collector_name = models.CharField("采集人", max_length=40, blank=True)
    collector_phone = EncryptedTextField("采集人电话", data_class=DataClass.CONTACT, mask=MaskKind.PHONE, null=True, blank=True)
    collected_on = models.DateField("采集日期", null=True, blank=True)
    closed_on = models.DateField("销户日期", null=True, blank=True, editable=False)
    closed_reason = models.CharField("销户原因", max_length=12, choices=(("merged", "并户"),), blank=True, editable=False)
    merged_into = models.ForeignKey("self", models.PROTECT, related_name="absorbed", null=True, editable=False, verbose_name="并入户")

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("code", "lake_key", "hamlet", "collector_name", "collected_on", "closed_on", "closed_reason"), open_to_scope()),
        "head_name": personal(Group.BASE, MaskKind.NAME),
        "address": personal(Group.CONTACT, MaskKind.ADDRESS),
        **dict.fromkeys(("phone", "collector_phone"), personal(Group.CONTACT, MaskKind.PHONE)),
        **dict.fromkeys(("standard_system", "registration", "monitoring", "main_cause", "other_causes"), sensitive(Group.BASE)),
        "kind": sensitive(Group.ASSISTANCE),
        "no_labour": sensitive(Group.LABOUR),
        **dict.fromkeys(LAND_FIELDS, personal(Group.INCOME)),
        **dict.fromkeys((*HOUSING_FIELDS, *WATER_FIELDS), personal(Group.HOUSING)),
    }
    row_reach: ClassVar = Reach(keys=(Keys("id", ASSIGNED, assigned=True),))
    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = "户"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="household_code_once"),
            models.CheckConstraint(condition=Q(standard_system__in=STANDARD_SYSTEMS), name="household_standard_system_known"),
            models.CheckConstraint(condition=Q(registration__in=list(REGISTRATION.states)), name="household_registration_known"),
            models.CheckConstraint(condition=Q(monitoring__in=list(MONITORING.states)), name="household_monitoring_known"),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_reason="", merged_into=None)
                | (Q(closed_on__isnull=False, merged_into__isnull=False) & ~Q(closed_reason="")),
                name="household_closed_with_reason_and_heir",
            ),
            *(
                models.CheckConstraint(condition=Q(**{f"{f}__isnull": True}) | Q(**{f"{f}__gte": 0}), name=f"household_{f}_not_negative")
                for f in (*LAND_FIELDS, "housing_area", "road_distance")
            ),
        ]
        indexes = [
            *scoped_indexes(
                "household", STANDING, covered=("registration", "monitoring", "kind", "no_labour", "main_cause", "other_causes")
            ),
            *(
                models.Index(fields=[level, "registration", "monitoring"], name=f"household_standing_{level}", condition=STANDING)
                for level in LARGE
            ),
            *(models.Index(fields=[level, "monitoring"], name=f"household_monitoring_{level}", condition=STANDING) for level in LARGE),
            *(
                models.Index(fields=[level, column, "id"], name=f"household_{column}_{level}", condition=STANDING)
                for level in LARGE
                for column in SORTED
            ),
            models.Index(BlindTag("phone"), name="household_phone_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.head_name}户（{self.code}）"

    @property
    def causes(self) -> list[str]:
        """Codes of the causes, the main one first."""
        return [c for c in (self.main_cause, *self.other_causes.split(",")) if c]

    def covers(self, scope: Scope, permission: str) -> bool:
        """Whether the permission reaches this household by place or by assignment."""
        if scope.may_at(permission, self):
            return True
        held = any(h.assigned and permission in h.permissions for h in scope.holds)
        if not held or scope.user_id is None or self.pk is None:
            return False
        return self.helpers.filter(user_id=scope.user_id, until=None).exists()


class OfHousehold(Record, Placed):
    """Abstract: a row of a household; it lies where the household lies."""

    row_reach: ClassVar = Reach(keys=(Keys("household_id", ASSIGNED, assigned=True),))

    class Meta:
        abstract = True

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the household; a row that is of none yet is covered by nobody."""
        if getattr(self, "household_id", None) is None:
            return scope.everything
        household: Household = self.household
        return household.covers(scope, permission)

    def put_beside(self, household: Household) -> None:
        """Belong to the household and lie where it lies: ancestor ids are copied."""
        self.household = household
        self.region_id, self.city_id, self.county_id = household.region_id, household.city_id, household.county_id
        self.town_id, self.village_id = household.town_id, household.village_id


class HelperAssignment(OfHousehold):
    """结对帮扶: who looks after the household. In force while `until` is empty: an end is entered when it comes, never ahead."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="helpers", verbose_name="户")
    name = models.CharField("帮扶责任人", max_length=40)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="账号")
    sponsor_unit = models.ForeignKey(Office, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="帮扶单位")
    phone = EncryptedTextField("帮扶责任人电话", data_class=DataClass.CONTACT, mask=MaskKind.PHONE, null=True, blank=True)
    since = models.DateField("结对日期")
    until = models.DateField("解除日期", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("name", "since", "until"), open_to_scope()),
        "phone": personal(Group.CONTACT, MaskKind.PHONE),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-since", "-id"]
        verbose_name = "结对帮扶"
        constraints = [
            models.UniqueConstraint(fields=["household", "name"], condition=Q(until=None), name="helper_once_per_household"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="helper_dates_in_order"),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(until=None), name="helper_of_user")]

    def __str__(self) -> str:
        return self.name
