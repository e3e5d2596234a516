"""Writes the invented people into the registry: whole columns at a time, sealed fields sealed, one audit row per piece.

This is the demonstration's own way in. It writes past actions.py, which keeps one audit row per record: a million households would
take hours that way. Loading again with the same seed, number and day skips what is there, so a killed load is simply started again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import models, transaction
from django.db.models import Q

from shouwang.demo.ahead import drawn_ahead
from shouwang.demo.bulk_insert import Rows, insert, move_on, next_key, put_aside, put_back, rows_of
from shouwang.demo.flaws import marred
from shouwang.demo.people import MARK, WORDS, People, Village, blocks, weighted
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS, window_of
from shouwang.ledgers.registry.lake_keys import fresh_keys
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus
from shouwang.ledgers.registry.spelling import spelled

LOAD = Verb("demo.people.load", "载入了演示数据")
PIECE = 2_000
DOCUMENT = f"{MARK}，非真实文件"
Columns = dict[str, Sequence[Any]]


TABLES: tuple[type[models.Model], ...] = (Household, Member, ProgrammeStatus, HelperAssignment, IncomeStatement)


@dataclass(frozen=True, slots=True)
class HelperAccount:
    """A helper with an account of their own, who looks after the first `households` of a village."""

    user_id: int
    name: str
    households: int = 5


@dataclass(frozen=True)
class Backing:
    """Who stands behind the households: sponsor unit (office id) and helper account by village code."""

    units: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, HelperAccount] = field(default_factory=dict)


@dataclass
class Loaded:
    """How many rows the load wrote, and the listed villages (fictional)."""

    households: int = 0
    members: int = 0
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn; it goes to another process as it is."""

    city: str
    households: int
    seed: int
    today: dt.date
    backing: Backing


@dataclass(frozen=True)
class Piece:
    """One piece ready to be written: its rows, none where they are there already; `done` = households up to its end."""

    done: int
    first: str
    households: int = 0
    members: int = 0
    rows: tuple[Rows, ...] = ()


def load_people(
    city: Region,
    households: int,
    *,
    seed: int,
    today: dt.date,
    by: Scope,
    backing: Backing | None = None,
    progress: Callable[[int, int], None] | None = None,
    ahead: bool = False,
) -> Loaded:
    """Draw and write the people of `city` in pieces of 2,000 households, each in a transaction of its own.

    Memory stays bounded whatever the number. `progress(done, households)` is called after each piece. `ahead` draws and seals in a
    second process and, into empty tables, makes the secondary indexes after the rows. Raises Refused where the city has no villages.
    """
    villages = weighted([r.code for r in _villages(city.code, today)], seed)
    if not villages:
        raise Refused(f"“{city.name}”还没有村（社区）区划，不能载入演示数据。请先导入该市的行政区划。", field="city")
    wanted = Wanted(city.code, households, seed, today, backing or Backing())
    done = Loaded(listed=tuple(v.code for v in villages if v.listed))
    if ahead and not Household.objects.exists():
        put_aside(TABLES)
    for piece in drawn_ahead(wanted) if ahead else pieces(wanted):
        if piece.rows:
            _write(piece, by, today)
        done.households += piece.households
        done.members += piece.members
        if progress:
            progress(piece.done, households)
    put_back()
    return done


def _write(piece: Piece, by: Scope, today: dt.date) -> None:
    with transaction.atomic():
        for rows in piece.rows:
            insert(rows)
        move_on(TABLES)
        counts = {"户数": piece.households, "人数": piece.members, "首户": piece.first}
        note(Household(pk=piece.rows[0].values[0][0]), by=by, verb=LOAD, today=today, changes=counts)


def pieces(wanted: Wanted) -> Iterator[Piece]:
    """Everything that is wanted, piece by piece, drawn and sealed; what is in the database already comes without rows."""
    regions = {r.code: r for r in _villages(wanted.city, wanted.today)}
    villages = weighted(list(regions), wanted.seed)
    maker = _Maker(villages, [regions[v.code] for v in villages], wanted)
    for block in blocks(villages, wanted.households, seed=wanted.seed, today=wanted.today):
        for low, piece in _pieces(marred(block, wanted.seed)):
            yield maker.make(piece, block.first + low + len(piece.households["code"]))


def _villages(city: str, today: dt.date) -> models.QuerySet[Region]:
    in_force = Q(year_to__isnull=True) | Q(year_to__gte=today.year)
    rows = Region.objects.filter(in_force, city__code=city, level=Region.VILLAGE, year_from__lte=today.year)
    return rows.select_related("county", "town").order_by("code")


