"""App config."""

from django.apps import AppConfig


class EmploymentConfig(AppConfig):
    """劳动力就业."""

    name = "shouwang.ledgers.employment"
    label = "employment"

    def ready(self) -> None:
        """Makes the background work known."""
        from shouwang.ledgers.employment import jobs

        jobs.register_all()
