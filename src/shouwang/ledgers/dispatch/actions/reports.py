"""A report from its first draft to acceptance, and corrections after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import due_from_rule
from shouwang.ledgers.dispatch import wording
from shouwang.ledgers.dispatch.actions import drafting, suggestions, tasks
from shouwang.ledgers.dispatch.lifecycle import REPORT, TASK
from shouwang.ledgers.dispatch.models import Correction, Countersign, Passage, Report, ReportFigure
from shouwang.ledgers.dispatch.policies import check_acts_for, check_length, check_second_person, check_unlocked, may_return_inside

WRITTEN = Verb("dispatch.report.write", "修改报告文字", "dispatch.report.draft")
EXPLAINED = Verb("dispatch.report.explain", "说明数据差异", "dispatch.report.draft")
ZEROED = Verb("dispatch.report.zero", "改为零报告", "dispatch.report.draft")
OPINION = Verb("dispatch.report.opinion", "签署会签意见", "dispatch.report.sign")
CORRECTED = Verb("dispatch.report.correct", "更正已接收的报告", "dispatch.report.draft", needs_reason=True)


def write_passage(passage: Passage, text: str, *, by: Scope, today: dt.date) -> Passage:
    """Change the words of a part; figures stay tokens and only the report's own may stand in the text."""
    check_unlocked(passage.report)
    known = set(passage.report.figures.values_list("figure", flat=True))
    for code in wording.tokens(text):
        if code not in known:
            raise Refused(f"正文引用了本报告没有的指标“{code}”。请只使用页面右侧列出的指标。", field="text")
    words = text.replace("\r\n", "\n").strip()  # browsers send form text with both characters
    if words == passage.text.strip():
        return passage
    with transaction.atomic():
        with change(passage.report, by=by, verb=WRITTEN, today=today, reason=f"部分：{passage.heading}") as report:
            check_unlocked(report)
            report.edition += 1
            report.drafter_id, report.drafter = by.user_id, by.user_name
        passage.text, passage.written_by_machine = words, False
        passage.save()
    return passage


def differences(report: Report) -> list[tuple[ReportFigure, str, str]]:
    """数据打架: figures whose number is not the office's last one or the department's own: (row, against what, the other number)."""
    found = []
    for row in report.figures.all():
        ours = figures.Value(figures.get(row.figure), row.numerator, row.denominator).plain
        for other, source in ((row.last_text, row.last_source), (row.stated_text, row.stated_source)):
            if other and other != ours:
                found.append((row, source, other))
    return found


def explain(row: ReportFigure, phrase: str, *, by: Scope, today: dt.date) -> ReportFigure:
    """The phrase that a differing number needs before it is sent for checking."""
    words = check_length(phrase, 300, "差异说明", "phrase")
    if not words:
        raise Refused("请填写差异说明。", field="phrase")
    with transaction.atomic():
        with change(row.report, by=by, verb=EXPLAINED, today=today, reason=words) as report:
            check_unlocked(report)
            report.edition += 1
        row.phrase = words
        row.save(update_fields=["phrase"])
    return row


def make_zero(report: Report, *, by: Scope, today: dt.date, now: dt.datetime, back: bool = False) -> Report:
    """零报告: an answer of its own, signed by the leader; not a report full of zeros and not silence.

    Words an officer wrote are kept, unprinted, in case the report becomes a full one again.
    """
    if report.consolidated:
        raise Refused("汇总报告汇集各单位的报告，不能改为零报告。")
    with transaction.atomic():
        with change(report, by=by, verb=ZEROED, today=today) as row:
            check_unlocked(row)
            if count := 0 if back else row.suggestions.count():
                raise Refused(f"报告中有 {count} 条建议，不能改为零报告。请先删去建议。", link=f"/dispatch/reports/{row.pk}/#suggestions")
            row.zero = not back
            row.drafter_id, row.drafter = by.user_id, by.user_name
        drafting.draft(row.request, [row], now=now)
    return row


