"""Pages of notices: upload, check desk, processing slip, issuing, record."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.models import Record
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.dispatch import decomposition, queries, recipients, views
from shouwang.ledgers.dispatch.actions import consolidate, notices
from shouwang.ledgers.dispatch.forms import DutyForm, NoticeForm, UploadForm, moment_of
from shouwang.ledgers.dispatch.models import Duty, Notice

VIEW, REGISTER, ISSUE, INSTRUCT = "dispatch.notice.view", notices.REGISTER, notices.ISSUE, notices.INSTRUCT
BULLETIN = "dispatch.bulletin.draft"


def own_office(request: Request, permission: str) -> Office:
    """The office in whose name the person acts; raises Refused without one."""
    if request.scope.office is None or request.scope.office.id not in request.scope.offices(permission):
        raise Refused("您的账号没有所在机构，不能以机构名义办理。请联系系统管理员。")
    return Office.objects.select_related("region", "parent").get(pk=request.scope.office.id)


@page(REGISTER, methods=("GET", "POST"))
def upload(request: Request) -> HttpResponse:
    """Upload a notice: read, stored, and on to the check desk."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        office = own_office(request, REGISTER)
        try:
            notice = views.take_file(form.cleaned_data, office, by=request.scope, today=request.today, now=request.now)
        except Refused as no:
            form.add_error("file" if no.field in ("file", "doc_number") else None, no.message)
            return render(request, "dispatch/upload.html", {"form": form, "link": no.link}, status=422)
        return redirect(f"/dispatch/notices/{notice.pk}/check/")
    return render(request, "dispatch/upload.html", {"form": form}, status=422 if form.errors else 200)


@page(VIEW)
def record(request: Request, pk: int) -> HttpResponse:
    """One notice: what it asks, who does what, where it stands."""
    notice = queries.notice(request.scope, pk)
    board = queries.progress_by_office(notice, request.now, scope=request.scope)
    context = {
        "notice": notice, "duties": queries.duties_of(notice, standing=True), "board": board, "own": request.scope.acts_for(REGISTER, notice.office_id),
        "may_issue": request.scope.acts_for(ISSUE, notice.office_id), "requests": queries.requests_of(request.scope, notice),
        "moves": views.notice_moves(notice, request.scope), "events": timeline("dispatch.notice", str(notice.pk)), "now": request.now,
        "late": sum(b.overdue for b in board), "total": sum(b.total for b in board), "closed": sum(b.closed for b in board), "files": views.files_of(notice),
    }  # fmt: skip
    return render(request, "dispatch/notice.html", context)


@page(REGISTER, methods=("GET", "POST"))
def check(request: Request, pk: int) -> HttpResponse:
    """The check desk: the text on the left, the duties on the right; a POST corrects the head."""
    notice = queries.own_notice(request.scope, pk)
    form = NoticeForm(request.POST or None, initial=views.head_of(notice))
    if request.method == "POST" and form.is_valid():
        save = partial(notices.edit_notice, notice, form.cleaned_data, by=request.scope, today=request.today, version=version_of(request))
        if views.attempt(form, save):
            messages.success(request, "来文信息已保存。")
            return redirect(request.path)
    duties = queries.duties_of(notice)
    context = {
        "notice": notice, "form": form, "duties": views.duty_rows(duties, request.today), "headings": views.heading_counts(notice), "now": request.now,
        "segments": queries.segments(notice, duties), "warnings": queries.tier_warnings(notice, request.now),
        "counts": views.duty_counts(duties), "may_edit": notice.state == "read", "version": _kept(request, notice),
    }  # fmt: skip
    return render(request, "dispatch/check.html", context, status=422 if form.errors else 200)


@page(REGISTER, methods=("GET", "POST"))
def edit_duty(request: Request, pk: int) -> HttpResponse:
    """Correct one duty, in the drawer or on a page of its own."""
    duty = queries.duty(request.scope, pk)
    form = DutyForm(request.POST or None, initial=views.duty_initial(duty), base=request.today, kept=duty.recurrence)
    if request.method == "POST" and form.is_valid():
        save = partial(notices.edit_duty, duty, form.cleaned_data, by=request.scope, today=request.today, version=version_of(request))
        if views.attempt(form, save):
            messages.success(request, f"第 {duty.position} 条已保存。")
            return redirect(f"/dispatch/notices/{duty.notice_id}/check/#d{duty.position}")
    return _form(request, form, f"第 {duty.position} 条任务", f"/dispatch/notices/{duty.notice_id}/check/", _kept(request, duty))


@page(REGISTER, methods=("GET", "POST"))
def add_duty(request: Request, pk: int) -> HttpResponse:
    """Add a duty the reader did not find."""
    notice = queries.own_notice(request.scope, pk)
    initial = {"kind": "action", "by": "recipient", "text": request.GET.get("text", "")[:500]}
    form = DutyForm(request.POST or None, initial=initial, base=request.today)
    if request.method == "POST" and form.is_valid():
        made = views.attempt(form, partial(notices.add_duty, notice, form.cleaned_data, by=request.scope, today=request.today))
        if made:
            return redirect(f"/dispatch/notices/{pk}/check/#d{made.position}")
    return _form(request, form, "增补任务", f"/dispatch/notices/{pk}/check/")


