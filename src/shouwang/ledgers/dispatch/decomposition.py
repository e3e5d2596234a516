"""分解表: which office takes which duty, from the page's grid or from a table pasted from Excel."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction
from django.http import QueryDict

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import Field, RowError, as_date, read_table
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.dispatch.actions import notices
from shouwang.ledgers.dispatch.models import Duty, Notice, Task
from shouwang.ledgers.dispatch.recipients import Recipients

HEADS = ("序号", "任务内容", "牵头单位", "配合单位", "完成时限")


@lru_cache(maxsize=1)
def department_words() -> dict[str, list[str]]:
    """{ledger: words in a department's name} of who usually leads the work of a ledger (rulebook/duty_departments.yaml)."""
    loaded: dict[str, list[str]] = yaml.safe_load(files("shouwang.rulebook").joinpath("duty_departments.yaml").read_text("utf-8"))[
        "ledgers"
    ]
    return loaded


@dataclass
class GridRow:
    """One duty with the offices ticked for it."""

    duty: Duty
    districts: list[tuple[Office, bool, bool]] = field(default_factory=list)
    departments: list[tuple[Office, str, bool]] = field(default_factory=list)


def grid(notice: Notice, found: Recipients, today: dt.date) -> list[GridRow]:
    """Every standing duty × offices below and departments of the tier, with a proposal: (office, proposed, already issued).

    Districts and towns below are proposed for every duty of the recipients; a department leads what its ledger says, all
    departments report when the recipients name them. Duties of the issuer itself are proposed to nobody.
    """
    addressed = {o.pk for o in found.offices}
    office = notice.office
    below = list(
        offices_in_force(today).filter(parent=office).exclude(kind=Office.Kind.DEPARTMENT).select_related("region").order_by("rank", "code")
    )
    departments = list(
        offices_in_force(today).filter(kind=Office.Kind.DEPARTMENT, tier=office.tier, region_id=office.region_id).order_by("rank", "code")
    )
    tasks = Task.objects.filter(duty__notice=notice).exclude(state="cancelled").order_by()
    given = {(duty, office): part for duty, office, part in tasks.values_list("duty_id", "office_id", "part")}
    issued = {duty for duty, _ in given}
    rows = []
    for duty in notice.duties.filter(state="confirmed"):
        fresh = duty.pk not in issued
        row = GridRow(duty)
        for o in below:
            done = (duty.pk, o.pk) in given
            row.districts.append((o, done or (fresh and duty.by != Duty.By.ISSUER and (o.pk in addressed or not found.offices)), done))
        for o in departments:
            part = given.get((duty.pk, o.pk), _proposed(duty, o, addressed) if fresh else "")
            row.departments.append((o, part, (duty.pk, o.pk) in given))
        rows.append(row)
    return rows


def _proposed(duty: Duty, office: Office, addressed: set[int]) -> str:
    if duty.by == Duty.By.ISSUER or office.pk not in addressed:
        return ""
    if duty.kind == Duty.Kind.REPORT:
        return Task.Part.LEAD
    words = department_words().get(duty.ledger, [])
    return Task.Part.LEAD if any(w in office.name for w in words) else ""


def from_post(notice: Notice, data: QueryDict) -> list[notices.Assignment]:
    """The ticked cells: ``lead-<duty>`` and ``support-<duty>`` carry office ids. An office ticked for both leads."""
    cells = []
    for duty in notice.duties.filter(state="confirmed"):
        lead = [int(x) for x in data.getlist(f"lead-{duty.pk}") if x.isdecimal()]
        support = [int(x) for x in data.getlist(f"support-{duty.pk}") if x.isdecimal() and int(x) not in lead]
        cells += [notices.Assignment(duty.pk, o, Task.Part.LEAD) for o in lead]
        cells += [notices.Assignment(duty.pk, o, Task.Part.SUPPORT) for o in support]
    return cells


@dataclass
class TableRow:
    """One row of a pasted decomposition: an existing duty or a new text, and its offices."""

    text: str
    duty: Duty | None
    lead: list[Office]
    support: list[Office]
    due: dt.date | None


@dataclass
class TableResult:
    """Rows read and every error by row and field."""

    rows: list[TableRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def from_table(notice: Notice, text: str, offices: Sequence[Office], *, base: dt.date) -> TableResult:
    """Read a pasted table with the columns of HEADS (any order with a header). Offices are full or short names or aliases, or 各区（县）.

    A row with the words of a duty, or with its number and no words, is that duty; other rows become new duties. A number whose duty has
    other words is an error: tables bring row numbers of their own. Nothing is written here.
    """
    result = TableResult()
    fields = [
        Field("number", "序号", aliases=("编号",)),
        Field("text", "任务内容", aliases=("任务", "工作任务", "主要任务"), limit=1000),
        Field("lead", "牵头单位", aliases=("责任单位", "承办单位", "牵头部门"), required=True, limit=500),
        Field("support", "配合单位", aliases=("配合部门", "协办单位"), limit=500),
        Field("due", "完成时限", aliases=("时限", "期限", "完成时间"), parse=lambda v: as_date(v, base)),
    ]
    try:
        lines, result.errors = read_table(text, fields)
    except Refused as no:
        result.errors = [RowError(1, "表格", "", no.message)]
        return result
    duties = list(notice.duties.filter(state="confirmed"))
    for line in lines:
        values = line.values
        duty, wrong = _duty_of(line.row, values["number"] or "", values["text"] or "", duties)
        if wrong:
            result.errors.append(wrong)
            continue
        lead = _offices(values["lead"] or "", line.row, "牵头单位", notice, offices, result)
        support = _offices(values["support"] or "", line.row, "配合单位", notice, offices, result)
        result.rows.append(TableRow(values["text"] or (duty.text if duty else ""), duty, lead, support, values["due"]))
    return result


def _duty_of(row: int, number: str, text: str, duties: Sequence[Duty]) -> tuple[Duty | None, RowError | None]:
    """The duty a row means, None for a new one, or what is wrong."""
    by_text = next((d for d in duties if text and _bare(d.text) == _bare(text)), None)
    digits = re.sub(r"\D", "", number)
    by_number = next((d for d in duties if digits and d.position == int(digits[:9])), None)
    if by_text or (by_number and not text):
        return by_text or by_number, None
    if by_number:
        remedy = f"校核台第 {digits} 条是“{by_number}”，与本行任务内容不同。要交办该条请删去本行任务内容；要新增任务请删去序号。"
        return None, RowError(row, "序号", number, remedy)
    if not text:
        remedy = "没有任务内容，序号也不是本文的任务。请填写任务内容，或填写校核台上的任务序号。"
        return None, RowError(row, "任务内容", number, remedy)
    return None, None


def _bare(words: str) -> str:
    """Words without spaces and the stop at their end: what a spreadsheet changes on the way."""
    return re.sub(r"\s", "", words).rstrip("。；;")


def _offices(words: str, row: int, label: str, notice: Notice, offices: Sequence[Office], result: TableResult) -> list[Office]:
    from shouwang.ledgers.dispatch import recipients

    found = recipients.resolve_among(words, notice.office, offices)
    for unknown in found.unknown:
        result.errors.append(RowError(row, label, unknown, "不是已登记的机构，或有几个同名机构。请写机构全称，多个单位用顿号分开。"))
    return found.offices


def issue_table(notice: Notice, result: TableResult, *, by: Scope, today: dt.date, now: dt.datetime) -> list[Task]:
    """Issue every row of a table without errors, all or none."""
    if result.errors:
        raise Refused(f"分解表有 {len(result.errors)} 处错误，没有交办。请按提示改正后重新粘贴。", field="table")
    with transaction.atomic():
        cells = []
        for row in result.rows:
            duty = row.duty
            if duty is None:
                values: dict[str, Any] = {"text": row.text, "due_at": day_end(row.due) if row.due else None}
                duty = notices.add_duty(notice, values, by=by, today=today, origin="table")
            due = day_end(row.due) if row.due else None
            cells += [notices.Assignment(duty.pk, o.pk, Task.Part.LEAD, due) for o in row.lead]
            cells += [notices.Assignment(duty.pk, o.pk, Task.Part.SUPPORT, due) for o in row.support if o not in row.lead]
        return notices.issue(notice, cells, by=by, today=today, now=now)
