"""One declaration of a list for screen, export and API: columns, filters, order, privacy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from shouwang.kernel.filters import Filter, FilterView, Invalid, Reading
from shouwang.kernel.models import SavedView
from shouwang.kernel.paging import page_of
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope

PER_PAGE = (20, 50, 100)
NOTHING = "--"
EVERYTHING = "all=1"
NOT_VISIBLE = "无权查看"
KINDS = frozenset({"text", "num", "money", "date", "datetime", "tag", "light", "link", "mono"})
RIGHT = frozenset({"num", "money"})


class Badge(NamedTuple):
    """The value of a tag or light: words and tone (r red, o orange, g green, b blue, c cyan, "" grey)."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A link at the end of a row."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value` is an attribute path ("village.name") or a function (row, today) -> value: str, int, Decimal, date, datetime, bool, Badge
    or None (shown as --). Money is integer 分, shown in 元, or in 万元 when `unit` says so. `sort` is the ORM field it orders by.
    `group` is the privacy field group: where the scope does not see it the cell says 无权查看, and the column neither sorts nor exports.
    `mask` names the mask of kernel.privacy. `href` is a function (row) -> address; a link without one leads to the row's page.
    `searching` columns stand on the screen while there is a search, never in an export.
    """

    key: str
    label: str
    value: str | Callable[[Any, dt.date], Any]
    kind: str = "text"
    unit: str = ""
    sort: str | None = None
    group: str = ""
    mask: str = ""
    href: Callable[[Any], str] | None = None
    default_hidden: bool = False
    searching: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.key}: unknown kind {self.kind}")
        if self.mask:
            MaskKind(self.mask)

    @property
    def align(self) -> str:
        """right for numbers, else left."""
        return "right" if self.kind in RIGHT else "left"

    @property
    def shown_unit(self) -> str:
        """The unit in the header."""
        return self.unit or ("元" if self.kind == "money" else "")

    def of(self, row: Any, today: dt.date) -> Any:
        """The raw value of a row."""
        if callable(self.value):
            return self.value(row, today)
        for part in self.value.split("."):
            row = getattr(row, part, None) if row is not None else None
            if callable(row):
                row = row()
        return row


@dataclass(frozen=True, slots=True)
class QuickView:
    """A chip above the list: filters under a name (`dated`: the day's own, without one no chip is shown), with the count of its rows."""

    key: str
    label: str
    filters: Mapping[str, str | Sequence[str]]
    tone: str = ""
    counted: bool = True
    dated: Callable[[dt.date], str] | None = None

    def named(self, today: dt.date) -> str:
        """What it is called on the day."""
        return self.dated(today) if self.dated else self.label

    @property
    def query(self) -> str:
        """Its filters as a query string."""
        return urlencode(self.filters, doseq=True) or EVERYTHING


@dataclass(frozen=True, slots=True)
class Found:
    """What a table's `find` made of the search words: the rows as a filter, the words as it reads them, a note on what was left out."""

    q: Q
    terms: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `text` as shown, `value` as exported (number, date or the text)."""

    text: str
    kind: str
    value: Any = None
    href: str = ""
    tone: str = ""
    title: str = ""
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the cells of the columns that are not hidden."""

    pk: int
    url: str
    cells: list[Cell]
    actions: list[Action]


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column header; `sort` is the address that sorts by it ("" = it does not sort), `sorted` is asc, desc or ""."""

    key: str
    label: str
    align: str
    unit: str
    kind: str
    sort: str
    sorted: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link with words: tag of a filter (the address takes it away), page, page size, quick view or saved view."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
    tone: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """What blocks/table.html draws. Addresses are query strings relative to the page; a page link without address is the gap “…”."""

    key: str
    title: str
    columns: list[ColumnView]
    rows: list[Row]
    filters: list[FilterView]
    chips: list[Link]
    quick_views: list[Link]
    saved_views: list[Link]
    pages: list[Link]
    sizes: list[Link]
    total: int
    page: int
    page_count: int
    per_page: int
    search: str
    search_hint: str
    sort: str
    query: str
    clear: str
    messages: list[str]
    empty: str
    as_of: dt.datetime

    @property
    def shown(self) -> list[ColumnView]:
        """The columns that are not hidden, as the cells of a row."""
        return [c for c in self.columns if not c.hidden]


@dataclass(frozen=True)
class Asked:
    """What the URL asks of a table, cleaned: unknown values are out and named in `messages`."""

    readings: dict[str, Reading]
    search: str
    sort: str
    page: int
    per_page: int
    usual: int
    messages: list[str] = field(default_factory=list)
    found: Found | None = None

    def pairs(self, *, without: str = "", **other: str) -> list[tuple[str, str]]:
        """The canonical pairs of the URL; page 1 and the usual size are left out."""
        out = [p for key, r in self.readings.items() if key != without for p in r.pairs]
        rest = {"q": self.search, "sort": self.sort, "per_page": "" if self.per_page == self.usual else str(self.per_page), **other}
        return out + [(k, v) for k, v in rest.items() if v and k != without]

    def link(self, *, without: str = "", **other: str) -> str:
        """The query string of `pairs`, ready for href; never empty, because an empty one opens the view used last."""
        return "?" + (urlencode(self.pairs(without=without, **other)) or EVERYTHING)


@dataclass(frozen=True)
class Table:
    """A list. `base(scope)` is a queryset already inside the scope, with select_related for its columns.

    `ordering` is the ORM order when the person has chosen none; `placed` the path from a row to its placed record ("" = itself,
    "household" …), used where a person sees a field group in one place and not in another. `search` is (queryset, text) -> queryset.
    A table too large for that has `find` instead, (scope, region filtered by, text) -> Found, which asks an index first and raises
    Invalid for words that mean nothing; `show_found` (rows of the page, Found) fills what `searching` columns show.
    `row_permission` is what the page behind `row_url` asks beyond `permission`: without it rows lead nowhere.
    `url_name` is the list's route; its export's is the same with ``_export``. `unit` counts the rows (户, 人, 件).
    """

    key: str
    title: str
    base: Callable[[Scope], QuerySet[Any]]
    permission: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    quick_views: tuple[QuickView, ...] = ()
    ordering: tuple[str, ...] = ("-pk",)
    row_url: Callable[[Any], str] | None = None
    row_permission: str = ""
    row_actions: Callable[[Any, Scope], list[Action]] | None = None
    per_page: int = PER_PAGE[0]
    search: Callable[[QuerySet[Any], str], QuerySet[Any]] | None = None
    find: Callable[[Scope, Region | None, str], Found] | None = None
    show_found: Callable[[Iterable[Any], Found], None] | None = None
    search_hint: str = "搜索"
    placed: str = ""
    unit: str = "条"
    url_name: str = ""
    export_permission: str = ""
    definition: str = ""
    empty: str = "还没有记录。"
    dated: Callable[[str, dt.date], str] | None = None

    def worded(self, text: str, today: dt.date) -> str:
        """A text of the table in the words of the day, where words change with it (`dated`)."""
        return self.dated(text, today) if self.dated else text

    def read(self, params: QueryDict, scope: Scope) -> Asked:
        """What `params` ask for: filters, search, order and page, each checked against the declaration and the scope."""
        readings: dict[str, Reading] = {}
        wrong: list[str] = []
        for item in self.filters:
            if not self.open_to(item.group, scope):
                continue
            try:
                if reading := item.read(params, scope, self.permission):
                    readings[item.key] = reading
            except Invalid as words:
                wrong.append(str(words))
        search = params.get("q", "").replace("\0", "").strip()[:60] if self.search or self.find else ""
        found = None
        if search and self.find:
            region = next((r.value for r in readings.values() if isinstance(r.value, Region)), None)
            try:
                found = self.find(scope, region, search)
                wrong += [found.note] if found.note else []
            except Invalid as words:
                search = ""
                wrong.append(str(words))
        sort = params.get("sort", "")
        if sort and sort.removeprefix("-") not in {c.key for c in self.columns if c.sort and self.open_to(c.group, scope)}:
            wrong.append("排序方式无效，已按默认顺序显示。请点击表头重新排序。")
            sort = ""
        size = whole(params.get("per_page", ""))
        per_page = size if size in PER_PAGE else self.per_page
        return Asked(readings, search, sort, max(1, whole(params.get("page", ""))), per_page, self.per_page, wrong, found)

    def matching(self, asked: Asked, scope: Scope, today: dt.date, base: QuerySet[Any] | None = None) -> QuerySet[Any]:
        """The rows asked for, in no order: exactly what count, list and export stand on. `base`: the declared one, where it is at hand."""
        rows = self.base(scope) if base is None else base
        for item in self.filters:
            if reading := asked.readings.get(item.key):
                rows = item.narrow(rows, reading.value, today)
        if asked.found:
            return rows.filter(asked.found.q)
        return self.search(rows, asked.search) if self.search and asked.search else rows

    def ordered(self, rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
        """The rows in the order asked for; ties by id in the direction of the first key, so that one index serves."""
        if not asked.sort:
            last = "-pk" if self.ordering[0].startswith("-") else "pk"
            return rows.order_by(*self.ordering, *(() if last.lstrip("-") in {o.lstrip("-") for o in self.ordering} else (last,)))
        name = next(c.sort for c in self.columns if c.key == asked.sort.removeprefix("-"))
        assert name is not None  # noqa: S101 - `read` lets sortable columns through only
        down = asked.sort.startswith("-")
        if _nullable(rows.model, name):  # rows without a value come last in both directions and on both databases
            first = F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
            return rows.order_by(first, "-pk" if down else "pk")
        return rows.order_by(("-" if down else "") + name, "-pk" if down else "pk")

    def view(
        self, params: QueryDict, scope: Scope, *, now: dt.datetime, hidden: Collection[str] | None = None, saved: Sequence[SavedView] = ()
    ) -> TableView:
        """The page asked for. The number of queries does not depend on the rows; `hidden` None = the columns hidden by default."""
        today = timezone.localtime(now).date()
        asked = self.read(params, scope)
        base = self.base(scope)  # composed once: with the annotations of a wide list that is a third of the page's time
        matching = self.matching(asked, scope, today, base)
        total, page, ids = page_of(self.ordered(matching, asked), asked.page, asked.per_page, narrowed=bool(asked.readings or asked.search))
        page_count = max(1, -(-total // asked.per_page))
        found = {row.pk: row for row in base.filter(pk__in=ids)} if ids else {}
        off = self.hidden(hidden, searching=bool(asked.search))
        if asked.found and self.show_found:
            self.show_found(found.values(), asked.found)
        return TableView(
            key=self.key,
            title=self.worded(self.title, today),
            columns=[self._header(c, asked, scope, c.key in off) for c in self.columns if asked.search or not c.searching],
            rows=self.drawn((found[i] for i in ids if i in found), scope, today, off),
            filters=[
                f.show(asked.readings.get(f.key), scope, self.permission, today) for f in self.filters if self.open_to(f.group, scope)
            ],
            chips=self._chips(asked, today),
            quick_views=self._quick(asked, scope, today, total, base),
            saved_views=[Link(v.name, "?" + v.query, current=v.query == asked.link()[1:], key=str(v.pk)) for v in saved if v.name],
            pages=[Link(str(n), asked.link(page=str(n)), n == page) if n else Link("…", "") for n in window(page, page_count)],
            sizes=[Link(f"{n} {self.unit}/页", asked.link(per_page=str(n)), n == asked.per_page) for n in PER_PAGE],
            total=total,
            page=page,
            page_count=page_count,
            per_page=asked.per_page,
            search=asked.search,
            search_hint=self.search_hint if self.search or self.find else "",
            sort=asked.sort,
            query=asked.link()[1:],
            clear="?" + (urlencode([("sort", asked.sort)]) if asked.sort else EVERYTHING),
            messages=asked.messages,
            empty=self.worded(self._why_empty(asked, scope, total), today),
            as_of=now,
        )

    def hidden(self, chosen: Collection[str] | None, *, searching: bool = False) -> set[str]:
        """Keys of the columns left out; the first column always stays."""
        off = {c.key for c in self.columns if c.default_hidden} if chosen is None else set(chosen)
        only = {c.key for c in self.columns if c.searching}
        return (off - only if searching else off | only) - {self.columns[0].key}

    def drawn(self, rows: Iterable[Any], scope: Scope, today: dt.date, off: Collection[str] = ()) -> list[Row]:
        """Rows as cells: hidden groups withheld, masks applied. Screen and export both come through here."""
        shown = [(c, self._sees(c, scope)) for c in self.columns if c.key not in off]
        out = []
        leads = self.row_url if not self.row_permission or scope.may(self.row_permission) else None
        for row in rows:
            url = leads(row) if leads else ""
            cells = [cell(c, row, today, url) if sees(row) else Cell(NOT_VISIBLE, "hidden", NOT_VISIBLE) for c, sees in shown]
            out.append(Row(row.pk, url, cells, self.row_actions(row, scope) if self.row_actions else []))
        return out

    def open_to(self, group: str, scope: Scope) -> bool:
        """Whether the scope sees the field group on every row it may see: only then it may sort or filter by it."""
        return (
            scope.everything
            or not group
            or all(h.groups is None or group in h.groups for h in scope.holds if self.permission in h.permissions)
        )

    def _sees(self, column: Column, scope: Scope) -> Callable[[Any], bool]:
        if self.open_to(column.group, scope):
            return lambda _row: True
        if not scope.sees(self.permission, column.group):
            return lambda _row: False
        holds = [h for h in scope.holds if self.permission in h.permissions]

        def sees(row: Any) -> bool:
            place = row
            for part in self.placed.split(".") if self.placed else ():
                place = getattr(place, part)
            over = [h for h in holds if h.place and (h.place.level <= 1 or getattr(place, LEVEL_FIELDS[h.place.level], None) == h.place.id)]
            if over:
                return any(h.groups is None or column.group in h.groups for h in over)
            lent = [h for h in holds if h.place is None]  # reached by assignment only: all such holds must show it
            return bool(lent) and all(h.groups is None or column.group in h.groups for h in lent)

        return sees

    def _header(self, column: Column, asked: Asked, scope: Scope, hidden: bool) -> ColumnView:
        on = asked.sort.removeprefix("-") == column.key
        way = "" if not on else "desc" if asked.sort.startswith("-") else "asc"
        link = asked.link(sort=("-" if way == "asc" else "") + column.key) if column.sort and self.open_to(column.group, scope) else ""
        return ColumnView(column.key, column.label, column.align, column.shown_unit, column.kind, link, way, hidden)

    def _chips(self, asked: Asked, today: dt.date) -> list[Link]:
        named = {f.key: f.named(today) for f in self.filters}
        out = [Link(f"{named[key]}：{r.words}", asked.link(without=key), key=key) for key, r in asked.readings.items()]
        return [*out, Link(f"搜索：{asked.search}", asked.link(without="q"), key="q")] if asked.search else out

    def _quick(self, asked: Asked, scope: Scope, today: dt.date, total: int, base: QuerySet[Any]) -> list[Link]:
        out = []
        on = sorted(p for r in asked.readings.values() for p in r.pairs)
        for quick in self.quick_views:
            if not (name := quick.named(today)):
                continue
            wanted = self.read(QueryDict(quick.query), scope)
            same = not asked.search and on == sorted(p for r in wanted.readings.values() for p in r.pairs)
            counted = quick.counted and not asked.search  # beside a search they would cost more than it
            count = None if not counted else total if same else self.matching(wanted, scope, today, base).count()
            out.append(Link(name, "?" + quick.query, same, count, quick.tone, quick.key))
        return out

    def _why_empty(self, asked: Asked, scope: Scope, total: int) -> str:
        if total:
            return ""
        if not scope.may(self.permission):
            return "没有权限查看本列表。如工作需要，请向本级系统管理员申请授权。"
        return "筛选无结果。请减少筛选条件，或点“清除筛选”查看全部。" if asked.readings or asked.search else self.empty


def cell(column: Column, row: Any, today: dt.date, url: str) -> Cell:
    """One cell of one row, masked where the column says so."""
    value = column.of(row, today)
    if value in (None, "", ()):
        return Cell(NOTHING, column.kind, None, align=column.align)
    tone = value.tone if isinstance(value, Badge) else ""
    if column.mask or isinstance(value, Sealed):
        value = str(value) if isinstance(value, Sealed) else mask(column.mask, str(value))  # a sealed value says its own mask
    text = shown(value, column)
    href = column.href(row) if column.href else url if column.kind == "link" else ""
    kept = value if isinstance(value, int | Decimal | dt.date) and not isinstance(value, bool) else text
    return Cell(text, column.kind, kept, href, tone, text if len(text) > 20 else "", column.align)


def shown(value: Any, column: Column) -> str:
    """A value in words: thousands separators, ISO dates, local times, 分 as 元 or 万元."""
    if isinstance(value, Badge):
        return value.text
    if isinstance(value, bool):
        return "是" if value else "否"
    if column.kind == "money":
        return f"{Decimal(value) / (1_000_000 if column.unit == '万元' else 100):,.2f}"
    if column.kind == "num" and isinstance(value, int | Decimal):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M" if column.kind == "datetime" else "%Y-%m-%d")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def window(page: int, count: int) -> list[int]:
    """The page numbers shown: first, last and two either side; 0 is a gap."""
    near = sorted({1, count, *range(max(1, page - 2), min(count, page + 2) + 1)})
    out: list[int] = []
    for number in near:
        if out and number - out[-1] > 1:
            out.append(0)
        out.append(number)
    return out


def whole(text: str) -> int:
    """The number of a URL parameter; 0 for anything that is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _nullable(model: type[Model], path: str) -> bool:
    """Whether a row can lack the value; an annotation is taken to."""
    for part in path.split("__"):
        try:
            found = model._meta.get_field(part) if part != "pk" else model._meta.pk
        except FieldDoesNotExist:
            return True
        if found.null:
            return True
        model = found.related_model or model
    return False
