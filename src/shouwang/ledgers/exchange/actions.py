"""Agreements and deliveries: every write, with permission, audit and transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from shouwang.engine.feeds import Feed, feed
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.kinds import plain_name
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.imports.models import ColumnMapping
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.exchange import lake, lifecycle, policies
from shouwang.ledgers.exchange.intake import sheet_key
from shouwang.ledgers.exchange.models import Delivery, DeliveryFault, FeedAgreement
from shouwang.ledgers.exchange.reading import headers_found

CHECK, WRITE, REBUILD = "exchange.check", "exchange.write", "exchange.rebuild"
ENDINGS = (".xlsx", ".xls", ".csv", ".txt")
CYCLE = lifecycle.DELIVERY
ROLE = "部门数据原件"
LATE = "exchange.late"


def agree(code: str, *, office: Office, region: Region, way: str, note_said: str, by: Scope, today: dt.date) -> FeedAgreement:
    """Say from whom and how a place gets a feed. Raises Refused where it is agreed already."""
    known = feed(code)
    if FeedAgreement.objects.filter(region=region, feed=code, until=None).exists():
        raise Refused(f"“{known.name}”在{region.name}已有报送约定。要改变取得方式，请先终止原约定。", field="feed")
    fresh = FeedAgreement(feed=code, office=office, way=way, since=today, note=note_said.strip()[:200])
    fresh.put_in(region)
    with change(fresh, by=by, verb=policies.AGREE, today=today) as made:
        pass
    return made


def end_agreement(agreement: FeedAgreement, *, reason: str, by: Scope, today: dt.date) -> FeedAgreement:
    """The place gets the feed no longer; what was delivered stays until its term."""
    with change(agreement, by=by, verb=policies.END_AGREEMENT, today=today, reason=reason) as locked:
        if locked.until is not None:
            raise Refused(f"该约定已于 {locked.until} 终止。请刷新页面查看。")
        locked.until = today
        worklist.finish(locked, now=timezone.now(), kind=LATE, dropped=True)
    return locked


def upload(
    agreement: FeedAgreement, file: UploadedFile[Any], *, period: dt.date, by: Scope, today: dt.date, hits: bool = False
) -> Delivery:
    """Keep the file sealed and queue its pre-check, which writes nothing. Raises Refused for a file of another kind, one that is here
    already, a period to come or one that the feed does not have."""
    _check_sender(agreement, by)
    _check_period(agreement.declared, period, today)
    name, content = plain_name(file.name or ""), _content(file)
    digest = hashlib.sha256(content).hexdigest()
    same = Delivery.objects.filter(feed=agreement.feed, region=agreement.region, period=period, digest=digest)
    if earlier := same.exclude(state__in=("discarded", "withdrawn")).order_by("-pk").first():
        raise Refused(
            f"同一文件已于 {earlier.received_on} 报送过（批次 {earlier.pk}），内容没有变化，不重复入库。请打开该批次查看。", field="file"
        )
    store.keep(digest, content)
    with transaction.atomic():
        fresh = _delivery(agreement, period, by, today, name=name, digest=digest, hits=hits)
        with change(fresh, by=by, verb=policies.UPLOAD, today=today) as made:
            pass
        Attachment.objects.create(
            ledger=made._meta.label_lower, record_id=str(made.pk), role=ROLE, name=name, mime="application/octet-stream",
            size=len(content), digest=digest, added_by=by.user_name,
        )  # fmt: skip
        return _start(made, CHECK, by=by, today=today)


def report_nothing(agreement: FeedAgreement, *, period: dt.date, by: Scope, today: dt.date) -> Delivery:
    """零报告: the department has nothing for the period, which is not the same as not having reported."""
    _check_sender(agreement, by)
    _check_period(agreement.declared, period, today)
    with transaction.atomic():
        fresh = _delivery(agreement, period, by, today, name="（本期无数据）")
        fresh.state = "done"
        with change(fresh, by=by, verb=policies.NO_DATA, today=today) as made:
            pass
        settle_late(made)
    return made


def _check_sender(agreement: FeedAgreement, by: Scope) -> None:
    if not agreement.covers(by, policies.SEND):
        raise NotPermitted(f"“{agreement.title}”由{agreement.office}报送，您没有代为报送的权限。")
    if agreement.until is not None:
        raise Refused(f"“{agreement.title}”的报送约定已于 {agreement.until} 终止，不能再报送。")


def _check_period(known: Feed, period: dt.date, today: dt.date) -> None:
    if not known.names(period):
        raise Refused(f"“{known.name}”按季报送，报送期应为 3、6、9、12 月，不是 {period:%Y-%m}。请重新选择报送期。", field="period")
    if known.starts(period) > today:
        raise Refused(f"报送期 {period:%Y-%m} 还没有到。请核对年份和月份。", field="period")
    if known.kept_until(period) <= today:
        raise Refused(f"报送期 {period:%Y-%m} 的数据已超过 {known.retention} 个月的保存期限，不能入库。请核对年份。", field="period")


def _content(file: UploadedFile[Any]) -> bytes:
    name, limit = plain_name(file.name or ""), settings.SHOUWANG_FEED_LIMIT
    if not name.lower().endswith(ENDINGS):
        raise Refused(f"文件“{name}”不是表格文件。请上传 .xlsx、.xls 或 .csv 文件。", field="file")
    if not file.size:
        raise Refused(f"文件“{name}”是空的（0 字节）。本期确无数据的，请选“本期无数据”；否则请检查后重新选择。", field="file")
    if file.size > limit:
        raise Refused(
            f"文件“{name}”有 {file.size / 1048576:.1f} MB，超过 {limit // 1048576} MB 的上限。请按区（县）拆分后分次报送。", field="file"
        )
    file.seek(0)
    return bytes(file.read())


def _delivery(agreement: FeedAgreement, period: dt.date, by: Scope, today: dt.date, **kw: Any) -> Delivery:
    made = Delivery(
        agreement=agreement, feed=agreement.feed, office=agreement.office, period=period, uploaded_by=by.user_name, received_on=today, **kw
    )
    made.put_in(agreement.region)
    return made


def _start(delivery: Delivery, kind: str, *, by: Scope, today: dt.date) -> Delivery:
    """Queue the delivery's next piece of work: one job for each version it had."""
    key = f"{kind}:{delivery.pk}:{delivery.version}"
    job = enqueue(kind, by=by, args={"delivery": delivery.pk}, key=key, today=today)
    Delivery.objects.filter(pk=delivery.pk).update(job_id=job.pk)  # bookkeeping: which job to look at
    delivery.job_id = job.pk
    return delivery


