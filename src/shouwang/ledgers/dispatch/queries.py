"""Reads of dispatch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.worklist.clocks import calendar_for
from shouwang.ledgers.dispatch.models import (
    Bulletin,
    Countersign,
    DueDateExtension,
    Duty,
    Instruction,
    Notice,
    Report,
    ReportFigure,
    ReportRequest,
    Statement,
    Suggestion,
    Task,
)

# Of a notice that is only named on a page its whole text is not read.
LONG_TEXTS = ("duty__notice__text", "duty__notice__reading")


def notice(scope: Scope, pk: int) -> Notice:
    """One notice inside the scope; raises OutOfScope."""
    found = Notice.objects.within(scope).select_related("office__region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def own_notice(scope: Scope, pk: int, permission: str = "dispatch.notice.register") -> Notice:
    """A notice the person may work on in the name of the registering office; raises OutOfScope."""
    found = notice(scope, pk)
    if not scope.acts_for(permission, found.office_id):
        raise OutOfScope
    return found


def duty(scope: Scope, pk: int) -> Duty:
    """One duty of a notice the person may register or correct; raises OutOfScope."""
    found = Duty.objects.select_related("notice__office__region").filter(pk=pk, notice__in=Notice.objects.within(scope)).first()
    if found is None or not scope.acts_for("dispatch.notice.register", found.notice.office_id):
        raise OutOfScope
    return found


def instruction(scope: Scope, pk: int) -> Instruction:
    """One 批示 of the own office; raises OutOfScope."""
    found = Instruction.objects.select_related("slip__notice__office").filter(pk=pk).first()
    if found is None or not scope.acts_for("dispatch.notice.register", found.slip.notice.office_id):
        raise OutOfScope
    return found


def duties_of(found: Notice, *, standing: bool = False) -> list[Duty]:
    """Duties of a notice in order; `standing`: without merged ones and those set aside."""
    rows = found.duties.all()
    return list(rows.filter(state__in=["proposed", "confirmed"]) if standing else rows.select_related("merged_into"))


@dataclass
class Segment:
    """A stretch of the notice's text: plain, or the words of a duty (by number) or a heading."""

    text: str
    duty: int | None = None
    heading: int | None = None


def segments(found: Notice, duties: list[Duty]) -> list[Segment]:
    """The text cut at the words of duties and headings, so that the page can mark them; nothing is lost or doubled."""
    marks: list[tuple[int, int, int | None, int | None]] = [
        (d.start, d.end, d.position, None) for d in duties if d.start is not None and d.end
    ]
    for clause in found.clauses.exclude(level=0):
        at_heading = found.text.find(clause.heading, clause.start, clause.end) if clause.heading else -1
        if at_heading >= 0:
            marks.append((clause.start, at_heading + len(clause.heading), None, clause.level))
    out, at = [], 0
    for start, end, number, level in sorted(marks, key=lambda m: (m[0], m[3] is not None)):
        if start < at or (level is not None and any(start < e and s < end for s, e, n, _ in marks if n)):
            continue
        out.append(Segment(found.text[at:start]))
        out.append(Segment(found.text[start:end], number, level))
        at = end
    out.append(Segment(found.text[at:]))
    return [s for s in out if s.text]


def task(scope: Scope, pk: int) -> Task:
    """One task inside the scope; raises OutOfScope."""
    joined = ("duty__notice", "office__region", "office__parent", "assigner", "parent__office", "report")
    found = Task.objects.within(scope).select_related(*joined).defer(*LONG_TEXTS).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def extension(scope: Scope, pk: int) -> DueDateExtension:
    """One extension on a task inside the scope; raises OutOfScope."""
    found = DueDateExtension.objects.select_related("task__office", "task__assigner").filter(pk=pk).first()
    if found is None or not Task.objects.within(scope).filter(pk=found.task_id).exists():
        raise OutOfScope
    return found


