"""Who in the registry may be the same person as an incoming row: candidates by block, then points.

Set-wise: a block of rows costs a fixed handful of queries. Guarantees, limits and figures: docs/algorithms/lookalikes.md.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shouwang.kernel.privacy.fields import BlindTag, EncryptedTextField
from shouwang.kernel.privacy.masks import MaskKind
from shouwang.kernel.privacy.normal import normal_form
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book
from shouwang.ledgers.registry.evidence import BOOK, Scale, of_births, of_ids, of_names, scale
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.names import sounds, tidy

PIECE = 400  # values in one IN list
# Names of a village are read whole, for those that sound alike, where the block has this many rows of it: else they cost more than they find.
ROWS_OF_A_VILLAGE = 20
LIGHT = ("pk", "household_id", "name", "sex", "birth_date", "village_id", "household__code")
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PersonKey:
    """An incoming row as far as it tells who somebody is; what is not known is None or ""."""

    name: str
    sex: str
    birth_date: dt.date | None
    id_number: str | None
    phone: str | None
    village_id: int | None
    household_code: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A member who may be that person. `evidence` are codes, strongest first; `sure`: enough points, and well ahead of the next."""

    member_id: int
    household_id: int
    points: int
    evidence: tuple[str, ...]
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A member as far as comparison needs; read by LIGHT."""

    pk: int
    household_id: int
    name: str
    sex: str
    birth_date: dt.date
    village_id: int | None
    household_code: str


def likely_same(candidates: Sequence[PersonKey], *, scope: Scope, on: dt.date | None = None) -> dict[int, list[Match]]:
    """{index of the row: members in scope who may be that person, best first}; rows like nobody are left out.

    Meant for blocks of 500–5,000 rows. Living members only. `on` is the day whose scale applies (None: the newest).
    """
    rules = scale(on or max(r.valid_from for r in book(BOOK)["points"]))
    members = Member.objects.within(scope).filter(left_on=None)
    known: dict[int, Known] = {}
    by_id = set(_by_tag(members, "id_number", [c.id_number for c in candidates], known))
    by_phone = set(_by_tag(members, "phone", [c.phone for c in candidates], known))
    pairs = by_id | by_phone | set(_by_birth(members, candidates, known)) | set(_by_village_and_name(members, candidates, known))
    codes = {p: told(candidates[p[0]], known[p[1]], same_phone=p in by_phone, same_id=p in by_id) for p in pairs}
    for (i, pk), found in codes.items():
        if candidates[i].household_code and candidates[i].household_code == known[pk].household_code:
            found.add("household_same")
    _add_ids(codes, candidates, rules)
    return _ranked(codes, known, rules)


def _keep(rows: Any, known: dict[int, Known]) -> Iterator[tuple[Known, Any]]:
    for *light, key in rows:
        person = known.get(light[0]) or known.setdefault(light[0], Known(*light))
        yield person, key


def _by_tag(members: Any, name: str, texts: Sequence[str | None], known: dict[int, Known]) -> Iterator[Pair]:
    """Who has exactly that number, by blind tag."""
    field = Member._meta.get_field(name)
    assert isinstance(field, EncryptedTextField)  # noqa: S101 - for the types
    asked: dict[bytes, list[int]] = defaultdict(list)
    for i, text in enumerate(texts):
        for tag in field.spec.tags(text) if text else ():
            asked[tag].append(i)
    for piece in pieces(list(asked)):
        rows = members.annotate(tag=BlindTag(name)).filter(tag__in=piece).values_list(*LIGHT, "tag")
        for person, tag in _keep(rows, known):
            yield from ((i, person.pk) for i in asked[bytes(tag)])


def _by_birth(members: Any, candidates: Sequence[PersonKey], known: dict[int, Known]) -> Iterator[Pair]:
    """Who was born that day and lives in the county of the row."""
    villages = {c.village_id for c in candidates if c.village_id is not None}
    counties = dict(Region.objects.filter(pk__in=villages).values_list("pk", "county_id"))
    asked: dict[int, dict[dt.date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, c in enumerate(candidates):
        county = counties.get(c.village_id) if c.village_id is not None else None
        if c.birth_date is not None and county is not None:
            asked[county][c.birth_date].append(i)
    for county, days in asked.items():
        for piece in pieces(list(days)):
            rows = members.filter(county=county, birth_date__in=piece).values_list(*LIGHT, "birth_date")
            for person, day in _keep(rows, known):
                yield from ((i, person.pk) for i in days[day])


def _by_village_and_name(members: Any, candidates: Sequence[PersonKey], known: dict[int, Known]) -> Iterator[Pair]:
    """Who bears the same name in the row's village, or one that sounds the same, whatever the birth date."""
    asked: dict[tuple[int, str], list[int]] = defaultdict(list)
    heard: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for i, c in enumerate(candidates):
        if c.village_id is not None and c.name:
            asked[c.village_id, tidy(c.name)].append(i)
            for sound in sounds(c.name):
                heard[c.village_id][sound].append(i)
    often = Counter(c.village_id for c in candidates)
    for villages in pieces([v for v in heard if often[v] >= ROWS_OF_A_VILLAGE]):
        for village, name in members.filter(village__in=villages).order_by().values_list("village_id", "name").distinct():
            for i in {i for sound in sounds(name) for i in heard[village].get(sound, ())} - set(asked.get((village, name), ())):
                asked[village, name].append(i)
    by_village: dict[int, set[str]] = defaultdict(set)
    for village, name in asked:
        by_village[village].add(name)
    # Villages are asked together: one query for each would be as many as there are villages in the file.
    for villages in pieces(list(by_village)):
        names = sorted(set().union(*(by_village[v] for v in villages)))
        for piece in pieces(names):
            rows = members.filter(village__in=villages, name__in=piece).values_list(*LIGHT, "village_id")
            for person, village in _keep(rows, known):
                yield from ((i, person.pk) for i in asked.get((village, person.name), ()))


