"""App config."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """任务交办与报送."""

    name = "shouwang.ledgers.dispatch"
    label = "dispatch"
