"""Code lists and limits of the employment ledger, by date (rulebook/employment_codes.yaml, employment.yaml)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from shouwang.kernel.clock import business_now
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import Rule, book, lookup

CODES, RULES = "employment_codes", "employment"


def rule(name: str, *, on: dt.date, region: str = "") -> Rule:
    """The limit or clock in force on `on` at the region code; raises LookupError."""
    return lookup(RULES, name, on=on, region=region)


@lru_cache(maxsize=256)
def _words(name: str, on: dt.date) -> dict[str, str]:
    return {str(k): str(v) for k, v in lookup(CODES, name, on=on).value.items()}


def words(name: str, on: dt.date) -> dict[str, str]:
    """{code: word} of a list as it stands on the day, in its order."""
    return dict(_words(name, on))


def word(name: str, code: str, on: dt.date) -> str:
    """The word of a code; an unknown one is shown as it is, nothing as "--"."""
    return _words(name, on).get(code, code) if code else "--"


def epidemic_reasons(on: dt.date) -> tuple[str, ...]:
    """Reasons for not working that the epidemic causes; none before there was one."""
    versions = [r for r in book(CODES)["epidemic_reasons"] if r.valid_from <= on]
    return tuple(versions[-1].value) if versions else ()


def choices(name: str, on: dt.date, blank: str | None = None) -> list[tuple[str, str]]:
    """The list as form choices; `blank` puts an empty first choice with that word."""
    return ([] if blank is None else [("", blank)]) + list(_words(name, on).items())


def listed(name: str) -> Callable[[Scope], Sequence[tuple[str, str]]]:
    """A filter's options in the words of the business day, which is asked for only where the words ever changed."""
    versions = book(CODES)[name]
    return lambda _scope: choices(name, versions[0].valid_from if len(versions) == 1 else business_now().date())


def fen(yuan: Any) -> int | None:
    """Whole or decimal yuan as integer 分; None stays None."""
    return None if yuan is None else int(yuan * 100)