def save_mapping(delivery: Delivery, columns: Mapping[str, str], *, by: Scope, today: dt.date, version: int) -> Delivery:
    """Say which header is which column ("" = leave out), keep it for this sender's files like this one, and check again."""
    chosen = [k for k in columns.values() if k]
    if doubled := {k for k in chosen if chosen.count(k) > 1}:
        raise Refused(f"有 {len(doubled)} 个栏目指定了两列。每个栏目只能对应一列，请重新指定。", field="columns")
    with transaction.atomic():
        with CYCLE.advance(delivery, "again", by=by, today=today, version=version) as locked:
            locked.notes = []
        ColumnMapping.objects.update_or_create(
            sheet=sheet_key(delivery.declared), office_id=delivery.office_id, signature=str(delivery.header.get("signature", "")),
            defaults={"columns": dict(columns)},
        )  # fmt: skip
        DeliveryFault.objects.filter(delivery=locked).delete()
        return _start(locked, CHECK, by=by, today=today)


def takes_any(delivery: Delivery) -> bool:
    """Whether a checked file has a row to take in."""
    return bool(delivery.matched_rows + delivery.open_rows or (delivery.hits and delivery.unknown_rows))


def confirm(delivery: Delivery, *, by: Scope, today: dt.date, version: int) -> Delivery:
    """Take the rows in, in the background. Raises Refused where there is none to take."""
    if not takes_any(delivery):
        raise Refused("没有可以入库的行：全部有错误，或都不在户档案中。请下载退回文件核对。")
    with transaction.atomic():
        with CYCLE.advance(delivery, "confirm", by=by, today=today, version=version) as locked:
            pass
        return _start(locked, WRITE, by=by, today=today)


