"""What a file is, told by its content and not by its name."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from shouwang.kernel.errors import Refused

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = "PDF、Word（.docx）、Excel（.xlsx）、OFD、文本（.txt）、图片（.jpg、.png）"
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG"}
MOST_PIXELS = 60_000_000


def kind_of(content: bytes, name: str) -> str:
    """The MIME type of a file that may be kept; raises Refused for anything else and for a name that says another type."""
    ending = PurePath(name).suffix.lower()
    found = _kind(content, ending)
    if found is None:
        raise Refused(f"文件“{name}”的类型不在允许范围内。请转换为{WORDS}后上传。", field="file")
    allowed, mime = found
    if ending not in allowed:
        raise Refused(f"文件“{name}”的内容与扩展名不符（内容是 {allowed[0]}）。请改用正确的扩展名后重新上传。", field="file")
    return mime


def _kind(content: bytes, ending: str) -> tuple[tuple[str, ...], str] | None:
    if content.startswith(b"%PDF-"):
        return (".pdf",), "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return (".jpg", ".jpeg"), "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return (".png",), "image/png"
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    if ending == ".txt" and b"\0" not in content[:4096]:
        return (".txt",), "text/plain"
    return None


def _zipped(content: bytes) -> tuple[tuple[str, ...], str] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    if "word/document.xml" in names:
        return (".docx",), DOCX
    if "xl/workbook.xml" in names:
        return (".xlsx",), XLSX
    return ((".ofd",), "application/ofd") if "OFD.xml" in names else None


def clean_image(content: bytes, mime: str) -> bytes:
    """The picture re-encoded, without EXIF (place, device) and anything that hides behind the picture; raises Refused if it is none."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(f"图片有 {picture.width}×{picture.height} 像素，过大。请缩小到 6000 万像素以内后上传。", field="file")
            straight = ImageOps.exif_transpose(picture)
            out = io.BytesIO()
            plain = straight.convert("RGB") if mime == "image/jpeg" else straight
            plain.save(out, IMAGES[mime], **({"quality": 88} if mime == "image/jpeg" else {"optimize": False}))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise Refused("图片已损坏，无法打开。请重新拍摄或导出后上传。", field="file") from broken
    return out.getvalue()
