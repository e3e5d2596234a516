"""App config."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """What the three separated administrators do to offices, accounts and grants; the tables are those of accounts."""

    name = "shouwang.kernel.administration"
    label = "administration"
