"""What the tests of splits, merges and moves share: the acting officers, a basis, families, and what must always hold."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db.models import F

from shouwang.kernel.audit.models import Event
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.following import BESIDE
from shouwang.ledgers.registry.models import Household, IncomeStatement, Member, ProgrammeStatus
from shouwang.ledgers.registry.reshape_checks import Basis
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, make_household

BASIS = Basis(TODAY, "汕阳扶组〔2020〕3号", "家庭分开居住")


def basis(effective: dt.date = TODAY) -> Basis:
    return Basis(effective, BASIS.document, BASIS.reason)


def family(village: Region, *names: str, registered: bool = True) -> tuple[Household, list[Member]]:
    """A household whose first name is the head, the rest sons, with income, helper and (if registered) an open period."""
    household = make_household(village, head_name=names[0], hamlet="第1村民小组", main_cause="illness")
    members = [add_member(household, name=name, relation="head" if n == 0 else "son") for n, name in enumerate(names)]
    add_income(household, persons=len(names), wage=600_000)
    add_helper(household, name="林帮扶")
    if registered:
        add_status(household, standing="poor")
        household.refresh_from_db()
    return household, members


def sons(members: list[Member], head: Member) -> dict[int, str]:
    """Relations in which `head` is the head and everyone else a son."""
    return {m.pk: "head" if m == head else "son" for m in members}


def whole(household: Household) -> dict[int, str]:
    """The relations as they stand."""
    return {m.pk: m.relation for m in Member.objects.filter(household=household, left_on=None)}


def broken() -> list[str]:
    """What does not hold: heads, names, codes, periods, places, closed households, audit."""
    out = []
    for household in Household.objects.all():
        now = Member.objects.filter(household=household, left_on=None)
        heads = [m.name for m in now if m.relation == "head"]
        if household.closed_on is None and heads != [household.head_name]:
            out.append(f"{household.code}: heads {heads}, name {household.head_name}")
        if household.closed_on and now.exists():
            out.append(f"{household.code}: closed with members")
        periods = {p.programme: p.standing for p in ProgrammeStatus.objects.filter(household=household, until=None)}
        columns = {n: v for n, v in (("registration", household.registration), ("monitoring", household.monitoring)) if v}
        if periods != columns:
            out.append(f"{household.code}: periods {periods}, columns {columns}")
        if household.closed_on and not Household.objects.filter(pk=household.merged_into_id).exists():
            out.append(f"{household.code}: closed into nothing")
    for model in (Household, Member):
        codes = Counter(model.objects.values_list("code", flat=True))
        out += [f"{c} stands twice" for c, n in codes.items() if n > 1]
    for model in BESIDE:
        for place in ("region", "city", "county", "town", "village"):
            strays = model.objects.exclude(**{f"{place}_id": F(f"household__{place}_id")}).count()
            out += [f"{strays} {model.__name__} lie in another {place} than their household"] if strays else []
    if (
        IncomeStatement.objects.filter(is_latest=True).values("household").distinct().count()
        != IncomeStatement.objects.filter(is_latest=True).count()
    ):
        out.append("an income stands twice")
    return out


def acts(record: Household | Member) -> list[str]:
    """The verbs on a record, oldest first."""
    rows = Event.objects.filter(ledger=record._meta.label_lower, record_id=str(record.pk)).order_by("id")
    return list(rows.values_list("verb", flat=True))
