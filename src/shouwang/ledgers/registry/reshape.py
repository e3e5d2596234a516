"""分户、并户、成员转户、迁移, and the undoing of a merge: each one transaction with every row and every ledger that follows.

What may be done by whom and what is refused stands in reshape_checks.py and policies.py, the guarantees in docs/algorithms/households.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies, reshape_items
from shouwang.ledgers.registry import reshape_checks as checks
from shouwang.ledgers.registry import reshape_steps as steps
from shouwang.ledgers.registry.following import follow
from shouwang.ledgers.registry.lifecycle import CHANGE
from shouwang.ledgers.registry.models import Household, HouseholdChange, Member, ProgrammeStatus
from shouwang.ledgers.registry.reshape_checks import Basis, Relations


def split(
    household: Household, leaving: Relations, staying: Relations, *, basis: Basis, by: Scope, today: dt.date, hamlet: str = "",
    address: str = "", inherit: bool = True, helpers: bool = True,
) -> HouseholdChange:  # fmt: skip
    """分户: the members of `leaving` become a household of their own in the same village, under the village's next number.

    Both mappings give each living member (by id) the relation to the head of the household they will be in. `inherit`: the new
    household goes on with the open programme periods under the document; `helpers`: the helpers look after it as well. Incomes stay
    where they were recorded. Raises Refused, NotPermitted.
    """
    with transaction.atomic():
        (held,) = steps.locked(household)
        policies.check_reshape(by, held)
        checks.check_basis(basis, [held], today)
        members = checks.check_named([held], [*leaving, *staying])
        checks.check_side("分出的户", members, leaving, today)
        checks.check_side("原户", members, staying, today)
        checks.check_joined([members[pk] for pk in leaving], basis.effective)
        kept = checks.standing(held) if inherit else ("", "")
        checks.check_standing_kept(by, held, checks.standing(held), kept, today)
        new = steps.new_household(held, members, leaving, basis, hamlet=hamlet, address=address, inherit=inherit, by=by, today=today)
        made = steps.record("split", held, new, basis, by=by, today=today, verb=policies.SPLIT)
        wanted = {pk: (new, r) for pk, r in leaving.items()} | {pk: (held, r) for pk, r in staying.items()}
        steps.arrange(made, members, wanted, by=by, today=today, verb=policies.SPLIT)
        if inherit:
            steps.copy_periods(held, new, basis, by=by, today=today, verb=policies.SPLIT)
        if helpers:
            steps.copy_helpers(held, new, basis, by=by, today=today)
        follow("split", held, new, leaving, made, by=by, today=today)
    return made


def merge(
    source: Household, target: Household, relations: Relations, *, basis: Basis, by: Scope, today: dt.date,
    duplicates: Collection[int] = (), inherit: bool = False,
) -> HouseholdChange:  # fmt: skip
    """并户: all of `source` goes into `target`; `source` is closed and kept.

    `relations` names every living member of both by id with the relation to the one head, but for `duplicates`: members of `source`
    who are in `target` already and are taken off instead. `inherit`: `target` takes over the open programme periods of `source` in
    programmes in which it has none. Helpers of `source` end, those of `target` stay. Raises Refused, NotPermitted.
    """
    if source.pk == target.pk:
        raise Refused("不能并入本户。请填写另一户的户编号。", field="other")
    with transaction.atomic():
        here, there = steps.locked(source, target)
        policies.check_reshape(by, here)
        policies.check_reshape(by, there)
        checks.check_basis(basis, [here, there], today)
        members = checks.check_named([here, there], [*relations, *duplicates])
        if wrong := [members[pk].name for pk in duplicates if members[pk].household_id != here.pk]:
            raise Refused(f"{wrong[0]}不在被并入的户中，不能按重复登记注销。请重新勾选。", field="household")
        checks.check_side("并户后的户", members, relations, today)
        moving = {pk: r for pk, r in relations.items() if members[pk].household_id == here.pk}
        checks.check_joined([members[pk] for pk in (*moving, *duplicates)], basis.effective)
        checks.check_periods(here, basis.effective)
        after = checks.counted(*steps.standing_after(here, there, inherit))
        for household in (here, there):
            checks.check_standing_kept(by, household, checks.standing(household), after, today)
        before = _before_merge(here, there, members, relations)
        if inherit:
            before["made_periods"] = steps.copy_periods(here, there, basis, by=by, today=today, verb=policies.MERGE)
        before |= steps.close(here, there, basis, inherit=inherit, by=by, today=today)
        before["open_after"] = list(ProgrammeStatus.objects.filter(household=there, until=None).values_list("pk", flat=True))
        made = HouseholdChange(kind="merge", before=before)
        steps.record("merge", here, there, basis, by=by, today=today, verb=policies.MERGE, made=made)
        steps.take_off(made, [members[pk] for pk in duplicates], by=by, today=today)
        steps.arrange(made, members, {pk: (there, r) for pk, r in relations.items()}, by=by, today=today, verb=policies.MERGE)
        follow("merged", here, there, moving, made, by=by, today=today)
    return made


def _before_merge(here: Household, there: Household, members: Mapping[int, Member], relations: Relations) -> dict[str, Any]:
    """What an undo needs to know of the two households as they stood."""
    own = {pk: m for pk, m in members.items() if m.household_id == there.pk}
    return {
        "columns": {str(h.pk): [h.registration, h.monitoring, h.standard_system] for h in (here, there)},
        "made_periods": [],
        "head_changed": not any(m.relation == "head" and relations.get(pk) == "head" for pk, m in own.items()),
        "stayed": list(own),
    }


def transfer(
    source: Household, target: Household, moving: Relations, staying: Relations, *, basis: Basis, by: Scope, today: dt.date
) -> HouseholdChange:
    """成员转户 (婚嫁 …): the members of `moving` go from `source` to `target`; `staying` names those who stay in `source`.

    Relations are to the head of the household each will be in; the head of `target` does not change. Raises Refused, NotPermitted.
    """
    if source.pk == target.pk:
        raise Refused("成员已在该户。请填写另一户的户编号。", field="other")
    with transaction.atomic():
        here, there = steps.locked(source, target)
        policies.check_reshape(by, here)
        policies.check_reshape(by, there)
        checks.check_basis(basis, [here, there], today)
        members = checks.check_named([here], [*moving, *staying])
        own = {m.pk: m for m in checks.living(there)}
        if not moving:
            raise Refused("没有选择转出的成员。请至少选择一名。", field="household")
        checks.check_side("原户", members, staying, today)
        checks.check_side("转入的户", members | own, {**moving, **{pk: m.relation for pk, m in own.items()}}, today)
        checks.check_joined([members[pk] for pk in moving], basis.effective)
        checks.check_standing_kept(by, here, checks.standing(here), checks.standing(there), today)
        made = steps.record("transfer", here, there, basis, by=by, today=today, verb=policies.TRANSFER)
        wanted = {pk: (there, r) for pk, r in moving.items()} | {pk: (here, r) for pk, r in staying.items()}
        steps.arrange(made, members, wanted, by=by, today=today, verb=policies.TRANSFER)
        follow("transferred", here, there, moving, made, by=by, today=today)
    return made


def move(
    household: Household, to: Region, *, basis: Basis, by: Scope, today: dt.date, hamlet: str = "", address: str = ""
) -> HouseholdChange:
    """迁移 to another village: at once where the person covers both places, else a request that the receiving place accepts.

    The household keeps its number; the ids of places on all its rows follow. Raises Refused, NotPermitted.
    """
    if to.level != Region.VILLAGE or not to.in_force(today.year):
        raise Refused(f"“{to.name}”不是现行的村（社区）。请选择迁入的村（社区）。", field="region")
    with transaction.atomic():
        (held,) = steps.locked(household)
        checks.check_basis(basis, [held], today)
        if held.village_id == to.pk:
            raise Refused(f"该户已在“{to.name}”。如只变更住址，请修改户信息。", field="region")
        policies.check_reshape(by, held)
        both = by.may_at(policies.RESHAPE, to)
        verb = policies.MOVE if both else policies.ASK_MOVE
        made = HouseholdChange(kind="move", hamlet=hamlet, address=address)
        steps.record("move", held, held, basis, by=by, today=today, verb=verb, made=made, to=to)
        if both:
            steps.settle(made, held, by=by, today=today, verb=verb)
        else:
            reshape_items.ask(made, today=today)
    return made


def decide_move(asked: HouseholdChange, step: str, *, reason: str, by: Scope, today: dt.date) -> HouseholdChange:
    """接收 or 退回 (the receiving place), 撤回 (the giving place) of a move that waits. Raises Refused, NotPermitted."""
    if step not in ("accept", "decline", "withdraw"):
        raise Refused("没有这一办理步骤。请刷新页面后重试。")
    with transaction.atomic(), rls.everywhere():  # who takes it in does not reach where the household still lies
        with CHANGE.advance(asked, step, by=by, today=today, reason=reason) as locked:
            policies.check_change(by, locked, step)
            locked.decided_by = steps.signed(by)
        if step == "accept":
            (held,) = steps.locked(locked.source)
            policies.check_open(held)
            steps.settle(locked, held, by=by, today=today, verb=CHANGE.moves["accept"].verb)
        reshape_items.answer(locked, step)
    return locked


def undo(made: HouseholdChange, *, reason: str, by: Scope, today: dt.date) -> HouseholdChange:
    """撤销并户: the closed household stands again with its members, periods and helpers, as before the merge.

    Raises Refused where something was entered since that rests on the merge, naming it.
    """
    with transaction.atomic(), rls.everywhere():  # one of the two may have moved since
        here, there = steps.locked(made.source, made.target)
        checks.check_undo(made)
        with CHANGE.advance(made, "undo", by=by, today=today, reason=reason) as locked:
            policies.check_change(by, locked, "undo")
            locked.decided_by = steps.signed(by)
        verb = CHANGE.moves["undo"].verb
        rows = list(locked.members.select_related("member"))
        steps.reopen(here, there, locked.before, by=by, today=today, verb=verb, reason=reason)
        wanted = {r.member_id: (here if r.from_household_id == here.pk else there, r.relation_before) for r in rows}
        steps.put_on([r.member_id for r in rows if r.duplicate], by=by, today=today, verb=verb, reason=reason)
        steps.write(wanted, by=by, today=today, verb=verb, reason=reason)
        for household, name in ((here, "恢复的户"), (there, "现户")):
            family = {m.pk: m for m in checks.living(household)}
            if family:
                checks.check_side(name, family, {pk: m.relation for pk, m in family.items()}, today)
        back = [r.member_id for r in rows if r.from_household_id == here.pk and not r.duplicate]
        follow("restored", there, here, back, locked, by=by, today=today)
    return locked
