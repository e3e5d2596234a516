"""The simulation: a form, the result by town, saved scenarios, an export."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from shouwang.kernel.errors import Refused
from shouwang.kernel.lists import XLSX
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring.watch import queries, simulating
from shouwang.ledgers.monitoring.watch.policies import SIMULATE
from shouwang.ledgers.monitoring.watch.scenario_form import ScenarioForm
from shouwang.ledgers.monitoring.watch.simulation_sheet import workbook

FORM = tuple(ScenarioForm.base_fields)


def _asked(request: Request, given: QueryDict) -> ScenarioForm:
    return ScenarioForm(given if "source" in given else None, places=simulating.places(request.scope), today=request.today)


def _said(given: QueryDict) -> dict[str, str]:
    """The form's own values of a query string."""
    return {k: str(given[k]) for k in FORM if k in given}


@page(SIMULATE)
def simulation(request: Request) -> HttpResponse:
    """The form, and the result where the address asks for one; a large place is computed in the background."""
    form, result = _asked(request, request.GET), None
    if form.is_bound and form.is_valid():
        try:
            result = simulating.answer(form.cleaned_data, by=request.scope, today=request.today)
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
    context: dict[str, Any] = {
        "form": form, "result": result, "homes": result.homes(request.scope) if result else {}, "query": urlencode(_said(request.GET)),
        "saved": queries.scenarios(request.scope), "waiting": form.is_bound and not form.errors and result is None,
    }  # fmt: skip
    return render(request, "monitoring/simulation.html", context, status=422 if form.is_bound and form.errors else 200)


@page(SIMULATE, methods=("POST",))
def start(request: Request) -> HttpResponse:
    """Compute in the background."""
    given = QueryDict(request.POST.get("query", "")[:2000])
    form = _asked(request, given)
    if not form.is_valid():
        raise Refused("情景没有填写完整，不能计算。请返回填写。")
    job = simulating.start(form.cleaned_data, _said(given), by=request.scope, today=request.today)
    return redirect("job", job_id=job.pk)


@page(SIMULATE, methods=("POST",))
def save(request: Request) -> HttpResponse:
    """Keep the scenario under a name."""
    given = QueryDict(request.POST.get("query", "")[:2000])
    form = _asked(request, given)
    if not form.is_valid():
        raise Refused("情景没有填写完整，不能保存。请先算出结果再保存。")
    simulating.save(request.POST.get("name", ""), _said(given), by=request.scope, today=request.today)
    messages.success(request, "情景已保存。")
    return redirect(f"{reverse('monitoring_simulation')}?{given.urlencode()}")


@page(SIMULATE)
def saved(request: Request, pk: int) -> HttpResponse:
    """Open a saved scenario: it is computed anew."""
    query = QueryDict(mutable=True)
    query.update(queries.scenario(request.scope, pk).body)
    return redirect(f"{reverse('monitoring_simulation')}?{query.urlencode()}")


@page(SIMULATE, methods=("POST",))
def export(request: Request) -> HttpResponse:
    """The result by town as a workbook; no household is named in it."""
    form = _asked(request, request.GET)
    if not form.is_valid():
        raise Refused("情景没有填写完整，不能导出。请先算出结果再导出。")
    result = simulating.answer(form.cleaned_data, by=request.scope, today=request.today)
    if result is None:
        raise Refused("结果还没有算出，不能导出。请先在后台计算。")
    event = simulating.note_export(by=request.scope, today=request.today, reason=request.POST.get("reason", ""))
    name = f"收入冲击模拟_{request.today:%Y%m%d}.xlsx"
    body = workbook(result, by=request.scope, now=request.now, number=str(event.pk))
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name) or ""})
