"""Loans of the demonstration: invented, marked 演示数据. The portfolio is written set-wise, what happens to it by the ledger's own actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from shouwang.demo.offices import Staff
from shouwang.demo.people import MARK
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.audit.actions import create_many
from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.sheet import Bundle, Context
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import jobs, policies, queries, work
from shouwang.ledgers.credit.actions import fund, loans, parts, risk, subsidies, terms
from shouwang.ledgers.credit.arithmetic.days import Period, add_months
from shouwang.ledgers.credit.arithmetic.rates import rate_cap
from shouwang.ledgers.credit.arithmetic.subsidy import settlement
from shouwang.ledgers.credit.intake import bank
from shouwang.ledgers.credit.models import Loan, RiskClaim
from shouwang.ledgers.credit.rules import entitled, reckoned, with_facts
from shouwang.ledgers.credit.rules import terms as what_is_subsidised
from shouwang.ledgers.registry.models import Household, Member

MOST, HOME = 240, "440513"
PURPOSES = ("planting", "breeding", "breeding", "processing", "trade", "other")
QUARTER = Period(dt.date(2019, 9, 21), dt.date(2019, 12, 21))
FAILURES = ("name", "dormant", "closed", "id_expired", "dormant")
GROUND = f"受疫情影响未能外出务工，暂无收入还款（{MARK}）"


def load_credit(staff: Staff, *, seed: int, today: dt.date, by: Scope) -> int:
    """A portfolio of up to MOST loans and what became of it by the morning of the day; returns how many."""
    draw = np.random.default_rng([seed, 11])
    every = list(queries.eligible(Household.objects.filter(closed_on=None), today).order_by("pk").values_list("pk", flat=True))
    homes = list(Household.objects.filter(pk__in=every[:: max(1, len(every) // MOST)][:MOST]).select_related("region").order_by("pk"))
    able = {m.household_id: m for m in Member.objects.filter(household__in=homes, left_on=None, labour__in=queries.ABLE).order_by("-pk")}
    rows = [_loan(n, home, able[home.pk], draw, today) for n, home in enumerate(homes) if 18 <= able[home.pk].age(today) <= 65]
    create_many(rows, by=by, verb=policies.TAKE_LOAN, today=today)
    clerk, leader = (scope_of(staff.users[f"{HOME}-fpb-{who}"], today) for who in ("jb", "ld"))
    _repayments(draw, clerk, today)
    _run(clerk, leader, today)
    _bank_says(clerk, today)
    _longer_terms(clerk, today)
    _waiting(staff, today)
    _fund(staff, today)
    jobs.maturing_towns(today)
    jobs.overdue_towns(today)
    jobs.alarmed_counties(today)
    return len(rows)


def _loan(n: int, home: Household, borrower: Member, draw: np.random.Generator, today: dt.date) -> Loan:
    """One loan; every ninth is still asked for, most of the others run, a few are overdue."""
    amount = int(draw.choice([20_000, 30_000, 50_000, 50_000])) * 100
    months = int(draw.choice([12, 24, 36]))
    loan = Loan(
        borrower=borrower, bank=str(draw.choice(["rcb", "psbc", "abc"])), amount=amount, months=months, purpose=PURPOSES[n % len(PURPOSES)],
        purpose_note=MARK, self_used=True, account_name=home.head_name, account=f"6228480{n:012d}",
    )  # fmt: skip
    loan.put_beside(home)
    if n % 9 == 8:
        loan.state, loan.applied_on = ("applied", "passed", "approved")[n // 9 % 3], today - dt.timedelta(days=3 + n % 20)
        loan.passed_on = loan.applied_on + dt.timedelta(days=1) if loan.state != "applied" else None
        loan.decided_on = loan.applied_on + dt.timedelta(days=2) if loan.state == "approved" else None
        return loan
    ends = today + dt.timedelta(days=int(draw.integers(20, 30 * months - 60)))
    if n % 60 == 7:
        ends = today - dt.timedelta(days=int(draw.integers(100, 160)))
    elif n % 13 == 5:
        ends = today + dt.timedelta(days=int(draw.integers(-12, 45)))
    released = add_months(ends, -months)
    loan.state, loan.contract, loan.balance = "released", f"YS2020{n:06d}", amount
    loan.rate = rate_cap(released, months).ppm
    loan.applied_on, loan.released_on = released - dt.timedelta(days=9), released
    loan.first_maturity = loan.maturity = add_months(released, months)
    loan.entitled = entitled(home, released)
    return loan


def _released(**narrow: Any) -> list[Loan]:
    return list(Loan.objects.filter(state="released", county__code__startswith=HOME, **narrow).select_related("household").order_by("pk"))


def _repayments(draw: np.random.Generator, clerk: Scope, today: dt.date) -> None:
    """Some part-payments, and a loan paid back whole."""
    for n, loan in enumerate(_released(released_on__lt=dt.date(2019, 8, 1), maturity__gt=today)[:6]):
        principal = loan.balance if n == 5 else loan.amount // 5
        day = dt.date(2019, 10, 8) + dt.timedelta(days=int(draw.integers(0, 60)))
        loans.repay(loan, paid_on=day, principal=principal, by=clerk, today=today)


def _run(clerk: Scope, leader: Scope, today: dt.date) -> None:
    """The last quarter of 2019: checked, posted, paid; some payments failed and one came back with another amount."""
    if not _released(released_on__lt=QUARTER.end):
        return  # a city of a few households
    county = Region.objects.get(code=HOME.ljust(12, "0"))
    run = subsidies.compute(county, QUARTER.last, "household", by=clerk, today=dt.date(2019, 12, 25))
    run = subsidies.check(run, by=leader, today=dt.date(2019, 12, 26))
    run = subsidies.post(run, by=clerk, today=dt.date(2019, 12, 30))
    run = subsidies.order(run, by=clerk, today=dt.date(2020, 1, 6))
    run = subsidies.pay(run, by=clerk, today=dt.date(2020, 1, 10))
    on = dt.date(2020, 1, 13)
    for n, item in enumerate(run.items.order_by("pk")):
        failed = FAILURES[n // 7] if n % 7 == 3 and n // 7 < len(FAILURES) else ""
        if n % 19 == 11:
            continue  # the bank has not answered yet
        amount = item.amount - 1 if n == 5 else None
        subsidies.result(item, paid=not failed, on=on, amount=amount, failure=failed, by=clerk, today=today)


def _bank_says(clerk: Scope, today: dt.date) -> None:
    """The bank's figures of the quarter for some loans; two are not ours."""
    lines = []
    for n, loan in enumerate(with_facts(Loan.objects.filter(pk__in=[x.pk for x in _released(released_on__lt=QUARTER.start)[:14]]))):
        known = reckoned(loan)
        ours = settlement(known, what_is_subsidised(loan, QUARTER.end), QUARTER)
        short = {3: 1_00, 9: 2}.get(n, 0)
        values = {
            "contract": loan.contract, "closing": QUARTER.last, "interest": ours.interest - short, "subsidy": ours.subsidy - short,
            "balance": known.balance_on(QUARTER.last),
        }  # fmt: skip
        lines.append(Line(n + 2, values))
    context = Context(clerk, today, frozenset(f.key for f in bank.FIELDS))
    plans = bank.judge([Bundle(bank.BANK.bundle(line.values), [line]) for line in lines], context)
    bank.write([p for p in plans if p.sound], context)


