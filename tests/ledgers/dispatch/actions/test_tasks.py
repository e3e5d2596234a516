"""Tasks from 签收 to 销号: every move, every refusal, whose it is, and the work items and messages it leaves."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.accounts.models import Delegation
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.worklist.actions import sweep
from shouwang.kernel.worklist.clocks import day_end
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.dispatch.actions import notices, tasks
from shouwang.ledgers.dispatch.models import Progress, Task
from tests.factories.accounts import make_user
from tests.factories.accounts import scope as held
from tests.factories.dispatch import DUE, LATER, NOW, TODAY, Stage, issued, items, report_of, sent, task_of, told
from tests.factories.moments import at

OFFICE = "440513-fpb"


@pytest.fixture
def city(made: Stage):
    return made.scope("4405-fpb-clerk")


@pytest.fixture
def clerk(made: Stage):
    return made.scope(f"{OFFICE}-clerk")


@pytest.fixture
def task(made: Stage) -> Task:
    """The district's action task, due on the 20th."""
    notice, _ = issued(made)
    task = task_of(OFFICE)
    Task.objects.filter(duty=task.duty).update(due_at=DUE)
    task.refresh_from_db()
    assert notice.office_id == task.assigner_id
    return task


@pytest.fixture
def begun(task: Task, clerk) -> Task:
    return tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)


@pytest.fixture
def handed_in(begun: Task, clerk) -> Task:
    return tasks.submit(begun, "已完成", by=clerk, today=TODAY, now=LATER)


def mine(task: Task) -> list[str]:
    return list(WorkItem.objects.filter(record_id=str(task.pk), ledger="dispatch.task", state="open").values_list("kind", flat=True))


def test_acknowledging_says_who_and_when_and_opens_the_work(begun):
    assert (begun.state, begun.acknowledged_by, begun.acknowledged_at) == ("acknowledged", f"{OFFICE}-clerk", NOW)
    assert mine(begun) == ["task.work"]
    assert WorkItem.objects.get(record_id=str(begun.pk), ledger="dispatch.task", state="open").due_at == DUE


def test_a_task_is_acknowledged_once(begun, clerk):
    with pytest.raises(Refused, match="当前状态为“办理中”，不能“签收”"):
        tasks.acknowledge(begun, by=clerk, today=TODAY, now=NOW)


