"""App config."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    """户档案; registers the search for look-alikes."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Makes the background work known; every migration ends with the name index whole, whatever it did to the member table."""
        from shouwang.ledgers.registry import jobs
        from shouwang.ledgers.registry.name_index import after_migrate

        jobs.register_all()
        post_migrate.connect(after_migrate, sender=self)
