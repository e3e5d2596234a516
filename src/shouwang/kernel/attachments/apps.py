"""App config."""

from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    """Files by hash."""

    name = "shouwang.kernel.attachments"
    label = "attachments"
