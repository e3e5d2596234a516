"""What a file is, told by its content and not by its name; what may be kept, and pictures made harmless."""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from shouwang.kernel.errors import Refused
from shouwang.kernel.logs import hide_numbers

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = "PDF、Word（.docx）、Excel（.xlsx）、OFD、文本（.txt）、图片（.jpg、.png）"
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG"}
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 6_000
MOST_ENTRIES = 5_000
MOST_INFLATED = 300 * 1024 * 1024
MOST_RATIO = 200
NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """A type that may be kept: its endings (the usual one first) and MIME type."""

    endings: tuple[str, ...]
    mime: str
    words: str


PDF = Kind((".pdf",), "application/pdf", "PDF 文件")
JPEG = Kind((".jpg", ".jpeg"), "image/jpeg", "JPEG 图片")
PNG = Kind((".png",), "image/png", "PNG 图片")
WORD = Kind((".docx",), DOCX, "Word 文档")
EXCEL = Kind((".xlsx",), XLSX, "Excel 工作簿")
OFD = Kind((".ofd",), "application/ofd", "OFD 文件")
TEXT = Kind((".txt",), "text/plain", "文本文件")
# What people send most of what cannot be kept: signature, what it is, what to do.
FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文档（.doc、.xls）", "请在 Office 或 WPS 中另存为 .docx 或 .xlsx 后上传"),
    (b"Rar!", "压缩包", "请解压后逐个上传其中的文件"),
    (b"7z\xbc\xaf", "压缩包", "请解压后逐个上传其中的文件"),
    (b"\x1f\x8b", "压缩包", "请解压后逐个上传其中的文件"),
    (b"GIF8", "GIF 图片", "请转换为 .jpg 或 .png 后上传"),
    (b"BM", "BMP 图片", "请转换为 .jpg 或 .png 后上传"),
    (b"MZ", "可执行程序", "不接收可执行程序"),
    (b"\x7fELF", "可执行程序", "不接收可执行程序"),
)


def plain_name(name: str) -> str:
    """A file name without folders, control characters and direction marks, personal numbers hidden, at most 120 characters."""
    bare = PurePath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    kept = "".join(c for c in bare if unicodedata.category(c)[0] != "C").strip(" .") or "附件"
    kept = hide_numbers(kept)
    stem, ending = PurePath(kept).stem, PurePath(kept).suffix[:12]
    return stem[: NAME_LENGTH - len(ending)] + ending


def kind_of(content: bytes, name: str) -> Kind:
    """The type of a file that may be kept; raises Refused for anything else and for a name that says another type."""
    ending = PurePath(name).suffix.lower()
    found = _kind(content, name, ending)
    if ending not in found.endings:
        raise Refused(
            f"文件“{name}”的内容是{found.words}，与扩展名“{ending or '无'}”不符。请把扩展名改为 {found.endings[0]} 后重新上传。",
            field="file",
        )
    return found


def _kind(content: bytes, name: str, ending: str) -> Kind:
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content, name)
    for signature, what, remedy in FOREIGN:
        if content.startswith(signature):
            raise Refused(f"文件“{name}”是{what}，不能作为附件。{remedy}。", field="file")
    if ending == ".txt" and _is_text(content):
        return TEXT
    raise Refused(f"文件“{name}”的类型不在允许范围内。请转换为{WORDS}后上传。", field="file")


def _is_text(content: bytes) -> bool:
    """UTF-8 or GB18030 without control characters other than line ends, tabs and page breaks."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(c) == "Cc" and c not in "\r\n\t\f" for c in text)
    return False


def _zipped(content: bytes, name: str) -> Kind:
    """Office and OFD files are zip archives; the table of contents tells them from other archives and from bombs, nothing is inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as broken:
        raise Refused(f"文件“{name}”已损坏，无法打开。请在原程序中打开确认后重新保存、上传。", field="file") from broken
    inflated = sum(e.file_size for e in entries)
    if len(entries) > MOST_ENTRIES or inflated > MOST_INFLATED or inflated > MOST_RATIO * len(content):
        raise Refused(
            f"文件“{name}”展开后过大（{len(entries)} 个部件、{inflated // 1048576} MB），未接收。请删减内容后重新上传。", field="file"
        )
    names = {e.filename for e in entries}
    if any(e.flag_bits & 1 for e in entries):
        raise Refused(f"文件“{name}”设有打开密码。请去掉密码后重新上传。", field="file")
    if any(n.rsplit("/", 1)[-1].lower() == "vbaproject.bin" for n in names):
        raise Refused(f"文件“{name}”含有宏，不能作为附件。请另存为不含宏的 .docx 或 .xlsx 后上传。", field="file")
    for mark, kind in (("word/document.xml", WORD), ("xl/workbook.xml", EXCEL), ("OFD.xml", OFD)):
        if mark in names:
            return kind
    raise Refused(f"文件“{name}”是压缩包，不能作为附件。请解压后逐个上传其中的文件。", field="file")


def clean_picture(content: bytes, mime: str) -> bytes:
    """The picture re-encoded: no EXIF (place, device), comments or anything that hides behind it, turned upright, at most 6,000 pixels long.

    Raises Refused for a damaged one and for more than 50 million pixels, which are not decoded.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture of 90 to 180 million pixels; ours are counted before anything is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[PICTURES[mime]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    size = f"{picture.width}×{picture.height}"
                    raise Refused(f"图片有 {size} 像素，超过 {MOST_PIXELS // 10_000} 万像素的上限。请缩小后上传。", field="file")
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture)
                plain = upright.convert("RGB" if mime == "image/jpeg" or upright.mode not in ("P", "PA", "LA", "RGBA") else "RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as broken:
        raise Refused("图片已损坏，无法打开。请重新拍摄或导出后上传。", field="file") from broken
    plain.info.clear()
    out = io.BytesIO()
    plain.save(out, PICTURES[mime], quality=88) if mime == "image/jpeg" else plain.save(out, PICTURES[mime])
    return out.getvalue()
