"""Sweeps: what was run, over what, and what came of it; starting one by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring.watch import queries, sweeping, views
from shouwang.ledgers.monitoring.watch.policies import RULES, SWEEP


@page(RULES)
def sweeps(request: Request) -> HttpResponse:
    """The latest runs."""
    return render(request, "monitoring/sweeps.html", {"rows": views.sweep_rows(request.scope), "may_start": request.scope.may(SWEEP)})


@page(RULES)
def sweep(request: Request, pk: int) -> HttpResponse:
    """One run: manifest, leads by rule and by town, rules left out with the reason."""
    return render(request, "monitoring/sweep.html", views.sweep_context(queries.sweep(request.scope, pk), request.scope))


@page(SWEEP, methods=("POST",))
def start(request: Request) -> HttpResponse:
    """Start one for the own place."""
    mode = request.POST.get("mode", "")
    if mode not in ("full", "delta"):
        raise Refused("请选择全量筛查或增量筛查。", field="mode")
    made = sweeping.start(mode, by=request.scope, today=request.today)
    messages.success(request, "筛查已在后台开始，可以离开本页。")
    return redirect("monitoring_sweep", pk=made.pk)
