"""How loans and what hangs on them follow a household that is split, merged or moved."""

from __future__ import annotations

from typing import Any

from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.credit.models import BankFigure, Instalment, Loan, Repayment, RiskClaim, SubsidyItem, TermChange
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACES

HANGING: tuple[type[Any], ...] = (Repayment, Instalment, TermChange, BankFigure, SubsidyItem, RiskClaim)


def on_household_change(shift: HouseholdShift) -> None:
    """A loan lies where its borrower lives; a merged household's loans go over, also one whose borrower was struck off as a duplicate."""
    if shift.kind == "moved":
        home = Household.objects.get(pk=shift.new)
        Loan.objects.filter(household_id=shift.new).update(**_places(home))
        for model in HANGING:
            model.objects.filter(household_id=shift.new).update(**_places(home))
        return
    loans = Loan.objects.filter(household_id__in=(shift.old, shift.new))
    theirs = loans.filter(household_id=shift.old, borrower_id__in=shift.members)
    if shift.kind == "merged":
        theirs = loans.filter(household_id=shift.old)
    carried = list(theirs.values_list("pk", flat=True))
    if not carried:
        return
    home = Household.objects.get(pk=shift.new)
    Loan.objects.filter(pk__in=carried).update(household=home, **_places(home))
    for model in HANGING:
        model.objects.filter(loan_id__in=carried).update(household=home, **_places(home))


def _places(home: Household) -> dict[str, int | None]:
    return {name: getattr(home, name) for name in PLACES}
