"""Pages of agreements, deliveries and questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from shouwang.kernel.columns.headers import bare
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request
from shouwang.ledgers.exchange import actions, queries, questions, views
from shouwang.ledgers.exchange.forms import AgreementForm, SendForm
from shouwang.ledgers.exchange.policies import MANAGE, MATCH, SEND, VIEW
from shouwang.ledgers.exchange.reading import fields_of

BOTH = ("GET", "POST")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PHRASES = ("电话核对为本人", "查户口簿为本人", "部门来电确认", "同名不同人，均不是")


@page(MANAGE, methods=BOTH)
def agree(request: Request) -> HttpResponse:
    """Agree on a feed for the person's own place."""
    region = _home(request)
    unused = queries.unused(request.scope, request.today)
    form = AgreementForm(
        request.POST or None, unused=unused, region=region, today=request.today, initial={"feed": request.GET.get("feed", "")}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = actions.agree(
            said["feed"],
            office=said["office"],
            region=region,
            way=said["way"],
            note_said=said["note_said"],
            by=request.scope,
            today=request.today,
        )
        messages.success(request, f"已约定由{made.office}提供“{made.title}”。")
        return redirect("exchange_catalogue")
    return render(request, "exchange/agree.html", {"form": form, "region": region, "unused": unused}, status=422 if form.is_bound else 200)


@page(VIEW)
def agreement(request: Request, pk: int) -> HttpResponse:
    """One feed of one place: what is agreed, its columns, what came."""
    found = queries.agreement(request.scope, pk)
    return render(request, "exchange/agreement.html", views.agreement(found, request.scope, request.today))


@page(MANAGE, methods=("POST",))
def end(request: Request, pk: int) -> HttpResponse:
    """End an agreement."""
    found = queries.agreement(request.scope, pk, MANAGE)
    actions.end_agreement(found, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    messages.success(request, "约定已终止；已入库的数据保存到期。")
    return redirect("exchange_catalogue")


@page(SEND, methods=BOTH, file_limit=views.LIMIT)
def send(request: Request, pk: int) -> HttpResponse:
    """Send a file, or say that there is nothing."""
    found = queries.agreement(request.scope, pk, SEND)
    form = SendForm(request.POST or None, feed=found.declared, today=request.today, initial={"period": request.GET.get("period", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = _sent(request, found, form.cleaned_data)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
        else:
            return redirect("exchange_delivery", pk=made.pk)
    context = {"row": found, "form": form, "fields": fields_of(found.declared), "limit": views.LIMIT}
    return render(request, "exchange/send.html", context, status=422 if form.is_bound else 200)


def _sent(request: Request, found: Any, said: dict[str, Any]) -> Any:
    by, today = request.scope, request.today
    if said["nothing"]:
        return actions.report_nothing(found, period=said["period"], by=by, today=today)
    file = request.FILES.get("file")
    if file is None:
        raise Refused("还没有选择文件。请选择要报送的 Excel 或 CSV 文件；本期确无数据的，请勾选“本期无数据”。", field="file")
    return actions.upload(found, file, period=said["period"], by=by, today=today, hits=found.way == "list")


@page(VIEW)
def delivery(request: Request, pk: int) -> HttpResponse:
    """One delivery as far as it has come; htmx asks again while work is under way."""
    found = queries.delivery(request.scope, pk)
    job = Job.objects.filter(pk=found.job_id).first() if found.job_id else None
    context = views.delivery(found, request.scope)
    context["job"] = job if job and (not job.over or job.state in ("failed", "cancelled")) else None
    seen = found.covers(request.scope, SEND)
    context["listed"] = Paginator(found.faults.order_by("row") if seen else found.faults.none(), 50).get_page(request.GET.get("page"))
    fragment = request.htmx and request.htmx.target == "delivery"
    return render(request, "exchange/_delivery.html" if fragment else "exchange/delivery.html", context)


@page(SEND, methods=BOTH)
def mapping(request: Request, pk: int) -> HttpResponse:
    """Which header is which column."""
    found = queries.delivery(request.scope, pk)
    named: dict[str, str] = found.header.get("named", {})
    if not found.covers(request.scope, SEND) or not named:
        raise OutOfScope
    listed = fields_of(found.declared)
    if request.method == "POST":
        known = {f.key for f in listed}
        said = {bare(n): request.POST.get(f"column_{c}", "") for c, n in named.items()}
        columns = {n: k for n, k in said.items() if n and (k in known or k == "")}
        actions.save_mapping(found, columns, by=request.scope, today=request.today, version=version_of(request))
        messages.success(request, "列对应已保存，本部门同样表头的文件下次自动识别。正在重新预检。")
        return redirect("exchange_delivery", pk=pk)
    chosen = {str(c): k for k, c in found.header.get("columns", {}).items()}
    rows = [(c, n, chosen.get(c, "")) for c, n in sorted(named.items(), key=lambda item: int(item[0]))]
    return render(request, "exchange/mapping.html", {"row": found, "fields": listed, "rows": rows})


@page(SEND, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Confirm, discard, withdraw."""
    found, by, today = queries.delivery(request.scope, pk), request.scope, request.today
    if move == "confirm":
        actions.confirm(found, by=by, today=today, version=version_of(request))
    elif move == "discard":
        actions.discard(found, by=by, today=today)
        messages.success(request, "已放弃本批数据，没有入库。")
    elif move == "withdraw":
        actions.withdraw(found, reason=request.POST.get("reason", ""), by=by, today=today)
        messages.success(request, "已撤回本批数据；入库内容正在移除。")
    else:
        raise OutOfScope
    return redirect("exchange_delivery", pk=pk)


@page(SEND, methods=("POST",))
def rejects(request: Request, pk: int) -> HttpResponse:
    """The sender's workbook with what is wrong in it."""
    found = queries.delivery(request.scope, pk)
    if not found.covers(request.scope, SEND):
        raise OutOfScope
    content = actions.rejects(found, by=request.scope, today=request.today)
    return _file(content, f"{found.name.rsplit('.', 1)[0]}_退回.xlsx")


@page(MATCH)
def question(request: Request, pk: int) -> HttpResponse:
    """What the department wrote beside the persons it may be."""
    found = queries.question(request.scope, pk)
    context = {"row": found, "shown": questions.side_by_side(found, request.scope), "phrases": PHRASES}
    return render(request, "exchange/question.html", {**context, "following": queries.next_question(request.scope, found)})


@page(MATCH, methods=("POST",))
def decide(request: Request, pk: int, move: str) -> HttpResponse:
    """One of them, none of them, or ask again."""
    found, reason = queries.question(request.scope, pk), request.POST.get("reason", "")[:300]
    if move == "reopen":
        questions.reopen(found, reason=reason, by=request.scope, today=request.today)
    elif move in ("link", "none"):
        questions.decide(
            found, queries.candidate(request.scope, request.POST.get("member", "")) if move == "link" else None,
            reason=reason, by=request.scope, today=request.today,
        )  # fmt: skip
        messages.success(request, "核对结论已保存；写法相同的数据今后自动对应。")
        if following := queries.next_question(request.scope, found):
            return redirect("exchange_question", pk=following)
    else:
        raise OutOfScope
    return redirect("exchange_question", pk=pk)


@page("registry.view")
def sources(request: Request, pk: int) -> HttpResponse:
    """What departments say of one household, row by row."""
    home = queries.household(request.scope, pk)
    since = request.today.replace(year=request.today.year - 2)
    found = queries.source_rows(request.scope, home, since, request.today)
    return render(request, "exchange/sources.html", {"home": home, "feeds": found, "since": since})


@page(MANAGE)
def conflicts(request: Request) -> HttpResponse:
    """Where two feeds cannot both be right, by period."""
    this = request.today.replace(day=1)
    periods = [(this - dt.timedelta(1)).replace(day=1)]
    while len(periods) < 6:
        periods.append((periods[-1] - dt.timedelta(1)).replace(day=1))
    said = request.GET.get("period", "")
    period = next((p for p in periods if f"{p:%Y-%m}" == said), periods[0])
    rows = queries.contradictions(request.scope, period)
    tabs = [(f"{p:%Y-%m}", f"{reverse('exchange_conflicts')}?period={p:%Y-%m}", p == period) for p in periods]
    return render(request, "exchange/conflicts.html", {"rows": rows, "tabs": tabs, "period": period})


def _home(request: Request) -> Region:
    """The place that collects: the person's own office's; raises Refused where nothing may be managed there."""
    home = request.scope.home
    found = Region.objects.filter(pk=home.id).first() if home else None
    if found is None or not request.scope.may_at(MANAGE, found):
        raise Refused("您的账号不在本区划管理部门数据。请由市或区（县）扶贫工作机构办理。")
    return found


def _file(content: bytes, name: str, mime: str = XLSX) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=mime, headers=headers)
