"""The writes that splits, merges, transfers and moves are made of; each is called inside the act's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from shouwang.kernel.audit.actions import change, change_many, create_many
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.following import BESIDE, follow
from shouwang.ledgers.registry.models import HelperAssignment, Household, HouseholdChange, Member, MemberChange, ProgrammeStatus
from shouwang.ledgers.registry.numbers import next_household_code
from shouwang.ledgers.registry.reshape_checks import Basis, Relations

PLACES = ("region", "city", "county", "town", "village")
PIECE = 500
Wanted = Mapping[int, tuple[Household, str]]


def locked(*households: Household) -> list[Household]:
    """The rows in the order asked for, locked in the order of their ids, so that two acts never wait for each other."""
    found = {h.pk: h for h in Household.objects.select_for_update().filter(pk__in=[h.pk for h in households]).order_by("pk")}
    return [found[h.pk] for h in households]


def signed(by: Scope) -> str:
    """Who acted, with the office, as the pages show it."""
    return f"{by.office.name if by.office else ''} {by.user_name}".strip()[:60]


def record(
    kind: str, source: Household, target: Household, basis: Basis, *, by: Scope, today: dt.date, verb: Verb,
    made: HouseholdChange | None = None, to: Region | None = None,
) -> HouseholdChange:  # fmt: skip
    """The row that says who came from whom: it lies where `target` lies, or at `to`."""
    row = made or HouseholdChange(kind=kind)
    row.source, row.target, row.registered_by = source, target, signed(by)
    row.effective, row.document, row.reason = basis.effective, basis.document.strip(), basis.reason.strip()
    row.state = "asked" if verb == policies.ASK_MOVE else "done"
    row.come_from(source)
    row.put_in(to or target.region)
    with change(row, by=by, verb=verb, today=today, reason=basis.reason):
        pass
    return row


def new_household(
    old: Household, members: Mapping[int, Member], leaving: Relations, basis: Basis, *, hamlet: str, address: str, inherit: bool,
    by: Scope, today: dt.date,
) -> Household:  # fmt: skip
    """The household that leaves `old`: in the same village, with causes and standing of `old` where it inherits them."""
    head = next(members[pk] for pk, relation in leaving.items() if relation == "head")
    new = Household(code=next_household_code(old.region), head_name=head.name, hamlet=hamlet or old.hamlet, address=address or old.address)
    new.put_in(old.region)
    if inherit:
        for name in ("registration", "monitoring", "standard_system", "main_cause", "other_causes", "kind"):
            setattr(new, name, getattr(old, name))
    with change(new, by=by, verb=policies.SPLIT, today=today, reason=basis.reason):
        pass
    return new


def arrange(made: HouseholdChange, members: Mapping[int, Member], wanted: Wanted, *, by: Scope, today: dt.date, verb: Verb) -> None:
    """Put members where they are wanted, and keep in MemberChange where they came from."""
    rows = [
        MemberChange(
            change=made, member=m, from_household_id=m.household_id, to_household=home, relation_before=m.relation, relation_after=relation
        )
        for m, (home, relation) in ((members[pk], place) for pk, place in wanted.items())
        if (m.household_id, m.relation) != (home.pk, relation)
    ]
    create_many(rows, by=by, verb=verb, today=today, reason=made.reason)
    write(wanted, by=by, today=today, verb=verb, reason=made.reason)


def write(wanted: Wanted, *, by: Scope, today: dt.date, verb: Verb, reason: str) -> None:
    """Write household, relation and place of each member; the households' names follow their heads.

    First who is no head, then heads who go on as heads elsewhere, new heads last: two heads of one household at one moment break the
    constraint, even inside one statement.
    """

    def put(member: Member) -> None:
        home, member.relation = wanted[member.pk]
        member.put_beside(home)

    heads = {pk for pk, (_home, relation) in wanted.items() if relation == "head"}
    old_heads = set(Member.objects.filter(pk__in=heads, relation="head").values_list("pk", flat=True))
    for keys in (wanted.keys() - heads, old_heads, heads - old_heads):
        rows: Any = Member.objects.filter(pk__in=keys).select_related("household").order_by("pk")
        change_many(rows, put, by=by, verb=verb, today=today, fields=["household", "relation", *PLACES], reason=reason)
    names = dict(Member.objects.filter(pk__in=wanted, relation="head", left_on=None).values_list("household_id", "name"))
    for household in Household.objects.filter(pk__in=names).order_by("pk"):
        with change(household, by=by, verb=verb, today=today, reason=reason) as home:
            home.head_name = names[home.pk]


def take_off(made: HouseholdChange, duplicates: Collection[Member], *, by: Scope, today: dt.date) -> None:
    """Members entered twice leave the closed household on the day of the merge; they are not counted any more."""

    def leave(member: Member) -> None:
        member.left_on, member.left_reason = made.effective, "duplicate"

    rows = [
        MemberChange(
            change=made, member=m, from_household_id=m.household_id, to_household_id=m.household_id, relation_before=m.relation,
            relation_after=m.relation, duplicate=True,
        )
        for m in duplicates
    ]  # fmt: skip
    create_many(rows, by=by, verb=policies.MERGE, today=today, reason=made.reason)
    _change_members([m.pk for m in duplicates], leave, by=by, today=today, verb=policies.MERGE, reason=made.reason)


def put_on(duplicates: Collection[int], *, by: Scope, today: dt.date, verb: Verb, reason: str) -> None:
    """The other way: they live in their household again."""

    def stay(member: Member) -> None:
        member.left_on, member.left_reason = None, ""

    _change_members(duplicates, stay, by=by, today=today, verb=verb, reason=reason)


def _change_members(keys: Collection[int], apply: Any, *, by: Scope, today: dt.date, verb: Verb, reason: str) -> None:
    rows: Any = Member.objects.filter(pk__in=keys).select_related("household").order_by("pk")
    change_many(rows, apply, by=by, verb=verb, today=today, fields=["left_on", "left_reason"], reason=reason)


def standing_after(source: Household, target: Household, inherit: bool) -> tuple[str, str]:
    """(registration, monitoring) of the merged household: the target's, filled from the source where it inherits."""
    if not inherit:
        return target.registration, target.monitoring
    return target.registration or source.registration, target.monitoring or source.monitoring


