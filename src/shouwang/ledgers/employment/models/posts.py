"""Who hires, for what; what was offered to whom; how workers and posts were matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.lifecycle import OFFER, PLAN, POST
from shouwang.ledgers.employment.models.workers import LabourQuerySet, Worker, by_place
from shouwang.ledgers.employment.policies import VIEW
from shouwang.ledgers.registry.models import Household, OfHousehold

EMPLOYER_KINDS = ("company", "project", "workshop", "welfare", "work_relief", "farm")


class MarketQuerySet(models.QuerySet[Any]):
    """Employers and posts: to be seen by everyone who may see the ledger, in whatever district; kept by who holds the place."""

    def within(self, scope: Scope, permission: str = VIEW) -> MarketQuerySet:
        """All of them under the permission to view, else those at the places held."""
        if permission == VIEW:
            return self if scope.may(VIEW) else self.none()
        return self.filter(scope.q(permission))


class PlacedQuerySet(models.QuerySet[Any]):
    """Rows that lie in a place and belong to nobody's household."""

    def within(self, scope: Scope, permission: str = VIEW) -> PlacedQuerySet:
        """Those at the places held."""
        return self.filter(scope.q(permission))


class Employer(Record, Placed):
    """用工单位: it lies where it was registered, its address may be anywhere. No person's data: the telephone is the firm's own."""

    name = models.CharField("单位名称", max_length=80)
    kind = models.CharField("类别", max_length=12)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    address = models.CharField("地址", max_length=120, blank=True)
    contact = models.CharField("联系人", max_length=40)
    contact_line = models.CharField("招工电话", max_length=40)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("name", "kind", "credit_code", "address", "contact", "contact_line"), open_to_scope()
    )
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "用工单位"
        constraints = [
            models.UniqueConstraint(fields=["name"], name="employer_name_once"),
            models.CheckConstraint(condition=Q(kind__in=EMPLOYER_KINDS), name="employer_kind_known"),
        ]
        indexes = by_place("employer", "name")

    def __str__(self) -> str:
        return self.name


class Post(Record, Placed):
    """岗位: one kind of work at one employer with a number of places. `place_*` = where the work is, empty = in the region it lies in.

    `taken` counts people at work or expected and offers that wait; actions.posts keeps it.
    `restart_approval` is the document by which a place without a published level lets work restart.
    `conditions` are codes joined by commas. `poor_only` keeps it for poor labour. Money is 分 a month.
    """

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="posts", verbose_name="用工单位")
    title = models.CharField("岗位名称", max_length=60)
    kind = models.CharField("岗位来源", max_length=12)
    state = models.CharField("状态", max_length=8, choices=POST.choices, default=POST.initial, editable=False)
    places = models.PositiveIntegerField("招聘人数")
    taken = models.PositiveIntegerField("已占名额", default=0, editable=False)
    wage = models.BigIntegerField("月工资")
    place_code = models.CharField("工作地代码", max_length=6, blank=True)
    place_name = models.CharField("工作地", max_length=40, blank=True)
    place_detail = models.CharField("工作地镇（街道）", max_length=40, blank=True)
    industry = models.CharField("行业", max_length=14)
    skill = models.CharField("技能要求", max_length=14, blank=True)
    age_min = models.PositiveSmallIntegerField("年龄下限", default=16)
    age_max = models.PositiveSmallIntegerField("年龄上限", null=True, blank=True)
    sex = models.CharField("性别要求", max_length=6, blank=True)
    sex_ground = models.CharField("限定性别的法定理由", max_length=24, blank=True)
    effort = models.PositiveSmallIntegerField("劳动强度", default=2)
    conditions = models.CharField("作业条件", max_length=80, blank=True)
    hours = models.PositiveSmallIntegerField("每日工时", default=8)
    board = models.BooleanField("提供住宿", default=False)
    at_home = models.BooleanField("可居家完成", default=False)
    poor_only = models.BooleanField("只招贫困劳动力", default=False)
    start_on = models.DateField("上岗日期")
    close_on = models.DateField("招聘截止", null=True, blank=True)
    restart_approval = models.CharField("复工批准文件", max_length=80, blank=True)
    verified_on = models.DateField("核实日期", null=True, blank=True)
    verified_by = models.CharField("核实人", max_length=40, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        (
            *(
                "title",
                "kind",
                "state",
                "places",
                "taken",
                "wage",
                "place_code",
                "place_name",
                "place_detail",
                "industry",
                "skill",
                "age_min",
            ),
            *("age_max", "sex", "sex_ground", "effort", "conditions", "hours", "board", "at_home", "poor_only", "start_on", "close_on"),
            *("restart_approval", "verified_on", "verified_by"),
        ),
        open_to_scope(),
    )
    row_reach: ClassVar = Reach(public=True)
    objects = MarketQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "岗位"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(POST.states)), name="post_state_known"),
            models.CheckConstraint(condition=Q(kind__in=EMPLOYER_KINDS), name="post_kind_known"),
            models.CheckConstraint(condition=Q(places__gte=1) & Q(wage__gt=0), name="post_places_and_wage_positive"),
            models.CheckConstraint(
                condition=Q(age_min__gte=16) & (Q(age_max=None) | Q(age_max__gte=F("age_min"))), name="post_ages_in_order"
            ),
            models.CheckConstraint(condition=Q(sex="") | ~Q(sex_ground=""), name="post_sex_has_a_lawful_ground"),
        ]
        indexes = [*by_place("post", "state"), models.Index(fields=["state", "start_on"], name="post_by_state")]

    def __str__(self) -> str:
        return f"{self.employer} {self.title}"


