"""Pages of report requests, reports, suggestions, and departments' own numbers."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel import figures
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.dispatch import burden, lifecycle, queries, views, wording
from shouwang.ledgers.dispatch.actions import consolidate, reports, requests, statements, suggestions
from shouwang.ledgers.dispatch.forms import RequestForm, StatementForm, number_of
from shouwang.ledgers.dispatch.models import Report
from shouwang.ledgers.dispatch.pages.notices import own_office
from shouwang.ledgers.impact import queries as impact

VIEW, DRAFT, CHECK, SIGN = "dispatch.report.view", "dispatch.report.draft", "dispatch.report.check", "dispatch.report.sign"
RECEIVE, REQUEST, WORK = "dispatch.report.receive", "dispatch.report.request", "dispatch.task.work"
PHRASES_DIFFERENCE = ("动态调整所致。", "统计口径不同，本表按户籍统计。", "上次报告后新增核实。", "部门数据截至时间不同。")
PHRASES_RETURN = ("数据与台账不一致，请核实。", "内容过于笼统，请写具体做法。", "缺少相关建议部分。")


@page(REQUEST, methods=("GET", "POST"))
def new_request(request: Request) -> HttpResponse:
    """Ask for a report outside a notice."""
    office = own_office(request, REQUEST)
    offices = queries.reporting_offices(office, request.today)
    form = RequestForm(request.POST or None, offices=offices, initial={"direction": "down"})
    rhythm = impact.report_rhythm(queries.counties_of(offices), request.today)
    if request.method == "POST" and form.is_valid():
        try:
            made = requests.open_request(
                office, form.values(), form.cleaned_data["recipients"], by=request.scope, today=request.today, now=request.now
            )
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
            return render(request, "dispatch/request_new.html", {"form": form, "link": no.link, "rhythm": rhythm}, status=422)
        messages.success(request, f"已向 {made.reports.count()} 个单位下达报送要求，初稿已自动生成。")
        return redirect(f"/dispatch/requests/{made.pk}/")
    return render(request, "dispatch/request_new.html", {"form": form, "rhythm": rhythm}, status=422 if form.errors else 200)


@page(VIEW)
def request_record(request: Request, pk: int) -> HttpResponse:
    """收报情况 of a request: received, late, returned at a glance."""
    found = queries.request(request.scope, pk)
    if not request.scope.acts_for(VIEW, found.office_id) and not request.scope.may_at(VIEW, found):
        mine = queries.own_report_of(request.scope, found)
        return redirect(f"/dispatch/reports/{mine.pk}/") if mine else _gone()
    context = {
        "req": found, "board": queries.request_board(found, request.now), "whole": found.reports.filter(consolidated=True).first(),
        "receives": request.scope.acts_for(RECEIVE, found.office_id), "drafts": request.scope.acts_for(DRAFT, found.office_id), "now": request.now,
        "figures": [figures.get(c, request.today) for c in found.figures if c in figures.installed()],
    }  # fmt: skip
    return render(request, "dispatch/request.html", context)


def _gone() -> HttpResponse:
    raise OutOfScope


@page(DRAFT, methods=("POST",))
def consolidate_request(request: Request, pk: int) -> HttpResponse:
    """汇总."""
    found = queries.request(request.scope, pk)
    made = consolidate.consolidate(found, by=request.scope, today=request.today, now=request.now)
    messages.success(request, "汇总稿已生成，请核对文字后送核稿。")
    return redirect(f"/dispatch/reports/{made.pk}/")


@page(RECEIVE, methods=("POST",))
def close_request(request: Request, pk: int) -> HttpResponse:
    """结束收报."""
    requests.close_request(queries.request(request.scope, pk), by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/requests/{pk}/")


@page(VIEW)
def record(request: Request, pk: int) -> HttpResponse:
    """One report: steps, words, figures with what they are held against, suggestions, preview."""
    report = queries.report_parts(queries.report(request.scope, pk))
    values, moves = views.figure_values(report), views.report_moves(report, request.scope)
    editing = report.state == "drafting" and request.scope.acts_for(DRAFT, report.office_id)
    context = {
        "report": report, "steps": views.report_steps(report), "moves": moves, "editing": editing,
        "passages": [(p, wording.to_names(p.text, report.request.cut_off_day), wording.typed_numbers(p.text)) for p in report.passages.all()], "values": values,
        **views.held_against(report, values), **views.report_paper(report), "files": views.files_of(report),
        "filled": burden.filled(report), "events": timeline("dispatch.report", str(pk)), "countersign": queries.countersign_of(request.scope, report),
        "others": queries.countersigning_offices(report, request.today) if "check_through" in moves else [],
        "receives": request.scope.acts_for(RECEIVE, report.request.office_id), "owns": request.scope.acts_for(DRAFT, report.office_id), "now": request.now,
        "phrases": PHRASES_DIFFERENCE, "phrases_return": PHRASES_RETURN, "answers": queries.answers_of(report),
        "stage": lifecycle.REPORT.state_of(report),
    }  # fmt: skip
    return render(request, "dispatch/report.html", context)


@page(VIEW)
def docx(request: Request, pk: int) -> HttpResponse:
    """The report as .docx."""
    return views.report_file(queries.report_parts(queries.report(request.scope, pk)))


@page(DRAFT, methods=("POST",))
def write(request: Request, pk: int, part: str) -> HttpResponse:
    """Change the words of one part."""
    report = queries.report(request.scope, pk)
    passage = report.passages.filter(part=part).first()
    if passage is None:
        raise OutOfScope
    asked = report.request
    text = wording.to_codes(request.POST.get("text", ""), asked.figures, asked.cut_off_day)
    reports.write_passage(passage, text, by=request.scope, today=request.today)
    messages.success(request, f"“{passage.heading}”已保存。")
    return redirect(f"/dispatch/reports/{pk}/#part-{part}")


@page(DRAFT, methods=("POST",))
def answer_question(request: Request, pk: int) -> HttpResponse:
    """Type the answers to what no ledger holds."""
    report = queries.report(request.scope, pk)
    answers = {k.removeprefix("q-"): str(v) for k, v in request.POST.items() if k.startswith("q-")}
    reports.answer_questions(report, answers, by=request.scope, today=request.today)
    messages.success(request, "填报项已保存。")
    return redirect(f"/dispatch/reports/{pk}/#questions")


@page(DRAFT, methods=("POST",))
def explain(request: Request, pk: int, row: int) -> HttpResponse:
    """差异说明 of one figure."""
    report = queries.report(request.scope, pk)
    figure = report.figures.select_related("report").filter(pk=row).first()
    if figure is None:
        raise OutOfScope
    reports.explain(figure, request.POST.get("phrase", ""), by=request.scope, today=request.today)
    return redirect(f"/dispatch/reports/{pk}/#figures")


@page(DRAFT, methods=("POST",))
def add_suggestion(request: Request, pk: int) -> HttpResponse:
    """One 建议 more."""
    suggestions.add(queries.report(request.scope, pk), request.POST.get("text", ""), by=request.scope, today=request.today)
    return redirect(f"/dispatch/reports/{pk}/#suggestions")


@page(DRAFT, methods=("POST",))
def remove_suggestion(request: Request, pk: int, row: int) -> HttpResponse:
    """One 建议 less."""
    report = queries.report(request.scope, pk)
    found = report.suggestions.select_related("report").filter(pk=row).first()
    if found is None:
        raise OutOfScope
    suggestions.remove(found, by=request.scope, today=request.today)
    return redirect(f"/dispatch/reports/{pk}/#suggestions")


@page(DRAFT, methods=("POST",))
def step(request: Request, pk: int, deed: str) -> HttpResponse:
    """The drafting office's steps; of these only 编号 takes an input, the number the OA system gave."""
    acts: dict[str, Callable[..., object]] = {
        "redraft": consolidate.refresh, "zero": reports.make_zero, "unzero": reports.unmake_zero, "send-to-check": reports.send_to_check,
        "number": reports.give_number, "submit": reports.submit,
    }  # fmt: skip
    typed = {"number": number_of(request.POST)} if deed == "number" else {}
    acts[deed](queries.report(request.scope, pk), by=request.scope, today=request.today, now=request.now, **typed)
    messages.success(request, "已办理。")
    return redirect(f"/dispatch/reports/{pk}/")


