"""App config."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """防返贫监测."""

    name = "shouwang.ledgers.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        """Makes the background work of the watch known."""
        from shouwang.ledgers.monitoring.watch import jobs as watch

        watch.register_all()
