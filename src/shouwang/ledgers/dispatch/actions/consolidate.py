"""The requesting office's own report, written from the accepted ones; and the draft of a 通报 of those who are late."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.dispatch import wording
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.dispatch.models import Bulletin, Notice, Report, ReportRequest, Suggestion, Task
from shouwang.ledgers.dispatch.policies import check_acts_for, check_length, check_unlocked
from shouwang.ledgers.dispatch.queries import official_order

CONSOLIDATED = Verb("dispatch.report.consolidate", "生成汇总报告", "dispatch.report.draft")
BULLETIN = Verb("dispatch.bulletin.draft", "拟写通报稿", "dispatch.bulletin.draft")
BULLETIN_EDITED = Verb("dispatch.bulletin.edit", "修改通报稿", "dispatch.bulletin.draft")
BULLETIN_REGISTERED = Verb("dispatch.bulletin.register", "登记已签发通报文号", "dispatch.bulletin.draft")
_HEADING = re.compile(r"^（[一二三四五六七八九十]+）[^。]{1,40}。")
_TASK_COUNT = re.compile(r"^承担任务\d+项[^。]*。")


def consolidate(request: ReportRequest, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """Generate the consolidated report, or bring it up to date while it is a draft.

    Figures are those of the requesting office's own region at the same cut-off (never a sum of typed numbers) with one row per
    region below; words quote the accepted reports' measures by office; suggestions are joined; who has not reported is said.
    """
    check_acts_for(by, CONSOLIDATED.permission, request.office_id, CONSOLIDATED.sentence)
    with transaction.atomic():
        request = ReportRequest.objects.select_for_update(of=("self",)).select_related("office__region", "notice").get(pk=request.pk)
        accepted = list(request.reports.wanted().filter(state="accepted").select_related("office__region"))
        accepted.sort(key=lambda r: official_order(r.office))
        if not accepted:
            raise Refused("还没有已接收的报告，无法汇总。请先接收各单位报送的报告。")
        report = request.reports.filter(consolidated=True).first() or Report(
            request=request, office=request.office, consolidated=True, title=request.title, main_recipient=_upper_name(request)
        )
        check_unlocked(report)
        if fresh := report.pk is None:
            report.put_in(request.office.region)
        with change(report, by=by, verb=CONSOLIDATED, today=today) as row:
            row.edition += not fresh
        if fresh:
            worklist.assign(
                row, request.office, kind="report.write", title=f"汇总报告：{request.title}", action="核对汇总稿、签发并上报",
                url=f"/dispatch/reports/{row.pk}/", due_at=request.due_at, now=now,
            )  # fmt: skip
        drafting.draft(request, [row], now=now)
        _words(request, row, accepted)
        _join_suggestions(row, accepted)
    return row


def refresh(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """Fetch everything again for a report that is still being drafted: a consolidated one is generated anew from the accepted ones."""
    if report.consolidated:
        consolidate(report.request, by=by, today=today, now=now)
    else:
        drafting.redraft(report, by=by, today=today, now=now)


def _upper_name(request: ReportRequest) -> str:
    above = request.office.parent
    return above.short_name if above else "市扶贫开发领导小组"


def _words(request: ReportRequest, report: Report, accepted: list[Report]) -> None:
    """Add to the machine's words on measures who has reported and what the accepted reports say of theirs."""
    extra = [f"{name}：{'；'.join(words)}。" for name, words in _quoted(accepted).items()]
    for passage in report.passages.filter(part="measures", written_by_machine=True):
        passage.text = "\n".join(filter(None, [passage.text, _who_reported(request), *extra]))
        passage.save(update_fields=["text"])