def copy_periods(source: Household, target: Household, basis: Basis, *, by: Scope, today: dt.date, verb: Verb) -> list[int]:
    """Go on at `target` with the open periods of `source` in programmes in which it has none; the ids of the new rows."""
    held = set(ProgrammeStatus.objects.filter(household=target, until=None).values_list("programme", flat=True))
    rows = []
    for period in ProgrammeStatus.objects.filter(household=source, until=None).exclude(programme__in=held).order_by("pk"):
        row = ProgrammeStatus(
            programme=period.programme, standing=period.standing, standard_system=period.standard_system, risks=period.risks,
            since=basis.effective, document=basis.document.strip(),
        )  # fmt: skip
        row.put_beside(target)
        rows.append(row)
    return [r.pk for r in create_many(rows, by=by, verb=verb, today=today, reason=basis.reason)]


def copy_helpers(source: Household, target: Household, basis: Basis, *, by: Scope, today: dt.date) -> None:
    """The helpers of `source` look after `target` as well."""
    rows = []
    for helper in HelperAssignment.objects.filter(household=source, until=None).order_by("pk"):
        row = HelperAssignment(name=helper.name, user_id=helper.user_id, sponsor_unit_id=helper.sponsor_unit_id, since=basis.effective)
        row.phone = helper.phone
        row.put_beside(target)
        rows.append(row)
    create_many(rows, by=by, verb=policies.ASSIGN_HELPER, today=today, reason=basis.reason)


def close(source: Household, target: Household, basis: Basis, *, inherit: bool, by: Scope, today: dt.date) -> dict[str, Any]:
    """End what is open at `source`, close it, let `target` take over its standing; gives back what an undo needs."""

    def end(row: Any) -> None:
        row.until = max(basis.effective, row.since)  # a helper may have begun later: then the assignment is of no length

    out: dict[str, Any] = {}
    options: dict[str, Any] = {"by": by, "verb": policies.MERGE, "today": today, "fields": ["until"], "reason": basis.reason}
    for key, model in (("periods", ProgrammeStatus), ("helpers", HelperAssignment)):
        rows: Any = model._default_manager.filter(household=source, until=None).select_related("household").order_by("pk")
        out[key] = list(rows.values_list("pk", flat=True))
        change_many(rows, end, **options)
    standing, system = standing_after(source, target, inherit), source.standard_system
    with change(source, by=by, verb=policies.MERGE, today=today, reason=basis.reason) as here:
        here.closed_on, here.closed_reason, here.merged_into = basis.effective, "merged", target
        here.registration = here.monitoring = ""
    with change(target, by=by, verb=policies.MERGE, today=today, reason=basis.reason) as there:
        if (there.registration, there.monitoring) != standing:
            there.standard_system = system if not there.registration else there.standard_system
            there.registration, there.monitoring = standing
    return out


def reopen(source: Household, target: Household, before: Mapping[str, Any], *, by: Scope, today: dt.date, verb: Verb, reason: str) -> None:
    """What `close` and `copy_periods` did, taken back."""

    def go_on(row: Any) -> None:
        row.until = None

    def void(row: Any) -> None:
        row.until = row.since  # a period of no length: kept, since nothing is deleted, and counted nowhere

    options: dict[str, Any] = {"by": by, "verb": verb, "today": today, "fields": ["until"], "reason": reason}
    for household in (source, target):
        with change(household, by=by, verb=verb, today=today, reason=reason) as row:
            registration, monitoring, system = before["columns"][str(row.pk)]
            row.registration, row.monitoring, row.standard_system = registration, monitoring, system
            if row.pk == source.pk:
                row.closed_on, row.closed_reason, row.merged_into = None, "", None
    parts = (
        (ProgrammeStatus, before["made_periods"], void),
        (ProgrammeStatus, before["periods"], go_on),
        (HelperAssignment, before["helpers"], go_on),
    )
    for model, keys, apply in parts:
        rows: Any = model._default_manager.filter(pk__in=keys).select_related("household").order_by("pk")
        change_many(rows, apply, **options)


def settle(made: HouseholdChange, household: Household, *, by: Scope, today: dt.date, verb: Verb) -> None:
    """The household and every row about it lie where the move leads to."""

    def beside(row: Any) -> None:
        row.put_beside(home)

    with change(household, by=by, verb=verb, today=today, reason=made.reason) as home:
        home.put_in(made.region)
        home.hamlet, home.address = made.hamlet, made.address
    for model in BESIDE:
        every: Any = model._default_manager.all()  # abstract for the types: each has its own household field
        for keys in _pieces(every.filter(household=home).order_by("pk").values_list("pk", flat=True)):
            rows: Any = every.filter(pk__in=keys).select_related("household").order_by("pk")
            change_many(rows, beside, by=by, verb=verb, today=today, fields=PLACES, reason=made.reason)
    follow("moved", home, home, list(home.members.values_list("pk", flat=True)), made, by=by, today=today)


def _pieces(keys: Iterable[int]) -> Iterable[list[int]]:
    every = list(keys)
    return (every[i : i + PIECE] for i in range(0, len(every), PIECE))
