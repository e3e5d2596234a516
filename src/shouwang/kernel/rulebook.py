"""Dated policy values: looked up by name, date and place; YAML published with the product, each with unit and source."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Rule:
    """One value in force from `valid_from` until `valid_to` (half-open), in `region` (a code prefix, "" = everywhere)."""

    name: str
    value: Any
    unit: str
    valid_from: dt.date
    valid_to: dt.date | None
    region: str
    source: str
    unverified: bool


@lru_cache(maxsize=64)
def book(file: str) -> dict[str, tuple[Rule, ...]]:
    """All rules of ``rulebook/<file>.yaml`` by name, each tuple oldest first."""
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath(f"{file}.yaml").read_text("utf-8"))
    out = {}
    for name, entry in raw.items():
        rules = [
            Rule(
                name=name,
                value=v["value"],
                unit=entry.get("unit", ""),
                valid_from=v["valid_from"],
                valid_to=v.get("valid_to"),
                region=str(v.get("region", "")),
                source=v["source"],
                unverified=v.get("unverified", False),
            )
            for v in entry["values"]
        ]
        out[name] = tuple(sorted(rules, key=lambda r: r.valid_from))
    return out


def lookup(file: str, name: str, *, on: dt.date, region: str = "") -> Rule:
    """The rule in force on `on` at the region code: the most specific place wins, then the youngest.

    Raises LookupError naming file, rule and date where none is in force: a rule that cannot be found is an error, not silence.
    """
    found = [
        r
        for r in book(file).get(name, ())
        if r.valid_from <= on and (r.valid_to is None or on < r.valid_to) and region.startswith(r.region)
    ]
    if not found:
        raise LookupError(f"rulebook {file}.{name}: nothing in force on {on} at {region or 'everywhere'}")
    return max(found, key=lambda r: (len(r.region), r.valid_from))
