"""Loans with all that hangs on them, for tests. Every person and number is invented."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.credit.arithmetic.days import add_months
from shouwang.ledgers.credit.models import BankFigure, FundMovement, Loan, Repayment, RiskClaim, SubsidyItem, SubsidyRun, TermChange
from shouwang.ledgers.registry.models import Household
from tests.factories.registry import add_member, add_status, make_household

TODAY = dt.date(2020, 2, 17)
RELEASED = dt.date(2019, 3, 5)
FEN = 5_000_000
_numbers = itertools.count(1)


def make_borrowers(region: Region, **kw: Any) -> Household:
    """A poor household whose head, born 1970, is able to work."""
    household = make_household(region, head_name="吴贷户", **kw)
    add_member(household)
    add_status(household)
    return household


def make_loan(household: Household, **kw: Any) -> Loan:
    """A released loan of 50,000 at 4.35 % over twelve months from 2019-03-05, unless told otherwise."""
    borrower = kw.pop("borrower", None) or household.members.filter(left_on=None).first() or add_member(household)
    released, months, state = kw.pop("released_on", RELEASED), kw.pop("months", 12), kw.pop("state", "released")
    amount = kw.pop("amount", FEN)
    out = state in ("released", "settled")
    end = kw.pop("maturity", add_months(released, months))
    usual: dict[str, Any] = {
        "bank": "rcb",
        "purpose": "planting",
        "self_used": True,
        "applied_on": released,
        "contract": f"HT{next(_numbers):08d}" if out else "",
        "rate": 43_500 if out else None,
        "released_on": released if out else None,
        "first_maturity": end if out else None,
        "maturity": end if out else None,
        "balance": amount if state == "released" else 0,
        "account_name": household.head_name,
        "account": "6228480000000012345",
    }
    loan = Loan(borrower=borrower, state=state, amount=amount, months=months, **{**usual, **kw})
    loan.put_beside(household)
    loan.save()
    return loan


def _beside(row: Any, loan: Loan) -> Any:
    row.loan = loan
    row.put_beside(loan.household)
    row.save()
    return row


def add_repayment(loan: Loan, principal: int = 1_000_000, **kw: Any) -> Repayment:
    """A part-payment that the balance knows of."""
    loan.balance -= principal
    loan.save()
    found: Repayment = _beside(Repayment(paid_on=kw.pop("paid_on", dt.date(2019, 9, 1)), principal=principal, **kw), loan)
    return found


def add_term_change(loan: Loan, **kw: Any) -> TermChange:
    """A deferral asked for and not yet answered."""
    old = loan.maturity or TODAY
    usual = {"kind": "deferral", "asked_on": TODAY, "ground": "受疫情影响未能外出务工", "old_maturity": old, "rule": "2020-02-12 通知"}
    found: TermChange = _beside(TermChange(new_maturity=kw.pop("new_maturity", add_months(old, 6)), **{**usual, **kw}), loan)
    return found


def add_figure(loan: Loan, **kw: Any) -> BankFigure:
    """A figure of the bank that is one 分 short."""
    usual = {"interest": 54_978, "subsidy": 54_979, "balance": FEN, "our_interest": 54_979, "our_subsidy": 54_979, "our_balance": FEN}
    start, end = kw.pop("start", dt.date(2019, 9, 21)), kw.pop("end", dt.date(2019, 12, 21))
    found: BankFigure = _beside(BankFigure(start=start, end=end, state=kw.pop("state", "differs"), **{**usual, **kw}), loan)
    return found


def make_run(region: Region, **kw: Any) -> SubsidyRun:
    """A run of the last quarter of 2019, just computed."""
    start, end = kw.pop("start", dt.date(2019, 9, 21)), kw.pop("end", dt.date(2019, 12, 21))
    run = SubsidyRun(start=start, end=end, channel="household", computed_on=TODAY, **kw)
    run.put_in(region)
    run.save()
    return run


def add_item(run: SubsidyRun, loan: Loan, **kw: Any) -> SubsidyItem:
    """A payment of the run."""
    usual = {"amount": 54_979, "interest": 54_979, "days": 91}
    found: SubsidyItem = _beside(SubsidyItem(run=run, **{**usual, **kw}), loan)
    return found


def add_claim(loan: Loan, **kw: Any) -> RiskClaim:
    """A claim on the fund."""
    found: RiskClaim = _beside(RiskClaim(claimed_on=kw.pop("claimed_on", TODAY), claimed=kw.pop("claimed", FEN), **kw), loan)
    return found


def add_money(county: Region, fen: int = 10_000_000, **kw: Any) -> FundMovement:
    """Money paid into the county's risk fund."""
    usual = {"kind": "paid_in", "happened_on": dt.date(2019, 1, 10), "document": "启用系统时的结存"}
    row = FundMovement(amount=fen, **{**usual, **kw})
    row.put_in(county)
    row.save()
    return row
