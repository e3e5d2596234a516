"""Report requests: outside a notice, their end, and the freezing of what has reached its cut-off."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.jobs import handlers
from shouwang.kernel.models import FigureSnapshot
from shouwang.ledgers.dispatch import queries
from shouwang.ledgers.dispatch.actions import consolidate, reports, requests, tasks
from shouwang.ledgers.dispatch.models import Report, ReportRequest
from shouwang.portal.catalog import FIGURES
from tests.factories.dispatch import CUT_OFF, DUE, LATER, NOW, TODAY, Stage, accepted, checked, issued, items, report_of, sent, task_of
from tests.factories.moments import at
from tests.factories.registry import add_status, make_household

OFFICE = "440513-fpb"
VALUES = {
    "title": "关于春耕情况的报告",
    "direction": "down",
    "parts": [{"key": "measures", "heading": "工作做法"}],
    "figures": ["registry.households"],
    "questions": ["防疫物资缺口"],
    "cut_off": CUT_OFF,
    "due_at": DUE,
}


@pytest.fixture
def city(made: Stage):
    return made.scope("4405-fpb-clerk")


def ask(made: Stage, **other) -> ReportRequest:
    by = made.scope("4405-fpb-clerk")
    return requests.open_request(
        made.office("4405-fpb"), VALUES | other, [made.office(OFFICE), made.office("4405-nyj")], by=by, today=TODAY, now=NOW
    )


def test_a_request_opens_one_drafted_report_per_office(made):
    request = ask(made)
    assert (request.questions, request.figures, request.cut_off) == ([{"label": "防疫物资缺口"}], ["registry.households"], CUT_OFF)
    assert sorted(request.reports.values_list("office__code", flat=True)) == ["4405-nyj", OFFICE]
    report = report_of(OFFICE)
    assert (report.task, report.due_at, report.main_recipient) == (None, DUE, "市扶贫办")
    assert [p.heading for p in report.passages.all()] == ["工作做法"]
    assert [i.due_at for i in items(OFFICE, "report.write")] == [DUE]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"due_at": NOW}, "报送期限已过"),
        ({"figures": ["registry.sheep"]}, "不在指标目录中"),
        ({"parts": [], "figures": [], "questions": [""]}, None),
        ({"parts": [], "figures": [], "questions": []}, "没有任何内容"),
        ({"questions": ["建档立卡户数"]}, "不得再向基层收集"),
    ],
)
def test_requests_that_make_no_sense_are_refused_whole(made, other, words):
    if words:
        with pytest.raises(Refused, match=words):
            ask(made, **other)
        assert not ReportRequest.objects.exists()
    else:
        assert ask(made, **other).questions == []


def test_a_request_without_offices_is_refused(made, city):
    with pytest.raises(Refused, match="没有选择报送单位"):
        requests.open_request(made.office("4405-fpb"), VALUES, [], by=city, today=TODAY, now=NOW)


@pytest.mark.parametrize("who", ["4405-fpb-leader", f"{OFFICE}-clerk", "4405-nyj-clerk", "440513100-zf-clerk"])
def test_only_the_offices_clerks_ask_in_its_name(made, who):
    with pytest.raises(NotPermitted):
        requests.open_request(made.office("4405-fpb"), VALUES, [made.office(OFFICE)], by=made.scope(who), today=TODAY, now=NOW)


def test_a_district_asks_its_towns(made):
    by = made.scope(f"{OFFICE}-clerk")
    found = requests.open_request(made.office(OFFICE), VALUES, [made.office("440513100-zf")], by=by, today=TODAY, now=NOW)
    assert (found.region, report_of("440513100-zf").main_recipient) == (made.city.at("440513"), "潮阳区扶贫办")
    assert not ReportRequest.objects.within(made.scope("440514-fpb-clerk")).exists()


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        ("2020-02-17 09:30", "2020-02-19 17:00"),
        ("2020-02-19 16:59:59", "2020-02-19 17:00"),
        ("2020-02-19 17:00", "2020-02-19 17:00"),
        ("2020-02-20 08:15:30.250", "2020-02-20 08:15:30"),
        ("2020-02-25 08:00", "2020-02-20 23:59:59"),
    ],
)
def test_the_cut_off_is_the_eve_of_the_deadline_or_now_in_whole_seconds(now, cut_off):
    assert requests.default_cut_off(DUE, at(now)) == at(cut_off)


def test_the_end_of_the_collection_drops_what_nobody_answered_and_counts_it_as_missing(made, city):
    issued(made)
    request = ReportRequest.objects.get()
    done = accepted(made, report_of(OFFICE), OFFICE)
    whole = consolidate.consolidate(request, by=city, today=TODAY, now=NOW)
    with pytest.raises(NotPermitted):
        requests.close_request(request, by=made.scope("4405-nyj-clerk"), today=TODAY, now=NOW)
    requests.close_request(request, by=city, today=TODAY, now=LATER)
    assert items("4405-nyj", "report.write") == []
    assert [i.record_id for i in items("4405-fpb", "report.write")] == [str(whole.pk)]
    board = queries.request_board(request, LATER)
    assert (board.due, board.received, board.missing, done.state) == (4, 1, 3, "accepted")


def test_a_cancelled_task_is_no_longer_waited_for(made, city):
    issued(made)
    tasks.cancel(task_of("4405-nyj", "report"), "不涉及", by=city, today=TODAY, now=NOW)
    request = ReportRequest.objects.get()
    board = queries.request_board(request, NOW)
    assert (board.due, board.missing, [line["report"].office.code for line in board.lines]) == (
        3,
        3,
        [OFFICE, "440514-fpb", "4405-rsj"],
    )
    assert queries.requests_with_counts(city).get().asked == 3


class TestFreezing:
    """At the cut-off the figures stand still; reports that are still being written are brought up to them once."""

    CODE = "registry.households"

    @pytest.fixture
    def report(self, made: Stage) -> Report:
        add_status(make_household(made.city.at("440513100001")))
        issued(made)
        return report_of(OFFICE)

    def number(self) -> tuple[int | None, dt.datetime, bool]:
        row = report_of(OFFICE).figures.get(figure=self.CODE)
        return row.numerator, row.cut_off, row.frozen_at is not None

    def late(self, made: Stage) -> None:
        """A household entered afterwards, in the file for years."""
        add_status(make_household(made.city.at("440513100002")))

    def test_before_the_cut_off_nothing_is_frozen_and_the_draft_follows_the_ledgers(self, made, report):
        assert self.number() == (1, NOW, False)
        self.late(made)
        consolidate.refresh(report, by=made.scope(f"{OFFICE}-clerk"), today=TODAY, now=LATER)
        assert self.number() == (2, LATER, False)
        assert requests.freeze_due(CUT_OFF - dt.timedelta(seconds=1)) == 0
        assert not FigureSnapshot.objects.exists()

    def test_at_the_cut_off_drafts_take_the_frozen_numbers_once(self, made, report):
        assert requests.freeze_due(CUT_OFF) == 4
        assert self.number() == (1, CUT_OFF, True)
        self.late(made)
        count = FigureSnapshot.objects.count()
        assert requests.freeze_due(CUT_OFF + dt.timedelta(minutes=1)) == 0
        consolidate.refresh(report, by=made.scope(f"{OFFICE}-clerk"), today=TODAY, now=CUT_OFF + dt.timedelta(hours=2))
        assert self.number() == (1, CUT_OFF, True)
        assert FigureSnapshot.objects.count() == count

    @pytest.mark.usefixtures("report")
    def test_a_late_entry_shows_in_the_next_report_and_in_no_frozen_one(self, made):
        requests.freeze_due(CUT_OFF)
        self.late(made)
        place = made.city.at("440513").place
        assert figures.frozen(figures.get(self.CODE), CUT_OFF, [place.id])[place.id].numerator == 1
        assert len(figures.frozen_rows(figures.get(self.CODE), CUT_OFF, place) or []) == 1
        ask(made, cut_off=CUT_OFF + dt.timedelta(days=7), due_at=DUE + dt.timedelta(days=7))
        assert requests.freeze_due(CUT_OFF + dt.timedelta(days=7)) == 2
        newest = Report.objects.filter(office__code=OFFICE).latest("pk").figures.get(figure=self.CODE)
        assert (newest.numerator, self.oldest()) == (2, 1)

    def oldest(self) -> int | None:
        return Report.objects.filter(office__code=OFFICE).earliest("pk").figures.get(figure=self.CODE).numerator

    def test_a_report_checked_before_the_cut_off_keeps_its_moment(self, made, report):
        checked(made, report, OFFICE, LATER)
        self.late(made)
        assert requests.freeze_due(CUT_OFF) == 3
        assert self.number() == (1, LATER, True)

    def test_a_report_returned_after_the_cut_off_is_brought_up_to_it(self, made, report):
        found = checked(made, report, OFFICE, LATER)
        requests.freeze_due(CUT_OFF)
        reports.send_back_inside(found, "补充", by=made.scope(f"{OFFICE}-leader"), today=TODAY, now=CUT_OFF)
        assert requests.freeze_due(CUT_OFF + dt.timedelta(minutes=1)) == 1
        assert self.number() == (1, CUT_OFF, True)

    def test_the_cut_off_is_frozen_for_the_city_even_if_every_report_has_gone(self, made, report, city):
        request = report.request
        for code in (OFFICE, "440514-fpb", "4405-nyj", "4405-rsj"):
            accepted(made, report_of(code), code)
        assert requests.freeze_due(CUT_OFF) == 0
        self.late(made)
        whole = consolidate.consolidate(request, by=city, today=TODAY, now=CUT_OFF + dt.timedelta(days=1))
        values = {f.region_id: f.numerator for f in whole.figures.filter(figure=self.CODE)}
        assert values == {made.city.city.pk: 1, made.city.at("440513").pk: 1, made.city.at("440514").pk: 0}

    def test_a_cut_off_in_the_middle_of_a_second_is_done_once_too(self, made):
        ask(made, cut_off=NOW + dt.timedelta(milliseconds=1500), due_at=DUE)
        moment = NOW + dt.timedelta(minutes=1)
        assert [requests.freeze_due(moment), requests.freeze_due(moment)] == [2, 0]

    def test_the_job_is_registered_and_says_what_it_did(self, made, monkeypatch):
        ask(made)
        monkeypatch.setattr("shouwang.ledgers.dispatch.jobs.business_now", lambda: CUT_OFF)
        kind = handlers.kind_of("dispatch.cut_off")
        assert kind is not None
        assert [kind.handler(None), kind.handler(None)] == [{"reports": 2}, {"reports": 0}]
        assert kind.every == 60

    @pytest.mark.usefixtures("report")
    def test_every_figure_of_the_catalog_can_be_frozen(self, made):
        written = figures.freeze([f.code for f in FIGURES], CUT_OFF, city=made.city.city, keep_rows=True)
        assert written == len(FIGURES) * 7


def test_sending_before_the_cut_off_freezes_each_moment_once(made):
    issued(made)
    sent(made, report_of(OFFICE), OFFICE)
    before = FigureSnapshot.objects.count()
    sent(made, report_of("440514-fpb"), "440514-fpb")
    assert FigureSnapshot.objects.count() == before
