"""App config."""

from django.apps import AppConfig


class ImpactConfig(AppConfig):
    """影响分析."""

    name = "shouwang.ledgers.impact"
    label = "impact"
