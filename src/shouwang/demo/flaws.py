"""A small share of imperfect records, as real files have them: slips of the pen that the data-quality checks find.

Works on the finished columns of a block. Each flaw goes to a fixed share of the households that can bear it, a household bears at most
one, and the same seed gives the same flaws. What the database refuses (two heads, land below 0) is not written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouwang.demo import identity
from shouwang.demo.homes import WORDS as HOMES
from shouwang.demo.people import RELATIONS, WORDS, People

Column = NDArray[Any]
Marker = Callable[["_Block", Column], None]
ENOUGH = 1_000  # a block of fewer households gets its shares rounded, a larger one at least one of each flaw


def marred(people: People, seed: int) -> People:
    """The block with its flaws written into it; `people` itself is changed."""
    rng = np.random.default_rng([seed, 5, people.first])
    block = _Block(people, rng)
    n = len(people.households["code"])
    for share, able, mark in FLAWS:
        fit = np.flatnonzero(able(block) & ~block.taken)
        wanted = max(round(share * n), 1 if n >= ENOUGH else 0)
        if len(fit) and wanted:
            chosen = rng.choice(fit, min(wanted, len(fit)), replace=False)
            block.taken[chosen] = True
            mark(block, np.sort(chosen))
    return people


class _Block:
    """The columns at hand, and which households bear a flaw already."""

    def __init__(self, people: People, rng: np.random.Generator) -> None:
        self.h, self.m, self.s, self.income, self.rng = people.households, people.members, people.statuses, people.incomes[0], rng
        self.n = len(people.households["code"])
        self.taken = np.zeros(self.n, dtype=bool)
        self.here = np.isnat(self.m["left_on"])

    def any_of(self, members: Column) -> Column:
        """Households one of whose living members is marked."""
        found: Column = np.bincount(self.m["household"][members & self.here], minlength=self.n) > 0
        return found

    def one_of(self, members: Column, homes: Column) -> Column:
        """The first marked living member of each of these households."""
        rows = np.flatnonzero(members & self.here & np.isin(self.m["household"], homes))
        _, first = np.unique(self.m["household"][rows], return_index=True)
        chosen: Column = rows[first]
        return chosen

    def relation(self, *names: str) -> Column:
        """Members of these relations to the head."""
        return np.isin(self.m["relation"], [RELATIONS.index(n) for n in names])

    @property
    def numbered(self) -> Column:
        """Members with an identity number."""
        found: Column = self.m["id_number"] != ""
        return found

    @property
    def grown(self) -> Column:
        """Adults of working age, able and out of school."""
        m = self.m
        found: Column = (m["age"] >= 20) & (m["age"] < 58) & (m["health"] == 0) & (m["school_status"] == 0) & np.isin(m["labour"], (1, 2))
        return found


def _code(column: str, word: str) -> int:
    return WORDS[column].index(word)


def _member(column: str, value: Any, able: Callable[[_Block], Column]) -> tuple[Callable[[_Block], Column], Marker]:
    """A flaw that sets one column of one fitting member."""

    def mark(block: _Block, homes: Column) -> None:
        block.m[column][block.one_of(able(block), homes)] = value

    return lambda block: block.any_of(able(block)), mark


def _home(column: str, value: Any, able: Callable[[_Block], Column] | None = None) -> tuple[Callable[[_Block], Column], Marker]:
    """A flaw that sets one column of the household."""

    def mark(block: _Block, homes: Column) -> None:
        block.h[column][homes] = value

    return able or (lambda block: np.ones(block.n, dtype=bool)), mark


def _wrong_digit(block: _Block, homes: Column) -> None:
    """A digit of the order number mistyped: sex and birth still agree, the check character does not."""
    for row in block.one_of(block.numbered, homes):
        number = str(block.m["id_number"][row])
        block.m["id_number"][row] = f"{number[:15]}{(int(number[15]) + 3) % 10}{number[16:]}"


def _short_number(block: _Block, homes: Column) -> None:
    """The last character left out."""
    for row in block.one_of(block.numbered, homes):
        block.m["id_number"][row] = str(block.m["id_number"][row])[:17]


def _strange_province(block: _Block, homes: Column) -> None:
    """A number of a province that does not exist, right in itself."""
    rows = block.one_of(block.numbered, homes)
    order = np.array([int(str(n)[14:17]) for n in block.m["id_number"][rows]], dtype=np.int64)
    block.m["id_number"][rows] = identity.id_numbers(np.full(len(rows), 990101), block.m["birth_date"][rows], order)


def _no_number(block: _Block, homes: Column) -> None:
    block.m["id_number"][block.one_of(block.numbered, homes)] = ""


def _number_of_a_neighbour(block: _Block, homes: Column) -> None:
    """The number of the head next door, copied from the wrong row."""
    heads = np.flatnonzero(block.relation("head"))
    block.m["id_number"][heads[homes]] = block.m["id_number"][heads[(homes + 1) % block.n]]


def _other_birthday(block: _Block, homes: Column) -> None:
    """The day of birth of the lunar calendar, or simply another one."""
    rows = block.one_of(block.numbered & (block.m["age"] > 18), homes)
    block.m["birth_date"][rows] += np.timedelta64(26, "D")
    block.m["joined_on"][rows] = np.maximum(block.m["joined_on"][rows], block.m["birth_date"][rows])


def _other_sex(block: _Block, homes: Column) -> None:
    rows = block.one_of(block.numbered & block.relation("grandson", "granddaughter"), homes)
    block.m["male"][rows] = ~block.m["male"][rows]


def _same_phone(block: _Block, homes: Column) -> None:
    """The telephone of the neighbour."""
    block.h["phone"][homes] = np.maximum(block.h["phone"][homes - 1], block.h["phone"][homes])


def _short_phone(block: _Block, homes: Column) -> None:
    """The last digit left out."""
    block.h["phone"][homes] //= 10


def _short_member_phone(block: _Block, homes: Column) -> None:
    block.m["phone"][block.one_of(block.m["phone"] > 0, homes)] //= 10


def _same_member_phone(block: _Block, homes: Column) -> None:
    """The telephone of somebody a few doors away."""
    rows, told = block.one_of(block.m["phone"] > 0, homes), np.flatnonzero(block.m["phone"] > 0)
    block.m["phone"][rows] = block.m["phone"][told[np.searchsorted(told, rows) - 9]]


def _everyone_gone(block: _Block, homes: Column) -> None:
    """The last member died, and the household was never taken off."""
    rows = np.isin(block.m["household"], homes) & block.here
    day = np.datetime64("2019-11-20")
    block.m["left_on"][rows] = np.maximum(block.m["joined_on"][rows], day)
    block.m["left_reason"][rows] = _code("left_reason", "died")


def _head_gone(block: _Block, homes: Column) -> None:
    """The head died, and nobody took the place."""
    rows = block.one_of(block.relation("head"), homes)
    block.m["left_on"][rows] = np.maximum(block.m["joined_on"][rows], np.datetime64("2019-12-08"))
    block.m["left_reason"][rows] = _code("left_reason", "died")


def _joined_early(block: _Block, homes: Column) -> None:
    """A child entered under the day of the mother's check-up."""
    rows = block.one_of(block.m["age"] < 4, homes)
    block.m["joined_on"][rows] = block.m["birth_date"][rows] - np.timedelta64(40, "D")


