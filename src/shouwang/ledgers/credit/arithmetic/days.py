"""Days, months and the calendars by which interest falls due and subsidy is settled. Periods are half-open: 算头不算尾."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shouwang.kernel.errors import Refused

ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` until before `end`."""

    start: dt.date
    end: dt.date

    @property
    def days(self) -> int:
        """Actual days."""
        return max(0, (self.end - self.start).days)

    @property
    def last(self) -> dt.date:
        """The last day in it."""
        return self.end - ONE

    def meet(self, other: Period) -> Period:
        """The days both have; without any, a period of no days."""
        start = max(self.start, other.start)
        return Period(start, max(start, min(self.end, other.end)))

    def __str__(self) -> str:
        return f"{self.start} ～ {self.last}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The last day of each settlement: on day `day` of `months`. 20 of 3, 6, 9, 12 is the banks' interest day."""

    day: int
    months: tuple[int, ...]

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Calendar:
        """From the rulebook's {day, months}."""
        return cls(int(said["day"]), tuple(sorted(int(m) for m in said["months"])))

    def closing(self, year: int, month: int) -> dt.date:
        """The last day of the settlement of a month; a day the month has not is its last day."""
        return dt.date(year, month, min(self.day, calendar.monthrange(year, month)[1]))

    def cuts(self, start: dt.date, end: dt.date) -> list[dt.date]:
        """The days on which a new settlement begins, strictly between start and end."""
        found = (self.closing(y, m) + ONE for y in range(start.year - 1, end.year + 1) for m in self.months)
        return [d for d in found if start < d < end]

    def periods(self, start: dt.date, end: dt.date) -> list[Period]:
        """The settlements of the days from start until before end, the first and last cut short where they are."""
        return between([start, *self.cuts(start, end), end])

    def period_of(self, day: dt.date) -> Period:
        """The whole settlement the day lies in."""
        begins = sorted(self.closing(y, m) + ONE for y in range(day.year - 2, day.year + 2) for m in self.months)
        start = max(b for b in begins if b <= day)
        return Period(start, min(b for b in begins if b > day))


def between(days: Iterable[dt.date]) -> list[Period]:
    """The periods between each two neighbours of the days, in order, without empty ones."""
    marks = sorted(set(days))
    return [Period(a, b) for a, b in pairwise(marks)]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later; where that month is too short its last day: 8-31 + 6 = 2-29."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def in_order(start: dt.date, end: dt.date, *, field: str = "end", names: tuple[str, str] = ("起期", "止期")) -> Period:
    """The period; raises Refused where it does not go forward, or spans more than fifty years."""
    if end <= start:
        raise Refused(
            f"{names[1]} {end} 不晚于{names[0]} {start}，没有可计的天数。请核对日期（起期当天计息，止期当天不计息）。", field=field
        )
    if (end - start).days > 50 * 366:
        raise Refused(f"{start} 至 {end} 超过 50 年，疑为年份误填。请核对日期。", field=field)
    return Period(start, end)
