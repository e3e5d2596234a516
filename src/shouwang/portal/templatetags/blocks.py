"""What the templates in blocks/ need of tables, forms, maps and charts; pages use `ui`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django import template
from django.core.exceptions import ValidationError
from django.forms import (
    BaseForm,
    BooleanField,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    ClearableFileInput,
    DateField,
    DateTimeField,
    Field,
    FileField,
    IntegerField,
    RadioSelect,
    SplitDateTimeWidget,
    Widget,
)
from django.forms.widgets import DateTimeBaseInput
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from shouwang.portal.templatetags.ui import lamp, tag, thousands

if TYPE_CHECKING:
    from shouwang.kernel.tables import Cell, TableView

register = template.Library()


class Section(NamedTuple):
    """A part of a form: heading, note, fields."""

    title: str
    note: str
    fields: list[BoundField]


@register.filter
def sections(form: BaseForm) -> list[Section]:
    """The visible fields of a form in parts.

    A form class may say `sections = (("标题", ("field", …)), …)`, each at most seven fields, a third item being a note; fields
    named nowhere follow in a last part without heading. Without `sections` the form is one part.
    """
    declared: Iterable[tuple[Any, ...]] = getattr(form, "sections", ())
    left = {f.name: f for f in form.visible_fields()}
    out = []
    for title, names, *note in declared:
        fields = [left.pop(n) for n in names if n in left]
        if fields:
            out.append(Section(title, note[0] if note else "", fields))
    return [*out, Section("", "", list(left.values()))] if left else out


# The browser's own date and time fields understand these forms only, whatever the language of the site.
NATIVE = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime-local": "%Y-%m-%dT%H:%M"}


def _prepare(inner: Widget, label: str = "") -> None:
    kind = str(inner.attrs.get("type", getattr(inner, "input_type", "")))
    if kind in NATIVE and isinstance(inner, DateTimeBaseInput):
        inner.format = NATIVE[kind]
    if label:
        inner.attrs.setdefault("aria-label", label)


@register.filter
def widget(field: BoundField) -> SafeString:
    """The input with the class of the design system; errors and help text are tied to it by id."""
    inner = field.field.widget
    if isinstance(inner, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return field.as_widget()
    _prepare(inner)
    for part, word in zip(inner.widgets if isinstance(inner, SplitDateTimeWidget) else (), ("日期", "时间"), strict=False):
        _prepare(part, f"{field.label}：{word}")
    own = str(inner.attrs.get("class", ""))
    attrs: dict[str, str | bool] = {"class": f"in {own}".strip()}
    if isinstance(inner, ClearableFileInput) and field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.filter
def is_pair(field: BoundField) -> bool:
    """Whether the field is a date and a time side by side."""
    return isinstance(field.field.widget, SplitDateTimeWidget)


PLAIN_FAULTS = {
    "min_value": "{label}不能小于 {limit_value}。",
    "max_value": "{label}不能大于 {limit_value}。",
    "max_length": "{label}最多 {limit_value} 字，现有 {show_value} 字，请删减。",
    "min_length": "{label}至少 {limit_value} 字，现有 {show_value} 字，请补充。",
    "max_digits": "{label}位数过多，请检查后重填。",
    "max_decimal_places": "{label}的小数位过多，请检查后重填。",
}


def _usual(field: Field, code: str) -> str:
    """The framework's message of that code, "" where it has none."""
    known: list[dict[str, Any]] = [getattr(c, "default_error_messages", {}) for c in type(field).__mro__]
    return next((str(messages[code]) for messages in known if code in messages), "")


def _plain(fault: ValidationError, bound: BoundField) -> str:
    """The framework's own message in words that name the field and the remedy; a message somebody wrote stays as written."""
    field, code, label = bound.field, fault.code or "", bound.label
    said = str(fault.messages[0])
    if code in PLAIN_FAULTS and code not in field.error_messages:
        return PLAIN_FAULTS[code].format(label=label, **{"limit_value": "", "show_value": "", **(fault.params or {})})
    if not code or str(fault.message) != _usual(field, code):
        return said
    if code == "required":
        return (
            f"请{'勾选' if isinstance(field, BooleanField) else '选择' if isinstance(field, ChoiceField | FileField) else '填写'}{label}。"
        )
    if isinstance(field, DateField | DateTimeField):
        return f"{label}“{bound.value()}”不是有效日期，请按 2020-02-17 的格式重填。"
    if isinstance(field, IntegerField):
        return f"{label}“{bound.value()}”不是数字，请只填数字。"
    return f"{label}的选项已失效，请重新选择。" if isinstance(field, ChoiceField) else f"{label}：{said}"