def _add_ids(codes: dict[Pair, set[str]], candidates: Sequence[PersonKey], rules: Scale) -> None:
    wanted = [pair for pair, found in codes.items() if candidates[pair[0]].id_number and worth_opening(found, rules)]
    numbers = opened({pk for _i, pk in wanted})
    for i, pk in wanted:
        typed = normal_form(MaskKind.ID_NUMBER, candidates[i].id_number or "")
        if said := of_ids(typed, numbers.get(pk, "")):
            codes[i, pk].add(said)


def _ranked(codes: dict[Pair, set[str]], known: dict[int, Known], rules: Scale) -> dict[int, list[Match]]:
    out: dict[int, list[Match]] = defaultdict(list)
    for (i, pk), found in codes.items():
        points = rules.of(found)
        if points >= rules.threshold:
            out[i].append(Match(pk, known[pk].household_id, points, rules.ordered(found)))
    for i, matches in out.items():
        matches.sort(key=lambda m: (-m.points, m.member_id))
        if len(matches) == 1 or matches[0].points - matches[1].points >= rules.margin:
            out[i][0] = replace(matches[0], sure=True)
    return dict(out)


def worth_opening(codes: Collection[str], rules: Scale) -> bool:
    """Whether the ID numbers of two entries could decide: they could be near, or could speak against what looks alike."""
    if "id_same" in codes or "birth_other" in codes:
        return False  # the number holds the birth date: who differs there by more than a digit differs in the number as well
    return rules.of(codes) + rules.points["id_near"] >= rules.threshold


def opened(keys: Iterable[int]) -> dict[int, str]:
    """{member id: ID number in normal form} of members who have one: for comparison only, never shown, logged or stored."""
    out = {}
    for piece in pieces(list(keys)):
        for pk, uid, sealed in Member.objects.filter(pk__in=piece, id_number__isnull=False).values_list("pk", "uid", "id_number"):
            out[pk] = normal_form(MaskKind.ID_NUMBER, sealed.of(uid).reveal())
    return out


def told(one: Any, other: Any, *, same_phone: bool, same_id: bool) -> set[str]:
    """What is open to see speaks: names, sex, birth, village; and what the blind tags said. Both have the fields of Known."""
    codes = {of_names(one.name, other.name), of_births(one.birth_date, other.birth_date)}
    if one.sex and one.sex != other.sex:
        codes.add("sex_other")
    if one.village_id is not None and one.village_id == other.village_id:
        codes.add("village_same")
    if same_phone:
        codes.add("phone_same")
    if same_id:
        codes.add("id_same")
    return codes - {""}


def pieces(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in lists that a query can hold."""
    return (values[i : i + PIECE] for i in range(0, len(values), PIECE))