def _kept(request: Request, record: Record) -> int:
    """The version a form carries; one that is shown again keeps the one it was opened with, or a second press would overwrite."""
    return version_of(request) if request.method == "POST" else record.version


def _form(request: Request, form: Any, title: str, back: str, version: int | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "version": version, "action": request.path}
    template = "dispatch/form_drawer.html" if request.htmx else "dispatch/form_page.html"
    return render(request, template, context, status=422 if form.errors else 200)


@page(REGISTER, methods=("POST",))
def set_aside(request: Request, pk: int) -> HttpResponse:
    """Mark a sentence as no duty, or take it back."""
    duty = queries.duty(request.scope, pk)
    notices.set_aside(duty, by=request.scope, today=request.today, back=bool(request.POST.get("back")))
    return redirect(f"/dispatch/notices/{duty.notice_id}/check/#d{duty.position}")


def _ticked(request: Request, notice: Notice) -> list[Duty]:
    """The standing duties ticked on the check desk, and those without a deadline where all of them are meant."""
    chosen, undated = request.POST.getlist("duty"), bool(request.POST.get("undated"))
    return [d for d in queries.duties_of(notice, standing=True) if str(d.pk) in chosen or (undated and not d.due_at and not d.recurrence)]


@page(REGISTER, methods=("POST",))
def set_clock(request: Request, pk: int) -> HttpResponse:
    """One deadline for the ticked duties."""
    notice, due_at = queries.own_notice(request.scope, pk), moment_of(request.POST, "due")
    chosen = _ticked(request, notice)
    if not chosen:
        raise Refused("请先勾选任务，或勾选“全部未定期限的条目”，再点“设定期限”。", field="duty")
    if due_at is None:
        raise Refused("请填写办理期限的日期。", field="due")
    changed = notices.set_clock(chosen, due_at, by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"已为 {changed} 条任务设定期限。")
    return redirect(f"/dispatch/notices/{pk}/check/#d{chosen[0].position}")


@page(REGISTER, methods=("POST",))
def merge(request: Request, pk: int) -> HttpResponse:
    """Join the ticked duties into the first of them."""
    notice = queries.own_notice(request.scope, pk)
    chosen = _ticked(request, notice)
    if len(chosen) < 2:
        raise Refused("请先勾选至少两条任务，再点“合并所选”。", field="duty")
    kept = notices.merge_duties(chosen[0], chosen[1:], by=request.scope, today=request.today)
    messages.success(request, f"已合并为第 {kept.position} 条。")
    return redirect(f"/dispatch/notices/{pk}/check/#d{kept.position}")


@page(REGISTER, methods=("POST",))
def finish_check(request: Request, pk: int) -> HttpResponse:
    """Confirm the duties and go on to issuing."""
    notice = queries.own_notice(request.scope, pk)
    notices.finish_check(notice, by=request.scope, today=request.today, now=request.now)
    messages.success(request, "校核完成，请选定承办单位。")
    return redirect(f"/dispatch/notices/{pk}/issue/")


