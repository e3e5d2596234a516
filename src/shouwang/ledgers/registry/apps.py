"""App config."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """户档案."""

    name = "shouwang.ledgers.registry"
    label = "registry"

    def ready(self) -> None:
        """Makes the owners of the app's files known."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.registry.papers import paper_of

        register_owner("registry.paper", paper_of)
