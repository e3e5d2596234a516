"""The simulation: a form, the result by town, saved scenarios, an export."""

from __future__ import annotations

from typing import Any

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


@page(SIMULATE)
def simulation(request: Request) -> HttpResponse:
    """The form, and the result where the address asks for one."""
    form, result = _asked(request, request.GET), None
    if form.is_bound and form.is_valid():
        try:
            result = simulating.run(form.cleaned_data, by=request.scope)
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
    query = QueryDict(mutable=True)
    query.update({k: request.GET[k] for k in FORM if k in request.GET})
    context: dict[str, Any] = {"form": form, "result": result, "query": query.urlencode(), "saved": queries.scenarios(request.scope)}
    return render(request, "monitoring/simulation.html", context, status=422 if form.is_bound and form.errors else 200)


@page(SIMULATE, methods=("POST",))
def save(request: Request) -> HttpResponse:
    """Keep the scenario under a name."""
    given = QueryDict(request.POST.get("query", "")[:2000])
    form = _asked(request, given)
    if not form.is_valid():
        raise Refused("情景没有填写完整，不能保存。请先算出结果再保存。")
    simulating.save(request.POST.get("name", ""), {k: given[k] for k in FORM if k in given}, by=request.scope, today=request.today)
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
    result = simulating.run(form.cleaned_data, by=request.scope)
    event = simulating.note_export(by=request.scope, today=request.today, reason=request.POST.get("reason", ""))
    name = f"收入冲击模拟_{request.today:%Y%m%d}.xlsx"
    body = workbook(result, by=request.scope, now=request.now, number=str(event.pk))
    return HttpResponse(body, content_type=XLSX, headers={"Content-Disposition": content_disposition_header(True, name) or ""})
