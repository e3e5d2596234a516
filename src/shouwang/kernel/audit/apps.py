"""App config."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only record of acts."""

    name = "shouwang.kernel.audit"
    label = "audit"
