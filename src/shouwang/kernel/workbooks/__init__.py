"""Workbook files: read in a child process, handed back with marks, made as templates. Knows no Django and no ledger."""

from shouwang.kernel.workbooks.model import LIMITS, ErrorCell, Kind, Limits, SheetData, Workbook, kind
from shouwang.kernel.workbooks.reading import read

__all__ = ["LIMITS", "ErrorCell", "Kind", "Limits", "SheetData", "Workbook", "kind", "read"]