def _pieces(block: People) -> Iterator[tuple[int, People]]:
    """The block in pieces of PIECE households; the household numbers inside start from 0 again."""

    def cut(table: dict[str, Any], low: int, high: int) -> dict[str, Any]:
        rows = slice(*np.searchsorted(table["household"], (low, high)))
        return {k: v[rows] - (low if k == "household" else 0) if k == "household" else v[rows] for k, v in table.items()}

    for low in range(0, len(block.households["code"]), PIECE):
        high = low + PIECE
        yield (
            low,
            People(
                first=block.first + low,
                households={k: v[low:high] for k, v in block.households.items()},
                members=cut(block.members, low, high),
                incomes=tuple({k: v[low:high] for k, v in window.items()} for window in block.incomes),
                statuses=cut(block.statuses, low, high),
                helpers=cut(block.helpers, low, high),
            ),
        )


def _words(table: dict[str, Any], *names: str) -> Columns:
    """Coded columns as their words; `other_cause` and `risk` go by the model's names."""
    return {n: np.array(WORDS[n], dtype=object)[table[n]].tolist() for n in names}


def _maybe(values: Any, none: Any) -> list[Any]:
    return [None if v == none else v for v in values.tolist()]


def _days(values: Any) -> list[Any]:
    found: list[Any] = values.astype("datetime64[D]").astype(object).tolist()  # NaT becomes None
    return found


def _hundredths(values: Any) -> list[Decimal]:
    return [Decimal(v).scaleb(-2) for v in values.tolist()]


def _yes_no(values: Any) -> list[bool | None]:
    return [None if v < 0 else v > 0 for v in values.tolist()]


