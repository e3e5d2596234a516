"""Import templates: a sheet to fill in, with notes, drop-downs and text columns, and one that explains it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks.cells import column_letters
from shouwang.kernel.workbooks.model import LIMITS, Kind
from shouwang.kernel.workbooks.package import FAULTS, Package
from shouwang.kernel.workbooks.text import risky
from shouwang.kernel.workbooks.writing import new_workbook

VERSION, GUIDE, CHOICES = "模板版本", "填写说明", "选项"
ROWS = 5_000  # with drop-downs; formats hold for whole columns
LIST_CHARS = 255  # what a drop-down holds itself; a longer list lies on a hidden sheet
KINDS = {Kind.TEXT: "文本", Kind.NUMBER: "数字", Kind.DATE: "日期，如 2020-03-15", Kind.BOOL: "是或否"}
CODES: dict[Kind, str | int] = {Kind.TEXT: 49, Kind.NUMBER: "General", Kind.DATE: "yyyy-mm-dd", Kind.BOOL: 49}
GROUNDS = ("#EAF2FE", "#EAF7EE")  # of headings, by turns from group to group


@dataclass(frozen=True, slots=True)
class TemplateField:
    """A column of a template; `kind` TEXT keeps leading zeros and long numbers (IDs, phones, codes), `width` counts characters."""

    label: str
    note: str = ""
    required: bool = False
    kind: Kind = Kind.TEXT
    choices: Sequence[str] = ()
    width: int = 14
    example: str = ""
    group: str = ""

    @property
    def heading(self) -> str:
        """The label, starred if the column must be filled."""
        return f"{self.label}*" if self.required else self.label

    @property
    def options(self) -> Sequence[str]:
        """What the drop-down offers."""
        return ("是", "否") if self.kind is Kind.BOOL and not self.choices else self.choices

    @property
    def rule(self) -> str:
        """The note and what follows from the other facts, in one sentence each."""
        return "".join(
            (
                "必填。" if self.required else "",
                f"{self.note.rstrip('。')}。" if self.note else "",
                "从下拉列表中选择。" if self.options else f"{KINDS[self.kind]}。" if self.kind is not Kind.TEXT else "",
            )
        )


def template(fields: Sequence[TemplateField], *, title: str, version: str, out: IO[bytes]) -> None:
    """Write an empty .xlsx template to `out`: headings in row 1 of the first sheet, each with its rule as a comment, nothing below.

    The version stands on the sheet 填写说明 and in the file's properties, where `template_version` finds it.
    """
    with new_workbook(out, by_row=False) as book:
        book.set_custom_property(VERSION, version)
        book.set_properties({"title": title})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "数据")
        guide, choices = book.add_worksheet(GUIDE), book.add_worksheet(CHOICES)
        choices.hide()
        sheet.freeze_panes(1, 0)
        groups = list(dict.fromkeys(f.group for f in fields))
        for at, field in enumerate(fields):
            look = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "num_format": "@"}
            look |= {"bg_color": GROUNDS[groups.index(field.group) % 2], "quote_prefix": risky(field.heading)}
            look |= {"font_color": "#B42318"} if field.required else {}
            sheet.set_column(at, at, field.width, book.add_format({"num_format": CODES[field.kind]}))
            sheet.write_string(0, at, field.heading, book.add_format(look))
            comment = field.rule + (f"例：{field.example}" if field.example else "")
            if comment:
                sheet.write_comment(0, at, comment, {"author": "守望", "x_scale": 2, "y_scale": 1 + len(comment) / 60})
            if field.options:
                sheet.data_validation(1, at, ROWS, at, _drop_down(field, choices, at))
        _guide(book, guide, fields, title, version)


def _drop_down(field: TemplateField, choices: Any, at: int) -> dict[str, Any]:
    """A list to choose from, in the cell if it fits, else on the hidden sheet."""
    source: Any = list(field.options)
    if len(",".join(source)) > LIST_CHARS or any("," in o or risky(o) or o != o.strip() for o in source):
        for row, option in enumerate(source):
            choices.write_string(row, at, option)
        letters = column_letters(at)
        source = f"={CHOICES}!${letters}$1:${letters}${len(source)}"
    words = {"error_title": field.label[:32], "error_message": "请从下拉列表中选择，不要改动文字。"}
    return {"validate": "list", "source": source, **words}


def _guide(book: Any, guide: Any, fields: Sequence[TemplateField], title: str, version: str) -> None:
    """What each column asks for, its choices and an example."""
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "border": 1, "quote_prefix": True})
    head = book.add_format({"bold": True, "border": 1, "bg_color": GROUNDS[0], "num_format": "@"})
    plain = book.add_format({"num_format": "@", "quote_prefix": True})
    guide.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    guide.write_string(1, 0, f"{VERSION}：{version}", plain)
    guide.write_string(2, 0, "请从第一张表的第 2 行起填写，一行一条；带 * 的列必填；列可以调换次序，表头文字请勿改动。", plain)
    for column, (heading, width) in enumerate((("分组", 14), ("列", 20), ("填写规则", 60), ("可选值", 40), ("示例", 24))):
        guide.set_column(column, column, width)
        guide.write_string(4, column, heading, head)
    for row, field in enumerate(fields, 5):
        for column, words in enumerate((field.group, field.heading, field.rule, "、".join(field.options), field.example)):
            guide.write_string(row, column, words[: LIMITS.text], text)


def template_version(content: bytes) -> str | None:
    """The version a template carries in its properties, also after it was filled in and saved; None for any other file."""
    try:
        package = Package(content, LIMITS)
        if "docprops/custom.xml" not in package.entries:
            return None
        return next(("".join(p.itertext()) for p in package.tree("docProps/custom.xml") if p.get("name") == VERSION), None)
    except (Refused, *FAULTS):
        return None
