"""The member of a household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.privacy.fields import BlindTag, EncryptedTextField
from shouwang.kernel.privacy.keys import DataClass
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.ledgers.registry.identity import age_on
from shouwang.ledgers.registry.lake_keys import LakeKeyField
from shouwang.ledgers.registry.models.households import Household, OfHousehold, OfHouseholdQuerySet
from shouwang.ledgers.registry.models.shared import scoped_indexes
from shouwang.ledgers.registry.spelling import SpelledField


class Member(OfHousehold):
    """人: a member of a household from `joined_on` until `left_on` (half-open).

    A bulk_update (change_many) that names `name` must name `spelled` too: only then is the search spelling written with it.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name="户")
    code = models.CharField("人编号", max_length=24)
    lake_key = LakeKeyField("数据湖编号")
    name = models.CharField("姓名", max_length=40)
    spelled = SpelledField("姓名检索", of="name")
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
        **dict.fromkeys(("code", "lake_key", "joined_on", "left_on", "left_reason"), open_to_scope()),
        **dict.fromkeys(("name", "spelled"), personal(Group.BASE, MaskKind.NAME)),
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
            *scoped_indexes("member", Q(left_on=None)),
            models.Index(fields=["county", "birth_date"], name="member_by_birth", condition=Q(left_on=None)),
            models.Index(BlindTag("id_number"), name="member_id_number_tag"),
            models.Index(BlindTag("phone"), name="member_phone_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"

    def age(self, today: dt.date) -> int:
        """Full years on `today`."""
        return age_on(self.birth_date, today)
