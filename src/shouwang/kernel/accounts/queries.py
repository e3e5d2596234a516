"""Reads of offices, users and what they hold."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db.models import Q, QuerySet

from shouwang.kernel.accounts.models import Delegation, Grant, Handover, Office, User
from shouwang.kernel.accounts.roles import Role, roles
from shouwang.kernel.privacy import Group
from shouwang.kernel.regions.scope import Hold, OfficeRef, Scope


def office_ref(office: Office | None) -> OfficeRef | None:
    """The light value of an office that scopes carry."""
    if office is None:
        return None
    return OfficeRef(id=office.pk, code=office.code, name=office.name, tier=office.tier, place=office.region.place)


def _holds(user: User, today: dt.date, on_behalf_of: str = "") -> list[Hold]:
    grants = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=today), user=user, valid_from__lte=today).select_related("region")
    holds: list[Hold] = []
    for grant in grants:
        role = roles().get(grant.role)
        if role is None or (grant.region is None and not role.assigned):
            continue
        groups = frozenset(grant.groups) if grant.groups is not None else role.groups
        place = grant.region.place if grant.region and not role.assigned else None
        hold = partial(Hold, role=role.code, groups=groups, on_behalf_of=on_behalf_of, office_id=user.office_id)
        holds.append(hold(permissions=role.permissions, place=place, assigned=role.assigned))
        if role.office_permissions and user.office_id:
            holds.append(hold(permissions=role.office_permissions, place=None))
    return holds


def scope_of(user: User, today: dt.date, *, device: str = "desk", request_id: str = "") -> Scope:
    """What `user` holds on `today`, delegations taken included; an inactive user holds nothing."""
    holds: list[Hold] = []
    if user.is_active:
        holds = _holds(user, today)
        lent = Delegation.objects.filter(taker=user, starts__lte=today, ends__gt=today, revoked_at=None, giver__is_active=True)
        for delegation in lent.select_related("giver"):
            # An administrator's powers are never lent, also where they were granted after the delegation was made.
            mine = _holds(delegation.giver, today, on_behalf_of=delegation.giver.name)
            holds += [h for h in mine if not roles()[h.role].administrator]
    office = office_ref(user.office)
    return Scope(user_id=user.pk, user_name=user.name, office=office, holds=tuple(holds), device=device, request_id=request_id)


def offices_in_force(today: dt.date) -> QuerySet[Office]:
    """Offices that exist on `today`, in official order."""
    return Office.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)


def grants_from(user: User, day: dt.date) -> QuerySet[Grant]:
    """The user's grants that hold on `day` or later."""
    return Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=day), user=user).select_related("region")


def group_words(role: Role) -> str:
    """The field groups a role sees, in words."""
    if role.administrator:
        return "不看业务数据"
    return "全部" if role.groups is None else "、".join(g.label for g in Group if g in role.groups)


def role_words(grant: Grant) -> str:
    """A grant in words: role, place, first and last day (the stored period is half-open)."""
    role = roles().get(grant.role)
    name = role.name if role else f"已取消的角色 {grant.role}"
    place = grant.region.name if grant.region else "按结对户"
    last = f"至 {grant.until - dt.timedelta(1)}" if grant.until else "长期"
    return f"{name}（{place}，{grant.valid_from} 起，{last}）"


def office_people(user: User, *, above: bool = False) -> QuerySet[User]:
    """Active colleagues of the same office, with `above` also those of the office one tier up."""
    offices = [user.office_id, user.office.parent_id if above and user.office else None]
    near = [o for o in offices if o is not None]
    return User.objects.filter(office_id__in=near, is_active=True).exclude(pk=user.pk).select_related("office")


def handovers_of(user: User) -> QuerySet[Handover]:
    """The 交接单 the person gives or takes, youngest first."""
    return Handover.objects.filter(Q(giver=user) | Q(taker=user)).select_related("giver__office", "taker__office")
