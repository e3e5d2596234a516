"""What pages of dispatch show besides records: initial values, buttons, previews, files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.attachments.actions import attach
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.official import OfficialDocument, render_html, write_docx
from shouwang.kernel.official import check as check_document
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch import document, lifecycle, recurring
from shouwang.ledgers.dispatch.actions import drafting, notices, reports, tasks
from shouwang.ledgers.dispatch.models import Bulletin, Duty, Notice, Report, Task
from shouwang.ledgers.dispatch.policies import may_return_inside

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

T = TypeVar("T")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SCANNED = Verb("dispatch.report.scan", "存入用印扫描件", "dispatch.report.draft")
FILED = Verb("dispatch.notice.file", "存入来文原件", "dispatch.notice.register")


def take_file(data: dict[str, Any], office: Office, *, by: Scope, today: dt.date, now: dt.datetime) -> Notice:
    """Read an uploaded file and register the notice with the original attached; raises Refused in the reader's words."""
    from shouwang.ledgers.dispatch.reading.model import ReadingError
    from shouwang.ledgers.dispatch.reading.reader import read_file

    upload: UploadedFile[Any] = data["file"]
    try:
        reading = read_file(upload.read(), name=upload.name, today=today).to_json()
    except ReadingError as no:
        raise Refused(no.message_zh, field="file") from no
    upload.seek(0)
    with transaction.atomic():
        notice = notices.register_notice(
            office=office,
            text=reading["text"],
            reading=reading,
            source=data["source"],
            secrecy=data["secrecy"],
            by=by,
            today=today,
            now=now,
        )
        attach(notice, upload, role="original", by=by, today=today, verb=FILED, sensitive=data["secrecy"] != Notice.Secrecy.OPEN)
    return notice


