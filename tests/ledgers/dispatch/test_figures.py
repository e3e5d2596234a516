"""Dispatch's own figures, day by day."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.ledgers.dispatch.actions import reports, tasks
from shouwang.ledgers.dispatch.models import Task
from tests.factories.dispatch import DUE, LATER, NOW, TODAY, Stage, issued, report_of, sent, task_of
from tests.factories.moments import at

OFFICE = "440513-fpb"
DAY = dt.timedelta(days=1)


@pytest.fixture
def city(made: Stage):
    issued(made)
    return made.scope("4405-fpb-clerk")


def shown(made: Stage, code: str, day: dt.date, place: str = "4405") -> str:
    return figures.value(figures.get(code), day, place=made.city.at(place).place).text


def test_tasks_count_from_the_day_they_are_given_and_where_their_office_is(made, city):
    assert [shown(made, "dispatch.tasks", day) for day in (TODAY - DAY, TODAY)] == ["0", "8"]
    assert [shown(made, "dispatch.tasks", TODAY, place) for place in ("440513", "440514", "440513100")] == ["2", "2", "0"]
    tasks.cancel(task_of(OFFICE), "不要了", by=city, today=TODAY, now=NOW)
    assert shown(made, "dispatch.tasks", TODAY) == "7"


def test_rates_of_acknowledging_and_closing(made, city):
    assert shown(made, "dispatch.tasks_acknowledged_rate", TODAY) == "0.0"
    clerk = made.scope(f"{OFFICE}-clerk")
    task = tasks.acknowledge(task_of(OFFICE), by=clerk, today=TODAY, now=NOW)
    tasks.close(tasks.submit(task, "完成", by=clerk, today=TODAY, now=NOW), by=city, today=TODAY, now=NOW + DAY)
    assert [shown(made, "dispatch.tasks_acknowledged_rate", TODAY, p) for p in ("4405", "440513")] == ["12.5", "50.0"]
    assert [shown(made, "dispatch.tasks_closed", d) for d in (TODAY, TODAY + DAY)] == ["0", "1"]
    assert shown(made, "dispatch.tasks_closed_rate", TODAY + DAY, "440513") == "50.0"
    assert shown(made, "dispatch.tasks_closed_rate", TODAY - DAY, "440513") == "--"


def test_overdue_is_what_is_neither_handed_in_nor_closed_after_its_time(made, city):
    Task.objects.filter(duty__kind="action").update(due_at=at("2020-02-18 17:00"))
    eighteenth = TODAY + DAY
    assert [shown(made, "dispatch.tasks_overdue", d) for d in (TODAY, eighteenth, DUE.date(), DUE.date() + DAY)] == ["0", "4", "4", "8"]
    clerk = made.scope(f"{OFFICE}-clerk")
    task = tasks.acknowledge(task_of(OFFICE), by=clerk, today=TODAY, now=NOW)
    task = tasks.submit(task, "完成", by=clerk, today=eighteenth, now=at("2020-02-19 09:00"))
    assert [shown(made, "dispatch.tasks_overdue", d) for d in (eighteenth, eighteenth + DAY)] == ["4", "3"]
    tasks.send_back(task, "缺附表", by=city, today=eighteenth + DAY, now=at("2020-02-19 10:00"))
    assert shown(made, "dispatch.tasks_overdue", eighteenth + DAY) == "4"


@pytest.mark.parametrize(("time", "overdue"), [("16:59", "0"), ("17:01", "4")])
@pytest.mark.usefixtures("city")
def test_on_the_business_day_itself_the_hour_counts(made, monkeypatch, time, overdue):
    Task.objects.filter(duty__kind="action").update(due_at=at("2020-02-18 17:00"))
    Setting.objects.create(key=DEMO_DATE, value="2020-02-18")
    monkeypatch.setattr("shouwang.ledgers.dispatch.figures.business_now", lambda: at(f"2020-02-18 {time}"))
    assert shown(made, "dispatch.tasks_overdue", dt.date(2020, 2, 18)) == overdue


def test_reports_are_due_by_the_offices_own_deadline_and_in_time_by_it(made, city):
    day = DUE.date()
    assert [shown(made, "dispatch.reports_due", d) for d in (day - DAY, day)] == ["0", "4"]
    clerk = made.scope(f"{OFFICE}-clerk")
    task = tasks.acknowledge(task_of(OFFICE, "report"), by=clerk, today=TODAY, now=NOW)
    asked = tasks.ask_extension(task, DUE + DAY, "封村", by=clerk, today=TODAY, now=NOW)
    tasks.decide_extension(asked, agree=True, reason="", by=city, today=TODAY, now=NOW)
    assert [shown(made, "dispatch.reports_due", d) for d in (day, day + DAY)] == ["3", "4"]
    sent(made, report_of(OFFICE), OFFICE, DUE + dt.timedelta(hours=5))
    sent(made, report_of("440514-fpb"), "440514-fpb", DUE + dt.timedelta(hours=5))
    assert shown(made, "dispatch.reports_in_time_rate", day + DAY) == "25.0"
    assert shown(made, "dispatch.reports_in_time_rate", day + DAY, "440513") == "100.0"


def test_a_returned_report_is_not_in_time_and_a_cancelled_one_not_due(made, city):
    found = sent(made, report_of(OFFICE), OFFICE, LATER)
    assert shown(made, "dispatch.reports_in_time_rate", DUE.date(), "440513") == "100.0"
    reports.send_back(found, "补充", by=city, today=TODAY, now=LATER)
    assert shown(made, "dispatch.reports_in_time_rate", DUE.date(), "440513") == "0.0"
    tasks.cancel(task_of("440514-fpb", "report"), "不报", by=city, today=TODAY, now=NOW)
    assert shown(made, "dispatch.reports_due", DUE.date(), "440514") == "0"
    assert shown(made, "dispatch.reports_in_time_rate", DUE.date(), "440514") == "--"


@pytest.mark.usefixtures("city")
def test_districts_add_up_with_the_citys_own_departments(made):
    figure = figures.get("dispatch.tasks")
    parts = figures.breakdown(figure, TODAY, place=made.city.city.place, level=3)
    assert sum(v.numerator or 0 for v in parts.values()) == 4
    rows = figures.rows_of(figure, TODAY, place=made.city.city.place)
    assert {t.office.code for t in rows if t.county_id is None} == {"4405-nyj", "4405-rsj"}
