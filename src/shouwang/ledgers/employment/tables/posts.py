"""用工单位, 岗位, 岗位推荐, 匹配方案, 匹配结果, 优先镇村."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.engine.assignment import WORDS
from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.employment import post_queries
from shouwang.ledgers.employment.codes import listed
from shouwang.ledgers.employment.lifecycle import OFFER, PLAN, POST
from shouwang.ledgers.employment.models import Post
from shouwang.ledgers.employment.policies import ARRANGE, EXPORT, VIEW
from shouwang.ledgers.employment.tables.labour import coded, place, search_by


def state_of(cycle: Any) -> Callable[[Any, dt.date], Badge]:
    """The state of a lifecycle as a badge."""
    return lambda row, _today: Badge(cycle.states[row.state].label, cycle.states[row.state].tone)


def states(cycle: Any) -> Callable[[Scope], Sequence[tuple[str, str]]]:
    """A filter's options: the states of a lifecycle."""
    return lambda _scope: cycle.choices


def workplace(row: Post, _today: dt.date) -> str:
    """Where the work is."""
    return f"{row.place_name}{row.place_detail}" or place(row, _today)


EMPLOYERS = Table(
    key="employers",
    title="用工单位",
    base=post_queries.employers,
    permission=VIEW,
    url_name="employment_employers",
    unit="家",
    ordering=("name",),
    search=lambda rows, text: rows.filter(Q(name__contains=text) | Q(credit_code=text)),
    search_hint="单位名称、信用代码",
    row_url=lambda row: reverse("employment_employer", args=[row.pk]),
    definition="全市登记的用工单位；各级可见，由登记地维护。",
    empty="还没有用工单位。请先登记用工单位，再登记岗位。",
    columns=(
        Column("name", "单位名称", "name", kind="link", sort="name"),
        Column("kind", "类别", coded("employer_kind", "kind")),
        Column("place", "登记地", place),
        Column("contact", "联系人", "contact"),
        Column("contact_line", "招工电话", "contact_line"),
        Column("hiring", "招聘中岗位", "hiring", kind="num", unit="个"),
        Column("address", "地址", "address", default_hidden=True),
        Column("credit_code", "信用代码", "credit_code", kind="mono", default_hidden=True),
    ),
    filters=(
        Filter("region", "登记地", "region"),
        Filter("kind", "类别", "choice", listed("employer_kind"), apply="kind"),
    ),
)