def attempt(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Do what a valid form asks; a refusal is shown at its field and nothing typed is lost: None."""
    try:
        return act()
    except NotPermitted:
        raise
    except Refused as no:
        form.add_error(no.field if no.field in form.fields else None, no.message)
        return None


def head_of(notice: Notice) -> dict[str, Any]:
    """Initial values of the head form."""
    names = ("title", "doc_number", "recipients", "signed_date", "source", "secrecy")
    return {**{n: getattr(notice, n) for n in names}, "issuers": "、".join(notice.issuers)}


def duty_initial(duty: Duty) -> dict[str, Any]:
    """Initial values of the duty form."""
    names = ("text", "clause", "kind", "by", "to", "due_at", "due_text", "recurrence", "ledger", "figure", "target")
    return {n: getattr(duty, n) for n in names} | {"recurrence": recurring.in_words(duty.recurrence)}


def duty_counts(duties: list[Duty]) -> dict[str, int]:
    """How many duties stand, are dated, were merged or set aside."""
    by_state = Counter(d.state for d in duties)
    standing = [d for d in duties if d.state in ("proposed", "confirmed")]
    return {
        "standing": len(standing), "dated": sum(d.due_at is not None for d in standing), "merged": by_state["merged"], "dropped": by_state["dropped"],
        "bound": sum(bool(d.figure) for d in standing), "undated": sum(not d.due_at and not d.recurrence for d in standing),
    }  # fmt: skip


def notice_moves(notice: Notice, scope: Scope) -> list[dict[str, Any]]:
    """Buttons of the notice's page: only legal moves of the own office."""
    base = f"/dispatch/notices/{notice.pk}"
    may_register = scope.acts_for(notices.REGISTER, notice.office_id)
    may_issue = scope.acts_for(notices.ISSUE, notice.office_id)
    out = []
    if may_register and notice.state == "read":
        out.append({"label": "校核任务", "link": f"{base}/check/", "tone": "p"})
    if may_issue and notice.state in ("checked", "issued"):
        out.append(
            {
                "label": "交办任务" if notice.state == "checked" else "增加承办单位",
                "link": f"{base}/issue/",
                "tone": "p" if notice.state == "checked" else "",
            }
        )
    if may_register and notice.state == "checked":
        out.append({"label": "重新校核", "url": f"{base}/reopen/"})
    if may_register and notice.state in ("read", "checked"):
        out.append({"label": "撤回", "reason_url": f"{base}/withdraw/"})
    if may_issue and notice.state == "issued":
        out.append({"label": "办结", "url": f"{base}/close/"})
    return out


def files_of(record: Any) -> list[Attachment]:
    """Attachments of a record, oldest first."""
    return list(attachments_of(record))


def task_moves(task: Task, scope: Scope) -> list[str]:
    """Names of the lifecycle moves the person may make now: buttons use the same check as the action."""
    return [code for code, move in lifecycle.TASK.open_moves(task).items() if task.covers(scope, move.verb.permission)]


def report_moves(report: Report, scope: Scope) -> list[str]:
    """Names of the lifecycle moves the person may make now; a second person is demanded by the action, in words."""
    return [
        code
        for code, move in lifecycle.REPORT.open_moves(report).items()
        if report.covers(scope, move.verb.permission)
        and (code != "sign_zero" or report.zero)
        and (code != "sign" or not report.zero)
        and (code != "send_back_inside" or may_return_inside(scope, report))
    ]


STEPS = ("drafting", "checking", "countersigning", "signing", "numbering", "sealing", "ready", "submitted", "accepted")


def report_steps(report: Report) -> list[dict[str, str]]:
    """拟稿→核稿→会签→签发→编号→用印→报送→接收 with who did each; a zero report has no number and seal, 会签 shows where it was asked."""
    who = {"drafting": report.drafter, "checking": report.checker, "signing": report.signer, "numbering": report.doc_number}
    labels = {**{k: v.label for k, v in lifecycle.REPORT.states.items()}, "submitted": "报送", "accepted": "接收"}
    skipped = {"ready"} | ({"numbering", "sealing"} if report.zero else set())
    skipped |= set() if report.state == "countersigning" or report.countersigns.all() else {"countersigning"}
    due = {"ready": "submitted", "submitted": "accepted"}.get(report.state, report.state)
    out = []
    for name in (s for s in STEPS if s not in skipped):
        state = "done" if report.state == "accepted" or STEPS.index(name) < STEPS.index(due) else "now" if name == due else "todo"
        back = state == "now" and name == "drafting" and report.returns > 0
        out.append({"label": labels[name], "state": "back" if back else state, "note": who.get(name, "")})
    return out


def figure_values(report: Report) -> dict[str, dict[str, Any]]:
    """The report's figures for the screen: as the document has them, and `shown` with thousands separators."""
    values = drafting.shown_values(report)
    for value in values.values():
        value["shown"] = value["text"] if value["text"] == "--" else f"{Decimal(value['text']):,}"
    return values


def heading_counts(notice: Notice) -> dict[int, int]:
    """{level: how many headings were read}; the opening and the closing words are none."""
    return dict(Counter(c.level for c in notice.clauses.all() if c.level > 0))


def duty_rows(duties: list[Duty], today: dt.date) -> list[tuple[Duty, bool, str]]:
    """Duties for the check desk: (duty, whether it stands, name of the figure it is bound to)."""
    known = figures.installed(today)
    return [(d, d.state in ("proposed", "confirmed"), known[d.figure].name if d.figure in known else "") for d in duties]


def report_paper(report: Report) -> dict[str, Any]:
    """The preview of a report, and what the format check says of it: length, wording, headings."""
    doc = document.report_document(report)
    # Who signs and when is known with the signature: before it, that they are missing tells the drafter nothing.
    unsigned = () if report.signed_on else ("缺签发人", "缺成文日期")
    return {"paper": render_html(doc), "findings": [f for f in check_document(doc) if not any(words in f for words in unsigned)]}


def bulletin_html(bulletin: Bulletin) -> str:
    """The preview of a draft 通报."""
    return render_html(document.bulletin_document(bulletin))


def _file(doc: OfficialDocument, name: str) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.docx") or ""}
    return HttpResponse(write_docx(doc), content_type=DOCX, headers=headers)


def report_file(report: Report) -> HttpResponse:
    """A report as .docx."""
    return _file(document.report_document(report), f"{report.office.short_name}_{report.title[:40]}")


def bulletin_file(bulletin: Bulletin) -> HttpResponse:
    """A draft 通报 as .docx."""
    return _file(document.bulletin_document(bulletin), bulletin.title[:40])


def add_progress(task: Task, text: str, uploads: Sequence[UploadedFile[Any]], *, by: Scope, today: dt.date) -> None:
    """An entry of progress with its evidence, both or neither."""
    with transaction.atomic():
        tasks.add_progress(task, text, by=by, today=today)
        for upload in uploads:
            attach(task, upload, role="evidence", by=by, today=today, verb=tasks.EVIDENCE)


def seal_with_scan(report: Report, upload: UploadedFile[Any], *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """Attach the sealed scan and let the report be sent, both or neither."""
    with transaction.atomic():
        reports.register_seal(report, by=by, today=today, now=now)
        attach(report, upload, role="sealed", by=by, today=today, verb=SCANNED)


def held_against(report: Report, values: dict[str, Any]) -> dict[str, Any]:
    """数据打架 for the page: the differing figures with what they are held against, and how many still need a phrase."""
    rows = reports.differences(report)
    shown = [{"row": row, "source": source, "other": other, "shown": values.get(row.figure)} for row, source, other in rows]
    return {"differences": shown, "unexplained": sum(not row.phrase for row, _, _ in rows)}
