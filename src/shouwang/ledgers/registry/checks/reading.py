"""Reads blocks of households as the checks see them: a constant number of queries, no model instances, sealed values opened once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from shouwang.kernel.privacy.errors import CellRefused, KeyRefused
from shouwang.kernel.privacy.fields import BlindTag
from shouwang.kernel.privacy.sealed import TAG_BYTES, Sealed
from shouwang.ledgers.registry.checks.facts import Around, Facts, Home, Person, Standing, Window
from shouwang.ledgers.registry.codes import rule
from shouwang.ledgers.registry.identity import age_on, split_disability_number
from shouwang.ledgers.registry.models import (
    LAND_FIELDS,
    WATER_FIELDS,
    HelperAssignment,
    Household,
    IncomeStatement,
    Member,
    ProgrammeStatus,
)

PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
PLAIN = ("head_name", "kind", "registration", "monitoring", "main_cause", "other_causes", "no_labour", "housing_grade", "housing_lived_in")
HOME_COLUMNS = ("pk", "uid", "phone", "region__year_to", "road_distance", *PLACES, *PLAIN, *LAND_FIELDS, *WATER_FIELDS)
NUMBER = re.compile(r"\d{17}[\dX]")
MEMBER_COLUMNS = ("uid", "id_number", "phone", *Person._fields[: Person._fields.index("age")])


def homes_of(ids: Sequence[int], today: dt.date) -> dict[int, Home]:
    """{household id: Home} of a block of at most 500 households; ids that are gone are left out. Eight queries."""
    people = [_person(row, today) for row in Member.objects.filter(household_id__in=ids).order_by("pk").values_list(*MEMBER_COLUMNS)]
    facts = [_facts(row) for row in Household.objects.filter(pk__in=ids).values_list(*HOME_COLUMNS)]
    living = [p for p in people if p.left_on is None]
    around = Around(
        today=today,
        able_labour=frozenset(rule("able_labour", on=today).value),
        male_relations=frozenset(rule("male_relations", on=today).value),
        female_relations=frozenset(rule("female_relations", on=today).value),
        ids=held(Member, "id_number", {p.id_tag for p in living}),
        home_phones=held(Household, "phone", {f.phone_tag for f in facts}),
        member_phones=held(Member, "phone", {p.phone_tag for p in living}),
    )
    homes = {f.pk: Home(f, around) for f in facts}
    for person in people:
        if person.household_id in homes:
            home = homes[person.household_id]
            (home.living if person.left_on is None else home.left).append(person)
    _fill(homes, ids)
    return homes


def _fill(homes: Mapping[int, Home], ids: Sequence[int]) -> None:
    windows = IncomeStatement.objects.filter(household_id__in=ids).order_by("-window_end", "-pk")
    for row in windows.values_list(*Window._fields):
        if row[1] in homes:
            homes[row[1]].incomes.append(Window._make(row))
    for row in ProgrammeStatus.objects.filter(household_id__in=ids, until=None).order_by("pk").values_list(*Standing._fields):
        if row[0] in homes:
            homes[row[0]].standings.append(Standing._make(row))
    for pk in HelperAssignment.objects.filter(household_id__in=ids, until=None).values_list("household_id", flat=True):
        if pk in homes:
            homes[pk].helped = True


def held(model: type[Member] | type[Household], name: str, tags: Iterable[bytes]) -> dict[bytes, int]:
    """How often each tag that stands more than once is held: living members for IDs, households for telephones."""
    wanted = [t for t in tags if t]
    if not wanted:
        return {}
    counted = Count("household_id", distinct=True) if (model, name) == (Member, "phone") else Count("pk")
    found = _holding(model, name, wanted).order_by().values_list("tag").annotate(n=counted).filter(n__gt=1)
    return {bytes(tag): n for tag, n in found}


def others_holding(model: type[Member] | type[Household], name: str, tags: Iterable[bytes], but: Iterable[int]) -> set[int]:
    """Households outside `but` that hold one of the tags."""
    key = "household_id" if model is Member else "pk"
    return set(_holding(model, name, tags).exclude(**{f"{key}__in": list(but)}).values_list(key, flat=True))


def _holding(model: type[Member] | type[Household], name: str, tags: Iterable[bytes]) -> QuerySet[Any]:
    """Rows, of living members only, whose sealed field has one of the tags; the index on the tag serves."""
    every: QuerySet[Any] = model._default_manager.all()
    rows: QuerySet[Any] = every.annotate(tag=BlindTag(name)).filter(tag__in=sorted(tags))
    return rows.filter(left_on=None) if model is Member else rows


def _person(row: tuple[Any, ...], today: dt.date) -> Person:
    uid, number, phone, *rest = row
    birth = rest[5]
    id_text, id_tag = _opened(number, uid)
    whole = split_disability_number(id_text)[0] if id_text and rest[4] == "resident" else ""
    formed = whole if NUMBER.fullmatch(whole) else ""
    phone_text, phone_tag = _opened(phone, uid)
    return Person._make((*rest, age_on(birth, today), formed, id_text, id_tag, phone_text, phone_tag))


_LANDS = len(LAND_FIELDS)


def _facts(row: tuple[Any, ...]) -> Facts:
    pk, uid, phone, last_year, road, *rest = row
    places, plain = rest[: len(PLACES)], rest[len(PLACES) : len(PLACES) + len(PLAIN)]
    lands, water = rest[-_LANDS - len(WATER_FIELDS) : -len(WATER_FIELDS)], rest[-len(WATER_FIELDS) :]
    text, tag = _opened(phone, uid)
    return Facts._make(
        (
            pk,
            *places,
            *plain[:-2],
            dict(zip(LAND_FIELDS, lands, strict=True)),
            *plain[-2:],
            dict(zip(WATER_FIELDS, water, strict=True)),
            road,
            last_year,
            text,
            tag,
        ),
    )


def _opened(stored: Sealed | None, uid: UUID) -> tuple[str | None, bytes]:
    """(text, blind tag) of a sealed value; a damaged one has a tag and no text."""
    if stored is None:
        return None, b""
    tag = stored.stored[:TAG_BYTES]
    try:
        return stored.spec.open(stored.stored, uid), tag
    except (CellRefused, KeyRefused):
        return None, tag
