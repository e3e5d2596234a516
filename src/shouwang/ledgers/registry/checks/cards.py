"""The card of each check: name, severity, whom it concerns, field to mend, remedy; the threshold is the dated part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.rulebook import book, lookup

BOOK = "registry_checks"
SEVERITIES = {"error": "错误", "doubt": "疑点", "hint": "提示"}
TONES = {"error": "r", "doubt": "o", "hint": "b"}
CONCERNS = ("household", "member")


@dataclass(frozen=True, slots=True)
class Card:
    """One check. `field` is owner.field, `acceptable` whether it can be 核实无误."""

    code: str
    name: str
    severity: str
    concerns: str
    field: str
    group: str
    remedy: str
    acceptable: bool


@dataclass(frozen=True, slots=True)
class Dated:
    """A card with the threshold of a day: True where the check needs none."""

    card: Card
    limit: Any


@lru_cache(maxsize=1)
def cards() -> Mapping[str, Card]:
    """Every check there ever was by code, in the order of the book; raises ValueError for a card that contradicts the vocabulary."""
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath(f"{BOOK}.yaml").read_text("utf-8"))
    out = {}
    for code, said in raw.items():
        names = ("name", "severity", "concerns", "field", "group", "remedy")
        card = Card(code=code, **{n: said[n] for n in names}, acceptable=said.get("acceptable", True))
        if card.severity not in SEVERITIES or card.concerns not in CONCERNS:
            raise ValueError(f"{BOOK}.{code}: unknown severity or concern")
        Group(card.group)
        out[code] = card
    return MappingProxyType(out)


@lru_cache(maxsize=64)
def in_force(day: dt.date) -> Mapping[str, Dated]:
    """The checks that hold on `day` with their thresholds, in the order of the book."""
    out = {}
    for code, card in cards().items():
        if book(BOOK)[code][0].valid_from <= day and (limit := lookup(BOOK, code, on=day).value) is not False:
            out[code] = Dated(card, limit)
    return MappingProxyType(out)
