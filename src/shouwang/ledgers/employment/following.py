"""What the ledger stores about a household or member follows when it is split, merged, moved, or members go over."""

from __future__ import annotations

from typing import Any

from shouwang.kernel.shifts import HouseholdShift
from shouwang.ledgers.employment.models import (
    MatchChoice,
    MatchLine,
    Offer,
    RetentionCall,
    SubsidyClaim,
    Training,
    Traveller,
    WelfareAppointment,
    WelfareMonth,
    Worker,
    WorkRecord,
)
from shouwang.ledgers.registry.models import Household

PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
# Every table of a person, with the path to the member: they go where the person goes.
OF_MEMBERS: dict[type[Any], str] = {
    Worker: "member_id",
    RetentionCall: "record__worker__member_id",
    WelfareAppointment: "worker__member_id",
    WelfareMonth: "appointment__worker__member_id",
    **dict.fromkeys((WorkRecord, Training, Offer, MatchLine, MatchChoice, Traveller, SubsidyClaim), "worker__member_id"),
}


def on_household_change(shift: HouseholdShift) -> None:
    """Rows of members who went over go with them; of a household that moved, all rows lie where it lies now."""
    home = Household.objects.get(pk=shift.new)
    values = {"household_id": home.pk, **{name: getattr(home, name) for name in PLACES}}
    for model, member in OF_MEMBERS.items():
        rows = model._base_manager.all()
        if shift.kind == "moved":
            rows.filter(household_id=shift.new).update(**values)
        else:
            ids = list(rows.filter(**{f"{member}__in": shift.members}).values_list("pk", flat=True))
            rows.filter(pk__in=ids).update(**values)
