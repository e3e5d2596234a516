"""Reading an uploaded workbook: a child process takes it apart, this one checks and keeps what it says."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any, cast

from shouwang.kernel.workbooks.model import BROKEN, COLUMNS, LIMITS, MEGABYTE, ROWS, Limits, Piece, Rows, SheetData, Workbook
from shouwang.kernel.workbooks.package import refuse


def read(content: bytes, name: str, *, limits: Limits = LIMITS) -> Workbook:
    """The sheets of an .xlsx, .xls or text file (commas, tabs); what it is is told by its content, `name` is for the words only.

    Raises Refused with the remedy for everything else, for what is too large and for what is built to do harm. The file never
    touches the disk; a parser that crashes, hangs or grows is a refusal.
    """
    if not content.strip():
        raise refuse(f"文件“{name}”是空的。请核对后重新上传。")
    if len(content) > limits.content:
        raise refuse(f"文件“{name}”有 {len(content) // MEGABYTE} MB，超过 {limits.content // MEGABYTE} MB 的上限。请分成几个文件上传。")
    command = [sys.executable, "-I", "-m", "shouwang.kernel.workbooks.child", json.dumps(asdict(limits))]
    with tempfile.TemporaryDirectory(prefix="shouwang-read-") as folder:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; the file comes by standard input
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder, env={"LANG": "C.UTF-8"}
        )
        source, out = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        watch = threading.Timer(limits.wall, process.kill)
        watch.start()
        try:
            with suppress(BrokenPipeError):  # the child died before it had read all: the answer will be missing
                source.write(content)
                source.close()
            return _answer(out, limits)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as fault:
            raise refuse(BROKEN) from fault
        finally:
            watch.cancel()
            process.kill()
            process.wait()
            for pipe in (source, out):
                with suppress(BrokenPipeError):
                    pipe.close()


def _answer(out: IO[bytes], limits: Limits) -> Workbook:
    """The child's lines put together; raises Refused with its words, or if it stopped in the middle."""
    sheets: list[SheetData] = []
    pieces: list[Piece] = []
    left = limits.answer + MEGABYTE
    while line := out.readline(left):
        left -= len(line)
        if line == b"\n":
            continue
        said: dict[str, Any] = json.loads(line)
        if "first" in said:
            cells = out.readline(left)
            left -= len(cells)
            pieces.append(Piece(int(said["first"]), int(said["count"]), cells))
        elif "sheet" in said:
            sheets.append(_sheet(said, pieces, len(sheets)))
            pieces = []
        elif "kind" in said:
            return Workbook(sheets, str(said["kind"]))
        elif "refused" in said:
            raise refuse(str(said["refused"])[:500])
    raise refuse(BROKEN)


def _sheet(said: dict[str, Any], pieces: list[Piece], number: int) -> SheetData:
    rows = Rows(pieces, int(said["width"]))
    if not (0 <= rows.first <= rows.first + len(rows) <= ROWS and 0 <= rows.width <= COLUMNS and rows.in_order()):
        raise refuse(BROKEN)  # no sheet has this many: the child was taken over
    return SheetData(
        name=str(said["sheet"]) or f"表{number + 1}",
        hidden=bool(said["hidden"]),
        first_row=rows.first + 1,
        rows=rows,
        hidden_columns=frozenset(map(int, said["hidden_columns"])),
        merged=tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in said["merged"]),
        formulas=bool(said["formulas"]),
    )
