"""A ledger's list page, its export and its saved views, each in one line of the ledger's urls."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from shouwang.kernel import sheets
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.models import SavedView
from shouwang.kernel.pages import Handler, page
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Asked, Table, whole
from shouwang.kernel.web import Request

WHY = "列表视图属于本人或本机构；能否看到该列表在页面内按其权限检查"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FRAGMENT = "blocks/list.html"
_listed: dict[str, Table] = {}


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a person keeps of one list: views by name, hidden columns (None = as declared), the view used last."""

    views: list[SavedView]
    hidden: list[str] | None
    last: str


def list_page(table: Table, template: str = "blocks/list_page.html") -> Handler:
    """The handler of a table's list: the whole page, or only the list where htmx asks for ``#list-<key>``.

    Opened without any parameter it shows the saved view used last. The template gets `table` (TableView), `unit` and `export_url`
    ("" = the person may not). The handler carries the declaration as `table`.
    """
    if _listed.setdefault(table.key, table) is not table:
        raise ValueError(f"two lists are called {table.key}")

    @page(table.permission)
    def handler(request: Request) -> HttpResponse:
        kept = shelf(request.scope, table)
        params = request.GET if request.GET or request.htmx else QueryDict(kept.last)
        view = table.view(params, request.scope, now=request.now, hidden=kept.hidden, saved=kept.views)
        may_export = bool(table.export_permission) and request.scope.may(table.export_permission)
        context = {"table": view, "unit": table.unit, "export_url": reverse(f"{table.url_name}_export") if may_export else ""}
        fragment = request.htmx and request.htmx.target == f"list-{table.key}"
        return render(request, FRAGMENT if fragment else template, context)

    handler.table = table  # type: ignore[attr-defined]  # read by the conformance suite: figures drill down to it
    return handler


def export_page(table: Table) -> Handler:
    """The handler of a table's export: a POST with the reason; the conditions are the list's own, in the address."""

    @page(table.export_permission, methods=("POST",))
    def handler(request: Request) -> HttpResponse:
        out = BytesIO()
        hidden = shelf(request.scope, table).hidden
        reason = request.POST.get("reason", "")[:500]
        done = sheets.export(table, request.GET, request.scope, out, now=request.now, reason=reason, hidden=hidden)
        headers = {"Content-Disposition": content_disposition_header(True, done.name) or ""}
        return HttpResponse(out.getvalue(), content_type=XLSX, headers=headers)

    return handler


def shelf(scope: Scope, table: Table) -> Shelf:
    """What the person and the office keep of the list; one query. The nameless row of a person holds last view and hidden columns."""
    rows = list(_own(scope).filter(table=table.key))
    own = next((r for r in rows if not r.name), None)
    return Shelf([r for r in rows if r.name], list(own.hidden_columns) if own else None, own.query if own else "")


@page(signed_in=True, why=WHY, methods=("POST",))
def save_view(request: Request) -> HttpResponse:
    """Save the list's filters, order and columns under a name, for the person or (shared) for the office."""
    table = _table(request)
    name = request.POST.get("name", "").strip()
    if not 1 <= len(name) <= 40:
        raise Refused("请给视图起一个 1 至 40 个字的名称。", field="name")
    asked = table.read(QueryDict(request.POST.get("query", "")[:2000]), request.scope)
    query = asked.link()[1:]
    if len(query) > 1000:
        raise Refused("筛选条件太多，无法保存。请减少条件后再保存。", field="query")
    owner = _owner(request)
    kept = shelf(request.scope, table)
    clash = SavedView.objects.filter(table=table.key, name=name, **owner).exists()
    if "office_id" in owner and clash:
        raise Refused(f"本机构已有名为“{name}”的视图，同事正在使用。请换一个名称，或先删除原视图。", field="name")
    columns = sorted(table.hidden(kept.hidden))
    SavedView.objects.update_or_create(table=table.key, name=name, **owner, defaults={"query": query, "hidden_columns": columns})
    _remember(request, table, query, columns)
    return _to(table, asked)


@page(signed_in=True, why=WHY, methods=("POST",))
def use_view(request: Request) -> HttpResponse:
    """Open a saved view and remember it as the last; without an id forget the last one and show everything."""
    table = _table(request)
    if not request.POST.get("id"):
        _remember(request, table, "", sorted(table.hidden(shelf(request.scope, table).hidden)))
        return _to(table, table.read(QueryDict(), request.scope))
    view = _view(request, table)
    _remember(request, table, view.query, view.hidden_columns)
    return _to(table, table.read(QueryDict(view.query), request.scope))


@page(signed_in=True, why=WHY, methods=("POST",))
def delete_view(request: Request) -> HttpResponse:
    """Delete a saved view of the person or of the person's office."""
    table = _table(request)
    _view(request, table).delete()
    return _to(table, table.read(QueryDict(), request.scope))


@page(signed_in=True, why=WHY, methods=("POST",))
def choose_columns(request: Request) -> HttpResponse:
    """Remember which columns the person shows (`shown`, repeated); back to the list under its conditions."""
    table = _table(request)
    shown = set(request.POST.getlist("shown"))
    hidden = [c.key for c in table.columns if c.key not in shown]
    if len(hidden) == len(table.columns):
        raise Refused("至少要显示一列。请勾选需要的列。", field="shown")
    _remember(request, table, shelf(request.scope, table).last, sorted(table.hidden(hidden)))
    return _to(table, table.read(QueryDict(request.POST.get("query", "")[:2000]), request.scope))


def _own(scope: Scope) -> QuerySet[SavedView]:
    mine = Q(user_id=scope.user_id)
    return SavedView.objects.filter(mine | Q(office_id=scope.office.id) if scope.office else mine)


def _owner(request: Request) -> dict[str, Any]:
    if not request.POST.get("shared"):
        return {"user_id": request.scope.user_id}
    if request.scope.office is None:
        raise Refused("您的账号没有所在机构，不能保存为机构视图。请保存为个人视图。", field="shared")
    return {"office_id": request.scope.office.id}


def _view(request: Request, table: Table) -> SavedView:
    asked = request.POST.get("id", "")
    found = _own(request.scope).filter(table=table.key, pk=int(asked)).exclude(name="").first() if whole(asked) else None
    if found is None:
        raise OutOfScope
    return found


def _remember(request: Request, table: Table, query: str, hidden: list[str]) -> None:
    SavedView.objects.update_or_create(
        table=table.key, name="", user_id=request.scope.user_id, defaults={"query": query, "hidden_columns": hidden}
    )


def _table(request: Request) -> Table:
    table = _listed.get(request.POST.get("table", ""))
    if table is None or not request.scope.may(table.permission):
        raise OutOfScope
    return table


def _to(table: Table, asked: Asked) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(table.url_name) + asked.link())
