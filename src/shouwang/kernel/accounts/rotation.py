"""A/B角 delegation, and the 交接单 by which an officer who leaves hands everything to the one who comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from shouwang.kernel.accounts import policies
from shouwang.kernel.accounts.models import Delegation, Grant, Handover, User
from shouwang.kernel.accounts.queries import grants_from, office_people, role_words
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.kernel.regions.scope import Scope


@dataclass(frozen=True)
class WorkSource:
    """Something that hands over with a person: what is open in the own name, and how it moves.

    ``open_items(user)`` gives records whose str() is a line of the list; ``move(giver, taker, by=…, today=…)`` moves them inside the
    caller's transaction. The portal installs the sources, so that accounts need not know the work list or a ledger.
    """

    label: str
    open_items: Callable[[User], Sequence[models.Model]]
    move: Callable[..., object]


_sources: list[WorkSource] = []


def install(*sources: WorkSource) -> None:
    """Set the sources of handover items; called once by the portal at start-up."""
    _sources[:] = sources


CYCLE = Lifecycle(
    name="handover",
    initial="draft",
    states={
        "draft": State("拟稿", "移交人"),
        "given": State("移交人已签", "接收人", "o"),
        "taken": State("双方已签", "--", "g", final=True),
        "cancelled": State("作废", "--", "", final=True),
    },
    moves={
        "give": Move(("draft",), "given", "签字移交", policies.HANDOVER_GIVEN),
        "take": Move(("given",), "taken", "签字接收", policies.HANDOVER_TAKEN),
        "back": Move(("given",), "draft", "退回补充", policies.HANDOVER_RETURNED),
        "cancel": Move(("draft",), "cancelled", "作废", policies.HANDOVER_CANCELLED),
    },
)
ACTOR = {"give": "giver", "cancel": "giver", "take": "taker", "back": "taker"}


def delegate(giver: User, taker: User, *, starts: dt.date, ends: dt.date, reason: str, by: Scope, today: dt.date) -> Delegation:
    """Lend everything `giver` holds to `taker` for the half-open period; only the giver does so. Raises Refused or NotPermitted."""
    if by.user_id != giver.pk or not by.may(policies.DELEGATE):
        raise NotPermitted("只有持有业务角色的本人可以设置A/B角委托。")
    if ends <= starts or starts < today:
        raise Refused(f"委托日期有误：起始日期不早于今天（{today}），终止日期不早于起始日期。请改正日期。", field="starts")
    with transaction.atomic():
        locked = User.objects.select_for_update().select_related(None).get(pk=giver.pk)
        policies.check_taker(locked, taker, today)
        if other := locked.delegations_given.filter(revoked_at=None, starts__lt=ends, ends__gt=starts).select_related("taker").first():
            raise Refused(f"{other.starts} 起已委托给{other.taker.name}，时间重叠。请先撤回原委托，或改日期。", field="starts")
        new = Delegation(giver=locked, taker=taker, starts=starts, ends=ends, reason=reason)
        with change(new, by=by, verb=policies.DELEGATION_GIVEN, today=today) as delegation:
            pass
    return delegation


def revoke_delegation(delegation: Delegation, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """The giver takes a delegation back at once; to anyone else it does not exist."""
    if by.user_id != delegation.giver_id:
        raise OutOfScope
    with change(delegation, by=by, verb=policies.DELEGATION_REVOKED, today=today) as locked:
        locked.revoked_at = locked.revoked_at or now


def draft_handover(giver: User, taker: User, *, effective: dt.date, promises: str, by: Scope, today: dt.date) -> Handover:
    """Begin a 交接单 to a colleague of the same office; raises Refused in words."""
    if by.user_id != giver.pk or not by.may(policies.DELEGATE):
        raise NotPermitted("只有持有业务角色的本人可以起草交接单。")
    if effective < today:
        raise Refused(f"交接日期 {effective} 早于今天（{today}）。请改为今天或以后。", field="effective")
    with transaction.atomic():
        locked = User.objects.select_for_update().select_related(None).get(pk=giver.pk)
        _check_pair(locked, taker, today)
        if locked.handovers_given.filter(state__in=("draft", "given")).exists():
            raise Refused("您还有一张未办结的交接单。请先办结或作废。", link="/account/handovers/")
        new = Handover(giver=locked, taker=taker, effective=effective, promises=promises, items=items_of(locked, effective))
        with change(new, by=by, verb=policies.HANDOVER_DRAFTED, today=today) as handover:
            pass
    return handover


def move_handover(
    handover: Handover, move: str, *, by: Scope, today: dt.date, now: dt.datetime, reason: str = "", promises: str = ""
) -> Handover:
    """Sign, return or cancel. The giver's signature freezes the list; the taker's moves the grants, as of the later of the effective
    day and today, and with it at once the work that is open in the giver's name."""
    actor = getattr(handover, f"{ACTOR[move]}_id")
    if by.user_id != actor:
        raise OutOfScope
    with CYCLE.advance(handover, move, by=by, today=today, reason=reason) as locked:
        if move == "give":
            locked.items, locked.given_at = items_of(locked.giver, locked.effective), now
            locked.promises = promises or locked.promises
        if move == "take":
            locked.taken_at = now
            _check_pair(locked.giver, locked.taker, today)
            _move_grants(locked, max(locked.effective, today), by=by, today=today)
            for source in _sources:
                source.move(locked.giver, locked.taker, by=by, today=today)
    return locked


