"""Background work of dispatch: at a report's cut-off its figures are frozen and the drafts brought up to them; recurring reports go round."""

from __future__ import annotations

from typing import Any

from shouwang.kernel.clock import business_now
from shouwang.kernel.jobs.handlers import register
from shouwang.kernel.jobs.run import Run
from shouwang.ledgers.dispatch.actions.requests import freeze_due, open_next_rounds


def _freeze(_run: Run) -> dict[str, Any]:
    return {"reports": freeze_due(business_now())}


def _rounds(_run: Run) -> dict[str, Any]:
    return {"requests": open_next_rounds(business_now())}


def register_all() -> None:
    """Called once when the app is ready."""
    register("dispatch.cut_off", _freeze, "报告截至时间冻结数据", every=60)
    register("dispatch.rounds", _rounds, "周期报送进入下一期", every=600)
