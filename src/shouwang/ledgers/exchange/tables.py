"""The lists of deliveries, questions and letters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Action, Badge, Column, QuickView, Table
from shouwang.ledgers.exchange import queries, watch
from shouwang.ledgers.exchange.lifecycle import DELIVERY, LETTER
from shouwang.ledgers.exchange.models import FEEDS, Delivery, FeedAgreement, Letter, MatchQuestion
from shouwang.ledgers.exchange.policies import MANAGE, MATCH, SEND, VIEW

QUESTION_TONES = {"open": "o", "linked": "g", "outside": ""}


def _state(row: Any, _today: dt.date) -> Badge:
    cycle = LETTER if isinstance(row, Letter) else DELIVERY
    return Badge(cycle.state_of(row).label, cycle.state_of(row).tone)


def _asked(row: MatchQuestion, _today: dt.date) -> Badge:
    return Badge(row.get_state_display(), QUESTION_TONES[row.state])


def _place(row: Any, _today: dt.date) -> str:
    return " / ".join(str(p) for p in (row.county, row.town, row.village) if p)


def _taken_in(rows: QuerySet[Delivery], wanted: bool, _today: dt.date) -> QuerySet[Delivery]:
    here = Q(state="done")
    return rows.filter(here) if wanted else rows.exclude(here)


def destruction_due(rows: QuerySet[Letter]) -> QuerySet[Letter]:
    """Letters whose list is out and not destroyed."""
    return rows.filter(inside=False, state__in=("sent", "answered"))


def _owed(rows: QuerySet[Letter], wanted: bool, _today: dt.date) -> QuerySet[Letter]:
    due = destruction_due(rows)
    return due if wanted else rows.exclude(pk__in=due.values("pk"))


def _overdue(rows: QuerySet[Letter], wanted: bool, today: dt.date) -> QuerySet[Letter]:
    due = destruction_due(rows).filter(destroy_by__lt=today)
    return due if wanted else rows.exclude(pk__in=due.values("pk"))


def _fresh(row: Any, today: dt.date) -> Badge:
    return Badge(*queries.WORDS[queries.state_of(row, today)])


def _month(day: dt.date | None) -> str | None:
    return f"{day:%Y-%m}" if day else None


def _late(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
    late = watch.in_force(today).exclude(watch.delivered(today)).values("pk")
    return rows.filter(pk__in=late) if wanted else rows.exclude(pk__in=late)


def _on_time(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
    here = watch.in_force(today).filter(watch.delivered(today)).values("pk")
    return rows.filter(pk__in=here) if wanted else rows.exclude(pk__in=here)


def _actions(row: Any, scope: Scope) -> list[Action]:
    out = []
    if row.way == "file" and row.covers(scope, SEND):
        out.append(Action("报送", reverse("exchange_send", args=[row.pk])))
    if row.way != "file" and row.covers(scope, MANAGE):
        out.append(Action("起草比对函", reverse("exchange_letter_new", args=[row.pk])))
    return out


CATALOGUE = Table(
    key="feed_catalogue",
    title="部门数据目录",
    base=queries.catalogue,
    permission=VIEW,
    url_name="exchange_catalogue",
    unit="项",
    per_page=50,
    ordering=("region", "feed"),
    row_url=lambda row: reverse("exchange_agreement", args=[row.pk]),
    row_actions=_actions,
    definition="本级与各部门约定取得的数据；超过应报日期仍没有收到应报期数据的为逾期，由提供数据的部门办理。",
    empty="还没有约定取得任何部门数据。请点“约定取得数据”。",
    columns=(
        Column("feed", "数据", lambda r, _d: r.title, kind="link", sort="feed"),
        Column("office", "提供部门", "office.short_name"),
        Column("region", "归集区划", "region.name"),
        Column("way", "取得方式", "get_way_display"),
        Column("state", "新鲜度", _fresh, kind="tag"),
        Column("last_period", "最近报送期", lambda r, _d: _month(r.last_period)),
        Column("last_received", "最近收到", "last_received", kind="date"),
        Column("owed", "应报期", lambda r, d: _month(r.declared.last_period(d)) if r.way == "file" else None),
        Column(
            "expected", "应报日期", lambda r, d: r.declared.expected(r.declared.last_period(d)) if r.way == "file" else None, kind="date"
        ),
        Column("period", "周期", lambda r, _d: {"month": "每月", "quarter": "每季", "year": "每年"}[r.declared.period]),
        Column("retention", "保存期限", lambda r, _d: r.declared.retention, kind="num", unit="月"),
        Column("since", "约定日期", "since", kind="date", default_hidden=True),
    ),
    filters=(
        Filter("region", "归集区划", "region"),
        Filter("way", "取得方式", "choice", lambda _s: FeedAgreement.Way.choices, apply="way"),
        Filter("feed", "数据", "choice", lambda _s: FEEDS, apply="feed"),
        Filter("late", "逾期", "flag", apply=_late, visible=False),
        Filter("on_time", "按期", "flag", apply=_on_time, visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("late", "逾期和读取失败", {"late": "1"}, tone="r"),
        QuickView("on_time", "按期", {"on_time": "1"}, tone="g"),
        QuickView("list", "发函取得", {"way": ["list", "inside"]}, counted=False),
    ),
)
DELIVERIES = Table(
    key="deliveries",
    title="报送批次",
    base=queries.deliveries,
    permission=VIEW,
    url_name="exchange_deliveries",
    unit="批",
    ordering=("-pk",),
    row_url=lambda row: reverse("exchange_delivery", args=[row.pk]),
    search=lambda rows, text: rows.filter(name__icontains=text) | rows.filter(office__name__contains=text),
    search_hint="文件名、部门",
    definition="本人授权范围内部门报送的数据批次；行数按文件中的数据行计，含错误行。",
    empty="还没有报送过数据。请在“部门数据目录”点“报送”。",
    columns=(
        Column("feed", "数据", lambda r, _d: r.declared.name, kind="link", sort="feed"),
        Column("period", "报送期", lambda r, _d: f"{r.period:%Y-%m}", sort="period"),
        Column("office", "部门", "office.short_name"),
        Column("region", "归集区划", "region.name", default_hidden=True),
        Column("state", "状态", _state, kind="tag"),
        Column("rows", "行数", "rows", kind="num", sort="rows"),
        Column("matched", "对应到人", "matched_rows", kind="num"),
        Column("same_rows", "重复", "same_rows", kind="num"),
        Column("open_rows", "待核对", "open_rows", kind="num", sort="open_rows"),
        Column("unknown_rows", "未匹配", "unknown_rows", kind="num"),
        Column("error_rows", "错误", "error_rows", kind="num", sort="error_rows"),
        Column("received_on", "收到日期", "received_on", kind="date", sort="received_on"),
        Column("by", "报送人", "uploaded_by"),
        Column("name", "文件名", "name", default_hidden=True),
    ),
    filters=(
        Filter("region", "归集区划", "region"),
        Filter("feed", "数据", "choice", lambda _s: FEEDS, apply="feed"),
        Filter("state", "状态", "choice", lambda _s: DELIVERY.choices, apply="state"),
        Filter("period", "报送期", "date_range", apply="period"),
        Filter("received", "收到日期", "date_range", apply="received_on", visible=False),
        Filter("taken_in", "已入库", "flag", apply=_taken_in, visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("waiting", "待确认", {"state": "checked"}, tone="o"),
        QuickView("unread", "无法预检", {"state": "unread"}, tone="r"),
        QuickView("done", "已入库", {"taken_in": "1"}, tone="g"),
    ),
)
QUESTIONS = Table(
    key="match_questions",
    title="待核对人员",
    base=queries.questions,
    permission=MATCH,
    url_name="exchange_questions",
    unit="人",
    ordering=("-pk",),
    row_url=lambda row: reverse("exchange_question", args=[row.pk]),
    definition="部门数据中系统不能认定是谁的人员；核对一次，今后写法相同的数据自动对应。",
    empty="没有待核对的人员。",
    columns=(
        Column("number", "编号", lambda r, _d: f"{r.pk}", kind="link"),
        Column("feed", "数据", lambda r, _d: r.first.declared.name),
        Column("office", "部门", "first.office.short_name"),
        Column("place", "候选人所在", _place),
        Column("candidates", "候选人", lambda r, _d: len(r.candidates), kind="num", unit="人"),
        Column("state", "状态", _asked, kind="tag"),
        Column("asked_on", "提出日期", "asked_on", kind="date", sort="asked_on"),
        Column("decided_on", "核对日期", "decided_on", kind="date"),
        Column("decided_by", "核对人", "decided_by"),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("feed", "数据", "choice", lambda _s: FEEDS, apply="feed"),
        Filter("state", "状态", "choice", lambda _s: MatchQuestion.State.choices, apply="state"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("open", "待核对", {"state": "open"}, tone="o"),
        QuickView("linked", "已确定", {"state": "linked"}, tone="g", counted=False),
    ),
)
LETTERS = Table(
    key="letters",
    title="比对函",
    base=queries.letters,
    permission=VIEW,
    url_name="exchange_letters",
    unit="件",
    ordering=("-pk",),
    row_url=lambda row: reverse("exchange_letter", args=[row.pk]),
    definition="部门不提供数据时，发函送名单比对或请部门内部比对；名单到期须销毁并回执。",
    empty="还没有比对函。请在“部门数据目录”对约定为发函比对的数据点“起草比对函”。",
    columns=(
        Column("title", "比对数据", lambda r, _d: r.agreement.title, kind="link"),
        Column("office", "部门", "office.short_name"),
        Column("number", "文号", "number"),
        Column("inside", "方式", lambda r, _d: "部门内部比对" if r.inside else "送名单"),
        Column("people", "名单人数", "people", kind="num"),
        Column("state", "状态", _state, kind="tag"),
        Column("sent_on", "发出日期", "sent_on", kind="date", sort="sent_on"),
        Column("answer_by", "反馈期限", "answer_by", kind="date", sort="answer_by"),
        Column("destroy_by", "销毁期限", "destroy_by", kind="date", sort="destroy_by"),
        Column("destroyed_on", "销毁日期", "destroyed_on", kind="date"),
    ),
    filters=(
        Filter("region", "归集区划", "region"),
        Filter("feed", "数据", "choice", lambda _s: FEEDS, apply="feed"),
        Filter("state", "状态", "choice", lambda _s: LETTER.choices, apply="state"),
        Filter("destruction_due", "名单未销毁", "flag", apply=_owed),
        Filter("destruction_late", "名单逾期未销毁", "flag", apply=_overdue, visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("sent", "待反馈", {"state": "sent"}, tone="b"),
        QuickView("due", "名单未销毁", {"destruction_due": "1"}, tone="o"),
        QuickView("late", "逾期未销毁", {"destruction_late": "1"}, tone="r"),
    ),
)
