"""Reads of the ledger, and the doors other ledgers use: `level_on`, `levels_on`, `allowed`, `allowed_on`, `report_rhythm`, `open_impacts`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact.levels import (
    Allowed,
    Level,
    allowed,
    allowed_at,
    allowed_on,
    current,
    level_on,
    levels_on,
    previews,
    unit_code,
)
from shouwang.ledgers.impact.models import EpidemicRiskLevel, FittedMeasure, ImpactRecord, ImpactSurvey, Shock, YearBase
from shouwang.ledgers.impact.policies import VIEW
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACE_NAMES, on_file
from shouwang.ledgers.registry.queries import current as standing

__all__ = [
    "Allowed",
    "Level",
    "allowed",
    "allowed_at",
    "allowed_on",
    "current",
    "level_on",
    "levels_on",
    "open_impacts",
    "previews",
    "report_rhythm",
    "shocks_at",
    "unit_code",
]

# The last day a household was asked, and what it said.
LAST_SURVEY = ImpactSurvey.objects.filter(household=OuterRef("pk")).order_by("-surveyed_on", "-pk")


def impacts(scope: Scope) -> QuerySet[ImpactRecord]:
    """Impacts in scope with household, shock and place names."""
    found: QuerySet[ImpactRecord] = ImpactRecord.objects.within(scope).select_related("household", "shock").annotate(**PLACE_NAMES)
    return found


def impact(scope: Scope, pk: int, permission: str = VIEW) -> ImpactRecord:
    """One impact; raises OutOfScope."""
    found: ImpactRecord | None = (
        ImpactRecord.objects.within(scope, permission).select_related("household", "shock", "region").filter(pk=pk).first()
    )
    if found is None:
        raise OutOfScope
    return found


def open_impacts(household_ids: list[int], day: dt.date) -> QuerySet[ImpactRecord]:
    """Impacts of these households that have begun and not ended on the day; the caller has checked the households."""
    return ongoing(ImpactRecord.objects.filter(household_id__in=household_ids), day)


def ongoing(rows: QuerySet[ImpactRecord], day: dt.date) -> QuerySet[ImpactRecord]:
    """Begun by the day and not ended on it."""
    return rows.filter(Q(recovered_on=None) | Q(recovered_on__gt=day), began_on__lte=day)


def report_rhythm(units: list[Region], day: dt.date) -> list[tuple[str, str, list[str]]]:
    """How often counties report by their published levels: (rhythm in words, level in words, names of the counties), most often first; one query."""
    found: dict[tuple[int, str, str], list[str]] = {}
    levels = levels_on(units, day)
    for unit in units:
        what = allowed_at(levels[unit.code[:6]], day, unit.code[:6])
        level = what.level.name if what.level else "没有公布等级"
        found.setdefault((what.report_days, what.report_words, level), []).append(unit.name)
    return [(words, level, names) for (_days, words, level), names in sorted(found.items())]


def to_survey(scope: Scope) -> QuerySet[Household]:
    """Households on file in scope with the last survey (`surveyed_on`, `affected`, `surveyor`) and place names."""
    last = {name: Subquery(LAST_SURVEY.values(name)[:1]) for name in ("surveyed_on", "affected", "surveyor")}
    return on_file(standing(Household.objects.within(scope, VIEW))).annotate(**last, **PLACE_NAMES)


def surveyed(rows: QuerySet[Household], day: dt.date) -> QuerySet[Household]:
    """On file and asked at least once by the day."""
    return on_file(rows).filter(Exists(ImpactSurvey.objects.filter(household=OuterRef("pk"), surveyed_on__lte=day)))


def affected(rows: QuerySet[Household], day: dt.date) -> QuerySet[Household]:
    """On file and with an open impact on the day."""
    return on_file(rows).filter(pk__in=ongoing(ImpactRecord.objects.exclude(household=None), day).values("household_id"))


def measures(scope: Scope) -> QuerySet[FittedMeasure]:
    """Measures in scope with household and place names."""
    found: QuerySet[FittedMeasure] = FittedMeasure.objects.within(scope).select_related("household").annotate(**PLACE_NAMES)
    return found


def measure(scope: Scope, pk: int, permission: str = VIEW) -> FittedMeasure:
    """One measure; raises OutOfScope."""
    found: FittedMeasure | None = FittedMeasure.objects.within(scope, permission).select_related("household__region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def risk_levels(scope: Scope) -> QuerySet[EpidemicRiskLevel]:
    """Every level ever entered: they are public."""
    return EpidemicRiskLevel.objects.within(scope)


def shocks(scope: Scope) -> QuerySet[Shock]:
    """Every shock entered, with its place."""
    return Shock.objects.within(scope).select_related("region")


def shocks_at(place: Region, day: dt.date) -> list[Shock]:
    """Shocks in force at a region on the day, the latest to begin first."""
    above = [pk for pk in (*place.ancestor_ids().values(), place.pk, place.parent_id) if pk]
    rows = Shock.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day, region_id__in=above)
    return list(rows.order_by("-starts_on", "-pk"))


def bases(scope: Scope) -> QuerySet[YearBase]:
    """Numbers of the year before in scope, with their place."""
    return YearBase.objects.within(scope).select_related("region")


def city_held(scope: Scope, permission: str) -> Region | None:
    """The city where the permission reaches it whole: units elsewhere are entered there."""
    found = Region.objects.filter(level=Region.CITY)
    held = [p.id for p in scope.places(permission) if p.level <= Region.CITY]
    return found.first() if scope.everything else found.filter(pk__in=held).first()


def counties(scope: Scope, permission: str = VIEW) -> list[Region]:
    """The counties of the installation the permission reaches in whole or part, in official order."""
    held: Any = Region.objects.filter(scope.q(permission)).values("county_id")
    return list(Region.objects.filter(level=Region.COUNTY).filter(Q(pk__in=held)).order_by("rank", "code"))
