"""Workbooks as bytes, and the jobs behind an import run on the spot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shouwang.kernel.jobs.worker import Worker


def xlsx(rows: Sequence[Sequence[Any]], *, merged: Sequence[str] = (), hidden: Sequence[int] = (), sheet: str = "Sheet1") -> bytes:
    """A workbook of one worksheet; numbers stay numbers, days get a date format."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, dt.date):
                    page.write_datetime(at, column, dt.datetime.combine(value, dt.time()), day)
                elif isinstance(value, str) and value.startswith("="):
                    page.write_formula(at, column, value, None, 7)
                elif value is not None:
                    page.write(at, column, value)
        for span in merged:
            page.merge_range(span, rows[int(span.split(":")[0][1:]) - 1][ord(span[0]) - 65])
        for column in hidden:
            page.set_column(column, column, 8, None, {"hidden": True})
    return out.getvalue()


def upload_of(content: bytes, name: str = "户档案.xlsx") -> SimpleUploadedFile:
    """As a browser sends it."""
    return SimpleUploadedFile(name, content)


def work() -> None:
    """Run every waiting job."""
    worker = Worker()
    while worker.step(timezone.now()):
        pass