def _who_reported(request: ReportRequest) -> str:
    """How many reports were due, came, came late, are zero reports or missing, by name where it matters."""
    wanted = sorted(request.reports.wanted().select_related("office", "task", "request"), key=lambda r: official_order(r.office))
    by_words = {
        "已接收": [r for r in wanted if r.state == "accepted"],
        "已报送待接收": [r for r in wanted if r.state == "submitted"],
        "尚未报送": [r for r in wanted if r.state not in ("submitted", "accepted")],
        "零报告": [r for r in wanted if r.zero and r.submitted_at],
        "逾期报送": [r for r in wanted if r.submitted_at and r.submitted_at > r.due_at],
    }
    said = [f"应报送报告{len(wanted)}份", f"已接收{len(by_words.pop('已接收'))}份"]
    said += [f"{words}{len(rows)}份（{'、'.join(r.office.short_name for r in rows)}）" for words, rows in by_words.items() if rows]
    return f"各地各部门{'，'.join(said)}。"


def _quoted(accepted: list[Report]) -> dict[str, list[str]]:
    """{office: its words on measures} without headings and counts of tasks, each report's numbers set to its own."""
    out: dict[str, list[str]] = {}
    for report in accepted:
        passage = None if report.zero else report.passages.filter(part="measures").first()
        if passage is None:
            continue
        for line in wording.with_numbers(passage.text, drafting.shown_values(report)).splitlines():
            body = _HEADING.sub("", line.strip())
            body = _TASK_COUNT.sub("", body).strip().rstrip("。")
            if body:
                out.setdefault(report.office.short_name, []).append(body)
    return out


def _join_suggestions(report: Report, accepted: list[Report]) -> None:
    """Add the suggestions of the accepted reports that are not in yet, each with the office it comes from."""
    have = set(report.suggestions.values_list("text", flat=True))
    last = report.suggestions.aggregate(n=Max("position"))["n"] or 0
    rows: list[Suggestion] = []
    for source in Suggestion.objects.filter(report__in=accepted).select_related("report__office").order_by("report", "position"):
        text = f"{source.text}（{source.report.office.short_name}）"
        if text not in have:
            rows.append(Suggestion(report=report, position=last + len(rows) + 1, text=text))
            rows[-1].put_in(report.office.region)
    Suggestion.objects.bulk_create(rows)


def draft_bulletin(notice: Notice, *, by: Scope, today: dt.date, now: dt.datetime) -> Bulletin:
    """Draft a 通报 of offices whose tasks or reports under the notice are overdue. Nothing is sent: it is for a leader to sign."""
    check_acts_for(by, BULLETIN.permission, notice.office_id, BULLETIN.sentence)
    late = Task.objects.filter(duty__notice=notice, due_at__lt=now, state__in=["issued", "acknowledged"]).select_related("office", "duty")
    by_office: dict[str, list[Task]] = {}
    for task in sorted(late.order_by("due_at"), key=lambda t: official_order(t.office)):
        by_office.setdefault(task.office.name, []).append(task)
    if not by_office:
        raise Refused("目前没有逾期未办结的单位，无需拟写通报。")
    document = f"《{notice.title}》{f'（{notice.doc_number}）' if notice.doc_number else ''}"
    lines = [f"{document}印发以来，截至{wording.stamp(now)}，以下单位仍有任务逾期未办结，现予通报。"]
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
    name, words = check_length(title, 200, "标题", "title"), body.strip()
    if not name or not words:
        raise Refused("标题和正文都不能为空。请填写后再保存。", field="title" if words else "body")
    with change(bulletin, by=by, verb=BULLETIN_EDITED, today=today, version=version) as row:
        if row.registered_number:
            raise Refused(f"通报已登记文号“{row.registered_number}”，文字不能再改。")
        row.title, row.body = name, words
        return row


def register_bulletin(bulletin: Bulletin, number: str, *, by: Scope, today: dt.date) -> Bulletin:
    """Register the number the signed bulletin got in the OA system."""
    words = check_length(number, 60, "文号", "number")
    if not words:
        raise Refused("请填写签发后的文号。", field="number")
    with change(bulletin, by=by, verb=BULLETIN_REGISTERED, today=today) as row:
        row.registered_number = words
        return row
