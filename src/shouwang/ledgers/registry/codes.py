"""Code lists of the registry: the stored code and the word it bears on a date (rulebook/registry_codes.yaml)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from shouwang.kernel.figures import Figure
from shouwang.kernel.rulebook import Rule, book, lookup

BOOK = "registry_codes"


def rule(name: str, *, on: dt.date, region: str = "") -> Rule:
    """The rule of the registry's book in force on `on` at the region code; raises LookupError."""
    return lookup(BOOK, name, on=on, region=region)


@lru_cache(maxsize=512)
def _words(name: str, on: dt.date) -> dict[str, str]:
    return {str(code): word for code, word in rule(name, on=on).value.items()}


def words(name: str, *, on: dt.date) -> dict[str, str]:
    """{code: word} of a list as it stands on `on`, in the list's order."""
    return dict(_words(name, on))


def word(name: str, code: Any, *, on: dt.date) -> str:
    """The word for a stored code; a code the list of that day does not know is shown as it is, nothing as "--"."""
    if code in (None, ""):
        return "--"
    return _words(name, on).get(str(code), str(code))


def choices(name: str, *, on: dt.date, blank: str | None = None) -> list[tuple[str, str]]:
    """The list as form choices; `blank` puts an empty first choice with that word."""
    first = [] if blank is None else [("", blank)]
    return first + list(_words(name, on).items())


def standing_word(registration: str, monitoring: str, *, on: dt.date) -> str:
    """What a household is called on `on`: 已脱贫（脱贫监测户）, 边缘户, 一般农户."""
    watched = word("monitoring_standing", monitoring, on=on) if monitoring not in ("", "cleared") else ""
    registered = word("registration_standing", registration, on=on) if registration else ""
    if registered and watched:
        return f"{registered}（{watched}）"
    return registered or watched or word("standard_system", "ordinary", on=on)


def past_choices(name: str) -> list[tuple[str, str]]:
    """Every code that the list ever had, in its youngest words."""
    return list({str(code): word for version in book(BOOK)[name] for code, word in version.value.items()}.items())


@lru_cache(maxsize=256)
def _renamed(on: dt.date) -> dict[str, str]:
    """{word as texts are written: word of the day}; texts say 监测对象 as in 2019 and name the classes under watch as in 2021."""
    try:
        now, classes = lookup("monitoring", "vocabulary", on=on).value, _words("monitoring_standing", on)
    except LookupError:  # before there was anybody under watch
        return {}
    written = book("monitoring")["vocabulary"][0].value
    names = {written[key]: now[key] for key in ("object", "short", "include")}
    return names | {said: classes[code] for code, said in past_choices("monitoring_standing") if code in classes}


def in_words(text: str, on: dt.date) -> str:
    """A text about households under watch in the words of the day: 监测对象 (防止返贫致贫对象 from 2026), 边缘户 (边缘易致贫户 from 2020-03)."""
    found = _renamed(on)
    return re.sub("|".join(sorted(found, key=len, reverse=True)), lambda m: found[m[0]], text) if found else text


def worded(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """Figures whose names follow the words of the day."""
    return tuple(replace(f, dated=in_words) for f in figures)
