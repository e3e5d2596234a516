"""App config."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """户档案; registers the search for look-alikes."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Register the background work."""
        from shouwang.ledgers.registry import jobs

        jobs.register_all()