def offices_below(office_id: int, today: dt.date) -> QuerySet[Office]:
    """Direct subordinates in force."""
    return offices_in_force(today).filter(parent_id=office_id).select_related("region").order_by("rank", "code")


def request(scope: Scope, pk: int) -> ReportRequest:
    """One report request inside the scope; raises OutOfScope."""
    rows = ReportRequest.objects.within(scope).select_related("office__region", "notice", "duty")
    found = rows.defer("notice__text", "notice__reading").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def report(scope: Scope, pk: int) -> Report:
    """One report inside the scope; raises OutOfScope."""
    rows = Report.objects.within(scope).select_related("office__region", "request__office", "request__notice", "task")
    found = rows.defer("request__notice__text", "request__notice__reading").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def countersign_of(scope: Scope, found: Report) -> Countersign | None:
    """The 会签 that waits for this person's office."""
    own = scope.offices("dispatch.report.sign")
    return next((c for c in found.countersigns.all() if c.agreed is None and c.office_id in own), None)


def suggestion(scope: Scope, pk: int) -> Suggestion:
    """A suggestion of a visible report, or one the own office must answer; raises OutOfScope."""
    found = suggestions(scope).select_related("report__office", "report__request__office", "responsible").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def suggestions(scope: Scope) -> QuerySet[Suggestion]:
    """Suggestions of visible reports and those given to the own office; the consolidated report's copies are left out."""
    own = scope.offices("dispatch.task.work")
    rows = Suggestion.objects.filter(report__consolidated=False)
    if scope.everything:
        return rows
    return rows.filter(Q(report__in=Report.objects.within(scope)) | Q(responsible_id__in=own))


def bulletin(scope: Scope, pk: int) -> Bulletin:
    """A draft of the own office; raises OutOfScope."""
    found = Bulletin.objects.select_related("office", "notice").filter(pk=pk).first()
    if found is None or not scope.acts_for("dispatch.bulletin.draft", found.office_id):
        raise OutOfScope
    return found


@dataclass
class OfficeProgress:
    """How one office stands with a notice."""

    office: Office
    total: int = 0
    waiting: int = 0
    doing: int = 0
    submitted: int = 0
    closed: int = 0
    overdue: int = 0

    @property
    def closed_share(self) -> int:
        """Closed tasks in % (rounded down: 100 means all)."""
        return self.closed * 100 // self.total if self.total else 0


def official_order(office: Office) -> tuple[bool, int, int, str]:
    """Places before departments, wide before narrow, then the official order of rank: whoever asks which district is behind sees it first."""
    return office.kind == Office.Kind.DEPARTMENT, office.tier, office.rank, office.code


def progress_by_office(found: Notice, now: dt.datetime, *, scope: Scope) -> list[OfficeProgress]:
    """Task states of a notice by office, official order; two queries. Only tasks inside the scope are counted."""
    rows = Task.objects.within(scope).filter(duty__notice=found).exclude(state="cancelled").order_by().values("office_id", "state")
    late = Count("pk", filter=Q(due_at__lt=now, state__in=["issued", "acknowledged"]))
    counted = list(rows.annotate(n=Count("pk"), late=late))
    board = {pk: OfficeProgress(office) for pk, office in Office.objects.in_bulk({r["office_id"] for r in counted}).items()}
    fields = {"issued": "waiting", "acknowledged": "doing", "submitted": "submitted", "closed": "closed"}
    for row in counted:
        line = board[row["office_id"]]
        line.total += row["n"]
        line.overdue += row["late"]
        setattr(line, fields[row["state"]], row["n"])
    return sorted(board.values(), key=lambda b: official_order(b.office))


@dataclass
class RequestBoard:
    """收报情况 of a request: counts and lines."""

    due: int = 0
    received: int = 0
    accepted: int = 0
    late: int = 0
    returned: int = 0
    zero: int = 0
    missing: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)


