"""App of the kernel's own tables."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Settings, holidays, saved views, frozen figures, data keys."""

    name = "shouwang.kernel"
    label = "kernel"

    def ready(self) -> None:
        """Loads the check that every route declares its access."""
        from shouwang.kernel import pages  # noqa: F401 - registers the system check
