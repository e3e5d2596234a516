"""App of the administrative divisions."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Administrative divisions by date, and the row-level security that stands on them."""

    name = "shouwang.kernel.regions"
    label = "regions"

    def ready(self) -> None:
        """Loads the check that the site's database role is bound."""
        from shouwang.kernel.regions import row_policies  # noqa: F401 - registers the system check