@register.filter
def faults(bound: BoundField) -> list[str]:
    """What is wrong with a field and how to put it right."""
    return [_plain(one, bound) for one in bound.errors.as_data()]


@register.filter
def is_wide(field: BoundField) -> bool:
    """Whether the field takes the whole row: text areas, files, groups of boxes, or a widget that says data-wide."""
    inner = field.field.widget
    return bool(inner.attrs.get("data-wide")) or type(inner).__name__ in {
        "Textarea",
        "CheckboxSelectMultiple",
        "ClearableFileInput",
        "FileInput",
    }


def _cell(cell: Cell, first: bool, drawer: bool) -> str:
    kind = cell.kind
    text: str = conditional_escape(cell.text)
    empty = cell.value is None
    if cell.href:
        into = ' hx-get="{0}" hx-target="#drawer" data-drawer' if drawer and kind == "link" else ""
        href = escape(cell.href)
        text = f'<a class="{"nm" if kind == "link" else ""}" href="{href}"{into.format(href)}>{text}</a>'
    elif kind == "tag" and not empty:
        text = tag(cell.text, cell.tone)
    elif kind == "light" and not empty:
        text = lamp(cell.tone, cell.text)
    classes = [
        c
        for c, on in (
            ("c1", first),
            ("t-r", cell.align == "right"),
            ("num", kind in ("num", "money", "date", "datetime")),
            ("mono", kind == "mono"),
            ("nv", empty or kind == "hidden"),
            ("cut", bool(cell.title)),
        )
        if on
    ]
    attrs = f' class="{" ".join(classes)}"' if classes else ""
    if cell.title:
        attrs += f' title="{escape(cell.title)}"'
    return f"<td{attrs}>{text}</td>"


@register.simple_tag
def table_cells(cells: Sequence[Cell], drawer: bool = False) -> SafeString:
    """The cells of one row. In Python because a page has a thousand of them and template nodes cost ten times as much."""
    return mark_safe("".join(_cell(c, i == 0, drawer) for i, c in enumerate(cells)))  # noqa: S308 - every text was escaped in _cell


@register.filter
def is_box(field: BoundField) -> bool:
    """Whether the field is a single check box, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def fault_count(form: BaseForm) -> int:
    """How many errors the form has, those of the whole form included."""
    return sum(len(errors) for errors in form.errors.values())


@register.filter
def has_actions(table: TableView) -> bool:
    """Whether any row of the page has a link at its end."""
    return any(row.actions for row in table.rows)


@register.filter
def has_more_filters(table: TableView) -> bool:
    """Whether there are filters behind 展开更多."""
    return any(not f.visible for f in table.filters)


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.filter
def area_values(area: Any, metrics: Sequence[Any]) -> list[str]:
    """The values of a map's area in the order of the metrics, as shown: in words where the metric names its values, -- where there is no data."""
    found = [(dict(_part(m, "names") or ()), _part(area, "values").get(_part(m, "key"))) for m in metrics]
    return [names.get(value) or thousands(value) for names, value in found]


@register.filter
def map_data(board: Any) -> dict[str, Any]:
    """What js/map.js reads of a map: metrics and areas, numbers as numbers."""
    metrics = [{k: _part(m, k) for k in ("key", "label", "unit", "scale", "cuts", "names")} for m in _part(board, "metrics")]
    areas = [
        {"name": _part(a, "name"), "href": _part(a, "href") or "", "values": {k: _number(v) for k, v in _part(a, "values").items()}}
        for a in _part(board, "areas")
    ]
    return {"metrics": metrics, "areas": areas}


@register.filter
def chart_data(board: Any) -> dict[str, Any]:
    """What js/charts.js reads of a chart: x, unit and series, numbers as numbers."""
    series = [
        {
            "name": _part(s, "name"),
            "kind": _part(s, "kind") or "bar",
            "tone": _part(s, "tone") or "",
            "values": [_number(v) for v in _part(s, "values")],
        }
        for s in _part(board, "series")
    ]
    return {"x": list(_part(board, "x")), "unit": _part(board, "unit") or "", "series": series}


@register.filter
def chart_rows(board: Any) -> list[tuple[Any, list[Any]]]:
    """The rows of a chart's table: x and the values of every series."""
    columns = [_part(s, "values") for s in _part(board, "series")]
    return [(x, [c[i] for c in columns]) for i, x in enumerate(_part(board, "x"))]


def _number(value: Any) -> float | int | None:
    return value if value is None or isinstance(value, int | float) else float(value)


@register.filter
def explicit(url: str) -> str:
    """The address of a list without conditions says its page: a bare one would open the view used last."""
    return "?page=1" if url in ("", "?") else url
