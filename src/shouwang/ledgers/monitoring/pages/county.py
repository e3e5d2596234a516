"""The county's batches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring import queries, views
from shouwang.ledgers.monitoring.actions import county
from shouwang.ledgers.monitoring.pages.village import TEMPLATE
from shouwang.ledgers.monitoring.policies import DETERMINE, VIEW
from shouwang.ledgers.monitoring.procedure_forms import BatchForm, ResolutionForm

POST = ("POST",)


@page(DETERMINE, methods=BOTH)
def new(request: Request, pk: int) -> HttpResponse:
    """Cases that passed the towns into a batch."""
    place, waiting = queries.county(request.scope, pk, DETERMINE), queries.waiting_for_batch(request.scope, pk)
    form = BatchForm(request.POST or None, initial={"number": queries.next_number(place, request.today)})

    def save(said: dict[str, Any]) -> HttpResponse:
        chosen = [c for c in waiting if str(c.pk) in request.POST.getlist("case")]
        made = county.open_batch(place, chosen, number=said["number"], by=request.scope, today=request.today)
        messages.success(request, f"已组成批次，{len(chosen)} 户。请送部门比对后提请会议审定。")
        return redirect("monitoring_batch", pk=made.pk)

    context = {"rows": views.chosen(waiting, request.POST, request.today), "votes": False}
    crumbs = [("审定批次", reverse("monitoring_batches"))]
    return form_page(request, form, save, title=f"组成审定批次：{place.name}", crumbs=crumbs, submit="组批", template=TEMPLATE, **context)


@page(VIEW)
def batch(request: Request, pk: int) -> HttpResponse:
    """One batch: its households, comparison, meeting, document."""
    return render(request, "monitoring/batch.html", views.batch_context(queries.batch(request.scope, pk), request.scope, request.today))


@page(DETERMINE, methods=POST)
def decide(request: Request, pk: int) -> HttpResponse:
    """登记审定结果."""
    found, form = queries.batch(request.scope, pk, DETERMINE), ResolutionForm(request.POST)
    if not form.is_valid():
        raise Refused("；".join(f"{form.fields[n].label}：{e}" for n, errors in form.errors.items() for e in errors))
    county.decide(found, form.resolution(), by=request.scope, today=request.today)
    messages.success(request, "审定结果已登记，户档案已更新，待落实帮扶。")
    return redirect("monitoring_batch", pk=pk)


@page(DETERMINE, methods=POST)
def drop(request: Request, pk: int) -> HttpResponse:
    """取消批次."""
    found = queries.batch(request.scope, pk, DETERMINE)
    county.drop_batch(found, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    messages.success(request, "批次已取消，各户回到待审定。")
    return redirect("monitoring_batches")


@page(DETERMINE, methods=POST)
def return_row(request: Request, pk: int) -> HttpResponse:
    """One household out of the batch, back to the named step."""
    found = queries.case(request.scope, pk, DETERMINE)
    batch_id = found.batch_id
    county.return_row(found, request.POST.get("move", ""), reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    messages.success(request, "该户已退回，其余各户不受影响。")
    return redirect("monitoring_batch", pk=batch_id) if batch_id else redirect("monitoring_batches")
