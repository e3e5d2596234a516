"""Pairs inside the registry that may be the same person or household: one county at a time, and by ID number across the city."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

from django.db.models import Count

from shouwang.kernel.privacy.fields import BlindTag
from shouwang.ledgers.registry.evidence import Scale, of_ids, of_names, scale
from shouwang.ledgers.registry.lookalikes import LIGHT, Known, Pair, opened, pieces, told, worth_opening
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.names import sounds, tidy

# A number shared by more is a village cadre's, given for everyone who has none: it tells nobody apart.
SHARED_AT_MOST = 6
Found = dict[Pair, set[str]]


def same_ids(city: int) -> Iterator[Pair]:
    """Living members of the city with one and the same ID number, (older, younger)."""
    tagged = Member.objects.filter(left_on=None, city=city, id_number__isnull=False).annotate(tag=BlindTag("id_number"))
    tags = list(tagged.order_by().values("tag").annotate(n=Count("pk")).filter(n__gt=1).values_list("tag", flat=True))
    groups: dict[bytes, list[int]] = defaultdict(list)
    for piece in pieces([bytes(t) for t in tags]):
        for pk, tag in tagged.filter(tag__in=piece).values_list("pk", "tag"):
            groups[bytes(tag)].append(pk)
    for keys in groups.values():
        yield from combinations(sorted(keys), 2)


def member_pairs(county: int, *, today: dt.date, more: Iterable[Pair] = ()) -> Found:
    """{(older, younger): evidence} of the living members of a county that reach the threshold; `more` are pairs of one ID number."""
    rules = scale(today)
    every: dict[int, Known] = {row[0]: Known(*row) for row in Member.objects.filter(left_on=None, county=county).values_list(*LIGHT)}
    phones = set(_in_groups(_tags(Member.objects.filter(left_on=None, county=county), "phone")))
    ids = {pair for pair in more if pair[0] in every or pair[1] in every}
    for row in Member.objects.filter(pk__in={pk for pair in ids for pk in pair} - every.keys()).values_list(*LIGHT):
        every[row[0]] = Known(*row)
    names = defaultdict(list)
    for person in every.values():
        for sound in sounds(person.name):
            names[person.village_id, sound].append(person.pk)
    found: Found = {}
    for pair in {*_of_one_birth(every.values(), rules), *_in_groups(names.values()), *phones, *ids}:
        codes = told(every[pair[0]], every[pair[1]], same_phone=pair in phones, same_id=pair in ids)
        if rules.of(codes) >= rules.threshold or worth_opening(codes, rules):
            found[pair] = codes
    numbers = opened({pk for pair, codes in found.items() if worth_opening(codes, rules) for pk in pair})
    for (one, other), codes in found.items():
        if "id_same" not in codes and (said := of_ids(numbers.get(one, ""), numbers.get(other, ""))):
            codes.add(said)
    return {pair: codes for pair, codes in found.items() if rules.of(codes) >= rules.threshold}


def _of_one_birth(people: Iterable[Known], rules: Scale) -> Iterator[Pair]:
    """Pairs born on one day whose names could be one: a sound in common, or a character in one place (alike in shape leaves one standing).

    All of a county born on one day would be a number of pairs that grows with its square; of those named otherwise none could reach the
    threshold without one number or one telephone, by which they are found anyway.
    """
    days: dict[dt.date, list[Known]] = defaultdict(list)
    for person in people:
        days[person.birth_date].append(person)
    points = rules.points
    named_otherwise = points["name_other"] + points["birth_same"] + points["village_same"] + max(points["id_near"], 0)
    for born in days.values():
        short = {p.pk for p in born if named_otherwise >= rules.threshold or len(tidy(p.name)) < 2}
        groups: dict[Any, list[int]] = defaultdict(list)
        for person in born:
            for key in (*sounds(person.name), *enumerate(tidy(person.name))):
                groups[key].append(person.pk)
        yield from _in_groups(groups.values())
        yield from (_ordered(one, person.pk) for one in short for person in born if person.pk != one)


def household_pairs(county: int, alike: Iterable[Pair], *, today: dt.date) -> Found:
    """{(older, younger): evidence} of households of a county with members alike (`alike`) or one telephone."""
    rules = scale(today)
    homes = dict(Member.objects.filter(pk__in={pk for pair in alike for pk in pair}).values_list("pk", "household_id"))
    shared = Counter(_ordered(homes[a], homes[b]) for a, b in alike if homes[a] != homes[b])
    standing = Household.objects.filter(county=county, closed_on=None)
    phones = set(_in_groups(_tags(standing, "phone")))
    keys = {pk for pair in (*shared, *phones) for pk in pair}
    about: dict[int, Any] = {}
    for piece in pieces(sorted(keys)):
        about |= {
            row[0]: row for row in Household.objects.filter(pk__in=piece, closed_on=None).values_list("pk", "head_name", "village_id")
        }
    found: Found = {}
    for pair in {*shared, *phones}:
        if not about.keys() >= set(pair):
            continue
        one, other = (about[pk] for pk in pair)
        codes = {of_names(one[1], other[1], "head")} - {""}
        codes |= {"village_same"} if one[2] == other[2] else set()
        codes |= {"home_phone_same"} if pair in phones else set()
        codes |= {"several_alike"} if shared[pair] > 1 else {"members_alike"} if shared[pair] else set()
        if rules.of(codes) >= rules.threshold:
            found[pair] = codes
    return found


def _tags(rows: Any, name: str) -> list[list[int]]:
    groups: dict[bytes, list[int]] = defaultdict(list)
    for pk, tag in rows.filter(**{f"{name}__isnull": False}).annotate(tag=BlindTag(name)).values_list("pk", "tag"):
        groups[bytes(tag)].append(pk)
    return [keys for keys in groups.values() if len(keys) <= SHARED_AT_MOST]


def _in_groups(groups: Iterable[list[int]]) -> Iterator[Pair]:
    for keys in groups:
        if len(keys) > 1:
            yield from combinations(sorted(keys), 2)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
