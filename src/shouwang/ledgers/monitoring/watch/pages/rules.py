"""The rule desk: the list, a rule, a version with its dry run, the form in rows, thresholds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.monitoring.models import RuleVersion
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.monitoring.watch import backtests, desk, queries, trial, views
from shouwang.ledgers.monitoring.watch.forms import ROWS, RuleForm, ThresholdForm, conditions
from shouwang.ledgers.monitoring.watch.policies import APPROVE, AUTHOR, RULES

VERSION, LIST = "monitoring_rule_version", "monitoring_rules"
MOVES = {
    "submit": "已提交审批。",
    "approve": "已批准，自生效日期起参加筛查。",
    "send_back": "已退回。",
    "drop": "草稿已作废。",
    "end": "已停用。",
}


@page(RULES)
def rules(request: Request) -> HttpResponse:
    """Every rule: in words, version, whose, what became of its leads."""
    lines = queries.lines(request.scope, request.today)
    kind = request.GET.get("kind", "")
    shown = [line for line in lines if kind in ("", line.rule.kind)]
    may = {"may_write": request.scope.may(AUTHOR), "may_view": request.scope.may(VIEW)}
    context = {"lines": shown, "kinds": views.kinds(lines, kind), "total": len(lines), **may}
    return render(request, "monitoring/rules.html", context)


@page(RULES)
def rule(request: Request, name: str) -> HttpResponse:
    """One rule: its words, thresholds, source, versions."""
    return render(request, "monitoring/rule.html", views.rule_context(name, request.scope, request.today))


@page(RULES)
def version(request: Request, pk: int) -> HttpResponse:
    """One own version: its words beside those in force, the dry run, the back-test, what may be done now."""
    found = queries.version(request.scope, pk)
    return render(request, "monitoring/rule_version.html", views.version_context(found, request.scope, request.today))


@page(AUTHOR, methods=BOTH)
def new(request: Request) -> HttpResponse:
    """A new rule of the place, empty or begun from another one."""
    region = desk.region_of(request.scope)
    base = views.base_of(request.GET.get("base", ""), request.today)
    return _form(request, None, region, base)


@page(AUTHOR, methods=BOTH)
def edit(request: Request, pk: int) -> HttpResponse:
    """Change a draft."""
    found = queries.version(request.scope, pk)
    return _form(request, found, found.region, found.read())


def _form(request: Request, found: RuleVersion | None, region: Any, base: Any) -> HttpResponse:
    post = request.POST if request.method == "POST" else None
    more = post is not None and "more" in post
    form = RuleForm(
        None if more else post,
        initial=views.typed(request.POST) if more else views.initial(base, found, request.today),
        today=request.today,
    )
    rows = conditions(post, base, more=more)
    if post is not None and not more and all([form.is_valid(), *(r.is_valid() for r in rows)]):
        try:
            said = views.said(form.cleaned_data, rows, base)
            made = desk.save_rule(
                said, version=found, region=region, by=request.scope, today=request.today, seen=version_of(request) if found else None
            )
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(None, no.message)
        else:
            messages.success(request, "草稿已保存。请试算后提交审批。")
            return redirect(VERSION, pk=made.pk)
    context = {"form": form, "rows": rows, "region": region, "found": found, "room": len(rows) < ROWS, "hints": views.hints()}
    return render(request, "monitoring/rule_form.html", context, status=422 if form.is_bound else 200)


@page(AUTHOR, methods=("POST",))
def follow(request: Request, pk: int) -> HttpResponse:
    """Begin the next version of an approved rule."""
    found = queries.version(request.scope, pk)
    made = desk.next_version(found, by=request.scope, today=request.today)
    return redirect("monitoring_rule_edit", pk=made.pk)


@page(AUTHOR, methods=("POST",))
def attempt(request: Request, pk: int) -> HttpResponse:
    """Dry run: at once, or in the background where there are many households."""
    found = trial.start(queries.version(request.scope, pk), by=request.scope, today=request.today)
    if isinstance(found, Job):
        return redirect("job", job_id=found.pk)
    messages.success(request, f"试算完成：命中 {found.trial['leads']:,} 条，没有登记任何线索。")
    return redirect(VERSION, pk=pk)


@page(AUTHOR, methods=("POST",))
def backtest(request: Request, pk: int) -> HttpResponse:
    """Back-test over the snapshots kept."""
    job = backtests.start(queries.version(request.scope, pk), by=request.scope, today=request.today)
    return redirect("job", job_id=job.pk)


@page(AUTHOR, APPROVE, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Submit, drop, approve, send back or end a version."""
    found = queries.version(request.scope, pk)
    reason = request.POST.get("reason", "")
    if move not in MOVES:
        raise Http404
    if move == "submit":
        desk.submit(found, by=request.scope, today=request.today)
    elif move == "drop":
        desk.drop(found, by=request.scope, today=request.today)
    elif move == "end":
        desk.end(found, by=request.scope, today=request.today, reason=reason)
    else:
        desk.decide(found, move, by=request.scope, today=request.today, reason=reason, version=version_of(request))
    messages.success(request, MOVES[move])
    return redirect(VERSION, pk=pk)


@page(RULES)
def thresholds(request: Request) -> HttpResponse:
    """Every parameter with its value at the person's place, and the changes of offices."""
    context = {
        "rows": queries.thresholds(request.scope, request.today), "changes": views.changes(request.scope),
        "may_write": request.scope.may(AUTHOR), "may_approve": request.scope.may(APPROVE), "place": queries.place_code(request.scope),
    }  # fmt: skip
    return render(request, "monitoring/thresholds.html", context)


@page(AUTHOR, methods=BOTH)
def threshold_new(request: Request) -> HttpResponse:
    """Propose a stricter threshold for the own place."""
    region = desk.region_of(request.scope)
    form = ThresholdForm(request.POST or None, initial={"param": request.GET.get("param", ""), "valid_from": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        kept = {k: said[k] for k in ("param", "value", "valid_from", "source")}
        desk.propose_threshold(kept, region=region, by=request.scope, today=request.today)
        messages.success(request, "阈值调整已提交，由另一人审批后生效。")
        return redirect("monitoring_thresholds")

    crumbs = [("规则", reverse(LIST)), ("阈值", reverse("monitoring_thresholds"))]
    return form_page(request, form, save, title=f"调整阈值（{region.name}）", crumbs=crumbs, submit="提交审批")


@page(AUTHOR, APPROVE, methods=("POST",))
def threshold_move(request: Request, pk: int, move: str) -> HttpResponse:
    """Approve, send back or end a change of a threshold."""
    found = queries.threshold_change(request.scope, pk)
    reason = request.POST.get("reason", "")
    if move not in ("approve", "send_back", "end"):
        raise Http404
    if move == "end":
        desk.end(found, by=request.scope, today=request.today, reason=reason)
    else:
        desk.decide(found, move, by=request.scope, today=request.today, reason=reason, version=version_of(request))
    messages.success(request, MOVES[move])
    return redirect("monitoring_thresholds")
