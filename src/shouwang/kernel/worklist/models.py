"""Work items and messages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope

PERMISSION = "worklist.view"


class ItemQuerySet(models.QuerySet["WorkItem"]):
    """Work items inside a scope."""

    def within(self, scope: Scope) -> ItemQuerySet:
        """What a person's own list holds: items of the own office for everyone in it or for this person by name.

        An administrator sits in an office but does not hold the permission: nothing of the office's work shows.
        """
        if scope.everything:
            return self
        if scope.office is None or not scope.may(PERMISSION):
            return self.none()
        return self.filter(Q(office_id=scope.office.id, user__isnull=True) | Q(user_id=scope.user_id))

    def below(self, scope: Scope) -> ItemQuerySet:
        """What a supervising office may look at: every item in the regions held."""
        return self.filter(scope.q(PERMISSION))


class WorkItem(Placed):
    """Who owes what by when: one open row per record, kind and office. `stage` climbs the ladder 提醒→催办→通报."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"
        DROPPED = "dropped", "已撤销"

    class Stage(models.IntegerChoices):
        NONE = 0, "未提醒"
        REMINDED = 1, "已提醒"
        CHASED = 2, "已催办"
        BULLETIN = 3, "拟通报"

    ledger = models.CharField("台账", max_length=40)
    record_id = models.CharField("记录", max_length=40)
    kind = models.CharField("事项类别", max_length=60)
    title = models.CharField("事项", max_length=200)
    action = models.CharField("下一步", max_length=60)
    url = models.CharField("链接", max_length=200)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="责任机构")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="责任人")
    copy_to = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="催办抄送机构")
    copy_url = models.CharField("抄送链接", max_length=200, blank=True)
    due_at = models.DateTimeField("办理期限", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    stage = models.PositiveSmallIntegerField("督办层次", choices=Stage, default=Stage.NONE)
    assigned_at = models.DateTimeField("交办时间")
    done_at = models.DateTimeField("办结时间", null=True, blank=True)

    row_reach: ClassVar = Reach(offices=("office_id",), people=("user_id",))
    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ledger", "record_id", "kind", "office"], condition=Q(state="open"), name="one_open_item_per_record_kind_office"
            ),
        ]
        indexes = [
            models.Index(fields=["office", "state", "due_at"], name="item_of_office"),
            models.Index(fields=["state", "due_at"], name="item_due"),
            models.Index(fields=["ledger", "record_id"], name="item_of_record"),
        ]

    def __str__(self) -> str:
        return self.title


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages inside a scope."""

    def within(self, scope: Scope) -> MessageQuerySet:
        """Messages to the own office or to this person; none without the permission."""
        if scope.office is None or not scope.may(PERMISSION):
            return self.none()
        return self.filter(Q(office_id=scope.office.id, user__isnull=True) | Q(user_id=scope.user_id))


class Message(models.Model):
    """A line in an office's or a person's inbox. It never leaves the system by itself."""

    class Kind(models.TextChoices):
        REMIND = "remind", "提醒"
        CHASE = "chase", "催办"
        COPY = "copy", "抄送"
        BULLETIN = "bulletin", "拟通报"
        NOTICE = "notice", "消息"

    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="接收机构")
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收人")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200, blank=True)
    sent_at = models.DateTimeField("发出时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    read_by = models.CharField("阅读人", max_length=40, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        indexes = [models.Index(fields=["office", "read_at"], name="message_unread")]

    def __str__(self) -> str:
        return self.text
