"""The record page of a case."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring import queries, views
from shouwang.ledgers.monitoring.policies import VIEW


@page(VIEW)
def case(request: Request, pk: int) -> HttpResponse:
    """One case: where it stands, who acts by when, its leads, the whole story."""
    return render(request, "monitoring/case.html", views.case_context(queries.case(request.scope, pk), request.scope, request.today))
