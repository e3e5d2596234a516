"""Tasks from 签收 to 销号: progress, return, extension, supervision, passing on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import due_from_rule
from shouwang.ledgers.dispatch.lifecycle import EXTENSION, TASK
from shouwang.ledgers.dispatch.models import DueDateExtension, Duty, Progress, SupervisionNote, Task
from shouwang.ledgers.dispatch.policies import check_acts_for, check_length, check_open, check_second_person

if TYPE_CHECKING:
    from shouwang.ledgers.dispatch.actions.notices import Assignment

OPENED = Verb("dispatch.task.open", "交办任务")  # decided by the notice's issue move or by pass_on
PROGRESSED = Verb("dispatch.task.progress", "登记进展", "dispatch.task.work")
ASKED = Verb("dispatch.extension.ask", "申请延期", "dispatch.task.work")
DUE_MOVED = Verb("dispatch.task.extend", "调整办理期限", "dispatch.task.review")
SUPERVISED = Verb("dispatch.task.supervise", "发出督办单", "dispatch.task.supervise")
EVIDENCE = Verb("dispatch.task.evidence", "上传佐证材料", "dispatch.task.work")


def _url(task: Task) -> str:
    return f"/dispatch/tasks/{task.pk}/"


def _locked(task: Task) -> Task:
    """The row as it stands now, held until the transaction ends: two officers act on it one after the other."""
    return Task.objects.select_for_update(of=("self",)).select_related("duty", "office", "assigner").get(pk=task.pk)


def open_task(
    duty: Duty, office: Office, *, assignment: Assignment, assigner: Office, by: Scope, today: dt.date, now: dt.datetime, parent: Task | None = None
) -> Task:  # fmt: skip
    """Create one task with its work item (签收, on the acknowledge clock). Called inside the issuing transaction, which tells the office."""
    task = Task(
        duty=duty,
        office=office,
        assigner=assigner,
        part=assignment.part,
        due_at=assignment.due_at or duty.due_at,
        issued_at=now,
        parent=parent,
    )
    task.put_in(office.region)
    with change(task, by=by, verb=OPENED, today=today):
        pass
    acknowledge_by = due_from_rule("task_acknowledge", now, region_code=office.region.code)
    due = min(acknowledge_by, task.due_at) if task.due_at else acknowledge_by
    worklist.assign(
        task,
        office,
        kind="task.acknowledge",
        title=f"签收任务：{duty.text}",
        action="签收",
        url=_url(task),
        due_at=due,
        now=now,
        copy_to=assigner,
    )
    return task


def tell_assigned(made: Iterable[Task], *, now: dt.datetime) -> None:
    """One line to each office that was given tasks, however many they are."""
    by_office: dict[int, list[Task]] = {}
    for task in made:
        by_office.setdefault(task.office_id, []).append(task)
    for given in by_office.values():
        first, words = given[0], f"{given[0].assigner}交办任务"
        if len(given) == 1:
            worklist.tell(first.office, f"{words}：{first.duty.text}", now=now, url=_url(first))
        else:
            text = f"{words} {len(given)} 项，请逐项签收：{first.duty.text.rstrip('。；')}等。"
            worklist.tell(first.office, text, now=now, url=f"/dispatch/tasks/?notice={first.duty.notice_id}")


def acknowledge(task: Task, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """签收: the office says it has the task; the item for doing it opens."""
    with transaction.atomic():
        with TASK.advance(task, "acknowledge", by=by, today=today) as row:
            row.acknowledged_at, row.acknowledged_by = now, by.user_name
        worklist.finish(row, kind="task.acknowledge", now=now)
        _item_for_work(row, now)
    return row


def _item_for_work(task: Task, now: dt.datetime) -> None:
    if task.duty.kind == Duty.Kind.REPORT and hasattr(task, "report"):
        return  # the report has a work item of its own
    worklist.assign(
        task,
        task.office,
        kind="task.work",
        title=f"办理任务：{task.duty.text}",
        action="登记进展并提交审核",
        url=_url(task),
        due_at=task.due_at,
        now=now,
        copy_to=task.assigner,
    )


def add_progress(task: Task, text: str, *, by: Scope, today: dt.date) -> Progress:
    """One entry of progress; evidence is attached to the task by the page."""
    if not text.strip():
        raise Refused("请填写进展内容。", field="text")
    with transaction.atomic():
        task = _locked(task)
        check_open(task)
        if task.state == "issued":
            raise Refused("任务尚未签收，不能登记进展。请先点“签收”。")
        entry = Progress(task=task, text=text.strip(), by_id=by.user_id, by_name=by.user_name, day=today)
        with change(entry, by=by, verb=PROGRESSED, today=today) as row:
            return row


def submit(task: Task, result: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """Hand the finished task to the assigning office for review; needs a result in words or an entry of progress.

    A task that is answered by a report goes with the report.
    """
    if hasattr(task, "report"):
        raise Refused(
            "本任务以报告完成，报告报送后自动提交审核。请到报告页面核对、签发并报送。", link=f"/dispatch/reports/{task.report.pk}/"
        )
    if not result.strip() and not task.progress.exists():
        raise Refused("没有办理结果，也没有任何进展记录，不能提交审核。请填写办理结果。", field="result")
    with transaction.atomic():
        with TASK.advance(task, "submit", by=by, today=today) as row:
            row.result = result.strip() or row.result
            row.submitted_at, row.submitted_by_id = now, by.user_id
        worklist.finish(row, kind="task.work", now=now)
        worklist.assign(
            row,
            row.assigner,
            kind="task.review",
            title=f"审核{row.office}办理结果：{row.duty.text}",
            action="审核销号或退回",
            url=_url(row),
            due_at=due_from_rule("review", now),
            now=now,
        )
    return row


def send_back(task: Task, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """Return a submitted task with the reason; returns are counted."""
    with transaction.atomic():
        with TASK.advance(task, "send_back", by=by, today=today, reason=reason) as row:
            row.returns += 1
            row.submitted_at = None
        worklist.finish(row, kind="task.review", now=now)
        _item_for_work(row, now)
        worklist.tell(row.office, f"任务被退回（第 {row.returns} 次）：{reason}", now=now, url=_url(row))
    return row


def close(task: Task, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """审核销号, by a second person: never by whoever submitted it. A task answered by a report is closed by accepting the report."""
    check_second_person(by, task.submitted_by_id, "审核销号")
    if hasattr(task, "report"):
        raise Refused("本任务以报告完成，接收报告后自动销号。请到报告页面接收或退回。", link=f"/dispatch/reports/{task.report.pk}/")
    waiting = task.passed_on.exclude(state__in=["closed", "cancelled"]).count()
    if waiting:
        raise Refused(f"该任务转办下级的 {waiting} 项尚未销号，不能销号。请先处理下级任务。", link=_url(task))
    with transaction.atomic():
        with TASK.advance(task, "close", by=by, today=today) as row:
            row.closed_at = now
        worklist.finish(row, now=now)
    return row


def close_with_report(task: Task, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """销号 by accepting the report that answers the task; what was passed on to the tier below stays with the office that passed it on."""
    check_second_person(by, task.submitted_by_id, "接收报告")
    with transaction.atomic():
        with TASK.advance(task, "close", by=by, today=today) as row:
            row.closed_at = now
        worklist.finish(row, now=now)
    return row


def reopen(task: Task, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """Take a closed task up again; one that was answered by an accepted report is not: the report is corrected instead."""
    if hasattr(task, "report") and task.report.state == "accepted":
        raise Refused("本任务的报告已接收，不能重新办理。内容有误的，请在报告页面登记“更正”。", link=f"/dispatch/reports/{task.report.pk}/")
    with transaction.atomic():
        with TASK.advance(task, "reopen", by=by, today=today, reason=reason) as row:
            row.closed_at = row.submitted_at = None
        _item_for_work(row, now)
        worklist.tell(row.office, f"任务须重新办理：{row.duty.text}（{reason}）", now=now, url=_url(row))
    return row


def cancel(task: Task, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Task:
    """Withdraw a task that is no longer wanted; its report is no longer waited for."""
    with transaction.atomic():
        with TASK.advance(task, "cancel", by=by, today=today, reason=reason) as row:
            worklist.finish(row, now=now, dropped=True)
            if hasattr(row, "report"):
                worklist.finish(row.report, now=now, dropped=True)
        worklist.tell(row.office, f"任务已撤销：{row.duty.text}（{reason}）", now=now, url=_url(row))
    return row


def ask_extension(task: Task, until: dt.datetime, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> DueDateExtension:
    """延期 is asked before expiry, with a reason; the assigning office decides."""
    words = check_length(reason, 300, "延期理由", "reason")
    if not words:
        raise Refused("请填写延期理由。", field="reason")
    with transaction.atomic():
        task = _locked(task)
        check_open(task)
        if task.due_at is None:
            raise Refused("该任务没有办理期限，无需申请延期。")
        if now > task.due_at:
            raise Refused(
                f"任务已于 {timezone.localtime(task.due_at):%Y-%m-%d %H:%M} 到期，到期后不能申请延期。请抓紧办理并向交办单位说明。"
            )
        if until <= task.due_at:
            raise Refused("申请延至的时间不晚于原期限。请选择更晚的日期。", field="asked_due")
        if task.extensions.filter(state="pending").exists():
            raise Refused("已有一次延期申请在等待审批，请等待结果。")
        asked = DueDateExtension(task=task, asked_due=until, former_due=task.due_at, reason=words, asked_by_id=by.user_id, asked_at=now)
        asked.asked_by = by.user_name
        with change(asked, by=by, verb=ASKED, today=today) as row:
            pass
        worklist.assign(
            row, task.assigner, kind="extension.decide", title=f"审批{task.office}延期申请：{task.duty.text}", action="审批延期", url=_url(task),
            due_at=task.due_at, now=now,
        )  # fmt: skip
    return row


def decide_extension(
    extension: DueDateExtension, *, agree: bool, reason: str, by: Scope, today: dt.date, now: dt.datetime
) -> DueDateExtension:
    """Approve (the due time of the task and of its report moves, reminders start afresh) or refuse with a reason."""
    check_second_person(by, extension.asked_by_id, "审批延期")
    with transaction.atomic():
        with EXTENSION.advance(extension, "approve" if agree else "refuse", by=by, today=today, reason=reason) as row:
            row.decided_by, row.decided_at = by.user_name, now
        worklist.finish(row, now=now)
        if agree:
            with change(row.task, by=by, verb=DUE_MOVED, today=today, reason=row.reason) as task:
                task.due_at = row.asked_due
            worklist.postpone(task, row.asked_due, kind="task.work")
            if hasattr(task, "report"):
                worklist.postpone(task.report, row.asked_due, kind="report.write")
        answer = "已同意" if agree else f"未同意：{reason}"
        worklist.tell(row.task.office, f"延期申请{answer}（{row.task.duty.text}）", now=now, url=_url(row.task))
    return row


def supervise(
    task: Task, text: str, *, office: Office, by: Scope, today: dt.date, now: dt.datetime, reply_due: dt.datetime | None = None
) -> SupervisionNote:
    """督办单: words of an office above on a task, told to the office that owes it."""
    check_open(task)
    if not text.strip():
        raise Refused("请填写督办意见。", field="text")
    note = SupervisionNote(task=task, text=text.strip(), office=office, by_name=by.user_name, given_at=now, reply_due=reply_due)
    with transaction.atomic():
        with change(note, by=by, verb=SUPERVISED, today=today) as row:
            pass
        worklist.tell(task.office, f"{office}督办：{text}", now=now, url=_url(task), kind="chase")
    return row


def pass_on(task: Task, offices: list[Office], *, due_at: dt.datetime | None, by: Scope, today: dt.date, now: dt.datetime) -> list[Task]:
    """Give the duty on to offices of the tier below (by default towns, never villages unless they are named). Offices that have it are skipped."""
    from shouwang.ledgers.dispatch.actions.notices import Assignment

    check_acts_for(by, "dispatch.task.work", task.office_id, "转办任务")
    if not offices:
        raise Refused("请至少选择一个下级单位。", field="office")
    made = []
    with transaction.atomic():
        task = _locked(task)
        check_open(task)
        if task.state == "issued":
            raise Refused("任务尚未签收，不能转办。请先点“签收”。")
        if task.due_at and due_at and due_at > task.due_at:
            raise Refused("下级期限晚于本单位期限，汇总将来不及。请把下级期限定在本单位期限之前。", field="due_at")
        held = set(Task.objects.filter(duty=task.duty).exclude(state="cancelled").values_list("office_id", flat=True))
        for office in offices:
            if office.parent_id != task.office_id:
                raise Refused(f"“{office}”不是本单位的直接下级，不能转办。", field="office")
            if office.pk not in held:
                cell = Assignment(task.duty_id, office.pk, Task.Part.LEAD, due_at or task.due_at)
                made.append(open_task(task.duty, office, assignment=cell, assigner=task.office, by=by, today=today, now=now, parent=task))
        tell_assigned(made, now=now)
    return made
