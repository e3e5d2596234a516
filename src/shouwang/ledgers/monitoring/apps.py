"""App config."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """防返贫监测."""

    name = "shouwang.ledgers.monitoring"
    label = "monitoring"
