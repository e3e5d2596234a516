"""What the pages of dispatch show beside the records."""

from __future__ import annotations

import pytest

from shouwang.ledgers.dispatch import queries, views
from shouwang.ledgers.dispatch.actions import notices, reports
from tests.factories.dispatch import NOW, TODAY, accepted, checked, issued, ready, registered, report_of, sent

CODE = "440513-fpb"


def steps(report):
    return {s["label"]: s["state"] for s in views.report_steps(queries.report_parts(report))}


@pytest.mark.parametrize(
    ("bring", "now", "done"),
    [
        (lambda _made, report: report, "拟稿", []),
        (lambda made, report: checked(made, report, CODE), "核稿", ["拟稿"]),
        (lambda made, report: ready(made, report, CODE), "报送", ["拟稿", "核稿", "签发", "编号", "用印"]),
        (lambda made, report: sent(made, report, CODE), "接收", ["拟稿", "核稿", "签发", "编号", "用印", "报送"]),
        (lambda made, report: accepted(made, report, CODE), None, ["拟稿", "核稿", "签发", "编号", "用印", "报送", "接收"]),
    ],
)
def test_one_step_is_due_those_before_it_are_done(made, bring, now, done):
    issued(made)
    shown = steps(bring(made, report_of(CODE)))
    assert [label for label, state in shown.items() if state == "now"] == ([now] if now else [])
    assert [label for label, state in shown.items() if state == "done"] == done
    assert "会签" not in shown


def test_a_zero_report_has_no_number_and_no_seal(made):
    issued(made)
    report = reports.make_zero(report_of(CODE), by=made.scope(f"{CODE}-clerk"), today=TODAY, now=NOW)
    assert list(steps(report)) == ["拟稿", "核稿", "签发", "报送", "接收"]


def test_a_returned_report_says_so_at_its_first_step(made):
    issued(made)
    report = sent(made, report_of(CODE), CODE)
    report = reports.send_back(report, "请补充做法。", by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    assert steps(report)["拟稿"] == "back"


def test_a_draft_is_not_blamed_for_the_signature_it_cannot_have(made):
    issued(made)
    assert not [f for f in views.report_paper(report_of(CODE))["findings"] if "签发人" in f or "成文日期" in f]


def test_numbers_on_the_screen_have_separators_and_the_document_none(made, monkeypatch):
    issued(made)
    monkeypatch.setattr(views.drafting, "shown_values", lambda _: {"a": {"text": "12345"}, "b": {"text": "58.1"}, "c": {"text": "--"}})
    shown = views.figure_values(report_of(CODE))
    assert [(v["text"], v["shown"]) for v in shown.values()] == [("12345", "12,345"), ("58.1", "58.1"), ("--", "--")]


def test_duties_that_were_set_aside_or_merged_do_not_stand(made):
    notice, clerk = registered(made), made.scope("4405-fpb-clerk")
    first = notice.duties.first()
    notices.set_aside(first, by=clerk, today=TODAY)
    assert [(d.position, standing) for d, standing, _ in views.duty_rows(queries.duties_of(notice), TODAY)] == [(1, False), (2, True)]
    assert views.heading_counts(notice) == {1: 1}
