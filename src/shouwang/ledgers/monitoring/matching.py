"""Measures against risks: which risk must have one of which measures (rulebook risk_measures), and where none is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from shouwang.ledgers.monitoring.models import Measure
from shouwang.ledgers.monitoring.rules import rule
from shouwang.ledgers.registry.codes import word
from shouwang.ledgers.registry.models import Household, ProgrammeStatus
from shouwang.ledgers.registry.queries import of_risk


def uncovered(risks: Iterable[str], kinds: Iterable[str], today: dt.date) -> list[str]:
    """Codes of the risks none of whose measures is among `kinds`; a risk the rulebook asks nothing for is covered."""
    have, asked = set(kinds), rule("risk_measures", on=today).value
    return [r for r in risks if asked.get(r) and not have & set(asked[r])]


def watched_risks(household: Household) -> list[str]:
    """Codes of the risks a household is watched for now."""
    period = household.statuses.filter(programme="monitoring", until=None).first()
    return [r for r in period.risks.split(",") if r] if period else []


def kinds_of(household: Household, today: dt.date) -> list[str]:
    """Codes of the measures in force."""
    return list(in_force(Measure.objects.filter(household=household), today).values_list("kind", flat=True))


def unmatched(household: Household, today: dt.date) -> list[str]:
    """Words of the watched household's risks without a measure, ended measures counting as given."""
    given = Measure.objects.filter(household=household).values_list("kind", flat=True)
    return [word("risk", r, on=today) for r in uncovered(watched_risks(household), given, today)]


def unmatched_now(household: Household, today: dt.date) -> list[str]:
    """Words of the watched household's risks that no measure in force answers."""
    return [word("risk", r, on=today) for r in uncovered(watched_risks(household), kinds_of(household, today), today)]


def in_force(rows: QuerySet[Measure], today: dt.date) -> QuerySet[Measure]:
    """Measures that have begun and not ended."""
    return rows.filter(Q(until=None) | Q(until__gt=today), since__lte=today)


def without_measure(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """Watched households one of whose risks has no measure in force that answers it."""
    missing: Any = Q(pk__in=[])
    for risk, kinds in rule("risk_measures", on=today).value.items():
        if not kinds:
            continue
        has_risk = ProgrammeStatus.objects.filter(of_risk(risk), household=OuterRef("pk"), programme="monitoring", until=None)
        answered = in_force(Measure.objects.filter(household=OuterRef("pk"), kind__in=kinds), today)
        missing |= Q(Exists(has_risk)) & ~Q(Exists(answered))
    return rows.filter(missing)
