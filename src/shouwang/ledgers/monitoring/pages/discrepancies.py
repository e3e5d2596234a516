"""Discrepancies: look at one, answer it on a phone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring import queries, views
from shouwang.ledgers.monitoring.policies import CHECK, VIEW
from shouwang.ledgers.monitoring.watch import discrepancies


@page(VIEW)
def discrepancy(request: Request, pk: int) -> HttpResponse:
    """What a sweep found that does not fit together, with the rows behind it."""
    found = queries.discrepancy(request.scope, pk)
    return render(request, "monitoring/discrepancy.html", views.discrepancy_context(found, request.scope, request.today))


@page(CHECK, methods=("POST",))
def answer(request: Request, pk: int) -> HttpResponse:
    """Say what it is: true, corrected, or right for a reason."""
    found, post = queries.discrepancy(request.scope, pk, CHECK), request.POST
    discrepancies.answer(
        found, post.get("move", ""), post.get("said", ""), by=request.scope, today=request.today, version=version_of(request)
    )
    messages.success(request, "核对情况已登记。")
    return redirect("monitoring_discrepancy", pk=pk)
