"""An .xlsx package looked at before anything is parsed: the zip's table of contents, then the few parts that are needed."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree as ET

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks.model import BROKEN, MEGABYTE, Limits

SMALL = 8 * MEGABYTE  # the lists of sheets and of relations
FAULTS = (zipfile.BadZipFile, zlib.error, ET.ParseError, ValueError, KeyError, NotImplementedError, OSError, EOFError, RuntimeError)


def refuse(words: str) -> Refused:
    """A refusal of the file."""
    return Refused(words, field="file")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where a worksheet lies in the package."""

    name: str
    path: str
    hidden: bool


class Package:
    """The parts of an .xlsx file; raises Refused for everything that is not one or is built to do harm."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
        except FAULTS as fault:
            raise refuse("文件已损坏或没有传完整，无法打开。请用 Excel 或 WPS 打开确认后重新保存、上传。") from fault
        self.entries = {e.filename.lstrip("/").lower(): e for e in self.archive.infolist()}
        self._check(len(content), limits)
        try:
            self._find(limits)
        except FAULTS as fault:
            raise refuse(BROKEN) from fault

    def _check(self, size: int, limits: Limits) -> None:
        entries = self.archive.infolist()
        packed, inflated = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
        if any(e.flag_bits & 1 for e in entries):
            raise refuse("文件设有打开密码，无法读取。请在 Excel 或 WPS 中取消密码后另存，再上传。")
        if packed > size or len(self.entries) < len(entries):
            raise refuse("文件的内部结构异常（部件重复或重叠），未读取。请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传。")
        steep = any(e.file_size > 5 * MEGABYTE and e.file_size > limits.ratio * max(e.compress_size, 1) for e in entries)
        if steep or inflated > limits.inflated or len(entries) > limits.entries:
            raise refuse(
                f"文件展开后过大（{len(entries)} 个部件、{inflated // MEGABYTE} MB），未读取。"
                "请新建工作簿，只把需要的行列以“粘贴为数值”复制过去，另存后再上传。"
            )
        if "xl/vbaproject.bin" in self.entries:
            raise refuse("文件含有宏，未读取。请另存为不含宏的 .xlsx 后重新上传。")
        if "xl/workbook.bin" in self.entries or "mimetype" in self.entries:
            raise refuse("文件是 .xlsb 或 .ods 格式，不能读取。请在 Excel 或 WPS 中另存为 .xlsx 后重新上传。")
        if "xl/workbook.xml" not in self.entries and "_rels/.rels" not in self.entries:
            raise refuse("文件是压缩包，不是工作簿。请解压后上传其中的 .xlsx 文件。")

    def _find(self, limits: Limits) -> None:
        self.workbook = "xl/workbook.xml"
        if "_rels/.rels" in self.entries:
            found = [t for kind, t in self.relations("").values() if kind == "officeDocument"]
            self.workbook = found[0] if found else self.workbook
        if self.workbook.lower() not in self.entries:
            raise refuse("文件不是 Excel 工作簿。请上传 .xlsx、.xls 或 .csv 文件。")
        self.related = self.relations(self.workbook)
        root = self.tree(self.workbook)
        properties = root.find("{*}workbookPr")
        self.date1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.sheets = [s for e in root.iterfind("{*}sheets/{*}sheet") if (s := self._sheet(e))]
        if not self.sheets:
            raise refuse("工作簿里没有工作表。请核对是否选错了文件。")
        if len(self.sheets) > limits.sheets:
            raise refuse(f"工作簿有 {len(self.sheets)} 张工作表，超过 {limits.sheets} 张。请只保留需要的工作表后重新上传。")

    def _sheet(self, element: ET.Element) -> Sheet | None:
        wanted = next((v for k, v in element.items() if k.endswith("}id")), "")
        kind, path = self.related.get(wanted, ("", ""))
        if kind != "worksheet" or path.lower() not in self.entries:
            return None  # charts, macro sheets, sheets that are named and not there
        return Sheet(element.get("name", ""), path, element.get("state", "visible") != "visible")

    def relations(self, path: str) -> dict[str, tuple[str, str]]:
        """Of a part (`""`: of the package): kind and target by id; what lies outside the file is left out."""
        folder, name = posixpath.split(path)
        listed = posixpath.join(folder, "_rels", f"{name}.rels")
        if listed.lower() not in self.entries:
            return {}
        return {
            e.get("Id", ""): (
                e.get("Type", "").rsplit("/", 1)[-1],
                posixpath.normpath(posixpath.join("/", folder, e.get("Target", ""))).lstrip("/"),
            )
            for e in self.tree(listed)
            if e.get("TargetMode") != "External"
        }

    def first(self, kind: str) -> str:
        """Path of the workbook's part of a kind (styles, sharedStrings), or nothing."""
        return next((t for k, t in self.related.values() if k == kind and t.lower() in self.entries), "")

    def read(self, path: str, most: int) -> bytes:
        """A part in full, checked for document types; raises Refused above `most` bytes."""
        with self.stream(path) as part:
            data = part.read(most + 1)
        if len(data) > most:
            raise refuse(f"文件的部件 {path[:60]} 超过 {most // MEGABYTE} MB，未读取。请用 Excel 或 WPS 另存为 .xlsx 后重新上传。")
        check_prolog(data)
        return data

    def stream(self, path: str) -> IO[bytes]:
        """A part, to be read in pieces."""
        return self.archive.open(self.entries[path.lower()])

    def tree(self, path: str) -> ET.Element:
        """A small part, parsed."""
        return ET.fromstring(self.read(path, SMALL))  # noqa: S314 - no document type, so no entities: see check_prolog


def check_prolog(data: bytes) -> None:
    """Raises Refused for XML with a document type or in an encoding that would hide one."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data[:1024]:
        raise refuse("文件的内部结构异常（含有文档类型声明），未读取。请用 Excel 或 WPS 打开该文件，另存为 .xlsx 后重新上传。")
