"""App config."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """户档案."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Makes the app's background work known."""
        from shouwang.ledgers.registry import jobs

        jobs.register_all()
