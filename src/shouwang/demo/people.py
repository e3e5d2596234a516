"""The people of the demonstration city, drawn from a seed: columns of households, members, incomes, statuses and helpers. No database.

Every person is invented. Names are drawn at random, phones lie in a segment no operator holds (demo/identity.py), IDs are valid in form
only, every household names 演示数据 as its collector. `blocks` yields 20,000 households at a time, so that a million need little memory;
the same villages, number, seed and day give the same people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouwang.demo import homes, identity, kinship, means, names, traits
from shouwang.demo.kinship import CHILD, DAUGHTER_IN_LAW, FATHER, HEAD, MOTHER, SPOUSE

Column = NDArray[Any]
BLOCK = 20_000
MARK = "演示数据"
RELATIONS = (
    "head",
    "spouse",
    "son",
    "daughter",
    "daughter_in_law",
    "grandson",
    "granddaughter",
    "father",
    "mother",
    "husbands_father",
    "husbands_mother",
)
LEFT_REASONS = ("", "died", "married_out", "moved")
WORDS: dict[str, tuple[str, ...]] = {
    **traits.WORDS,
    **{k: v for k, v in homes.WORDS.items() if k not in ("cause", "risk")},
    "main_cause": homes.WORDS["cause"],
    "other_cause": homes.WORDS["cause"],
    "risk": homes.WORDS["risk"],
    "relation": RELATIONS,
    "left_reason": LEFT_REASONS,
    "assistance": ("none", "dibao", "tekun"),
    "id_type": ("resident", "household_book"),
    "programme": ("registration", "monitoring"),
    "standing": ("poor", "exited", "relapsed", "newly_poor", "unstable", "borderline"),
}
# Registered households per village relative to a plain one, by district: more in the south, fewer in the old town (a guess).
DISTRICT_WEIGHTS = {"440513": 1.5, "440514": 1.6, "440515": 0.7, "440512": 0.6, "440523": 0.5, "440511": 0.14, "440507": 0.2}
LISTED = 37
LISTED_DISTRICTS = ("440513", "440514", "440515", "440523")


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community: 12-digit code, weight of its number of households, whether it is one of the listed poor villages."""

    code: str
    community: bool
    weight: float
    listed: bool = False


@dataclass(frozen=True)
class People:
    """One block. `households` has one row per household; `members`, `statuses`, `incomes`, `helpers` point to it by `household` (0 … n−1).

    Coded columns are small integers into WORDS[column]. Days are datetime64[D], NaT = none; a phone of 0 = none. Money is 分, land 0.01 mu, housing 0.01 ㎡,
    distance 0.01 km. `first` is the running number of the first household.
    """

    first: int
    households: dict[str, Column]
    members: dict[str, Column]
    incomes: tuple[dict[str, Column], ...]
    statuses: dict[str, Column]
    helpers: dict[str, Column]


def weighted(codes: Sequence[str], seed: int) -> list[Village]:
    """Villages with the default weights; 37 listed ones are drawn from the outer districts — the real list is not public, this one is fictional."""
    rng = np.random.default_rng([seed, 37])
    ordered = sorted(codes)
    rural = [c for c in ordered if c[9:] >= "200" and c[:6] in LISTED_DISTRICTS]
    listed = {str(c) for c in rng.choice(rural, min(LISTED, len(rural)), replace=False)} if rural else set()
    spread = rng.uniform(0.5, 1.5, len(ordered))
    return [
        Village(
            code=code,
            community=code[9:] < "200",
            weight=DISTRICT_WEIGHTS.get(code[:6], 1.0) * (0.55 if code[9:] < "200" else 1.0) * (3.5 if code in listed else 1.0) * float(s),
            listed=code in listed,
        )
        for code, s in zip(ordered, spread, strict=True)
    ]


def shared_out(villages: Sequence[Village], households: int) -> NDArray[np.int64]:
    """Households per village by weight; they add up to `households` exactly."""
    share = np.cumsum([v.weight for v in villages])
    edges = np.rint(share / share[-1] * households).astype(np.int64)
    counts: NDArray[np.int64] = np.diff(np.r_[0, edges])
    return counts


def blocks(villages: Sequence[Village], households: int, *, seed: int, today: dt.date) -> Iterator[People]:
    """People in blocks of at most BLOCK households, ordered by village. Raises ValueError without villages or before 2020-02-01."""
    if not villages or households < 0:
        raise ValueError("at least one village and no negative number of households")
    if today < dt.date(2020, 2, 1):
        raise ValueError("the demonstration's people stand as of 2020-02-01 or later")
    counts = shared_out(villages, households)
    home = np.repeat(np.arange(len(villages), dtype=np.int32), counts)
    starts = np.r_[0, np.cumsum(counts)[:-1]]
    serial = np.arange(households, dtype=np.int64) - starts[home] + 1
    maker = _Maker(villages, seed, np.datetime64(today, "D"))
    for number, first in enumerate(range(0, households, BLOCK)):
        piece = slice(first, min(first + BLOCK, households))
        yield maker.block(np.random.default_rng([seed, 1, number]), first, home[piece], serial[piece])


