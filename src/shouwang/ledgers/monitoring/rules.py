"""The monitoring rulebook (rulebook/monitoring.yaml): code lists, clocks by place and date, words of the time."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

from shouwang.kernel.calendar import Clock, due_day
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.kernel.worklist.clocks import calendar_for

BOOK = "monitoring"


def rule(name: str, *, on: dt.date, region: str = "") -> Rule:
    """The rule of the monitoring book in force on `on` at the region code; raises LookupError."""
    return lookup(BOOK, name, on=on, region=region)


@lru_cache(maxsize=256)
def words(name: str, on: dt.date) -> dict[str, str]:
    """{code: word} of a code list as it stands on `on`."""
    return {str(code): str(text) for code, text in rule(name, on=on).value.items()}


def word(name: str, code: str, on: dt.date) -> str:
    """The word for a stored code; an unknown code as it is, nothing as "--"."""
    return words(name, on).get(code, code) if code else "--"


def term(key: str, on: dt.date) -> str:
    """What the thing is called on `on` (object, short, include, clear, title, hotline)."""
    return words("vocabulary", on)[key]


def clock(name: str, *, on: dt.date, region: str) -> Clock:
    """The clock ``clock_<name>`` in force at the place."""
    value: dict[str, Any] = rule(f"clock_{name}", on=on, region=region).value
    return Clock(value["amount"], value["unit"])


def due(name: str, start: dt.date, *, region: str) -> dt.date:
    """The last day of the clock that starts on `start`."""
    return due_day(start, clock(name, on=start, region=region), calendar_for())
