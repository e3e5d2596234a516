"""Tables of the microcredit."""

from shouwang.ledgers.credit.models.fund import FundMovement
from shouwang.ledgers.credit.models.loans import LIVE, OPEN, Instalment, Loan, Repayment
from shouwang.ledgers.credit.models.risk import RiskClaim
from shouwang.ledgers.credit.models.subsidies import BankFigure, SubsidyItem, SubsidyRun
from shouwang.ledgers.credit.models.terms import TermChange

__all__ = [
    "LIVE",
    "OPEN",
    "BankFigure",
    "FundMovement",
    "Instalment",
    "Loan",
    "Repayment",
    "RiskClaim",
    "SubsidyItem",
    "SubsidyRun",
    "TermChange",
]
