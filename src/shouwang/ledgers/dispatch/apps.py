"""App config."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """任务交办与报送."""

    name = "shouwang.ledgers.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        """Makes the app's background work and the owners of its files known."""
        from shouwang.ledgers.dispatch import files, jobs

        jobs.register_all()
        files.register_all()
