"""A report inside its office, to the requesting office, back, and corrected: every step, refusal and work item."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel import figures
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.dispatch.actions import reports, statements, suggestions, tasks
from shouwang.ledgers.dispatch.models import Report, ReportFigure
from tests.factories.accounts import make_user
from tests.factories.accounts import scope as held
from tests.factories.dispatch import (
    DUE,
    LATER,
    NOW,
    TODAY,
    Stage,
    accepted,
    checked,
    issued,
    items,
    ready,
    report_of,
    sent,
    task_of,
    told,
)
from tests.factories.moments import at

OFFICE = "440513-fpb"


@pytest.fixture
def clerk(made: Stage):
    return made.scope(f"{OFFICE}-clerk")


@pytest.fixture
def leader(made: Stage):
    return made.scope(f"{OFFICE}-leader")


@pytest.fixture
def city(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def report(made: Stage) -> Report:
    issued(made)
    return report_of(OFFICE)


def state(report: Report) -> str:
    return Report.objects.get(pk=report.pk).state


def test_words_are_the_officers_from_the_first_edit(report, clerk):
    passage = report.passages.get(part="impact")
    same = reports.write_passage(passage, passage.text.replace("\n", "\r\n") + " ", by=clerk, today=TODAY)
    assert (same.written_by_machine, report_of(OFFICE).edition) == (True, 1)  # a form sent unchanged changes nothing
    done = reports.write_passage(passage, "本区影响有限，在册{{registry.households}}户。\r\n第二段。 ", by=clerk, today=TODAY)
    assert (done.text, done.written_by_machine) == ("本区影响有限，在册{{registry.households}}户。\n第二段。", False)
    again = report_of(OFFICE)
    assert (again.edition, again.drafter, again.drafter_id) == (2, f"{OFFICE}-clerk", clerk.user_id)
    event = Event.objects.filter(verb="dispatch.report.write").get()
    assert event.reason == "部分：疫情影响分析"


def test_words_with_a_number_the_report_does_not_carry_are_refused(report, clerk):
    with pytest.raises(Refused, match=r"本报告没有的指标“registry\.sheep”"):
        reports.write_passage(report.passages.first(), "羊{{registry.sheep}}只", by=clerk, today=TODAY)


@pytest.mark.parametrize("who", [f"{OFFICE}-leader", "4405-fpb-clerk", "440514-fpb-clerk", "440513-nyj-clerk", "440513100-zf-clerk"])
def test_only_the_offices_drafters_write(made, report, who):
    by = made.scope(who)
    for act in (
        lambda: reports.write_passage(report.passages.first(), "改", by=by, today=TODAY),
        lambda: reports.explain(report.figures.first(), "口径不同", by=by, today=TODAY),
        lambda: reports.make_zero(report, by=by, today=TODAY, now=NOW),
        lambda: reports.answer_questions(report, {"0": "无"}, by=by, today=TODAY),
        lambda: reports.send_to_check(report, by=by, today=TODAY, now=NOW),
        lambda: suggestions.add(report, "建议", by=by, today=TODAY),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_a_part_without_words_is_refused_by_name_before_checking(report, clerk):
    passage = report.passages.get(part="impact")
    reports.write_passage(passage, " ", by=clerk, today=TODAY)
    with pytest.raises(Refused, match="“疫情影响分析”部分没有文字"):
        reports.send_to_check(report, by=clerk, today=TODAY, now=NOW)
    assert state(report) == "drafting"


def test_the_office_walks_from_draft_to_ready_with_one_item_at_a_time(made, report, clerk, leader):
    steps = []

    def step(found: Report) -> Report:
        rows = WorkItem.objects.filter(ledger="dispatch.report", record_id=str(report.pk), state="open")
        steps.append((found.state, [(i.office.code, i.action) for i in rows]))
        return found

    found = step(checked(made, report, OFFICE))
    found = step(reports.check_through(found, [], by=leader, today=TODAY, now=NOW))
    found = step(reports.sign(found, by=leader, today=TODAY, now=NOW))
    found = step(reports.give_number(found, by=clerk, today=TODAY, now=NOW))
    found = step(reports.register_seal(found, by=clerk, today=TODAY, now=NOW))
    found = step(reports.submit(found, by=clerk, today=TODAY, now=LATER))
    assert steps == [
        ("checking", [(OFFICE, "核稿")]),
        ("signing", [(OFFICE, "签发")]),
        ("numbering", [(OFFICE, "编号")]),
        ("sealing", [(OFFICE, "用印并登记扫描件")]),
        ("ready", [(OFFICE, "报送")]),
        ("submitted", [("4405-fpb", "接收或退回")]),
    ]
    assert (found.checker, found.signer, found.signed_on, found.submitted_at) == (f"{OFFICE}-leader", f"{OFFICE}-leader", TODAY, LATER)
    assert task_of(OFFICE, "report").state == "submitted"


def test_each_step_needs_its_state_and_its_role(made, report, clerk, leader, city):
    for act in (
        lambda: reports.check_through(report, [], by=leader, today=TODAY, now=NOW),
        lambda: reports.sign(report, by=leader, today=TODAY, now=NOW),
        lambda: reports.give_number(report, by=clerk, today=TODAY, now=NOW),
        lambda: reports.register_seal(report, by=clerk, today=TODAY, now=NOW),
        lambda: reports.submit(report, by=clerk, today=TODAY, now=NOW),
        lambda: reports.accept(report, by=city, today=TODAY, now=NOW),
        lambda: reports.send_back(report, "退", by=city, today=TODAY, now=NOW),
    ):
        with pytest.raises(Refused, match=r"当前状态为“拟稿”|没有文字"):
            act()
    found = checked(made, report, OFFICE)
    for who in ("4405-fpb-leader", "440514-fpb-leader", "440513-nyj-leader"):
        with pytest.raises(NotPermitted):
            reports.check_through(found, [], by=made.scope(who), today=TODAY, now=NOW)
    found = reports.check_through(found, [], by=leader, today=TODAY, now=NOW)
    with pytest.raises(NotPermitted):
        reports.sign(found, by=held(make_user("c2", made.office(OFFICE), "office_clerk"), TODAY), today=TODAY, now=NOW)


def test_drafting_checking_and_signing_take_two_people(made, report):
    both = make_user("both", made.office(OFFICE), "office_clerk", "office_leader")
    by = held(both, TODAY)
    for passage in report.passages.exclude(part="suggestions"):
        reports.write_passage(passage, "已部署。", by=by, today=TODAY)
    found = reports.send_to_check(report, by=by, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="“核稿”须由另一人办理"):
        reports.check_through(found, [], by=by, today=TODAY, now=NOW)
    found = reports.check_through(found, [], by=made.scope(f"{OFFICE}-leader"), today=TODAY, now=NOW)
    with pytest.raises(Refused, match="“签发”须由另一人办理"):
        reports.sign(found, by=by, today=TODAY, now=NOW)


def test_words_are_locked_from_checking_on(made, report, clerk):
    found = checked(made, report, OFFICE)
    for act in (
        lambda: reports.write_passage(found.passages.first(), "改", by=clerk, today=TODAY),
        lambda: reports.explain(found.figures.first(), "因", by=clerk, today=TODAY),
        lambda: reports.make_zero(found, by=clerk, today=TODAY, now=NOW),
        lambda: reports.answer_questions(found, {"0": "无"}, by=clerk, today=TODAY),
        lambda: reports.send_to_check(found, by=clerk, today=TODAY, now=NOW),
        lambda: suggestions.add(found, "建议", by=clerk, today=TODAY),
    ):
        with pytest.raises(Refused, match="正文已锁定"):
            act()


def test_an_edit_of_a_page_opened_before_the_lock_is_refused(made, report, clerk):
    """The passage was loaded while the report was a draft: the locked row decides."""
    stale = report.passages.select_related("report").first()
    row = ReportFigure.objects.select_related("report").filter(report=report).first()
    checked(made, report, OFFICE)
    with pytest.raises(Refused, match="正文已锁定"):
        reports.write_passage(stale, "迟到的改动", by=clerk, today=TODAY)
    with pytest.raises(Refused, match="正文已锁定"):
        reports.explain(row, "迟到", by=clerk, today=TODAY)


def test_countersigning_offices_all_agree_before_signing(made, report, leader):
    found = checked(made, report, OFFICE)
    first, second = made.office("440513-nyj"), made.office("440513-rsj")
    found = reports.check_through(found, [first, second, made.office(OFFICE)], by=leader, today=TODAY, now=NOW)
    assert (found.state, [m.office.code for m in found.countersigns.all()]) == ("countersigning", ["440513-nyj", "440513-rsj"])
    assert items(OFFICE, "report.write") == []
    marks = {m.office.code: m for m in found.countersigns.all()}
    with pytest.raises(NotPermitted):
        reports.countersign(
            marks["440513-nyj"], agreed=True, opinion="", by=made.scope("440513-rsj-leader"), today=TODAY, now=NOW
        )  # fmt: skip
    with pytest.raises(NotPermitted):
        reports.countersign(marks["440513-nyj"], agreed=True, opinion="", by=made.scope("440513-nyj-clerk"), today=TODAY, now=NOW)
    reports.countersign(marks["440513-nyj"], agreed=True, opinion="无意见", by=made.scope("440513-nyj-leader"), today=TODAY, now=NOW)
    assert state(found) == "countersigning"
    assert items("440513-nyj", "report.countersign") == []
    found = reports.countersign(
        marks["440513-rsj"], agreed=True, opinion="", by=made.scope("440513-rsj-leader"), today=TODAY, now=LATER
    )  # fmt: skip
    assert (found.state, [i.action for i in items(OFFICE, "report.write")]) == ("signing", ["签发"])


def test_a_disagreeing_office_sends_the_report_back_with_its_words(made, report, leader):
    found = checked(made, report, OFFICE)
    found = reports.check_through(found, [made.office("440513-nyj"), made.office("440513-rsj")], by=leader, today=TODAY, now=NOW)
    mark = found.countersigns.get(office__code="440513-nyj")
    by = made.scope("440513-nyj-leader")
    for opinion, words in ((" ", "不同意须写明意见"), ("长" * 301, "会签意见共 301 字")):
        with pytest.raises(Refused, match=words):
            reports.countersign(mark, agreed=False, opinion=opinion, by=by, today=TODAY, now=NOW)
    found = reports.countersign(mark, agreed=False, opinion="春耕数据有误", by=by, today=TODAY, now=NOW)
    assert found.state == "drafting"
    assert told(OFFICE)[-1] == "报告被退回修改：汕头市潮阳区农业农村局会签意见：春耕数据有误"
    assert items("440513-rsj", "report.countersign") == []
    with pytest.raises(Refused, match="不能会签"):
        reports.countersign(found.countersigns.last(), agreed=True, opinion="", by=made.scope("440513-rsj-leader"), today=TODAY, now=NOW)


def test_returning_inside_is_for_those_who_check_or_sign(made, report, leader, clerk):
    found = checked(made, report, OFFICE)
    found = reports.check_through(found, [made.office("440513-nyj")], by=leader, today=TODAY, now=NOW)
    for who in ("440513-nyj-leader", "4405-fpb-leader"):
        with pytest.raises(NotPermitted, match="请签署“不同意”的会签意见"):
            reports.send_back_inside(found, "不妥", by=made.scope(who), today=TODAY, now=NOW)
    with pytest.raises(Refused, match="须写明理由"):
        reports.send_back_inside(found, "", by=leader, today=TODAY, now=NOW)
    back = reports.send_back_inside(found, "补充就业一段", by=leader, today=TODAY, now=NOW)
    assert (back.state, [i.action for i in items(OFFICE, "report.write")], items("440513-nyj", "report.countersign")) == (
        "drafting",
        ["修改"],
        [],
    )
    assert reports.write_passage(back.passages.first(), "改过", by=clerk, today=TODAY).text == "改过"


@pytest.mark.usefixtures("report")
def test_numbers_follow_on_in_the_year_and_a_given_one_may_be_used_once(made, clerk):
    def numbered(code: str, **kw) -> str:
        found = report_of(code)
        found = reports.check_through(checked(made, found, code), [], by=made.scope(f"{code}-leader"), today=TODAY, now=NOW)
        found = reports.sign(found, by=made.scope(f"{code}-leader"), today=TODAY, now=NOW)
        return reports.give_number(found, by=made.scope(f"{code}-clerk"), today=TODAY, now=NOW, **kw).doc_number

    assert numbered(OFFICE, number=7) == "汕fpb报〔2020〕7号"
    assert numbered("440514-fpb") == "汕fpb报〔2020〕1号"  # each office counts its own
    other = Report.objects.get(office__code="4405-nyj")
    Report.objects.filter(pk=other.pk).update(office=made.office(OFFICE), consolidated=True, task=None, state="numbering")
    other.refresh_from_db()
    for number, words in ((7, "已被使用"), (0, "不在 1 至 99999 之间"), (100_000, "不在 1 至 99999 之间")):
        with pytest.raises(Refused, match=words):
            reports.give_number(other, by=clerk, today=TODAY, now=NOW, number=number)
    assert reports.give_number(other, by=clerk, today=TODAY, now=NOW).doc_number == "汕fpb报〔2020〕8号"


def test_numbers_begin_anew_each_year_and_an_office_without_a_prefix_cannot_number(made, report, clerk, leader):
    office = made.office(OFFICE)
    found = reports.check_through(checked(made, report, OFFICE), [], by=leader, today=TODAY, now=NOW)
    found = reports.sign(found, by=leader, today=TODAY, now=NOW)
    office.doc_prefix = ""
    office.save()
    with pytest.raises(Refused, match="没有登记发文机关代字"):
        reports.give_number(found, by=clerk, today=TODAY, now=NOW)
    office.doc_prefix = "潮府扶"
    office.save()
    assert reports.give_number(found, by=clerk, today=dt.date(2021, 1, 4), now=NOW).doc_number == "潮府扶〔2021〕1号"


def test_a_report_is_not_sent_after_the_end_of_the_collection(made, report, clerk):
    found = ready(made, report, OFFICE)
    found.request.open = False
    found.request.save()
    with pytest.raises(Refused, match="已结束收报"):
        reports.submit(found, by=clerk, today=TODAY, now=NOW)
    assert state(found) == "ready"


def test_acceptance_locks_closes_tells_and_hands_out_the_suggestions(made, report, clerk, city):
    for text in ("请协调通行证。", "请拨付物资"):
        suggestions.add(report, text, by=clerk, today=TODAY)
    found = sent(made, report, OFFICE)
    for who in (f"{OFFICE}-leader", "440514-fpb-leader", "4405-nyj-leader", "440513100-zf-leader"):
        with pytest.raises(NotPermitted):
            reports.accept(found, by=made.scope(who), today=TODAY, now=NOW)
    done = reports.accept(found, by=city, today=TODAY, now=LATER)
    assert (done.state, done.accepted_at, task_of(OFFICE, "report").state) == ("accepted", LATER, "closed")
    assert told(OFFICE)[-1].startswith("报告已接收")
    assert [i.title for i in items("4405-fpb", "suggestion.assign")] == [
        "分办潮阳区扶贫办建议：请协调通行证",
        "分办潮阳区扶贫办建议：请拨付物资",
    ]
    assert items("4405-fpb", "report.receive") == []
    with pytest.raises(Refused, match="不能“退回”"):
        reports.send_back(done, "再改", by=city, today=TODAY, now=LATER)


def test_acceptance_does_not_wait_for_what_the_district_passed_on(made, report, clerk, city):
    task = tasks.acknowledge(task_of(OFFICE, "report"), by=clerk, today=TODAY, now=NOW)
    below = tasks.pass_on(task, [made.office("440513100-zf")], due_at=None, by=clerk, today=TODAY, now=NOW)[0]
    done = reports.accept(sent(made, report, OFFICE), by=city, today=TODAY, now=NOW)
    below.refresh_from_db()
    assert (done.state, task_of(OFFICE, "report").state, below.state) == ("accepted", "closed", "issued")


def test_who_wrote_it_does_not_receive_it(made, report):
    Report.objects.filter(pk=sent(made, report, OFFICE).pk).update(drafter_id=made.users["4405-fpb-clerk"].pk)
    with pytest.raises(Refused, match="“接收报告”须由另一人办理"):
        reports.accept(report_of(OFFICE), by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)


def test_a_returned_report_starts_over_unsigned_and_unnumbered(made, report, city):
    found = sent(made, report, OFFICE)
    with pytest.raises(Refused, match="须写明理由"):
        reports.send_back(found, " ", by=city, today=TODAY, now=LATER)
    back = reports.send_back(found, "请补充", by=city, today=TODAY, now=LATER)
    assert (back.state, back.returns, back.submitted_at, back.doc_number) == ("drafting", 1, None, "")
    assert (back.checker, back.checker_id, back.signer, back.signer_id, back.signed_on) == ("", None, "", None, None)
    assert task_of(OFFICE, "report").state == "acknowledged"
    assert items("4405-fpb", "report.receive") == []
    again = sent(made, back, OFFICE, LATER)
    assert (again.state, again.returns, again.doc_number) == ("submitted", 1, "汕fpb报〔2020〕1号")


def test_a_correction_stands_beside_the_accepted_words(made, report, clerk):
    values = {"where": "第二部分", "before": "1项", "after": "2项"}
    with pytest.raises(Refused, match="只有已接收的报告才用“更正”"):
        reports.correct(report, values, "漏报", by=clerk, today=TODAY, now=NOW)
    done = accepted(made, report, OFFICE)
    words = [p.text for p in done.passages.all()]
    for wrong, reason, said in (
        ({"where": ""}, "漏报", "请填写更正处"),
        ({"where": "长" * 81}, "漏报", "更正处共 81 字"),
        ({"after": "1项"}, "漏报", "两者不能相同"),
        ({"before": " "}, "漏报", "请分别填写"),
        ({}, " ", "须写明理由"),
        ({}, "长" * 301, "更正原因共 301 字"),
    ):
        with pytest.raises(Refused, match=said):
            reports.correct(done, values | wrong, reason, by=clerk, today=TODAY, now=NOW)
    for who in ("4405-fpb-clerk", "440514-fpb-clerk", f"{OFFICE}-leader"):
        with pytest.raises(NotPermitted):
            reports.correct(done, values, "漏报", by=made.scope(who), today=TODAY, now=NOW)
    row = reports.correct(done, values, "漏报", by=clerk, today=TODAY, now=LATER)
    assert (row.before, row.after, row.reason, row.by_name, row.at) == ("1项", "2项", "漏报", f"{OFFICE}-clerk", LATER)
    assert [p.text for p in report_of(OFFICE).passages.all()] == words
    assert told("4405-fpb")[-1] == "潮阳区扶贫办更正已接收的报告：第二部分"


def test_a_zero_report_is_an_answer_of_its_own(made, report, clerk, city):
    reports.write_passage(report.passages.get(part="measures"), "写好的话。", by=clerk, today=TODAY)
    row = suggestions.add(report, "建议一条", by=clerk, today=TODAY)
    with pytest.raises(Refused, match="报告中有 1 条建议，不能改为零报告"):
        reports.make_zero(report, by=clerk, today=TODAY, now=NOW)
    suggestions.remove(row, by=clerk, today=TODAY)
    zero = reports.make_zero(report, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="零报告没有建议事项"):
        suggestions.add(zero, "再提一条", by=clerk, today=TODAY)
    full = reports.unmake_zero(zero, by=clerk, today=TODAY, now=NOW)
    texts = {p.part: p.text for p in full.passages.all()}
    assert (full.zero, texts["measures"], bool(texts["impact"])) == (False, "写好的话。", True)
    zero = reports.make_zero(full, by=clerk, today=TODAY, now=NOW)
    done = sent(made, zero, OFFICE)
    assert (done.zero, done.doc_number) == (True, "")
    assert reports.accept(done, by=city, today=TODAY, now=NOW).state == "accepted"


def test_answers_beyond_the_questions_are_ignored_and_too_long_ones_refused(made, report, clerk):
    report.request.questions = [{"label": "防疫物资缺口"}, {"label": "其他"}]
    report.request.save()
    report = report_of(OFFICE)
    reports.answer_questions(report, {"0": " 口罩 ", "7": "x", "abc": "y"}, by=clerk, today=TODAY)
    with pytest.raises(Refused, match="填报项“其他”尚未填写"):
        checked(made, report_of(OFFICE), OFFICE)
    with pytest.raises(Refused, match="填报项“其他”共 301 字"):
        reports.answer_questions(report_of(OFFICE), {"1": "长" * 301}, by=clerk, today=TODAY)
    reports.answer_questions(report_of(OFFICE), {"1": "无"}, by=clerk, today=TODAY)
    assert report_of(OFFICE).answers == {"0": "口罩", "1": "无"}
    assert checked(made, report_of(OFFICE), OFFICE).state == "checking"


def test_a_number_that_differs_from_the_last_report_or_the_departments_own_needs_a_phrase(made, report, clerk):
    code = "dispatch.tasks"
    row = report.figures.get(figure=code)
    assert reports.differences(report) == []
    ours = figures.Value(figures.get(code), row.numerator, row.denominator).plain
    by = made.scope("440513-rsj-clerk")
    statement = {"figure": code, "as_of": TODAY, "number": int(ours) + 3, "source": "统计快报"}
    statements.state(made.office("440513-rsj"), statement, by=by, today=TODAY)
    with pytest.raises(Refused, match="以下指标与上次报告或部门数不一致，尚未说明原因：交办任务数"):
        checked(made, report, OFFICE)
    report = report_of(OFFICE)
    ((row, source, other),) = reports.differences(report)
    assert (row.figure, other, "统计快报" in source) == (code, str(int(ours) + 3), True)
    for phrase, words in ((" ", "请填写差异说明"), ("长" * 301, "差异说明共 301 字")):
        with pytest.raises(Refused, match=words):
            reports.explain(row, phrase, by=clerk, today=TODAY)
    reports.explain(row, " 部门数据截至时间不同。 ", by=clerk, today=TODAY)
    found = checked(made, report_of(OFFICE), OFFICE)
    assert found.figures.get(figure=code).phrase == "部门数据截至时间不同。"


def test_a_departments_number_that_agrees_needs_no_phrase(made, report):
    row = report.figures.get(figure="dispatch.tasks")
    by = made.scope("440513-rsj-clerk")
    statement = {"figure": "dispatch.tasks", "as_of": TODAY, "number": row.numerator, "source": "快报"}
    statements.state(made.office("440513-rsj"), statement, by=by, today=TODAY)
    assert checked(made, report, OFFICE).state == "checking"


def test_numbers_are_frozen_as_the_report_leaves_its_drafter(made, report):
    found = checked(made, report, OFFICE)
    row = found.figures.get(figure="dispatch.tasks")
    assert (row.cut_off, row.frozen_at is not None) == (at("2020-02-17 09:30"), True)
    place = made.city.at("440513").place
    assert figures.frozen(figures.get("dispatch.tasks"), row.cut_off, [place.id])[place.id].numerator == row.numerator


def test_late_is_judged_by_the_offices_own_deadline(made, report):
    sent(made, report, OFFICE, DUE + dt.timedelta(minutes=5))
    from shouwang.ledgers.dispatch.queries import request_board

    lines = {line["report"].office.code: line["late"] for line in request_board(report.request, DUE + dt.timedelta(hours=1)).lines}
    assert lines == {OFFICE: True, "440514-fpb": True, "4405-nyj": True, "4405-rsj": True}
    lines = {line["report"].office.code: line["late"] for line in request_board(report.request, NOW).lines}
    assert lines == {OFFICE: True, "440514-fpb": False, "4405-nyj": False, "4405-rsj": False}
