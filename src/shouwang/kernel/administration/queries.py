"""What an administrator reaches."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.filters import reachable
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope


def offices_within(scope: Scope, permission: str) -> QuerySet[Office]:
    """Offices the permission reaches, in official order."""
    return Office.objects.filter(scope.q(permission)).select_related("region", "parent")


def users_within(scope: Scope, *permissions: str) -> QuerySet[User]:
    """People whom one of the permissions reaches through their office; those without an office belong to the city."""
    reach = Q(pk__in=[])
    for permission in permissions:
        reach |= scope.q(permission, "office__")
        if any(p.level <= Region.CITY for p in scope.places(permission)):
            reach |= Q(office__isnull=True)
    return User.objects.filter(reach).select_related("office__region")


def user_within(scope: Scope, pk: int, *permissions: str) -> User:
    """One person in reach; raises OutOfScope."""
    if user := users_within(scope, *permissions).filter(pk=pk).first():
        return user
    raise OutOfScope


def regions_within(scope: Scope, permission: str) -> QuerySet[Region]:
    """Regions the permission reaches."""
    return Region.objects.filter(reachable(scope, permission))