def unmake_zero(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """Back from a zero report to a full one, drafted anew."""
    return make_zero(report, by=by, today=today, now=now, back=True)


def answer_questions(report: Report, answers: Mapping[str, str], *, by: Scope, today: dt.date) -> Report:
    """Type what no ledger holds, by the question's number; unknown numbers are ignored."""
    labels = {str(n): q["label"] for n, q in enumerate(report.request.questions)}
    typed = {k: check_length(v, 300, f"填报项“{labels[k]}”", "questions") for k, v in answers.items() if k in labels}
    with change(report, by=by, verb=WRITTEN, today=today, reason="填报项") as row:
        check_unlocked(row)
        row.answers = {**row.answers, **typed}
        row.drafter_id, row.drafter = by.user_id, by.user_name
        return row


def send_to_check(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """送核稿: the figures are frozen, every differing number has its phrase, and every part has words."""
    check_acts_for(by, "dispatch.report.draft", report.office_id, "送核稿")
    check_unlocked(report)
    drafting.fix_figures(report, now=now)
    _check_complete(report)
    with transaction.atomic():
        with REPORT.advance(report, "send_to_check", by=by, today=today) as row:
            row.drafter_id, row.drafter = by.user_id, by.user_name
        _next(row, "核稿", now)
    return row


def _check_complete(report: Report) -> None:
    bare = [r for r, _, _ in differences(report) if not r.phrase]
    if bare:
        names = "、".join(dict.fromkeys(figures.get(r.figure, timezone.localtime(r.cut_off).date()).name for r in bare))
        raise Refused(f"以下指标与上次报告或部门数不一致，尚未说明原因：{names}。请在“数据核对”中逐项填写差异说明。", field="phrase")
    if report.zero:
        return
    unanswered = [q["label"] for n, q in enumerate(report.request.questions) if not report.answers.get(str(n), "").strip()]
    if unanswered:
        raise Refused(f"填报项“{'、'.join(unanswered)}”尚未填写。没有的请填“无”。", field="questions")
    empty = [p.heading for p in report.passages.all() if not p.text.strip() and p.part != "suggestions"]
    if empty:
        raise Refused(f"“{'、'.join(empty)}”部分没有文字。请补写，或将本次报送改为零报告。", field="text")


def _next(report: Report, action: str, now: dt.datetime, office: Office | None = None) -> None:
    worklist.finish(report, kind="report.write", now=now)
    worklist.assign(
        report, office or report.office, kind="report.write", title=f"{action}：{report.title}", action=action, url=f"/dispatch/reports/{report.pk}/",
        due_at=report.due_at, now=now, copy_to=None if report.consolidated else report.request.office,
        copy_url=f"/dispatch/requests/{report.request_id}/",
    )  # fmt: skip


def check_through(report: Report, countersigning: Iterable[Office], *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """核稿 by another than the drafter; on to countersigning offices where there are any, else to signing."""
    check_second_person(by, report.drafter_id, "核稿")
    offices = [o for o in countersigning if o.pk != report.office_id]
    with transaction.atomic():
        with REPORT.advance(report, "ask_countersign" if offices else "check_through", by=by, today=today) as row:
            row.checker_id, row.checker = by.user_id, by.user_name
        if not offices:
            _next(row, "签发", now)
            return row
        Countersign.objects.filter(report=row).delete()
        worklist.finish(row, kind="report.write", now=now)
        for office in offices:
            Countersign.objects.create(report=row, office=office)
            worklist.assign(
                row, office, kind="report.countersign", title=f"会签：{row.title}", action="签署会签意见", url=f"/dispatch/reports/{row.pk}/",
                due_at=row.due_at, now=now,
            )  # fmt: skip
    return row


def countersign(mark: Countersign, *, agreed: bool, opinion: str, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """One office's 会签; when the last has agreed the report goes on to signing, a disagreement sends it back with the words."""
    if mark.report.state != "countersigning":
        raise Refused(f"报告当前为“{mark.report.get_state_display()}”，不能会签。")
    words = check_length(opinion, 300, "会签意见", "opinion")
    if not agreed and not words:
        raise Refused("不同意须写明意见。请填写会签意见。", field="opinion")
    with transaction.atomic():
        with change(mark, by=by, verb=OPINION, today=today, reason=words) as row:
            row.agreed, row.opinion, row.by_name, row.at = agreed, words, by.user_name, now
        report = row.report
        worklist.finish(report, kind="report.countersign", office=row.office, now=now)
        if not agreed:
            return _return_inside(report, f"{row.office}会签意见：{words}", by=by, today=today, now=now)
        if not report.countersigns.exclude(agreed=True).exists():
            with REPORT.advance(report, "countersigned", by=by, today=today) as report:
                pass
            _next(report, "签发", now)
    return report


def send_back_inside(report: Report, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """退回修改 to the drafter, by those who check or sign the office's reports."""
    if not may_return_inside(by, report):
        raise NotPermitted("退回修改由本单位核稿或签发的同志办理；会签单位请签署“不同意”的会签意见。")
    return _return_inside(report, reason, by=by, today=today, now=now)


def _return_inside(report: Report, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    with transaction.atomic():
        with REPORT.advance(report, "send_back_inside", by=by, today=today, reason=reason) as row:
            row.edition += 1
        worklist.finish(row, kind="report.countersign", now=now)
        _next(row, "修改", now)
        worklist.tell(row.office, f"报告被退回修改：{reason}", now=now, url=f"/dispatch/reports/{row.pk}/")
    return row


def sign(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """签发 by a leader who is not the drafter; from here on the words are fixed. A zero report needs no number and seal."""
    check_second_person(by, report.drafter_id, "签发")
    _check_complete(report)
    with transaction.atomic():
        with REPORT.advance(report, "sign_zero" if report.zero else "sign", by=by, today=today) as row:
            row.signer_id, row.signer, row.signed_on = by.user_id, by.user_name, today
        _next(row, "报送" if row.zero else "编号", now)
    return row


def give_number(report: Report, *, by: Scope, today: dt.date, now: dt.datetime, number: int | None = None) -> Report:
    """编号: the next number of the office's year, or the one the OA system gave. 〔〕 and no leading zero (GB/T 9704-2012 7.2.5)."""
    with transaction.atomic():
        with REPORT.advance(report, "give_number", by=by, today=today) as row:
            office = Office.objects.select_for_update().get(pk=row.office_id)  # numbers of one office are given one after the other
            if not office.doc_prefix:
                raise Refused(f"“{office.name}”没有登记发文机关代字，不能编号。请系统管理员在机构资料中补填。")
            prefix = f"{office.doc_prefix}〔{today.year}〕"
            if number is None:
                number = _last_number(office, prefix) + 1
            elif not 1 <= number <= 99_999:
                raise Refused(f"文号“{number}”不在 1 至 99999 之间。请只填〔{today.year}〕后面的序号。", field="number")
            row.doc_number = f"{prefix}{number}号"
            if Report.objects.filter(office=office, doc_number=row.doc_number).exclude(pk=row.pk).exists():
                raise Refused(f"文号“{row.doc_number}”已被使用。请核对发文登记簿后另编。", field="number")
        _next(row, "用印并登记扫描件", now)
    return row


def _last_number(office: Office, prefix: str) -> int:
    used = Report.objects.filter(office=office, doc_number__startswith=prefix).values_list("doc_number", flat=True)
    return max((int(n.removeprefix(prefix).removesuffix("号")) for n in used), default=0)


def register_seal(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """用印: the page has attached the sealed scan; the report may be sent."""
    with transaction.atomic():
        with REPORT.advance(report, "seal", by=by, today=today) as row:
            pass
        _next(row, "报送", now)
    return row


def submit(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """报送: it leaves the office; its task waits for the requesting office's answer. A consolidated one goes up by the document exchange."""
    with transaction.atomic():
        if not report.request.open and not report.consolidated:
            raise Refused("该报送要求已结束收报。请与下达单位联系。")
        with REPORT.advance(report, "submit", by=by, today=today) as row:
            row.submitted_at = now
        worklist.finish(row, kind="report.write", now=now)
        if row.consolidated:
            return row
        worklist.assign(
            row, row.request.office, kind="report.receive", title=f"接收{row.office}报告：{row.title}", action="接收或退回",
            url=f"/dispatch/reports/{row.pk}/", due_at=due_from_rule("review", now), now=now,
        )  # fmt: skip
        if row.task and row.task.state in ("issued", "acknowledged"):
            _bring_task_to_review(row, by=by, today=today, now=now)
    return row


def _bring_task_to_review(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    task = report.task
    if task is None:
        return
    if task.state == "issued":
        task = tasks.acknowledge(task, by=by, today=today, now=now)
    with TASK.advance(task, "submit", by=by, today=today) as row:
        row.result, row.submitted_at, row.submitted_by_id = f"已报送：{report.title}", now, by.user_id
    worklist.finish(row, kind="task.work", now=now)


def accept(report: Report, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """接收, by another than who wrote it: the lower level is locked, its task closed, its suggestions wait to be given to departments."""
    check_second_person(by, report.drafter_id, "接收报告")
    with transaction.atomic():
        with REPORT.advance(report, "accept", by=by, today=today) as row:
            row.accepted_at = now
        worklist.finish(row, now=now)
        if row.task and row.task.state == "submitted":
            tasks.close_with_report(row.task, by=by, today=today, now=now)
        suggestions.receive(row, by=by, today=today, now=now)
        worklist.tell(row.office, f"报告已接收：{row.title}", now=now, url=f"/dispatch/reports/{row.pk}/")
    return row


def send_back(report: Report, reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Report:
    """退回 by the requesting office, with the reason; it is checked, signed and numbered anew, the number it had becomes free."""
    with transaction.atomic():
        with REPORT.advance(report, "send_back", by=by, today=today, reason=reason) as row:
            row.returns += 1
            row.edition += 1
            row.submitted_at = row.signed_on = None
            row.doc_number = row.checker = row.signer = ""
            row.checker_id = row.signer_id = None
        worklist.finish(row, kind="report.receive", now=now)
        _next(row, "按退回意见修改", now)
        if row.task and row.task.state == "submitted":
            tasks.send_back(row.task, reason, by=by, today=today, now=now)
        worklist.tell(row.office, f"报告被退回（第 {row.returns} 次）：{reason}", now=now, url=f"/dispatch/reports/{row.pk}/")
    return row


def correct(report: Report, values: Mapping[str, str], reason: str, *, by: Scope, today: dt.date, now: dt.datetime) -> Correction:
    """更正 after acceptance: a visible entry beside the report; the accepted words stay as they were."""
    if report.state != "accepted":
        raise Refused("只有已接收的报告才用“更正”。未接收的请申请退回后修改。")
    where, words = check_length(values["where"], 80, "更正处", "where"), check_length(reason, 300, "更正原因", "reason")
    before, after = values["before"].strip(), values["after"].strip()
    if not where:
        raise Refused("请填写更正处，例如“第二部分第一段”。", field="where")
    if not before or not after or before == after:
        raise Refused("请分别填写“原文”和“更正为”，两者不能相同。", field="after")
    row = Correction(report=report, where=where, before=before, after=after, reason=words, by_name=by.user_name, at=now)
    with transaction.atomic():
        with change(row, by=by, verb=CORRECTED, today=today, reason=reason):
            pass
        worklist.tell(
            report.request.office, f"{report.office}更正已接收的报告：{row.where}", now=now, url=f"/dispatch/reports/{report.pk}/"
        )
    return row
