"""Reads of findings: the list's base, the named sets shared by figures and filters, the page of a household."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.models import CheckFinding, Household
from shouwang.ledgers.registry.policies import EDIT
from shouwang.ledgers.registry.queries import PLACE_NAMES

STANDING = ("open", "accepted")
SHOWN = ("household__code", "household__head_name", "household__hamlet", "member__name")


def findings(scope: Scope) -> QuerySet[CheckFinding]:
    """Findings in scope with the names of household, member and place."""
    rows = CheckFinding.objects.within(scope).select_related("household", "member")
    columns = [f.name for f in CheckFinding._meta.concrete_fields if f.name not in ("digest", "uid")]
    return rows.only(*columns, *SHOWN).annotate(**PLACE_NAMES)


def finding(scope: Scope, pk: int) -> CheckFinding:
    """One finding this person may decide on; raises OutOfScope."""
    found = CheckFinding.objects.within(scope, EDIT).select_related("household", "member").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def findings_of(household: Household, scope: Scope) -> list[CheckFinding]:
    """What stands on a household, errors first; cleared ones are on the list page."""
    rows = CheckFinding.objects.within(scope).filter(household=household, state__in=STANDING).select_related("member")
    order = {"error": 0, "doubt": 1, "hint": 2}
    return sorted(rows, key=lambda f: (f.state != "open", order[f.severity], f.member_id or 0, f.pk))


def open_findings(severity: str) -> QuerySet[CheckFinding]:
    """Open ones of a severity."""
    return CheckFinding.objects.filter(state="open", severity=severity)


def with_errors(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Households with an open error, their own or a member's."""
    return rows.filter(pk__in=open_findings("error").values("household_id"))


def sound(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Households without an open error."""
    return rows.exclude(pk__in=open_findings("error").values("household_id"))


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Household code, or a part of the head's or member's name."""
    if text.isdigit():
        return rows.filter(household__code__startswith=text)
    return rows.filter(Q(household__head_name__contains=text) | Q(member__name__contains=text))
