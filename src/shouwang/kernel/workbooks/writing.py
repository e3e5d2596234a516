"""Making a new workbook with nothing in plain on a disk."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from shouwang.kernel.workbooks.model import MEGABYTE

if TYPE_CHECKING:
    from xlsxwriter import Workbook


@contextmanager
def new_workbook(out: IO[bytes], *, by_row: bool = True) -> Iterator[Workbook]:
    """A workbook to write to `out`; with `by_row` rows must come in order and cost no memory. Text stays text, also = and addresses."""
    from xlsxwriter import Workbook

    # Rows pass through temporary files in plain text: keep them in memory-backed storage where there is room.
    memory = Path("/dev/shm")  # noqa: S108 - a fresh private directory is made inside
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 512 * MEGABYTE
    with tempfile.TemporaryDirectory(prefix="shouwang-export-", dir=memory if roomy else None) as folder:
        options = {"constant_memory": by_row, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        with Workbook(out, options) as book:
            yield book