def edit_promises(handover: Handover, promises: str, *, by: Scope, today: dt.date) -> None:
    """Write down what was promised to households; only the giver, only while it is a draft."""
    if by.user_id != handover.giver_id:
        raise OutOfScope
    with change(handover, by=by, verb=policies.HANDOVER_EDITED, today=today) as locked:
        CYCLE.check(locked, "give")
        locked.promises = promises


def items_of(giver: User, effective: dt.date) -> list[dict[str, str]]:
    """What hands over, as lines {kind, text}: the roles held on that day or later, then what each source lists."""
    lines = [{"kind": "角色", "text": role_words(g)} for g in grants_from(giver, effective)]
    return lines + [{"kind": s.label, "text": str(item)} for s in _sources for item in s.open_items(giver)]


def _check_pair(giver: User, taker: User, today: dt.date) -> None:
    if not office_people(giver).filter(pk=taker.pk).exists():
        raise Refused(f"{taker.name}不在本机构或账号已停用。请先由系统管理员把接任人员调入本机构，再办交接。", field="taker")
    if policies.is_administrator(giver, today) or policies.is_administrator(taker, today):
        raise Refused("管理员岗位不能用交接单转移（三权分立）。请由上级安全管理员收回并另行授权。", field="taker")


def _move_grants(handover: Handover, start: dt.date, *, by: Scope, today: dt.date) -> None:
    for grant in grants_from(handover.giver, start):
        first = max(start, grant.valid_from)
        end_grant(grant, start, by=by, today=today, verb=policies.ROLE_HANDED)
        if grants_from(handover.taker, first).filter(role=grant.role, region=grant.region).exists():
            continue
        new = Grant(user=handover.taker, role=grant.role, region=grant.region, groups=grant.groups, valid_from=first, until=grant.until)
        new.note = f"接{handover.giver.name}（交接单 {handover.pk}）"
        with change(new, by=by, verb=policies.ROLE_HANDED, today=today):
            pass


def end_grant(grant: Grant, end: dt.date, *, by: Scope, today: dt.date, verb: Verb, reason: str = "") -> None:
    """Close the half-open period at `end`; a grant that begins then or later goes, since no day of it would be left."""
    with transaction.atomic(), change(grant, by=by, verb=verb, today=today, reason=reason) as locked:
        if locked.valid_from >= end:
            note(locked, by=by, verb=verb, today=today, changes={"until": [None, end.isoformat()]}, reason=reason)
            Grant.objects.filter(pk=locked.pk).delete()
        elif locked.until is None or locked.until > end:
            locked.until = end