class PriorityPlace(Record, Placed):
    """优先镇村: a town or village under priority oversight, whose labour goes first, from `since` until `until` (half-open)."""

    since = models.DateField("起始日期")
    until = models.DateField("终止日期", null=True, blank=True)
    document = models.CharField("依据文件", max_length=120)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(("since", "until", "document"), open_to_scope())
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["region", "-since"]
        verbose_name = "优先镇村"
        constraints = [
            models.UniqueConstraint(fields=["region"], condition=Q(until=None), name="priority_place_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="priority_place_days_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.region}"


class MatchPlan(Record, Placed):
    """匹配方案: workers of a place who want work against all open posts of the city, solved by engine.assignment.

    `result` holds what concerns nobody in person: tiers with their price, the proof, notices. `run` counts the solutions.
    """

    state = models.CharField("状态", max_length=8, choices=PLAN.choices, default=PLAN.initial, editable=False)
    on = models.DateField("测算日期")
    asked_by = models.CharField("发起人", max_length=40)
    run = models.PositiveSmallIntegerField("第几次测算", default=1)
    workers = models.PositiveIntegerField("参加人数", null=True)
    posts = models.PositiveIntegerField("参加岗位", null=True)
    placed = models.PositiveIntegerField("安排人数", null=True)
    result = models.JSONField("测算结果", default=dict)
    failure = models.CharField("未算出原因", max_length=300, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = dict.fromkeys(
        ("state", "on", "asked_by", "run", "workers", "posts", "placed", "result", "failure"), open_to_scope()
    )
    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "匹配方案"
        constraints = [models.CheckConstraint(condition=Q(state__in=list(PLAN.states)), name="match_plan_state_known")]
        indexes = by_place("match_plan", "-id")

    def __str__(self) -> str:
        return f"{self.region} {self.on}"


class MatchLine(OfHousehold):
    """匹配结果: one worker of a plan: the post found with its score, or the constraint that binds. Rewritten by every solution."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    plan = models.ForeignKey(MatchPlan, models.CASCADE, related_name="lines", verbose_name="匹配方案")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name="劳动力")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", null=True, verbose_name="岗位")
    tier = models.CharField("优先组", max_length=12)
    score = models.PositiveIntegerField("得分", default=0)
    parts = models.JSONField("得分构成", default=dict)
    reason = models.CharField("未安排原因", max_length=12, blank=True)
    words = models.CharField("未安排说明", max_length=200, blank=True)
    pinned = models.BooleanField("指定", default=False)
    changed = models.BooleanField("较上次有变", default=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("tier", "score", "parts", "pinned", "changed"), personal(Group.LABOUR)),
        **dict.fromkeys(("reason", "words"), sensitive(Group.LABOUR)),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "id"]
        verbose_name = "匹配结果"
        constraints = [
            models.UniqueConstraint(fields=["plan", "worker"], name="match_line_once_per_worker"),
            models.CheckConstraint(
                condition=Q(post__isnull=False, reason="") | (Q(post=None) & ~Q(reason="")), name="match_line_post_or_reason"
            ),
        ]
        indexes = by_place("match_line", "plan")

    def __str__(self) -> str:
        return f"{self.worker_id} → {self.post_id}"


class MatchChoice(OfHousehold):
    """人工指定: a person decides that a worker gets a post, or is not to get it; it holds for every further solution of the plan."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    plan = models.ForeignKey(MatchPlan, models.CASCADE, related_name="choices", verbose_name="匹配方案")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="+", verbose_name="劳动力")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="岗位")
    kind = models.CharField("方式", max_length=6, choices=(("pin", "指定"), ("forbid", "不安排")))

    privacy: ClassVar[Mapping[str, FieldClass]] = {"kind": personal(Group.LABOUR)}
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "id"]
        verbose_name = "人工指定"
        constraints = [
            models.UniqueConstraint(fields=["plan", "worker", "post"], name="match_choice_once"),
            models.UniqueConstraint(fields=["plan", "worker"], condition=Q(kind="pin"), name="match_choice_one_pin_per_worker"),
            models.CheckConstraint(condition=Q(kind__in=("pin", "forbid")), name="match_choice_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.worker_id} {self.post_id}"


class Offer(OfHousehold):
    """岗位推荐: a post offered to a worker. A declined one is remembered: no plan proposes it to that worker again."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="户")
    worker = models.ForeignKey(Worker, models.PROTECT, related_name="offers", verbose_name="劳动力")
    post = models.ForeignKey(Post, models.PROTECT, related_name="offers", verbose_name="岗位")
    plan = models.ForeignKey(MatchPlan, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="匹配方案")
    state = models.CharField("状态", max_length=10, choices=OFFER.choices, default=OFFER.initial, editable=False)
    sent_on = models.DateField("推荐日期")
    answered_on = models.DateField("答复日期", null=True, blank=True)
    reason = models.CharField("谢绝原因", max_length=12, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("state", "sent_on", "answered_on"), personal(Group.LABOUR)),
        "reason": sensitive(Group.LABOUR),
    }
    objects = LabourQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_on", "-id"]
        verbose_name = "岗位推荐"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(OFFER.states)), name="offer_state_known"),
            models.UniqueConstraint(fields=["worker"], condition=Q(state="sent"), name="offer_one_waiting_per_worker"),
            models.CheckConstraint(condition=Q(answered_on=None) | Q(answered_on__gte=F("sent_on")), name="offer_days_in_order"),
        ]
        indexes = [*by_place("offer", "-sent_on"), models.Index(fields=["post", "state"], name="offer_of_post")]

    def __str__(self) -> str:
        return f"{self.sent_on} {self.worker_id} {self.post_id}"
