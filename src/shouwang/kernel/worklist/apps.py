"""App config."""

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    """Who owes what by when."""

    name = "shouwang.kernel.worklist"
    label = "worklist"
