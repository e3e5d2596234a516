"""Offices, users, grants, delegations, handovers."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from shouwang.kernel.models import Record
from shouwang.kernel.privacy import DataClass, EncryptedTextField
from shouwang.kernel.regions.models import Placed, Region
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope


class Office(Placed):
    """An organ or unit with validity dates: 扶贫办 → 乡村振兴局 → 农业农村局 are offices that follow one another."""

    class Kind(models.TextChoices):
        LEAD = "lead", "扶贫工作机构"
        DEPARTMENT = "department", "成员部门"
        TOWN = "town", "镇（街道）"
        VILLAGE = "village", "村（社区）"
        UNIT = "unit", "帮扶单位"

    code = models.CharField("机构代码", max_length=40, unique=True, error_messages={"unique": "机构代码已被使用。请改用其他代码。"})
    name = models.CharField("机构全称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    tier = models.PositiveSmallIntegerField("层级", choices=Region.LEVELS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级机构")
    doc_prefix = models.CharField("发文机关代字", max_length=20, blank=True)
    red_head = models.CharField("发文机关标志", max_length=80, blank=True)
    signature = models.CharField("署名", max_length=80, blank=True)
    contact_line = models.CharField("附注联系方式", max_length=120, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="后继机构")
    valid_from = models.DateField("成立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    rank = models.PositiveIntegerField("排序", default=0)

    row_reach: ClassVar = Reach(public=True)  # names and telephone numbers of offices are printed on documents

    class Meta:
        ordering = ["tier", "rank", "code"]
        verbose_name = "机构"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="office_dates_in_order",
                violation_error_message="撤销日期须晚于成立日期。请改正日期。",
            ),
        ]
        indexes = [models.Index(fields=["parent", "rank"], name="office_children")]

    def __str__(self) -> str:
        return self.short_name or self.name

    def in_force(self, day: dt.date) -> bool:
        """Whether the office exists on `day`; the period is half-open."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def normal_username(typed: str | None) -> str:
    """A user name as stored: no surrounding spaces, lower case, full-width letters of an input method made ordinary."""
    return unicodedata.normalize("NFKC", typed or "").strip().lower()


class UserManager(BaseUserManager["User"]):
    """Looks users up by user name, however it was typed."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with that name; raises User.DoesNotExist."""
        return self.get(username=normal_username(username))


class User(AbstractBaseUser):
    """An officer with an account of their own; shared accounts are not made."""

    class Duty(models.TextChoices):
        CLERK = "clerk", "经办人"
        LEADER = "leader", "负责人"
        ADMIN = "admin", "管理员"

    username = models.CharField(
        "用户名", max_length=60, unique=True, error_messages={"unique": "用户名已存在。请改用其他用户名，例如加上机构简称。"}
    )
    name = models.CharField("姓名", max_length=40)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="users", verbose_name="所在机构")
    duty = models.CharField("岗位", max_length=12, choices=Duty, default=Duty.CLERK)
    title = models.CharField("职务", max_length=40, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    second_factor_required = models.BooleanField("须二次验证", default=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    password_history = models.JSONField("历史密码摘要", default=list, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def covers(self, scope: Scope, permission: str) -> bool:
        """Whether the permission reaches this person: through their office; a person without one belongs to the city."""
        if self.office is None:
            return any(p.level <= Region.CITY for p in scope.places(permission))
        return scope.may_at(permission, self.office)


class Grant(models.Model):
    """A role held by a user at a region (with all below it) until a day; without a region it covers assigned records only."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="用户")
    role = models.CharField("角色", max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="区划")
    groups = models.JSONField("字段组", null=True, blank=True)
    valid_from = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "region", "valid_from"], name="grant_once_per_start", nulls_distinct=False),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gt=models.F("valid_from")), name="grant_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.region_id or '-'}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """Whether the permission reaches both the person and the region: a district cannot grant beyond itself."""
        return self.user.covers(scope, permission) and (self.region is None or scope.may_at(permission, self.region))


class Delegation(models.Model):
    """A角 lends B角 everything A holds between two days (half-open); B acts "代 A"."""

    giver = models.ForeignKey(User, models.CASCADE, related_name="delegations_given", verbose_name="A角")
    taker = models.ForeignKey(User, models.CASCADE, related_name="delegations_taken", verbose_name="B角")
    starts = models.DateField("起始日期")
    ends = models.DateField("终止日期")
    reason = models.CharField("事由", max_length=200)
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        ordering = ["-starts"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends__gt=models.F("starts")), name="delegation_dates_in_order"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="delegation_to_someone_else"),
        ]

    def __str__(self) -> str:
        return f"{self.giver_id}→{self.taker_id}"

    @property
    def last_day(self) -> dt.date:
        """The last whole day, as people say it."""
        return self.ends - dt.timedelta(1)


class Handover(models.Model):
    """交接单: what an officer who leaves hands to the one who comes; both sign, then the work items and grants move."""

    class State(models.TextChoices):
        DRAFT = "draft", "拟稿"
        GIVEN = "given", "移交人已签"
        TAKEN = "taken", "双方已签"
        CANCELLED = "cancelled", "作废"

    giver = models.ForeignKey(User, models.PROTECT, related_name="handovers_given", verbose_name="移交人")
    taker = models.ForeignKey(User, models.PROTECT, related_name="handovers_taken", verbose_name="接收人")
    effective = models.DateField("交接日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    items = models.JSONField("移交事项", default=list)
    promises = models.TextField("对群众的承诺", blank=True)
    given_at = models.DateTimeField("移交签字时间", null=True, blank=True)
    taken_at = models.DateTimeField("接收签字时间", null=True, blank=True)

    class Meta:
        ordering = ["-effective", "-id"]
        constraints = [models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="handover_to_someone_else")]

    def __str__(self) -> str:
        return f"{self.giver_id}→{self.taker_id} {self.effective}"


class SignIn(models.Model):
    """The one session in force per account and device class; the session is known by a digest, so that this table opens nothing."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    device = models.CharField("设备类别", max_length=8, choices=[("desk", "电脑"), ("phone", "手机")])
    session_digest = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近活动")

    class Meta:
        ordering = ["device"]
        constraints = [models.UniqueConstraint(fields=["user", "device"], name="one_sign_in_per_device_class")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class SecondFactor(Record):
    """A person's TOTP authenticator (RFC 6238) and the hashes of the unused recovery codes; `confirmed_at` None = being enrolled.

    `last_step` is the time step of the last code taken: a code opens once. `failures` counts wrong codes in a row.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    secret = EncryptedTextField("密钥", data_class=DataClass.SIGN_IN)
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    recovery = models.JSONField("恢复码摘要", default=list)

    def __str__(self) -> str:
        return f"{self.user_id}"
