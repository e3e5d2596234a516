"""Names by sound and by shape (rulebook/names.yaml)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from itertools import product

from pypinyin import Style, pinyin

from shouwang.kernel.rulebook import book

READINGS_AT_MOST = 8


def _data(name: str) -> object:
    return max(book("names")[name], key=lambda r: r.valid_from or dt.date.min).value


@lru_cache(maxsize=1)
def _surnames() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = _data("surname_readings")  # type: ignore[assignment]  # the shape of the file
    return {character: tuple(readings) for character, readings in found.items()}


@lru_cache(maxsize=1)
def _shapes() -> frozenset[frozenset[str]]:
    groups: list[str] = _data("similar_characters")  # type: ignore[assignment]  # the shape of the file
    return frozenset(frozenset((a, b)) for group in groups for a in group for b in group if a != b)


@lru_cache(maxsize=16_384)
def _reading(character: str) -> str:
    return str(pinyin(character, style=Style.NORMAL)[0][0])


@lru_cache(maxsize=65_536)
def tidy(name: str) -> str:
    """The name as it is compared: full-width folded, spaces and dots dropped."""
    return re.sub(r"[\s·•．.]+", "", unicodedata.normalize("NFKC", name))


@lru_cache(maxsize=65_536)
def sounds(name: str) -> frozenset[str]:
    """Every way the name may be read, without tones, e.g. {"zengxiaoming", "cengxiaoming"}; a surname of several readings has them all.

    Empty for an empty name. Given names take their usual reading character by character: that is how a name is read out and typed.
    """
    said = tidy(name)
    if not said:
        return frozenset()
    first = _surnames().get(said[0], (_reading(said[0]),))
    rest = [(_reading(c),) for c in said[1:]]
    return frozenset("".join(parts) for parts in list(product(first, *rest))[:READINGS_AT_MOST])


def alike_in_shape(one: str, other: str) -> bool:
    """Whether two names of one length differ only in characters that are easily taken for each other."""
    one, other = tidy(one), tidy(other)
    if len(one) != len(other):
        return False
    differing = [frozenset((a, b)) for a, b in zip(one, other, strict=True) if a != b]
    return bool(differing) and len(differing) < max(len(one), 2) and all(pair in _shapes() for pair in differing)


def comparison(one: str, other: str) -> str:
    """same, sound, shape, other; "" where one of them is empty."""
    one, other = tidy(one), tidy(other)
    if not one or not other:
        return ""
    if one == other:
        return "same"
    if len(one) == len(other) and not sounds(one).isdisjoint(sounds(other)):
        return "sound"
    return "shape" if alike_in_shape(one, other) else "other"
