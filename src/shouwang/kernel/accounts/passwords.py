"""Password rules beyond length and common words (GB/T 22239-2019, 8.1.4.1 a: complexity and regular renewal)."""

from __future__ import annotations

import secrets
import string

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.rulebook import lookup

KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
LEAST_KINDS = 3
# Without 0 O 1 l I: a one-time password is read out over the telephone.
READABLE = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")


class MixedCharactersValidator:
    """At least three of lower-case letters, capitals, digits and other signs."""

    def validate(self, password: str, user: User | None = None) -> None:  # noqa: ARG002 - the framework's signature
        """Raise ValidationError if fewer kinds occur."""
        kinds = sum(any(c in kind for c in password) for kind in KINDS) + any(c not in "".join(KINDS) for c in password)
        if kinds < LEAST_KINDS:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        """The rule in words."""
        return "密码须包含大写字母、小写字母、数字、符号四类中的至少三类。"


class NotUserNameValidator:
    """The user name, forwards or backwards, is not part of the password."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if it is."""
        name = user.username.lower() if user else ""
        if len(name) > 2 and (name in password.lower() or name[::-1] in password.lower()):
            raise ValidationError(self.get_help_text(), code="password_has_user_name")

    def get_help_text(self) -> str:
        """The rule in words."""
        return "密码不能包含用户名（正写或倒写）。"


class HistoryValidator:
    """None of the last passwords, the present one included, is used again; how many is the rulebook's."""

    @property
    def count(self) -> int:
        """Passwords remembered (sign_in/password_history on the real date)."""
        return int(lookup("sign_in", "password_history", on=timezone.localdate()).value)

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if the password is the present or a recent one."""
        if user is None or user.pk is None:
            return
        recent = [user.password, *user.password_history][: self.count]
        if any(check_password(password, old) for old in recent):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"不能使用最近 {self.count} 次用过的密码。"


def one_time_password() -> str:
    """Twelve readable signs in three groups, of all kinds; the holder must change it at the first sign-in."""
    while True:
        drawn = "".join(secrets.choice(READABLE) for _ in range(12))
        if all(any(c in kind for c in drawn) for kind in KINDS):
            return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"
