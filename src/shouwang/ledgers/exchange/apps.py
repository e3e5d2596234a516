"""App config."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """部门数据; registers its background work and who may open its files."""

    name = "shouwang.ledgers.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Makes the jobs and the owners of files known."""
        from shouwang.kernel.attachments.queries import register_owner
        from shouwang.ledgers.exchange import jobs, queries

        jobs.register_all()
        register_owner("exchange.delivery", queries.file_of)
        register_owner("exchange.letter", queries.list_of)
