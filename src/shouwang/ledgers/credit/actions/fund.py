"""The risk fund's account: what was paid in, what claims took and brought back; no day's balance below zero."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from operator import itemgetter

from django.db import transaction

from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import FundMovement, RiskClaim
from shouwang.ledgers.credit.models.fund import OUT

ENTERED = ("paid_in", "interest", "withdrawn")


def enter(county: Region, kind: str, amount: int, *, on: dt.date, document: str, by: Scope, today: dt.date) -> FundMovement:
    """Enter 注入, 孳息 or 退出 (分, positive). Raises Refused for a day to come, no paper, or more taken out than the fund holds."""
    if kind not in ENTERED:
        raise Refused("代偿和追回随风险补偿办理，在“风险补偿”中登记。", field="kind")
    if amount <= 0:
        raise Refused("金额须大于 0。请核对。", field="amount")
    if on > today:
        raise Refused(f"发生日期 {on} 晚于今天 {today}。请填写实际发生的日期。", field="on")
    if len(document.strip()) < 4:
        raise Refused("请写明依据（至少 4 个字，例如“汕财农〔2018〕12号”“启用系统时的结存”）。", field="document")
    with transaction.atomic():
        return _write(county, kind, amount, on, by, today, document=document.strip()[:120])


def of_claim(claim: RiskClaim, kind: str, amount: int, *, on: dt.date, by: Scope, today: dt.date) -> FundMovement:
    """What a claim took (代偿) or brought back (追回); inside the caller's transaction. Raises Refused where the fund cannot pay it.

    What comes back goes to the fund that paid, also where the household has moved to another county since.
    """
    paid = FundMovement.objects.filter(claim=claim, kind=FundMovement.Kind.COMPENSATION).select_related("region").first()
    county = paid.region if paid else claim.county
    if county is None:
        raise Refused("该笔贷款不在区（县）内，没有对应的风险补偿金。请核对户的所在地。", field="amount")
    return _write(county, kind, amount, on, by, today, claim=claim)


def _write(
    county: Region, kind: str, amount: int, on: dt.date, by: Scope, today: dt.date, *, document: str = "", claim: RiskClaim | None = None
) -> FundMovement:
    signed = -amount if kind in OUT else amount
    if signed < 0:
        _check_cover(county, amount, on)
    row = FundMovement(kind=kind, amount=signed, happened_on=on, document=document, claim=claim)
    row.put_in(county)
    with change(row, by=by, verb=policies.MOVE_FUND, today=today) as made:
        pass
    return made


def _check_cover(county: Region, amount: int, on: dt.date) -> None:
    """Whether the fund has so much on the day and ever after; its rows are locked, so that two payments cannot use one balance."""
    rows = FundMovement.objects.select_for_update(of=("self",)).filter(county=county).order_by("happened_on", "pk")
    days = [(day, sum(fen for _day, fen in group)) for day, group in groupby(rows.values_list("happened_on", "amount"), key=itemgetter(0))]
    held = running = sum(fen for day, fen in days if day <= on)
    for _day, fen in (d for d in days if d[0] > on):
        running += fen
        held = min(held, running)
    if amount > held:
        raise Refused(
            f"{county.name}风险补偿金 {on} 可用余额 {yuan(held)} 元，不足 {yuan(amount)} 元。请先登记注入资金（含启用系统时的结存），或核对日期。",
            field="amount",
        )
