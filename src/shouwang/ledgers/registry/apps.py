"""App config."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """户档案."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Makes the owners of the app's files and its background work known."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.registry.papers import paper_of
        from shouwang.ledgers.registry.reconcile import jobs, queries

        register_owner("registry.paper", paper_of)
        register_owner("registry.reconciliation", queries.export_of)
        jobs.register_all()