def _no_longer_drawing(block: _Block, homes: Column) -> None:
    """Dibao ended for the people and not for the household."""
    block.m["assistance"][np.isin(block.m["household"], homes)] = _code("assistance", "none")


def _two_posts(block: _Block, homes: Column) -> None:
    for rows in (block.one_of(block.grown & block.relation("head"), homes), block.one_of(block.grown & block.relation("spouse"), homes)):
        block.m["public_post"][rows] = _code("public_post", "cleaning")
        block.m["public_post_months"][rows] = 6


def _post_of_the_old(block: _Block, homes: Column) -> None:
    rows = block.one_of((block.m["age"] >= 70) & (block.m["age"] < 76), homes)
    block.m["public_post"][rows] = _code("public_post", "road")
    block.m["public_post_months"][rows] = 12


def _no_risk(block: _Block, homes: Column) -> None:
    rows = np.isin(block.s["household"], homes) & (block.s["programme"] == 1)
    block.s["risk"][rows] = 0


def _watched_for(risk: str) -> Marker:
    def mark(block: _Block, homes: Column) -> None:
        rows = np.isin(block.s["household"], homes) & (block.s["programme"] == 1)
        block.s["risk"][rows] = HOMES["risk"].index(risk)

    return mark


def _nothing_paid(block: _Block, homes: Column) -> None:
    block.income["out_of_pocket"][homes] = 0


def _ten_times(block: _Block, homes: Column) -> None:
    """A wage entered with a digit too many, in the window by which the household was taken in."""
    more = block.income["persons"][homes] * 2_600_000
    block.income["wage"][homes] += more
    block.income["net"][homes] += more


def _other_name(block: _Block, homes: Column) -> None:
    """The household kept the name of a former head."""
    names = block.h["head_name"]
    names[homes] = names[(homes + 3) % block.n]