POSTS = Table(
    key="posts",
    title="岗位",
    base=post_queries.posts,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_posts",
    unit="个",
    search=lambda rows, text: rows.filter(Q(title__contains=text) | Q(employer__name__contains=text)),
    search_hint="岗位、单位名称",
    row_url=lambda row: reverse("employment_post", args=[row.pk]),
    definition="全市登记的岗位；各级可见，由登记地维护。已占名额为在岗、计划上岗和待答复推荐人数之和。",
    empty="还没有岗位。请在用工单位页登记岗位。",
    columns=(
        Column("title", "岗位", "title", kind="link"),
        Column("employer", "用工单位", "employer.name"),
        Column("state", "状态", state_of(POST), kind="tag"),
        Column("kind", "来源", coded("employer_kind", "kind")),
        Column("where", "工作地", workplace),
        Column("places", "招聘人数", "places", kind="num", unit="人", sort="places"),
        Column("taken", "已占名额", "taken", kind="num", unit="人"),
        Column("wage", "月工资", "wage", kind="money", sort="wage"),
        Column("board", "提供住宿", "board"),
        Column("skill", "技能要求", coded("skill", "skill"), default_hidden=True),
        Column("start_on", "上岗日期", "start_on", kind="date", sort="start_on"),
        Column("close_on", "招聘截止", "close_on", kind="date", default_hidden=True),
        Column("verified_on", "核实日期", "verified_on", kind="date", default_hidden=True),
    ),
    filters=(
        Filter("region", "登记地", "region"),
        Filter("state", "状态", "choice", states(POST), apply="state"),
        Filter("kind", "来源", "choice", listed("employer_kind"), apply="kind"),
        Filter("skill", "技能要求", "choice", listed("skill"), apply="skill", visible=False),
        Filter("board", "提供住宿", "flag", apply="board", visible=False),
        Filter("poor_only", "只招贫困劳动力", "flag", apply="poor_only", visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("open", "招聘中", {"state": "open"}, tone="g"),
        QuickView("draft", "待核实", {"state": "draft"}, tone="o"),
        QuickView("filled", "已招满", {"state": "filled"}),
    ),
)

OFFERS = Table(
    key="offers",
    title="岗位推荐",
    base=post_queries.offers,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_offers",
    unit="份",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-sent_on", "-pk"),
    row_url=lambda row: reverse("employment_worker", args=[row.worker_id]) + "#offers",
    definition="本人授权范围内向劳动力推荐的岗位；谢绝过的岗位不再向本人推荐。",
    empty="还没有推荐。请在匹配方案或劳动力页推荐岗位。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("post", "岗位", "post.title", group="labour"),
        Column("employer", "用工单位", "post.employer.name", group="labour"),
        Column("wage", "月工资", "post.wage", kind="money", group="labour"),
        Column("state", "状态", state_of(OFFER), kind="tag", group="labour"),
        Column("sent_on", "推荐日期", "sent_on", kind="date", sort="sent_on", group="labour"),
        Column("answered_on", "答复日期", "answered_on", kind="date", group="labour"),
        Column("reason", "谢绝原因", coded("decline_reason", "reason"), group="labour"),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", states(OFFER), apply="state", group="labour"),
        Filter("sent_on", "推荐日期", "date_range", apply="sent_on", group="labour"),
        Filter("reason", "谢绝原因", "choice", listed("decline_reason"), apply="reason", visible=False, group="labour"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("sent", "待答复", {"state": "sent"}, tone="o"),
        QuickView("declined", "已谢绝", {"state": "declined"}, tone="r"),
    ),
)


def _kept(rows: QuerySet[Any], yes: bool, _day: dt.date) -> QuerySet[Any]:
    return post_queries.priority_kept(rows) if yes else rows.exclude(pk__in=post_queries.priority_kept(rows).values("pk"))


PLANS = Table(
    key="match_plans",
    title="人岗匹配",
    base=post_queries.plans,
    permission=VIEW,
    url_name="employment_plans",
    unit="份",
    row_url=lambda row: reverse("employment_plan", args=[row.pk]),
    definition="本人授权范围内的匹配方案。",
    empty="还没有匹配方案。由区（县）或镇（街道）扶贫办新建匹配。",
    columns=(
        Column("region", "参加区划", "region.name", kind="link"),
        Column("on", "测算日期", "on", kind="date", sort="on"),
        Column("state", "状态", state_of(PLAN), kind="tag"),
        Column("workers", "参加人数", "workers", kind="num", unit="人"),
        Column("posts", "岗位", "posts", kind="num", unit="个"),
        Column("placed", "安排人数", "placed", kind="num", unit="人"),
        Column("run", "测算次数", "run", kind="num", unit="次"),
        Column("asked_by", "发起人", "asked_by"),
    ),
    filters=(
        Filter("region", "所在区划", "region"),
        Filter("state", "状态", "choice", states(PLAN), apply="state"),
        Filter("kept", "优先次序得到保证", "flag", apply=_kept, visible=False),
    ),
)


def _recent_plans(scope: Scope) -> list[tuple[str, str]]:
    return [(str(p.pk), f"{p.region.name} {p.on}") for p in post_queries.plans(scope).order_by("-pk")[:30]]


def _tiers() -> dict[str, str]:
    return dict(book("job_matching")["tier_words"][-1].value)


def _placed(rows: QuerySet[Any], wanted: bool, _today: dt.date) -> QuerySet[Any]:
    return rows.filter(post__isnull=not wanted)


def _parts(row: Any, _today: dt.date) -> str | None:
    labels = {"near": "就近", "wage": "工资", "wish": "意愿", "skill": "技能", "known": "原单位"}
    return "、".join(f"{labels.get(k, k)} {v}" for k, v in row.parts.items() if v) or None


def _why(row: Any, _today: dt.date) -> str | None:
    return row.words or None


LINES = Table(
    key="match_lines",
    title="匹配结果",
    base=post_queries.lines,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="employment_lines",
    unit="人",
    placed="household",
    search=search_by("worker__member__"),
    search_hint="姓名、人编号、户编号",
    ordering=("-plan", "pk"),
    row_url=lambda row: reverse("employment_worker", args=[row.worker_id]),
    definition="各匹配方案最近一次测算的结果，一人一行：安排的岗位和得分，或未安排的原因。",
    empty="还没有匹配结果。由区（县）或镇（街道）扶贫办新建匹配后可见。",
    columns=(
        Column("name", "姓名", "worker.member.name", kind="link", mask="name"),
        Column("code", "人编号", "worker.member.code"),
        Column("place", "所在村", place),
        Column("tier", "优先组", lambda r, _d: _tiers().get(r.tier, r.tier), group="labour"),
        Column("post", "岗位", "post.title", group="labour"),
        Column("employer", "用工单位", "post.employer.name", group="labour"),
        Column("wage", "月工资", "post.wage", kind="money", group="labour"),
        Column("score", "得分", lambda r, _d: r.score if r.post_id else None, kind="num", unit="分", group="labour"),
        Column("parts", "得分构成", _parts, group="labour", default_hidden=True),
        Column("why", "未安排原因", _why, group="labour"),
        Column("pinned", "指定", lambda r, _d: Badge("人工指定", "b") if r.pinned else None, kind="tag", group="labour"),
        Column("changed", "较上次", lambda r, _d: Badge("有变", "o") if r.changed else None, kind="tag", group="labour"),
    ),
    filters=(
        Filter("plan", "匹配方案", "choice", _recent_plans, apply="plan"),
        Filter("placed", "已安排", "flag", apply=_placed, group="labour"),
        Filter("reason", "未安排原因", "choice", lambda _s: tuple(WORDS.items()), apply="reason", group="labour"),
        Filter("region", "所在区划", "region"),
        Filter("tier", "优先组", "choice", lambda _s: tuple(_tiers().items()), apply="tier", visible=False, group="labour"),
        Filter("changed", "较上次有变", "flag", apply="changed", visible=False, group="labour"),
    ),
)

PRIORITY = Table(
    key="priority_places",
    title="优先镇村",
    base=post_queries.priority_places,
    permission=VIEW,
    url_name="employment_priority",
    unit="个",
    row_url=lambda row: reverse("employment_priority_end", args=[row.pk]) if row.until is None else "",
    row_permission=ARRANGE,
    definition="挂牌督战的镇（街道）、村（社区）：匹配和返岗批次中，其劳动力优先。",
    empty="还没有优先镇村。请按挂牌督战名单列入。",
    columns=(
        Column("region", "镇村", "region.name", kind="link"),
        Column("place", "所在区划", place),
        Column("since", "起始日期", "since", kind="date", sort="since"),
        Column("until", "终止日期", "until", kind="date"),
        Column("document", "依据文件", "document"),
    ),
    filters=(Filter("region", "所在区划", "region"),),
)
