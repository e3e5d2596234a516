"""Background work of the whole house: the daily freeze of every figure, and the ladder of the work list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.clock import business_now
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.worklist.actions import sweep
from shouwang.kernel.worklist.clocks import morning


def freeze_all(now: dt.datetime) -> int:
    """Freeze every figure at today's 08:00, when the city office looks at its board, where that is past and not done; the trend lines read these."""
    cut_off = morning(timezone.localtime(now).date())
    if now < cut_off:
        return 0
    return sum(figures.freeze(figures.installed(), cut_off, city=city) for city in Region.objects.filter(level=Region.CITY))


def _freeze(_run: Run) -> dict[str, Any]:
    return {"rows": freeze_all(business_now())}


def _sweep(_run: Run) -> dict[str, Any]:
    return dict(sweep(business_now()))


def register_all() -> None:
    """Called once at start-up."""
    register("worklist.sweep", _sweep, "到期提醒和催办", every=60)
    register("figures.daily", _freeze, "每日 8 时指标冻结", every=600)
