"""The work behind an import: pre-check, write, withdraw, each in chunks that are whole or not there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Count

from shouwang.kernel.attachments import store
from shouwang.kernel.bulk import insert_many
from shouwang.kernel.clock import business_now
from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.reading import Opened, as_json, headers_found, open_book
from shouwang.kernel.columns.sheet import ERROR, NEW, SAME, SUSPECT, UPDATE, Context, Plan, Sheet, Written, sheet_of
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.imports import lifecycle
from shouwang.kernel.imports.models import ColumnMapping, Import, ImportReceipt, ImportRow
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.worklist.actions import tell

WITHDRAWN_AT_ONCE = 100
CYCLE = lifecycle.IMPORT


def register_all() -> None:
    """Called once when the app is ready."""
    register("imports.check", check, "导入预检")
    register("imports.write", write, "导入写入")
    register("imports.withdraw", withdraw, "导入撤回")


def _batch(run: Run, state: str) -> tuple[Import, Sheet]:
    batch = Import.objects.within(run.by()).select_related("office").filter(pk=run.args["batch"], state=state).first()
    if batch is None:
        raise OutOfScope
    return batch, sheet_of(run.by(), batch.sheet)


def check(run: Run) -> dict[str, Any]:
    """Judge every bundle and keep what would become of each row; nothing of the ledger is written."""
    batch, sheet = _batch(run, "checking")
    try:
        opened = _open(batch, sheet, run.today)
    except Refused as no:
        _unread(run, batch, sheet, no)
        raise
    if not run.cursor:
        with run.chunk():
            ImportRow.objects.filter(batch=batch).delete()
            insert_many([_row(batch, "", line, ERROR) for line in opened.missing()])
            run.cursor = {"at": 0}
    context = Context(run.by(), run.today, frozenset(opened.header.columns))
    total = sum(len(rows) for _key, rows in opened.order) + len(opened.keyless)
    while run.cursor["at"] < len(opened.order):
        high = _reach(opened, run.cursor["at"], sheet.bundle_rows)
        plans = sheet.judge(opened.bundles(run.cursor["at"], high), context)
        rows = [_row(batch, p.bundle.key, line, p.verdicts[line.row], p) for p in plans for line in p.bundle.lines]
        with run.chunk():
            insert_many(rows)
            run.cursor = {"at": high}
            run.progress(run.job.done + len(rows), total)
    with run.chunk(), CYCLE.advance(batch, "checked", by=run.by(), today=run.today) as done:
        done.header = as_json(opened.header, opened.data.first_row)
        done.worksheet, done.counts = opened.data.name, counts_of(batch)
        done.notes = [*batch.notes, *opened.notes]
    return {"words": words(done.counts), "link": f"/imports/{batch.pk}/"}


def _unread(run: Run, batch: Import, sheet: Sheet, no: Refused) -> None:
    """Say on the batch why it could not be checked, with the headers found, so that a person can assign them."""
    with run.chunk(), CYCLE.advance(batch, "refuse", by=run.by(), today=run.today) as refused:
        refused.header, refused.notes = _headers(batch, sheet), [no.message]


def _open(batch: Import, sheet: Sheet, today: dt.date) -> Opened:
    from shouwang.kernel.workbooks import read

    return open_book(read(store.load(batch.digest), batch.name), sheet, today, _saved(batch))


def _headers(batch: Import, sheet: Sheet) -> dict[str, Any]:
    from shouwang.kernel.workbooks import read

    try:
        return headers_found(read(store.load(batch.digest), batch.name), sheet, _saved(batch))
    except Refused:
        return {}  # not a workbook at all


def _saved(batch: Import) -> Callable[[str], Mapping[str, str] | None]:
    kept = ColumnMapping.objects.filter(sheet=batch.sheet, office_id=batch.office_id)
    return lambda signature: kept.filter(signature=signature).values_list("columns", flat=True).first()


def _reach(opened: Opened, low: int, rows: int) -> int:
    """The end of the next chunk: whole bundles, about `rows` rows."""
    high, held = low, 0
    while high < len(opened.order) and (high == low or held + len(opened.order[high][1]) <= rows):
        held += len(opened.order[high][1])
        high += 1
    return high


def _row(batch: Import, key: str, line: Line, verdict: str, plan: Plan | None = None) -> ImportRow:
    suspects = plan.suspects.get(line.row, []) if plan else []
    return ImportRow(
        batch=batch,
        row=line.row,
        key=key[:60],
        label=mask(MaskKind.NAME, plan.label)[:60] if plan else "",
        verdict=verdict,
        faults=[[e.field, e.value, e.remedy] for e in line.errors],
        changes=plan.changes.get(line.row, []) if plan else [],
        suspects=[{"url": s.url, "label": s.label, "evidence": list(s.evidence), "pk": s.pk} for s in suspects],
    )


def counts_of(batch: Import) -> dict[str, int]:
    """Rows by verdict."""
    found = dict(ImportRow.objects.filter(batch=batch).order_by().values_list("verdict").annotate(n=Count("pk")))
    return {v: found.get(v, 0) for v in (NEW, UPDATE, SAME, ERROR, SUSPECT)}


def words(counts: dict[str, int]) -> str:
    """新增 a 行、更新 b 行 …"""
    named = (("新增", NEW), ("更新", UPDATE), ("无变化", SAME), ("错误", ERROR), ("疑似重复", SUSPECT))
    return "、".join(f"{w} {counts.get(v, 0):,} 行" for w, v in named) + "。"


def write(run: Run) -> dict[str, Any]:
    """Write the confirmed bundles; each is judged again in the transaction that writes it."""
    batch, sheet = _batch(run, "writing")
    opened = _open(batch, sheet, run.today)
    decided = dict(batch.rows.filter(verdict=SUSPECT).exclude(decision="").values_list("row", "decision"))
    skipped = frozenset(r for r, d in decided.items() if d == "skip")
    cleared = dict(batch.rows.filter(decision="other").values_list("row", "reason"))
    context = Context(run.by(), run.today, frozenset(opened.header.columns), cleared, writing=True)
    barred = _barred(batch)
    run.cursor = run.cursor or {"at": 0}
    total = sum(len(rows) for _key, rows in opened.order)
    while run.cursor["at"] < len(opened.order):
        low = run.cursor["at"]
        high = _reach(opened, low, sheet.bundle_rows)
        bundles = [b for b in opened.bundles(low, high, without=skipped) if b.key not in barred]
        with run.chunk():
            _write_chunk(batch, sheet, sheet.judge(bundles, context) if bundles else [], context)
            run.cursor = {"at": high}
            run.progress(run.job.done + sum(len(rows) for _key, rows in opened.order[low:high]), total)
    return _finish_writing(run, batch, sheet, context)


def _barred(batch: Import) -> set[str]:
    """Keys of what is not written: a row has an error, waits for a decision, or nothing in it changes."""
    wrong = batch.rows.filter(verdict=ERROR) | batch.rows.filter(verdict=SUSPECT, decision="")
    barred = set(wrong.values_list("key", flat=True))
    moving = set(batch.rows.exclude(verdict=SAME).values_list("key", flat=True))
    return barred | (set(batch.rows.values_list("key", flat=True)) - moving)


def _write_chunk(batch: Import, sheet: Sheet, plans: Sequence[Plan], context: Context) -> None:
    ready = [p for p in plans if p.sound and not p.idle and not any(p.verdicts[r] == SUSPECT for r in p.verdicts)]
    written = sheet.write(ready, context) if ready else []
    insert_many([_receipt(batch, w) for w in written])
    late = [p for p in plans if p not in ready and not p.idle]
    for plan in late:  # sound at the pre-check and no more: another person was faster
        for line in plan.bundle.lines:
            fresh = _row(batch, plan.bundle.key, line, plan.verdicts[line.row], plan)
            ImportRow.objects.filter(batch=batch, row=line.row).update(
                verdict=fresh.verdict, faults=fresh.faults, suspects=fresh.suspects, decision=""
            )


def _receipt(batch: Import, w: Written) -> ImportReceipt:
    return ImportReceipt(
        batch=batch,
        key=w.key[:60],
        outcome=w.outcome,
        target=w.record_id,
        before=json.dumps(w.before, ensure_ascii=False) if w.before else None,
    )


def _finish_writing(run: Run, batch: Import, sheet: Sheet, context: Context) -> dict[str, Any]:
    with run.chunk(), CYCLE.advance(batch, "done", by=run.by(), today=run.today) as done:
        outcomes = dict(ImportReceipt.objects.filter(batch=batch).order_by().values_list("outcome").annotate(n=Count("pk")))
        done.counts = counts_of(batch) | {"written_new": outcomes.get(NEW, 0), "written_update": outcomes.get(UPDATE, 0)}
        if sheet.after:
            sheet.after(list(ImportReceipt.objects.filter(batch=batch).values_list("target", flat=True)), context)
        said = f"导入完成：新增 {outcomes.get(NEW, 0):,} {sheet.unit}、更新 {outcomes.get(UPDATE, 0):,} {sheet.unit}"
        said += f"；错误 {done.counts[ERROR]:,} 行未导入。" if done.counts[ERROR] else "。"
        _tell(batch, said)
    return {"words": said, "link": f"/imports/{batch.pk}/"}


def _tell(batch: Import, said: str) -> None:
    tell(batch.office, f"“{batch.name}”{said}", now=business_now(), url=f"/imports/{batch.pk}/", user=batch.user)


def withdraw(run: Run) -> dict[str, Any]:
    """Take back what the import wrote, the last first; what was changed since stays and says why."""
    batch, sheet = _batch(run, "withdrawing")
    context = Context(run.by(), run.today, frozenset())
    left = ImportReceipt.objects.filter(batch=batch, withdrawn=False, kept_because="").order_by("-id")
    total = run.job.total or left.count()
    while receipts := list(left[:WITHDRAWN_AT_ONCE]):
        with run.chunk():
            given = [Written(r.key, r.outcome, r.target, json.loads(r.before.reveal()) if r.before else {}) for r in receipts]
            reasons = sheet.withdraw(given, context)
            for receipt in receipts:
                receipt.kept_because = reasons.get(receipt.key, "")[:200]
                receipt.withdrawn = not receipt.kept_because
            ImportReceipt.objects.bulk_update(receipts, ["kept_because", "withdrawn"])
            run.progress(run.job.done + len(receipts), total)
    kept = ImportReceipt.objects.filter(batch=batch).exclude(kept_because="").count()
    with run.chunk(), CYCLE.advance(batch, "withdrawn", by=run.by(), today=run.today) as done:
        done.counts = done.counts | {"kept": kept}
        said = f"已撤回导入。{f'有 {kept} {sheet.unit}在导入后又有变动，未撤回，原因见批次页。' if kept else ''}"
        _tell(batch, said)
    return {"words": said, "link": f"/imports/{batch.pk}/"}
