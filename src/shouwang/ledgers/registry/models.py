"""Tables of the registry: household, member, income statement, programme status, helper assignment.

Every row carries the ancestor ids of its village (Placed), so that scope is an equality. Codes are those of
rulebook/registry_codes.yaml; their words depend on the date and are not stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
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
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.identity import age_on
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS, per_capita
from shouwang.ledgers.registry.lifecycle import MONITORING, REGISTRATION
from shouwang.ledgers.registry.policies import VIEW

STANDARD_SYSTEMS = ("national_registered", "gd_relative", "monitored", "ordinary")
LAND_FIELDS = ("arable_land", "forest_land", "returned_land", "orchard_land", "pasture_land", "water_area")
HOUSING_FIELDS = (
    "housing_grade",
    "housing_lived_in",
    "housing_area",
    "electricity",
    "sanitary_toilet",
    "paved_access",
    "road_distance",
)
WATER_FIELDS = ("water_quantity", "water_quality", "water_access", "water_reliability")


def _scoped_indexes(table: str, condition: Q | None = None) -> list[models.Index]:
    """Lists of one city, county, town or village by last change: an equality and a descending walk."""
    return [
        models.Index(fields=[level, "-updated_at", "-id"], name=f"{table}_by_{level}", condition=condition)
        for level in ("city", "county", "town", "village")
    ]


def label_of(record: models.Model | type[models.Model], name: str) -> str:
    """The Chinese name of a stored field."""
    field: Any = record._meta.get_field(name)
    return str(field.verbose_name)


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

    `registration` and `monitoring` repeat the open programme statuses for lists; only actions.change_programme_status writes them.
    """

    code = models.CharField("户编号", max_length=20)
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

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("code", "hamlet", "collector_name", "collected_on"), open_to_scope()),
        "head_name": personal(Group.BASE, MaskKind.NAME),
        "address": personal(Group.CONTACT, MaskKind.ADDRESS),
        **dict.fromkeys(("phone", "collector_phone"), personal(Group.CONTACT, MaskKind.PHONE)),
        **dict.fromkeys(("standard_system", "registration", "monitoring", "main_cause", "other_causes"), sensitive(Group.BASE)),
        "kind": sensitive(Group.ASSISTANCE),
        "no_labour": sensitive(Group.LABOUR),
        **dict.fromkeys(LAND_FIELDS, personal(Group.INCOME)),
        **dict.fromkeys((*HOUSING_FIELDS, *WATER_FIELDS), personal(Group.HOUSING)),
    }
    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = "户"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="household_code_once"),
            models.CheckConstraint(condition=Q(standard_system__in=STANDARD_SYSTEMS), name="household_standard_system_known"),
            models.CheckConstraint(condition=Q(registration__in=list(REGISTRATION.states)), name="household_registration_known"),
            models.CheckConstraint(condition=Q(monitoring__in=list(MONITORING.states)), name="household_monitoring_known"),
            *(
                models.CheckConstraint(condition=Q(**{f"{f}__isnull": True}) | Q(**{f"{f}__gte": 0}), name=f"household_{f}_not_negative")
                for f in (*LAND_FIELDS, "housing_area", "road_distance")
            ),
        ]
        indexes = [
            *_scoped_indexes("household"),
            *(
                models.Index(fields=[level, column], name=f"household_{column}_{level}")
                for level in ("city", "county")
                for column in ("registration", "monitoring")
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


class Member(OfHousehold):
    """人: a member of a household from `joined_on` until `left_on` (half-open)."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name="户")
    code = models.CharField("人编号", max_length=24)
    name = models.CharField("姓名", max_length=40)
    sex = models.CharField("性别", max_length=6)
    ethnic_group = models.CharField("民族", max_length=2, default="HA")
    id_type = models.CharField("证件类型", max_length=16, default="resident")
    id_number = EncryptedTextField("证件号码", data_class=DataClass.IDENTITY, mask=MaskKind.ID_NUMBER, blind=True, null=True, blank=True)
    birth_date = models.DateField("出生日期")
    relation = models.CharField("与户主关系", max_length=16)
    education = models.CharField("文化程度", max_length=12, blank=True)
    school_status = models.CharField("在校生状况", max_length=16, default="not_in_school")
    out_of_school_reason = models.CharField("义务教育阶段未上学原因", max_length=12, blank=True)
    health = models.CharField("健康状况", max_length=10, default="healthy")
    disability_type = models.PositiveSmallIntegerField("残疾类别", null=True, blank=True)
    disability_grade = models.PositiveSmallIntegerField("残疾等级", null=True, blank=True)
    labour = models.CharField("劳动能力", max_length=10, default="ordinary")
    skills = models.CharField("技能特长", max_length=60, blank=True)
    insurance = models.CharField("基本医疗保险", max_length=10, default="resident")
    illness_insurance = models.BooleanField("大病保险", default=True)
    pension = models.CharField("基本养老保险", max_length=10, default="none")
    assistance = models.CharField("低保（特困）", max_length=8, default="none")
    medical_help = models.BooleanField("医疗救助", default=False)
    phone = EncryptedTextField("联系电话", data_class=DataClass.CONTACT, mask=MaskKind.PHONE, blind=True, null=True, blank=True)
    public_post = models.CharField("公益性岗位", max_length=14, default="none")
    public_post_months = models.PositiveSmallIntegerField("公益性岗位月数", default=0)
    joined_on = models.DateField("加入日期")
    left_on = models.DateField("减少日期", null=True, blank=True)
    left_reason = models.CharField("减少原因", max_length=12, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("code", "joined_on", "left_on", "left_reason"), open_to_scope()),
        "name": personal(Group.BASE, MaskKind.NAME),
        **dict.fromkeys(("sex", "ethnic_group", "relation"), personal(Group.BASE)),
        **dict.fromkeys(("id_type", "birth_date"), personal(Group.IDENTITY)),
        "id_number": sensitive(Group.IDENTITY, MaskKind.ID_NUMBER),
        "phone": personal(Group.CONTACT, MaskKind.PHONE),
        **dict.fromkeys(("education", "school_status", "out_of_school_reason"), personal(Group.EDUCATION)),
        **dict.fromkeys(("health", "disability_type", "disability_grade"), sensitive(Group.HEALTH)),
        **dict.fromkeys(("insurance", "illness_insurance", "medical_help"), personal(Group.HEALTH)),
        **dict.fromkeys(("labour", "skills", "public_post", "public_post_months"), personal(Group.LABOUR)),
        "pension": personal(Group.ASSISTANCE),
        "assistance": sensitive(Group.ASSISTANCE),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "id"]
        verbose_name = "成员"
        constraints = [
            models.UniqueConstraint(fields=["code"], name="member_code_once"),
            models.UniqueConstraint(fields=["household"], condition=Q(relation="head", left_on=None), name="member_one_head_per_household"),
            models.CheckConstraint(condition=Q(sex__in=("male", "female")), name="member_sex_known"),
            models.CheckConstraint(
                condition=Q(disability_type=None, disability_grade=None)
                | Q(  # a NULL comparison would let the check pass, hence the explicit not-null
                    disability_type__isnull=False,
                    disability_grade__isnull=False,
                    disability_type__range=(1, 7),
                    disability_grade__range=(1, 4),
                ),
                name="member_disability_type_with_grade",
            ),
            models.CheckConstraint(condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="member_dates_in_order"),
            models.CheckConstraint(condition=Q(public_post_months__lte=12), name="member_post_months_within_a_year"),
        ]
        indexes = [
            *_scoped_indexes("member", Q(left_on=None)),
            models.Index(BlindTag("id_number"), name="member_id_number_tag"),
            models.Index(BlindTag("phone"), name="member_phone_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"

    def age(self, today: dt.date) -> int:
        """Full years on `today`."""
        return age_on(self.birth_date, today)


class IncomeStatement(OfHousehold):
    """Income of a household in one window of twelve months, integer 分; `net` is stored and must equal the sum."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="incomes", verbose_name="户")
    window_type = models.CharField("周期类型", max_length=10)
    window_start = models.DateField("周期起")
    window_end = models.DateField("周期止（不含）")
    persons = models.PositiveSmallIntegerField("共同生活人数")
    wage = models.BigIntegerField("工资性收入", default=0)
    business = models.BigIntegerField("生产经营性收入", default=0)
    property_dividend = models.BigIntegerField("资产收益分红", default=0)
    property_other = models.BigIntegerField("其他财产性收入", default=0)
    transfer_family_planning = models.BigIntegerField("计划生育金", default=0)
    transfer_dibao = models.BigIntegerField("低保金", default=0)
    transfer_tekun = models.BigIntegerField("特困供养金", default=0)
    transfer_pension = models.BigIntegerField("养老金", default=0)
    transfer_ecological = models.BigIntegerField("生态补偿金", default=0)
    transfer_other = models.BigIntegerField("其他转移性收入", default=0)
    business_expense = models.BigIntegerField("生产经营性支出", default=0)
    out_of_pocket = models.BigIntegerField("合规自付支出", default=0)
    claims_paid = models.BigIntegerField("理赔收入", default=0)
    net = models.BigIntegerField("纯收入", editable=False)
    checked_on = models.DateField("核查日期")
    is_latest = models.BooleanField("最近一期", default=True, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys((*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS, "net"), sensitive(Group.INCOME)),
        **dict.fromkeys(("window_type", "window_start", "window_end", "persons", "checked_on", "is_latest"), personal(Group.INCOME)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-window_end", "-id"]
        verbose_name = "家庭收入"
        constraints = [
            models.UniqueConstraint(fields=["household", "window_type", "window_start"], name="income_one_per_window"),
            models.UniqueConstraint(fields=["household"], condition=Q(is_latest=True), name="income_one_latest_per_household"),
            models.CheckConstraint(condition=Q(window_end__gt=F("window_start")), name="income_window_in_order"),
            models.CheckConstraint(condition=Q(persons__gte=1), name="income_persons_positive"),
            models.CheckConstraint(
                condition=Q(**{f"{f}__gte": 0 for f in (*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS)}),
                name="income_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(net=sum((F(f) for f in INCOME_FIELDS[1:]), F(INCOME_FIELDS[0])) - F("business_expense")),
                name="income_net_is_the_sum",
            ),
        ]
        indexes = [models.Index(fields=["county", "is_latest"], name="income_by_county")]

    def __str__(self) -> str:
        return f"{self.window_start} ～ {self.last_day}"

    @property
    def last_day(self) -> dt.date:
        """The last day of the window."""
        return self.window_end - dt.timedelta(days=1)

    @property
    def per_head(self) -> Decimal:
        """Net income per head in yuan, for display; thresholds use income.below."""
        return per_capita(self.net, self.persons)


class ProgrammeStatus(OfHousehold):
    """What a household is to a programme from `since` until `until` (half-open): 未脱贫, 已脱贫, 边缘户 …"""

    household = models.ForeignKey(Household, models.PROTECT, related_name="statuses", verbose_name="户")
    programme = models.CharField("项目", max_length=12)
    standard_system = models.CharField("标准体系", max_length=20)
    standing = models.CharField("属性（类别）", max_length=12)
    risks = models.CharField("返贫致贫风险", max_length=120, blank=True)
    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    document = models.CharField("依据文件", max_length=120, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("programme", "since", "until", "document"), open_to_scope()),
        **dict.fromkeys(("standard_system", "standing", "risks"), sensitive(Group.BASE)),
    }
    objects = OfHouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["household", "-since", "-id"]
        verbose_name = "项目状态"
        constraints = [
            models.UniqueConstraint(fields=["household", "programme"], condition=Q(until=None), name="programme_status_one_open"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="programme_status_dates_in_order"),
            models.CheckConstraint(condition=Q(programme__in=("registration", "monitoring")), name="programme_status_programme_known"),
            models.CheckConstraint(condition=Q(standard_system__in=STANDARD_SYSTEMS), name="programme_status_standard_system_known"),
        ]
        indexes = [models.Index(fields=["programme", "standing", "county"], name="programme_status_by_standing")]

    def __str__(self) -> str:
        return f"{self.programme} {self.standing}"


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
