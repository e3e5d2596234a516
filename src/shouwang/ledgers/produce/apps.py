"""App config."""

from django.apps import AppConfig


class ProduceConfig(AppConfig):
    """产销."""

    name = "shouwang.ledgers.produce"
    label = "produce"

    def ready(self) -> None:
        """Makes the owner of pictures known."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.produce.queries import lot_of_picture

        register_owner("produce.lot", lot_of_picture)
