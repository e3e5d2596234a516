"""The thread through the actions: notice, tasks, report, suggestion, consolidation, bulletin."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.worklist.models import Message, WorkItem
from shouwang.ledgers.dispatch import queries, recipients
from shouwang.ledgers.dispatch.actions import consolidate, notices, reports, requests, suggestions, tasks
from shouwang.ledgers.dispatch.document import bulletin_document, report_document
from shouwang.ledgers.dispatch.models import Duty, Notice, Report, ReportRequest, Task
from tests.factories.dispatch import ACTION, NOW, TEXT, TODAY, Stage, issued, registered, stage

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def made() -> Stage:
    return stage()


def item(office: str, kind: str) -> WorkItem:
    return WorkItem.objects.get(office__code=office, kind=kind, state="open")


def test_registering_stores_text_clauses_duties_and_a_work_item(made: Stage) -> None:
    notice = registered(made)
    assert notice.state == "read"
    assert notice.duties.first().text == ACTION
    assert notice.clauses.get().heading == "做好春耕"
    assert item("4405-fpb", "notice.check").url == f"/dispatch/notices/{notice.pk}/check/"
    assert Event.objects.filter(verb="dispatch.notice.register").count() == 1


def test_a_number_registered_before_is_refused_and_nothing_is_written(made: Stage) -> None:
    registered(made)
    with pytest.raises(Refused, match="不能重复登记"):
        registered(made, text=TEXT + "另。")
    assert Notice.objects.count() == 1


def test_the_same_text_under_another_number_is_refused(made: Stage) -> None:
    registered(made)
    with pytest.raises(Refused, match="内容完全相同"):
        registered(made, doc_number="汕农扶组〔2020〕4号")


def test_a_withdrawn_number_is_free_again(made: Stage) -> None:
    first = registered(made)
    notices.withdraw(first, by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW, reason="误登")
    assert registered(made).pk != first.pk


def test_a_classified_document_is_refused(made: Stage) -> None:
    with pytest.raises(Refused, match="密级"):
        registered(made, text="秘密★1年\n" + TEXT)
    assert not Notice.objects.exists()


def test_another_office_may_not_register_in_the_city_offices_name(made: Stage) -> None:
    with pytest.raises(NotPermitted):
        notices.register_notice(
            office=made.city.offices["4405-fpb"],
            text=TEXT,
            reading={},
            source="own",
            secrecy="open",
            by=made.scope("440513-fpb-clerk"),
            today=TODAY,
            now=NOW,
        )


def test_recipients_are_resolved_to_departments_and_districts(made: Stage) -> None:
    found = recipients.resolve("市扶贫开发领导小组成员单位，各区（县）扶贫开发领导小组，市火星局", made.city.offices["4405-fpb"], TODAY)
    assert [o.code for o in found.offices] == ["4405-nyj", "4405-rsj", "440513-fpb", "440514-fpb"]
    assert found.unknown == ["市火星局"]


def test_issuing_gives_each_office_its_tasks_once(made: Stage) -> None:
    notice, given = issued(made)
    assert len(given) == 8
    assert Task.objects.filter(duty__notice=notice, office__code="440513-fpb").count() == 2
    cells = [notices.Assignment(t.duty_id, t.office_id) for t in given]
    assert notices.issue(notice, cells, by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW) == []
    assert ReportRequest.objects.get().reports.count() == 4


def test_a_task_without_a_lead_office_is_refused(made: Stage) -> None:
    by = made.scope("4405-fpb-clerk")
    notice = notices.finish_check(registered(made), by=by, today=TODAY, now=NOW)
    duty = notice.duties.get(kind="action")
    with pytest.raises(Refused, match="没有牵头单位"):
        notices.issue(notice, [notices.Assignment(duty.pk, made.city.offices["4405-nyj"].pk, "support")], by=by, today=TODAY, now=NOW)
    assert not Task.objects.exists()


def test_an_abolished_office_is_refused_with_its_successor(made: Stage) -> None:
    by = made.scope("4405-fpb-clerk")
    notice = notices.finish_check(registered(made), by=by, today=TODAY, now=NOW)
    gone = made.city.offices["4405-nyj"]
    gone.valid_to, gone.successor = dt.date(2020, 1, 1), made.city.offices["4405-rsj"]
    gone.save()
    with pytest.raises(Refused, match="已由市人力资源和社会保障局承接"):
        notices.issue(notice, [notices.Assignment(notice.duties.first().pk, gone.pk)], by=by, today=TODAY, now=NOW)


def test_merging_keeps_both_wordings_and_the_earliest_deadline(made: Stage) -> None:
    notice = registered(made)
    keep, other = notice.duties.all()
    notices.merge_duties(keep, [other], by=made.scope("4405-fpb-clerk"), today=TODAY)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert keep.text.startswith("要做好春耕备耕工作；各地各部门")
    assert keep.due_at is not None
    assert (other.state, other.merged_into) == ("merged", keep)


def test_an_instruction_becomes_a_duty_word_for_word_and_once(made: Stage) -> None:
    notice = registered(made)
    notices.propose(notice.slip, "拟请领导阅示。", by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    given = notices.instruct(notice.slip, "请立即摸底，周三前报我。", by=made.scope("4405-fpb-leader"), today=TODAY, now=NOW)
    first = notices.take_instruction(given, by=made.scope("4405-fpb-clerk"), today=TODAY)
    given.refresh_from_db()
    again = notices.take_instruction(given, by=made.scope("4405-fpb-clerk"), today=TODAY)
    assert first.text == "请立即摸底，周三前报我。"
    assert again == first
    assert Duty.objects.filter(origin="instruction").count() == 1


def test_a_clerk_may_not_write_the_leaders_instruction(made: Stage) -> None:
    notice = registered(made)
    with pytest.raises(NotPermitted):
        notices.instruct(notice.slip, "同意。", by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)


@pytest.fixture
def task(made: Stage) -> Task:
    _, given = issued(made)
    return next(t for t in given if t.office.code == "440513-fpb" and t.duty.kind == "action")


def test_a_task_goes_from_acknowledging_to_closing_by_a_second_person(made: Stage, task: Task) -> None:
    clerk, city = made.scope("440513-fpb-clerk"), made.scope("4405-fpb-clerk")
    with pytest.raises(Refused, match="尚未签收"):
        tasks.add_progress(task, "已摸底", by=clerk, today=TODAY)
    task = tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)
    tasks.add_progress(task, "已摸底", by=clerk, today=TODAY)
    task = tasks.submit(task, "已完成", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(NotPermitted):
        tasks.close(task, by=made.scope("440514-fpb-leader"), today=TODAY, now=NOW)
    task = tasks.send_back(task, "缺附表", by=city, today=TODAY, now=NOW)
    assert (task.state, task.returns) == ("acknowledged", 1)
    task = tasks.submit(task, "已补附表", by=clerk, today=TODAY, now=NOW)
    task = tasks.close(task, by=city, today=TODAY, now=LATER)
    assert task.closed_at == LATER
    assert not WorkItem.objects.filter(ledger="dispatch.task", record_id=str(task.pk), state="open").exists()


def test_another_district_can_neither_see_nor_acknowledge_the_task(made: Stage, task: Task) -> None:
    other = made.scope("440514-fpb-clerk")
    assert not Task.objects.within(other).filter(pk=task.pk).exists()
    with pytest.raises(NotPermitted):
        tasks.acknowledge(task, by=other, today=TODAY, now=NOW)


def test_a_department_sees_its_own_tasks_only(made: Stage) -> None:
    issued(made)
    seen = Task.objects.within(made.scope("4405-nyj-clerk"))
    assert {t.office.code for t in seen} == {"4405-nyj"}


def test_an_extension_is_asked_before_expiry_and_moves_the_deadline(made: Stage) -> None:
    _, given = issued(made)
    task = next(t for t in given if t.office.code == "440513-fpb" and t.duty.kind == "report")
    clerk = made.scope("440513-fpb-clerk")
    assert task.due_at is not None
    wanted = task.due_at + dt.timedelta(days=2)
    with pytest.raises(Refused, match="到期后不能申请延期"):
        tasks.ask_extension(task, wanted, "封村", by=clerk, today=TODAY, now=task.due_at + dt.timedelta(hours=1))
    asked = tasks.ask_extension(task, wanted, "封村", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="等待审批"):
        tasks.ask_extension(task, wanted, "封村", by=clerk, today=TODAY, now=NOW)
    tasks.decide_extension(asked, agree=True, reason="", by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    task.refresh_from_db()
    assert task.due_at == wanted


def test_passing_on_goes_to_direct_subordinates_only_and_holds_up_closing(made: Stage, task: Task) -> None:
    clerk = made.scope("440513-fpb-clerk")
    task = tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)
    town, foreign = made.city.offices["440513100-zf"], made.city.offices["440514101-zf"]
    with pytest.raises(Refused, match="直接下级"):
        tasks.pass_on(task, [foreign], due_at=None, by=clerk, today=TODAY, now=NOW)
    below = tasks.pass_on(task, [town], due_at=None, by=clerk, today=TODAY, now=NOW)
    assert [t.office for t in below] == [town]
    task = tasks.submit(task, "已完成", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="转办下级"):
        tasks.close(task, by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)


def send(made: Stage, report: Report, code: str) -> Report:
    """Take a report through the office to the requesting office."""
    clerk, leader = made.scope(f"{code}-clerk"), made.scope(f"{code}-leader")
    for passage in report.passages.exclude(part="suggestions").filter(text=""):
        reports.write_passage(passage, "已部署落实。", by=clerk, today=TODAY)
    report = reports.send_to_check(report, by=clerk, today=TODAY, now=NOW)
    report = reports.check_through(report, [], by=leader, today=TODAY, now=NOW)
    report = reports.sign(report, by=leader, today=TODAY, now=NOW)
    report = reports.give_number(report, by=clerk, today=TODAY, now=NOW)
    report = reports.register_seal(report, by=clerk, today=TODAY, now=NOW)
    return reports.submit(report, by=clerk, today=TODAY, now=NOW)


def test_a_report_drafts_itself_and_goes_up_to_acceptance(made: Stage) -> None:
    issued(made)
    report = Report.objects.get(office__code="440513-fpb")
    assert [p.heading for p in report.passages.all()] == ["疫情影响分析", "采取的应对举措", "问题和相关建议"]
    assert "做好春耕。承担任务1项，正在办理1项。" in report.passages.get(part="measures").text
    suggestion = suggestions.add(report, "请协调春耕农资运输通行证", by=made.scope("440513-fpb-clerk"), today=TODAY)
    sent = send(made, report, "440513-fpb")
    assert sent.doc_number.endswith("〔2020〕1号")
    city = made.scope("4405-fpb-clerk")
    accepted = reports.accept(sent, by=city, today=TODAY, now=NOW)
    assert accepted.task is not None
    accepted.task.refresh_from_db()
    assert accepted.task.state == "closed"
    suggestion.refresh_from_db()
    given = suggestions.assign(suggestion, made.city.offices["4405-nyj"], by=city, today=TODAY, now=NOW)
    answered = suggestions.answer(given, "已商交通部门开通绿色通道。", by=made.scope("4405-nyj-clerk"), today=TODAY, now=NOW)
    assert answered.state == "answered"
    assert Message.objects.filter(office__code="440513-fpb", text__contains="答复建议").exists()
    document = report_document(queries.report_parts(accepted))
    assert document.doc_number == sent.doc_number
    assert document.signer_upward == "440513-fpb-leader"


def test_words_are_locked_once_checked_and_a_correction_stays_visible(made: Stage) -> None:
    issued(made)
    report = send(made, Report.objects.get(office__code="440513-fpb"), "440513-fpb")
    clerk = made.scope("440513-fpb-clerk")
    with pytest.raises(Refused, match="正文已锁定"):
        reports.write_passage(report.passages.first(), "改一改", by=clerk, today=TODAY)
    report = reports.accept(report, by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    row = reports.correct(report, {"where": "第二部分", "before": "1项", "after": "2项"}, "漏报", by=clerk, today=TODAY, now=LATER)
    assert list(report.corrections.all()) == [row]


def test_the_drafter_neither_checks_nor_signs(made: Stage) -> None:
    issued(made)
    clerk = made.scope("440513-fpb-clerk")
    report = Report.objects.get(office__code="440513-fpb")
    for passage in report.passages.filter(text="").exclude(part="suggestions"):
        reports.write_passage(passage, "已部署。", by=clerk, today=TODAY)
    report = reports.send_to_check(report, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="须由另一人办理"):
        reports.check_through(report, [], by=clerk, today=TODAY, now=NOW)


def test_a_returned_report_can_be_changed_again(made: Stage) -> None:
    issued(made)
    report = send(made, Report.objects.get(office__code="440513-fpb"), "440513-fpb")
    report = reports.send_back(report, "请补充务工情况", by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    assert (report.state, report.returns, report.submitted_at) == ("drafting", 1, None)
    assert item("440513-fpb", "report.write").action == "按退回意见修改"


def test_a_zero_report_is_signed_and_sent_without_number_and_seal(made: Stage) -> None:
    issued(made)
    clerk, leader = made.scope("4405-rsj-clerk"), made.scope("4405-rsj-leader")
    report = reports.make_zero(Report.objects.get(office__code="4405-rsj"), by=clerk, today=TODAY, now=NOW)
    report = reports.send_to_check(report, by=clerk, today=TODAY, now=NOW)
    report = reports.check_through(report, [], by=leader, today=TODAY, now=NOW)
    report = reports.sign(report, by=leader, today=TODAY, now=NOW)
    assert report.state == "ready"
    assert reports.submit(report, by=clerk, today=TODAY, now=NOW).zero
    board = queries.request_board(report.request, NOW)
    assert (board.due, board.received, board.zero, board.missing) == (4, 1, 1, 3)


def test_asking_downward_for_a_figure_the_system_holds_is_refused_with_a_link(made: Stage) -> None:
    office = made.city.offices["4405-fpb"]
    values = {
        "title": "报表",
        "direction": "down",
        "parts": [],
        "figures": [],
        "questions": ["全区交办任务数"],
        "cut_off": NOW,
        "due_at": LATER,
    }
    with pytest.raises(Refused, match="不得再向基层收集") as refusal:
        requests.open_request(office, values, [made.city.offices["440513-fpb"]], by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    assert refusal.value.link == "/figures/dispatch.tasks/"
    from_above = requests.open_request(
        office, values | {"direction": "above"}, [made.city.offices["440513-fpb"]], by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW
    )
    assert (from_above.figures, from_above.questions) == (["dispatch.tasks"], [])


def test_the_consolidated_report_quotes_the_accepted_and_names_the_missing(made: Stage) -> None:
    issued(made)
    city = made.scope("4405-fpb-clerk")
    request = ReportRequest.objects.get()
    with pytest.raises(Refused, match="没有已接收"):
        consolidate.consolidate(request, by=city, today=TODAY, now=NOW)
    sent = send(made, Report.objects.get(office__code="440513-fpb"), "440513-fpb")
    reports.accept(sent, by=city, today=TODAY, now=NOW)
    whole = consolidate.consolidate(request, by=city, today=TODAY, now=LATER)
    words = whole.passages.get(part="measures").text
    assert "应报送报告4份，已接收1份，尚未报送3份" in words
    assert whole.figures.filter(region__level=3).count() == 2 * len(request.figures)
    document = report_document(queries.report_parts(whole))
    titles = [p.title.split("（续")[0].rstrip("（0123456789）") for p in document.attachment_pages]
    assert titles == ["主要指标情况表", *["各区（县）主要指标情况表"] * (len(titles) - 1)]
    assert len(titles) > 2


def test_a_bulletin_is_a_draft_that_names_who_is_late_and_is_never_sent(made: Stage) -> None:
    notice, _ = issued(made)
    city = made.scope("4405-fpb-clerk")
    with pytest.raises(Refused, match="没有逾期"):
        consolidate.draft_bulletin(notice, by=city, today=TODAY, now=NOW)
    before = Message.objects.count()
    draft = consolidate.draft_bulletin(notice, by=city, today=dt.date(2020, 2, 24), now=NOW + dt.timedelta(days=7))
    assert "潮阳区扶贫开发领导小组办公室：逾期1项" in draft.body
    assert Message.objects.count() == before
    assert bulletin_document(draft).page_mark == "代拟稿（待签发）"


def test_tiers_left_under_two_working_days_are_warned_of(made: Stage) -> None:
    notice = registered(made)
    assert "每级将不足 2 个工作日" in queries.tier_warnings(notice, NOW)[0]
    assert "不足 2 个工作日，不宜" in queries.tier_warnings(notice, NOW + dt.timedelta(days=2))[0]


def test_segments_give_back_the_whole_text(made: Stage) -> None:
    notice = registered(made)
    cut = queries.segments(notice, queries.duties_of(notice))
    assert "".join(s.text for s in cut) == TEXT
    assert [s.duty for s in cut if s.duty] == [1, 2]
