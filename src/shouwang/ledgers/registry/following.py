"""What follows a household inside the registry, and the call to the other ledgers.

Every table of the registry that points to a household or a member stands in one of the two lists; a test fails for one that does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q, QuerySet

from shouwang.kernel.audit.actions import change
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift, tell
from shouwang.ledgers.registry.lifecycle import LOOKALIKE
from shouwang.ledgers.registry.models import (
    CheckFinding,
    Difference,
    HelperAssignment,
    Household,
    HouseholdChange,
    IncomeStatement,
    LookAlike,
    Member,
    MemberChange,
    OfHousehold,
    Paper,
    ProgrammeStatus,
    Visit,
)
from shouwang.ledgers.registry.pairs import put_between, sides
from shouwang.ledgers.registry.policies import FOLLOW_LOOKALIKE

# Rows that lie beside their household: their places follow a move. In a split, merge or transfer they stay with the household they were
# entered for (the closed one keeps its history); members, open periods and helpers are the acts' own business.
PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
BESIDE: tuple[type[OfHousehold], ...] = (Member, IncomeStatement, ProgrammeStatus, HelperAssignment, Visit, Paper, CheckFinding)
# Tables with a way of their own: the changes say where a household came from and stay; pairs are followed below; a closed
# household keeps naming the one it went into.
APART = (Household, HouseholdChange, MemberChange, LookAlike, Difference)


def follow(
    kind: str, old: Household, new: Household, members: Collection[int], made: HouseholdChange, *, by: Scope, today: dt.date
) -> None:
    """Let pairs of look-alikes follow, then tell every ledger."""
    _follow_pairs(kind, old, new, members, by=by, today=today)
    if kind == "moved":  # what another system says of it stays with the household; only the place is ours
        Difference.objects.filter(household=new).update(**{f: getattr(new, f) for f in PLACES})
    tell(HouseholdShift(kind, old.pk, new.pk, tuple(sorted(members)), made.pk, today))


def _follow_pairs(kind: str, old: Household, new: Household, members: Collection[int], *, by: Scope, today: dt.date) -> None:
    waiting = LookAlike.objects.filter(state__in=("open", "unsure"))
    homes = Q(left_household__in=(old, new)) | Q(right_household__in=(old, new))
    if kind == "merged":
        both = Q(left_household__in=(old, new), right_household__in=(old, new))
        _step(waiting.filter(both), "joined", by, today)
        _step(waiting.filter(Q(left_household=old) | Q(right_household=old)).exclude(both), "lapse", by, today)
        gone = Member.objects.filter(household=old, left_on__isnull=False, left_reason="duplicate").values("pk")
        twins = waiting.filter(Q(left_member__in=gone) | Q(right_member__in=gone))
        _step(twins.filter(Q(left_member__household=new) | Q(right_member__household=new)), "joined", by, today)
        _step(twins, "lapse", by, today)
    if kind == "restored":
        pair = LookAlike.objects.filter(left_household__in=(old, new), right_household__in=(old, new), state="same")
        _step(pair, "reopen", by, today, reason="撤销并户")
    touched = LookAlike.objects.filter(Q(left_member__in=members) | Q(right_member__in=members) | homes)
    for row in touched.order_by("pk"):
        with change(row, by=by, verb=FOLLOW_LOOKALIKE, today=today) as pair_row:
            put_between(pair_row, *sides(pair_row))


def _step(rows: QuerySet[LookAlike], move: str, by: Scope, today: dt.date, reason: str = "") -> None:
    for row in rows.order_by("pk"):
        with LOOKALIKE.advance(row, move, by=by, today=today, reason=reason) as pair:
            pair.decided_on = today if move != "reopen" else None


def lapse_gone(*, by: Scope, today: dt.date, limit: int = 500) -> int:
    """Pairs one side of which has left, or whose household is closed, wait for nobody any more; returns how many lapsed."""
    waiting = LookAlike.objects.filter(state__in=("open", "unsure"))
    gone = (
        Q(left_member__left_on__isnull=False)
        | Q(right_member__left_on__isnull=False)
        | Q(left_household__closed_on__isnull=False)
        | Q(right_household__closed_on__isnull=False)
    )
    rows = LookAlike.objects.filter(pk__in=list(waiting.filter(gone).values_list("pk", flat=True)[:limit]))
    count = rows.count()
    _step(rows, "lapse", by, today)
    return count
