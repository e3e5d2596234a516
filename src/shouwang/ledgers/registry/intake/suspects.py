"""New members of the workbook who may be on file already: by number anywhere, by look-alike within the person's reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from shouwang.kernel.columns.sheet import Context, Plan, Suspect
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.sealed import TAG_BYTES
from shouwang.kernel.regions import rls
from shouwang.ledgers.registry.evidence import in_words
from shouwang.ledgers.registry.lookalikes import Match, PersonKey, likely_same
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.policies import VIEW

AT_ONCE = 400
Row = tuple[Plan, Any]


def suspects_of(plans: Sequence[Plan], context: Context) -> None:
    """Note on the plans which rows have an ID that is on file with somebody else, and which new persons are very like somebody on file."""
    wanted: dict[bytes, list[Row]] = {}
    field: Any = Member._meta.get_field("id_number")
    for plan in plans:
        for person in plan.load.people:
            number = person.values.get("id_number")
            if isinstance(number, str) and number:
                wanted.setdefault(field.spec.tags(number)[0], []).append((plan, person))
    _on_file(wanted, context)
    if not context.writing:  # who came in between and is only alike is found by the night's search
        _look_alikes([(p, m) for p in plans for m in p.load.people if m.member is None and m.line.row not in p.suspects], context)


def _on_file(wanted: dict[bytes, list[Row]], context: Context) -> None:
    """Asked past the person's reach: a number that is taken is taken wherever; what is told of it depends on the reach."""
    numbers = [str(pairs[0][1].values["id_number"]) for pairs in wanted.values()]
    for low in range(0, len(numbers), AT_ONCE):
        with rls.everywhere():
            found = Member.objects.filter(id_number__blind_in=numbers[low : low + AT_ONCE], left_on=None)
            rows = list(found.select_related("household__village"))
        for held in rows:
            for plan, person in wanted.get(bytes(held.id_number.stored[:TAG_BYTES]), []):
                if person.member is None or person.member.pk != held.pk:
                    plan.suspects.setdefault(person.line.row, []).append(_suspect(held, context, ("证件号码相同",)))


def _look_alikes(rows: Sequence[Row], context: Context) -> None:
    """Those with enough points and well ahead of the next (docs/algorithms/lookalikes.md)."""
    found = likely_same([_key(plan, person) for plan, person in rows], scope=context.by, on=context.today) if rows else {}
    sure: dict[int, Match] = {at: matches[0] for at, matches in found.items() if matches and matches[0].sure}
    members = Member.objects.select_related("household__village").in_bulk([m.member_id for m in sure.values()]) if sure else {}
    for at, match in sure.items():
        plan, person = rows[at]
        if match.member_id in members and members[match.member_id].household.code != plan.bundle.key:
            evidence = (in_words(match.evidence, on=context.today),)
            plan.suspects.setdefault(person.line.row, []).append(_suspect(members[match.member_id], context, evidence))


def _key(plan: Plan, person: Any) -> PersonKey:
    values, region = person.values, plan.load.region
    return PersonKey(
        name=str(values.get("name") or ""),
        sex=str(values.get("sex") or ""),
        birth_date=values.get("birth_date"),
        id_number=values.get("id_number") or None,
        phone=values.get("phone") or None,
        village_id=region.pk if region else None,
        household_code=plan.bundle.key,
    )


def _suspect(held: Member, context: Context, evidence: tuple[str, ...]) -> Suspect:
    """What a person is told of the one on file: nothing but that there is one, where it lies outside the reach."""
    if not held.household.covers(context.by, VIEW):
        return Suspect("", "管理范围以外已登记的一人", (*evidence, "请报区（县）扶贫办核对"), 0)
    place = held.household.village.name if held.household.village else ""
    label = f"{mask(MaskKind.NAME, held.name)}（{held.household.code}，{place}）"
    return Suspect(reverse("registry_household", args=[held.household_id]), label, evidence, held.pk)
