"""App config."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """小额信贷; registers the nightly look at maturities and arrears."""

    name = "shouwang.ledgers.credit"
    label = "credit"

    def ready(self) -> None:
        """Makes the background work known."""
        from shouwang.ledgers.credit import jobs

        jobs.register_all()
