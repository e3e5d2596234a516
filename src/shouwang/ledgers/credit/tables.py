"""小额信贷台账, 期限变更, 户贷款情况: lists of loans and of who has none."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Action, Badge, Column, QuickView, Table
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.arithmetic.money import percent
from shouwang.ledgers.credit.lifecycle import LOAN, TERMS
from shouwang.ledgers.credit.models import Loan
from shouwang.ledgers.credit.models.terms import KINDS
from shouwang.ledgers.credit.policies import APPLY, EXPORT, VIEW
from shouwang.ledgers.credit.rules import coded, rule, word
from shouwang.ledgers.registry.codes import standing_word
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import registered


def place(row: Any, _today: dt.date) -> str:
    """Where the household lives."""
    return " / ".join(n for n in (row.county_name, row.town_name, row.village_name) if n)


def state_of(cycle: Any) -> Any:
    """The badge of a record's state."""

    def badge(row: Any, _today: dt.date) -> Badge:
        state = cycle.state_of(row)
        return Badge(state.label, state.tone)

    return badge


def _late(row: Any, today: dt.date) -> Badge | None:
    if row.state != "released" or not row.balance:
        return None
    days = (today - row.maturity).days
    if row.deferring and days > 0:
        return Badge("延期办理中，不计不良", "b")
    if days > 0:
        rungs = {int(d): w for d, w in rule("ladder", today).value.items()}
        return Badge(f"逾期 {days} 天·{rungs[max(d for d in rungs if d <= days)].split('（')[0]}", "r")
    if row.part_on is not None and row.part_on < today:
        return Badge(f"分期应还未还（{row.part_on}）", "o")
    return Badge("欠息（银行报告）", "r") if row.in_default else None


def _flag(narrow: Any) -> Any:
    """A filter that keeps a named set, or what is outside it."""

    def apply(rows: QuerySet[Any], wanted: bool, today: dt.date) -> QuerySet[Any]:
        inside = narrow(rows.model.objects.all(), today)
        return rows.filter(pk__in=inside.values("pk")) if wanted else rows.exclude(pk__in=inside.values("pk"))

    return apply


def _positive(field: str) -> Any:
    return lambda rows, wanted, _today: rows.filter(**{f"{field}__gt": 0}) if wanted else rows.filter(**{field: 0})


def _search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(contract__startswith=text) | Q(household__code__startswith=text) | Q(borrower__name__startswith=text))


def _rate(row: Loan, _today: dt.date) -> str | None:
    return percent(row.rate) if row.rate is not None else None


def _parts(rows: QuerySet[Loan], said: tuple[dt.date | None, dt.date | None], _today: dt.date) -> QuerySet[Loan]:
    """With an unpaid part due between the days."""
    parts, (first, last) = queries.unpaid_parts(), said
    if first:
        parts = parts.filter(due_on__gte=first)
    if last:
        parts = parts.filter(due_on__lte=last)
    return rows.filter(pk__in=parts.values("loan_id"))


