"""How impacts, surveys and measures follow a household that is split, merged or moved."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.impact.models import FittedMeasure, ImpactRecord, ImpactSurvey
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import PLACES


def on_household_change(shift: HouseholdShift) -> None:
    """A member's impacts go with the member. A merged household's open ones go over too, and come back when the merge is undone.

    Surveys and measures stay with the household they were entered for, as visits do; a move changes places only.
    """
    home = Household.objects.get(pk=shift.new)
    places = {name: getattr(home, name) for name in PLACES}
    if shift.kind == "moved":
        for model in (ImpactRecord, ImpactSurvey, FittedMeasure):
            model.objects.filter(household_id=shift.new).update(**places)
        return
    theirs = ImpactRecord.objects.filter(household_id=shift.old)
    _carry(theirs.filter(member_id__in=shift.members), shift, places)
    if shift.kind == "merged":
        _carry(theirs.filter(member=None, recovered_on=None), shift, places)
    if shift.kind == "restored":
        _carry(theirs.filter(member=None, followed=shift.change), shift, places)


def _carry(rows: QuerySet[ImpactRecord], shift: HouseholdShift, places: dict[str, int]) -> None:
    rows.update(household_id=shift.new, followed=shift.change, **places)
