"""What dispatch declares of itself: lists, menu, figures, states."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from shouwang.kernel.clock import moment_on
from shouwang.kernel.filters import Filter
from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.kernel.lifecycle import Lifecycle
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.dispatch import figures, lifecycle, policies, queries
from shouwang.ledgers.dispatch.actions import consolidate, drafting, notices, reports, requests, statements, suggestions, tasks
from shouwang.ledgers.dispatch.models import (
    Bulletin,
    Clause,
    Correction,
    Countersign,
    DueDateExtension,
    Duty,
    Instruction,
    Notice,
    Passage,
    Progress,
    Report,
    ReportFigure,
    ReportRequest,
    Slip,
    Statement,
    Suggestion,
    SupervisionNote,
    Task,
)

GROUP = "任务与报送"


def _state(cycle: Lifecycle, record: Any) -> Badge:
    state = cycle.state_of(record)
    return Badge(state.label, "" if state.tone == "n" else state.tone)


def _states(cycle: Lifecycle) -> Any:
    return lambda _scope: cycle.choices


def _search_notice(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=text) | Q(doc_number__icontains=text))


def _light(rows: QuerySet[Any], value: Any, today: dt.date) -> QuerySet[Any]:
    """已超期, 今日到期, 3 天内 among tasks not handed in."""
    start, now = timezone.make_aware(dt.datetime.combine(today, dt.time())), moment_on(today)
    waiting = rows.filter(state__in=["issued", "acknowledged"])
    wanted = Q(pk__in=[])
    if "overdue" in value:
        wanted |= Q(due_at__lt=now)
    if "today" in value:
        wanted |= Q(due_at__gte=now, due_at__lt=start + dt.timedelta(days=1))
    if "soon" in value:
        wanted |= Q(due_at__gte=start + dt.timedelta(days=1), due_at__lt=start + dt.timedelta(days=4))
    return waiting.filter(wanted)


def _due_light(task: Any, today: dt.date) -> Badge | None:
    if task.state not in ("issued", "acknowledged"):
        return None
    if task.due_at is None:
        return Badge("无期限")
    day = timezone.localtime(task.due_at).date()
    if task.due_at < moment_on(today):
        return Badge(f"已超期 {(today - day).days} 天" if day < today else "已超期", "r")
    return Badge("今日到期", "o") if day == today else Badge(f"还剩 {(day - today).days} 天", "o" if (day - today).days <= 3 else "g")


def _notices(scope: Scope) -> list[tuple[str, str]]:
    return [(str(pk), title) for pk, title in Notice.objects.within(scope).values_list("pk", "title")[:200]]


def _tasks(scope: Scope) -> QuerySet[Task]:
    """Tasks inside the scope; `undated` sorts those without a deadline last on every database."""
    rows = Task.objects.within(scope).alias(undated=Q(due_at__isnull=True))
    return rows.select_related("duty__notice", "office", "assigner").defer(*queries.LONG_TEXTS)


def _search_task(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(duty__text__icontains=text) | Q(office__name__icontains=text) | Q(office__short_name__icontains=text))


NOTICES = Table(
    key="notices", title="来文与任务分解", permission="dispatch.notice.view", url_name="dispatch:notices", unit="份",
    base=lambda scope: Notice.objects.within(scope).select_related("office"), row_url=lambda n: f"/dispatch/notices/{n.pk}/",
    search=_search_notice, search_hint="标题、发文字号", empty="还没有登记来文。点“登记来文”上传通知，系统自动识别条款和期限。",
    columns=(
        Column("title", "标题", "title", kind="link"),
        Column("number", "发文字号", "doc_number"),
        Column("office", "登记单位", "office.short_name"),
        Column("source", "来源", "get_source_display"),
        Column("signed", "成文日期", "signed_date", kind="date", sort="signed_date"),
        Column("received", "收文日期", "received_on", kind="date", sort="received_on"),
        Column("state", "状态", lambda n, _t: _state(lifecycle.NOTICE, n), kind="tag"),
    ),
    filters=(
        Filter("state", "状态", "choice", options=_states(lifecycle.NOTICE), apply="state"),
        Filter("source", "来源", "choice", options=lambda _s: list(Notice.Source.choices), apply="source"),
        Filter("received", "收文日期", "date_range", apply="received_on"),
    ),
    quick_views=(QuickView("read", "待校核", {"state": "read"}), QuickView("issued", "已交办", {"state": "issued"})),
)  # fmt: skip

TASKS = Table(
    key="tasks", title="任务", permission="dispatch.task.view", url_name="dispatch:tasks", unit="项",
    base=_tasks, row_url=lambda t: f"/dispatch/tasks/{t.pk}/", ordering=("undated", "due_at", "pk"), search=_search_task,
    search_hint="任务内容、承办单位", empty="目前没有任务。交办单位下达后会出现在这里。", export_permission="dispatch.task.view",
    definition="交办任务=任务条目×承办单位；逾期=期限已过而未提交审核。",
    columns=(
        Column("text", "任务内容", lambda t, _d: t.duty.text, kind="link"),
        Column("office", "承办单位", "office.short_name", sort="office__rank"),
        Column("part", "职责", "get_part_display"),
        Column("clause", "条款", "duty.clause"),
        Column("due", "办理期限", "due_at", kind="datetime", sort="due_at"),
        Column("light", "时限", _due_light, kind="light"),
        Column("state", "状态", lambda t, _d: _state(lifecycle.TASK, t), kind="tag", sort="state"),
        Column("returns", "退回次数", "returns", kind="num", sort="returns", default_hidden=True),
        Column("assigner", "交办单位", "assigner.short_name", default_hidden=True),
        Column("notice", "来文", "duty.notice.title", default_hidden=True),
    ),
    filters=(
        Filter("state", "状态", "choice", options=_states(lifecycle.TASK), apply="state"),
        Filter("light", "时限", "choice", options=lambda _s: [("overdue", "已超期"), ("today", "今日到期"), ("soon", "3 天内")], apply=_light),
        Filter("region", "区划", "region"),
        Filter("part", "职责", "choice", options=lambda _s: list(Task.Part.choices), apply="part", visible=False),
        Filter("notice", "来文", "choice", options=_notices, apply="duty__notice_id", visible=False),
        Filter("due", "办理期限", "date_range", apply="due_at", moments=True, visible=False),
    ),
    quick_views=(
        QuickView("overdue", "已超期", {"light": "overdue"}, tone="r"),
        QuickView("today", "今日到期", {"light": "today"}, tone="o"),
        QuickView("soon", "3 天内", {"light": "soon"}, tone="o"),
        QuickView("issued", "待签收", {"state": "issued"}),
        QuickView("submitted", "待审核", {"state": "submitted"}),
    ),
)  # fmt: skip


def _received(request: Any, _today: dt.date) -> str:
    return f"{request.came}/{request.asked}"


REQUESTS = Table(
    key="requests", title="报送要求", permission="dispatch.report.view", url_name="dispatch:requests", unit="项",
    base=lambda scope: queries.requests_with_counts(scope).select_related("office"), row_url=lambda r: f"/dispatch/requests/{r.pk}/", ordering=("-due_at", "-pk"),
    empty="还没有报送要求。报送类任务交办后自动生成。",
    columns=(
        Column("title", "报告标题", "title", kind="link"),
        Column("office", "下达单位", "office.short_name"),
        Column("cut_off", "数据截至", "cut_off", kind="datetime"),
        Column("due", "报送期限", "due_at", kind="datetime", sort="due_at"),
        Column("received", "已报/应报", _received),
        Column("open", "收报", lambda r, _t: Badge("收报中", "b") if r.open else Badge("已结束"), kind="tag"),
    ),
    filters=(Filter("open", "收报中", "flag", apply="open"), Filter("due", "报送期限", "date_range", apply="due_at", moments=True)),
)  # fmt: skip

REPORTS = Table(
    key="reports", title="报告", permission="dispatch.report.view", url_name="dispatch:reports", unit="份",
    base=lambda scope: Report.objects.within(scope).select_related("request", "office"), row_url=lambda r: f"/dispatch/reports/{r.pk}/", ordering=("-pk",),
    search=lambda rows, text: rows.filter(Q(title__icontains=text) | Q(office__short_name__icontains=text) | Q(doc_number__icontains=text)),
    search_hint="标题、单位、文号", empty="还没有报告。收到报送要求后，初稿会自动生成。",
    columns=(
        Column("title", "标题", "title", kind="link"),
        Column("office", "报送单位", "office.short_name", sort="office__rank"),
        Column("kind", "类别", lambda r, _t: Badge("汇总", "c") if r.consolidated else Badge("零报告", "n") if r.zero else Badge("报告"), kind="tag"),
        Column("number", "发文字号", "doc_number"),
        Column("due", "报送期限", "request.due_at", kind="datetime", sort="request__due_at"),
        Column("submitted", "报送时间", "submitted_at", kind="datetime", sort="submitted_at"),
        Column("returns", "退回次数", "returns", kind="num", sort="returns"),
        Column("state", "状态", lambda r, _t: _state(lifecycle.REPORT, r), kind="tag", sort="state"),
    ),
    filters=(
        Filter("state", "状态", "choice", options=_states(lifecycle.REPORT), apply="state"),
        Filter("region", "区划", "region"),
        Filter("zero", "零报告", "flag", apply="zero", visible=False),
    ),
    quick_views=(
        QuickView("drafting", "拟稿中", {"state": "drafting"}),
        QuickView("signing", "待签发", {"state": "signing"}),
        QuickView("submitted", "待接收", {"state": "submitted"}, tone="o"),
        QuickView("accepted", "已接收", {"state": "accepted"}),
    ),
)  # fmt: skip

SUGGESTIONS = Table(
    key="suggestions", title="建议事项", permission="dispatch.report.view", url_name="dispatch:suggestions", unit="条",
    base=lambda scope: queries.suggestions(scope).select_related("report__office", "responsible"), row_url=lambda s: f"/dispatch/suggestions/{s.pk}/",
    ordering=("-pk",), empty="还没有建议事项。报告接收后，其中的建议逐条分办。",
    columns=(
        Column("text", "建议", "text", kind="link"),
        Column("office", "提出单位", "report.office.short_name"),
        Column("responsible", "责任部门", "responsible.short_name"),
        Column("due", "答复期限", "due_at", kind="datetime", sort="due_at"),
        Column("state", "状态", lambda s, _t: _state(lifecycle.SUGGESTION, s), kind="tag"),
    ),
    filters=(Filter("state", "状态", "choice", options=_states(lifecycle.SUGGESTION), apply="state"),),
    quick_views=(QuickView("received", "待分办", {"state": "received"}), QuickView("assigned", "待答复", {"state": "assigned"})),
)  # fmt: skip

BULLETINS = Table(
    key="bulletins", title="通报稿", permission="dispatch.bulletin.draft", url_name="dispatch:bulletins", unit="份",
    base=lambda scope: Bulletin.objects.filter(scope.q("dispatch.bulletin.draft", office="office_id")).select_related("office"),
    row_url=lambda b: f"/dispatch/bulletins/{b.pk}/", empty="还没有通报稿。在来文页面对逾期单位点“拟写通报”。",
    columns=(
        Column("title", "标题", "title", kind="link"),
        Column("drafted", "拟稿日期", "drafted_on", kind="date", sort="drafted_on"),
        Column("by", "拟稿人", "drafted_by"),
        Column("number", "登记文号", "registered_number"),
    ),
)  # fmt: skip


def count(scope: Scope, url_name: str) -> int | None:
    """The number beside a menu item."""
    waiting = {"dispatch:tasks": queries.tasks_waiting, "dispatch:requests": queries.reports_waiting}.get(url_name)
    return waiting(scope) if waiting else None


def _verbs() -> tuple[Any, ...]:
    from shouwang.kernel.audit.verbs import Verb

    modules = (consolidate, drafting, notices, reports, requests, statements, suggestions, tasks)
    loose = [v for m in modules for v in vars(m).values() if isinstance(v, Verb)]
    moves = [m.verb for c in CYCLES for m in c.moves.values()]
    return tuple({v.code: v for v in (*loose, *moves)}.values())


CYCLES = (lifecycle.NOTICE, lifecycle.TASK, lifecycle.EXTENSION, lifecycle.REPORT, lifecycle.SUGGESTION)

LEDGER = Ledger(
    code="dispatch", title="任务与报送", tables=(NOTICES, TASKS, REQUESTS, REPORTS, SUGGESTIONS, BULLETINS), lifecycles=CYCLES, figures=figures.FIGURES,
    models=(
        Notice, Clause, Duty, Slip, Instruction, Task, Progress, DueDateExtension, SupervisionNote, ReportRequest, Report, Passage, ReportFigure, Statement,
        Countersign, Suggestion, Correction, Bulletin,
    ),
    verbs=_verbs(), permissions=policies.PERMISSIONS, count=count,
    menu=(
        MenuItem("来文分解", "dispatch:notices", "file-text", "dispatch.notice.view", GROUP),
        MenuItem("任务", "dispatch:tasks", "list-check", "dispatch.task.view", GROUP),
        MenuItem("报送", "dispatch:requests", "report-analytics", "dispatch.report.view", GROUP),
        MenuItem("报告", "dispatch:reports", "clipboard-check", "dispatch.report.view", GROUP),
        MenuItem("建议事项", "dispatch:suggestions", "message-circle", "dispatch.report.view", GROUP),
        MenuItem("部门数", "dispatch:statements", "columns-3", "dispatch.report.draft", GROUP),
        MenuItem("通报稿", "dispatch:bulletins", "alert-triangle", "dispatch.bulletin.draft", GROUP),
    ),
)  # fmt: skip
