"""Principal in parts: the plan the contract names, and what becomes of it when the term changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction

from shouwang.kernel.audit.actions import create_many, note, permit
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import policies
from shouwang.ledgers.credit.actions.checks import check_released
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import Instalment, Loan

Part = tuple[dt.date, int]  # due on, principal in 分


def plan(loan: Loan, parts: Sequence[Part], *, by: Scope, today: dt.date) -> list[Instalment]:
    """Set the whole plan of a released loan, in place of the one before; none = the principal at maturity.

    Raises Refused as `check_parts` does.
    """
    with transaction.atomic():
        held = Loan.objects.select_for_update(of=("self",)).select_related("household").get(pk=loan.pk)
        permit(held, by=by, verb=policies.PLAN_PARTS)
        check_released(held)
        check_parts(held, parts)
        before = Instalment.objects.filter(loan=held)
        said = [_words((r.due_on, r.principal) for r in before), _words(sorted(parts))]
        before.delete()
        rows, upto = [], 0
        for due, principal in sorted(parts):
            upto += principal
            row = Instalment(loan=held, due_on=due, principal=principal, upto=upto)
            row.put_beside(held.household)
            rows.append(row)
        create_many(rows, by=by, verb=policies.PLAN_PARTS, today=today)
        note(held, by=by, verb=policies.PLAN_PARTS, today=today, changes={"分期还本": said})
    return rows


def _words(parts: Iterable[Part]) -> str | None:
    return "；".join(f"{due} {yuan(fen)}元" for due, fen in parts) or None


def check_parts(loan: Loan, parts: Sequence[Part]) -> None:
    """Whether the parts are a plan of the loan: days between release and maturity, once each, together the loan to the 分; raises Refused."""
    assert loan.released_on and loan.maturity  # noqa: S101 - released
    seen: set[dt.date] = set()
    for due, principal in parts:
        if not loan.released_on < due <= loan.maturity:
            raise Refused(f"应还日期 {due} 须晚于放款日期 {loan.released_on}，且不晚于到期日 {loan.maturity}。请核对。", field="parts")
        if due in seen:
            raise Refused(f"{due} 写了两次。同一天的请合并为一笔。", field="parts")
        if principal <= 0:
            raise Refused(f"{due} 的应还本金须大于 0。请核对。", field="parts")
        seen.add(due)
    total = sum(p for _due, p in parts)
    if parts and total != loan.amount:
        gap = yuan(abs(loan.amount - total))
        raise Refused(
            f"各期合计 {yuan(total)} 元，与贷款金额 {yuan(loan.amount)} 元{'少' if total < loan.amount else '多'} {gap} 元。请核对每期金额。",
            field="parts",
        )


def drop_unpaid(loan: Loan, *, by: Scope, today: dt.date) -> int:
    """The term has changed: what is unpaid of the plan is due at the new maturity, unless the bank sets a new plan. Returns how many parts went."""
    gone = list(Instalment.objects.filter(loan=loan, upto__gt=loan.amount - loan.balance))
    for part in gone:
        said = {"分期还本": [f"{part.due_on} {yuan(part.principal)}元", None]}
        note(part, by=by, verb=policies.DROP_PARTS, today=today, changes=said)
        part.delete()
    return len(gone)
