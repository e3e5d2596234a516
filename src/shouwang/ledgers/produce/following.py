"""How lots and payments follow a household that is split, merged or moved."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.produce.models import LotHousehold, Payment
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACES


def on_household_change(shift: HouseholdShift) -> None:
    """A merged household's shares of open lots go over, and come back when the merge is undone; where both households stand behind one lot
    each keeps its share. Payments stay with the household that was paid."""
    home = Household.objects.get(pk=shift.new)
    places = {name: getattr(home, name) for name in PLACES}
    if shift.kind == "moved":
        for model in (LotHousehold, Payment):
            model.objects.filter(household_id=shift.new).update(**places)
        return
    theirs = LotHousehold.objects.filter(household_id=shift.old, lot__state="open")
    if shift.kind == "merged":
        _carry(theirs.exclude(lot__households__household_id=shift.new), shift, places)
    if shift.kind == "restored":
        _carry(LotHousehold.objects.filter(household_id=shift.old, followed=shift.change), shift, places)


def _carry(rows: QuerySet[LotHousehold], shift: HouseholdShift, places: dict[str, int]) -> None:
    found = list(rows.values_list("pk", flat=True))  # an update may not look at the table it changes through a join
    LotHousehold.objects.filter(pk__in=found).update(household_id=shift.new, followed=shift.change, **places)
