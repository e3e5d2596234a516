"""Words of the ledger's codes by date (rulebook impact_codes, risk_levels)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from shouwang.kernel.clock import business_now
from shouwang.kernel.rulebook import lookup

CAUSES = ("work_blocked", "unsold", "stopped", "loan", "income", "spending", "return_limited", "wildlife", "other")
SUBJECTS = ("household", "worker", "product", "project", "loan")
LEVELS = ("low", "medium", "high")
TONES = {"low": "g", "medium": "o", "high": "r"}


def words(name: str, on: dt.date) -> dict[str, str]:
    """{code: word} of a list of impact_codes in force on the day; `levels` is that of risk_levels. Raises LookupError."""
    found = lookup("risk_levels", "words", on=on) if name == "levels" else lookup("impact_codes", name, on=on)
    return {str(k): str(v) for k, v in found.value.items()}


def word(name: str, code: str, on: dt.date) -> str:
    """The word of a code; the code itself for one the list of that day does not have."""
    return words(name, on).get(code, code)


def choices(name: str, on: dt.date) -> list[tuple[str, str]]:
    """A list as form choices."""
    return list(words(name, on).items())


def coded(name: str) -> Callable[[Any], list[tuple[str, str]]]:
    """The options of a list's filter."""
    return lambda _scope: choices(name, business_now().date())