def discard(delivery: Delivery, *, by: Scope, today: dt.date) -> Delivery:
    """Give the delivery up before anything was taken in; the file goes with the nightly sweep."""
    with CYCLE.advance(delivery, "discard", by=by, today=today) as locked:
        forget(locked)
    return locked


def withdraw(delivery: Delivery, *, reason: str, by: Scope, today: dt.date) -> Delivery:
    """Take everything of the delivery back: its rows leave the lake, its unanswered questions go, the file is deleted."""
    with transaction.atomic():
        with CYCLE.advance(delivery, "withdraw", by=by, today=today, reason=reason) as locked:
            forget(locked)
        ask_rebuild(locked, today=today)
        transaction.on_commit(lambda: lake.drop_delivery(locked.pk))
    return locked


def forget(delivery: Delivery) -> None:
    """Drop the faults, the file and the questions nobody has answered and nobody else has asked."""
    from shouwang.ledgers.exchange.questions import drop_of

    DeliveryFault.objects.filter(delivery=delivery).delete()
    Attachment.objects.filter(ledger=delivery._meta.label_lower, record_id=str(delivery.pk)).delete()
    drop_of(delivery)


def ask_rebuild(delivery: Delivery, *, today: dt.date, after: str = "") -> None:
    """Queue the making of the feed's period anew; the system's own work, because the period holds other places' rows too."""
    rebuild(delivery.feed, delivery.period, f"{delivery.pk}:{delivery.version}{after}", today=today)


def rebuild(feed_code: str, period: dt.date, mark: str, *, today: dt.date) -> None:
    """Queue one feed's period; `mark` tells two wishes apart."""
    args = {"feed": feed_code, "period": period.isoformat()}
    enqueue(REBUILD, by=Scope.system("部门数据"), args=args, key=f"{REBUILD}:{feed_code}:{period:%Y-%m}:{mark}", today=today)


def settle_late(delivery: Delivery) -> None:
    """The period is here: nobody owes it any more."""
    latest = delivery.declared.last_period(delivery.received_on)
    if delivery.period >= latest:
        worklist.finish(delivery.agreement, now=timezone.now(), kind=LATE)


def rejects(delivery: Delivery, *, by: Scope, today: dt.date) -> bytes:
    """The sender's own workbook with wrong cells red and the reasons behind each row; with an audit row. Raises Refused where nothing is wrong."""
    from shouwang.kernel.workbooks import mark

    if not delivery.header or not delivery.faults.exists():
        raise Refused("该批次没有问题行，不需要退回。")
    labels = {label: int(column) for column, label in delivery.header["named"].items()}
    by_code = {delivery.header["columns"].get(f.code): f.label for f in delivery.declared.fields}
    columns = {**labels, **{label: column for column, label in by_code.items() if column is not None}}
    errors: dict[int, dict[int, str]] = {}
    notes: dict[int, str] = {}
    for fault in delivery.faults.order_by("row").iterator(chunk_size=2000):
        said = [(columns.get(label), f"{label}：{remedy}") for label, _value, remedy in fault.faults]
        errors[fault.row] = {c: w for c, w in said if c is not None}
        if words := "；".join(w for c, w in said if c is None):
            notes[fault.row] = words
    note(delivery, by=by, verb=policies.REJECTS, today=today)
    return mark(store.load(delivery.digest), delivery.header["sheet"], errors, notes=notes, header_row=delivery.header.get("row"))


def kept_header(delivery: Delivery) -> dict[str, Any]:
    """The header of a file whose columns are not known, for a person to assign."""
    from shouwang.ledgers.exchange.intake import mapping_of

    return headers_found(store.load(delivery.digest), delivery.name, delivery.declared, lambda s: mapping_of(delivery, s))
