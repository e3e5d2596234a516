"""Registering a notice, correcting what was read, the processing slip, and turning duties into tasks."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change, change_many, create_many
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, due_from_rule
from shouwang.ledgers.dispatch import recurring
from shouwang.ledgers.dispatch.actions.tasks import open_task, tell_assigned
from shouwang.ledgers.dispatch.lifecycle import NOTICE
from shouwang.ledgers.dispatch.models import Clause, Duty, Instruction, Notice, Slip, Task
from shouwang.ledgers.dispatch.policies import check_acts_for, check_length

REGISTER, ISSUE, INSTRUCT = "dispatch.notice.register", "dispatch.notice.issue", "dispatch.notice.instruct"
REGISTERED = Verb("dispatch.notice.register", "登记来文", REGISTER)
EDITED = Verb("dispatch.notice.edit", "更正来文信息", REGISTER)
DUTY_ADDED = Verb("dispatch.duty.add", "登记任务条目", REGISTER)
DUTY_EDITED = Verb("dispatch.duty.edit", "修改任务条目", REGISTER)
DUTY_MERGED = Verb("dispatch.duty.merge", "合并任务条目", REGISTER)
DUTY_DROPPED = Verb("dispatch.duty.drop", "标记为不作任务", REGISTER)
DUTY_CONFIRMED = Verb("dispatch.duty.confirm", "确认任务条目", REGISTER)
DUTY_RESTORED = Verb("dispatch.duty.restore", "恢复任务条目", REGISTER)
PROPOSED = Verb("dispatch.slip.propose", "填写拟办意见", REGISTER)
INSTRUCTED = Verb("dispatch.slip.instruct", "作出批示", INSTRUCT)
INSTRUCTION_TAKEN = Verb("dispatch.slip.take", "将批示转为任务", REGISTER)
UNDERTAKEN = Verb("dispatch.slip.undertake", "登记承办", REGISTER)

CLASSIFIED = re.compile(r"(?:绝密|机密|秘密)\s*★|^\s*(?:绝密|机密|秘密)\s*$", re.M)


def register_notice(
    *, office: Office, text: str, reading: Mapping[str, Any], source: str, secrecy: str, by: Scope, today: dt.date, now: dt.datetime
) -> Notice:
    """Store a notice with its clauses, proposed duties and processing slip; `reading` is the reader's JSON.

    Raises Refused for a classified document (only 公开 and 内部 may be kept here) and for a number or text registered before.
    """
    check_acts_for(by, REGISTER, office.pk, "登记来文")
    if CLASSIFIED.search(text[:2000]):
        raise Refused("文件标有密级（秘密及以上），本系统不得登记涉密文件。请按保密规定另行办理，并删除本机副本。", field="file")
    number, digest = reading.get("doc_number") or "", hashlib.sha256(text.encode()).hexdigest()
    with transaction.atomic():
        _refuse_second(office, number, digest)
        notice = Notice(
            office=office, title=(reading.get("title") or "（未识别到标题，请补填）")[:200], doc_number=number, issuers=reading.get("issuers") or [],
            recipients=(reading.get("recipients") or "")[:500], signed_date=reading.get("signed_date"), received_on=today, source=source,
            secrecy=secrecy, text=text, text_digest=digest,
            reading={k: reading.get(k) for k in ("contacts", "attachments", "cited_numbers", "warnings")},
        )  # fmt: skip
        notice.put_in(office.region)
        _save_once(notice, by=by, today=today)
        Clause.objects.bulk_create(_clauses(notice, reading))
        create_many(_duties(notice, reading), by=by, verb=DUTY_ADDED, today=today)
        Slip.objects.create(notice=notice)
        _item_for_check(notice, today=today, now=now)
    return notice


def _save_once(notice: Notice, *, by: Scope, today: dt.date) -> None:
    """Insert the notice; two officers who register one number in the same moment: the second is told so."""
    try:
        with change(notice, by=by, verb=REGISTERED, today=today):
            pass
    except IntegrityError as twice:
        raise Refused(f"文号“{notice.doc_number}”刚刚由他人登记，没有重复写入。请刷新列表查看。", field="doc_number") from twice


def _refuse_second(office: Office, number: str, digest: str) -> None:
    standing = Notice.objects.filter(office=office).exclude(state="withdrawn")
    same = standing.filter(doc_number=number).first() if number else None
    if same:
        raise Refused(
            f"文号“{number}”已于 {same.received_on} 登记为《{same.title}》，不能重复登记。请打开原件；确属误登的，先撤回原件再登记。",
            field="doc_number", link=f"/dispatch/notices/{same.pk}/",
        )  # fmt: skip
    same = standing.filter(text_digest=digest).first()
    if same:
        raise Refused(f"内容完全相同的文件已登记（《{same.title}》），没有重复写入。", field="file", link=f"/dispatch/notices/{same.pk}/")


def _clauses(notice: Notice, reading: Mapping[str, Any]) -> list[Clause]:
    return [
        Clause(notice=notice, path=c["path"][:40], level=c["level"], heading=c["heading"][:200], start=c["start"], end=c["end"])
        for c in reading.get("clauses", [])
    ]


def _duties(notice: Notice, reading: Mapping[str, Any]) -> list[Duty]:
    codes = dict(Duty._meta.get_field("ledger").choices or ())
    return [
        Duty(
            notice=notice, clause=d["clause"][:40], position=n, text=d["text"], kind=d["kind"], by=d["by"], to=(d["to"] or "")[:80],
            due_at=_due(d, notice.received_on), due_text=(d["due_text"] or "")[:80], recurrence=(d["recurrence"] or "")[:120], deliverables=d["deliverables"],
            ledger=d.get("ledger") if d.get("ledger") in codes else "", start=d.get("start"), end=d.get("end"),
        )
        for n, d in enumerate(reading.get("duties", []), 1)
    ]  # fmt: skip


def _due(duty: Mapping[str, Any], received_on: dt.date) -> dt.datetime | None:
    """The deadline read, or the first round of one that comes round again."""
    said = duty.get("time")
    hour = dt.time.fromisoformat(said) if said and said != "24:00" else dt.time(23, 59, 59)
    if duty["due"]:
        return timezone.make_aware(dt.datetime.combine(dt.date.fromisoformat(duty["due"][:10]), hour))
    return recurring.next_moment(duty["recurrence"] or "", received_on, hour)


def edit_notice(notice: Notice, values: Mapping[str, Any], *, by: Scope, today: dt.date, version: int) -> Notice:
    """Correct what was read of title, number, issuers, recipients, date, source, secrecy; refused once tasks are out."""
    with change(notice, by=by, verb=EDITED, today=today, version=version) as row:
        if row.state in ("issued", "closed", "withdrawn"):
            raise Refused(f"来文{row.get_state_display()}，基本信息不能再改。")
        if values["doc_number"] and values["doc_number"] != row.doc_number:
            _refuse_second(row.office, values["doc_number"], "")
        for name in ("title", "doc_number", "issuers", "recipients", "signed_date", "source", "secrecy"):
            setattr(row, name, values[name])
        return row


def _editable(duty: Duty) -> None:
    if duty.notice.state in ("closed", "withdrawn"):
        raise Refused(f"来文{duty.notice.get_state_display()}，任务条目不能再改。")
    if duty.tasks.exclude(state="cancelled").exists():
        raise Refused("该条任务已交办，不能再改内容。如要调整期限，请用“延期”；如不再需要，请先撤销任务。")


def edit_duty(duty: Duty, values: Mapping[str, Any], *, by: Scope, today: dt.date, version: int | None = None) -> Duty:
    """Correct a duty: words, kind, who, deadline, ledger, bound figure and target. A figure that is not in the catalog is refused."""
    if values.get("figure") and values["figure"] not in figures.installed():
        raise Refused(f"指标“{values['figure']}”不在指标目录中。请从下拉列表选择。", field="figure")
    with change(duty, by=by, verb=DUTY_EDITED, today=today, version=version) as row:
        _editable(row)
        for name, value in values.items():
            if name not in {"text", "kind", "by", "to", "due_at", "due_text", "recurrence", "ledger", "figure", "target", "clause"}:
                raise ValueError(name)
            setattr(row, name, value)
        return row


def set_clock(duties: Iterable[Duty], due_at: dt.datetime, *, by: Scope, today: dt.date, now: dt.datetime) -> int:
    """Give several duties one deadline; returns how many changed. Raises Refused for a moment that has passed, nothing is changed then."""
    if due_at <= now:
        raise Refused(f"办理期限 {timezone.localtime(due_at):%Y-%m-%d %H:%M} 已过。请填写晚于现在的时间。", field="due")
    changed = 0
    with transaction.atomic():
        for duty in duties:
            if duty.due_at != due_at:
                edit_duty(duty, {"due_at": due_at}, by=by, today=today)
                changed += 1
    return changed


def add_duty(notice: Notice, values: Mapping[str, Any], *, by: Scope, today: dt.date, origin: str = "manual") -> Duty:
    """Add a duty by hand, from an instruction or from a pasted table."""
    if notice.state in ("closed", "withdrawn"):
        raise Refused(f"来文{notice.get_state_display()}，不能再增加任务。")
    last = notice.duties.order_by("-position").values_list("position", flat=True).first() or 0
    duty = Duty(notice=notice, position=last + 1, origin=origin, state=Duty.State.CONFIRMED, **values)
    with change(duty, by=by, verb=DUTY_ADDED, today=today) as row:
        return row


def merge_duties(keep: Duty, others: Iterable[Duty], *, by: Scope, today: dt.date) -> Duty:
    """Join duties that ask the same: the others stay readable as merged.

    The earliest deadline is kept, and what only the others say: that a report is due, to whom, how often, which ledger and figure.
    """
    rows = [d for d in others if d.pk != keep.pk]
    if not rows or any(d.notice_id != keep.notice_id for d in rows):
        raise Refused("请在同一份来文中至少选择两条任务再合并。", field="duty")
    with transaction.atomic():
        for duty in rows:
            with change(duty, by=by, verb=DUTY_MERGED, today=today) as row:
                _editable(row)
                row.state, row.merged_into = Duty.State.MERGED, keep
        dues = [d.due_at for d in (keep, *rows) if d.due_at]
        with change(keep, by=by, verb=DUTY_MERGED, today=today) as row:
            row.due_at = min(dues, default=None)
            if any(d.kind == Duty.Kind.REPORT for d in rows):
                row.kind = Duty.Kind.REPORT
            for name in ("to", "due_text", "recurrence", "deliverables", "ledger"):
                setattr(row, name, getattr(row, name) or next(filter(None, (getattr(d, name) for d in rows)), getattr(row, name)))
            if not row.figure and (bound := next((d for d in rows if d.figure), None)):
                row.figure, row.target = bound.figure, bound.target
            row.text = "；".join(dict.fromkeys(t.rstrip("；。") for t in (row.text, *(d.text for d in rows)))) + "。"
            return row


def set_aside(duty: Duty, *, by: Scope, today: dt.date, back: bool = False) -> Duty:
    """Mark a sentence as no duty, or take it back."""
    with change(duty, by=by, verb=DUTY_RESTORED if back else DUTY_DROPPED, today=today) as row:
        _editable(row)
        if back:
            row.state, row.merged_into = Duty.State.PROPOSED if row.notice.state == "read" else Duty.State.CONFIRMED, None
        else:
            row.state = Duty.State.DROPPED
        return row


def _confirm(duty: Duty) -> None:
    duty.state = Duty.State.CONFIRMED


def finish_check(notice: Notice, *, by: Scope, today: dt.date, now: dt.datetime) -> Notice:
    """The officer has been through the duties: what still stands as proposed is confirmed."""
    with transaction.atomic():
        with NOTICE.advance(notice, "check", by=by, today=today) as row:
            if not row.duties.filter(state__in=["proposed", "confirmed"]).exists():
                raise Refused("没有任何任务条目，不能完成校核。请从正文增补任务，或撤回该来文。")
            waiting = row.duties.filter(state="proposed").select_related("notice")
            change_many(waiting, _confirm, by=by, verb=DUTY_CONFIRMED, today=today, fields=["state"])
        worklist.finish(notice, kind="notice.check", now=now)
        worklist.assign(
            notice, row.office, kind="notice.issue", title=f"交办《{row.title}》的任务", action="选定承办单位并交办",
            url=f"/dispatch/notices/{notice.pk}/issue/", due_at=day_end(today), now=now,
        )  # fmt: skip
    return row


def reopen_check(notice: Notice, *, by: Scope, today: dt.date, now: dt.datetime) -> Notice:
    """Back to the check desk before anything was issued."""
    with transaction.atomic():
        with NOTICE.advance(notice, "reopen", by=by, today=today) as row:
            pass
        worklist.finish(row, kind="notice.issue", now=now, dropped=True)
        _item_for_check(row, today=today, now=now)
    return row


def _item_for_check(notice: Notice, *, today: dt.date, now: dt.datetime) -> None:
    worklist.assign(
        notice, notice.office, kind="notice.check", title=f"校核来文《{notice.title}》", action="校核任务分解",
        url=f"/dispatch/notices/{notice.pk}/check/", due_at=day_end(today), now=now,
    )  # fmt: skip


def withdraw(notice: Notice, *, by: Scope, today: dt.date, now: dt.datetime, reason: str) -> Notice:
    """Take a notice back before tasks are out; its number becomes free."""
    with transaction.atomic(), NOTICE.advance(notice, "withdraw", by=by, today=today, reason=reason) as row:
        worklist.finish(notice, now=now, dropped=True)
        worklist.finish(notice.slip, now=now, dropped=True)
        return row


def close_notice(notice: Notice, *, by: Scope, today: dt.date) -> Notice:
    """End a notice whose tasks are all closed or cancelled."""
    left = Task.objects.filter(duty__notice=notice).exclude(state__in=["closed", "cancelled"]).count()
    if left:
        raise Refused(f"还有 {left} 项任务未销号，不能办结。请先销号或撤销。", link=f"/dispatch/notices/{notice.pk}/")
    with NOTICE.advance(notice, "close", by=by, today=today) as row:
        return row


def propose(slip: Slip, text: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Slip:
    """拟办意见; the leader finds the slip in the office's work list."""
    if not text.strip():
        raise Refused("请填写拟办意见。", field="proposal")
    with transaction.atomic():
        with change(slip, by=by, verb=PROPOSED, today=today) as row:
            row.proposal, row.proposed_by, row.proposed_at = text.strip(), by.user_name, now
        notice = slip.notice
        worklist.assign(
            slip, notice.office, kind="slip.instruct", title=f"批示《{notice.title}》", action="批示", due_at=due_from_rule("review", now), now=now,
            url=f"/dispatch/notices/{notice.pk}/slip/",
        )  # fmt: skip
    return row


