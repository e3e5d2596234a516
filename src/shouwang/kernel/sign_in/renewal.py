"""Setting a password: the person's own change, and the one-time password an administrator hands out."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.passwords import one_time_password
from shouwang.kernel.audit.actions import note
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.sign_in.policies import CHANGE_PASSWORD
from shouwang.kernel.sign_in.sessions import rule


def change_password(user: User, new: str, again: str, *, by: Scope, today: dt.date, now: dt.datetime) -> None:
    """The person's own change, the old password having been checked; raises Refused with every rule that is broken."""
    if new != again:
        raise Refused("两次输入的新密码不一致。请重新输入。", field="again")
    try:
        validate_password(new, user)
    except ValidationError as broken:
        raise Refused("".join(broken.messages), field="new") from broken
    with transaction.atomic():
        _store(user, new, now, once=False)
        note(user, by=by, verb=CHANGE_PASSWORD, today=today)


def one_time(user: User, now: dt.datetime) -> str:
    """A fresh one-time password, stored as a digest and returned; it must be changed at the next sign-in."""
    word = one_time_password()
    _store(user, word, now, once=True)
    return word


def _store(user: User, password: str, now: dt.datetime, *, once: bool) -> None:
    # Not through change(): its record of differences would carry the digests into the audit.
    if user.password:
        user.password_history = [user.password, *user.password_history][: rule("password_history") - 1]
    user.set_password(password)
    user.password_changed_at, user.must_change_password = now, once
    user.save(update_fields=["password", "password_history", "password_changed_at", "must_change_password"])
