"""App config."""

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """小额信贷."""

    name = "shouwang.ledgers.credit"
    label = "credit"