@page(REGISTER, methods=("POST",))
def reopen(request: Request, pk: int) -> HttpResponse:
    """Back to the check desk before anything was issued."""
    notice = queries.own_notice(request.scope, pk)
    notices.reopen_check(notice, by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/notices/{pk}/check/")


@page(REGISTER, methods=("POST",))
def withdraw(request: Request, pk: int) -> HttpResponse:
    """撤回."""
    notice = queries.own_notice(request.scope, pk)
    notices.withdraw(notice, by=request.scope, today=request.today, now=request.now, reason=request.POST.get("reason", ""))
    messages.success(request, "来文已撤回，文号可重新登记。")
    return redirect("/dispatch/notices/")


@page(ISSUE, methods=("POST",))
def close(request: Request, pk: int) -> HttpResponse:
    """办结."""
    notice = queries.own_notice(request.scope, pk, ISSUE)
    notices.close_notice(notice, by=request.scope, today=request.today)
    messages.success(request, "来文已办结。")
    return redirect(f"/dispatch/notices/{pk}/")


@page(VIEW, methods=("GET",))
def slip(request: Request, pk: int) -> HttpResponse:
    """文件处理笺."""
    notice = queries.notice(request.scope, pk)
    if not request.scope.acts_for(VIEW, notice.office_id) and not request.scope.acts_for(REGISTER, notice.office_id):
        raise NotPermitted("文件处理笺是登记单位的内部文书，其他单位不能查看。")
    context = {
        "notice": notice, "slip": notice.slip, "may_propose": request.scope.acts_for(REGISTER, notice.office_id),
        "may_instruct": request.scope.acts_for(INSTRUCT, notice.office_id),
    }  # fmt: skip
    return render(request, "dispatch/slip.html", context)


@page(REGISTER, methods=("POST",))
def propose(request: Request, pk: int) -> HttpResponse:
    """拟办意见."""
    notice = queries.own_notice(request.scope, pk)
    notices.propose(notice.slip, request.POST.get("text", ""), by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/notices/{pk}/slip/")


@page(INSTRUCT, methods=("POST",))
def instruct(request: Request, pk: int) -> HttpResponse:
    """领导批示."""
    notice = queries.own_notice(request.scope, pk, INSTRUCT)
    notices.instruct(notice.slip, request.POST.get("text", ""), by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/notices/{pk}/slip/")


@page(REGISTER, methods=("POST",))
def take_instruction(request: Request, pk: int) -> HttpResponse:
    """One tap: the 批示 becomes a duty."""
    instruction = queries.instruction(request.scope, pk)
    duty = notices.take_instruction(instruction, by=request.scope, today=request.today)
    messages.success(request, f"批示已转为第 {duty.position} 条任务，请选定承办单位。")
    return redirect(f"/dispatch/notices/{duty.notice_id}/issue/#d{duty.position}")


@page(REGISTER, methods=("POST",))
def undertake(request: Request, pk: int) -> HttpResponse:
    """承办."""
    notice = queries.own_notice(request.scope, pk)
    notices.undertake(notice.slip, request.POST.get("text", ""), by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/notices/{pk}/slip/")


@page(ISSUE, methods=("GET", "POST"))
def issue(request: Request, pk: int) -> HttpResponse:
    """The decomposition: duties down, offices across; nothing is issued until the button is pressed."""
    notice = queries.own_notice(request.scope, pk, ISSUE)
    if request.method == "POST":
        cells = decomposition.from_post(notice, request.POST)
        made = notices.issue(notice, cells, by=request.scope, today=request.today, now=request.now)
        messages.success(request, f"已交办 {len(made)} 项任务，承办单位已收到签收提醒。" if made else "所选任务此前均已交办，没有新增。")
        return redirect(f"/dispatch/notices/{pk}/")
    found = recipients.resolve(notice.recipients, notice.office, request.today)
    context = {
        "notice": notice, "grid": (grid := decomposition.grid(notice, found, request.today)), "unknown": found.unknown,
        "undated": sum(not r.duty.due_at and not r.duty.recurrence for r in grid), "may_reopen": notice.state == "checked",
        "warnings": queries.tier_warnings(notice, request.now), "now": request.now,
    }  # fmt: skip
    return render(request, "dispatch/issue.html", context)


@page(ISSUE, methods=("GET", "POST"))
def paste(request: Request, pk: int) -> HttpResponse:
    """A decomposition table pasted from Excel: checked row by row, issued only when every row is right."""
    notice = queries.own_notice(request.scope, pk, ISSUE)
    text, result = request.POST.get("table", ""), None
    if request.method == "POST":
        offices = list(offices_in_force(request.today).select_related("region"))
        result = decomposition.from_table(notice, text, offices, base=notice.signed_date or request.today)
        if not result.errors and request.POST.get("confirm"):
            made = decomposition.issue_table(notice, result, by=request.scope, today=request.today, now=request.now)
            messages.success(request, f"已按分解表交办 {len(made)} 项任务。")
            return redirect(f"/dispatch/notices/{pk}/")
    context = {"notice": notice, "text": text, "result": result, "heads": decomposition.HEADS}
    return render(request, "dispatch/paste.html", context, status=422 if result and result.errors else 200)


@page(BULLETIN, methods=("POST",))
def draft_bulletin(request: Request, pk: int) -> HttpResponse:
    """Draft a 通报 of those who are late."""
    notice = queries.own_notice(request.scope, pk, BULLETIN)
    made = consolidate.draft_bulletin(notice, by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/bulletins/{made.pk}/")


@page(BULLETIN, methods=("GET", "POST"))
def bulletin(request: Request, pk: int) -> HttpResponse:
    """A draft 通报: words, preview, the number it got when a leader signed it."""
    found = queries.bulletin(request.scope, pk)
    if request.method == "POST":
        if "number" in request.POST:
            consolidate.register_bulletin(found, request.POST["number"], by=request.scope, today=request.today)
        else:
            title, body = request.POST.get("title", ""), request.POST.get("body", "")
            consolidate.edit_bulletin(found, title, body, by=request.scope, today=request.today, version=version_of(request))
        messages.success(request, "已保存。")
        return redirect(request.path)
    return render(request, "dispatch/bulletin.html", {"bulletin": found, "paper": views.bulletin_html(found)})


@page(BULLETIN)
def bulletin_docx(request: Request, pk: int) -> HttpResponse:
    """The draft as .docx."""
    return views.bulletin_file(queries.bulletin(request.scope, pk))
