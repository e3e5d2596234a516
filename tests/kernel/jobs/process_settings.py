"""Settings of the test processes that need tables and nothing else: the product's own, tables made straight from the models."""

from shouwang.config.settings import *  # noqa: F403 - the product's settings are the base
from shouwang.config.settings import INSTALLED_APPS

MIGRATION_MODULES: dict[str, None] = {app.rsplit(".", 1)[-1]: None for app in INSTALLED_APPS}
