"""Registering, checking, instructing and issuing: what is done, what is refused, and what the work list says."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.worklist.actions import sweep
from shouwang.kernel.worklist.models import Message
from shouwang.ledgers.dispatch import queries
from shouwang.ledgers.dispatch.actions import notices, tasks
from shouwang.ledgers.dispatch.models import Duty, Notice, Report, ReportRequest, Task
from tests.factories.dispatch import (
    DUE,
    LATER,
    NOW,
    REPORT,
    TEXT,
    TODAY,
    Stage,
    issued,
    items,
    reading,
    registered,
    report_of,
    task_of,
    told,
)
from tests.factories.moments import at

HEAD = {"title": "标题", "doc_number": "汕农扶组〔2020〕3号", "issuers": ["市扶贫办"], "recipients": "各区（县）", "signed_date": TODAY}
HEAD |= {"source": "own", "secrecy": "open"}


@pytest.fixture
def clerk(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def notice(made: Stage) -> Notice:
    return registered(made)


@pytest.fixture
def done(notice: Notice, clerk) -> Notice:
    return notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)


def test_what_the_reader_could_not_read_is_stored_as_empty(made):
    found = registered(made, title=None, doc_number=None, issuers=None, recipients=None, signed_date=None, clauses=[], duties=[])
    assert (found.title, found.doc_number, found.issuers, found.recipients) == ("（未识别到标题，请补填）", "", [], "")
    assert found.duties.count() == 0


def test_long_parts_of_a_strange_document_are_cut_to_their_columns(made):
    duty = {
        **reading()["duties"][0],
        "clause": "一" * 60,
        "to": "市" * 100,
        "due_text": "日" * 100,
        "recurrence": "每" * 160,
        "ledger": "weather",
    }
    found = registered(made, title="长" * 300, recipients="各" * 900, duties=[duty])
    row = found.duties.get()
    assert [len(x) for x in (found.title, found.recipients, row.clause, row.to, row.due_text, row.recurrence)] == [
        200,
        500,
        40,
        80,
        80,
        120,
    ]
    assert row.ledger == ""


@pytest.mark.parametrize(
    ("due", "hour", "moment"),
    [
        ("2020-02-20", None, "2020-02-20 23:59:59"),
        ("2020-02-20", "24:00", "2020-02-20 23:59:59"),
        ("2020-02-20", "17:00", "2020-02-20 17:00"),
    ],
)
def test_a_deadline_without_an_hour_is_the_end_of_its_day(made, due, hour, moment):
    duty = {**reading()["duties"][1], "due": due, "time": hour}
    assert registered(made, duties=[duty]).duties.get().due_at == at(moment)


@pytest.mark.parametrize("mark", ["绝密★", "机密★1年", "秘密 ★ 6个月", "  秘密  \n"])
def test_documents_of_any_secrecy_class_are_refused(made, mark):
    with pytest.raises(Refused, match="不得登记涉密文件"):
        registered(made, text=f"{mark}\n{TEXT}")
    assert not Notice.objects.exists()


def test_talking_of_secrets_is_no_mark_of_secrecy(made):
    assert registered(made, text=TEXT + "要做好保密工作，不得泄露国家秘密。").pk


def test_a_refused_second_registration_links_to_the_first(made, notice):
    with pytest.raises(Refused) as no:
        registered(made, text=TEXT + "另。")
    assert (no.value.field, no.value.link) == ("doc_number", f"/dispatch/notices/{notice.pk}/")
    with pytest.raises(Refused) as no:
        registered(made, doc_number="")
    assert (no.value.field, no.value.link) == ("file", f"/dispatch/notices/{notice.pk}/")


def test_two_officers_who_register_one_number_in_the_same_moment(made, monkeypatch):
    registered(made)
    monkeypatch.setattr(notices, "_refuse_second", lambda *_: None)  # both looked before either wrote
    with pytest.raises(Refused, match="刚刚由他人登记"):
        registered(made, text=TEXT + "另。")
    assert Notice.objects.count() == 1


def test_two_offices_may_register_the_same_number(made, notice):
    other = notices.register_notice(
        office=made.office("440513-fpb"), text=TEXT, reading=reading(), source="above", secrecy="open",
        by=made.scope("440513-fpb-clerk"), today=TODAY, now=NOW,
    )  # fmt: skip
    assert other.doc_number == notice.doc_number


def test_the_head_is_corrected_once_and_a_second_officer_is_told(notice, clerk):
    edited = notices.edit_notice(notice, HEAD | {"doc_number": "汕农扶组〔2020〕9号"}, by=clerk, today=TODAY, version=notice.version)
    assert (edited.title, edited.doc_number, edited.version) == ("标题", "汕农扶组〔2020〕9号", notice.version + 1)
    with pytest.raises(Stale, match="已被他人修改"):
        notices.edit_notice(notice, HEAD, by=clerk, today=TODAY, version=notice.version)


def test_a_head_cannot_take_anothers_number_and_is_fixed_once_tasks_are_out(made, notice, clerk):
    other = registered(made, doc_number="汕农扶组〔2020〕4号", text=TEXT + "另。")
    with pytest.raises(Refused, match="不能重复登记"):
        notices.edit_notice(other, HEAD, by=clerk, today=TODAY, version=other.version)
    Notice.objects.filter(pk=notice.pk).update(state="issued")
    with pytest.raises(Refused, match="来文已交办，基本信息不能再改"):
        notices.edit_notice(notice, HEAD, by=clerk, today=TODAY, version=notice.version)


def test_a_duty_is_corrected_bound_and_protected_from_overwriting(notice, clerk):
    duty = notice.duties.first()
    values = {"text": "改过", "figure": "registry.households", "target": 100, "due_at": DUE}
    edited = notices.edit_duty(duty, values, by=clerk, today=TODAY, version=duty.version)
    assert (edited.text, edited.figure, edited.target, edited.due_at) == ("改过", "registry.households", 100, DUE)
    with pytest.raises(Stale):
        notices.edit_duty(duty, {"text": "再改"}, by=clerk, today=TODAY, version=duty.version)
    with pytest.raises(Refused, match="不在指标目录中"):
        notices.edit_duty(duty, {"figure": "registry.sheep"}, by=clerk, today=TODAY)
    with pytest.raises(ValueError, match="state"):
        notices.edit_duty(duty, {"state": "dropped"}, by=clerk, today=TODAY)


def test_a_duty_that_is_out_or_of_an_ended_notice_is_not_changed(made, clerk):
    notice, _ = issued(made)
    duty = notice.duties.first()
    for act in (
        lambda: notices.edit_duty(duty, {"text": "改"}, by=clerk, today=TODAY),
        lambda: notices.set_aside(duty, by=clerk, today=TODAY),
        lambda: notices.merge_duties(notice.duties.last(), [duty], by=clerk, today=TODAY),
    ):
        with pytest.raises(Refused, match="该条任务已交办"):
            act()
    Notice.objects.filter(pk=notice.pk).update(state="closed")
    with pytest.raises(Refused, match="来文已办结，任务条目不能再改"):
        notices.edit_duty(notice.duties.last(), {"text": "改"}, by=clerk, today=TODAY)
    with pytest.raises(Refused, match="不能再增加任务"):
        notices.add_duty(Notice.objects.get(), {"text": "新增"}, by=clerk, today=TODAY)


def test_one_clock_is_set_for_several_duties_at_once(notice, clerk):
    duties, due = list(notice.duties.all()), at("2020-02-25 17:00")
    assert notices.set_clock(duties, due, by=clerk, today=TODAY, now=NOW) == 2
    assert set(notice.duties.values_list("due_at", flat=True)) == {due}
    assert notices.set_clock(notice.duties.all(), due, by=clerk, today=TODAY, now=NOW) == 0
    with pytest.raises(Refused, match="办理期限 2020-02-17 09:30 已过。请填写晚于现在的时间"):
        notices.set_clock(notice.duties.all(), NOW, by=clerk, today=TODAY, now=NOW)
    assert set(notice.duties.values_list("due_at", flat=True)) == {due}


def test_a_clock_that_one_duty_cannot_take_is_given_to_none(made, clerk):
    notice, _ = issued(made)
    late = notices.add_duty(notice, {"text": "新增"}, by=clerk, today=TODAY)
    with pytest.raises(Refused, match="该条任务已交办"):
        notices.set_clock([late, notice.duties.first()], at("2020-02-25 17:00"), by=clerk, today=TODAY, now=NOW)
    late.refresh_from_db()
    assert late.due_at is None


def test_merging_loses_nothing_that_only_one_of_them_says(notice, clerk):
    keep, other = notice.duties.all()
    notices.edit_duty(other, {"figure": "registry.households", "target": 5, "recurrence": "每周五"}, by=clerk, today=TODAY)
    other.refresh_from_db()
    merged = notices.merge_duties(keep, [other], by=clerk, today=TODAY)
    assert (merged.kind, merged.to, merged.due_at, merged.recurrence) == ("report", "市扶贫办", DUE, "每周五")
    assert (merged.figure, merged.target) == ("registry.households", 5)


def test_merging_needs_two_duties_of_one_notice(made, notice, clerk):
    keep = notice.duties.first()
    foreign = registered(made, doc_number="", text=TEXT + "另。").duties.first()
    for others in ([], [keep], [foreign]):
        with pytest.raises(Refused, match="至少选择两条任务"):
            notices.merge_duties(keep, others, by=clerk, today=TODAY)


@pytest.mark.parametrize(("after_check", "state"), [(False, "proposed"), (True, "confirmed")])
def test_a_duty_set_aside_comes_back_to_where_the_notice_stands(notice, clerk, after_check, state):
    duty = notice.duties.first()
    assert notices.set_aside(duty, by=clerk, today=TODAY).state == "dropped"
    if after_check:
        notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)
    assert notices.set_aside(duty, by=clerk, today=TODAY, back=True).state == state


def test_finishing_the_check_confirms_each_duty_on_the_record_and_asks_for_issuing(notice, clerk):
    notices.set_aside(notice.duties.first(), by=clerk, today=TODAY)
    notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)
    assert sorted(notice.duties.values_list("state", flat=True)) == ["confirmed", "dropped"]
    assert Event.objects.filter(verb="dispatch.duty.confirm").count() == 1
    assert [i.kind for i in items("4405-fpb")] == ["notice.issue"]
    with pytest.raises(Refused, match="不能“校核完成”"):
        notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)


def test_a_check_without_any_duty_left_is_refused(notice, clerk):
    for duty in notice.duties.all():
        notices.set_aside(duty, by=clerk, today=TODAY)
    with pytest.raises(Refused, match="没有任何任务条目"):
        notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)
    notice.refresh_from_db()
    assert notice.state == "read"


def test_going_back_to_the_desk_takes_the_work_item_along(done, clerk):
    notices.reopen_check(done, by=clerk, today=TODAY, now=LATER)
    assert [(i.kind, i.action) for i in items("4405-fpb")] == [("notice.check", "校核任务分解")]
    with pytest.raises(Refused, match="待校核"):
        notices.reopen_check(done, by=clerk, today=TODAY, now=LATER)


def test_a_withdrawn_notice_leaves_no_work_behind(notice, clerk):
    notices.propose(notice.slip, "拟请批示", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="须写明理由"):
        notices.withdraw(notice, by=clerk, today=TODAY, now=NOW, reason=" ")
    notices.withdraw(notice, by=clerk, today=TODAY, now=NOW, reason="误登")
    assert items("4405-fpb") == []


def test_a_notice_with_tasks_out_is_not_withdrawn_and_closes_when_all_are_closed(made, clerk):
    notice, given = issued(made)
    with pytest.raises(Refused, match="不能“撤回”"):
        notices.withdraw(notice, by=clerk, today=TODAY, now=NOW, reason="误登")
    with pytest.raises(Refused, match="还有 8 项任务未销号"):
        notices.close_notice(notice, by=clerk, today=TODAY)
    for task in given:
        tasks.cancel(task, "不再需要", by=clerk, today=TODAY, now=NOW)
    assert notices.close_notice(notice, by=clerk, today=TODAY).state == "closed"


def test_the_slip_walks_from_proposal_over_instruction_to_undertaking(made, notice, clerk):
    leader = made.scope("4405-fpb-leader")
    for act, field in (
        (lambda: notices.propose(notice.slip, " ", by=clerk, today=TODAY, now=NOW), "拟办意见"),
        (lambda: notices.instruct(notice.slip, "", by=leader, today=TODAY, now=NOW), "批示内容"),
        (lambda: notices.undertake(notice.slip, "", by=clerk, today=TODAY, now=NOW), "承办科室"),
        (lambda: notices.undertake(notice.slip, "长" * 81, by=clerk, today=TODAY, now=NOW), "共 81 字，超过 80 字"),
    ):
        with pytest.raises(Refused, match=field):
            act()
    notices.propose(notice.slip, " 拟请领导阅示。 ", by=clerk, today=TODAY, now=NOW)
    assert [i.kind for i in items("4405-fpb")] == ["notice.check", "slip.instruct"]
    notices.instruct(notice.slip, "请抓紧。", by=leader, today=TODAY, now=NOW)
    assert [i.kind for i in items("4405-fpb")] == ["notice.check", "slip.undertake"]
    slip = notices.undertake(notice.slip, "综合科", by=clerk, today=TODAY, now=LATER)
    assert (slip.proposal, slip.undertaker, slip.undertaken_at) == ("拟请领导阅示。", "综合科", LATER)
    assert [i.kind for i in items("4405-fpb")] == ["notice.check"]
    notices.instruct(slip, "另报我。", by=leader, today=TODAY, now=LATER)
    assert [i.text for i in slip.instructions.all()] == ["请抓紧。", "另报我。"]


@pytest.mark.parametrize(
    ("who", "act"),
    [
        ("4405-fpb-leader", "propose"),
        ("440513-fpb-clerk", "propose"),
        ("440513-fpb-leader", "instruct"),
        ("4405-nyj-leader", "instruct"),
        ("4405-fpb-leader", "undertake"),
    ],
)
def test_each_part_of_the_slip_is_the_registering_offices_and_each_duty_its_own(made, notice, who, act):
    with pytest.raises(NotPermitted):
        getattr(notices, act)(notice.slip, "同意", by=made.scope(who), today=TODAY, now=NOW)


@pytest.mark.parametrize("who", ["440513-fpb-clerk", "440513100-zf-clerk", "4405-nyj-clerk", "4405-fpb-leader"])
def test_nobody_else_corrects_merges_or_ends_the_check(made, notice, who):
    by = made.scope(who)
    keep, other = notice.duties.all()
    for act in (
        lambda: notices.edit_notice(notice, HEAD, by=by, today=TODAY, version=1),
        lambda: notices.edit_duty(keep, {"text": "改"}, by=by, today=TODAY),
        lambda: notices.add_duty(notice, {"text": "加"}, by=by, today=TODAY),
        lambda: notices.merge_duties(keep, [other], by=by, today=TODAY),
        lambda: notices.set_aside(keep, by=by, today=TODAY),
        lambda: notices.finish_check(notice, by=by, today=TODAY, now=NOW),
        lambda: notices.withdraw(notice, by=by, today=TODAY, now=NOW, reason="误登"),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert set(notice.duties.values_list("state", flat=True)) == {"proposed"}


def test_whoever_asked_is_told_of_a_late_department_and_led_to_what_they_may_open(made, clerk):
    issued(made)
    sweep(DUE + dt.timedelta(hours=9))
    copies = Message.objects.within(clerk).filter(kind="copy", text__contains="已催办市农业农村局")
    assert sorted(c.url.split("/")[2] for c in copies) == ["requests", "tasks"]
    assert {queries.request(clerk, ReportRequest.objects.get().pk).pk, *Task.objects.within(clerk).values_list("pk", flat=True)} >= {
        int(c.url.split("/")[3]) for c in copies
    }


def test_issuing_writes_tasks_items_messages_and_one_request_with_its_reports(made, done, clerk):
    action, report = done.duties.order_by("kind")
    lead, support = made.office("4405-nyj"), made.office("440513-fpb")
    cells = [
        notices.Assignment(action.pk, lead.pk, due_at=at("2020-02-25 17:00")),
        notices.Assignment(action.pk, support.pk, Task.Part.SUPPORT),
        notices.Assignment(report.pk, support.pk),
    ]
    assert len(notices.issue(done, cells, by=clerk, today=TODAY, now=NOW)) == 3
    first = task_of("4405-nyj")
    assert (first.part, first.due_at, first.assigner.code, first.region_id) == ("lead", at("2020-02-25 17:00"), "4405-fpb", lead.region_id)
    assert task_of("440513-fpb").part == "support"
    kinds = {i.kind: i.due_at for i in items("440513-fpb")}
    assert kinds == {"task.acknowledge": at("2020-02-18 23:59:59"), "report.write": DUE}
    assert len(items("440513-fpb")) == 3
    assert told("4405-nyj") == ["市扶贫办交办任务：要做好春耕备耕工作。"]
    assert told("440513-fpb") == ["市扶贫办交办任务 2 项，请逐项签收：要做好春耕备耕工作等。"]
    request = ReportRequest.objects.get()
    assert (request.cut_off, request.due_at, request.direction) == (at("2020-02-19 17:00"), DUE, "down")
    assert items("4405-fpb") == []


def test_what_came_later_joins_the_same_request_and_towns_below_do_not(made, done, clerk):
    report = done.duties.get(kind="report")
    notices.issue(done, [notices.Assignment(report.pk, made.office("440513-fpb").pk)], by=clerk, today=TODAY, now=NOW)
    district = made.scope("440513-fpb-clerk")
    task = tasks.acknowledge(task_of("440513-fpb", "report"), by=district, today=TODAY, now=NOW)
    tasks.pass_on(task, [made.office("440513100-zf")], due_at=None, by=district, today=TODAY, now=NOW)
    notices.issue(done, [notices.Assignment(report.pk, made.office("440514-fpb").pk)], by=clerk, today=TODAY, now=LATER)
    assert ReportRequest.objects.count() == 1
    assert sorted(Report.objects.values_list("office__code", flat=True)) == ["440513-fpb", "440514-fpb"]


def test_an_office_that_gets_its_cancelled_report_task_anew_goes_on_with_its_report(made, clerk):
    notice, _ = issued(made)
    task = task_of("440513-fpb", "report")
    tasks.cancel(task, "先不报", by=clerk, today=TODAY, now=NOW)
    assert items("440513-fpb", "report.write") == []
    notices.issue(notice, [notices.Assignment(task.duty_id, task.office_id)], by=clerk, today=TODAY, now=LATER)
    assert report_of("440513-fpb").task == task_of("440513-fpb", "report") != task
    assert len(items("440513-fpb", "report.write")) == 1


@pytest.mark.parametrize(
    ("who", "error"),
    [("440513-fpb-clerk", NotPermitted), ("4405-nyj-clerk", NotPermitted), ("440513100-zf-clerk", NotPermitted)],
)
def test_nobody_else_issues(made, done, who, error):
    cells = [notices.Assignment(done.duties.first().pk, made.office("4405-nyj").pk)]
    with pytest.raises(error):
        notices.issue(done, cells, by=made.scope(who), today=TODAY, now=NOW)
    assert not Task.objects.exists()


def test_issuing_nothing_unknown_or_too_early_is_refused_and_all_or_none(made, notice, clerk):
    duty, office = notice.duties.first(), made.office("4405-nyj")
    with pytest.raises(Refused, match="没有选择任何承办单位"):
        notices.issue(notice, [], by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="不能“交办任务”"):
        notices.issue(notice, [notices.Assignment(duty.pk, office.pk)], by=clerk, today=TODAY, now=NOW)
    notices.finish_check(notice, by=clerk, today=TODAY, now=NOW)
    foreign = Duty.objects.exclude(notice=notice).first() or registered(made, doc_number="", text=TEXT + "另。").duties.first()
    for wrong in (notices.Assignment(foreign.pk, office.pk), notices.Assignment(duty.pk, 999_999)):
        with pytest.raises(OutOfScope):
            notices.issue(notice, [notices.Assignment(duty.pk, office.pk), wrong], by=clerk, today=TODAY, now=NOW)
    assert not Task.objects.exists()
    assert not Event.objects.filter(verb="dispatch.task.open").exists()


def test_a_report_duty_without_a_deadline_gives_tasks_and_no_request(made, clerk):
    duty = {**reading()["duties"][1], "due": None, "recurrence": "每周五"}
    notice = notices.finish_check(registered(made, duties=[duty]), by=clerk, today=TODAY, now=NOW)
    made_tasks = notices.issue(
        notice, [notices.Assignment(notice.duties.get().pk, made.office("4405-nyj").pk)], by=clerk, today=TODAY, now=NOW
    )
    assert len(made_tasks) == 1
    assert not ReportRequest.objects.exists()
    assert REPORT in made_tasks[0].duty.text


def test_a_district_passes_a_notice_from_above_to_its_towns(made):
    by = made.scope("440513-fpb-clerk")
    office = made.office("440513-fpb")
    notice = notices.register_notice(
        office=office, text=TEXT, reading=reading(), source="above", secrecy="open", by=by, today=TODAY, now=NOW
    )
    notices.finish_check(notice, by=by, today=TODAY, now=NOW)
    cells = [notices.Assignment(notice.duties.first().pk, made.office(c).pk) for c in ("440513100-zf", "440513101-zf")]
    assert [t.assigner for t in notices.issue(notice, cells, by=by, today=TODAY, now=NOW)] == [office, office]
    assert Task.objects.within(made.scope("440514-fpb-clerk")).count() == 0
    assert Task.objects.within(made.scope("440513100-zf-clerk")).count() == 1
    assert Task.objects.within(made.scope("4405-fpb-clerk")).count() == 2


def test_a_deadline_long_past_is_kept_as_written(made, clerk):
    """The reader may have met an old document: the officer sees the date and corrects it, nothing is guessed."""
    duty = {**reading()["duties"][0], "due": "1920-02-20"}
    notice = notices.finish_check(registered(made, duties=[duty]), by=clerk, today=TODAY, now=NOW)
    task = notices.issue(notice, [notices.Assignment(notice.duties.get().pk, made.office("4405-nyj").pk)], by=clerk, today=TODAY, now=NOW)[
        0
    ]
    assert task.due_at < NOW - dt.timedelta(days=36_000)
