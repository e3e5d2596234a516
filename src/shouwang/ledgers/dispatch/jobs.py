"""Background work of dispatch: at a report's cut-off its figures are frozen and the drafts brought up to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.clock import business_now
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.ledgers.dispatch.actions import drafting
from shouwang.ledgers.dispatch.models import ReportFigure, ReportRequest


def freeze_due(now: dt.datetime) -> int:
    """Freeze open requests whose cut-off has passed and redraft what is still being drafted; done once per report. Returns reports."""
    count = 0
    for request in ReportRequest.objects.filter(open=True, cut_off__lte=now).select_related("office__region", "notice", "duty"):
        live = ReportFigure.objects.filter(report__state="drafting", cut_off__lt=request.cut_off).values("report")
        waiting = list(request.reports.filter(pk__in=live, consolidated=False).select_related("office__region__city"))
        drafting.draft(request, waiting, now=now)
        count += len(waiting)
    return count


def _freeze(_run: Run) -> dict[str, Any]:
    return {"reports": freeze_due(business_now())}


def register_all() -> None:
    """Called once at start-up by the portal."""
    register("dispatch.cut_off", _freeze, "报告截至时间冻结数据", every=60)