@page(CHECK, methods=("POST",))
def check(request: Request, pk: int) -> HttpResponse:
    """核稿通过, with or without offices to countersign."""
    report = queries.report(request.scope, pk)
    chosen = [o for o in queries.countersigning_offices(report, request.today) if str(o.pk) in request.POST.getlist("office")]
    reports.check_through(report, chosen, by=request.scope, today=request.today, now=request.now)
    messages.success(request, "核稿通过，已送会签。" if chosen else "核稿通过，已送签发。")
    return redirect(f"/dispatch/reports/{pk}/")


@page(SIGN, methods=("POST",))
def countersign(request: Request, pk: int) -> HttpResponse:
    """会签意见."""
    mark = queries.countersign_of(request.scope, queries.report(request.scope, pk))
    if mark is None:
        raise OutOfScope
    agreed = {"agree": True, "disagree": False}.get(request.POST.get("answer", ""))
    if agreed is None:
        raise Refused("请选择“同意”或“不同意”。")
    reports.countersign(
        mark, agreed=agreed, opinion=request.POST.get("opinion", ""), by=request.scope, today=request.today, now=request.now
    )
    return redirect(f"/dispatch/reports/{pk}/")


@page(SIGN, methods=("POST",))
def sign(request: Request, pk: int) -> HttpResponse:
    """签发."""
    reports.sign(queries.report(request.scope, pk), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "已签发，正文锁定。")
    return redirect(f"/dispatch/reports/{pk}/")