REGION = Filter("region", "所在区划", "region")
LOANS = Table(
    key="credit_loans",
    title="小额信贷台账",
    base=queries.loans,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_loans",
    unit="笔",
    placed="household",
    search=_search,
    search_hint="合同号、户编号、借款人",
    ordering=("-pk",),
    row_url=lambda row: reverse("credit_loan", args=[row.pk]),
    definition="本人授权范围内登记的小额信贷申请和贷款，一笔一行；余额、到期日按已登记的还款和期限变更。",
    empty="还没有贷款。可点“登记申请”，或用 Excel 导入银行的贷款台账。",
    columns=(
        Column("borrower", "借款人", "borrower.name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place),
        Column("state", "状态", state_of(LOAN), kind="tag"),
        Column("late", "逾期", _late, kind="tag", group="account"),
        Column("amount", "贷款金额", "amount", kind="money", sort="amount", group="account"),
        Column("balance", "余额", "balance", kind="money", sort="balance", group="account"),
        Column("maturity", "到期日", "maturity", kind="date", sort="maturity"),
        Column("part_on", "下期还本", "part_on", kind="date", default_hidden=True),
        Column("rate", "年利率", _rate, group="account"),
        Column("bank", "银行", lambda r, d: word("banks", r.bank, d), default_hidden=True),
        Column("released_on", "放款日期", "released_on", kind="date", sort="released_on", default_hidden=True),
        Column("contract", "合同号", "contract", group="account", default_hidden=True),
        Column("purpose", "用途", lambda r, d: word("purposes", r.purpose, d), default_hidden=True),
        Column("applied_on", "申请日期", "applied_on", kind="date", sort="applied_on", default_hidden=True),
    ),
    filters=(
        REGION,
        Filter("state", "状态", "choice", lambda _s: LOAN.choices, apply="state"),
        Filter("bank", "银行", "choice", coded("banks"), apply="bank"),
        Filter("maturity", "到期日", "date_range", apply="maturity"),
        Filter("owing", "有余额", "flag", apply=_flag(lambda r, _d: queries.owing(r)), visible=False),
        Filter("waiting", "已申请未放款", "flag", apply=_flag(lambda r, _d: queries.waiting(r)), visible=False),
        Filter("overdue", "逾期", "flag", apply=_flag(queries.overdue), visible=False, group="account"),
        Filter("reportable", "逾期且未办延期", "flag", apply=_flag(queries.reportable), visible=False, group="account"),
        Filter("maturing", "临近到期", "flag", apply=_flag(queries.maturing), visible=False),
        Filter("behind", "分期应还未还", "flag", apply=_flag(queries.behind), visible=False, group="account"),
        Filter("part", "分期应还日", "date_range", apply=_parts, visible=False),
        Filter("deferred", "延长过还款期限", "flag", apply=_positive("deferrals"), visible=False),
        Filter("extended", "展期过", "flag", apply=_positive("extensions"), visible=False),
        Filter("renewed", "续贷的", "flag", apply=_positive("renewals"), visible=False),
        Filter("released_on", "放款日期", "date_range", apply="released_on", visible=False),
        Filter("purpose", "用途", "choice", coded("purposes"), apply="purpose", visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("waiting", "申请中", {"waiting": "1"}, tone="o"),
        QuickView("owing", "有余额", {"owing": "1"}),
        QuickView("maturing", "临近到期", {"maturing": "1"}, tone="o"),
        QuickView("overdue", "逾期", {"overdue": "1"}, tone="r"),
        QuickView("behind", "分期应还未还", {"behind": "1"}, tone="o", counted=False),
        QuickView("deferred", "已延期", {"deferred": "1", "owing": "1"}, counted=False),
    ),
)

TERM_CHANGES = Table(
    key="credit_terms",
    title="延期、展期、续贷",
    base=queries.term_changes,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_terms",
    unit="件",
    placed="household",
    search=lambda rows, text: rows.filter(Q(loan__contract__startswith=text) | Q(household__code__startswith=text)),
    search_hint="合同号、户编号",
    ordering=("-asked_on", "-pk"),
    row_url=lambda row: reverse("credit_term", args=[row.pk]),
    definition="延长还款期限、展期、续贷三类申请，一件一行；延长还款期限不计入展期次数。",
    empty="还没有期限变更。请在贷款页点“申请延长还款期限”“申请展期”或“申请续贷”。",
    columns=(
        Column("head", "户主", "household.head_name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place),
        Column("kind", "事项", "get_kind_display"),
        Column("state", "状态", state_of(TERMS), kind="tag"),
        Column("asked_on", "申请日期", "asked_on", kind="date", sort="asked_on"),
        Column("old", "原到期日", "old_maturity", kind="date", sort="old_maturity"),
        Column("new", "新到期日", "new_maturity", kind="date", sort="new_maturity"),
        Column("papers", "材料补交期限", "papers_due", kind="date", sort="papers_due"),
        Column("rule", "依据", "rule", default_hidden=True),
    ),
    filters=(
        REGION,
        Filter("kind", "事项", "choice", lambda _s: list(KINDS.items()), apply="kind"),
        Filter("state", "状态", "choice", lambda _s: TERMS.choices, apply="state"),
        Filter("asked_on", "申请日期", "date_range", apply="asked_on"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("asked", "待银行决定", {"state": "asked"}, tone="o"),
        QuickView("owing", "材料待补", {"state": "owing"}, tone="o"),
    ),
)

STANDINGS = {
    "released": Badge("已获贷", "g"),
    "settled": Badge("已结清", ""),
    **dict.fromkeys(("applied", "passed", "approved"), Badge("应贷未贷", "o")),
}


def _loan_state(row: Any, _today: dt.date) -> Badge:
    return STANDINGS.get(row.loan_state or "", Badge("未贷款", ""))


def _apply(row: Household, scope: Scope) -> list[Action]:
    free = getattr(row, "loan_state", None) in (None, "settled")
    return [Action("登记申请", reverse("credit_apply", args=[row.pk]))] if free and scope.may(APPLY) else []


def _eligible(rows: QuerySet[Household], wanted: bool, today: dt.date) -> QuerySet[Household]:
    inside = queries.eligible(Household.objects.all(), today).values("pk")
    return rows.filter(pk__in=inside) if wanted else rows.exclude(pk__in=inside)


HOUSEHOLDS = Table(
    key="credit_households",
    title="户贷款情况",
    base=queries.households,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_households",
    unit="户",
    search=lambda rows, text: rows.filter(Q(code__startswith=text) | Q(head_name__startswith=text)),
    search_hint="户编号、户主",
    ordering=("-updated_at", "-pk"),
    row_actions=_apply,
    definition="应贷未贷：已提出申请、未被否决、尚未放款的户。符合条件未贷：属性符合当日政策、有 18 至 65 周岁有劳动能力成员、没有在贷或申请的户。",
    empty="没有符合条件的户。",
    columns=(
        Column("head", "户主", "head_name", mask="name"),
        Column("code", "户编号", "code", sort="code"),
        Column("place", "所在村", place),
        Column("standing", "户属性", lambda r, d: standing_word(r.registration, r.monitoring, on=d), group="base"),
        Column("loan", "贷款情况", _loan_state, kind="tag"),
    ),
    filters=(
        REGION,
        Filter("unmet", "应贷未贷", "flag", apply=_flag(lambda r, _d: queries.unmet(r))),
        Filter("eligible", "符合条件未贷", "flag", apply=_eligible),
        Filter("borrowed", "建档立卡户中获贷", "flag", apply=_flag(lambda r, _d: queries.borrowers(r))),
        Filter("registered", "建档立卡", "flag", apply=_flag(lambda r, _d: registered(r)), visible=False),
    ),
    quick_views=(
        QuickView("unmet", "应贷未贷", {"unmet": "1"}, tone="o"),
        QuickView("eligible", "符合条件未贷", {"eligible": "1"}, counted=False),
        QuickView("borrowed", "已获贷", {"borrowed": "1"}, tone="g", counted=False),
        QuickView("all", "全部", {}, counted=False),
    ),
)
