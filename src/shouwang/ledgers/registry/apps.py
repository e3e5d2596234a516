"""App config."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """户档案."""

    name = "shouwang.ledgers.registry"
    label = "registry"