class _Maker:
    """What lasts from block to block: the villages' columns, their lineages, the order numbers already given."""

    def __init__(self, villages: Sequence[Village], seed: int, today: np.datetime64) -> None:
        self.seed, self.today = seed, today
        self.code = np.array([int(v.code) for v in villages], dtype=np.int64)
        self.community = np.array([v.community for v in villages])
        self.lineages = names.draw_lineages(np.random.default_rng([seed, 2]), self.community)
        self.districts, self.district = np.unique(self.code // 10**6, return_inverse=True)
        self.orders = identity.OrderNumbers(len(self.districts))
        self.people = 0

    def block(self, rng: np.random.Generator, first: int, village: NDArray[np.int32], serial: NDArray[np.int64]) -> People:
        n = len(village)
        kin = kinship.draw_kin(rng, n, int(self.today.astype(np.int64)))
        known = traits.draw_traits(rng, kin.birth, self.today)
        left = self._left(rng, kin, known["age"])
        counts = homes.count(kin.household, left == 0, known, n)
        head_age = known["age"][kin.role == HEAD]
        house = homes.draw_homes(rng, counts, head_age, ~self.community[village])
        earns = (left == 0) & np.isin(known["labour"], traits.ABLE) & (known["school_status"] == 0) & (known["age"] >= 18)
        now = means.draw_means(rng, kin.household, earns, known, house, counts)
        since, dates = self._dates(rng, house)
        members = self._members(rng, kin, known, left, house, village, since)
        code = identity.codes(self.code[village], 12, serial, 5)
        households = {
            "code": code,
            "village": village,
            "head_name": members["name"][kin.role == HEAD],
            "hamlet": (1 + rng.integers(0, 3 + self.code[village] % 7)).astype(np.int8),
            "phone": np.where(rng.random(n) < 0.026, 0, identity.phones(np.arange(first, first + n) * 8, self.seed)),
            **house,
            "collected_on": self.today - rng.integers(20, 160, n).astype("timedelta64[D]"),
        }
        within = np.arange(len(kin.household)) - np.searchsorted(kin.household, np.arange(n))[kin.household] + 1
        members["code"] = identity.codes(self.code[village][kin.household], 12, serial[kin.household] * 100 + within, 7)
        statuses = _statuses(house, since, dates)
        return People(first, households, members, (now, means.year_before(rng, now)), statuses, self._helpers(rng, first, village, since))

    def _left(self, rng: np.random.Generator, kin: kinship.Kin, age: Column) -> Column:
        """0 = lives here; else why the person was taken off: some of the old died, some daughters married out."""
        u = rng.random(len(age), dtype=np.float32)
        old = np.isin(kin.role, (FATHER, MOTHER)) & (u < 0.07)
        married = (kin.role == CHILD) & ~kin.male & (age >= 22) & (u < 0.12)
        return np.select([old, married], [1, 2], 0).astype(np.int8)

    def _dates(self, rng: np.random.Generator, house: dict[str, Column]) -> tuple[Column, dict[str, Column]]:
        """First registration in the summer of 2016 (late 2019 for the newly poor and watched), exit at a year's end, relapse after it."""
        n = len(house["kind"])
        summer = np.datetime64("2016-05-10") + rng.integers(0, 80, n).astype("timedelta64[D]")
        recent = np.datetime64("2019-11-05") + rng.integers(0, 70, n).astype("timedelta64[D]")
        late = (house["registration"] == homes.NEWLY_POOR) | (house["registration"] == 0)
        u = rng.random(n, dtype=np.float32)
        ends = np.array(["2016-12-31", "2017-12-31", "2018-12-31", "2019-12-31"], dtype="datetime64[D]")
        relapsed = house["registration"] == homes.RELAPSED
        return np.where(late, recent, summer), {
            "exit": ends[np.where(relapsed, np.minimum(1, (u * 2).astype(np.int8)), np.searchsorted([0.08, 0.36, 0.76], u))],
            "watched": recent,
        }

    def _members(
        self,
        rng: np.random.Generator,
        kin: kinship.Kin,
        known: dict[str, Column],
        left: Column,
        house: dict[str, Column],
        village: Column,
        since: Column,
    ) -> dict[str, Column]:
        n, home = len(kin.household), kin.household
        birth = kin.birth.astype("datetime64[D]")
        order = self.orders.take(self.district[village][home], birth, kin.male)
        own_phone = (known["age"] >= 16) & (known["age"] < 75) & (rng.random(n, dtype=np.float32) < 0.8) & (kin.role != HEAD)
        number = identity.phones(self.people * 8 + np.arange(n) * 8 + 3, self.seed)
        self.people += n
        went = np.datetime64("2017-01-01") + rng.integers(0, 1000, n).astype("timedelta64[D]")
        paperless = (known["age"] < 3) & (rng.random(n, dtype=np.float32) < 0.03)
        kind = house["kind"][home]
        id_number = identity.id_numbers(self.districts[self.district[village][home]], birth, order)
        return {
            "household": home,
            "name": self._names(rng, kin, village),
            "male": kin.male,
            "birth_date": birth,
            "relation": _relations(kin),
            "id_type": paperless.astype(np.int8),
            "id_number": np.where(paperless, "", id_number),
            "phone": np.where(own_phone, number, 0),
            "assistance": np.where(known["age"] >= 0, kind, 0).astype(np.int8),
            "joined_on": np.maximum(np.where(kin.role == HEAD, since[home], np.maximum(since[home], birth)), birth),
            "left_on": np.where(left > 0, np.maximum(went, np.maximum(since[home], birth)), np.datetime64("NaT")),
            "left_reason": left,
            **known,
        }

    def _names(self, rng: np.random.Generator, kin: kinship.Kin, village: Column) -> Column:
        """Lineage surnames for those born into it, other surnames for those who married in; a woman who heads the house married in."""
        lineage = names.lineage_of(rng, self.lineages, village)[kin.household]
        by_marriage = np.isin(kin.role, (DAUGHTER_IN_LAW, MOTHER)) | ((kin.role == HEAD) | (kin.role == SPOUSE)) & ~kin.male
        surname = np.where(by_marriage, names.other_surname(rng, lineage), lineage).astype(np.int16)
        generation = ((kin.birth // 365 + 70) // 24).astype(np.int16)
        return names.full_names(rng, surname, kin.male, self.lineages.poem[village][kin.household], generation)

    def _helpers(self, rng: np.random.Generator, first: int, village: Column, since: Column) -> dict[str, Column]:
        """One helper for most households, shared by about four neighbours; three in a hundred have none (空档户)."""
        rows = np.flatnonzero(rng.random(len(village), dtype=np.float32) >= 0.03)
        group = (first + rows) // 4 * 2_000 + village[rows]
        person, number = np.unique(group, return_inverse=True)
        male = rng.random(len(person), dtype=np.float32) < 0.68
        surname = names.draw_surnames(rng, len(person))
        zero = np.zeros(len(person), dtype=np.int16)
        named = names.full_names(rng, surname, male, zero, zero + 3)
        phone = identity.phones(person * 8 + 5, self.seed)
        return {
            "household": rows,
            "name": named[number],
            "phone": phone[number],
            "since": np.maximum(since[rows], np.datetime64("2016-07-01")),
        }


def _relations(kin: kinship.Kin) -> Column:
    """Relation to the head as a number into RELATIONS; a woman's husband's parents are 公公 and 婆婆."""
    head_male = kin.head_male[kin.household]
    child, grandchild = np.where(kin.male, 2, 3), np.where(kin.male, 5, 6)
    father, mother = np.where(head_male, 7, 9), np.where(head_male, 8, 10)
    return np.choose(kin.role, [0, 1, child, 4, grandchild, father, mother]).astype(np.int8)


def _statuses(house: dict[str, Column], since: Column, dates: dict[str, Column]) -> dict[str, Column]:
    """Programme periods: each registered household's 未脱贫 first, then 已脱贫, then 返贫; watched ones beside it. `risk` for the watched."""
    never = np.datetime64("NaT")
    reg, watch = house["registration"], house["monitoring"]
    once = np.isin(reg, (homes.POOR, homes.EXITED, homes.RELAPSED))
    out = np.isin(reg, (homes.EXITED, homes.RELAPSED))
    again = dates["exit"] + np.timedelta64(300, "D")
    parts = (
        (once, 0, 0, since, np.where(out, dates["exit"], never)),
        (out, 0, 1, dates["exit"], np.where(reg == homes.RELAPSED, again, never)),
        (reg == homes.RELAPSED, 0, 2, again, np.full(len(reg), never)),
        (reg == homes.NEWLY_POOR, 0, 3, since, np.full(len(reg), never)),
        (watch == homes.UNSTABLE, 1, 4, dates["watched"], np.full(len(reg), never)),
        (watch == homes.BORDERLINE, 1, 5, since, np.full(len(reg), never)),
    )
    rows = [np.flatnonzero(p[0]) for p in parts]
    order = np.argsort(np.concatenate(rows), kind="stable")
    programme = np.concatenate([np.full(len(r), p[1], dtype=np.int8) for r, p in zip(rows, parts, strict=True)])[order]
    home = np.concatenate(rows)[order]
    return {
        "household": home,
        "programme": programme,
        "standing": np.concatenate([np.full(len(r), p[2], dtype=np.int8) for r, p in zip(rows, parts, strict=True)])[order],
        "since": np.concatenate([p[3][r] for r, p in zip(rows, parts, strict=True)])[order],
        "until": np.concatenate([p[4][r] for r, p in zip(rows, parts, strict=True)])[order],
        "risk": np.where(programme == 1, house["risk"][home], 0).astype(np.int8),
    }