def request_board(found: ReportRequest, now: dt.datetime) -> RequestBoard:
    """Received / late / returned at a glance; the words of a report that has not been sent are not in it."""
    board = RequestBoard()
    rows = found.reports.wanted().select_related("office").annotate(extended=F("task__due_at"))
    for row in sorted(rows, key=lambda r: official_order(r.office)):
        sent = row.state in ("submitted", "accepted")
        due = row.extended or found.due_at  # type: ignore[attr-defined]  # annotated above
        late = (row.submitted_at or now) > due
        board.due += 1
        board.received += sent
        board.accepted += row.state == "accepted"
        board.late += late
        board.returned += row.returns > 0 and not sent
        board.zero += row.zero and sent
        board.missing += not sent
        board.lines.append({"report": row, "due": due, "sent": sent, "late": late, "returned": row.returns > 0 and not sent})
    return board


def open_boards(scope: Scope, now: dt.datetime) -> list[tuple[ReportRequest, RequestBoard]]:
    """收报情况 of the own office's open requests, the most urgent first; empty for offices that receive no reports."""
    own = scope.offices("dispatch.report.receive")
    rows = ReportRequest.objects.filter(office_id__in=own, open=True).order_by("due_at", "pk")[:3]
    return [(row, request_board(row, now)) for row in rows]


def tier_warnings(found: Notice, now: dt.datetime) -> list[str]:
    """层层加码: duties that leave a tier under the rulebook's working days (default two) to work in."""
    today = timezone.localtime(now).date()
    least = lookup("clocks", "tier_minimum", on=today).value
    calendar, out = calendar_for(), []
    for row in found.duties.filter(state__in=["proposed", "confirmed"], due_at__isnull=False):
        if row.due_at is None:
            continue  # the type checker does not follow the filter
        left = calendar.working_days_between(today, timezone.localtime(row.due_at).date())
        if left < least:
            out.append(f"第{row.position}条“{row}”距期限只有 {max(left, 0)} 个工作日，不足 {least} 个工作日，不宜再向下一级转办。")
        elif left < 2 * least:
            out.append(
                f"第{row.position}条“{row}”距期限 {left} 个工作日，如再转办到下一级，每级将不足 {least} 个工作日。建议由本级从台账出数，下级只确认例外。"
            )
    return out


def pass_on_warning(found: Task, now: dt.datetime) -> str:
    """层层加码: words where passing the task on leaves the tier below less than the rulebook's working days, else ""."""
    if found.due_at is None:
        return ""
    today = timezone.localtime(now).date()
    least = lookup("clocks", "tier_minimum", on=today).value
    left = max(calendar_for().working_days_between(today, timezone.localtime(found.due_at).date()), 0)
    if left >= 2 * least:
        return ""
    return f"距期限只有 {left} 个工作日，转办后本单位和下级各不足 {least} 个工作日。建议由本单位从台账出数，下级只确认例外。"


@dataclass
class Bound:
    """Progress of a duty that is bound to a figure: read off the ledgers, typed by nobody."""

    figure: figures.Figure
    value: figures.Value
    target: Decimal | None

    @property
    def share(self) -> int | None:
        """Value in % of the target, rounded down; None without target or value."""
        number = self.value.number
        if self.target is None or number is None or not self.target:
            return None
        return int(number * 100 / self.target)


def bound_progress(found: Task, today: dt.date) -> Bound | None:
    """The bound figure at the office's place; None where the duty is bound to none."""
    if not found.duty.figure or found.duty.figure not in figures.installed():
        return None
    figure = figures.get(found.duty.figure, today)
    return Bound(figure, figures.value(figure, today, place=found.office.region.place), found.duty.target)


def open_notices(scope: Scope) -> list[Notice]:
    """Issued notices, youngest first."""
    return list(Notice.objects.within(scope).filter(state="issued").select_related("office").order_by("-issued_at")[:5])


