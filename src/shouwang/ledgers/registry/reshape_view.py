"""What a change looks like: the households before and after, side by side, and the history of a household in phrases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse

from shouwang.kernel.privacy.masks import mask
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.codes import standing_word, word
from shouwang.ledgers.registry.models import Household, HouseholdChange, MemberChange
from shouwang.ledgers.registry.policies import VIEW


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a side; `fresh`: not so before."""

    name: str
    relation: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One household at one moment."""

    title: str
    code: str
    place: str
    standing: str
    helpers: str
    people: tuple[Person, ...]
    closed: str = ""
    fresh: frozenset[str] = field(default_factory=frozenset)


def side(household: Household, today: dt.date, before: Side | None = None) -> Side:
    """The household as it stands now; what differs from `before` is marked."""
    household.refresh_from_db()
    old = {(p.name, p.relation) for p in before.people} if before else None
    people = tuple(
        Person(m.name, words, old is not None and (m.name, words) not in old)
        for m in sorted(household.members.filter(left_on=None), key=lambda m: (m.relation != "head", m.pk))
        for words in (word("relation", m.relation, on=today),)
    )
    helpers = "、".join(household.helpers.filter(until=None).values_list("name", flat=True)) or "无"
    place = " ".join(str(p) for p in (household.county, household.town, household.village, household.hamlet) if p)
    closed = f"{household.closed_on} 销户" if household.closed_on else ""
    made = Side(
        f"{household.head_name} 家庭", household.code, place, standing_word(household.registration, household.monitoring, on=today), helpers,
        people, closed,
    )  # fmt: skip
    if before is None:
        return made
    fresh = frozenset(n for n in ("title", "place", "standing", "helpers") if getattr(made, n) != getattr(before, n))
    return Side(made.title, made.code, made.place, made.standing, made.helpers, people, closed, fresh)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The effects of an act: each household before (None: there was none) and after; `asked` where it waits for acceptance."""

    pairs: tuple[tuple[Side | None, Side], ...]
    asked: str = ""


def rehearse(act: Callable[[], HouseholdChange], households: Sequence[Household], today: dt.date) -> Rehearsal:
    """Do the act, look, and take it back: what is shown is what will happen, refusals of other ledgers included."""
    with transaction.atomic():
        before = [side(h, today) for h in households]
        made = act()
        after = [side(h, today, b) for h, b in zip(households, before, strict=True)]
        pairs: list[tuple[Side | None, Side]] = list(zip(before, after, strict=True))
        if made.target_id not in {h.pk for h in households}:
            pairs.append((None, side(made.target, today)))
        asked = str(made.region) if made.state == "asked" else ""
        transaction.set_rollback(True)
    for household in households:
        household.refresh_from_db()
    return Rehearsal(tuple(pairs), asked)


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase of a household's history, with links to the change and to the other household where it may be seen."""

    day: dt.date
    words: str
    change_url: str
    note: str
    other: str = ""
    other_url: str = ""
    people: str = ""


def history(household: Household, changes: Iterable[HouseholdChange], scope: Scope) -> list[Entry]:
    """Who came from here and who went where, youngest first; changes sent back or withdrawn are left out, undone ones say so."""
    out = []
    for made in changes:
        if made.state in ("declined", "withdrawn"):
            continue
        leaving = made.source_id == household.pk
        other = made.target if leaving else made.source
        seen = made.kind != "move" and other.covers(scope, VIEW)
        url = reverse("registry_household", args=[other.pk]) if seen else ""
        name = f"{other.head_name} 家庭（{other.code}）" if seen else ""
        note = " · ".join(t for t in (made.document, made.registered_by) if t)
        gone = [row.member.name for row in made.members.all() if row.from_household_id != row.to_household_id] if seen else []
        to = reverse("registry_change", args=[made.pk])
        out.append(Entry(made.effective, _phrase(made, leaving), to, note, name, url, "、".join(gone)))
    return out


def _phrase(made: HouseholdChange, leaving: bool) -> str:
    if made.kind == "move":
        words = f"自{made.origin.town or ''}{made.origin}迁往{made.town or ''}{made.region}"
        return words + ("（待接收）" if made.state == "asked" else "")
    words = {
        ("split", True): "分出",
        ("split", False): "分自",
        ("merge", True): "并入",
        ("merge", False): "并进",
        ("transfer", True): "成员转往",
        ("transfer", False): "成员转自",
    }[made.kind, leaving]
    return words + ("（已撤销）" if made.state == "undone" else "")


@dataclass(frozen=True, slots=True)
class Moved:
    """One member of a change, masked for who does not see the household."""

    name: str
    before: str
    after: str
    stayed: bool
    duplicate: bool


def moved(rows: Iterable[MemberChange], scope: Scope, today: dt.date) -> list[Moved]:
    """Who went along, or whose relation changed."""
    out = []
    for row in rows:
        seen = row.member.covers(scope, VIEW)
        before, after = (word("relation", r, on=today) if seen else "--" for r in (row.relation_before, row.relation_after))
        name = row.member.name if seen else mask("name", row.member.name)
        out.append(Moved(name, before, after, row.from_household_id == row.to_household_id, row.duplicate))
    return out
