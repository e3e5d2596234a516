"""Reads of offices, users and what they hold."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from shouwang.kernel.accounts.models import Delegation, Grant, Office, User
from shouwang.kernel.accounts.roles import roles
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
        common = {"role": role.code, "groups": groups, "on_behalf_of": on_behalf_of, "office_id": user.office_id}
        holds.append(Hold(permissions=role.permissions, place=place, assigned=role.assigned, **common))
        if role.office_permissions and user.office_id:
            holds.append(Hold(permissions=role.office_permissions, place=None, **common))
    return holds


def scope_of(user: User, today: dt.date, *, device: str = "desk", request_id: str = "") -> Scope:
    """What `user` holds on `today`, delegations taken included; an inactive user holds nothing."""
    holds: list[Hold] = []
    if user.is_active:
        holds = _holds(user, today)
        lent = Delegation.objects.filter(taker=user, starts__lte=today, ends__gt=today, revoked_at=None, giver__is_active=True)
        for delegation in lent.select_related("giver"):
            holds += _holds(delegation.giver, today, on_behalf_of=delegation.giver.name)
    office = Office.objects.select_related("region").get(pk=user.office_id) if user.office_id else None
    return Scope(user_id=user.pk, user_name=user.name, office=office_ref(office), holds=tuple(holds), device=device, request_id=request_id)


def offices_in_force(today: dt.date) -> QuerySet[Office]:
    """Offices that exist on `today`, in official order."""
    return Office.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
