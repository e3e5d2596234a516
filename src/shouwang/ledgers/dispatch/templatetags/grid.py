"""The boxes of the decomposition: well over a thousand on a page, so each row is written in one go and not by a template loop."""

from __future__ import annotations

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from shouwang.ledgers.dispatch.decomposition import GridRow
from shouwang.ledgers.dispatch.models import Task
from shouwang.ledgers.dispatch.recurring import in_words

register = template.Library()
register.filter("recurring", in_words)
CHECKED, DISABLED, NOTHING = mark_safe(" checked"), mark_safe(" disabled"), mark_safe("")
GIVEN = mark_safe(' title="已交办"')


@register.simple_tag
def district_boxes(row: GridRow) -> SafeString:
    """A cell with one box for each district or town below: ticked where it leads or is proposed, fixed where the task is out."""
    cell = (
        '<td class="o"><label{}><input type="checkbox" name="lead-{}" value="{}"{}{}><span class="vh nm">{}</span>'
        '<span class="vh">牵头第 {} 条{}</span></label></td>'
    )
    return format_html_join(
        "\n",
        cell,
        (
            (
                GIVEN if done else NOTHING, row.duty.pk, office.pk, CHECKED if on else NOTHING, DISABLED if done else NOTHING,
                office.region.name, row.duty.position, "（已交办）" if done else "",
            )
            for office, on, done in row.districts
        ),
    )  # fmt: skip


@register.simple_tag
def department_boxes(row: GridRow, part: str) -> SafeString:
    """The departments of a row as tags to tick: `part` lead (牵头) or support (配合)."""
    tag = '<input class="vh" type="checkbox" id="{0}{1}-{2}" name="{3}-{1}" value="{2}"{4}{5}><label class="tag" for="{0}{1}-{2}">{6}{7}</label>'
    note = mark_safe('<span class="as">（配合）</span>') if part == Task.Part.SUPPORT else NOTHING
    return format_html_join(
        "",
        tag,
        (
            (
                part[0], row.duty.pk, office.pk, part, CHECKED if held == part else NOTHING, DISABLED if done else NOTHING,
                office.short_name, note,
            )
            for office, held, done in row.departments
        ),
    )  # fmt: skip
