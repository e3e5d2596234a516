"""建议: written once in a report, given to a department, answered."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import due_from_rule
from shouwang.ledgers.dispatch.lifecycle import SUGGESTION
from shouwang.ledgers.dispatch.models import Report, Suggestion
from shouwang.ledgers.dispatch.policies import check_length, check_unlocked

ADDED = Verb("dispatch.suggestion.add", "提出建议", "dispatch.report.draft")
LONGEST = 450  # of the column's 500: the consolidated report adds the office's name
REMOVED = Verb("dispatch.suggestion.remove", "删去建议", "dispatch.report.draft")


def add(report: Report, text: str, *, by: Scope, today: dt.date) -> Suggestion:
    """Add one suggestion to a report being drafted."""
    check_unlocked(report)
    if report.zero:
        raise Refused("零报告没有建议事项。如有建议，请先改回一般报告。", field="text")
    words = check_length(text.strip().rstrip("。；"), LONGEST, "建议", "text")
    if not words:
        raise Refused("请填写建议内容。", field="text")
    last = report.suggestions.order_by("-position").values_list("position", flat=True).first() or 0
    row = Suggestion(report=report, position=last + 1, text=words)
    row.put_in(report.office.region)
    with change(row, by=by, verb=ADDED, today=today) as made:
        return made


def remove(suggestion: Suggestion, *, by: Scope, today: dt.date) -> None:
    """Take a suggestion out of a report being drafted; the audit keeps its words."""
    check_unlocked(suggestion.report)
    with transaction.atomic():
        with change(suggestion, by=by, verb=REMOVED, today=today) as row:
            row.text = f"{row.text[:490]}（已删去）"
        row.delete()


def receive(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """The accepted report's suggestions wait to be given out; one work item of the requesting office per suggestion."""
    for suggestion in report.suggestions.filter(state="written"):
        with SUGGESTION.advance(suggestion, "receive", by=by, today=today) as row:
            pass
        worklist.assign(
            row, report.request.office, kind="suggestion.assign", title=f"分办{report.office}建议：{row.text}", action="指定责任部门",
            url=f"/dispatch/suggestions/{row.pk}/", due_at=due_from_rule("review", now), now=now,
        )  # fmt: skip


def assign(suggestion: Suggestion, responsible: Office, *, by: Scope, today: dt.date, now: dt.datetime) -> Suggestion:
    """Give a suggestion to a responsible department with the reply clock."""
    if not responsible.in_force(today):
        raise Refused(f"“{responsible.name}”已撤销，请改选其他单位。", field="responsible")
    with transaction.atomic():
        with SUGGESTION.advance(suggestion, "assign", by=by, today=today) as row:
            row.responsible, row.due_at = responsible, due_from_rule("suggestion_reply", now)
        worklist.finish(row, kind="suggestion.assign", now=now)
        worklist.finish(row, kind="suggestion.answer", now=now, dropped=True)
        worklist.assign(
            row, responsible, kind="suggestion.answer", title=f"答复{row.report.office}建议：{row.text}", action="答复",
            url=f"/dispatch/suggestions/{row.pk}/", due_at=row.due_at, now=now, copy_to=row.report.request.office,
        )  # fmt: skip
    return row


def answer(suggestion: Suggestion, reply: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Suggestion:
    """The department's reply; the reporting office is told."""
    if not reply.strip():
        raise Refused("请填写答复内容。", field="reply")
    with transaction.atomic():
        with SUGGESTION.advance(suggestion, "answer", by=by, today=today) as row:
            row.reply, row.replied_by, row.replied_at = reply.strip(), by.user_name, now
        worklist.finish(row, now=now)
        worklist.tell(row.report.office, f"{row.responsible}答复建议：{row.text}", now=now, url=f"/dispatch/suggestions/{row.pk}/")
    return row
