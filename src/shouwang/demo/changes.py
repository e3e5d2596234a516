"""Households of the demonstration that were split, merged and moved, and people entered twice; all through the registry's own actions.

Who is entered twice is copied from invented people with a slip: a character of the same sound or look, no number, another household.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from django.db.models import Count, Q

from shouwang.demo.people import MARK
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import actions, reshape
from shouwang.ledgers.registry.lookalike_actions import keep, refresh_items
from shouwang.ledgers.registry.lookalike_search import household_pairs, member_pairs, same_ids
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.reshape_checks import Basis, living

TOWN = "440513100000"
TWICE = {"明": "铭", "伟": "玮", "强": "墙", "辉": "晖", "志": "智", "芳": "芬", "玲": "铃", "永": "水", "财": "材", "丽": "莉", "秀": "绣"}
PAIRS = 6
HOMES = 7
FINDER = "查重"


def tell(city: Region, *, seed: int, today: dt.date, by: Scope, clerk: Scope, only: str = "") -> None:
    """One split, merge, transfer and move in the town of the demonstration account, a move that waits, and pairs in every county.

    `only`: the code of the county in which pairs are looked for (the night's job looks in the others), "" = all.

    `clerk` is the town's officer, `by` whoever loads the demonstration. Nothing is told where the town holds too few households.
    """
    counted = Household.objects.annotate(n=Count("members", filter=Q(members__left_on=None)))
    homes = list(counted.filter(town__code=TOWN, n__gte=3, registration="exited", monitoring="").order_by("-code")[:HOMES])
    if len(homes) == HOMES:
        _reshape(homes, clerk, today)
    rng = np.random.default_rng(seed)
    for place in Region.objects.filter(Q(level=Region.COUNTY) | Q(code=TOWN), city=city).order_by("code"):
        _enter_twice(place, rng, by, today)
    find(city, today, only)


def find(city: Region, today: dt.date, only: str = "") -> None:
    """The search that the nightly job runs, at once."""
    finder = Scope.system(FINDER)
    for county in Region.objects.filter(city=city, level=Region.COUNTY, code__startswith=only).order_by("code"):
        members = member_pairs(county.pk, today=today, more=same_ids(city.pk))
        keep("member", members, by=finder, today=today)
        keep("household", household_pairs(county.pk, members, today=today), by=finder, today=today)
        refresh_items(county, today)


def _basis(today: dt.date, reason: str) -> Basis:
    return Basis(today - dt.timedelta(3), f"{MARK}，非真实文件", reason)


def _apart(home: Household) -> tuple[dict[int, str], dict[int, str]]:
    """(the last of the family, everyone else): relations for one who goes, and for those who stay."""
    members = living(home)
    return {members[-1].pk: "head"}, {m.pk: m.relation for m in members[:-1]}


def _reshape(homes: list[Household], clerk: Scope, today: dt.date) -> None:
    options = {"by": clerk, "today": today}
    leaving, staying = _apart(homes[0])
    reshape.split(homes[0], leaving, staying, basis=_basis(today, "婚后分开居住"), **options)  # type: ignore[arg-type]  # the two of every act
    family = {m.pk: m.relation if m.household_id == homes[2].pk else "other" for h in homes[1:3] for m in living(h)}
    reshape.merge(homes[1], homes[2], family, basis=_basis(today, "并户共同生活"), **options)  # type: ignore[arg-type]  # the same
    leaving, staying = _apart(homes[3])
    reshape.transfer(homes[3], homes[4], dict.fromkeys(leaving, "other"), staying, basis=_basis(today, "婚嫁"), **options)  # type: ignore[arg-type]  # the same
    near = Region.objects.filter(town_id=homes[5].town_id, level=Region.VILLAGE).exclude(pk=homes[5].region_id).order_by("code")
    far = Region.objects.filter(city_id=homes[6].city_id, level=Region.VILLAGE).exclude(county_id=homes[6].county_id).order_by("code")
    for home, places in ((homes[5], near), (homes[6], far)):
        if to := places.first():
            reshape.move(home, to, basis=_basis(today, "投靠子女"), **options)  # type: ignore[arg-type]  # the same


def _enter_twice(place: Region, rng: np.random.Generator, by: Scope, today: dt.date) -> None:
    """Add to some households of the place a person of another household of the village, written a little differently."""
    people = (
        Member.objects.filter(Q(county=place) | Q(town=place), left_on=None)
        .exclude(relation="head")
        .select_related("household")
        .order_by("pk")
    )
    found = list(people[: 40 * PAIRS])
    if not found:
        return
    for n in rng.choice(len(found), min(PAIRS, len(found)), replace=False).tolist():
        member = found[n]
        others = Household.objects.filter(village_id=member.village_id, closed_on=None).exclude(pk=member.household_id)
        if (home := others.order_by("-code").first()) is None:
            continue
        name = next((member.name.replace(a, b) for a, b in TWICE.items() if a in member.name[1:]), member.name)
        values = {
            "name": name, "sex": member.sex, "birth_date": member.birth_date, "relation": "other", "joined_on": today,
            "id_type": member.id_type if n % 2 else "none", "id_number": member.id_number.reveal() if n % 2 and member.id_number else None,
        }  # fmt: skip
        actions.add_member(home, values, by=by, today=today)
