"""The template of a kind of workbook."""

from __future__ import annotations

import datetime as dt
from typing import IO

from shouwang.kernel.columns.fields import Field
from shouwang.kernel.columns.sheet import Sheet
from shouwang.kernel.workbooks import Kind

KINDS = {"date": Kind.DATE, "number": Kind.NUMBER, "whole": Kind.NUMBER, "money": Kind.NUMBER}


def write_template(sheet: Sheet, today: dt.date, out: IO[bytes]) -> None:
    """The workbook with header, notes, drop-downs and text columns; the words of the lists are those of `today`."""
    from shouwang.kernel.workbooks import TemplateField, template

    fields = [
        TemplateField(
            label=f.label,
            note=_note(f),
            required=f.required or f.key in sheet.keys,
            kind=KINDS.get(f.kind, Kind.TEXT),
            choices=_choices(f, today),
            width=max(10, min(24, len(f.label) * 2 + 4)),
            example=f.example,
            group=f.group,
        )
        for f in sheet.fields
    ]
    template(fields, title=sheet.title, version=sheet.version, out=out)


def _choices(field: Field, today: dt.date) -> tuple[str, ...]:
    if field.kind == "flag":
        return ("是", "否")
    return () if field.many or field.choices is None else tuple(dict.fromkeys(field.choices(today).values()))


def _note(field: Field) -> str:
    said = [field.note] if field.note else []
    said += ["可填多项，用顿号隔开"] if field.many else []
    said += [f"单位：{field.unit}"] if field.unit else []
    said += ["按文本填写完整号码"] if field.kind in ("id", "phone", "code", "account") else []
    return "；".join(said)
