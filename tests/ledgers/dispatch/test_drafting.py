"""The draft that writes itself: sentences, measures, what numbers are held against, what is kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang.kernel import figures
from shouwang.ledgers.dispatch.actions import drafting, notices, reports, requests, tasks
from shouwang.ledgers.dispatch.models import Report, ReportRequest, Task
from tests.factories.dispatch import CUT_OFF, LATER, NOW, TODAY, Stage, accepted, issued, reading, registered, report_of, task_of
from tests.factories.moments import at
from tests.factories.registry import add_member, add_status, make_household

OFFICE = "440513-fpb"


@pytest.fixture
def request_(made: Stage) -> ReportRequest:
    home = make_household(made.city.at("440513100001"))
    add_status(home)
    add_member(home, labour="ordinary")
    issued(made)
    return ReportRequest.objects.get()


def text(code: str, part: str) -> str:
    return report_of(code).passages.get(part=part).text


@pytest.mark.usefixtures("request_")
def test_sentences_carry_figures_as_tokens_and_speak_of_the_offices_place():
    words = text(OFFICE, "impact")
    assert words.splitlines()[0] == (
        "（一）总体情况。全区在册建档立卡户{{registry.households}}户、{{registry.persons}}人，"
        "其中尚未脱贫{{registry.not_exited_households}}户、{{registry.not_exited_persons}}人。"
    )
    assert text("4405-nyj", "impact").startswith("（一）总体情况。全市在册")
    shown = drafting.shown_values(report_of(OFFICE))
    assert (shown["registry.households"]["text"], shown["registry.persons"]["text"]) == ("1", "1")


@pytest.mark.usefixtures("request_")
def test_a_sentence_about_nobody_is_left_out():
    assert "尚无帮扶责任人的{{registry.without_helper_households}}户" in text(OFFICE, "impact")
    assert "尚无帮扶责任人" not in text("440514-fpb", "impact")
    assert "总体情况" in text("440514-fpb", "impact")  # none at all is worth saying


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("汕头市", "全市"),
        ("潮阳区", "全区"),
        ("南澳县", "全县"),
        ("海门镇", "全镇"),
        ("文光街道", "全街道"),
        ("湖东村委会", "全村"),
        ("和睦居委会", "全社区"),
    ],
)
def test_a_report_speaks_of_its_place_as_people_do(made, name, word):
    office = made.office(OFFICE)
    office.region.name = name
    assert drafting.area_word(office) == word


def test_measures_follow_the_notices_headings_and_the_tasks_states(made):
    duties = []
    for clause in ("一（一）", "一（二）", "十一", "附"):
        duties.append({**reading()["duties"][0], "clause": clause, "text": f"要做好{clause}。"})
    headings = [("一", "做好春耕"), ("十一", "加强领导")]
    clauses = [{"path": p, "level": 1, "heading": h, "start": 0, "end": 1} for p, h in headings]
    by, clerk = made.scope("4405-fpb-clerk"), made.scope(f"{OFFICE}-clerk")
    notice = notices.finish_check(registered(made, duties=[*duties, reading()["duties"][1]], clauses=clauses), by=by, today=TODAY, now=NOW)
    office = made.office(OFFICE)
    given = notices.issue(notice, [notices.Assignment(d.pk, office.pk) for d in notice.duties.all()], by=by, today=TODAY, now=NOW)
    first, second = given[0], given[1]
    for task in (first, second):
        tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)
    for words in ("早先的进展", "已发放种子 20 吨。"):
        tasks.add_progress(Task.objects.get(pk=first.pk), words, by=clerk, today=TODAY)
    tasks.submit(Task.objects.get(pk=second.pk), "已办结；", by=clerk, today=TODAY, now=NOW)
    report = report_of(OFFICE)
    drafting.redraft(report, by=clerk, today=TODAY, now=NOW)
    assert text(OFFICE, "measures").splitlines() == [
        "（一）做好春耕。承担任务2项，待审核1项，正在办理1项。已发放种子 20 吨。",
        "（二）加强领导。承担任务1项，正在办理1项。",
        "（三）其他工作。承担任务1项，正在办理1项。",
    ]


def test_tasks_from_an_instruction_have_a_heading_of_their_own(made, request_):
    notice, by = request_.notice, made.scope("4405-fpb-clerk")
    given = notices.instruct(notice.slip, "请立即摸底。", by=made.scope("4405-fpb-leader"), today=TODAY, now=NOW)
    duty = notices.take_instruction(given, by=by, today=TODAY)
    notices.issue(notice, [notices.Assignment(duty.pk, made.office(OFFICE).pk)], by=by, today=TODAY, now=NOW)
    drafting.redraft(report_of(OFFICE), by=made.scope(f"{OFFICE}-clerk"), today=TODAY, now=NOW)
    assert "（二）领导批示事项。承担任务1项，正在办理1项。" in text(OFFICE, "measures")


@pytest.mark.usefixtures("request_")
def test_redrafting_keeps_the_officers_words_and_the_phrases(made):
    clerk = made.scope(f"{OFFICE}-clerk")
    report = report_of(OFFICE)
    reports.write_passage(report.passages.get(part="impact"), "自己的话。", by=clerk, today=TODAY)
    reports.explain(report.figures.get(figure="registry.households"), "口径不同", by=clerk, today=TODAY)
    tasks.acknowledge(task_of(OFFICE), by=clerk, today=TODAY, now=NOW)
    tasks.submit(task_of(OFFICE), "已完成", by=clerk, today=TODAY, now=NOW)
    drafting.redraft(report_of(OFFICE), by=clerk, today=TODAY, now=LATER)
    again = report_of(OFFICE)
    assert again.passages.get(part="impact").text == "自己的话。"
    assert "待审核1项。已完成。" in again.passages.get(part="measures").text
    row = again.figures.get(figure="registry.households")
    assert (row.phrase, row.cut_off, again.edition, again.drafted_at) == ("口径不同", LATER, 4, LATER)


@pytest.mark.usefixtures("request_")
def test_the_last_report_of_the_office_is_what_its_numbers_are_held_against(made):
    accepted(made, report_of(OFFICE), OFFICE)
    add_status(make_household(made.city.at("440513100002")))
    values = {"title": "第二次报告", "direction": "down", "parts": [], "figures": ["registry.households"], "questions": []}
    values |= {"cut_off": CUT_OFF + dt.timedelta(days=7), "due_at": CUT_OFF + dt.timedelta(days=8)}
    by = made.scope("4405-fpb-clerk")
    requests.open_request(made.office("4405-fpb"), values, [made.office(OFFICE), made.office("440514-fpb")], by=by, today=TODAY, now=LATER)
    fresh = Report.objects.filter(office__code=OFFICE).latest("pk")
    assert [(r.figure, source, other) for r, source, other in reports.differences(fresh)] == [
        ("registry.households", "关于贯彻落实《关于做好疫情防控期间有关工作的通知》情况的报告（2020-02-17）", "1")
    ]
    other = Report.objects.filter(office__code="440514-fpb").latest("pk")
    assert reports.differences(other) == []  # its first report was never sent


def test_a_village_is_not_frozen_and_shows_its_live_number_not_zero(made, request_):
    village = made.city.at("440513100001")
    found = drafting.values_at(request_, [made.city.city, made.city.at("440513"), village], now=CUT_OFF)
    code = "registry.households"
    assert [(found[code, r.pk].numerator, found[code, r.pk].frozen_at is not None) for r in (made.city.city, village)] == [
        (1, True),
        (1, False),
    ]


@pytest.mark.usefixtures("request_")
def test_the_moment_of_a_report_is_its_drafts_or_the_cut_off():
    report = report_of(OFFICE)
    assert drafting.as_of(report) == NOW
    report.figures.all().delete()
    assert drafting.as_of(report_of(OFFICE)) == NOW
    Report.objects.filter(pk=report.pk).update(drafted_at=at("2020-03-01 08:00"))
    assert drafting.as_of(report_of(OFFICE)) == CUT_OFF


@pytest.mark.usefixtures("request_")
def test_a_figure_that_left_the_catalog_does_not_break_a_stored_report(monkeypatch):
    left = {c: f for c, f in figures.installed().items() if c != "registry.households"}
    monkeypatch.setattr(figures, "_installed", left)
    assert "registry.households" not in drafting.shown_values(report_of(OFFICE))


def test_drafting_all_reports_costs_the_same_queries_for_two_offices_and_four(request_):
    reports_ = list(request_.reports.select_related("office__region__city"))
    assert [r.office.tier for r in reports_] == [2, 2, 3, 3]
    drafting.draft(request_, reports_[:1], now=NOW)  # reads the notice
    with CaptureQueriesContext(connection) as two:
        drafting.draft(request_, reports_[1:3], now=NOW)
    with CaptureQueriesContext(connection) as four:
        drafting.draft(request_, reports_, now=NOW)
    # Figures are written in batches as large as a statement holds: their number follows the rows and not the offices.
    one_by_one = [[q["sql"] for q in c.captured_queries if not q["sql"].startswith("INSERT")] for c in (two, four)]
    assert len(one_by_one[0]) == len(one_by_one[1])
