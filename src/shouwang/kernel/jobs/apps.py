"""App config."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from shouwang.kernel.jobs.run import Run

KEPT = dt.timedelta(days=30)


class JobsConfig(AppConfig):
    """Background work."""

    name = "shouwang.kernel.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Register the one job of its own."""
        from shouwang.kernel.jobs.handlers import register

        register("jobs.prune", _prune, "清理定时任务的旧记录", daily_at=dt.time(2, 30))


def _prune(run: Run) -> None:
    from django.utils import timezone

    from shouwang.kernel.jobs.actions import prune

    deleted = 1
    while deleted:
        with run.chunk():
            deleted = prune(before=timezone.now() - KEPT)
