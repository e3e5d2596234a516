"""What a run at one day in one county compares with: the days of its windows and its thresholds, each under a name. The compiled sweep knows the names only,
so that one compilation serves every county and every day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from shouwang.engine.catalog import EPOCH, Feature, Window
from shouwang.engine.params import Params
from shouwang.engine.rules import Condition, Rule


@dataclass(frozen=True, slots=True)
class Bounds:
    """{name: day} and {name: whole number}."""

    days: Mapping[str, dt.date]
    numbers: Mapping[str, int]

    @property
    def key(self) -> tuple[tuple[str, int], ...]:
        """Equal for counties that may be swept together."""
        return tuple(sorted(self.numbers.items()))


def window_names(feature: Feature) -> list[tuple[str, str, Window]]:
    """(name of the first day, name of the last day, window) of the feature's own window and of the joined feed's."""
    found = [feature.window] + ([feature.joined.window] if feature.joined else [])
    return [(*window_name(w), w) for w in found]


def window_name(w: Window) -> tuple[str, str]:
    """Names of its first and last day; the same for equal windows."""
    stem = f"w{w.months}m{w.days}d{w.back}b{int(w.whole)}"
    return f"{stem}_first", f"{stem}_last"


def bounds_of(rules: tuple[Rule, ...], features: tuple[Feature, ...], params: Params, asof: dt.date, county: int) -> Bounds:
    """Every name that the sweep of these rules uses. Parameters must be there (`checking.validate`)."""
    days: dict[str, dt.date] = {}
    for feature in features:
        for first, last, window in window_names(feature):
            days[first], days[last] = window.bounds(asof)
    numbers = {"asof_day": (asof - EPOCH).days, "asof_month": asof.year * 12 + asof.month}
    for rule in rules:
        for c in rule.when.conditions():
            for name in filter(None, (c.param, c.percent)):
                numbers[f"p_{name}"] = params.get(name, asof, county).value
    return Bounds(days, numbers)


def threshold(c: Condition, params: Params, catalog_feature: Feature, on: dt.date, county: int | str) -> int | None:
    """The constant right side of the comparison, before `per`: value or parameter × times; None where it is another field or a set of codes."""
    if c.param:
        number = params.get(c.param, on, county).value
    elif isinstance(c.value, bool):
        number = int(c.value)
    elif isinstance(c.value, int):
        number = c.value
    elif isinstance(c.value, str):
        return catalog_feature.code_of(c.value)
    else:
        return None
    return number * multiplier(c, params, on, county)[0]


def multiplier(c: Condition, params: Params, on: dt.date, county: int | str) -> tuple[int, int]:
    """(times, per) of the comparison, a percentage looked up."""
    return (params.get(c.percent, on, county).value, 100) if c.percent else (c.times, c.per)