@page(DRAFT, methods=("POST",))
def seal(request: Request, pk: int) -> HttpResponse:
    """用印: register the sealed scan."""
    report = queries.report(request.scope, pk)
    scans = request.FILES.getlist("file")
    if not scans:
        raise Refused("请选择用印后的扫描件（PDF 或图片）。", field="file")
    views.seal_with_scan(report, scans[0], by=request.scope, today=request.today, now=request.now)
    messages.success(request, "用印扫描件已登记，可以报送。")
    return redirect(f"/dispatch/reports/{pk}/")


@page(CHECK, SIGN, methods=("POST",))
def send_back_inside(request: Request, pk: int) -> HttpResponse:
    """退回拟稿人修改."""
    reports.send_back_inside(
        queries.report(request.scope, pk), request.POST.get("reason", ""), by=request.scope, today=request.today, now=request.now
    )
    return redirect(f"/dispatch/reports/{pk}/")


@page(RECEIVE, methods=("POST",))
def accept(request: Request, pk: int) -> HttpResponse:
    """接收."""
    report = reports.accept(queries.report(request.scope, pk), by=request.scope, today=request.today, now=request.now)
    messages.success(request, f"已接收{report.office}的报告。")
    return redirect(f"/dispatch/requests/{report.request_id}/")


@page(RECEIVE, methods=("POST",))
def send_back(request: Request, pk: int) -> HttpResponse:
    """退回."""
    report = queries.report(request.scope, pk)
    reports.send_back(report, request.POST.get("reason", ""), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "已退回，报送单位会收到消息。")
    return redirect(f"/dispatch/requests/{report.request_id}/")


@page(DRAFT, methods=("POST",))
def correct(request: Request, pk: int) -> HttpResponse:
    """更正."""
    report = queries.report(request.scope, pk)
    values = {k: request.POST.get(k, "") for k in ("where", "before", "after")}
    reports.correct(report, values, request.POST.get("reason", ""), by=request.scope, today=request.today, now=request.now)
    messages.success(request, "更正已登记，接收单位会收到消息。")
    return redirect(f"/dispatch/reports/{pk}/#corrections")


@page(VIEW, WORK)
def suggestion(request: Request, pk: int) -> HttpResponse:
    """One 建议 with its reply."""
    found = queries.suggestion(request.scope, pk)
    receives = request.scope.acts_for(RECEIVE, found.report.request.office_id)
    context = {
        "suggestion": found, "receives": receives, "answers": found.covers(request.scope, WORK), "now": request.now,
        "departments": queries.departments_of(found.report.request.office, request.today) if receives else [],
        "events": timeline("dispatch.suggestion", str(pk)), "may_open": Report.objects.within(request.scope).filter(pk=found.report_id).exists(),
    }  # fmt: skip
    return render(request, "dispatch/suggestion.html", context)


@page(RECEIVE, methods=("POST",))
def assign_suggestion(request: Request, pk: int) -> HttpResponse:
    """分办."""
    found = queries.suggestion(request.scope, pk)
    departments = queries.departments_of(found.report.request.office, request.today)
    chosen = next((o for o in departments if str(o.pk) == request.POST.get("office")), None)
    if chosen is None:
        raise Refused("请选择责任部门。", field="office")
    suggestions.assign(found, chosen, by=request.scope, today=request.today, now=request.now)
    return redirect(f"/dispatch/suggestions/{pk}/")


@page(WORK, methods=("POST",))
def answer_suggestion(request: Request, pk: int) -> HttpResponse:
    """答复."""
    suggestions.answer(
        queries.suggestion(request.scope, pk), request.POST.get("reply", ""), by=request.scope, today=request.today, now=request.now
    )
    messages.success(request, "已答复。")
    return redirect(f"/dispatch/suggestions/{pk}/")


@page(DRAFT, methods=("GET", "POST"))
def statement(request: Request) -> HttpResponse:
    """部门数: a number on the department's own footing."""
    office = own_office(request, DRAFT)
    form = StatementForm(request.POST or None, initial={"as_of": request.today})
    if request.method == "POST" and form.is_valid():
        statements.state(office, form.cleaned_data, by=request.scope, today=request.today)
        messages.success(request, "部门数已登记，签发前系统会自动核对。")
        return redirect(request.path)
    context = {"form": form, "rows": queries.statements_of(office, request.today), "office": office}
    return render(request, "dispatch/statements.html", context, status=422 if form.errors else 200)
