"""App of the pages that join ledgers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Home, worklist, map, help; installs the catalog's figures into the kernel."""

    name = "shouwang.portal"
    label = "portal"
