"""Calendars as the installation knows them: the national seed in an editable table, local exceptions by kind of actor."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db.models import Count, Max, Q
from django.utils import timezone

from shouwang.kernel import calendar as working
from shouwang.kernel.audit.models import Event
from shouwang.kernel.models import Holiday
from shouwang.kernel.rulebook import lookup

SEED_FROM, SEED_TO, PROVISIONAL_TO = 2004, 2026, 2030
SOURCE = "国务院办公厅节假日安排通知（chinesecalendar 数据）"


def seed_holidays() -> int:
    """Fill the table with the national calendar 2004–2026 and provisional later years; rows that stand are left as edited."""
    national = working.national()
    rows = []
    for year in range(SEED_FROM, PROVISIONAL_TO + 1):
        for day in national.exceptions(year):
            rows.append(
                Holiday(
                    day=day,
                    working=national.is_working(day),
                    name=national.holiday_name(day) or ("调休上班" if national.is_working(day) else "休息日"),
                    source=SOURCE if year <= SEED_TO else "按节日规律推算，待国务院办公厅公布",
                    provisional=year > SEED_TO,
                )
            )
    rows += [
        Holiday(
            day=dt.date(2020, 2, day),
            working=False,
            name="延迟复工",
            actor="enterprise",
            source="广东省人民政府通知：企业不早于2020年2月9日24时复工",
        )
        for day in range(3, 10)
    ]
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500))


@lru_cache(maxsize=8)
def _calendar(actor: str, region_ids: tuple[int, ...], stamp: tuple[int | None, ...]) -> working.WorkingCalendar:  # noqa: ARG001 - the stamp keys the cache
    rows = Holiday.objects.filter(Q(actor="") | Q(actor=actor), Q(region__isnull=True) | Q(region_id__in=region_ids))
    # The more particular row is applied last and wins.
    ordered = sorted(rows, key=lambda h: (h.region_id is not None, h.actor != ""))
    return working.weekdays_only().with_exceptions({h.day: (h.working, h.name) for h in ordered})


def calendar_for(actor: str = "", region_ids: tuple[int, ...] = ()) -> working.WorkingCalendar:
    """The calendar of a kind of actor ("" offices, "enterprise" …) at a region (its ancestors' ids); national where the table is empty.

    Every edit leaves an event, so that an edit made in one process is noticed in the others.
    """
    table = Holiday.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    if not table["count"]:
        return working.national()
    edited = Event.objects.filter(ledger=Holiday._meta.label_lower).aggregate(newest=Max("pk"))
    return _calendar(actor, region_ids, (table["count"], table["newest"], edited["newest"]))


def due_from_rule(name: str, start: dt.datetime, *, region_code: str = "") -> dt.datetime:
    """When a clock of rulebook/clocks.yaml that starts at `start` runs out: the end of its last day, or hours later."""
    rule = lookup("clocks", name, on=timezone.localtime(start).date(), region=region_code)
    return working.due(start, working.Clock(rule.value, rule.unit), calendar_for())  # type: ignore[arg-type]  # the rulebook's units are the clock's


def morning(day: dt.date) -> dt.datetime:
    """08:00 of a day, when the offices open: the moment of what happens on a day without an hour."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(8)))


def day_end(day: dt.date) -> dt.datetime:
    """24:00 of a day as stored: its last second, in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(23, 59, 59)))
