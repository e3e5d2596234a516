"""Every write of an import but those of its rows' ledger: upload, mapping, decisions, confirm, discard, withdraw."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.kinds import plain_name
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.columns.sheet import ERROR, SAME, SUSPECT, Sheet
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.imports import lifecycle
from shouwang.kernel.imports.models import ColumnMapping, Import, ImportRow
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.regions.scope import Scope

ROLE = "导入原件"
ENDINGS = (".xlsx", ".xls", ".csv", ".txt")
CYCLE = lifecycle.IMPORT


def upload(sheet: Sheet, file: UploadedFile[Any], *, by: Scope, today: dt.date) -> Import:
    """Keep the file sealed and queue its pre-check, which writes nothing. Raises Refused for an empty, oversized or foreign file."""
    if by.user_id is None or by.office is None or not by.may(sheet.permission):
        raise NotPermitted(f"您没有导入“{sheet.title}”的权限。如工作需要，请向本级系统管理员申请授权。")
    name, content = plain_name(file.name or ""), _content(file)
    digest = hashlib.sha256(content).hexdigest()
    store.keep(digest, content)
    with transaction.atomic():
        fresh = Import(
            sheet=sheet.key,
            name=name,
            digest=digest,
            size=len(content),
            user_id=by.user_id,
            office_id=by.office.id,
            uploaded_on=today,
            notes=_seen_before(sheet, digest, by),
        )
        with change(fresh, by=by, verb=lifecycle.UPLOAD, today=today) as batch:
            pass
        Attachment.objects.create(
            ledger=batch._meta.label_lower,
            record_id=str(batch.pk),
            role=ROLE,
            name=name,
            mime="application/octet-stream",
            size=len(content),
            digest=digest,
            added_by=by.user_name,
        )
        return _start(batch, "imports.check", by=by, today=today)


def _content(file: UploadedFile[Any]) -> bytes:
    name, limit = plain_name(file.name or ""), settings.SHOUWANG_UPLOAD_LIMIT
    if not name.lower().endswith(ENDINGS):
        raise Refused(f"文件“{name}”不是表格文件。请上传 .xlsx、.xls 或 .csv 文件。", field="file")
    if not file.size:
        raise Refused(f"文件“{name}”是空的（0 字节）。请检查后重新选择。", field="file")
    if file.size > limit:
        raise Refused(
            f"文件“{name}”有 {file.size / 1048576:.1f} MB，超过 {limit // 1048576} MB 的上限。请按镇（街道）拆分后分次上传。", field="file"
        )
    file.seek(0)
    return bytes(file.read())


def _seen_before(sheet: Sheet, digest: str, by: Scope) -> list[str]:
    earlier = Import.objects.within(by).filter(sheet=sheet.key, digest=digest, state="done").order_by("-id").first()
    return (
        [f"同一文件已于 {earlier.uploaded_on} 导入过（批次 {earlier.pk}）；内容未变的行会判为“无变化”，不会重复写入。"] if earlier else []
    )


def _start(batch: Import, kind: str, *, by: Scope, today: dt.date) -> Import:
    """Queue the batch's next piece of work: one job for each version it had."""
    job = enqueue(kind, by=by, args={"batch": batch.pk}, key=f"{kind}:{batch.pk}:{batch.version}", today=today)
    Import.objects.filter(pk=batch.pk).update(job_id=job.pk)  # bookkeeping: which job to look at
    batch.job_id = job.pk
    return batch


def save_mapping(batch: Import, columns: Mapping[str, str], *, by: Scope, today: dt.date, version: int) -> Import:
    """Say which header is which field ("" = leave out), keep it for files like this one, and pre-check again.

    `columns`: bare header → field key. Raises Refused where one field is named twice.
    """
    chosen = [k for k in columns.values() if k]
    if doubled := sorted({k for k in chosen if chosen.count(k) > 1}):
        raise Refused(f"有 {len(doubled)} 个栏目指定了两列。每个栏目只能对应一列，请重新指定。", field="columns")
    with transaction.atomic():
        with CYCLE.advance(batch, "again", by=by, today=today, version=version) as locked:
            locked.notes = []
        signature = str(batch.header.get("signature", ""))
        kept = ColumnMapping.objects.filter(sheet=batch.sheet, office_id=batch.office_id, signature=signature).first()
        fresh = kept or ColumnMapping(sheet=batch.sheet, office_id=batch.office_id, signature=signature)
        with change(fresh, by=by, verb=lifecycle.MAP, today=today) as mapping:
            mapping.columns = dict(columns)
        return _start(locked, "imports.check", by=by, today=today)


