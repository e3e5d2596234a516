"""What follows a household that is split, merged, moved or registered as poor."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.monitoring import work
from shouwang.ledgers.monitoring.actions.care import drop_planned
from shouwang.ledgers.monitoring.actions.steps import overtake
from shouwang.ledgers.monitoring.lifecycle import OPEN
from shouwang.ledgers.monitoring.models import Discrepancy, FollowUp, Lead, Measure, MonitoringCase, Objection, Verification
from shouwang.ledgers.monitoring.watch.discrepancies import end
from shouwang.ledgers.registry.models import Household

PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
BESIDE = (Lead, MonitoringCase, Verification, Objection, Measure, FollowUp, Discrepancy)
CARRIED = (MonitoringCase, Discrepancy)  # into the household that stands, and back where the merge is undone


def on_household_change(shift: HouseholdShift) -> None:
    """Rows lie where their household lies. A merged household's open case and open discrepancies go with it, measures in force too; the
    rest stays on record. A discrepancy that the other household has open as well ends: it is one doubt about one household from now on.

    One that is registered as poor has no case to be watched any more, and no visit planned.
    A household that is split off starts without a case: its risks are checked anew. A merge of two households that both have an
    open case is refused: one of them is decided or withdrawn first.
    """
    new = Household.objects.get(pk=shift.new)
    if shift.kind == "moved":
        counties = set(MonitoringCase.objects.filter(household=new, state__in=OPEN).values_list("county_id", flat=True))
        for model in BESIDE:
            model.objects.filter(household=new).update(**{f: getattr(new, f) for f in PLACES})
        _refresh(counties | {new.county_id}, shift)
    if shift.kind == "registered":
        by = Scope.system("返贫（致贫）登记")
        for case in MonitoringCase.objects.filter(household=new, state__in=OPEN):
            overtake(case, by=by, today=shift.today)
        drop_planned(new, by=by, today=shift.today)
    if shift.kind == "merged":
        _merge(shift, new)
    if shift.kind == "restored":
        counties = {new.county_id}
        for model in CARRIED:
            carried = model.objects.filter(household_id=shift.old, carried_by=shift.change)
            counties |= set(carried.values_list("county_id", flat=True))
            carried.update(carried_by=None, version=F("version") + 1, **_at(new))
        _refresh(counties, shift)


def _merge(shift: HouseholdShift, new: Household) -> None:
    open_cases = MonitoringCase.objects.filter(household_id__in=(shift.old, shift.new), state__in=OPEN)
    if open_cases.count() > 1:
        raise Refused("两户都有在办的监测个案，不能并户。请先办结或撤销其中一户的个案，再并户。", field="into")
    doubts = Discrepancy.objects.filter(household_id=shift.old, state="open")
    end(
        doubts.filter(rule__in=Discrepancy.objects.filter(household=new, state="open").values("rule")),
        by=Scope.system("并户"),
        today=shift.today,
    )
    counties = {new.county_id}
    for going in (open_cases.filter(household_id=shift.old), doubts):
        counties |= set(going.values_list("county_id", flat=True))
        going.update(carried_by=shift.change, version=F("version") + 1, **_at(new))
    FollowUp.objects.filter(household_id=shift.old, done_on=None).delete()  # the household that stands is visited by its own plan
    _refresh(counties, shift)


def _at(home: Household) -> dict[str, Any]:
    return {"household": home, **{f: getattr(home, f) for f in PLACES}}


def _refresh(counties: set[int | None], shift: HouseholdShift) -> None:
    for county in sorted(c for c in counties if c):
        work.refresh_county(county, today=shift.today)
