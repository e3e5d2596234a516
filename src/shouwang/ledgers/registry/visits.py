"""Visits: the words of their codes, and the sets that list, record and figures share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.registry.models import Household, Visit
from shouwang.ledgers.registry.policies import VIEW
from shouwang.ledgers.registry.queries import PLACE_NAMES, on_file

BOOK = "visits"


def visit_rule(name: str, on: dt.date) -> Rule:
    """The rule of the visits' book in force on the day; raises LookupError."""
    return lookup(BOOK, name, on=on)


def visit_word(name: str, code: str, on: dt.date) -> str:
    """The word of a code of visit_means or visit_reach."""
    return str(visit_rule(name, on).value.get(code, code))


def visit_choices(name: str, on: dt.date) -> list[tuple[str, str]]:
    """A code list as form choices."""
    return [(str(k), str(v)) for k, v in visit_rule(name, on).value.items()]


def visits(scope: Scope) -> QuerySet[Visit]:
    """Visits in scope with household and place names; those entered anew since are left out."""
    rows: Any = Visit.objects
    found: QuerySet[Visit] = rows.within(scope).filter(correction=None).select_related("household").annotate(**PLACE_NAMES)
    return found


def visit(scope: Scope, pk: int, permission: str = VIEW) -> Visit:
    """One visit with its household; raises OutOfScope."""
    rows: Any = Visit.objects
    found: Visit | None = rows.within(scope, permission).select_related("household__region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def of_household(household: Household) -> list[Visit]:
    """Every visit of a household, corrected ones too, the latest first."""
    return list(household.visits.select_related("correction").order_by("-visited_on", "-pk"))


def with_open_need(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits whose need nobody has answered, and that were not entered anew."""
    return rows.exclude(needs="").filter(need_met_on=None, correction=None)


def reached(rows: QuerySet[Visit], since: dt.date, today: dt.date) -> QuerySet[Visit]:
    """Visits after `since` up to today that reached the household."""
    return rows.filter(reach="reached", correction=None, visited_on__gt=since, visited_on__lte=today)


def visited_lately(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """On file and reached within the last days (rulebook visited_within)."""
    since = today - dt.timedelta(days=int(visit_rule("visited_within", today).value))
    return on_file(rows).filter(pk__in=reached(Visit.objects.all(), since, today).values("household_id"))


def long_unvisited(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """On file and not reached for the days of rulebook unvisited_after, or never."""
    since = today - dt.timedelta(days=int(visit_rule("unvisited_after", today).value))
    return on_file(rows).exclude(pk__in=reached(Visit.objects.all(), since, today).values("household_id"))
