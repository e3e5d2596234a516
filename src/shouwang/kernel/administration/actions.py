"""What the three separated administrators do to offices, accounts and grants, and what a person does to the own password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from shouwang.kernel.accounts.models import Grant, Office, SecondFactor, User, normal_username
from shouwang.kernel.accounts.policies import MANAGE
from shouwang.kernel.accounts.rotation import end_grant
from shouwang.kernel.administration import policies
from shouwang.kernel.audit.actions import change, note, permit
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in import sessions
from shouwang.kernel.sign_in.renewal import one_time


def save_office(office: Office, values: Mapping[str, Any], *, by: Scope, today: dt.date) -> Office:
    """Insert or change an office; `values` are field names, `region` among them only for a new one. Its tier is its region's level."""
    verb = policies.EDIT_OFFICE if office.pk else policies.CREATE_OFFICE
    if not office.pk:
        office.put_in(values["region"])
        office.tier = values["region"].level
        if Office.objects.filter(code=values["code"]).exists():
            raise Refused(f"机构代码“{values['code']}”已被使用。请改用其他代码。", field="code")
    with change(office, by=by, verb=verb, today=today) as locked:
        for name, value in values.items():
            if name != "region":
                setattr(locked, name, value)
        policies.check_office_dates(locked)
        policies.check_parent(locked)
    return locked


def create_user(values: Mapping[str, Any], *, by: Scope, today: dt.date) -> User:
    """A new account without a password: who opens accounts never knows how to enter them, the security administrator issues the first."""
    name = normal_username(values["username"])
    if User.objects.filter(username=name).exists():
        raise Refused(f"用户名“{name}”已存在。请改用其他用户名，例如加上机构简称。", field="username")
    with change(User(**{**values, "username": name}), by=by, verb=policies.CREATE_USER, today=today) as user:
        user.must_change_password = True
    return user


def edit_user(user: User, values: Mapping[str, Any], *, by: Scope, today: dt.date) -> User:
    """Change name, office, duty, title, or whether the account may be used; a person moved must stay within reach."""
    policies.check_not_self(user, by)
    with change(user, by=by, verb=policies.EDIT_USER, today=today) as locked:
        for field, value in values.items():
            setattr(locked, field, value)
        if not by.everything and not locked.covers(by, MANAGE):
            raise NotPermitted("目标机构不在您的管理范围内。请由上级系统管理员办理调动。")
    if not locked.is_active:
        locked.sign_ins.all().delete()
    return locked


def reset_password(user: User, *, by: Scope, today: dt.date, now: dt.datetime) -> str:
    """A fresh one-time password, returned and kept nowhere in the clear; open sessions end and the lock is lifted."""
    with _on_account(user, by, policies.RESET_PASSWORD, today) as locked:
        word = one_time(locked, now)
        locked.sign_ins.all().delete()
        sessions.unlock(locked.username)
    return word


def force_password(user: User, *, by: Scope, today: dt.date) -> None:
    """The person must change the password before going on."""
    policies.check_not_self(user, by)
    with change(user, by=by, verb=policies.FORCE_PASSWORD, today=today) as locked:
        locked.must_change_password = True


def unlock_user(user: User, *, by: Scope, today: dt.date) -> None:
    """Forget failed sign-ins and wrong codes."""
    with _on_account(user, by, policies.UNLOCK_USER, today) as locked:
        sessions.unlock(locked.username)
        SecondFactor.objects.filter(user=locked).update(failures=0, locked_until=None)


def reset_factor(user: User, *, by: Scope, today: dt.date, reason: str) -> None:
    """Take the authenticator away (a lost telephone); whoever must have one enrols again at the next sign-in."""
    with _on_account(user, by, policies.RESET_FACTOR, today, reason) as locked:
        SecondFactor.objects.filter(user=locked).delete()
        locked.sign_ins.all().delete()


def end_sessions(user: User, *, by: Scope, today: dt.date) -> None:
    """Sign the person out everywhere."""
    with _on_account(user, by, policies.END_SESSIONS, today) as locked:
        locked.sign_ins.all().delete()


@contextmanager
def _on_account(user: User, by: Scope, verb: Verb, today: dt.date, reason: str = "") -> Iterator[User]:
    """An act that `change` cannot record, because its fields are secrets or lie in other tables: same lock, permission and audit."""
    policies.check_not_self(user, by)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        permit(locked, by=by, verb=verb, reason=reason)
        yield locked
        note(locked, by=by, verb=verb, today=today, reason=reason)


def give_role(
    user: User, role: str, region: Region | None, *, start: dt.date, until: dt.date | None, by: Scope, today: dt.date,
    groups: Sequence[str] | None = None, words: str = "",
) -> Grant:  # fmt: skip
    """Grant a role at a region for the half-open period; `groups` None = the role's own field groups.

    Raises Refused for a role out of place, a period out of order or doubled, or powers that must stay apart; NotPermitted beyond reach.
    """
    policies.check_not_self(user, by)
    policies.check_role_at(role, region)
    if until is not None and until <= start:
        raise Refused(f"终止日期 {until} 须晚于起始日期 {start}。请改正日期。", field="until")
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        policies.check_separate(locked, role, start, until)
        same = Grant.objects.filter(user=locked, role=role, region=region).exclude(until__lte=start)
        if (same.filter(valid_from__lt=until) if until else same).exists():
            raise Refused(f"{locked.name}在该期间已持有这一角色和区划，不用重复授予。如需改期限，请先收回再授予。", field="role")
        stored = None if groups is None else list(groups)
        new = Grant(user=locked, role=role, region=region, groups=stored, valid_from=start, until=until, note=words)
        with change(new, by=by, verb=policies.GIVE_ROLE, today=today) as grant:
            pass
    return grant


def revoke_role(grant: Grant, *, by: Scope, today: dt.date, reason: str, verb: Verb = policies.TAKE_ROLE) -> None:
    """End a grant as of `today`; one that has not begun before is taken back whole, the audit keeps it."""
    policies.check_not_self(grant.user, by)
    end_grant(grant, today, by=by, today=today, verb=verb, reason=reason)
