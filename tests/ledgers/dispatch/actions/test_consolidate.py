"""The city's own report out of the districts', and drafts of 通报."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.errors import NotPermitted, Refused, Stale
from shouwang.ledgers.dispatch import queries
from shouwang.ledgers.dispatch.actions import consolidate, reports, statements, suggestions, tasks
from shouwang.ledgers.dispatch.document import bulletin_document, report_document
from shouwang.ledgers.dispatch.models import Bulletin, Report, ReportRequest
from tests.factories.dispatch import CUT_OFF, DUE, LATER, NOW, TODAY, Stage, accepted, issued, items, ready, report_of, sent, task_of
from tests.factories.registry import add_status, make_household

ONE, TWO = "440513-fpb", "440514-fpb"


@pytest.fixture
def city(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def request_(made: Stage) -> ReportRequest:
    for code in ("440513100001", "440513100002", "440514101201"):
        add_status(make_household(made.city.at(code)))
    issued(made)
    return ReportRequest.objects.get()


def measures(report: Report) -> str:
    return report.passages.get(part="measures").text


def test_it_says_who_came_late_who_has_nothing_and_who_is_missing(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    zero = reports.make_zero(report_of("4405-rsj"), by=made.scope("4405-rsj-clerk"), today=TODAY, now=NOW)
    accepted(made, zero, "4405-rsj")
    sent(made, report_of(TWO), TWO, DUE + dt.timedelta(minutes=1))
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=DUE + dt.timedelta(hours=1))
    assert (
        "各地各部门应报送报告4份，已接收2份，已报送待接收1份（潮南区扶贫办），尚未报送1份（市农业农村局），"
        "零报告1份（市人力资源和社会保障局），逾期报送1份（潮南区扶贫办）。"
    ) in measures(whole)


def test_words_of_a_district_keep_that_districts_numbers(made, request_, city):
    report = report_of(ONE)
    clerk = made.scope(f"{ONE}-clerk")
    text = "（一）入户排查。全区{{registry.households}}户已排查。\n承担任务1项，正在办理1项。已发放种子。"
    reports.write_passage(report.passages.get(part="measures"), text, by=clerk, today=TODAY)
    accepted(made, report_of(ONE), ONE)
    words = measures(consolidate.consolidate(request_, by=city, today=TODAY, now=NOW))
    assert "潮阳区扶贫办：全区2户已排查；已发放种子。" in words


def test_its_own_numbers_are_the_citys_with_one_row_per_district(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=CUT_OFF)
    found = {f.region.name: f.numerator for f in whole.figures.filter(figure="registry.households").select_related("region")}
    assert found == {"汕头市": 3, "潮阳区": 2, "潮南区": 1}
    assert set(whole.figures.values_list("cut_off", flat=True)) == {CUT_OFF}


def test_generated_early_it_says_its_own_moment_for_every_row(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=LATER)
    assert set(whole.figures.values_list("cut_off", "frozen_at")) == {(LATER, None)}


def test_bringing_it_up_to_date_keeps_districts_words_and_what_the_city_wrote(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=NOW)
    reports.write_passage(whole.passages.get(part="impact"), "城市自己的分析。", by=city, today=TODAY)
    accepted(made, report_of(TWO), TWO)
    consolidate.refresh(Report.objects.get(pk=whole.pk), by=city, today=TODAY, now=LATER)
    again = Report.objects.get(pk=whole.pk)
    assert again.figures.filter(region__level=3).count() == 2 * len(request_.figures)
    assert "已接收2份" in measures(again)
    assert "潮南区扶贫办：" not in measures(again)  # it said no more than counts of tasks
    assert again.passages.get(part="impact").text == "城市自己的分析。"
    assert Report.objects.filter(consolidated=True).count() == 1
    assert len(items("4405-fpb", "report.write")) == 1


def test_suggestions_are_joined_once_with_their_office(made, request_, city):
    suggestions.add(report_of(ONE), "请协调通行证", by=made.scope(f"{ONE}-clerk"), today=TODAY)
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=NOW)
    suggestions.add(report_of(TWO), "长" * 450, by=made.scope(f"{TWO}-clerk"), today=TODAY)
    accepted(made, report_of(TWO), TWO)
    consolidate.consolidate(request_, by=city, today=TODAY, now=LATER)
    assert [s.text for s in whole.suggestions.all()] == ["请协调通行证（潮阳区扶贫办）", "长" * 450 + "（潮南区扶贫办）"]
    assert queries.suggestions(city).count() == 2  # the copies are given out nowhere


def test_it_goes_its_way_through_the_office_and_nobody_receives_it_here(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="汇总报告汇集各单位的报告"):
        reports.make_zero(whole, by=city, today=TODAY, now=NOW)
    request_.open = False
    request_.save()
    done = reports.submit(ready(made, whole, "4405-fpb"), by=city, today=TODAY, now=LATER)
    assert (done.state, done.doc_number) == ("submitted", "汕fpb报〔2020〕1号")
    assert items("4405-fpb", "report.receive") == []
    with pytest.raises(NotPermitted):
        reports.accept(done, by=made.scope("4405-fpb-leader"), today=TODAY, now=LATER)
    with pytest.raises(Refused, match="正文已锁定"):
        consolidate.consolidate(request_, by=city, today=TODAY, now=LATER)


def test_its_numbers_are_held_against_the_citys_last_and_the_departments(made, request_, city):
    statement = {"figure": "registry.households", "as_of": TODAY, "number": 9, "source": "民政快报"}
    statements.state(made.office("4405-nyj"), statement, by=made.scope("4405-nyj-clerk"), today=TODAY)
    accepted(made, report_of(ONE), ONE)
    whole = consolidate.consolidate(request_, by=city, today=TODAY, now=NOW)
    assert [(r.region.name, other) for r, _, other in reports.differences(whole)] == [("汕头市", "9")]


@pytest.mark.parametrize("who", ["4405-fpb-leader", f"{ONE}-clerk", "4405-nyj-clerk"])
def test_only_the_requesting_offices_drafters_generate_it(made, request_, who):
    accepted(made, report_of(ONE), ONE)
    with pytest.raises(NotPermitted):
        consolidate.consolidate(request_, by=made.scope(who), today=TODAY, now=NOW)


def test_its_document_has_the_districts_and_the_whole_below_them(made, request_, city):
    accepted(made, report_of(ONE), ONE)
    whole = queries.report_parts(consolidate.consolidate(request_, by=city, today=TODAY, now=CUT_OFF))
    page = report_document(whole).attachment_pages[1]
    assert page.title.startswith("各区（县）主要指标情况表（1）")
    table = page.blocks[0]
    assert table.header[:2] == ["区（县）", "建档立卡户数（户）"]
    assert [row[:2] for row in table.rows] == [["潮阳区", "2"], ["潮南区", "1"], ["全市", "3"]]


def test_a_district_consolidates_its_towns(made):
    from shouwang.ledgers.dispatch.actions import requests

    by = made.scope(f"{ONE}-clerk")
    values = {"title": "关于春耕情况的报告", "direction": "down", "parts": [], "figures": ["registry.households"], "questions": []}
    values |= {"cut_off": CUT_OFF, "due_at": DUE}
    found = requests.open_request(made.office(ONE), values, [made.office("440513100-zf")], by=by, today=TODAY, now=NOW)
    report = ready(made, report_of("440513100-zf"), "440513100-zf")
    report = reports.submit(report, by=made.scope("440513100-zf-clerk"), today=TODAY, now=NOW)
    reports.accept(report, by=by, today=TODAY, now=NOW)
    whole = queries.report_parts(consolidate.consolidate(found, by=by, today=TODAY, now=NOW))
    assert whole.main_recipient == "市扶贫办"
    assert report_document(whole).attachment_pages[1].blocks[0].header[0] == "镇（街道）"


class TestBulletin:
    """A 通报 is a draft for a leader; the system never sends it."""

    @pytest.fixture
    def draft(self, made: Stage, city) -> Bulletin:
        notice, _ = issued(made)
        return consolidate.draft_bulletin(notice, by=city, today=dt.date(2020, 2, 24), now=DUE + dt.timedelta(days=3))

    def test_it_names_every_late_office_with_what_it_owes(self, draft):
        lines = draft.body.splitlines()
        assert lines[0] == (
            "《关于做好疫情防控期间有关工作的通知》（汕农扶组〔2020〕3号）印发以来，截至2020年2月23日24时，以下单位仍有任务逾期未办结，现予通报。"
        )
        assert [line.split("：")[0] for line in lines[1:-1]] == [
            "潮阳区扶贫开发领导小组办公室",
            "潮南区扶贫开发领导小组办公室",
            "汕头市农业农村局",
            "汕头市人力资源和社会保障局",
        ]
        assert "（期限2月20日）" in lines[1]

    def test_who_has_handed_in_is_not_named(self, made, city):
        notice, _ = issued(made)
        sent(made, report_of(ONE), ONE)
        body = consolidate.draft_bulletin(notice, by=city, today=TODAY, now=DUE + dt.timedelta(days=3)).body
        assert "潮阳区" not in body
        assert "潮南区" in body

    def test_it_is_edited_by_its_office_until_it_is_registered(self, draft, city):
        for title, body, words in ((" ", "正文", "不能为空"), ("标题", " ", "不能为空"), ("长" * 201, "正文", "标题共 201 字")):
            with pytest.raises(Refused, match=words):
                consolidate.edit_bulletin(draft, title, body, by=city, today=TODAY, version=draft.version)
        edited = consolidate.edit_bulletin(draft, " 标题 ", "正文。", by=city, today=TODAY, version=draft.version)
        assert (edited.title, edited.body) == ("标题", "正文。")
        with pytest.raises(Stale):
            consolidate.edit_bulletin(draft, "另一题", "正文。", by=city, today=TODAY, version=draft.version)
        for number, words in ((" ", "请填写签发后的文号"), ("长" * 61, "文号共 61 字")):
            with pytest.raises(Refused, match=words):
                consolidate.register_bulletin(edited, number, by=city, today=TODAY)
        done = consolidate.register_bulletin(edited, "汕农扶组〔2020〕5号", by=city, today=TODAY)
        assert (bulletin_document(done).doc_number, bulletin_document(done).page_mark) == ("汕农扶组〔2020〕5号", None)
        with pytest.raises(Refused, match="文字不能再改"):
            consolidate.edit_bulletin(draft, "标题", "正文", by=city, today=TODAY, version=done.version)

    def test_other_offices_neither_draft_nor_see_it(self, made, draft):
        by = made.scope(f"{ONE}-clerk")
        with pytest.raises(NotPermitted):
            consolidate.draft_bulletin(draft.notice, by=by, today=TODAY, now=DUE + dt.timedelta(days=3))
        with pytest.raises(NotPermitted):
            consolidate.edit_bulletin(draft, "标题", "正文", by=by, today=TODAY, version=draft.version)

    def test_without_anybody_late_there_is_none(self, made, city):
        notice, _ = issued(made)
        for code in (ONE, TWO, "4405-nyj", "4405-rsj"):
            tasks.cancel(task_of(code, "report"), "不报", by=city, today=TODAY, now=NOW)
        with pytest.raises(Refused, match="目前没有逾期"):
            consolidate.draft_bulletin(notice, by=city, today=TODAY, now=DUE + dt.timedelta(days=3))
