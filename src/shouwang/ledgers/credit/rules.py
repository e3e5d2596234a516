"""The ledger's rules by date and place (rulebook credit), and its loans as the arithmetic knows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from shouwang.kernel.clock import business_now
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.credit.arithmetic import interest as reckoning
from shouwang.ledgers.credit.arithmetic.days import Calendar, Period
from shouwang.ledgers.credit.arithmetic.rates import rate_cap
from shouwang.ledgers.credit.arithmetic.subsidy import Terms
from shouwang.ledgers.credit.models import Loan, TermChange
from shouwang.ledgers.registry.models import Household

BOOK = "credit"
AGREED = ("owing", "done")


def rule(name: str, on: dt.date, place: str = "") -> Rule:
    """The rule in force on the day at the region code; raises LookupError."""
    return lookup(BOOK, name, on=on, region=place)


def word(name: str, code: str, on: dt.date) -> str:
    """The word of a code; the code itself where the list of that day has it not."""
    return str(rule(name, on).value.get(code, code)) if code else ""


def choices(name: str, on: dt.date) -> list[tuple[str, str]]:
    """A code list as form choices."""
    return [(str(k), str(v)) for k, v in rule(name, on).value.items()]


def coded(name: str) -> Any:
    """The options of a list's filter."""
    return lambda _scope: choices(name, business_now().date())


def fen(name: str, on: dt.date, place: str = "") -> int:
    """A rule given in 元, as 分."""
    return int(rule(name, on, place).value) * 100


def calendar(name: str, on: dt.date, place: str = "") -> Calendar:
    """interest_days or subsidy_calendar of the place."""
    return Calendar.of(rule(name, on, place).value)


def entitled(household: Household, on: dt.date) -> bool:
    """Whether the household's standing is one that may borrow with subsidy on the day."""
    said = rule("entitled_standings", on).value
    return household.registration in said["registration"] or household.monitoring in said["monitoring"]


def place_of(loan: Loan) -> str:
    """The code of the loan's county, by which rules are looked up."""
    return loan.county.code if loan.county else ""


def with_facts(rows: QuerySet[Loan]) -> QuerySet[Loan]:
    """Loans with all that the arithmetic asks for, in a constant number of queries."""
    agreed = TermChange.objects.filter(state__in=AGREED, new_rate__isnull=False)
    return rows.select_related("household", "borrower", "county").prefetch_related(
        "repayments", Prefetch("changes", agreed, to_attr="new_rates")
    )


def reckoned(loan: Loan, more: Iterable[tuple[dt.date, int]] = ()) -> reckoning.Loan:
    """A released loan as the arithmetic knows it, with `more` repayments not stored yet. Reads what `with_facts` has not."""
    assert loan.rate is not None and loan.released_on and loan.maturity  # noqa: S101 - a constraint of the table: released with terms
    changes = getattr(loan, "new_rates", None)
    if changes is None:
        changes = list(loan.changes.filter(state__in=AGREED, new_rate__isnull=False))
    return reckoning.Loan(
        principal=loan.amount,
        rate=loan.rate,
        start=loan.released_on,
        maturity=loan.maturity,
        basis=loan.basis,
        repaid=(*((r.paid_on, r.principal) for r in loan.repayments.all()), *more),
        rates=tuple((c.decided_on, c.new_rate) for c in changes),
    )


def terms(loan: Loan, until: dt.date) -> Terms:
    """What of the loan is subsidised: by the rules of the day it was released."""
    released, place = loan.released_on or until, place_of(loan)
    late = tuple(Period(dt.date.fromisoformat(a), dt.date.fromisoformat(b) if b else until) for a, b in loan.defaults)
    return Terms(
        ceiling=fen("subsidy_ceiling", released, place),
        rate_cap=rate_cap(released, loan.months, region=place).ppm,
        entitled=loan.entitled,
        default=tuple(p for p in late if p.days),
    )
