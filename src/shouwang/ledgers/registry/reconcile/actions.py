"""Uploading an export, naming its columns, writing down what differs, deciding where it is corrected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouwang.kernel.attachments.actions import attach
from shouwang.kernel.attachments.queries import attachments_of, content_of
from shouwang.kernel.audit.actions import change, change_many, create_many
from shouwang.kernel.columns.headers import Header, bare
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.workbooks import SheetData, read
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.models import Difference, Reconciliation
from shouwang.ledgers.registry.reconcile.comparing import Found
from shouwang.ledgers.registry.reconcile.reading import BY_KEY, header_of, missing_keys

JOB = "registry.reconcile"


def upload(file: UploadedFile[Any], *, system: str, taken_on: dt.date, region: Region, by: Scope, today: dt.date) -> Reconciliation:
    """Keep an export and find its header; columns a person named for the same header and system before are named so again.

    Raises Refused for a file that cannot be read or has no header, and for a day to come.
    """
    if taken_on > today:
        raise Refused(f"数据导出日期 {taken_on} 晚于今天 {today}。请填写对方系统导出数据的日期。", field="taken_on")
    name = file.name or "对方数据.xlsx"
    content = file.read()
    found = Reconciliation(system=system, file_name=name[:200], taken_on=taken_on, uploaded_by=by.user_name)
    found.put_in(region)
    book = read(content, name)
    _, header = header_of(book)
    found.signature = header.signature
    older = Reconciliation.objects.filter(system=system, signature=header.signature).exclude(mapping={}).order_by("-pk").first()
    found.mapping = older.mapping if older else {}
    with transaction.atomic(), change(found, by=by, verb=policies.UPLOAD_EXPORT, today=today) as fresh:
        pass
    if book.kind == "csv" and not name.lower().endswith(".txt"):
        file.name = f"{name}.txt"  # what is kept goes by what it is: text
    attach(fresh, file, role="export", by=by, today=today, verb=policies.UPLOAD_EXPORT)
    return fresh


def opened(comparison: Reconciliation) -> tuple[SheetData, Header]:
    """The sheet compared and its header, under the comparison's own mapping; raises Refused."""
    kept = attachments_of(comparison).first()
    if kept is None:
        raise Refused("比对文件已不在系统中。请重新上传。")
    return header_of(read(content_of(kept), kept.name), comparison.mapping)


def start(comparison: Reconciliation, mapping: Mapping[str, str], *, by: Scope, today: dt.date) -> Job:
    """Name the columns ({header: field key or ""}) and compare in the background; raises Refused where nothing says which household is meant."""
    with transaction.atomic(), change(comparison, by=by, verb=policies.COMPARE, today=today) as locked:
        if locked.state != Reconciliation.State.MAPPING:
            raise Refused("已经开始比对，列对应不能再改。要改列对应，请重新上传文件。")
        locked.mapping = {bare(header): key for header, key in mapping.items() if key in BY_KEY or key == ""}
        _, header = opened(locked)
        if words := missing_keys(header.columns):
            raise Refused(words, field="mapping")
        locked.state = Reconciliation.State.RUNNING
        job = enqueue(JOB, by=by, args={"comparison": locked.pk}, key=f"reconcile:{locked.pk}", today=today)
        locked.counts = {"job": job.pk}
    return job


def write_down(comparison: Reconciliation, found: Iterable[Found], *, by: Scope, today: dt.date) -> int:
    """Store what differs: new rows for what is new, the rows that are open brought up to date. Returns how many there are."""
    fresh = {f.key: f for f in found}
    held = Difference.objects.filter(system=comparison.system, key__in=list(fresh)).exclude(state=Difference.State.CLOSED)
    known = set(held.values_list("key", flat=True))
    create_many((_row(comparison, f, today) for k, f in fresh.items() if k not in known), by=by, verb=policies.COMPARE, today=today)

    def renew(row: Difference) -> None:
        now = fresh[row.key]
        row.latest_id, row.ours, row.theirs, row.about = comparison.pk, now.ours, now.theirs, now.about

    change_many(held, renew, by=by, verb=policies.COMPARE, today=today, fields=("latest", "ours", "theirs", "about"))
    return len(fresh)


def close_agreeing(rows: Any, *, by: Scope, today: dt.date) -> int:
    """Close differences that the newest export no longer shows; returns how many."""

    def close(row: Difference) -> None:
        row.state, row.closed_on = Difference.State.CLOSED, today

    return change_many(rows, close, by=by, verb=policies.COMPARE, today=today, fields=("state", "closed_on"))


def finish(comparison: Reconciliation, counts: Mapping[str, int], problems: list[str], *, by: Scope, today: dt.date) -> Reconciliation:
    """The comparison is done."""
    with change(comparison, by=by, verb=policies.COMPARE, today=today) as locked:
        locked.state, locked.counts, locked.problems = Reconciliation.State.DONE, dict(counts), problems
    return locked


def decide(difference: Difference, where: str, *, note: str, by: Scope, today: dt.date, version: int | None = None) -> Difference:
    """Say where the difference is corrected. Our data are not changed by it; raises Refused for one that agrees already."""
    with change(difference, by=by, verb=policies.DECIDE_DIFFERENCE, today=today, reason=note, version=version) as locked:
        if locked.state == Difference.State.CLOSED:
            raise Refused("这条差异在后来的比对中已一致，无须处理。请刷新页面查看。")
        if where not in ("ours", "theirs", "both"):
            raise Refused("请选择在哪里更正：我方、对方或两边核对。", field="where")
        locked.where, locked.note, locked.state = where, note.strip()[:300], Difference.State.DECIDED
    return locked


def _row(comparison: Reconciliation, found: Found, today: dt.date) -> Difference:
    row = Difference(
        latest=comparison,
        household=found.household,
        member=found.member,
        system=comparison.system,
        key=found.key,
        kind=found.kind,
        column=found.column,
        about=found.about,
        group=str(found.group),
        ours=found.ours,
        theirs=found.theirs,
        where=found.where(today),
    )
    if found.region is not None:
        row.put_in(found.region)
        return row
    home: Any = found.household or comparison
    for name in ("region_id", "city_id", "county_id", "town_id", "village_id"):
        setattr(row, name, getattr(home, name))
    return row
