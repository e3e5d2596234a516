"""Pages of tasks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.dispatch import lifecycle, queries, views
from shouwang.ledgers.dispatch.actions import tasks
from shouwang.ledgers.dispatch.forms import ExtensionForm, moment_of

VIEW, WORK, REVIEW, SUPERVISE = "dispatch.task.view", "dispatch.task.work", "dispatch.task.review", "dispatch.task.supervise"
PHRASES_RETURN = ("材料不全，请补充佐证。", "数据与台账不一致，请核实。", "未按要求分项说明，请重新整理。")
PHRASES_EXTEND = ("受疫情防控管控，无法入户核实。", "需等待部门比对结果。", "项目现场尚未具备复工条件。")


@page(VIEW)
def record(request: Request, pk: int) -> HttpResponse:
    """One task: what, by when, progress, evidence, extensions, supervision, what was passed on."""
    task = queries.task(request.scope, pk)
    covers = request.scope.acts_for(WORK, task.office_id)
    context = {
        "task": task, "moves": views.task_moves(task, request.scope), "works": covers, "bound": queries.bound_progress(task, request.today),
        "progress": task.progress.all(), "files": views.files_of(task), "extensions": task.extensions.all(), "notes": task.supervision_notes.select_related("office"),
        "below": task.passed_on.select_related("office"), "targets": queries.offices_below(task.office_id, request.today) if covers else [],
        "reviews": request.scope.acts_for(REVIEW, task.assigner_id), "supervises": task.covers(request.scope, SUPERVISE), "events": timeline("dispatch.task", str(pk)),
        "now": request.now, "extension_form": ExtensionForm(), "phrases_return": PHRASES_RETURN, "phrases_extend": PHRASES_EXTEND,
        "report": getattr(task, "report", None), "state": lifecycle.TASK.state_of(task), "tier_warning": queries.pass_on_warning(task, request.now) if covers else "",
    }  # fmt: skip
    return render(request, "dispatch/task.html", context)


@page(WORK, methods=("POST",))
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """签收."""
    tasks.acknowledge(queries.task(request.scope, pk), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "已签收。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(WORK, methods=("POST",))
def progress(request: Request, pk: int) -> HttpResponse:
    """An entry of progress, with evidence where a file is chosen."""
    task = queries.task(request.scope, pk)
    views.add_progress(task, request.POST.get("text", ""), request.FILES.getlist("file"), by=request.scope, today=request.today)
    messages.success(request, "进展已登记。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(WORK, methods=("POST",))
def submit(request: Request, pk: int) -> HttpResponse:
    """提交审核."""
    task = queries.task(request.scope, pk)
    tasks.submit(task, request.POST.get("result", ""), by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"已提交{task.assigner}审核。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(REVIEW, methods=("POST",))
def close(request: Request, pk: int) -> HttpResponse:
    """审核销号."""
    tasks.close(queries.task(request.scope, pk), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "已销号。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(REVIEW, methods=("POST",))
def move(request: Request, pk: int, deed: str) -> HttpResponse:
    """退回, 重新办理, 撤销: moves with a reason."""
    act = {"send-back": tasks.send_back, "reopen": tasks.reopen, "cancel": tasks.cancel}[deed]
    act(queries.task(request.scope, pk), request.POST.get("reason", ""), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "已办理，承办单位会收到消息。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(WORK, methods=("POST",))
def ask_extension(request: Request, pk: int) -> HttpResponse:
    """申请延期."""
    task = queries.task(request.scope, pk)
    form = ExtensionForm(request.POST)
    if not form.is_valid():
        raise Refused("；".join(str(e) for errors in form.errors.values() for e in errors))
    data = form.cleaned_data
    tasks.ask_extension(task, data["asked_due"], data["reason"], by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"延期申请已报{task.assigner}审批。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(REVIEW, methods=("POST",))
def decide_extension(request: Request, pk: int) -> HttpResponse:
    """同意或不同意延期."""
    extension = queries.extension(request.scope, pk)
    agree = {"approve": True, "refuse": False}.get(request.POST.get("answer", ""))
    if agree is None:
        raise Refused("请选择“同意延期”或“不同意”。")
    reason = request.POST.get("reason", "")
    tasks.decide_extension(extension, agree=agree, reason=reason, by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/tasks/{extension.task_id}/")


@page(SUPERVISE, methods=("POST",))
def supervise(request: Request, pk: int) -> HttpResponse:
    """督办."""
    task = queries.task(request.scope, pk)
    if request.scope.office is None:
        raise Refused("您的账号没有所在机构，不能发督办单。请联系系统管理员。")
    office = Office.objects.get(pk=request.scope.office.id)
    tasks.supervise(task, request.POST.get("text", ""), office=office, by=request.scope, today=request.today, now=request.now)
    messages.success(request, "督办单已发出。")
    return redirect(f"/dispatch/tasks/{pk}/")


@page(WORK, methods=("POST",))
def pass_on(request: Request, pk: int) -> HttpResponse:
    """转办下级."""
    task = queries.task(request.scope, pk)
    chosen = [o for o in queries.offices_below(task.office_id, request.today) if str(o.pk) in request.POST.getlist("office")]
    due = moment_of(request.POST, "due")
    made = tasks.pass_on(task, chosen, due_at=due, by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"已转办 {len(made)} 个下级单位。" if made else "所选单位此前已承办，没有新增。")
    return redirect(f"/dispatch/tasks/{pk}/")
