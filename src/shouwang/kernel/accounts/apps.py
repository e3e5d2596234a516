"""App config."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Offices, users, grants."""

    name = "shouwang.kernel.accounts"
    label = "accounts"
