"""Pages of the comparison: upload, columns, summary, decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request
from shouwang.ledgers.registry.models import Reconciliation
from shouwang.ledgers.registry.policies import EDIT
from shouwang.ledgers.registry.reconcile import actions, queries
from shouwang.ledgers.registry.reconcile.forms import DecisionForm, UploadForm
from shouwang.ledgers.registry.reconcile.queries import KIND_WORDS, column_word, systems
from shouwang.ledgers.registry.reconcile.reading import COLUMNS

BOTH = ("GET", "POST")
SAMPLED = 40


@page(EDIT, methods=BOTH)
def upload(request: Request) -> HttpResponse:
    """An export of another system, to be held against the files of the person's own place."""
    region = _region(request)
    form = UploadForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid():
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Refused("还没有选择文件。请选择对方系统导出的 Excel 或 CSV 文件。", field="file")
            made = actions.upload(file, **form.cleaned_data, region=region, by=request.scope, today=request.today)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
        else:
            return redirect("registry_reconciliation", pk=made.pk)
    return render(request, "registry/reconcile_new.html", {"form": form, "region": region}, status=422 if form.is_bound else 200)


@page(EDIT)
def comparison(request: Request, pk: int) -> HttpResponse:
    """One comparison: its columns while they are to be named, its result afterwards."""
    found = queries.comparison(request.scope, pk)
    context: dict[str, Any] = {"row": found, "system": systems(request.today).get(found.system, found.system)}
    if found.state == Reconciliation.State.MAPPING:
        context |= _columns(found)
        return render(request, "registry/reconcile_columns.html", context)
    context |= {"fields": queries.by_field(request.scope, found), "towns": queries.by_town(request.scope, found)}
    return render(request, "registry/reconcile.html", context)


@page(EDIT, methods=("POST",))
def start(request: Request, pk: int) -> HttpResponse:
    """Name the columns and compare."""
    found = queries.comparison(request.scope, pk)
    heads, keys = request.POST.getlist("head")[:600], request.POST.getlist("column")[:600]
    job = actions.start(found, dict(zip(heads, keys, strict=False)), by=request.scope, today=request.today)
    return redirect("job", job_id=job.pk)


@page(EDIT, methods=BOTH)
def difference(request: Request, pk: int) -> HttpResponse:
    """One difference and where it is corrected."""
    found = queries.difference(request.scope, pk)
    form = DecisionForm(request.POST or None, initial={"where": found.where, "note": found.note})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        actions.decide(found, said["where"], note=said["note"], by=request.scope, today=request.today, version=version_of(request))
        messages.success(request, "已确定更正地点。请到相应系统更正；下次比对一致后自动销去。")
        return redirect("registry_differences")
    names = {"kind": KIND_WORDS[found.kind], "column": column_word(found.column, found.kind)}
    context = {"row": found, "form": form, "system": systems(request.today).get(found.system, found.system), **names}
    return render(request, "registry/difference.html", context, status=422 if form.is_bound else 200)


def _region(request: Request) -> Region:
    """The place compared: the person's own office's, where the files are the person's to keep; raises Refused without one."""
    home = request.scope.home
    found = Region.objects.filter(pk=home.id).first() if home else None
    if found is None or not request.scope.may_at(EDIT, found):
        raise Refused("您的账号不在本区划维护户档案，不能上传比对。请由镇（街道）或区（县）扶贫工作机构上传。")
    return found


def _columns(found: Reconciliation) -> dict[str, Any]:
    """The columns of the file with the field each is taken for."""
    sheet, header = actions.opened(found)
    taken = {column: key for key, column in header.columns.items()}
    filled = {c: sum(1 for r in sheet.rows[header.first : header.first + SAMPLED] if r[c] not in (None, "")) for c in header.named}
    columns = [{"head": head, "key": taken.get(c, ""), "filled": filled[c]} for c, head in sorted(header.named.items())]
    known = sum(bool(c["key"]) for c in columns)
    return {"columns": columns, "choices": COLUMNS, "sheet": sheet.name, "known": known, "sampled": SAMPLED}
