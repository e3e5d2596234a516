"""Writing what was judged: set-wise, each record with its audit row, inside the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from shouwang.kernel.audit.actions import change_many, create_many
from shouwang.kernel.columns.sheet import NEW, UPDATE, Context, Plan, Written
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.actions import CODE_DIGITS
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.intake.columns import SEALED
from shouwang.ledgers.registry.intake.judging import Home, Person
from shouwang.ledgers.registry.models import Household, Member, OfHousehold, ProgrammeStatus

R = TypeVar("R", Household, Member)
REASON = "Excel 导入"


def write(plans: Sequence[Plan], context: Context) -> list[Written]:
    """Write the plans' households, members and standings; what each was before goes into its receipt."""
    before = {p.bundle.key: _before(p.load) for p in plans}
    fresh = [p for p in plans if p.load.household is None]
    _create_homes(fresh, context)
    _change(Household, {p.load.household.pk: p.load.values for p in plans if p not in fresh and p.load.values}, context)
    _change(Member, {m.member.pk: m.values for p in plans for m in p.load.people if m.member and m.values}, context)
    _create_members(plans, context)
    _follow_heads([p for p in plans if p not in fresh], context)
    _create_standings(fresh, context)
    check_households([p.load.household.pk for p in plans], today=context.today)
    return [_written(p, before[p.bundle.key], p in fresh) for p in plans]


def _create_homes(plans: Sequence[Plan], context: Context) -> None:
    rows = []
    for plan in plans:
        load: Home = plan.load
        home = Household(code=plan.bundle.key, head_name=load.head_name)
        home.put_in(load.region)  # type: ignore[arg-type]  # a sound plan of a new household has a village
        standing = load.standing
        if standing:
            home.registration = standing["registration"]
            home.standard_system = "gd_relative"
        for name, value in load.values.items():
            setattr(home, name, value)
        load.household = home
        rows.append(home)
    create_many(rows, by=context.by, verb=policies.IMPORT_HOUSEHOLD, today=context.today, reason=REASON)


def _create_members(plans: Sequence[Plan], context: Context) -> None:
    """New members under the next free numbers of their households."""
    growing = [p for p in plans if any(m.member is None for m in p.load.people)]
    last = _last_numbers([p.load.household for p in growing])
    rows = []
    for plan in growing:
        home: Household = plan.load.household
        for person in plan.load.people:
            if person.member is not None:
                continue
            member = Member(**{k: v for k, v in person.values.items() if k not in SEALED})
            said = person.line.values.get("member_code")
            last[home.pk] += 0 if said else 1
            member.code = str(said) if said else f"{home.code}{last[home.pk]:0{CODE_DIGITS}d}"
            member.put_beside(home)
            for name in SEALED & set(person.values):
                setattr(member, name, person.values[name])
            person.member = member
            rows.append(member)
    create_many(rows, by=context.by, verb=policies.ADD_MEMBER, today=context.today, reason=REASON)


def _last_numbers(homes: Sequence[Household]) -> dict[int, int]:
    """The highest member number given in each household, also to those who left."""
    out = dict.fromkeys((h.pk for h in homes), 0)
    for home, code in Member.objects.filter(household__in=list(out)).values_list("household_id", "code"):
        tail = code[-CODE_DIGITS:]
        out[home] = max(out[home], int(tail) if tail.isdigit() else 0)
    return out


def _change(model: type[R], wanted: Mapping[int, Mapping[str, Any]], context: Context) -> None:
    """Set the values of many records, grouped so that one statement writes no more columns than it must."""
    if not wanted:
        return
    verb = policies.EDIT_HOUSEHOLD if model is Household else policies.EDIT_MEMBER
    apply: Callable[[R], None] = lambda row: _set(row, wanted[row.pk])  # noqa: E731 - a name for mypy
    fields = sorted({name for values in wanted.values() for name in values})
    rows: Any = model._default_manager
    change_many(rows.filter(pk__in=list(wanted)), apply, by=context.by, verb=verb, today=context.today, fields=fields, reason=REASON)


def _set(row: Household | Member, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _follow_heads(plans: Sequence[Plan], context: Context) -> None:
    """A household bears its head's name."""
    _change(Household, {p.load.household.pk: {"head_name": p.load.head_name} for p in plans if _renamed(p.load)}, context)


def _renamed(load: Home) -> bool:
    return load.household is not None and load.household.head_name != load.head_name


def _create_standings(plans: Sequence[Plan], context: Context) -> None:
    rows: list[OfHousehold] = []
    for plan in plans:
        said, home = plan.load.standing, plan.load.household
        if not said:
            continue
        status = ProgrammeStatus(
            programme="registration",
            standing=said["registration"],
            standard_system=home.standard_system,
            since=said["since"],
            document=said["document"],
        )
        status.put_beside(home)
        rows.append(status)
    create_many(rows, by=context.by, verb=policies.IMPORT_STANDING, today=context.today, reason=REASON)


def _before(load: Home) -> dict[str, Any]:
    """What an update overwrites, in JSON: the household's values, each changed member's."""
    if load.household is None:
        return {}
    home = _kept(load.household, load.values)
    if _renamed(load):
        home["head_name"] = load.household.head_name
    members = {str(p.member.pk): _kept(p.member, p.values) for p in load.people if p.member is not None and p.values}
    return {"home": home, "members": members}


def _kept(row: Household | Member, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in values}


def plain(value: Any) -> Any:
    """A stored value as JSON that `withdrawing` reads back; the receipt is sealed as a whole."""
    if isinstance(value, Sealed):
        return value.reveal()
    if isinstance(value, dt.date | Decimal):
        return str(value)
    return value


def _written(plan: Plan, before: Mapping[str, Any], fresh: bool) -> Written:
    """The receipt names the versions left behind: what has another one since was changed by somebody."""
    load: Home = plan.load
    home = load.household
    assert home is not None  # noqa: S101 - it was there or has just been created
    added = [p.member.pk for p in load.people if p.member is not None and str(p.member.pk) not in before.get("members", {}) and p.values]
    kept = {**before, "added": added, "versions": _versions(load, home, before, fresh)}
    return Written(plan.bundle.key, NEW if fresh else UPDATE, home.pk, kept)


def _versions(load: Home, home: Household, before: Mapping[str, Any], fresh: bool) -> dict[str, int]:
    raised = 0 if fresh else bool(load.values) + bool(_renamed(load))
    out = {"home": home.version + raised}
    for person in load.people:
        out |= _version_of(person, before)
    return out


def _version_of(person: Person, before: Mapping[str, Any]) -> dict[str, int]:
    if person.member is None or not person.values:
        return {}
    changed = str(person.member.pk) in before.get("members", {})
    return {str(person.member.pk): person.member.version + changed}
