"""App config."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    """户档案; registers the search for look-alikes."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Makes the background work and the owners of files known; every migration ends with the name index whole, whatever it did to the member table."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.registry import jobs
        from shouwang.ledgers.registry.name_index import after_migrate
        from shouwang.ledgers.registry.papers import paper_of
        from shouwang.ledgers.registry.reconcile import jobs as comparing
        from shouwang.ledgers.registry.reconcile import queries

        jobs.register_all()
        post_migrate.connect(after_migrate, sender=self)
        register_owner("registry.paper", paper_of)
        register_owner("registry.reconciliation", queries.export_of)
        comparing.register_all()
