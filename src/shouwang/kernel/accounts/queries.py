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


def _holds(user_id: int, today: dt.date, on_behalf_of: str = "") -> list[Hold]:
    known = roles()
    grants = Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=today), user_id=user_id, valid_from__lte=today).select_related(
        "region"
    )
    return [
        Hold(
            role=g.role,
            permissions=known[g.role].permissions,
            place=g.region.place if g.region else None,
            groups=frozenset(g.groups) if g.groups is not None else known[g.role].groups,
            on_behalf_of=on_behalf_of,
        )
        for g in grants
        if g.role in known and (g.region is not None or known[g.role].assigned)
    ]


def scope_of(user: User, today: dt.date, *, device: str = "desk", request_id: str = "") -> Scope:
    """What `user` holds on `today`, delegations taken included; an inactive user holds nothing."""
    holds: list[Hold] = []
    if user.is_active:
        holds = _holds(user.pk, today)
        lent = Delegation.objects.filter(taker=user, starts__lte=today, ends__gt=today, revoked_at=None, giver__is_active=True)
        for delegation in lent.select_related("giver"):
            holds += _holds(delegation.giver_id, today, on_behalf_of=delegation.giver.name)
    office = Office.objects.select_related("region").get(pk=user.office_id) if user.office_id else None
    return Scope(user_id=user.pk, user_name=user.name, office=office_ref(office), holds=tuple(holds), device=device, request_id=request_id)


def offices_in_force(today: dt.date) -> QuerySet[Office]:
    """Offices that exist on `today`, in official order."""
    return Office.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
