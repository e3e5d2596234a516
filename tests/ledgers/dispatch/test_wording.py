"""Words of reports: titles, parts, tokens and names, typed numbers, moments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel import figures
from shouwang.ledgers.dispatch import wording
from tests.factories.dispatch import TODAY as DAY
from tests.factories.moments import at

CODES = list(figures.installed())
PLAIN = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="【】{}"), max_size=30)


@given(st.lists(st.one_of(PLAIN, st.sampled_from(CODES).map(lambda c: "{{" + c + "}}")), max_size=12).map("".join))
def test_codes_become_names_in_the_editor_and_come_back(text):
    assert wording.to_codes(wording.to_names(text, DAY), CODES, DAY) == text


def test_names_of_figures_are_unique_so_that_they_can_come_back():
    names = [f.name for f in figures.installed().values()]
    assert len(set(names)) == len(names)


def test_only_the_reports_own_figures_become_codes():
    text = "【建档立卡户数】户，【任务签收率】，【某某】，{{registry.sheep}}"
    assert wording.to_codes(text, ["registry.households"], DAY) == "{{registry.households}}户，【任务签收率】，【某某】，{{registry.sheep}}"
    assert wording.to_names("{{registry.sheep}}{{registry.households}}", DAY) == "{{registry.sheep}}【建档立卡户数】"
    assert wording.tokens("{{a.b}}、{{c}}{{ d }}") == ["a.b", "c"]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("已排查12户、36人。", ["12户", "36人"]),
        ("发放种子1,200.5公斤，完成率98.5%", ["1,200.5公斤", "98.5%"]),
        ("截至2020年2月17日，按汕农扶组〔2020〕3号要求，第2次会议", []),
        ("全区{{registry.households}}户", []),
        ("落实资金3万元", ["3万元"]),
        ("", []),
    ],
)
def test_quantities_typed_by_hand_are_found_and_dates_are_none(text, typed):
    assert wording.typed_numbers(text) == typed


@pytest.mark.parametrize(
    ("n", "words"), [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (23, "二十三"), (99, "九十九")]
)
def test_numerals_of_headings(n, words):
    assert wording.numeral(n) == words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2020-02-19 17:00", "2020年2月19日17时"),
        ("2020-02-19 00:00", "2020年2月19日0时"),
        ("2020-02-19 09:05", "2020年2月19日9时5分"),
        ("2020-02-19 23:59:59", "2020年2月19日24时"),
        ("2020-12-01 23:58", "2020年12月1日23时58分"),
    ],
)
def test_moments_as_official_prose_says_them(moment, words):
    assert wording.stamp(at(moment)) == words


@pytest.mark.parametrize(
    ("notice", "title"),
    [
        ("关于做好有关工作的通知", "关于贯彻落实《关于做好有关工作的通知》情况的报告"),
        ("《关于做好有关工作的通知》", "关于贯彻落实《关于做好有关工作的通知》情况的报告"),
    ],
)
def test_the_title_holds_the_notices_own_once(notice, title):
    assert wording.report_title(notice) == title


THREE = ["impact", "measures", "suggestions"]


@pytest.mark.parametrize(
    ("duty", "deliverables", "parts"),
    [
        ("情况报告主要包括对疫情影响分析、采取的应对举措和相关建议。", [], THREE),
        ("报告应包括主要做法、存在问题及意见建议", [], ["measures", "suggestions"]),
        ("内容为：工作进展以及下一步打算；", [], ["measures", "part2"]),
        ("请报送有关情况。", [], THREE),
        ("请报送有关情况。", ["情况报告"], THREE),
        ("请报送。", ["问题清单", "台账"], ["suggestions", "part2"]),
    ],
)
def test_parts_are_those_the_duty_names_each_kind_once(duty, deliverables, parts):
    assert [p["key"] for p in wording.parts_of(duty, deliverables)] == parts


def test_parts_named_by_an_officer_keep_the_officers_headings():
    assert wording.parts_from_words("工作进展、主要做法，存在困难\n其他；工作进展") == [
        {"key": "measures", "heading": "工作进展"},
        {"key": "part2", "heading": "主要做法"},
        {"key": "suggestions", "heading": "存在困难"},
        {"key": "part4", "heading": "其他"},
    ]
    assert wording.parts_from_words(" 、, ") == []


def test_quoted_words_take_the_numbers_of_the_report_they_come_from():
    assert wording.with_numbers("共{{a.b}}户，{{c.d}}人", {"a.b": {"text": "12"}}) == "共12户，--人"


def test_every_sentence_of_the_rulebook_uses_figures_of_the_catalog_and_a_known_part():
    known = set(figures.installed())
    for part in ("impact", "measures", "suggestions"):
        for rule in wording.sentence_templates(part):
            assert set(wording.tokens(rule["text"])) <= known
            assert set(rule.get("positive", [])) <= known
    assert wording.sentence_templates("impact")
    assert set(wording.report_wording()) <= known
    assert len(wording.default_figures()) > 10
