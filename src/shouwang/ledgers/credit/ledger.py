"""What the ledger says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.credit import subsidy_tables, tables
from shouwang.ledgers.credit.figures import FIGURES
from shouwang.ledgers.credit.following import on_household_change
from shouwang.ledgers.credit.intake.bank import BANK
from shouwang.ledgers.credit.intake.loans import LOANS
from shouwang.ledgers.credit.intake.returns import RETURNS
from shouwang.ledgers.credit.lifecycle import CYCLES, MOVE_VERBS
from shouwang.ledgers.credit.models import (
    BankFigure,
    FundMovement,
    Instalment,
    Loan,
    Repayment,
    RiskClaim,
    SubsidyItem,
    SubsidyRun,
    TermChange,
)
from shouwang.ledgers.credit.policies import PERMISSIONS, VERBS, VIEW

LEDGER = Ledger(
    code="credit",
    title="小额信贷",
    models=(Loan, Repayment, Instalment, TermChange, BankFigure, SubsidyRun, SubsidyItem, RiskClaim, FundMovement),
    tables=(tables.LOANS, tables.TERM_CHANGES, tables.HOUSEHOLDS, *subsidy_tables.TABLES),
    lifecycles=CYCLES,
    figures=FIGURES,
    verbs=(*VERBS, *MOVE_VERBS),
    permissions=PERMISSIONS,
    sheets=(LOANS, BANK, RETURNS),
    on_household_change=on_household_change,
    menu=(
        MenuItem("小额信贷台账", "credit_loans", "building-bank", VIEW, "小额信贷"),
        MenuItem("户贷款情况", "credit_households", "user-check", VIEW, "小额信贷"),
        MenuItem("延期展期续贷", "credit_terms", "calendar-due", VIEW, "小额信贷"),
        MenuItem("银行数核对", "credit_figures", "scale", VIEW, "小额信贷"),
        MenuItem("贴息批次", "credit_runs", "coin", VIEW, "小额信贷"),
        MenuItem("贴息明细", "credit_items", "cash", VIEW, "小额信贷"),
        MenuItem("风险补偿", "credit_claims", "shield-check", VIEW, "小额信贷"),
        MenuItem("风险补偿金", "credit_fund", "wallet", VIEW, "小额信贷"),
        MenuItem("到期与逾期", "credit_board", "chart-bar", VIEW, "小额信贷"),
    ),
)