@pytest.mark.parametrize(
    "who", ["4405-fpb-clerk", "440514-fpb-clerk", "4405-nyj-clerk", "440513-nyj-clerk", "440513100-zf-clerk", "440513100-zf-leader"]
)
def test_only_the_office_that_has_the_task_works_on_it(made, task, who):
    by = made.scope(who)
    with pytest.raises(NotPermitted):
        tasks.acknowledge(task, by=by, today=TODAY, now=NOW)
    Task.objects.filter(pk=task.pk).update(state="acknowledged")
    task.refresh_from_db()
    for act in (
        lambda: tasks.add_progress(task, "进展", by=by, today=TODAY),
        lambda: tasks.submit(task, "完成", by=by, today=TODAY, now=NOW),
        lambda: tasks.ask_extension(task, DUE + dt.timedelta(1), "封村", by=by, today=TODAY, now=NOW),
        lambda: tasks.pass_on(task, [made.office("440513100-zf")], due_at=None, by=by, today=TODAY, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert not Progress.objects.exists()


@pytest.mark.parametrize("who", [f"{OFFICE}-clerk", f"{OFFICE}-leader", "440514-fpb-leader", "4405-nyj-leader", "440513100-zf-leader"])
def test_only_the_office_that_gave_the_task_reviews_it(made, handed_in, who):
    by = made.scope(who)
    for act in (
        lambda: tasks.send_back(handed_in, "缺附表", by=by, today=TODAY, now=NOW),
        lambda: tasks.cancel(handed_in, "不要了", by=by, today=TODAY, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()
    with pytest.raises((NotPermitted, Refused)):
        tasks.close(handed_in, by=by, today=TODAY, now=NOW)
    handed_in.refresh_from_db()
    assert handed_in.state == "submitted"


def test_a_stand_in_acts_for_the_office_and_the_record_says_for_whom(made, task):
    taker = make_user("b", made.office("440514-fpb"), "office_clerk", name="乙角")
    giver = made.users[f"{OFFICE}-clerk"]
    Delegation.objects.create(giver=giver, taker=taker, starts=TODAY, ends=TODAY + dt.timedelta(1), reason="出差")
    by = held(taker, TODAY)
    done = tasks.acknowledge(task, by=by, today=TODAY, now=NOW)
    event = Event.objects.get(verb="dispatch.task.acknowledge")
    assert (done.acknowledged_by, event.actor_name, event.on_behalf_of) == ("乙角", "乙角", giver.name)
    own = task_of("440514-fpb")
    tasks.acknowledge(own, by=by, today=TODAY, now=NOW)
    assert Event.objects.filter(verb="dispatch.task.acknowledge").latest("pk").on_behalf_of == ""
    with pytest.raises(NotPermitted):
        tasks.add_progress(done, "进展", by=held(taker, TODAY + dt.timedelta(1)), today=TODAY + dt.timedelta(1))


def test_progress_is_taken_while_the_task_is_open(task, clerk, city):
    with pytest.raises(Refused, match="尚未签收"):
        tasks.add_progress(task, "进展", by=clerk, today=TODAY)
    begun = tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="请填写进展内容"):
        tasks.add_progress(begun, " \n", by=clerk, today=TODAY)
    entry = tasks.add_progress(begun, " 已摸底 30 户。 ", by=clerk, today=TODAY)
    assert (entry.text, entry.by_name, entry.day) == ("已摸底 30 户。", f"{OFFICE}-clerk", TODAY)
    tasks.submit(begun, "", by=clerk, today=TODAY, now=NOW)
    tasks.close(task_of(OFFICE), by=city, today=TODAY, now=NOW)
    with pytest.raises(Refused, match=r"^任务已销号，不能再登记"):
        tasks.add_progress(begun, "再补", by=clerk, today=TODAY)


def test_handing_in_needs_words_or_progress_and_goes_to_the_assigner(begun, clerk):
    with pytest.raises(Refused, match="没有办理结果，也没有任何进展记录"):
        tasks.submit(begun, " ", by=clerk, today=TODAY, now=NOW)
    done = tasks.submit(begun, "已完成", by=clerk, today=TODAY, now=LATER)
    assert (done.state, done.result, done.submitted_at) == ("submitted", "已完成", LATER)
    assert mine(done) == ["task.review"]
    [review] = items("4405-fpb", "task.review")
    assert review.title.startswith("审核潮阳区扶贫办办理结果")
    assert review.due_at == day_end(TODAY + dt.timedelta(2))  # two working days from a Monday


def test_a_returned_task_is_open_again_and_counts_as_not_handed_in(handed_in, clerk, city):
    with pytest.raises(Refused, match="须写明理由"):
        tasks.send_back(handed_in, "", by=city, today=TODAY, now=LATER)
    back = tasks.send_back(handed_in, "缺附表", by=city, today=TODAY, now=LATER)
    assert (back.state, back.returns, back.submitted_at, mine(back)) == ("acknowledged", 1, None, ["task.work"])
    assert told(OFFICE)[-1] == "任务被退回（第 1 次）：缺附表"
    tasks.send_back(tasks.submit(back, "已补", by=clerk, today=TODAY, now=LATER), "还缺", by=city, today=TODAY, now=LATER)
    assert told(OFFICE)[-1] == "任务被退回（第 2 次）：还缺"


def test_closing_is_a_second_persons(handed_in, made, city):
    both = make_user("both", made.office("4405-fpb"), "office_clerk")
    Task.objects.filter(pk=handed_in.pk).update(submitted_by_id=both.pk)
    handed_in.refresh_from_db()
    with pytest.raises(Refused, match="须由另一人办理：您是上一步的经办人"):
        tasks.close(handed_in, by=held(both, TODAY), today=TODAY, now=LATER)
    closed = tasks.close(handed_in, by=city, today=TODAY, now=LATER)
    assert (closed.state, closed.closed_at, mine(closed)) == ("closed", LATER, [])


def test_closing_waits_for_what_was_passed_on(made, begun, clerk, city):
    tasks.pass_on(begun, [made.office("440513100-zf")], due_at=None, by=clerk, today=TODAY, now=NOW)
    done = tasks.submit(begun, "完成", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="转办下级的 1 项尚未销号"):
        tasks.close(done, by=city, today=TODAY, now=NOW)
    tasks.cancel(Task.objects.get(office__code="440513100-zf"), "合并办理", by=clerk, today=TODAY, now=NOW)
    assert tasks.close(done, by=city, today=TODAY, now=NOW).state == "closed"


def test_reopening_starts_the_work_anew(handed_in, city):
    closed = tasks.close(handed_in, by=city, today=TODAY, now=LATER)
    opened = tasks.reopen(closed, "数据有误", by=city, today=TODAY, now=LATER)
    assert (opened.state, opened.closed_at, opened.submitted_at, mine(opened)) == ("acknowledged", None, None, ["task.work"])
    assert told(OFFICE)[-1].startswith("任务须重新办理")


def test_cancelling_drops_the_items_and_tells_the_office(task, city):
    gone = tasks.cancel(task, "文件已废止", by=city, today=TODAY, now=NOW)
    assert (gone.state, mine(gone)) == ("cancelled", [])
    assert WorkItem.objects.filter(record_id=str(task.pk), ledger="dispatch.task").get().state == "dropped"
    assert told(OFFICE)[-1] == "任务已撤销：要做好春耕备耕工作。（文件已废止）"
    with pytest.raises(Refused, match="已撤销"):
        tasks.cancel(gone, "再撤", by=city, today=TODAY, now=NOW)


@pytest.mark.usefixtures("task")
def test_a_task_answered_by_a_report_goes_with_the_report(made, clerk, city):
    report = report_of(OFFICE)
    answered = tasks.acknowledge(task_of(OFFICE, "report"), by=clerk, today=TODAY, now=NOW)
    assert mine(answered) == []
    with pytest.raises(Refused, match="本任务以报告完成") as no:
        tasks.submit(answered, "已报", by=clerk, today=TODAY, now=NOW)
    assert no.value.link == f"/dispatch/reports/{report.pk}/"
    sent(made, report, OFFICE)
    with pytest.raises(Refused, match="接收报告后自动销号"):
        tasks.close(task_of(OFFICE, "report"), by=city, today=TODAY, now=NOW)


@pytest.mark.usefixtures("task")
def test_a_closed_task_whose_report_was_accepted_is_not_reopened(made, city):
    from shouwang.ledgers.dispatch.actions import reports

    reports.accept(sent(made, report_of(OFFICE), OFFICE), by=city, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="请在报告页面登记“更正”"):
        tasks.reopen(task_of(OFFICE, "report"), "有误", by=city, today=TODAY, now=NOW)


def test_an_extension_is_refused_where_it_makes_no_sense(begun, clerk):
    for until, reason, now, words in (
        (DUE, "封村", NOW, "不晚于原期限"),
        (DUE - dt.timedelta(1), "封村", NOW, "不晚于原期限"),
        (DUE + dt.timedelta(1), " ", NOW, "请填写延期理由"),
        (DUE + dt.timedelta(1), "长" * 301, NOW, "延期理由共 301 字，超过 300 字"),
        (DUE + dt.timedelta(1), "封村", DUE + dt.timedelta(seconds=1), "已于 2020-02-20 23:59 到期"),
    ):
        with pytest.raises(Refused, match=words):
            tasks.ask_extension(begun, until, reason, by=clerk, today=TODAY, now=now)
    Task.objects.filter(pk=begun.pk).update(due_at=None)
    with pytest.raises(Refused, match="没有办理期限，无需申请延期"):
        tasks.ask_extension(begun, DUE, "封村", by=clerk, today=TODAY, now=NOW)


def test_an_approved_extension_moves_the_task_its_item_and_the_ladder(begun, clerk, city):
    sweep(at("2020-02-20 09:00"))
    asked = tasks.ask_extension(begun, at("2020-02-25 17:00"), "封村", by=clerk, today=TODAY, now=at("2020-02-20 10:00"))
    with pytest.raises(Refused, match="等待审批"):
        tasks.ask_extension(begun, at("2020-02-26 17:00"), "封村", by=clerk, today=TODAY, now=at("2020-02-20 10:00"))
    assert items("4405-fpb", "extension.decide")[0].due_at == DUE
    tasks.decide_extension(asked, agree=True, reason="", by=city, today=TODAY, now=at("2020-02-20 11:00"))
    begun.refresh_from_db()
    item = WorkItem.objects.get(record_id=str(begun.pk), ledger="dispatch.task", state="open")
    assert (begun.due_at, item.due_at, item.stage) == (at("2020-02-25 17:00"), at("2020-02-25 17:00"), WorkItem.Stage.NONE)
    assert items("4405-fpb", "extension.decide") == []
    assert told(OFFICE)[-1] == "延期申请已同意（要做好春耕备耕工作。）"


def test_a_refused_extension_says_why_and_another_may_be_asked(begun, clerk, city):
    asked = tasks.ask_extension(begun, DUE + dt.timedelta(1), "封村", by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="须写明理由"):
        tasks.decide_extension(asked, agree=False, reason="", by=city, today=TODAY, now=NOW)
    tasks.decide_extension(asked, agree=False, reason="全市统一时限", by=city, today=TODAY, now=NOW)
    begun.refresh_from_db()
    assert begun.due_at == DUE
    assert told(OFFICE)[-1].startswith("延期申请未同意：全市统一时限")
    with pytest.raises(Refused, match="未同意"):
        tasks.decide_extension(asked, agree=True, reason="", by=city, today=TODAY, now=NOW)
    assert tasks.ask_extension(begun, DUE + dt.timedelta(2), "再请", by=clerk, today=TODAY, now=NOW).state == "pending"


def test_an_extension_is_decided_by_the_assigner_and_by_another_person(made, begun, clerk):
    asked = tasks.ask_extension(begun, DUE + dt.timedelta(1), "封村", by=clerk, today=TODAY, now=NOW)
    for who, error in ((f"{OFFICE}-clerk", Refused), (f"{OFFICE}-leader", NotPermitted), ("440514-fpb-clerk", NotPermitted)):
        with pytest.raises(error):
            tasks.decide_extension(asked, agree=True, reason="", by=made.scope(who), today=TODAY, now=NOW)


@pytest.mark.usefixtures("task")
def test_an_extension_of_a_report_task_holds_for_its_report(clerk, city):
    answered = tasks.acknowledge(task_of(OFFICE, "report"), by=clerk, today=TODAY, now=NOW)
    until = at("2020-02-24 17:00")
    asked = tasks.ask_extension(answered, until, "封村", by=clerk, today=TODAY, now=NOW)
    tasks.decide_extension(asked, agree=True, reason="", by=city, today=TODAY, now=NOW)
    assert report_of(OFFICE).due_at == until
    assert items(OFFICE, "report.write")[0].due_at == until
    assert report_of("440514-fpb").due_at == DUE


def test_supervision_is_for_whoever_looks_over_the_place(made, begun):
    above, town = made.scope("4405-fpb-leader"), made.scope("440513100-zf-leader")
    city_office = made.office("4405-fpb")
    with pytest.raises(Refused, match="请填写督办意见"):
        tasks.supervise(begun, " ", office=city_office, by=above, today=TODAY, now=NOW)
    note = tasks.supervise(begun, "请抓紧", office=city_office, by=above, today=TODAY, now=NOW)
    assert (note.by_name, note.given_at, told(OFFICE)[-1]) == ("4405-fpb-leader", NOW, "市扶贫办督办：请抓紧")
    for who in (town, made.scope("440514-fpb-leader"), made.scope("4405-nyj-leader")):
        with pytest.raises(NotPermitted):
            tasks.supervise(begun, "请抓紧", office=city_office, by=who, today=TODAY, now=NOW)


def test_passing_on_keeps_the_deadline_or_sets_an_earlier_one(made, task, clerk):
    towns = [made.office("440513100-zf"), made.office("440513101-zf")]
    with pytest.raises(Refused, match="尚未签收，不能转办"):
        tasks.pass_on(task, towns, due_at=None, by=clerk, today=TODAY, now=NOW)
    begun = tasks.acknowledge(task, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="至少选择一个下级单位"):
        tasks.pass_on(begun, [], due_at=None, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="下级期限晚于本单位期限"):
        tasks.pass_on(begun, towns, due_at=DUE + dt.timedelta(1), by=clerk, today=TODAY, now=NOW)
    below = tasks.pass_on(begun, towns[:1], due_at=at("2020-02-19 17:00"), by=clerk, today=TODAY, now=NOW)
    assert [(t.office, t.due_at, t.assigner_id, t.parent) for t in below] == [(towns[0], at("2020-02-19 17:00"), begun.office_id, begun)]
    again = tasks.pass_on(begun, towns, due_at=None, by=clerk, today=TODAY, now=NOW)
    assert [(t.office, t.due_at) for t in again] == [(towns[1], DUE)]
    assert told("440513100-zf") == ["潮阳区扶贫办交办任务：要做好春耕备耕工作。"]


def test_passing_on_to_others_than_direct_subordinates_is_refused_whole(made, begun, clerk):
    for code in ("440514101-zf", "440513-nyj", "440513100001-cwh", "4405-fpb"):
        with pytest.raises(Refused, match="不是本单位的直接下级"):
            tasks.pass_on(begun, [made.office("440513100-zf"), made.office(code)], due_at=None, by=clerk, today=TODAY, now=NOW)
    assert begun.passed_on.count() == 0


def test_a_town_reviews_nothing_but_its_own_and_the_district_reviews_the_town(made, begun, clerk):
    town = made.scope("440513100-zf-clerk")
    below = tasks.pass_on(begun, [made.office("440513100-zf")], due_at=None, by=clerk, today=TODAY, now=NOW)[0]
    below = tasks.acknowledge(below, by=town, today=TODAY, now=NOW)
    below = tasks.submit(below, "已办", by=town, today=TODAY, now=NOW)
    with pytest.raises(NotPermitted):
        tasks.close(below, by=made.scope("4405-fpb-clerk"), today=TODAY, now=NOW)
    assert tasks.close(below, by=clerk, today=TODAY, now=NOW).state == "closed"


def test_every_move_leaves_exactly_one_event(handed_in, city):
    tasks.close(handed_in, by=city, today=TODAY, now=LATER)
    verbs = list(Event.objects.filter(ledger="dispatch.task", record_id=str(handed_in.pk)).order_by("pk").values_list("verb", flat=True))
    assert verbs == ["dispatch.task.open", "dispatch.task.acknowledge", "dispatch.task.submit", "dispatch.task.close"]


def test_two_clerks_who_act_on_what_they_saw_earlier(task, clerk, city):
    """The second acts on a stale object: the row as it stands decides."""
    seen = Task.objects.get(pk=task.pk)
    tasks.cancel(task, "文件已废止", by=city, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="已撤销"):
        tasks.acknowledge(seen, by=clerk, today=TODAY, now=NOW)
    with pytest.raises(Refused, match="已撤销"):
        tasks.ask_extension(seen, DUE + dt.timedelta(1), "封村", by=clerk, today=TODAY, now=NOW)
    assert notices.issue(task.duty.notice, [notices.Assignment(task.duty_id, task.office_id)], by=city, today=TODAY, now=NOW)
