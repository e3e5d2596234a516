"""The ledger's figures: one number, one definition; money summed in 分 and shown in 元."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shouwang.kernel.figures import Figure
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.models import FundMovement, Loan, RiskClaim, SubsidyItem
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import current

LOANS, HOMES, ITEMS, CLAIMS = "/credit/", "/credit/households/", "/credit/items/", "/credit/claims/"
Rows = Callable[[dt.date], QuerySet[Any]]


def _owing(**narrow: Any) -> Rows:
    return lambda _day: queries.owing(Loan.objects.filter(**narrow))


def _items(**narrow: Any) -> Rows:
    return lambda _day: queries.standing_items(SubsidyItem.objects.filter(**narrow))


def _count(code: str, name: str, unit: str, definition: str, rows: Rows, drill: str, good: str = "") -> Figure:
    return Figure(f"credit.{code}", name, unit, definition, rows, good=good, drill=drill)


def _money(code: str, name: str, definition: str, rows: Rows, measure: str, drill: str, good: str = "") -> Figure:
    return Figure(f"credit.{code}", name, "元", definition, rows, measure=measure, decimals=2, scale=100, good=good, drill=drill)


FIGURES: tuple[Figure, ...] = (
    _count("loans", "在贷笔数", "笔", "已放款、尚有余额的小额信贷笔数。", _owing(), f"{LOANS}?owing=1"),
    _money("balance", "贷款余额", "已放款贷款的余额合计，按已登记的还款。", _owing(), "balance", f"{LOANS}?owing=1"),
    _count(
        "borrower_households",
        "获贷户数",
        "户",
        "建档立卡户中曾获放款（含已结清）的户数。",
        lambda _day: queries.borrowers(current(Household.objects.all())),
        f"{HOMES}?borrowed=1",
        "up",
    ),
    Figure(
        "credit.borrower_share",
        "获贷率",
        "%",
        "建档立卡户中曾获放款的户数占建档立卡户数的比例。",
        lambda _day: queries.borrowers(current(Household.objects.all())),
        denominator="registry.households",
        decimals=2,
        good="up",
        drill=f"{HOMES}?borrowed=1",
    ),
    _count(
        "unmet_households",
        "应贷未贷户数",
        "户",
        "已提出申请、未被否决、尚未放款的户数。",
        lambda _day: queries.unmet(current(Household.objects.all())),
        f"{HOMES}?unmet=1",
        "down",
    ),
    _count(
        "overdue_loans",
        "逾期笔数",
        "笔",
        "过了现到期日（已同意延期、展期的按新到期日）仍有余额，或银行报告欠息的贷款笔数。",
        lambda day: queries.overdue(Loan.objects.all(), day),
        f"{LOANS}?overdue=1",
        "down",
    ),
    _money(
        "overdue_balance",
        "逾期本金",
        "逾期贷款的余额合计；已同意延长还款期限的不计。",
        lambda day: queries.overdue(Loan.objects.all(), day),
        "balance",
        f"{LOANS}?overdue=1",
        "down",
    ),
    Figure(
        "credit.overdue_rate",
        "逾期率",
        "%",
        "逾期本金占贷款余额的比例；警戒线 1%（待核实）。",
        lambda day: queries.overdue(Loan.objects.all(), day),
        measure="balance",
        denominator="credit.balance",
        decimals=2,
        good="down",
        drill=f"{LOANS}?overdue=1",
    ),
    _count(
        "deferred_loans",
        "已延长还款期限笔数",
        "笔",
        "尚有余额、办理过延长还款期限的贷款笔数。",
        _owing(deferrals__gt=0),
        f"{LOANS}?owing=1&deferred=1",
    ),
    _money(
        "deferred_balance", "延期余额", "办理过延长还款期限的贷款余额。", _owing(deferrals__gt=0), "balance", f"{LOANS}?owing=1&deferred=1"
    ),
    _money("extended_balance", "展期余额", "办理过展期的贷款余额。", _owing(extensions__gt=0), "balance", f"{LOANS}?owing=1&extended=1"),
    _money("renewed_balance", "续贷余额", "以续贷发放的贷款余额。", _owing(renewals__gt=0), "balance", f"{LOANS}?owing=1&renewed=1"),
    _count(
        "maturing_loans",
        "临近到期笔数",
        "笔",
        "自当日起在临近到期的天数（规则库）内到期或有分期本金应还、尚有余额的贷款笔数。",
        lambda day: queries.maturing(Loan.objects.all(), day),
        f"{LOANS}?maturing=1",
    ),
    _money("subsidy_due", "应贴息", "已复核贴息批次的明细合计，作废批次不计。", _items(), "amount", f"{ITEMS}?standing=1"),
    Figure(
        "credit.subsidy_paid_rate",
        "贴息到位率",
        "%",
        "已发放到账的贴息金额占应贴息的比例。",
        _items(state="paid"),
        measure="amount",
        denominator="credit.subsidy_due",
        decimals=2,
        good="up",
        drill=f"{ITEMS}?standing=1&state=paid",
    ),
    _count(
        "failed_payments",
        "贴息发放失败笔数",
        "笔",
        "银行返回发放失败、尚未更正账户的贴息笔数。",
        _items(state="failed"),
        f"{ITEMS}?standing=1&state=failed",
        "down",
    ),
    _money(
        "compensated",
        "代偿金额",
        "风险补偿金代偿的金额合计（含已追回）。",
        lambda _day: RiskClaim.objects.filter(state__in=("compensated", "recovered")),
        "compensated",
        f"{CLAIMS}?state=compensated&state=recovered",
        "down",
    ),
    _money(
        "fund_balance",
        "风险补偿金余额",
        "风险补偿金的注入、孳息、追回之和减代偿、退出，按发生日期。",
        lambda day: FundMovement.objects.filter(happened_on__lte=day),
        "amount",
        "/credit/fund/list/",
    ),
)
