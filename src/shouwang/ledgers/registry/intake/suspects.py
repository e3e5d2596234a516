"""New members of the workbook who may be on file already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from shouwang.kernel.columns.sheet import Context, Plan, Suspect
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.sealed import TAG_BYTES
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.policies import VIEW

AT_ONCE = 400


def suspects_of(plans: Sequence[Plan], context: Context) -> None:
    """Note on the plans which new rows have an ID that is on file, here or in another place, or stands in the workbook twice."""
    wanted: dict[bytes, list[tuple[Plan, Any]]] = {}
    field: Any = Member._meta.get_field("id_number")
    for plan in plans:
        for person in plan.load.people:
            number = person.values.get("id_number")
            if isinstance(number, str) and number:
                wanted.setdefault(field.spec.tags(number)[0], []).append((plan, person))
    _on_file(wanted, context)


def _on_file(wanted: dict[bytes, list[tuple[Plan, Any]]], context: Context) -> None:
    numbers = [str(pairs[0][1].values["id_number"]) for pairs in wanted.values()]
    for low in range(0, len(numbers), AT_ONCE):
        rows = Member.objects.filter(id_number__blind_in=numbers[low : low + AT_ONCE], left_on=None).select_related("household__village")
        for held in rows:
            for plan, person in wanted.get(bytes(held.id_number.stored[:TAG_BYTES]), []):
                if person.member is None or person.member.pk != held.pk:
                    plan.suspects.setdefault(person.line.row, []).append(_suspect(held, context))


def _suspect(held: Member, context: Context) -> Suspect:
    """What a person is told of the one on file: nothing but that there is one, where it lies outside the reach."""
    if not held.household.covers(context.by, VIEW):
        return Suspect("", "管理范围以外已登记的一人", ("证件号码相同，请报区（县）扶贫办核对",), 0)
    place = held.household.village.name if held.household.village else ""
    label = f"{mask(MaskKind.NAME, held.name)}（{held.household.code}，{place}）"
    return Suspect(reverse("registry_household", args=[held.household_id]), label, ("证件号码相同",), held.pk)
