"""Recurrences in words, and the rounds they bring."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.worklist.clocks import seed_holidays
from shouwang.ledgers.dispatch import recipients, recurring
from shouwang.ledgers.dispatch.actions import notices, requests
from shouwang.ledgers.dispatch.forms import DutyForm
from shouwang.ledgers.dispatch.models import Duty, Notice, ReportRequest
from tests.factories.dispatch import NOW, TODAY, Stage, items, reading, registered
from tests.factories.moments import at

FRIDAY = "FREQ=WEEKLY;BYDAY=FR"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("每周五", "每周五"), ("每月5日前", "每月5日"), ("每季度末", "每年3、6、9、12月底"), ("每月底前", "每月底"), ("每日", "每天"), ("每个工作日", "每个工作日"),
        ("每月第3个工作日", "每月第3个工作日"),
        ("每旬", "每月10日、20日、最后一天"), ("每年12月31日前", "每年12月31日"),
        ("每季度结束后10个工作日内", "每年1、4、7、10月第10个工作日"),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_rule_is_shown_in_words(words: str, shown: str) -> None:
    rule = recurring.from_words(words, TODAY)
    assert rule.startswith("FREQ=")
    assert len(rule) <= Duty._meta.get_field("recurrence").max_length  # type: ignore[operator]  # a CharField has one
    assert recurring.in_words(rule) == shown
    assert recurring.from_words(shown, TODAY, rule) == rule


@pytest.mark.django_db
def test_words_that_say_no_period_are_refused_and_what_stands_is_kept() -> None:
    with pytest.raises(Refused, match="周期“看情况”不能识别"):
        recurring.from_words("看情况", TODAY)
    assert recurring.from_words("", TODAY, FRIDAY) == ""
    assert recurring.in_words("每两周（旧数据）") == "每两周（旧数据）"
    assert recurring.next_moment("每两周（旧数据）", TODAY, dt.time(17)) is None


@pytest.mark.django_db
def test_the_form_takes_words_and_gives_the_rule() -> None:
    data = {"text": "报送进度。", "kind": "action", "by": "recipient", "recurrence": "每周五"}
    form = DutyForm(data, base=TODAY)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["recurrence"] == FRIDAY
    wrong = DutyForm({**data, "recurrence": "经常"}, base=TODAY)
    assert "不能识别" in str(wrong.errors["recurrence"])


def give_out(made: Stage, notice: Notice) -> None:
    """Check the notice and issue every duty to every recipient."""
    clerk = made.scope("4405-fpb-clerk")
    notice = notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)
    found = recipients.resolve(notice.recipients, notice.office, TODAY)
    notices.issue(
        notice, [notices.Assignment(d.pk, o.pk) for d in notice.duties.all() for o in found.offices], by=clerk, today=TODAY, now=NOW
    )


@pytest.fixture
def weekly(made: Stage) -> Duty:
    """The report duty asked for every Friday by 17:00, issued on Monday 17 February 2020."""
    seed_holidays()
    action, report = reading()["duties"]
    give_out(
        made,
        registered(made, duties=[action, {**report, "due": None, "due_text": "每周五下午5时前", "recurrence": FRIDAY, "time": "17:00"}]),
    )
    return Duty.objects.get(kind="report")


def test_the_first_round_is_the_first_day_the_rule_names(weekly: Duty) -> None:
    assert weekly.due_at == at("2020-02-21 17:00")
    assert ReportRequest.objects.get().due_at == at("2020-02-21 17:00")


@pytest.mark.usefixtures("weekly")
def test_the_next_round_is_asked_once_when_one_fell_due() -> None:
    assert requests.open_next_rounds(at("2020-02-21 16:59")) == 0
    assert requests.open_next_rounds(at("2020-02-21 17:01")) == 1
    assert requests.open_next_rounds(at("2020-02-21 17:02")) == 0
    first, second = ReportRequest.objects.order_by("pk")
    assert (second.due_at, second.cut_off, second.duty) == (at("2020-02-28 17:00"), at("2020-02-27 17:00"), None)
    assert second.title == f"{first.title}（2月28日一期）"
    assert (second.parts, second.figures) == (first.parts, first.figures)
    assert sorted(second.reports.values_list("office__code")) == sorted(first.reports.values_list("office__code"))
    assert len(items("440513-fpb", "report.write")) == 2


@pytest.mark.usefixtures("weekly")
def test_weeks_without_anybody_are_not_asked_again() -> None:
    assert requests.open_next_rounds(at("2020-03-17 09:00")) == 1
    assert ReportRequest.objects.latest("pk").due_at == at("2020-03-20 17:00")


@pytest.mark.usefixtures("weekly")
def test_the_series_ends_with_the_first_collection(made: Stage) -> None:
    clerk = made.scope("4405-fpb-clerk")
    requests.close_request(ReportRequest.objects.get(), by=clerk, today=TODAY, now=at("2020-02-21 09:00"))
    assert requests.open_next_rounds(at("2020-02-21 17:01")) == 0


def test_two_reports_of_one_notice_have_titles_of_their_own(made: Stage) -> None:
    report = reading()["duties"][1]
    give_out(made, registered(made, duties=[report, {**report, "text": "请于2月25日前反馈名单。", "due": "2020-02-25"}]))
    assert [t.removeprefix("关于贯彻落实《关于做好疫情防控期间有关工作的通知》") for t in titles()] == ["情况的报告", "第2条情况的报告"]


def titles() -> list[str]:
    return list(ReportRequest.objects.order_by("pk").values_list("title", flat=True))
