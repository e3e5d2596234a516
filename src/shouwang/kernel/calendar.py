"""Chinese working days and the clocks that run on them; plain Python, no Django.

Sources: the State Council's yearly holiday arrangements 2004–2026 (library chinesecalendar, make-up working days included);
later years are projected by the library holidays from the Regulation on Public Holidays and are provisional (暂定) until
the arrangement is published; before 2004 only weekends are days off.
"""

from __future__ import annotations

import calendar as _gregorian
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Entry = tuple[bool, str]  # works on that day, name of the day
PUBLISHED_FROM, PUBLISHED_TO = 2004, 2026
_DAY = dt.timedelta(days=1)
_SEARCH_LIMIT = 400  # days without a single working day: the calendar is broken, do not search for ever

_CHINESE = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
_PROJECTED = {
    "New Year's Day": "元旦",
    "Chinese New Year": "春节",
    "Tomb-Sweeping Day": "清明节",
    "Labor Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-Autumn Festival": "中秋节",
    "National Day": "国庆节",
}
HOLIDAYS = tuple(_PROJECTED.values())


class WorkingCalendar:
    """Which days are worked: entries by date, and Monday to Friday where there is none.

    `seed` gives a year's entries and is asked once a year, so that a calendar costs nothing until it is used; `overrides`
    win over it. Calendars are never changed, only derived from: see `with_exceptions`.
    """

    def __init__(
        self,
        seed: Callable[[int], Mapping[dt.date, Entry]] | None = None,
        overrides: Mapping[dt.date, Entry] | None = None,
        provisional_after: int | None = None,
    ) -> None:
        self._seed = seed
        self._overrides = dict(overrides or {})
        self._provisional_after = provisional_after
        self._years: dict[int, dict[dt.date, Entry]] = {}

    def _year(self, year: int) -> dict[dt.date, Entry]:
        known = self._years.get(year)
        if known is None:
            known = dict(self._seed(year)) if self._seed else {}
            known.update((day, entry) for day, entry in self._overrides.items() if day.year == year)
            self._years[year] = known
        return known

    def exceptions(self, year: int) -> tuple[dt.date, ...]:
        """The days of a year that have an entry of their own, in order."""
        return tuple(sorted(self._year(year)))

    def provisional(self, year: int) -> bool:
        """True where the year's arrangement has not been published yet (暂定)."""
        return self._provisional_after is not None and year > self._provisional_after

    def is_working(self, day: dt.date) -> bool:
        """True on a day when offices work, make-up weekends included."""
        entry = self._year(day.year).get(day)
        return day.weekday() < 5 if entry is None else entry[0]

    def holiday_name(self, day: dt.date) -> str | None:
        """The Chinese name of the holiday a day off belongs to; None on a working day and on a plain weekend."""
        entry = self._year(day.year).get(day)
        return entry[1] or None if entry and not entry[0] else None

    def note(self, day: dt.date) -> str | None:
        """What the entry of a day says, working or not (春节调休上班, 延迟复工 …); None where there is no entry."""
        entry = self._year(day.year).get(day)
        return entry[1] or None if entry else None

    def add_working_days(self, day: dt.date, n: int) -> dt.date:
        """The n-th working day after `day` (before it where n is negative); n = 0: `day`, or the next working day.

        Raises ValueError where a year and more holds no working day.
        """
        step = _DAY if n >= 0 else -_DAY
        current, left, idle = day, abs(n), 0
        if n == 0 and not self.is_working(day):
            left = 1
        while left:
            current += step
            if self.is_working(current):
                left, idle = left - 1, 0
            elif (idle := idle + 1) > _SEARCH_LIMIT:
                raise ValueError(f"no working day within {_SEARCH_LIMIT} days of {day}")
        return current

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` lies before `start`."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + _DAY * i) for i in range(1, (end - start).days + 1))

    def with_exceptions(self, exceptions: Mapping[dt.date, Entry]) -> WorkingCalendar:
        """A calendar in which these days are (working, note), whatever this one says: an edited table, a local order."""
        return WorkingCalendar(self._seed, {**self._overrides, **exceptions}, self._provisional_after)


def weekdays_only() -> WorkingCalendar:
    """A calendar that knows no holidays: Monday to Friday."""
    return WorkingCalendar()


@lru_cache(maxsize=1)
def national() -> WorkingCalendar:
    """The national calendar: published 2004–2026, provisional later, plain weekdays before."""
    return WorkingCalendar(_national_year, provisional_after=PUBLISHED_TO)


def _national_year(year: int) -> dict[dt.date, Entry]:
    if year < PUBLISHED_FROM:
        return {}
    return _published()[year] if year <= PUBLISHED_TO else _projected(year)


@lru_cache(maxsize=1)
def _published() -> dict[int, dict[dt.date, Entry]]:
    from chinese_calendar import constants

    years: dict[int, dict[dt.date, Entry]] = {year: {} for year in range(PUBLISHED_FROM, PUBLISHED_TO + 1)}
    for day, name in constants.holidays.items():
        years[day.year][day] = (False, _CHINESE[name])
    for day, name in constants.workdays.items():
        years[day.year][day] = (True, f"{_CHINESE[name]}调休上班")
    return years


@lru_cache(maxsize=64)
def _projected(year: int) -> dict[dt.date, Entry]:
    import holidays

    found: dict[dt.date, Entry] = {}
    for day, name in holidays.country_holidays("CN", years=year, language="en_US").items():
        known = next((zh for en, zh in _PROJECTED.items() if en in name), None)
        if known and day.year == year:
            found[day] = (False, known)
    return found


@lru_cache(maxsize=256)
def holiday_dates(name: str, year: int) -> tuple[dt.date, ...]:
    """The days off of a holiday (one of HOLIDAYS) in a year, in order; () where it was no day off (清明, 端午, 中秋 before 2008).

    Where the arrangement merges two holidays (中秋 within 国庆) the day itself is given for the one it does not name.
    """
    if name not in HOLIDAYS:
        return ()
    named = tuple(sorted(d for d, (works, label) in _national_year(year).items() if not works and label == name))
    return named or _festival_itself(name, year)


def _festival_itself(name: str, year: int) -> tuple[dt.date, ...]:
    import holidays

    english = next(en for en, zh in _PROJECTED.items() if zh == name)
    found = holidays.country_holidays("CN", years=year, observed=False, language="en_US")
    return tuple(sorted(day for day, label in found.items() if english in label and day.year == year))


Unit = Literal["day", "working_day", "hour", "week", "month"]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time allowed: `amount` units (个工作日, 日, 小时, 周, 月)."""

    amount: int
    unit: Unit


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day `months` later, or that month's last day where it has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month0 + 1, min(day.day, _gregorian.monthrange(year, month0 + 1)[1]))


def due_day(start: dt.date, clock: Clock, calendar: WorkingCalendar) -> dt.date:
    """The last day of a clock that starts on `start`: counting begins with the day after it (N日内, N个工作日内, N周内, N个月内).

    Hours are rounded up to whole days, since a day carries no time; use `due` where the hour of the start is known.
    """
    if clock.unit == "working_day":
        return calendar.add_working_days(start, clock.amount)
    if clock.unit == "month":
        return add_months(start, clock.amount)
    days = {"day": clock.amount, "week": 7 * clock.amount, "hour": -(-clock.amount // 24)}[clock.unit]
    return start + _DAY * days


def due(start: dt.datetime, clock: Clock, calendar: WorkingCalendar) -> dt.datetime:
    """When a clock that starts at `start` runs out, in the same time zone.

    Hours run on from the start. Every other unit ends with its last day: 24:00 of that day, written 23:59:59 of it, so that
    the date of the result is the due day.
    """
    if clock.unit == "hour":
        return start + dt.timedelta(hours=clock.amount)
    last = due_day(start.date(), clock, calendar)
    return dt.datetime.combine(last, dt.time(23, 59, 59), tzinfo=start.tzinfo)


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from `first` to `last`, both included."""
    return (first + _DAY * i for i in range((last - first).days + 1))
