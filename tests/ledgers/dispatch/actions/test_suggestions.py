"""建议 from a report to the department that answers it; and departments' own numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.ledgers.dispatch import queries
from shouwang.ledgers.dispatch.actions import statements, suggestions
from shouwang.ledgers.dispatch.models import Statement, Suggestion
from tests.factories.dispatch import LATER, NOW, TODAY, Stage, accepted, issued, items, report_of, told
from tests.factories.moments import at

OFFICE = "440513-fpb"


@pytest.fixture
def city(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def clerk(made: Stage):
    return made.scope(f"{OFFICE}-clerk")


@pytest.fixture
def received(made: Stage, clerk) -> Suggestion:
    issued(made)
    row = suggestions.add(report_of(OFFICE), "请协调通行证", by=clerk, today=TODAY)
    accepted(made, report_of(OFFICE), OFFICE)
    row.refresh_from_db()
    return row


def test_suggestions_are_added_trimmed_and_taken_out_while_drafting(made, clerk):
    issued(made)
    report = report_of(OFFICE)
    for text, words in (("。", "请填写建议内容"), ("长" * 451, "建议共 451 字，超过 450 字")):
        with pytest.raises(Refused, match=words):
            suggestions.add(report, text, by=clerk, today=TODAY)
    first = suggestions.add(report, " 请协调通行证。；", by=clerk, today=TODAY)
    second = suggestions.add(report, "请拨付物资", by=clerk, today=TODAY)
    assert [(s.text, s.position) for s in (first, second)] == [("请协调通行证", 1), ("请拨付物资", 2)]
    suggestions.remove(first, by=clerk, today=TODAY)
    assert [s.text for s in report.suggestions.all()] == ["请拨付物资"]
    assert Event.objects.get(verb="dispatch.suggestion.remove").changes["text"][0] == "请协调通行证"
    with pytest.raises(NotPermitted):
        suggestions.remove(second, by=made.scope("440514-fpb-clerk"), today=TODAY)


def test_it_is_given_to_a_department_answered_and_told(made, received, city):
    given = suggestions.assign(received, made.office("4405-nyj"), by=city, today=TODAY, now=NOW)
    assert (given.state, given.due_at) == ("assigned", at("2020-02-24 23:59:59"))  # five working days
    assert [i.due_at for i in items("4405-nyj", "suggestion.answer")] == [given.due_at]
    assert items("4405-fpb", "suggestion.assign") == []
    with pytest.raises(Refused, match="请填写答复内容"):
        suggestions.answer(given, " ", by=made.scope("4405-nyj-clerk"), today=TODAY, now=NOW)
    done = suggestions.answer(given, " 已开通绿色通道。 ", by=made.scope("4405-nyj-clerk"), today=TODAY, now=LATER)
    assert (done.state, done.reply, done.replied_by, done.replied_at) == ("answered", "已开通绿色通道。", "4405-nyj-clerk", LATER)
    assert items("4405-nyj", "suggestion.answer") == []
    assert told(OFFICE)[-1] == "市农业农村局答复建议：请协调通行证"
    with pytest.raises(Refused, match="不能“答复”"):
        suggestions.answer(done, "再答", by=made.scope("4405-nyj-clerk"), today=TODAY, now=LATER)


def test_it_may_be_given_to_another_department_before_the_answer(made, received, city):
    suggestions.assign(received, made.office("4405-nyj"), by=city, today=TODAY, now=NOW)
    again = suggestions.assign(received, made.office("4405-rsj"), by=city, today=TODAY, now=LATER)
    assert again.responsible == made.office("4405-rsj")
    assert (len(items("4405-nyj", "suggestion.answer")), len(items("4405-rsj", "suggestion.answer"))) == (0, 1)
    with pytest.raises(NotPermitted):
        suggestions.answer(again, "我答", by=made.scope("4405-nyj-clerk"), today=TODAY, now=LATER)


def test_an_abolished_department_cannot_be_responsible(made, received, city):
    gone = made.office("4405-nyj")
    gone.valid_to = TODAY
    gone.save()
    with pytest.raises(Refused, match="已撤销，请改选其他单位"):
        suggestions.assign(received, gone, by=city, today=TODAY, now=NOW)


@pytest.mark.parametrize("who", [f"{OFFICE}-clerk", "440514-fpb-clerk", "4405-nyj-clerk"])
def test_only_the_requesting_office_gives_it_out(made, received, who):
    with pytest.raises(NotPermitted):
        suggestions.assign(received, made.office("4405-nyj"), by=made.scope(who), today=TODAY, now=NOW)


def test_seen_by_who_wrote_who_received_and_who_answers(made, received, city):
    suggestions.assign(received, made.office("4405-nyj"), by=city, today=TODAY, now=NOW)
    seen = {
        who: queries.suggestions(made.scope(who)).exists()
        for who in (f"{OFFICE}-clerk", "4405-fpb-leader", "4405-nyj-clerk", "4405-rsj-clerk", "440514-fpb-clerk", "440513100-zf-clerk")
    }
    assert [who for who, sees in seen.items() if sees] == [f"{OFFICE}-clerk", "4405-fpb-leader", "4405-nyj-clerk"]


def test_a_departments_number_is_its_own_and_replaced_on_the_same_day(made):
    office, by = made.office("4405-nyj"), made.scope("4405-nyj-clerk")
    values = {"figure": "registry.households", "as_of": TODAY, "number": 100, "source": "快报"}
    with pytest.raises(Refused, match="请选择指标"):
        statements.state(office, values | {"figure": "registry.sheep"}, by=by, today=TODAY)
    with pytest.raises(Refused, match="晚于今天"):
        statements.state(office, values | {"as_of": TODAY + dt.timedelta(1)}, by=by, today=TODAY)
    with pytest.raises(NotPermitted):
        statements.state(office, values, by=made.scope("4405-rsj-clerk"), today=TODAY)
    assert not Statement.objects.exists()
    statements.state(office, values, by=by, today=TODAY)
    statements.state(office, values | {"number": 102}, by=by, today=TODAY)
    statements.state(office, values | {"as_of": TODAY - dt.timedelta(7), "number": 90}, by=by, today=TODAY)
    assert sorted(Statement.objects.values_list("number", flat=True)) == [90, 102]
    assert Event.objects.filter(verb="dispatch.statement.state").count() == 3
    shown = queries.statements_of(office, TODAY)
    assert [(r["row"].number, r["name"], r["unit"]) for r in shown] == [(102, "建档立卡户数", "户"), (90, "建档立卡户数", "户")]
