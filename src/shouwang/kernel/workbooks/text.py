"""Text files of tables (comma, tab, semicolon), and text that a spreadsheet program would take for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from shouwang.kernel.workbooks.model import Limits
from shouwang.kernel.workbooks.package import refuse

RISKY = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
DELIMITERS = (",", "\t", ";", "|")
SAMPLE, SAMPLE_ROWS = 200_000, 50  # characters and rows the delimiter is judged by


def risky(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula."""
    return bool(RISKY.match(text.lstrip(" \u3000") or " "))


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8 with or without mark, UTF-16 with mark, GB18030 (which holds GBK and GB2312); raises Refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text):
            break
        return text
    raise refuse("文件不是表格，或文字编码无法识别。请在 Excel 或 WPS 中打开，另存为 .xlsx 后重新上传。")


def delimiter(text: str) -> str:
    """What parts the cells: the sign that parts most of the first rows into the same number of cells, more than one."""
    best, mark = ",", 0.0
    for sign in DELIMITERS:
        try:
            rows = [
                r for r, _ in zip(csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=sign), range(SAMPLE_ROWS), strict=False) if r
            ]
        except csv.Error:
            continue
        widths = [len(r) for r in rows]
        common = max(set(widths), key=lambda w: (widths.count(w), w), default=1)
        score = widths.count(common) / len(widths) if common > 1 else 0.0
        if score > mark:
            best, mark = sign, score
    return best


def rows(text: str, limits: Limits) -> Iterator[list[str]]:
    """The rows, as wide as each is; cells exactly as written. Raises Refused for too many or too long ones."""
    csv.field_size_limit(limits.text)
    width = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)), 1):
            width = max(width, len(row))
            if width > limits.columns:
                raise refuse(
                    f"第 {number} 行有 {len(row)} 列，超过 {limits.columns} 列的上限。请核对分隔符是否正确，或另存为 .xlsx 后重新上传。"
                )
            if number > limits.rows or number * width > limits.cells:
                raise refuse(f"文件超过 {limits.rows} 行或 {limits.cells // 10_000} 万个单元格的上限。请分成几个文件上传。")
            yield row
    except csv.Error as fault:
        raise refuse(f"文件有单元格超过 {limits.text} 字，或引号没有成对。请核对该文件，或另存为 .xlsx 后重新上传。") from fault
