"""What a data-quality check found on a household or a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from django.db import models
from django.db.models import Q

from shouwang.kernel.privacy.classes import FieldClass, Group, open_to_scope, personal, sensitive
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.checks.cards import SEVERITIES
from shouwang.ledgers.registry.lifecycle import FINDING
from shouwang.ledgers.registry.models.households import HelperAssignment, Household, OfHousehold
from shouwang.ledgers.registry.models.members import Member
from shouwang.ledgers.registry.policies import VIEW


class FindingQuerySet(models.QuerySet["CheckFinding"]):
    """Findings of a scope."""

    def within(self, scope: Scope, permission: str = VIEW) -> FindingQuerySet:
        """Those the permission covers whose field group the covering grant shows: the name of a check alone can tell of an illness."""
        if scope.everything:
            return self
        mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id") if scope.user_id else ()
        reach = Q(pk__in=[])
        for hold in (h for h in scope.holds if permission in h.permissions):
            groups = Q(group__in=list(Group)) if hold.groups is None else Q(group__in=sorted(hold.groups))
            reach |= replace(scope, holds=(hold,)).q(permission, assigned=Q(household_id__in=mine)) & groups
        return self.filter(reach)


class CheckFinding(OfHousehold):
    """数据核查问题: the check `code` fails on the household, or on one member; it clears by itself when it no longer does.

    The row holds no value: `digest` is a keyed digest of the values at odds, by which a change of them is noticed. `group` is the
    check's field group; who does not see the group does not see the row.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="findings", verbose_name="户")
    member = models.ForeignKey(Member, models.PROTECT, related_name="findings", null=True, blank=True, verbose_name="成员")
    code = models.CharField("核查项", max_length=40)
    severity = models.CharField("严重程度", max_length=6, choices=list(SEVERITIES.items()))
    field = models.CharField("涉及信息项", max_length=60)
    group = models.CharField("字段组", max_length=12)
    digest = models.CharField("数据指纹", max_length=64)
    found_on = models.DateField("发现日期")
    cleared_on = models.DateField("消除日期", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=FINDING.choices, default=FINDING.initial, editable=False)
    accepted_reason = models.CharField("核实说明", max_length=300, blank=True)
    accepted_by = models.CharField("核实人", max_length=40, blank=True)
    accepted_on = models.DateField("核实日期", null=True, blank=True)
    accepted_until = models.DateField("核实有效期至", null=True, blank=True)

    privacy: ClassVar[Mapping[str, FieldClass]] = {
        **dict.fromkeys(("severity", "group", "found_on", "cleared_on", "state"), open_to_scope()),
        **dict.fromkeys(("accepted_by", "accepted_on", "accepted_until"), open_to_scope()),
        **dict.fromkeys(("code", "field", "digest"), sensitive(Group.CASE)),
        "accepted_reason": personal(Group.CASE),
    }
    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["household", "code", "id"]
        verbose_name = "数据核查问题"
        constraints = [
            # Two, because no database takes two empty members for equal.
            models.UniqueConstraint(
                fields=["household", "code"], condition=Q(member=None) & ~Q(state="cleared"), name="finding_once_per_household_and_check"
            ),
            models.UniqueConstraint(
                fields=["household", "member", "code"], condition=~Q(state="cleared"), name="finding_once_per_member_and_check"
            ),
            models.CheckConstraint(condition=Q(state__in=list(FINDING.states)), name="finding_state_known"),
            models.CheckConstraint(condition=Q(severity__in=list(SEVERITIES)), name="finding_severity_known"),
            models.CheckConstraint(
                condition=Q(state="cleared", cleared_on__isnull=False) | (~Q(state="cleared") & Q(cleared_on=None)),
                name="finding_cleared_with_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (Q(accepted_on__isnull=False, accepted_until__isnull=False) & ~Q(accepted_reason="")),
                name="finding_accepted_with_reason_and_period",
            ),
        ]
        indexes = [
            *(models.Index(fields=[level, "-state", "-id"], name=f"finding_by_{level}") for level in ("city", "county", "town", "village")),
            models.Index(fields=["household"], condition=Q(state="open", severity="error"), name="finding_open_errors"),
            models.Index(fields=["town", "found_on"], condition=Q(state="open", severity="error"), name="finding_errors_of_town"),
            models.Index(fields=["digest"], condition=~Q(state="cleared"), name="finding_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.code}（{self.get_state_display()}）"
