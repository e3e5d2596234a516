"""What a run at one day in one county compares with: the days of its windows and its thresholds, each under a name. The compiled sweep knows the names only,
so that one compilation serves every county and every day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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
    def asof(self) -> dt.date:
        """The as-of day."""
        return EPOCH + dt.timedelta(self.numbers["asof_day"])

    @property
    def key(self) -> tuple[tuple[str, int], ...]:
        """Equal for counties that may be swept together."""
        return tuple(sorted(self.numbers.items()))


def window_name(w: Window) -> tuple[str, str]:
    """Names of its first and last day; the same for equal windows."""
    stem = f"w{w.months}m{w.days}d{w.back}b{int(w.whole)}"
    return f"{stem}_first", f"{stem}_last"


def seen_names(feed: str, joined: bool) -> tuple[str, str]:
    """Names of the first and last day that any feature of the feed sees (those with a joined feed apart)."""
    stem = f"seen_{feed}{'_joined' if joined else ''}"
    return f"{stem}_first", f"{stem}_last"


def scanned(features: Sequence[Feature], asof: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """{feed: first and last day that any window of these features can see}, for choosing files by month."""
    spans: dict[str, list[tuple[dt.date, dt.date]]] = {}
    for f in features:
        if f.is_feed:
            spans.setdefault(f.source, []).append(f.window.bounds(asof))
        if f.joined:
            spans.setdefault(f.joined.feed, []).append(f.joined.window.bounds(asof))
    return {feed: _span(found) for feed, found in spans.items()}


def bounds_of(rules: Sequence[Rule], features: Sequence[Feature], params: Params, asof: dt.date, county: int) -> Bounds:
    """Every name that the sweep of these rules uses. Parameters must be there (`checking.validate`)."""
    days: dict[str, dt.date] = {}
    seen: dict[tuple[str, str], list[tuple[dt.date, dt.date]]] = {}
    for f in features:
        for window in (f.window, f.joined.window if f.joined else f.window):
            first, last = window_name(window)
            days[first], days[last] = window.bounds(asof)
        if f.is_feed:
            seen.setdefault(seen_names(f.source, f.joined is not None), []).append(f.window.bounds(asof))
    for (first, last), found in seen.items():
        days[first], days[last] = _span(found)
    numbers = {"asof_day": (asof - EPOCH).days, "asof_month": asof.year * 12 + asof.month}
    for rule in rules:
        for c in rule.when.conditions():
            for name in filter(None, (c.param, c.percent)):
                numbers[f"p_{name}"] = params.get(name, asof, county).value
    return Bounds(days, numbers)


def _span(found: Sequence[tuple[dt.date, dt.date]]) -> tuple[dt.date, dt.date]:
    return min(first for first, _ in found), max(last for _, last in found)


def threshold(c: Condition, params: Params, f: Feature, on: dt.date, county: int | str) -> int | None:
    """The constant right side of the comparison, before `per`: value or parameter × times; None where it is another field or a set of codes."""
    if c.other or isinstance(c.value, tuple):
        return None
    number = params.get(c.param, on, county).value if c.param else constant(c, f)
    return number * multiplier(c, params, on, county)[0]


def constant(c: Condition, f: Feature) -> int:
    """The value of the comparison as the feature's number: a code by its place, a flag as 0 or 1."""
    if isinstance(c.value, str):
        return f.code_of(c.value) or 0
    return int(c.value) if isinstance(c.value, int) else 0


def multiplier(c: Condition, params: Params, on: dt.date, county: int | str) -> tuple[int, int]:
    """(times, per) of the comparison, a percentage looked up."""
    return (params.get(c.percent, on, county).value, 100) if c.percent else (c.times, c.per)
