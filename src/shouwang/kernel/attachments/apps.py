"""App config."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from shouwang.kernel.jobs.run import Run


class AttachmentsConfig(AppConfig):
    """Files by hash."""

    name = "shouwang.kernel.attachments"
    label = "attachments"

    def ready(self) -> None:
        """Register the nightly sweep."""
        from shouwang.kernel.jobs.handlers import register

        register("attachments.sweep", _sweep, "清理无人引用的附件文件", daily_at=dt.time(3, 0))


def _sweep(run: Run) -> dict[str, Any]:
    from shouwang.kernel.attachments.actions import sweep

    run.check()
    return {"words": f"清理了 {sweep()} 个文件。"}
