"""Planted permission bugs: each must turn the matrix red on the routes it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db.models import Q
from django.urls import URLPattern

from shouwang.kernel import pages, web
from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.audit import actions as audit
from shouwang.kernel.errors import NotPermitted, OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.regions import scope as regions
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in import middleware, sessions
from shouwang.ledgers.dispatch import ledger, queries
from shouwang.ledgers.dispatch.models import Report, Task
from tests.conformance.matrix import every_route

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Mutant:
    """A bug and the routes on which it must be noticed."""

    name: str
    plant: Plant
    routes: tuple[str, ...]


def route(name: str) -> URLPattern:
    """The route of that full name."""
    return next(entry for found, entry in every_route() if found == name)


def set_to(owner: Any, name: str, value: Any) -> Plant:
    """Replace an attribute."""
    return lambda patch: patch.setattr(owner, name, value)


def opened(name: str, *permissions: str, **access: Any) -> Plant:
    """The route declares other access than it should."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        entry = route(name)
        patch.setattr(entry, "callback", page(*permissions, **access)(entry.callback.__wrapped__))  # type: ignore[attr-defined]  # set by page

    return plant


def frozen(owner: Any, name: str, value: Any) -> Plant:
    """Replace an attribute of a frozen declaration."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setitem(vars(owner), name, value)

    return plant


def scopes(change: Callable[[Scope, User, dt.date], Scope]) -> Plant:
    """Every request gets another scope."""
    return set_to(web, "scope_of", lambda user, today, **kw: change(scope_of(user, today, **kw), user, today))


def _office_power_everywhere(scope: Scope, *_: Any) -> Scope:
    home = scope.home
    return replace(scope, holds=tuple(replace(h, place=h.place or home) for h in scope.holds))


def _lent_for_ever(scope: Scope, user: User, today: dt.date) -> Scope:
    lent = [h for d in user.delegations_taken.select_related("giver__office__region") for h in scope_of(d.giver, today).holds]
    return replace(scope, holds=(*scope.holds, *lent))


def _by_any_permission(self: Scope, permission: str, prefix: str = "", assigned: Q | None = None, office: str = "") -> Q:  # noqa: ARG001 - as the original
    reach = Q(pk__in=[])
    for hold in self.holds:
        if hold.place is not None:
            reach |= Q(**{f"{prefix}{regions.LEVEL_FIELDS[hold.place.level]}": hold.place.id})
        elif office and hold.office_id:
            reach |= Q(**{office: hold.office_id})
    return reach


def _by_code_digits(self: Scope, permission: str, prefix: str = "", assigned: Q | None = None, office: str = "") -> Q:
    reach = ORIGINAL_Q(self, permission, prefix, assigned, office)
    for place in self.places(permission):
        reach |= Q(**{f"{prefix}region__code__startswith": place.code.rstrip("0")})
    return reach


def _gate_without_htmx(request: Any, access: Any) -> Any:
    return None if request.headers.get("HX-Request") and request.user.is_authenticated else ORIGINAL_GATE(request, access)


def _task_or_reason(scope: Scope, pk: int) -> Task:
    try:
        return ORIGINAL_TASK(scope, pk)
    except OutOfScope:
        raise NotPermitted("该任务不在您的管辖范围。") from None


def _reports_in_hand(self: Any, scope: Scope, permission: str = "dispatch.report.view") -> Any:
    own = scope.offices(permission)
    return self.filter(pk__in=Report.objects.filter(Q(office_id__in=own) | scope.q(permission)).values("pk"))


def _active_or_not(_self: Any, user_id: int) -> User | None:
    return User.objects.select_related("office__region").filter(pk=user_id).first()


ORIGINAL_Q, ORIGINAL_GATE, ORIGINAL_TASK = Scope.q, pages._gate, queries.task
LATER = dt.timedelta(days=5)
MUTANTS = (
    Mutant("the gate lets everybody in", set_to(pages, "_gate", lambda *_: None), ("admin-users", "dispatch:tasks")),
    Mutant("htmx goes past the gate", set_to(pages, "_gate", _gate_without_htmx), ("admin-users", "dispatch:upload")),
    Mutant(
        "any grant opens any page",
        set_to(Scope, "may", lambda self, _p: self.everything or bool(self.holds)),
        ("jobs", "dispatch:bulletins"),
    ),
    Mutant("rows of everywhere", set_to(Scope, "q", lambda *_a, **_k: Q()), ("dispatch:task", "admin-user")),
    Mutant("rows by whatever permission", set_to(Scope, "q", _by_any_permission), ("dispatch:notice",)),
    Mutant("codes that look alike", set_to(Scope, "q", _by_code_digits), ("dispatch:task",)),
    Mutant("a town counts as its district", lambda p: p.setitem(regions.LEVEL_FIELDS, 4, "county_id"), ("dispatch:task",)),
    Mutant("a district counts as its city", lambda p: p.setitem(regions.LEVEL_FIELDS, 3, "city_id"), ("dispatch:task",)),
    Mutant(
        "a grant taken back still holds",
        set_to(web, "scope_of", lambda user, today, **kw: scope_of(user, today - LATER, **kw)),
        ("dispatch:tasks",),
    ),
    Mutant(
        "a grant holds before its day",
        set_to(web, "scope_of", lambda user, today, **kw: scope_of(user, today + LATER / 5, **kw)),
        ("dispatch:tasks",),
    ),
    Mutant("a delegation never ends", scopes(_lent_for_ever), ("dispatch:tasks",)),
    Mutant("powers of the own office hold over the region", scopes(_office_power_everywhere), ("dispatch:bulletins",)),
    Mutant("a disabled account goes on", set_to(sessions.OfficerBackend, "get_user", _active_or_not), ("account-roles",)),
    Mutant("the second factor is not asked for", set_to(middleware, "due", lambda *_: ""), ("account-roles",)),
    Mutant(
        "whoever may anywhere acts for any office",
        set_to(Scope, "acts_for", lambda self, p, _o: self.may(p)),
        ("dispatch:progress", "dispatch:check"),
    ),
    Mutant("the write does not ask", set_to(audit, "permit", lambda *_a, **_k: None), ("dispatch:move_task",)),
    Mutant("a record is fetched by its number alone", set_to(queries, "task", lambda _s, pk: Task.objects.get(pk=pk)), ("dispatch:task",)),
    Mutant("what is out of reach says so", set_to(queries, "task", _task_or_reason), ("dispatch:task",)),
    Mutant("reports in hand show above", set_to(type(Report.objects.all()), "within", _reports_in_hand), ("dispatch:report",)),
    Mutant("a list forgets the scope", frozen(ledger.NOTICES, "base", lambda _s: ORIGINAL_NOTICES(Scope.system())), ("dispatch:notices",)),
    Mutant(
        "a list drops own rows", frozen(ledger.NOTICES, "base", lambda s: ORIGINAL_NOTICES(s).filter(state="issued")), ("dispatch:notices",)
    ),
    Mutant(
        "an export can be a link",
        opened("dispatch:tasks_export", "dispatch.task.view", methods=("GET", "POST")),
        ("dispatch:tasks_export",),
    ),
    Mutant("a page asks for less", opened("admin-users", "accounts.delegate"), ("admin-users",)),
    Mutant("a page asks for more", opened("dispatch:tasks", "dispatch.task.review"), ("dispatch:tasks",)),
    Mutant("a page is open to the street", opened("account-roles", public=True, why="试验"), ("account-roles",)),
)
ORIGINAL_NOTICES = ledger.NOTICES.base
