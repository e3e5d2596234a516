"""Keeping the household's file: papers in, out, and said not to be needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouwang.kernel.attachments.actions import attach, detach
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.models import Household, Member, Paper
from shouwang.ledgers.registry.papers import Entry

FILES_A_PAPER = 12
REPLACED = "更换为新材料"


def file_paper(
    household: Household,
    entry: Entry,
    uploads: Sequence[UploadedFile[Any]],
    *,
    dated_on: dt.date,
    by: Scope,
    today: dt.date,
    member: Member | None = None,
    replace: bool = False,
) -> Paper:
    """Keep the files (pages) of a paper; with `replace` those kept before are taken off in the same transaction.

    Raises Refused for no file, too many, a date to come, and as `attach` does for a file that cannot be kept.
    """
    if not uploads:
        raise Refused("还没有选择文件。请拍照或选择文件后再归档。", field="file")
    if dated_on > today:
        raise Refused(f"材料日期 {dated_on} 晚于今天 {today}。请填写材料上的日期。", field="dated_on")
    with transaction.atomic():
        held = Household.objects.select_for_update().get(pk=household.pk)  # two uploaders must not open one paper twice
        with change(_paper(held, entry, member), by=by, verb=policies.ADD_PAPER, today=today) as paper:
            older = paper.pk is not None and paper.dated_on is not None and not replace and paper.state == Paper.State.KEPT
            paper.state, paper.waived_for = Paper.State.KEPT, ""
            paper.dated_on = max(paper.dated_on or dated_on, dated_on) if older else dated_on
            paper.valid_until = entry.valid_until(paper.dated_on)
        before = list(attachments_of(paper).values_list("pk", flat=True))
        fresh = {attach(paper, u, role=entry.code, by=by, today=today, verb=policies.ADD_PAPER).pk for u in uploads}
        for pk in before if replace else ():
            if pk not in fresh:
                detach(paper, pk, by=by, today=today, verb=policies.REMOVE_PAPER, reason=REPLACED)
        if attachments_of(paper).count() > FILES_A_PAPER:
            raise Refused(f"一份材料最多 {FILES_A_PAPER} 个文件。请合并为一个 PDF，或勾选“替换原有文件”。", field="file")
    return paper


def remove_file(paper: Paper, attachment_id: int, *, reason: str, by: Scope, today: dt.date) -> Paper:
    """Take one file off a paper; without any left the paper is missing again. Raises OutOfScope for another record's file."""
    with transaction.atomic():
        detach(paper, attachment_id, by=by, today=today, verb=policies.REMOVE_PAPER, reason=reason)
        if attachments_of(paper).exists():
            return paper
        with change(paper, by=by, verb=policies.REMOVE_PAPER, today=today, reason=reason) as locked:
            locked.state, locked.dated_on, locked.valid_until = Paper.State.WITHDRAWN, None, None
    return locked


def waive(household: Household, entry: Entry, *, reason: str, by: Scope, today: dt.date, member: Member | None = None) -> Paper:
    """Say why a paper the catalogue asks for is not needed here. Raises Refused where it is kept already."""
    with transaction.atomic():
        held = Household.objects.select_for_update().get(pk=household.pk)
        found = _paper(held, entry, member)
        if found.pk is not None and found.state == Paper.State.KEPT:
            raise Refused(f"“{entry.name}”已归档，不能注明不需要。如归档有误，请先移出文件。", field="reason")
        with change(found, by=by, verb=policies.WAIVE_PAPER, today=today, reason=reason) as paper:
            paper.state, paper.waived_for = Paper.State.WAIVED, reason.strip()[:300]
            paper.dated_on = paper.valid_until = None
    return paper


def ask_again(paper: Paper, *, by: Scope, today: dt.date) -> Paper:
    """Take a waiver back."""
    with change(paper, by=by, verb=policies.ASK_PAPER, today=today) as locked:
        if locked.state != Paper.State.WAIVED:
            raise Refused("这份材料没有注明“不需要”，无须恢复。请刷新页面查看。")
        locked.state, locked.waived_for = Paper.State.WITHDRAWN, ""
    return locked


def _paper(household: Household, entry: Entry, member: Member | None) -> Paper:
    """The row of the paper, or a new one; raises OutOfScope for a member of another household or a paper of the other kind."""
    if entry.of_member != (member is not None) or (member and member.household_id != household.pk):
        raise OutOfScope
    found = Paper.objects.filter(household=household, member=member, code=entry.code).first()
    if found is None:
        found = Paper(member=member, code=entry.code)
        found.put_beside(household)
    return found
