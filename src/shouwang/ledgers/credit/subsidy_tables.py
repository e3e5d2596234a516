"""银行数, 贴息批次, 贴息明细, 风险补偿: lists of money that goes between bank, finance and households."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from shouwang.kernel.filters import Filter
from shouwang.kernel.tables import Badge, Column, QuickView, Table
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.lifecycle import CLAIM, PAYMENT, RUN
from shouwang.ledgers.credit.models import BankFigure, FundMovement, SubsidyItem
from shouwang.ledgers.credit.policies import EXPORT, VIEW
from shouwang.ledgers.credit.rules import coded, word
from shouwang.ledgers.credit.tables import REGION, place, state_of

TONES = {"same": "g", "tail": "b", "differs": "r", "settled": ""}


def _last(row: Any, _today: dt.date) -> dt.date:
    end: dt.date = row.end
    return end - dt.timedelta(days=1)


def _run_last(row: SubsidyItem, today: dt.date) -> dt.date:
    return _last(row.run, today)


def _agrees(row: BankFigure, _today: dt.date) -> Badge:
    return Badge(row.get_state_display(), TONES[row.state])


def _gap(name: str) -> Any:
    return lambda row, _today: getattr(row, name) - getattr(row, f"our_{name}")


def _by_contract(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    return rows.filter(Q(loan__contract__startswith=text) | Q(household__code__startswith=text))


def _number(name: str) -> Any:
    return lambda rows, said, _today: rows.filter(**{name: int(said)}) if said.isdecimal() and len(said) < 12 else rows.none()


def _mismatched(rows: QuerySet[SubsidyItem], wanted: bool, _today: dt.date) -> QuerySet[SubsidyItem]:
    wrong = queries.mismatched(SubsidyItem.objects.all()).values("pk")
    return rows.filter(pk__in=wrong) if wanted else rows.exclude(pk__in=wrong)


def _standing(rows: QuerySet[SubsidyItem], wanted: bool, _today: dt.date) -> QuerySet[SubsidyItem]:
    inside = queries.standing_items(SubsidyItem.objects.all()).values("pk")
    return rows.filter(pk__in=inside) if wanted else rows.exclude(pk__in=inside)


FIGURES = Table(
    key="credit_figures",
    title="银行数核对",
    base=queries.bank_figures,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_figures",
    unit="笔",
    placed="household",
    search=_by_contract,
    search_hint="合同号、户编号",
    ordering=("-start", "-pk"),
    row_url=lambda row: reverse("credit_figure", args=[row.pk]),
    definition="银行按结息期提供的利息、贴息、余额与系统逐笔复算的核对，一笔一期一行。尾差：银行按单期取整、系统按累计取整相差一分。",
    empty="还没有银行数。由区（县）扶贫办在“Excel 导入”上传“银行计息贴息数”。",
    columns=(
        Column("contract", "合同号", "loan.contract", kind="link", group="account"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place, default_hidden=True),
        Column("start", "结息期起", "start", kind="date", sort="start"),
        Column("last", "结息日", _last, kind="date"),
        Column("state", "核对结果", _agrees, kind="tag"),
        Column("interest", "银行利息", "interest", kind="money", group="account"),
        Column("interest_gap", "利息差额", _gap("interest"), kind="money", group="account"),
        Column("subsidy", "银行贴息", "subsidy", kind="money", group="account"),
        Column("subsidy_gap", "贴息差额", _gap("subsidy"), kind="money", group="account"),
        Column("balance_gap", "余额差额", _gap("balance"), kind="money", group="account"),
        Column("note", "处理说明", "note", group="account", default_hidden=True),
    ),
    filters=(
        REGION,
        Filter("state", "核对结果", "choice", lambda _s: BankFigure.State.choices, apply="state"),
        Filter("start", "结息期起", "date_range", apply="start"),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("differs", "有差异", {"state": "differs"}, tone="r"),
        QuickView("tail", "尾差", {"state": "tail"}),
    ),
)

RUNS = Table(
    key="credit_runs",
    title="贴息批次",
    base=queries.runs,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_runs",
    unit="批",
    ordering=("-end", "-pk"),
    row_url=lambda row: reverse("credit_run", args=[row.pk]),
    definition="按区（县）和结算期计算的贴息批次：计算、复核（另一人）、公示、送拨、拨付、对账。",
    empty="您管理范围内没有贴息批次。批次由区（县）扶贫办计算，本地各户的贴息见“贴息明细”。",
    columns=(
        Column("county", "区（县）", "region.name", kind="link"),
        Column("start", "结算期起", "start", kind="date", sort="start"),
        Column("last", "结算期止", _last, kind="date"),
        Column("state", "状态", state_of(RUN), kind="tag"),
        Column("count", "笔数", "count", kind="num", unit="笔", sort="count"),
        Column("total", "贴息总额", "total", kind="money", sort="total"),
        Column("channel", "方式", lambda r, d: word("subsidy_channel", r.channel, d)),
        Column("computed_on", "计算日期", "computed_on", kind="date", sort="computed_on"),
        Column("paid_on", "拨付日期", "paid_on", kind="date", sort="paid_on"),
    ),
    filters=(
        REGION,
        Filter("state", "状态", "choice", lambda _s: RUN.choices, apply="state"),
        Filter("start", "结算期起", "date_range", apply="start"),
    ),
)

ITEMS = Table(
    key="credit_items",
    title="贴息明细",
    base=queries.items,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_items",
    unit="笔",
    placed="household",
    search=_by_contract,
    search_hint="合同号、户编号",
    ordering=("-pk",),
    row_url=lambda row: reverse("credit_item", args=[row.pk]),
    definition="各贴息批次的明细，一笔贷款一行，作废批次不列。发放失败的由村（社区）通知本人补材料、更正账户后重发。",
    empty="还没有贴息明细。",
    columns=(
        Column("head", "户主", "household.head_name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place),
        Column("last", "结算期止", _run_last, kind="date"),
        Column("amount", "贴息金额", "amount", kind="money", sort="amount", group="account"),
        Column("state", "发放状态", state_of(PAYMENT), kind="tag"),
        Column("failure", "失败原因", lambda r, d: word("failures", r.failure, d) or None, group="account"),
        Column("paper", "须补材料", lambda r, d: word("failure_papers", r.failure, d) if r.state == "failed" else None, group="account"),
        Column("failed_on", "失败日期", "failed_on", kind="date", sort="failed_on", default_hidden=True),
        Column("paid_on", "发放日期", "paid_on", kind="date", sort="paid_on", default_hidden=True),
        Column("returned", "银行发放金额", "returned", kind="money", group="account", default_hidden=True),
    ),
    filters=(
        REGION,
        Filter("state", "发放状态", "choice", lambda _s: PAYMENT.choices, apply="state"),
        Filter("failure", "失败原因", "choice", coded("failures"), apply="failure", group="account"),
        Filter("mismatched", "金额不符", "flag", apply=_mismatched, visible=False, group="account"),
        Filter("standing", "已复核批次", "flag", apply=_standing, visible=False),
        Filter("run", "批次编号", "text", apply=_number("run_id"), visible=False),
    ),
    quick_views=(
        QuickView("all", "全部", {}),
        QuickView("failed", "发放失败", {"state": "failed"}, tone="r"),
        QuickView("fixed", "待重发", {"state": "fixed"}, tone="o"),
        QuickView("mismatched", "金额不符", {"mismatched": "1"}, tone="r", counted=False),
    ),
)

CLAIMS = Table(
    key="credit_claims",
    title="风险补偿",
    base=queries.claims,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_claims",
    unit="笔",
    placed="household",
    search=_by_contract,
    search_hint="合同号、户编号",
    ordering=("-claimed_on", "-pk"),
    row_url=lambda row: reverse("credit_claim", args=[row.pk]),
    definition="逾期贷款的风险补偿申请、代偿和追回，一笔一行。",
    empty="还没有风险补偿申请。逾期满规定天数的贷款可在贷款页提出。",
    columns=(
        Column("head", "户主", "household.head_name", kind="link", mask="name"),
        Column("code", "户编号", "household.code"),
        Column("place", "所在村", place),
        Column("state", "状态", state_of(CLAIM), kind="tag"),
        Column("claimed_on", "申请日期", "claimed_on", kind="date", sort="claimed_on"),
        Column("claimed", "逾期本金", "claimed", kind="money", group="account"),
        Column("compensated", "代偿金额", "compensated", kind="money", group="account"),
        Column("recovered", "已追回", "recovered", kind="money", group="account"),
    ),
    filters=(REGION, Filter("state", "状态", "choice", lambda _s: CLAIM.choices, apply="state")),
)

FUND = Table(
    key="credit_fund",
    title="风险补偿金收支",
    base=queries.fund_movements,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="credit_fund_list",
    unit="笔",
    search=lambda rows, text: rows.filter(document__contains=text),
    search_hint="依据",
    ordering=("-happened_on", "-pk"),
    row_url=lambda row: reverse("credit_claim", args=[row.claim_id]) if row.claim_id else reverse("credit_fund"),
    definition="各区（县）风险补偿金的注入、孳息、代偿、追回和退出，一笔一行；支出记为负数，合计即余额。",
    empty="还没有登记风险补偿金收支。由区（县）扶贫办先按“注入”登记启用系统时的结存。",
    columns=(
        Column("happened_on", "发生日期", "happened_on", kind="link", sort="happened_on"),
        Column("county", "区（县）", "region.name"),
        Column("kind", "收支类型", "get_kind_display"),
        Column("amount", "金额", "amount", kind="money", sort="amount"),
        Column("contract", "合同号", lambda r, _d: r.claim.loan.contract if r.claim else ""),
        Column("document", "依据", "document"),
    ),
    filters=(
        REGION,
        Filter("kind", "收支类型", "choice", lambda _s: FundMovement.Kind.choices, apply="kind"),
        Filter("happened_on", "发生日期", "date_range", apply="happened_on"),
    ),
)
TABLES = (FIGURES, RUNS, ITEMS, CLAIMS, FUND)