def recheck(batch: Import, *, by: Scope, today: dt.date, version: int) -> Import:
    """Pre-check again, because the ledger or the person's region has changed since."""
    with transaction.atomic():
        with CYCLE.advance(batch, "again", by=by, today=today, version=version) as locked:
            pass
        return _start(locked, "imports.check", by=by, today=today)


def decide(row: ImportRow, decision: str, *, reason: str, by: Scope, today: dt.date) -> ImportRow:
    """Say of a suspected duplicate that it is somebody else ("other") or the same and not to be imported ("skip")."""
    if row.batch.state != "checked":
        raise Refused("该批次已不在待确认状态，不能再处理疑似重复。请刷新页面。")
    if row.verdict != SUSPECT or decision not in ("other", "skip"):
        raise Refused("该行不是疑似重复，无需处理。请刷新页面。")
    if decision == "other" and len(reason.strip()) < 4:
        raise Refused("认定不是同一人，须写明依据（至少 4 个字，例如“已核对户口簿，同名不同人”）。", field="reason")
    with change(row, by=by, verb=lifecycle.DECIDE, today=today, reason=reason) as locked:
        locked.decision, locked.decided_by, locked.reason = decision, by.user_name, reason.strip()[:200]
    return locked


def confirm(batch: Import, *, by: Scope, today: dt.date, version: int) -> Import:
    """Write what can be written, in the background. Raises Refused where nothing would be."""
    counts = batch.counts
    ready = counts.get("new", 0) + counts.get("update", 0) + batch.rows.filter(verdict=SUSPECT, decision="other").count()
    if not ready:
        raise Refused("没有可以导入的行：请先改正错误或处理疑似重复，再重新上传。")
    with transaction.atomic():
        with CYCLE.advance(batch, "confirm", by=by, today=today, version=version) as locked:
            pass
        return _start(locked, "imports.write", by=by, today=today)


def discard(batch: Import, *, by: Scope, today: dt.date) -> Import:
    """Give the import up before anything was written; the file goes with the nightly sweep."""
    with transaction.atomic():
        with CYCLE.advance(batch, "discard", by=by, today=today) as locked:
            pass
        locked.rows.all().delete()
        Attachment.objects.filter(ledger=locked._meta.label_lower, record_id=str(locked.pk)).delete()
    return locked


def withdraw(batch: Import, *, reason: str, by: Scope, today: dt.date) -> Import:
    """Undo an import in the background: what nobody has changed since goes back to what it was, the rest stays with a reason."""
    with transaction.atomic():
        with CYCLE.advance(batch, "withdraw", by=by, today=today, reason=reason) as locked:
            pass
        return _start(locked, "imports.withdraw", by=by, today=today)


def marked(batch: Import, sheet: Sheet, *, by: Scope, today: dt.date) -> bytes:
    """The user's own workbook with wrong cells red and the words behind each row; with an audit row."""
    from shouwang.kernel.workbooks import mark

    if not batch.header:
        raise Refused("该文件的表头没有识别出来，无法标注。请按模板核对后重新上传。")
    columns = {sheet.field(k).label: c for k, c in batch.header["columns"].items()}
    held = set(batch.rows.filter(verdict=ERROR).values_list("key", flat=True))
    errors: dict[int, dict[int, str]] = {}
    notes: dict[int, str] = {}
    for row in batch.rows.exclude(verdict=SAME).order_by("row").iterator(chunk_size=2000):
        said = [(columns.get(label), f"{label}：{remedy}") for label, _value, remedy in row.faults]
        errors[row.row] = {c: w for c, w in said if c is not None}
        if note_said := "；".join([*(w for c, w in said if c is None), *_beside(row, held, sheet)]):
            notes[row.row] = note_said
    note(batch, by=by, verb=lifecycle.MARKED, today=today)
    return mark(store.load(batch.digest), batch.worksheet, errors, notes=notes, header_row=batch.header.get("row"))


def _beside(row: ImportRow, held: set[str], sheet: Sheet) -> list[str]:
    """What stands behind a row beyond its own errors."""
    if row.verdict == SUSPECT:
        evidence = "；".join(f"{s['label']}（{'、'.join(s['evidence'])}）" for s in row.suspects)
        return [f"疑似重复：{evidence}" + (f"。处理：{row.get_decision_display()}" if row.decision else "。请在导入页面核对处理")]
    return [f"同{sheet.unit}有错误行，整{sheet.unit}未导入"] if row.key in held and not row.faults else []


def opened(batch: Import, *, by: Scope, today: dt.date) -> None:
    """Leave an audit row that the uploaded file was opened; raises Refused where it is gone with a discarded import."""
    if batch.state == "discarded":
        raise Refused("该批次已放弃，原文件不再保留。请从自己的电脑打开。")
    note(batch, by=by, verb=lifecycle.OPENED, today=today)
