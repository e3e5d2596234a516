"""分类施策: which measures fit a household, by its causes, what it is able to do and its county's level."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.impact.codes import TONES, word
from shouwang.ledgers.impact.levels import level_on
from shouwang.ledgers.impact.models import FittedMeasure, ImpactRecord
from shouwang.ledgers.impact.queries import allowed, impacts, open_impacts
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import labour_force, living_now

BOOK = "impact_measures"
ABILITIES = {"labour": "有劳动力", "no_labour": "无劳动力", "land": "有承包土地"}
LAND = ("arable_land", "forest_land", "orchard_land", "water_area")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A measure that fits: why (causes and abilities in words), the clause and document it rests on, the open or done one if taken."""

    code: str
    name: str
    cause: str
    why: str
    clause: str
    source: str
    taken: FittedMeasure | None = None


def abilities(household: Household, day: dt.date) -> set[str]:
    """Which of ABILITIES the household has."""
    able = labour_force(living_now(household.members.all()), day).exists()
    land = any((getattr(household, name) or 0) > 0 for name in LAND)
    return {"labour" if able else "no_labour"} | ({"land"} if land else set())


def fitting(
    causes: Collection[str], able: Collection[str], level: str, on: dt.date, *, taken: Mapping[str, FittedMeasure] | None = None
) -> list[Suggestion]:
    """The measures in force on `on` for these causes, abilities and level ("" = none published), in the rulebook's order."""
    try:
        rule = lookup(BOOK, "measures", on=on)
    except LookupError:
        return []
    out = []
    for entry in rule.value:
        hit = [c for c in entry["causes"] if c in causes]
        if hit and set(entry.get("needs", ())) <= set(able) and (level or "none") in entry.get("levels", (level or "none",)):
            why = "、".join([word("causes", c, on) for c in hit] + [ABILITIES[n] for n in entry.get("needs", ())])
            out.append(
                Suggestion(entry["code"], entry["name"], hit[0], why, entry["clause"], rule.source, (taken or {}).get(entry["code"]))
            )
    return out


def suggestions(household: Household, impacts: Sequence[ImpactRecord], today: dt.date) -> list[Suggestion]:
    """What fits this household today."""
    level = level_on(household.region, today)
    rows = FittedMeasure.objects.filter(household=household).exclude(state="dropped").order_by("taken_on", "pk")
    taken = {m.code: m for m in rows}
    return fitting({i.cause for i in impacts}, abilities(household, today), level.code if level else "", today, taken=taken)


def card(household: Household, scope: Scope, today: dt.date) -> dict[str, Any]:
    """Everything the household's page shows: impacts with their word, level with what it allows, measures that fit."""
    rows = impacts(scope).filter(household=household).order_by(F("recovered_on").asc(nulls_first=True), "-began_on")
    shown, now = allowed(household.region, today), list(open_impacts([household.pk], today))
    return {
        "household": household,
        "impacts": [(row, word("causes", row.cause, today)) for row in rows],
        "allowed": shown,
        "allowed_tone": TONES[shown.level.code] if shown.level else "n",
        "fits": suggestions(household, now, today),
    }
