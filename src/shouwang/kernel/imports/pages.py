"""The import desk: template, upload, result of the pre-check, confirmation, receipt."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from shouwang.kernel.attachments import store
from shouwang.kernel.columns.headers import bare
from shouwang.kernel.columns.sheet import ERROR, SUSPECT, VERDICTS, sheet_of
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.imports import actions, queries
from shouwang.kernel.imports.template import write_template
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request

WHY = "导入权限因表种而异，在页面内按该台账的维护权限检查；批次限本人和本机构"
PER_PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {"new": "g", "update": "b", "same": "", "error": "r", "suspect": "o"}
STEPS = ("预检（不写入）", "核对并确认", "后台导入", "回执")
REACHED = {"checking": 0, "unread": 0, "checked": 1, "writing": 2}
PHRASES = ("已核对户口簿，同名不同人", "已核对证件，不是同一人", "电话为家庭共用")


@page(signed_in=True, why=WHY)
def desk(request: Request) -> HttpResponse:
    """The kinds of workbook and the latest imports."""
    kinds = queries.sheets(request.scope)
    if not kinds:
        raise OutOfScope
    titles = {s.key: s.title for s in kinds}
    listed = Paginator(queries.imports(request.scope), 20).get_page(request.GET.get("page"))
    rows = [{"batch": b, "title": titles[b.sheet], "tone": actions.CYCLE.state_of(b).tone} for b in listed]
    return render(request, "imports/desk.html", {"kinds": kinds, "rows": rows, "listed": listed})


@page(signed_in=True, why=WHY)
def template(request: Request, key: str) -> HttpResponse:
    """An empty workbook with the columns of the kind."""
    sheet, out = sheet_of(request.scope, key), BytesIO()
    write_template(sheet, request.today, out)
    name = f"{sheet.title}导入模板_{sheet.version}.xlsx"
    return _file(out.getvalue(), name)


@page(signed_in=True, why=WHY, methods=("POST",))
def upload(request: Request, key: str) -> HttpResponse:
    """Take a file in."""
    sheet = sheet_of(request.scope, key)
    file = request.FILES.get("file")
    if file is None:
        raise Refused("请先选择要导入的文件。", field="file")
    made = actions.upload(sheet, file, by=request.scope, today=request.today)
    return redirect("import", pk=made.pk)


@page(signed_in=True, why=WHY)
def batch(request: Request, pk: int) -> HttpResponse:
    """One import as far as it has come; htmx asks for it again while work is under way."""
    found, sheet = queries.one_import(request.scope, pk)
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in VERDICTS else _first(found.counts)
    job = Job.objects.filter(pk=found.job_id).first() if found.job_id else None
    context = {
        "batch": found,
        "sheet": sheet,
        "state": actions.CYCLE.state_of(found),
        "steps": _steps(found.state),
        "job": job if job and (not job.over or job.state in ("failed", "cancelled")) else None,
        "tabs": [(v, w, found.counts.get(v, 0), TONES[v], v == verdict) for v, w in VERDICTS.items()],
        "verdict": verdict,
        "listed": Paginator(found.rows.filter(verdict=verdict), PER_PAGE).get_page(request.GET.get("page")),
        "phrases": PHRASES,
        "kept": found.receipts.exclude(kept_because="")[:50],
        "waiting": found.rows.filter(verdict=SUSPECT, decision="").count() if found.counts.get(SUSPECT) else 0,
    }
    fragment = request.htmx and request.htmx.target == "import"
    return render(request, "imports/_batch.html" if fragment else "imports/batch.html", context)


def _steps(state: str) -> list[dict[str, str]]:
    """The way of an import as blocks/steps.html draws it."""
    at = REACHED.get(state, len(STEPS))
    now = "back" if state == "unread" else "now"
    return [{"label": word, "state": "done" if n < at else now if n == at else ""} for n, word in enumerate(STEPS)]


def _first(counts: dict[str, int]) -> str:
    """What a person looks at first: errors, then suspects, then what is new."""
    return next((v for v in (ERROR, SUSPECT, *VERDICTS) if counts.get(v)), ERROR)


@page(signed_in=True, why=WHY, methods=("GET", "POST"))
def mapping(request: Request, pk: int) -> HttpResponse:
    """Which header is which field."""
    found, sheet = queries.one_import(request.scope, pk)
    named: dict[str, str] = found.header.get("named", {})
    if not named:
        raise Refused("该文件没有识别出表头，无法指定列对应。请在文件首行填写列名后重新上传。")
    if request.method == "POST":
        known = {f.key for f in sheet.fields}
        said = {bare(n): request.POST.get(f"column_{c}", "") for c, n in named.items()}
        columns = {n: k for n, k in said.items() if n and (k in known or k == "")}
        actions.save_mapping(found, columns, by=request.scope, today=request.today, version=version_of(request))
        messages.success(request, "列对应已保存，同样表头的文件下次自动识别。正在重新预检。")
        return redirect("import", pk=pk)
    chosen = {str(c): k for k, c in found.header.get("columns", {}).items()}
    rows = [(c, n, chosen.get(c, "")) for c, n in sorted(named.items(), key=lambda item: int(item[0]))]
    return render(request, "imports/mapping.html", {"batch": found, "sheet": sheet, "rows": rows})


MOVES: dict[str, Any] = {"confirm": actions.confirm, "recheck": actions.recheck}


@page(signed_in=True, why=WHY, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Confirm, check again, discard, withdraw."""
    found, _sheet = queries.one_import(request.scope, pk)
    by, today = request.scope, request.today
    if move in MOVES:
        MOVES[move](found, version=version_of(request), by=by, today=today)
    elif move == "discard":
        actions.discard(found, by=by, today=today)
        messages.success(request, "已放弃本次导入，没有写入任何内容。")
        return redirect("imports")
    elif move == "withdraw":
        actions.withdraw(found, reason=request.POST.get("reason", ""), by=by, today=today)
    else:
        raise OutOfScope
    return redirect("import", pk=pk)


@page(signed_in=True, why=WHY, methods=("POST",))
def decide(request: Request, pk: int) -> HttpResponse:
    """A suspected duplicate: somebody else, or the same."""
    row = queries.row(request.scope, pk)
    said = request.POST
    actions.decide(row, said.get("decision", ""), reason=said.get("reason", ""), by=request.scope, today=request.today)
    return redirect(f"/imports/{row.batch_id}/?verdict={SUSPECT}")


@page(signed_in=True, why=WHY, methods=("POST",))
def marked(request: Request, pk: int) -> HttpResponse:
    """The person's own workbook with what is wrong in it."""
    found, sheet = queries.one_import(request.scope, pk)
    content = actions.marked(found, sheet, by=request.scope, today=request.today)
    return _file(content, f"{found.name.rsplit('.', 1)[0]}_标错.xlsx")


@page(signed_in=True, why=WHY, methods=("POST",))
def original(request: Request, pk: int) -> HttpResponse:
    """The file as it was uploaded, with an audit row."""
    found, _sheet = queries.one_import(request.scope, pk)
    actions.opened(found, by=request.scope, today=request.today)
    return _file(store.load(found.digest), found.name, "application/octet-stream")


def _file(content: bytes, name: str, mime: str = XLSX) -> HttpResponse:
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    return HttpResponse(content, content_type=mime, headers=headers)
