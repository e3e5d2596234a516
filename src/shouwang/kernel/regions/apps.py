"""App of administrative divisions."""

from django.apps import AppConfig


class RegionsConfig(AppConfig):
    """Administrative divisions by date."""

    name = "shouwang.kernel.regions"
    label = "regions"
