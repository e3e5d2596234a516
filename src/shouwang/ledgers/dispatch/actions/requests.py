"""Report requests: what is asked, of whom, until when - and the refusal of asking for what is already here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.dispatch import burden, recurring, wording
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.dispatch.models import Duty, Report, ReportFigure, ReportRequest
from shouwang.ledgers.dispatch.policies import check_acts_for

REQUESTED = Verb("dispatch.request.open", "下达报送要求", "dispatch.report.request")
OPENED_BY_DUTY = Verb("dispatch.request.from_duty", "由任务生成报送要求")  # decided by the notice's issue move
NEXT_ROUND = Verb("dispatch.duty.next_round", "进入下一期")  # follows from the duty's recurrence
EDITED = Verb("dispatch.request.edit", "修改报送要求", "dispatch.report.request")
REPORT_OPENED = Verb("dispatch.report.open", "生成报告初稿")  # follows from the request
CLOSED = Verb("dispatch.request.close", "结束收报", "dispatch.report.receive")


def default_cut_off(due_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """17:00 of the day before the deadline; where that is past, now; in whole seconds, as frozen figures are kept."""
    day = timezone.localtime(due_at).date() - dt.timedelta(1)
    wanted = timezone.make_aware(dt.datetime.combine(day, dt.time(17)))
    return wanted if wanted > now else min(now, due_at).replace(microsecond=0)


def open_request_of_duty(duty: Duty, *, by: Scope, today: dt.date, now: dt.datetime) -> ReportRequest:
    """The request behind a report duty, with one report per office that holds a task of it; offices that came later are added."""
    request = ReportRequest.objects.filter(duty=duty).first()
    if request is None:
        notice = duty.notice
        if duty.due_at is None:
            raise Refused("报送任务没有期限，不能生成报送要求。请先补填期限。", field="due_at")
        several = ReportRequest.objects.filter(notice=notice, duty__isnull=False).exists()
        title = wording.report_title(notice.title, duty.position if several else None)
        request = ReportRequest(
            office=notice.office, notice=notice, duty=duty, title=title, parts=wording.parts_of(duty.text, duty.deliverables),
            figures=wording.default_figures(), cut_off=default_cut_off(duty.due_at, now), due_at=duty.due_at,
            direction="above" if notice.source == "above" else "down",
        )  # fmt: skip
        request.put_in(notice.office.region)
        with change(request, by=by, verb=OPENED_BY_DUTY, today=today):
            pass
    given = duty.tasks.filter(parent=None).exclude(state="cancelled").select_related("office__region")
    _open_reports(request, [t.office for t in given], by=by, today=today, now=now)
    return request


def open_next_rounds(now: dt.datetime) -> int:
    """For recurring report duties whose round fell due: the next round, asked of the same offices. Returns the requests opened.

    The series ends when the first round's collection was ended or the notice is closed. A round missed while nobody was here is not
    asked again: the next one lies ahead.
    """
    today, opened = timezone.localtime(now).date(), 0
    ripe = Duty.objects.filter(kind=Duty.Kind.REPORT, notice__state="issued", due_at__lt=now, report_request__open=True)
    for duty in ripe.exclude(recurrence="").select_related("report_request", "notice"):
        opened += _open_round(duty, today=today, now=now)
    return opened


def _open_round(duty: Duty, *, today: dt.date, now: dt.datetime) -> bool:
    first, last, by = duty.report_request, duty.due_at, Scope.system("周期报送")
    if last is None:
        return False
    hour = timezone.localtime(last).time()
    due_at = recurring.next_moment(
        duty.recurrence, max(timezone.localtime(last).date() + dt.timedelta(1), today), hour, anchor=duty.notice.received_on
    )
    if due_at is None:
        return False
    with transaction.atomic():
        with change(duty, by=by, verb=NEXT_ROUND, today=today) as row:
            if row.due_at != last:
                return False  # another worker opened the round meanwhile
            row.due_at = due_at
        request = ReportRequest(
            office_id=first.office_id, notice_id=first.notice_id, title=f"{first.title}（{timezone.localtime(due_at):%-m月%-d日}一期）", parts=first.parts,
            figures=first.figures, questions=first.questions, cut_off=default_cut_off(due_at, now), due_at=due_at, direction=first.direction,
        )  # fmt: skip
        request.put_in(first.office.region)
        with change(request, by=by, verb=OPENED_BY_DUTY, today=today):
            pass
        asked = first.reports.wanted().select_related("office__region")
        _open_reports(request, [r.office for r in asked], by=by, today=today, now=now)
    return True


def open_request(
    office: Office, values: Mapping[str, Any], recipients: Iterable[Office], *, by: Scope, today: dt.date, now: dt.datetime
) -> ReportRequest:
    """Ask offices below and departments for a report outside a notice.

    `values`: title, direction, parts, figures (codes), questions (labels to be typed), cut_off, due_at, notice. A question that a
    figure already answers is refused when asked downward and bound to the figure when it comes from above.
    """
    check_acts_for(by, "dispatch.report.request", office.pk, "下达报送要求")
    offices = list(recipients)
    if not offices:
        raise Refused("没有选择报送单位。请至少选择一个下级或成员部门。", field="recipients")
    if values["due_at"] <= now:
        raise Refused("报送期限已过。请填写晚于现在的时间。", field="due_at")
    if not any(values.get(k) for k in ("parts", "figures", "questions")):
        raise Refused("报送要求没有任何内容。请至少填写一个文字部分、勾选一项指标或填写一个填报项。", field="parts")
    questions, bound = burden.settle(values.get("questions", []), direction=values["direction"], today=today)
    request = ReportRequest(
        office=office, notice=values.get("notice"), title=values["title"], direction=values["direction"], parts=values["parts"],
        figures=list(dict.fromkeys([*values["figures"], *bound])), questions=questions, cut_off=values["cut_off"].replace(microsecond=0),
        due_at=values["due_at"],
    )  # fmt: skip
    unknown = [c for c in request.figures if c not in figures.installed()]
    if unknown:
        raise Refused(f"指标“{unknown[0]}”不在指标目录中。请从列表选择。", field="figures")
    request.put_in(office.region)
    with transaction.atomic():
        with change(request, by=by, verb=REQUESTED, today=today):
            pass
        _open_reports(request, offices, by=by, today=today, now=now)
    return request


def _open_reports(request: ReportRequest, offices: list[Office], *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    answering = set(request.reports.wanted().values_list("office_id", flat=True))
    left = {r.office_id: r for r in request.reports.filter(consolidated=False, task__state="cancelled")}
    tasks = {t.office_id: t for t in request.duty.tasks.filter(parent=None).exclude(state="cancelled")} if request.duty else {}
    made = []
    for office in offices:
        if office.pk in answering:
            continue
        report = left.get(office.pk) or Report(
            request=request, office=office, title=request.title, main_recipient=request.office.short_name
        )
        report.put_in(office.region)
        with change(report, by=by, verb=REPORT_OPENED, today=today) as row:
            row.task = tasks.get(office.pk)  # an office that gets its cancelled task anew goes on with its report
        made.append(row)
        worklist.assign(
            row, office, kind="report.write", title=f"报送：{request.title}", action="核对初稿、签发并报送",
            url=f"/dispatch/reports/{row.pk}/", due_at=row.due_at, now=now, copy_to=request.office, copy_url=f"/dispatch/requests/{request.pk}/",
        )  # fmt: skip
    drafting.draft(request, [r for r in made if r.state == "drafting"], now=now)


def close_request(request: ReportRequest, *, by: Scope, today: dt.date, now: dt.datetime) -> ReportRequest:
    """End the collection; work items of offices that never answered are dropped and stay counted as not reported."""
    with transaction.atomic():
        with change(request, by=by, verb=CLOSED, today=today) as row:
            row.open = False
        for report in request.reports.filter(consolidated=False).exclude(state__in=["submitted", "accepted"]):
            worklist.finish(report, now=now, dropped=True)
    return row


def freeze_due(now: dt.datetime) -> int:
    """Freeze open requests whose cut-off has passed and redraft what is still being drafted; done once per report. Returns reports.

    Frozen also where every report has gone already: the consolidated report stands on the same moment.
    """
    count = 0
    due = ReportRequest.objects.filter(open=True, cut_off__lte=now)
    for request in due.select_related("office__region__city", "notice", "duty"):
        if city := request.office.region.city:
            figures.freeze(request.figures, request.cut_off, city=city, keep_rows=True)
        live = ReportFigure.objects.filter(report__state="drafting", cut_off__lt=request.cut_off).values("report")
        waiting = list(request.reports.wanted().filter(pk__in=live).select_related("office__region__city"))
        drafting.draft(request, waiting, now=now)
        count += len(waiting)
    return count