def tasks_waiting(scope: Scope) -> int:
    """Own tasks to acknowledge or do: the number beside the menu."""
    own = scope.offices("dispatch.task.work")
    return Task.objects.filter(office_id__in=own, state__in=["issued", "acknowledged"]).count() if own else 0


def reports_waiting(scope: Scope) -> int:
    """Reports that came and wait to be received: the number beside the menu."""
    own = scope.offices("dispatch.report.receive")
    return Report.objects.filter(request__office_id__in=own, state="submitted", consolidated=False).count() if own else 0


def requests_of(scope: Scope, found: Notice) -> QuerySet[ReportRequest]:
    """Report requests of a notice that the person may open."""
    return ReportRequest.objects.within(scope).filter(notice=found)


def requests_with_counts(scope: Scope) -> QuerySet[ReportRequest]:
    """Requests with how many reports they have and how many came."""
    standing = Q(reports__task=None) | Q(reports__task__state__in=["issued", "acknowledged", "submitted", "closed"])
    wanted = Q(reports__consolidated=False) & standing
    return ReportRequest.objects.within(scope).annotate(
        asked=Count("reports", filter=wanted), came=Count("reports", filter=wanted & Q(reports__state__in=["submitted", "accepted"]))
    )


def report_parts(found: Report) -> Report:
    """The report with everything its page and its document draw, fetched in a constant number of queries."""
    marks = Prefetch("countersigns", Countersign.objects.select_related("office"))
    numbers = Prefetch("figures", ReportFigure.objects.select_related("region") if found.consolidated else ReportFigure.objects.all())
    prefetch_related_objects([found], "passages", "suggestions__responsible", "corrections", marks, numbers)
    return found


def own_report_of(scope: Scope, found: ReportRequest) -> Report | None:
    """The report of the person's office under a request."""
    return found.reports.filter(office_id__in=scope.offices("dispatch.report.view")).order_by("consolidated").first()


def departments_of(office: Office, today: dt.date) -> QuerySet[Office]:
    """Member departments of the same place, in force."""
    return (
        offices_in_force(today).filter(kind=Office.Kind.DEPARTMENT, tier=office.tier, region_id=office.region_id).order_by("rank", "code")
    )


def countersigning_offices(found: Report, today: dt.date) -> list[Office]:
    """Offices that may be asked to countersign: lead office and departments of the same place."""
    same = offices_in_force(today).filter(region_id=found.office.region_id, tier=found.office.tier).exclude(pk=found.office_id)
    return list(same.exclude(kind=Office.Kind.UNIT).order_by("rank", "code"))


def answers_of(found: Report) -> list[dict[str, Any]]:
    """Questions of the request with what the office typed."""
    return [{"number": n, "label": q["label"], "answer": found.answers.get(str(n), "")} for n, q in enumerate(found.request.questions)]


def statements_of(office: Office, today: dt.date) -> list[dict[str, Any]]:
    """The office's own numbers, youngest first, with the figure's name."""
    known = figures.installed(today)
    rows = Statement.objects.filter(office=office)[:50]
    return [
        {
            "row": r,
            "name": known[r.figure].name if r.figure in known else r.figure,
            "unit": known[r.figure].unit if r.figure in known else "",
        }
        for r in rows
    ]


def reporting_offices(office: Office, today: dt.date) -> QuerySet[Office]:
    """Whom an office may ask for a report: those right below it and the departments of its own place; villages are not asked."""
    standing = offices_in_force(today).exclude(kind=Office.Kind.VILLAGE)
    same_place = Q(kind=Office.Kind.DEPARTMENT, tier=office.tier, region_id=office.region_id)
    return standing.filter(Q(parent=office) | same_place).exclude(pk=office.pk).order_by("tier", "rank", "code")


def counties_of(offices: QuerySet[Office]) -> list[Region]:
    """The counties these offices lie in or answer for, in official order."""
    return list(Region.objects.filter(pk__in=offices.values("region__county"), level=Region.COUNTY).order_by("rank", "code"))
