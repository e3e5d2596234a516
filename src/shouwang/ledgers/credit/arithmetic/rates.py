"""The rate rule by date and term: the central bank's base rate, and from 2021 the LPR."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.credit.arithmetic.money import percent, ppm_of

BOOK = "credit"


@dataclass(frozen=True, slots=True)
class Cap:
    """The highest rate a loan of the day and term may bear, millionths, by which document."""

    ppm: int
    name: str
    source: str
    unverified: bool

    def __str__(self) -> str:
        return f"{percent(self.ppm)}（{self.name}）"


def rate_cap(on: dt.date, months: int, *, region: str = "") -> Cap:
    """The cap of a loan released on the day; raises LookupError outside the rulebook's dates."""
    kind = lookup(BOOK, "rate_rule", on=on, region=region)
    table = lookup(BOOK, str(kind.value), on=on, region=region)
    value: dict[str, Any] = table.value
    long = months > 12
    name = {"base_rate": "同期基准利率", "lpr": "同期 LPR"}[str(kind.value)]
    term = ("5 年期以上" if kind.value == "lpr" else "1 至 5 年") if long else ("1 年期" if kind.value == "lpr" else "1 年以内")
    return Cap(ppm_of(str(value["longer" if long else "year"])), f"{name}，{term}", table.source, table.unverified or kind.unverified)