def _longer_terms(clerk: Scope, today: dt.date) -> None:
    """Deferrals by the rule of 12 February, an extension, a claim on the fund."""
    due = _released(maturity__range=(dt.date(2020, 1, 1), today + dt.timedelta(days=45)))
    for n, loan in enumerate(due[:5]):
        assert loan.maturity is not None  # noqa: S101 - released
        asked = terms.ask(loan, "deferral", new_maturity=add_months(loan.maturity, 6), ground=GROUND, by=clerk, today=today)
        if n < 3:
            terms.agree(asked, decided_on=today, papers_ready=n == 0, by=clerk, today=today)
    for loan in due[5:6]:
        if loan.maturity and loan.maturity >= today:
            until = add_months(loan.maturity, 6)
            longer = terms.ask(loan, "extension", new_maturity=until, ground=f"养殖周期未到（{MARK}）", by=clerk, today=today)
            terms.agree(longer, decided_on=today, papers_ready=True, by=clerk, today=today)
    for loan in _released(maturity__lt=today - dt.timedelta(days=risk.claimable_after(today)))[:2]:
        risk.claim(loan, by=clerk, today=today)


def _fund(staff: Staff, today: dt.date) -> None:
    """What the counties paid in, and its earnings; the claim is paid and some of it comes back; loans are paid back in parts."""
    for code, fen in ((HOME, 30_000_000), ("440514", 25_000_000), ("440515", 12_000_000)):
        county, by = Region.objects.get(code=code.ljust(12, "0")), scope_of(staff.users[f"{code}-fpb-jb"], today)
        fund.enter(county, "paid_in", fen, on=dt.date(2019, 1, 10), document=f"启用系统时的结存（{MARK}）", by=by, today=today)
        fund.enter(county, "interest", fen // 700, on=dt.date(2019, 12, 21), document=f"存款利息（{MARK}）", by=by, today=today)
    clerk = scope_of(staff.users[f"{HOME}-fpb-jb"], today)
    for found in RiskClaim.objects.filter(state="claimed", county__code__startswith=HOME)[:1]:
        paid = risk.compensate(found, amount=risk.most(found, today), by=clerk, today=today)
        risk.recover(paid, amount=paid.compensated // 5, by=clerk, today=today)
    older = {
        "released_on__lt": today - dt.timedelta(days=300),
        "maturity__gt": today + dt.timedelta(days=150),
        "deferrals": 0,
        "repayments": None,
    }
    for n, loan in enumerate(_released(**older)[:3]):  # two have paid their first part, the third is behind
        assert loan.maturity is not None  # noqa: S101 - released
        first, part = today - dt.timedelta(days=30), loan.amount // 4
        days = (first, today + dt.timedelta(days=20), today + dt.timedelta(days=110))
        parts.plan(loan, [*((d, part) for d in days), (loan.maturity, loan.amount - 3 * part)], by=clerk, today=today)
        if n < 2:
            loans.repay(loan, paid_on=first, principal=part, by=clerk, today=today)


def _waiting(staff: Staff, today: dt.date) -> None:
    """Another district has reckoned its run, and a colleague is to check it; applications stand on the work lists."""
    for code in ("440514", "440512", "440515"):
        county = Region.objects.get(code=code.ljust(12, "0"))
        clerk = scope_of(staff.users[f"{code}-fpb-jb"], today)
        if Loan.objects.filter(county=county, state="released", released_on__lt=QUARTER.end).exists():
            subsidies.compute(county, QUARTER.last, "household", by=clerk, today=today)
            break
    for loan in Loan.objects.filter(state__in=("applied", "passed")).select_related("household").order_by("pk")[:40]:
        if loan.state == "applied":
            work.ask_check(loan, loan.applied_on)
        else:
            work.ask_release(loan, loan.passed_on or loan.applied_on)
