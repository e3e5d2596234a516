"""App of the kernel's own tables."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Settings, holidays, saved views, frozen figures, data keys."""

    name = "shouwang.kernel"
    label = "kernel"
