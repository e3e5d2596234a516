"""The ledger's code lists by date (rulebook produce): products, channels, sellers, inputs, crops; urgency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from shouwang.kernel.clock import business_now
from shouwang.kernel.errors import Refused
from shouwang.kernel.rulebook import lookup

BOOK = "produce"
URGENCY = {"late": ("已过可售期", "r"), "now": ("特急", "r"), "soon": ("紧急", "o"), "normal": ("一般", "g")}


def entries(name: str, on: dt.date) -> dict[str, Any]:
    """{code: what the list of that day says of it}. Raises LookupError."""
    return {str(k): v for k, v in lookup(BOOK, name, on=on).value.items()}


def words(name: str, on: dt.date) -> dict[str, str]:
    """{code: word}."""
    return {k: str(v["name"] if isinstance(v, dict) else v) for k, v in entries(name, on).items()}


def word(name: str, code: str, on: dt.date) -> str:
    """The word of a code; the code itself for one the list of that day does not have."""
    return words(name, on).get(code, code)


def choices(name: str, on: dt.date) -> list[tuple[str, str]]:
    """A list as form choices."""
    return list(words(name, on).items())


def coded(name: str) -> Callable[[Any], list[tuple[str, str]]]:
    """The options of a list's filter."""
    return lambda _scope: choices(name, business_now().date())


def code_of(name: str, said: str, on: dt.date) -> str | None:
    """The code a word or one of its aliases means; None for none."""
    for code, entry in entries(name, on).items():
        named = {code, *((entry["name"], *entry.get("aliases", ())) if isinstance(entry, dict) else (str(entry),))}
        if said.strip() in named:
            return code
    return None


def check_most(name: str, said: Any, label: str, field: str, on: dt.date) -> None:
    """Whether a number is no more than is plausible on the day (rulebook most_…, whose remedy says what was probably meant); raises Refused.

    `said` is in the unit of the rule.
    """
    rule = lookup(BOOK, f"most_{name}", on=on)
    most, remedy = rule.value["most"], rule.value["remedy"]
    if said is not None and said > most:
        raise Refused(f"{label} {said:,} {rule.unit}超过 {most:,} {rule.unit}。{remedy}", field=field)


def urgency(product: str, saleable_until: dt.date, today: dt.date) -> str:
    """late, now, soon or normal, by the days left and whether the product keeps (rulebook urgency)."""
    left, rule = (saleable_until - today).days, lookup(BOOK, "urgency", on=today).value
    if left < 0:
        return "late"
    days = entries("products", today).get(product, {}).get("days", rule["perishable"])
    first = rule["perishable"] if days <= rule["perishable"] else rule["now"]
    return "now" if left <= first else "soon" if left <= rule["soon"] else "normal"
