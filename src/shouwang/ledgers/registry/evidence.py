"""What speaks for and against two entries being one person: codes of rulebook/lookalikes.yaml, and their points. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shouwang.kernel.privacy.normal import check_character
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.names import comparison

BOOK = "lookalikes"


@dataclass(frozen=True, slots=True)
class Scale:
    """Points by code, what is alike enough, and by how much the best must lead to be the only one (rulebook/lookalikes.yaml)."""

    points: dict[str, int]
    threshold: int
    margin: int
    strong: frozenset[str]

    def of(self, codes: Collection[str]) -> int:
        """The sum."""
        return sum(self.points[c] for c in codes)

    def ordered(self, codes: Collection[str]) -> tuple[str, ...]:
        """Strongest first."""
        return tuple(sorted(set(codes), key=lambda c: (-self.points[c], c)))


@lru_cache(maxsize=16)
def scale(on: dt.date) -> Scale:
    """The scale in force on `on`."""
    points, threshold, margin, strong = (lookup(BOOK, n, on=on).value for n in ("points", "threshold", "margin", "strong"))
    return Scale(points, int(threshold), int(margin), frozenset(strong))


def in_words(codes: Sequence[str], *, on: dt.date) -> str:
    """The evidence in one phrase."""
    words = lookup(BOOK, "words", on=on).value
    return "、".join(words.get(c, c) for c in codes)


def of_names(one: str, other: str, prefix: str = "name") -> str:
    """name_same, name_sound, name_shape, name_other; "" where one is not known."""
    found = comparison(one, other)
    return f"{prefix}_{found}" if found else ""


def of_births(one: dt.date | None, other: dt.date | None) -> str:
    """birth_same, birth_near (one digit of yyyymmdd differs, or day and month are exchanged), birth_other; "" where one is not known."""
    if one is None or other is None:
        return ""
    if one == other:
        return "birth_same"
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return "birth_near"
    return "birth_near" if sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)) == 1 else "birth_other"


def of_ids(one: str, other: str) -> str:
    """id_same, id_near (one digit of the first 17, or two neighbours exchanged, whatever the check digit), id_other; "" where unknown.

    Both are 18 characters in normal form; a number of another length says nothing.
    """
    if len(one) != 18 or len(other) != 18:
        return ""
    if one == other:
        return "id_same"
    differing = [i for i in range(17) if one[i] != other[i]]
    if len(differing) <= 1:
        return "id_near"
    first = differing[0]
    swapped = len(differing) == 2 and differing[1] == first + 1 and one[first] == other[first + 1] and one[first + 1] == other[first]
    return "id_near" if swapped else "id_other"


def valid(number: str) -> bool:
    """Whether the check character fits."""
    return len(number) == 18 and number[:17].isdigit() and check_character(number[:17]) == number[17]