class _Maker:
    """Turns drawn people into rows of the five tables."""

    def __init__(self, villages: list[Village], regions: list[Region], wanted: Wanted) -> None:
        self.villages, self.regions, self.backing, self.today = villages, regions, wanted.backing, wanted.today
        self.next = {model: next_key(model) for model in TABLES}
        self.places: dict[str, list[Any]] = {
            "region": [r.pk for r in regions],
            **{f: [r.ancestor_ids()[f"{f}_id"] for r in regions] for f in ("city", "county", "town", "village")},
        }

    def make(self, piece: People, done: int) -> Piece:
        """The rows of one piece; none where it is there already."""
        first, count = str(piece.households["code"][0]), len(piece.households["code"])
        if Household.objects.filter(code=first).exists():
            return Piece(done, first)
        keys, village = self._keys(Household, count), piece.households["village"]
        rows = [rows_of(Household, keys, self._households(piece.households))]
        parts: tuple[tuple[type[models.Model], dict[str, Any], Columns], ...] = (
            (Member, piece.members, self._members(piece.members)),
            (ProgrammeStatus, piece.statuses, self._statuses(piece)),
            (HelperAssignment, piece.helpers, self._helpers(piece)),
        )
        for model, table, columns in parts:
            home = table["household"]
            columns |= {"household": [keys[i] for i in home.tolist()], **self._place(village[home])}
            rows.append(rows_of(model, self._keys(model, len(home)), columns))
        for number, window in enumerate(piece.incomes):
            columns = {**self._incomes(window, number), "household": keys, **self._place(village)}
            rows.append(rows_of(IncomeStatement, self._keys(IncomeStatement, count), columns))
        return Piece(done, first, count, len(piece.members["code"]), tuple(rows))

    def _keys(self, model: type[models.Model], n: int) -> list[int]:
        first = self.next[model]
        self.next[model] += n
        return list(range(first, first + n))

    def _place(self, village: Any) -> Columns:
        rows = village.tolist()
        return {name: [ids[i] for i in rows] for name, ids in self.places.items()}

    def _households(self, h: dict[str, Any]) -> Columns:
        rows = h["village"].tolist()
        kinds = ["居民小组" if v.community else "村民小组" for v in self.villages]
        hamlets = [f"第{n}{kinds[i]}" for n, i in zip(h["hamlet"].tolist(), rows, strict=True)]
        prefix = [f"{r.county or ''}{r.town or ''}{r.name}" for r in self.regions]
        registered = h["registration"] > 0
        return {
            **self._place(h["village"]),
            "code": h["code"].tolist(),
            "lake_key": fresh_keys(len(rows)),
            "head_name": h["head_name"].tolist(),
            "hamlet": hamlets,
            "address": [f"{prefix[i]}{g}" for i, g in zip(rows, hamlets, strict=True)],
            "phone": [str(p) if p else "" for p in h["phone"].tolist()],
            "standard_system": np.where(registered, "gd_relative", "monitored").tolist(),
            **_words(h, "kind", "registration", "monitoring", "main_cause", "housing_grade"),
            "other_causes": _words(h, "other_cause")["other_cause"],
            "no_labour": h["no_labour"].tolist(),
            "returned_land": [Decimal("0.00")] * len(rows),
            "pasture_land": [Decimal("0.00")] * len(rows),
            **{n: _hundredths(h[n]) for n in ("arable_land", "forest_land", "orchard_land", "water_area", "housing_area", "road_distance")},
            "housing_lived_in": h["housing_lived_in"].tolist(),
            **{
                n: _yes_no(h[n])
                for n in (
                    "water_quantity",
                    "water_quality",
                    "water_access",
                    "water_reliability",
                    "electricity",
                    "sanitary_toilet",
                    "paved_access",
                )
            },
            "collector_name": [MARK] * len(rows),
            "collector_phone": [None] * len(rows),
            "collected_on": _days(h["collected_on"]),
            "closed_on": [None] * len(rows),
            "closed_reason": [""] * len(rows),
            "merged_into": [None] * len(rows),
        }

    def _members(self, m: dict[str, Any]) -> Columns:
        n = len(m["code"])
        coded = (
            "id_type",
            "relation",
            "education",
            "school_status",
            "out_of_school_reason",
            "health",
            "labour",
            "insurance",
            "pension",
            "assistance",
            "public_post",
            "left_reason",
        )
        return {
            "lake_key": fresh_keys(n),
            "code": m["code"].tolist(),
            "name": m["name"].tolist(),
            "spelled": [spelled(n) for n in m["name"].tolist()],
            "sex": np.where(m["male"], "male", "female").tolist(),
            "ethnic_group": ["HA"] * n,
            "id_number": m["id_number"].tolist(),
            "phone": [str(p) if p else "" for p in m["phone"].tolist()],
            "birth_date": _days(m["birth_date"]),
            **_words(m, *coded),
            "disability_type": _maybe(m["disability_type"], 0),
            "disability_grade": _maybe(m["disability_grade"], 0),
            "skills": [""] * n,
            "illness_insurance": m["illness_insurance"].tolist(),
            "medical_help": m["medical_help"].tolist(),
            "public_post_months": m["public_post_months"].tolist(),
            "joined_on": _days(m["joined_on"]),
            "left_on": _days(m["left_on"]),
        }

    def _incomes(self, window: dict[str, Any], back: int) -> Columns:
        """The window of the last annual adjustment, or the one `back` years before it."""
        n = len(window["persons"])
        last = window_of("oct_sep", self.today)
        start, end = last.start.replace(year=last.start.year - back), last.end.replace(year=last.end.year - back)
        return {
            **{name: window[name].tolist() for name in (*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS, "net", "persons")},
            "window_type": [last.kind] * n,
            "window_start": [start] * n,
            "window_end": [end] * n,
            "checked_on": [end + dt.timedelta(days=31)] * n,
            "is_latest": [back == 0] * n,
        }

    def _statuses(self, piece: People) -> Columns:
        s = piece.statuses
        registered = (piece.households["registration"] > 0)[s["household"]]
        return {
            **_words(s, "programme", "standing"),
            "standard_system": np.where(registered, "gd_relative", "monitored").tolist(),
            "risks": _words(s, "risk")["risk"],
            "since": _days(s["since"]),
            "until": _days(s["until"]),
            "document": [DOCUMENT] * len(s["since"]),
        }

    def _helpers(self, piece: People) -> Columns:
        t = piece.helpers
        names, phones = t["name"].tolist(), [str(p) for p in t["phone"].tolist()]
        users: list[int | None] = [None] * len(names)
        codes = [self.villages[i].code for i in piece.households["village"][t["household"]].tolist()]
        serials = [int(str(c)[12:]) for c in piece.households["code"][t["household"]].tolist()]
        for row, (code, serial) in enumerate(zip(codes, serials, strict=True)):
            account = self.backing.accounts.get(code)
            if account and serial <= account.households:
                names[row], users[row] = account.name, account.user_id
        return {
            "name": names,
            "user": users,
            "sponsor_unit": [self.backing.units.get(c) for c in codes],
            "phone": phones,
            "since": _days(t["since"]),
            "until": [None] * len(names),
        }