def instruct(slip: Slip, text: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Instruction:
    """领导批示, kept word for word."""
    if not text.strip():
        raise Refused("请填写批示内容。", field="instruction")
    instruction = Instruction(slip=slip, text=text.strip(), leader_id=by.user_id, leader=by.user_name, given_at=now)
    with transaction.atomic():
        with change(instruction, by=by, verb=INSTRUCTED, today=today) as row:
            pass
        worklist.finish(slip, kind="slip.instruct", now=now)
        if not slip.undertaker:
            notice = slip.notice
            worklist.assign(
                slip, notice.office, kind="slip.undertake", title=f"按批示承办《{notice.title}》", action="转为任务、登记承办", now=now,
                due_at=due_from_rule("review", now), url=f"/dispatch/notices/{notice.pk}/slip/",
            )  # fmt: skip
    return row


def take_instruction(instruction: Instruction, *, by: Scope, today: dt.date) -> Duty:
    """Turn a 批示 into a duty with one tap, wording verbatim; a second tap gives the same duty."""
    with change(instruction, by=by, verb=INSTRUCTION_TAKEN, today=today) as row:
        if row.duty is None:
            row.duty = add_duty(row.slip.notice, {"text": row.text}, by=by, today=today, origin="instruction")
        return row.duty


def undertake(slip: Slip, who: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Slip:
    """承办: who takes the paper on."""
    words = check_length(who, 80, "承办科室或承办人", "undertaker")
    if not words:
        raise Refused("请填写承办科室或承办人。", field="undertaker")
    with transaction.atomic(), change(slip, by=by, verb=UNDERTAKEN, today=today) as row:
        row.undertaker, row.undertaken_by, row.undertaken_at = words, by.user_name, now
        worklist.finish(slip, kind="slip.undertake", now=now)
        return row


@dataclass(frozen=True, slots=True)
class Assignment:
    """One cell of the decomposition: a duty, an office, lead or support, and a deadline of its own where it has one."""

    duty_id: int
    office_id: int
    part: str = Task.Part.LEAD
    due_at: dt.datetime | None = None


def issue(notice: Notice, assignments: Iterable[Assignment], *, by: Scope, today: dt.date, now: dt.datetime) -> list[Task]:
    """Give duties to offices: one task and one work item each; what was given before is left as it is. Returns the new tasks.

    Report duties open a report request with one report per office. Raises Refused where a duty has no lead or an office is gone.
    """
    wanted = list(assignments)
    if not wanted:
        raise Refused("没有选择任何承办单位，未交办。请至少为一条任务勾选承办单位。")
    offices = {o.pk: o for o in Office.objects.filter(pk__in={a.office_id for a in wanted}).select_related("region", "parent")}
    duties = {d.pk: d for d in notice.duties.filter(state="confirmed", pk__in={a.duty_id for a in wanted})}
    with transaction.atomic():
        with NOTICE.advance(notice, "issue", by=by, today=today) as row:
            row.issued_at = row.issued_at or now
            standing = set(Task.objects.filter(duty__notice=notice).exclude(state="cancelled").values_list("duty_id", "office_id"))
            made = []
            for a in wanted:
                if a.duty_id not in duties or a.office_id not in offices:
                    raise OutOfScope
                _check_office(offices[a.office_id], today)
                if (a.duty_id, a.office_id) not in standing:
                    standing.add((a.duty_id, a.office_id))
                    made.append(
                        open_task(duties[a.duty_id], offices[a.office_id], assignment=a, assigner=row.office, by=by, today=today, now=now)
                    )
            _check_lead(duties.values())
            tell_assigned(made, now=now)
        _open_reports(duties.values(), by=by, today=today, now=now)
        worklist.finish(notice, kind="notice.issue", now=now)
    return made


def _check_office(office: Office, today: dt.date) -> None:
    if not office.in_force(today):
        heir = f"其职责已由{office.successor}承接，请改选该单位。" if office.successor else "请改选其他单位。"
        raise Refused(f"“{office.name}”已于 {office.valid_to} 撤销，不能交办。{heir}", field="office")


def _check_lead(duties: Iterable[Duty]) -> None:
    for duty in duties:
        given = set(duty.tasks.exclude(state="cancelled").values_list("part", flat=True))
        if given and Task.Part.LEAD not in given:
            raise Refused(f"任务“{duty}”只有配合单位，没有牵头单位。请指定至少一个牵头单位。", field="office")


def _open_reports(duties: Iterable[Duty], *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    from shouwang.ledgers.dispatch.actions.requests import open_request_of_duty

    for duty in duties:
        if duty.kind == Duty.Kind.REPORT and duty.due_at:
            open_request_of_duty(duty, by=by, today=today, now=now)
