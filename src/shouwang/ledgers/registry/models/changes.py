"""户变动: who came from whom when. Splits, merges, moves and transfers of households, with the members who went along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from shouwang.kernel.models import Record
from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.regions.models import Placed, Region
from shouwang.kernel.regions.reach import Reach
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.lifecycle import CHANGE
from shouwang.ledgers.registry.models.households import HelperAssignment, Household
from shouwang.ledgers.registry.models.members import Member
from shouwang.ledgers.registry.policies import VIEW


class HouseholdChangeQuerySet(models.QuerySet["HouseholdChange"]):
    """Changes of a scope."""

    def within(self, scope: Scope, permission: str = VIEW) -> HouseholdChangeQuerySet:
        """Those from or to a place the permission covers, or about a household that lies there now or is looked after."""
        mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id") if scope.user_id else []
        looked_after = Q(source__in=mine) | Q(target__in=mine)
        there = scope.q(permission, assigned=looked_after) | scope.q(permission, prefix="origin_")
        lies = Household.objects.filter(scope.q(permission))  # not joined: a household that went out of reach takes no change with it
        now = Exists(lies.filter(pk=OuterRef("source_id"))) | Exists(lies.filter(pk=OuterRef("target_id")))
        return self.filter(there | Q(now))


class HouseholdChange(Record, Placed):
    """One split, merge, move or transfer. It lies where it led to; `origin_*` are the ids of where it came from.

    `source` → `target`: the household and the new one (split), the closed one and the one it went into (merge), the two between which
    members went (transfer), twice the same (move). A move across what one person may change waits as `asked` until the receiving
    place accepts. `before` keeps what an undo needs: ids and codes, no personal data.
    """

    class Kind(models.TextChoices):
        SPLIT = "split", "分户"
        MERGE = "merge", "并户"
        MOVE = "move", "迁移"
        TRANSFER = "transfer", "成员转户"

    kind = models.CharField("变动类型", max_length=8, choices=Kind)
    state = models.CharField("状态", max_length=10, choices=CHANGE.choices, default="asked", editable=False)
    source = models.ForeignKey(Household, models.PROTECT, related_name="changes_from", verbose_name="原户")
    target = models.ForeignKey(Household, models.PROTECT, related_name="changes_to", verbose_name="现户")
    origin = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name="原所在地", db_index=False)
    origin_city = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    origin_county = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    origin_town = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    origin_village = models.ForeignKey(Region, models.PROTECT, related_name="+", null=True, editable=False, db_index=False)
    effective = models.DateField("生效日期")
    document = models.CharField("依据文件", max_length=120)
    reason = models.CharField("说明", max_length=300)
    hamlet = models.CharField("迁入村民小组", max_length=40, blank=True)
    address = models.CharField("迁入住址", max_length=120, blank=True)
    registered_by = models.CharField("登记人", max_length=60)
    decided_by = models.CharField("办结人", max_length=60, blank=True)
    before = models.JSONField("变动前", default=dict, editable=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(
            ("kind", "state", "effective", "document", "reason", "hamlet", "registered_by", "decided_by", "before"), open_to_scope()
        ),
        "address": personal(Group.CONTACT, MaskKind.ADDRESS),
    }
    row_reach: ClassVar = Reach(also=("origin_",), follows=("source", "target"))
    objects = HouseholdChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-effective", "-id"]
        verbose_name = "户变动"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="move", source=F("target")) | (~Q(kind="move") & ~Q(source=F("target"))),
                name="household_change_moves_one_or_joins_two",
            ),
            models.UniqueConstraint(fields=["source"], condition=Q(state="asked"), name="household_change_one_asked_per_household"),
        ]
        indexes = [
            *(models.Index(fields=[level, "-id"], name=f"household_change_by_{level}") for level in ("city", "county", "town", "village")),
            *(
                models.Index(fields=[f"origin_{level}", "-id"], name=f"household_change_from_{level}")
                for level in ("county", "town", "village")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（{self.effective}）"

    def come_from(self, household: Household) -> None:
        """Note where the source lies now."""
        self.origin_id, self.origin_city_id, self.origin_county_id = household.region_id, household.city_id, household.county_id
        self.origin_town_id, self.origin_village_id = household.town_id, household.village_id


class MemberChange(Record):
    """成员变动: one member's household and relation before and after a HouseholdChange."""

    change = models.ForeignKey(HouseholdChange, models.PROTECT, related_name="members", verbose_name="户变动")
    member = models.ForeignKey(Member, models.PROTECT, related_name="changes", verbose_name="成员")
    from_household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="原户")
    to_household = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="现户")
    relation_before = models.CharField("原与户主关系", max_length=16)
    relation_after = models.CharField("现与户主关系", max_length=16)
    duplicate = models.BooleanField("重复登记", default=False)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("relation_before", "relation_after"), personal(Group.BASE)),
        "duplicate": open_to_scope(),
    }

    class Meta:
        ordering = ["change", "id"]
        verbose_name = "成员变动"
        constraints = [models.UniqueConstraint(fields=["change", "member"], name="member_change_once_per_change")]

    def __str__(self) -> str:
        return f"{self.from_household_id} → {self.to_household_id}"

    def covers(self, scope: Scope, permission: str) -> bool:
        """As the change it belongs to."""
        return scope.may_at(permission, self.change)
