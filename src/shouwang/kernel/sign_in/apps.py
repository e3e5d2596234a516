"""App config."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    """Signing in and out, time-outs, the second factor; its tables are those of accounts."""

    name = "shouwang.kernel.sign_in"
    label = "sign_in"