def _poor_by(cause: str) -> Callable[[_Block], Column]:
    code = HOMES["cause"].index(cause)
    return lambda b: np.isin(b.h["registration"], (1, 3, 4)) & ((b.h["main_cause"] == code) | (b.h["other_cause"] == code))


def _watched(block: _Block) -> Column:
    found: Column = block.h["monitoring"] > 0
    return found


def _several(block: _Block) -> Column:
    found: Column = np.bincount(block.m["household"][block.here], minlength=block.n) > 1
    return found


# (share of the households, which can bear it, how it is written)
FLAWS: tuple[tuple[float, Callable[[_Block], Column], Marker], ...] = (
    (0.0012, lambda b: b.any_of(b.numbered), _wrong_digit),
    (0.0004, lambda b: b.any_of(b.numbered), _short_number),
    (0.0002, lambda b: b.any_of(b.numbered), _strange_province),
    (0.0006, lambda b: b.any_of(b.numbered), _no_number),
    (0.0003, lambda b: b.any_of(b.numbered & b.relation("head")), _number_of_a_neighbour),
    (0.0010, lambda b: b.any_of(b.numbered & (b.m["age"] > 18)), _other_birthday),
    (0.0003, lambda b: b.any_of(b.numbered & b.relation("grandson", "granddaughter")), _other_sex),
    (0.0020, lambda b: b.h["phone"] > 0, _same_phone),
    (0.0008, lambda b: b.any_of(b.m["phone"] > 0), _same_member_phone),
    (0.0005, lambda b: b.h["phone"] > 0, _short_phone),
    (0.0002, lambda b: b.any_of(b.m["phone"] > 0), _short_member_phone),
    (0.0003, lambda b: ~_several(b), _everyone_gone),
    (0.0004, _several, _head_gone),
    (0.0002, *_member("relation", RELATIONS.index("father"), lambda b: b.relation("head") & b.m["male"] & (b.m["age"] >= 62))),
    (0.0003, lambda b: b.any_of(b.relation("head")), _other_name),
    (0.0002, lambda b: b.any_of(b.m["age"] < 4), _joined_early),
    (0.0003, *_member("relation", RELATIONS.index("daughter"), lambda b: b.relation("son"))),
    (0.0002, *_member("relation", RELATIONS.index("spouse"), lambda b: b.relation("daughter_in_law"))),
    (0.0006, *_member("school_status", _code("school_status", "primary"), lambda b: (b.m["age"] == 16) & (b.m["school_status"] > 0))),
    (0.0003, *_member("out_of_school_reason", 0, lambda b: b.m["out_of_school_reason"] > 0)),
    (0.0015, *_member("labour", _code("labour", "none"), lambda b: b.grown)),
    (0.0004, *_member("labour", _code("labour", "ordinary"), lambda b: np.isin(b.m["disability_grade"], (1, 2)))),
    (0.0003, *_member("labour", _code("labour", "ordinary"), lambda b: (b.m["age"] >= 12) & (b.m["age"] < 16))),
    (0.0002, *_member("public_post", _code("public_post", "other"), lambda b: b.m["age"] == 15)),
    (0.0004, lambda b: b.any_of((b.m["age"] >= 70) & (b.m["age"] < 76)), _post_of_the_old),
    (0.0004, lambda b: b.any_of(b.grown & b.relation("head")) & b.any_of(b.grown & b.relation("spouse")), _two_posts),
    (0.0003, *_member("health", _code("health", "disabled"), lambda b: b.m["health"] == 1)),
    (0.0003, *_home("no_labour", value=True, able=lambda b: b.any_of(b.grown))),
    (0.0005, *_home("kind", _code("kind", "general"), lambda b: b.h["kind"] == 1)),
    (0.0003, lambda b: (b.h["kind"] == 1) & (b.income["transfer_dibao"] > 0), _no_longer_drawing),
    (0.0004, *_home("kind", _code("kind", "dibao"), lambda b: b.h["kind"] == 0)),
    (0.0004, *_home("arable_land", 32_000)),
    (0.0004, *_home("road_distance", 1_200)),
    (0.0010, *_home("housing_grade", 0)),
    (0.0004, _watched, _no_risk),
    (0.0002, lambda b: _watched(b) & ~b.any_of(b.m["health"] == _code("health", "disabled")), _watched_for("disability")),
    (0.0002, lambda b: _watched(b) & ~b.any_of(b.m["school_status"] > 0), _watched_for("schooling")),
    (0.0003, _poor_by("illness"), _nothing_paid),
    (0.0002, _watched, _ten_times),
)
