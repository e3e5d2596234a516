"""Workbook files: read in a child process, handed back with marks, made as templates. Knows no Django and no ledger."""

from shouwang.kernel.workbooks.marking import mark
from shouwang.kernel.workbooks.model import LIMITS, ErrorCell, Kind, Limits, SheetData, Workbook, kind
from shouwang.kernel.workbooks.reading import read
from shouwang.kernel.workbooks.templates import TemplateField, template, template_version
from shouwang.kernel.workbooks.text import risky
from shouwang.kernel.workbooks.writing import new_workbook

__all__ = [
    "LIMITS",
    "ErrorCell",
    "Kind",
    "Limits",
    "SheetData",
    "TemplateField",
    "Workbook",
    "kind",
    "mark",
    "new_workbook",
    "read",
    "risky",
    "template",
    "template_version",
]
