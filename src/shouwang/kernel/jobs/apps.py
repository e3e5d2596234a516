"""App config."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work."""

    name = "shouwang.kernel.jobs"
    label = "jobs"
