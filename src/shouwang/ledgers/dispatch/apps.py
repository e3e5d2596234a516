"""App config."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """任务交办与报送."""

    name = "shouwang.ledgers.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        """Makes the app's background work known."""
        from shouwang.ledgers.dispatch import jobs

        jobs.register_all()
