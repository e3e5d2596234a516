"""The catalogue of what departments send, from `rulebook/feeds.yaml`: owner, basis, period, columns. Pure: the sweep and the ledger read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

PERIODS = {"month": 1, "quarter": 3, "year": 12}
# How a column's values lie in the lake, as DuckDB names the types.
STORED = {
    "choice": "VARCHAR",
    "text": "VARCHAR",
    "ordinal": "BIGINT",
    "money": "BIGINT",
    "whole": "BIGINT",
    "area": "BIGINT",
    "flag": "BOOLEAN",
}
KEYS = {"person": "BIGINT", "household": "BIGINT", "day": "DATE"}


@dataclass(frozen=True, slots=True)
class FeedField:
    """One column of a feed: code, label, type, unit as written in the file, the headers and words that departments use for it."""

    code: str
    label: str
    type: str
    unit: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None
    also: Mapping[str, str] | None = None

    @property
    def stored(self) -> str:
        """The type of the column in the lake, as DuckDB names it."""
        return STORED[self.type]


@dataclass(frozen=True, slots=True)
class Feed:
    """What one department sends: `period` in months, `expected_day` of the month after it, `retention` in months."""

    code: str
    name: str
    owner: tuple[str, ...]
    basis: str
    period: str
    expected_day: int
    retention: int
    level: str
    fields: tuple[FeedField, ...]

    def columns(self) -> dict[str, str]:
        """{column: DuckDB type} of the feed in the lake: person, household, day and the feed's own."""
        return {**KEYS, **{f.code: f.stored for f in self.fields}}

    def last_period(self, today: dt.date) -> dt.date:
        """The first day of the month that names the last period over before `today`."""
        months = today.year * 12 + today.month - 1
        step = PERIODS[self.period]
        return _month(months // step * step - 1)

    def previous(self, period: dt.date) -> dt.date:
        """The period before."""
        return _month(period.year * 12 + period.month - 1 - PERIODS[self.period])

    def starts(self, period: dt.date) -> dt.date:
        """The first day the period covers; it ends with the month that names it."""
        return _month(period.year * 12 + period.month - PERIODS[self.period])

    def expected(self, period: dt.date) -> dt.date:
        """The day by which the period must be here."""
        return after(period).replace(day=self.expected_day)

    def kept_until(self, period: dt.date) -> dt.date:
        """The first day on which the period is past its term."""
        return _month(period.year * 12 + period.month - 1 + 1 + self.retention)

    def names(self, period: dt.date) -> bool:
        """Whether the month names a period of this feed (a quarter is named by its last month)."""
        return period.day == 1 and period.month % PERIODS[self.period] == 0


def after(month: dt.date) -> dt.date:
    """The first day of the next month."""
    return _month(month.year * 12 + month.month)


def _month(months: int) -> dt.date:
    return dt.date(months // 12, months % 12 + 1, 1)


@lru_cache(maxsize=1)
def _raw() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files("shouwang.rulebook").joinpath("feeds.yaml").read_text("utf-8"))
    return found


def _field(code: str, raw: Mapping[str, Any]) -> FeedField:
    words = {k: {str(c): str(w) for c, w in raw[k].items()} for k in ("choices", "also") if k in raw}
    return FeedField(
        code, raw["label"], raw["type"], raw.get("unit", ""), raw.get("required", False), tuple(raw["aliases"]), words.get("choices"),
        words.get("also"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def feeds() -> Mapping[str, Feed]:
    """All feeds by code, in the catalogue's order."""
    return {
        code: Feed(
            code=code,
            name=f["name"],
            owner=tuple(f["owner"]),
            basis=f["basis"],
            period=f["period"],
            expected_day=f["expected_day"],
            retention=f["retention"],
            level=f["level"],
            fields=tuple(_field(c, raw) for c, raw in f["fields"].items()),
        )
        for code, f in _raw()["feeds"].items()
    }


@lru_cache(maxsize=1)
def identity_fields() -> tuple[FeedField, ...]:
    """The columns that tie a row to a person, and the row's day: read, matched and dropped."""
    raw = _raw()
    return (*(_field(c, f) for c, f in raw["identity"].items()), _field("day", raw["day"]))


def feed(code: str) -> Feed:
    """The feed. Raises LookupError naming the code where the catalogue has none."""
    try:
        return feeds()[code]
    except KeyError:
        raise LookupError(f"feeds.yaml has no feed {code!r}") from None
