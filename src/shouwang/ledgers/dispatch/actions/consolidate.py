"""The requesting office's own report, written from the accepted ones; and the draft of a 通报 of those who are late."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.dispatch.models import Bulletin, Notice, Passage, Report, ReportFigure, ReportRequest, Suggestion, Task
from shouwang.ledgers.dispatch.policies import check_acts_for, check_unlocked

CONSOLIDATED = Verb("dispatch.report.consolidate", "生成汇总报告", "dispatch.report.draft")
BULLETIN = Verb("dispatch.bulletin.draft", "拟写通报稿", "dispatch.bulletin.draft")
BULLETIN_EDITED = Verb("dispatch.bulletin.edit", "修改通报稿", "dispatch.bulletin.draft")
BULLETIN_REGISTERED = Verb("dispatch.bulletin.register", "登记已签发通报文号", "dispatch.bulletin.draft")


def consolidate(request: ReportRequest, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """Generate the consolidated report, or bring it up to date while it is a draft.

    Figures are those of the requesting office's own region at the same cut-off (never a sum of typed numbers) with one row per
    county; words quote the accepted reports' measures by office; suggestions are joined; who has not reported is said.
    """
    check_acts_for(by, "dispatch.report.draft", request.office_id, "生成汇总报告")
    accepted = list(
        request.reports.filter(consolidated=False, state="accepted")
        .select_related("office__region")
        .order_by("office__tier", "office__rank")
    )
    if not accepted:
        raise Refused("还没有已接收的报告，无法汇总。请先接收各单位报送的报告。")
    with transaction.atomic():
        report = request.reports.filter(consolidated=True).first()
        if report is None:
            report = Report(
                request=request, office=request.office, consolidated=True, title=request.title, main_recipient=_upper_name(request)
            )
            report.put_in(request.office.region)
            with change(report, by=by, verb=CONSOLIDATED, today=today):
                pass
            worklist.assign(
                report, request.office, kind="report.write", title=f"汇总报告：{request.title}", action="核对汇总稿、签发并上报",
                url=f"/dispatch/reports/{report.pk}/", due_at=request.due_at, now=now,
            )  # fmt: skip
        check_unlocked(report)
        drafting.draft(request, [report], now=now)
        _rows_by_county(request, report, now)
        _words(request, report, accepted)
        _join_suggestions(report, accepted)
    return report


def _upper_name(request: ReportRequest) -> str:
    above = request.office.parent
    return above.short_name if above else "市扶贫开发领导小组"


def _rows_by_county(request: ReportRequest, report: Report, now: dt.datetime) -> None:
    counties = list(Region.objects.filter(parent_id=report.office.region_id).select_related("city").order_by("rank"))
    values = drafting.values_at(request, counties, now=now)
    ReportFigure.objects.bulk_create(
        [
            ReportFigure(
                report=report, figure=code, figure_version=v.figure.version, region_id=region, numerator=v.numerator, denominator=v.denominator,
                cut_off=request.cut_off, frozen_at=v.frozen_at,
            )
            for (code, region), v in values.items()
        ]
    )  # fmt: skip


def _words(request: ReportRequest, report: Report, accepted: list[Report]) -> None:
    missing = list(request.reports.filter(consolidated=False).exclude(state__in=["submitted", "accepted"]).select_related("office"))
    zero = [r.office.short_name for r in accepted if r.zero]
    said = f"各地各部门应报送报告{request.reports.filter(consolidated=False).count()}份，已接收{len(accepted)}份"
    said += f"，其中零报告{len(zero)}份（{'、'.join(zero)}）" if zero else ""
    said += f"，尚未报送{len(missing)}份（{'、'.join(r.office.short_name for r in missing)}）" if missing else ""
    quoted: dict[str, list[str]] = {}
    for passage in Passage.objects.filter(report__in=[r for r in accepted if not r.zero], part="measures").select_related("report__office"):
        office = passage.report.office
        for line in filter(None, (x.strip() for x in passage.text.splitlines())):
            body = line.split("。", 1)[1] if line.startswith("（") and "。" in line else line
            body = body.split("。", 1)[1] if body.startswith("承担任务") and "。" in body else body
            if body.strip():
                quoted.setdefault(office.short_name, []).append(body.strip().rstrip("。"))
    extra = [f"{name}：{'；'.join(words)}。" for name, words in quoted.items()]
    for passage in report.passages.filter(part="measures", written_by_machine=True):
        passage.text = "\n".join(filter(None, [passage.text, f"{said}。", *extra]))
        passage.save(update_fields=["text"])


def _join_suggestions(report: Report, accepted: list[Report]) -> None:
    report.suggestions.filter(state="written").delete()
    rows = []
    for n, source in enumerate(
        Suggestion.objects.filter(report__in=accepted).select_related("report__office").order_by("report", "position"), 1
    ):
        row = Suggestion(report=report, position=n, text=f"{source.text}（{source.report.office.short_name}）"[:500])
        row.put_in(report.office.region)
        rows.append(row)
    Suggestion.objects.bulk_create(rows)


def draft_bulletin(notice: Notice, *, by: Scope, today: dt.date, now: dt.datetime) -> Bulletin:
    """Draft a 通报 of offices whose tasks or reports under the notice are overdue. Nothing is sent: it is for a leader to sign."""
    check_acts_for(by, BULLETIN.permission, notice.office_id, BULLETIN.sentence)
    late = Task.objects.filter(duty__notice=notice, due_at__lt=now, state__in=["issued", "acknowledged"]).select_related("office", "duty")
    by_office: dict[str, list[Task]] = {}
    for task in late.order_by("office__tier", "office__rank", "due_at"):
        by_office.setdefault(task.office.name, []).append(task)
    if not by_office:
        raise Refused("目前没有逾期未办结的单位，无需拟写通报。")
    stamp = f"{today.year}年{today.month}月{today.day}日{timezone.localtime(now).hour}时"
    lines = [
        f"《{notice.title}》{f'（{notice.doc_number}）' if notice.doc_number else ''}印发以来，经多次催办，截至{stamp}，以下单位仍有任务逾期未办结，现予通报。"
    ]
    for name, tasks in by_office.items():
        what = "；".join(f"{t.duty.text.rstrip('。；')}（期限{timezone.localtime(t.due_at):%-m月%-d日}）" for t in tasks if t.due_at)
        lines.append(f"{name}：逾期{len(tasks)}项。{what}。")
    lines.append("请上述单位认真查找原因，抓紧办理，并于接到本通报后一个工作日内书面说明情况。")
    bulletin = Bulletin(
        office=notice.office,
        notice=notice,
        title=f"关于《{notice.title}》落实情况的通报"[:200],
        body="\n".join(lines),
        drafted_by=by.user_name,
        drafted_on=today,
    )
    bulletin.put_in(notice.office.region)
    with change(bulletin, by=by, verb=BULLETIN, today=today) as row:
        return row


def edit_bulletin(bulletin: Bulletin, title: str, body: str, *, by: Scope, today: dt.date, version: int) -> Bulletin:
    """Change the words of a draft that has not been registered as signed."""
    if bulletin.registered_number:
        raise Refused(f"通报已登记文号“{bulletin.registered_number}”，文字不能再改。")
    with change(bulletin, by=by, verb=BULLETIN_EDITED, today=today, version=version) as row:
        row.title, row.body = title.strip()[:200], body.strip()
        return row


def register_bulletin(bulletin: Bulletin, number: str, *, by: Scope, today: dt.date) -> Bulletin:
    """Register the number the signed bulletin got in the OA system."""
    if not number.strip():
        raise Refused("请填写签发后的文号。", field="number")
    with change(bulletin, by=by, verb=BULLETIN_REGISTERED, today=today) as row:
        row.registered_number = number.strip()[:60]
        return row
