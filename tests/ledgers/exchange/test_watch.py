"""Late feeds, terms that end, and figures that count the same as the lists."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.audit.models import Event
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.exchange import lake, queries, watch
from shouwang.ledgers.exchange.figures import FIGURES
from tests.factories.exchange import JANUARY, TODAY, make_agreement, make_delivery
from tests.ledgers.exchange.conftest import row, sheet, taken_in, work


def nightly(day: dt.date = TODAY) -> None:
    enqueue("exchange.nightly", by=Scope.system(), args={}, key=f"nightly:{day}", today=day)
    work()


def late() -> list[str]:
    return list(WorkItem.objects.filter(state="open", kind="exchange.late").values_list("title", flat=True))


@pytest.mark.usefixtures("people")
def test_a_late_feed_is_work_of_its_owner_until_it_comes(medical, sender, bureau):
    nightly()
    item = WorkItem.objects.get(state="open")
    assert (item.title, item.office, item.due_at.date()) == ("医保结算 2020-01 逾期未报送", bureau, TODAY.replace(day=10))
    assert queries.freshness(sender, TODAY)[0].state == "late"
    taken_in(medical, sender, sheet(row()))
    assert late() == [] and queries.freshness(sender, TODAY)[0].state == "ok"
    nightly(TODAY + dt.timedelta(1))
    assert late() == []


def test_a_feed_that_cannot_be_read_is_failing(medical, sender):
    make_delivery(medical, state="unread")
    nightly()
    assert late() == ["医保结算 2020-01 文件无法读取，须重报"] and queries.freshness(sender, TODAY)[0].state == "failing"


@pytest.mark.parametrize(("today", "owed"), [(dt.date(2020, 2, 10), []), (dt.date(2020, 2, 11), ["医保结算 2020-01 逾期未报送"])])
def test_nobody_is_late_before_the_expected_day_is_past(medical, today, owed):
    make_delivery(medical, period=dt.date(2019, 12, 1), received_on=dt.date(2020, 1, 8))
    watch.late_items(today)
    assert late() == owed


def test_what_is_agreed_today_is_not_owed_for_last_month(city, bureau):
    make_agreement(city.at("440513"), bureau, "pupils", since=TODAY)
    assert watch.late_items(TODAY) == 0


@pytest.mark.usefixtures("people")
def test_what_is_past_its_term_is_deleted_with_an_audit_row(medical, sender):
    made = taken_in(medical, sender, sheet(row()))
    nightly(dt.date(2023, 1, 31))
    assert lake.partitions("medical_settlement", ["440513"], JANUARY, JANUARY)
    nightly(dt.date(2023, 2, 1))
    made.refresh_from_db()
    assert (made.state, lake.partitions("medical_settlement", ["440513"], JANUARY, JANUARY), lake.files_of([made.pk])) == (
        "expired",
        [],
        [],
    )
    assert Event.objects.filter(verb="exchange.delivery.expire", record_id=str(made.pk)).exists()


@pytest.mark.usefixtures("people")
def test_figures_count_feeds_rows_and_ways(medical, sender, city, bureau):
    make_agreement(city.at("440513"), bureau, "pupils")
    taken_in(medical, sender, sheet(row(), row(身份证号码="", 患者姓名="曾样板")))
    got = {f.code: figures.value(f, TODAY, place=None).text for f in FIGURES if "lists" not in f.code}
    assert got == {
        "exchange.feeds": "2", "exchange.feeds_late": "1", "exchange.feeds_on_time_rate": "50.0", "exchange.rows": "2", "exchange.rows_exact": "1",
        "exchange.rows_points": "0", "exchange.rows_model": "0", "exchange.rows_person": "0", "exchange.exact_rate": "50.0",
        "exchange.questions_open": "1",
    }  # fmt: skip
