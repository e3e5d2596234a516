"""Files for the tests: good ones, and the hostile and the merely unsuitable."""

from __future__ import annotations

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """An upload as a page gets it."""
    return SimpleUploadedFile(name, content)


def archive(*names: str, content: bytes = b"<x/>", encrypted: bool = False) -> bytes:
    """A zip archive with entries of those names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in names:
            packed.writestr(name, content)
    data = out.getvalue()
    if encrypted:  # set the flag in the table of contents, where readers look
        at = data.index(b"PK\x01\x02") + 8
        data = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]
    return data


DOCX = archive("[Content_Types].xml", "word/document.xml")
XLSX = archive("[Content_Types].xml", "xl/workbook.xml")
OFD = archive("OFD.xml", "Doc_0/Document.xml")


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **saved: object) -> bytes:
    """A picture, red on the left and blue on the right."""
    made = Image.new("RGB", size, "blue")
    made.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    made.convert(mode).save(out, kind, **saved)
    return out.getvalue()


def with_place() -> bytes:
    """A JPEG that says where and with what it was taken, lies on its side, and carries a comment and a tail."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET-DEVICE"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (23.0, 15.0, 7.0)
    return picture(exif=exif, comment=b"SECRET-COMMENT") + b"SECRET-TAIL<script>alert(1)</script>"


def pixels(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing of it."""
    import struct
    import zlib

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0" * 100)) + part(b"IEND", b"")


# name, content, words of the refusal
REFUSED: list[tuple[str, bytes, str]] = [
    ("空.pdf", b"", "是空的（0 字节）"),
    ("页面.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "类型不在允许范围内"),
    ("页面.html", b"<html><script>alert(1)</script></html>", "类型不在允许范围内"),
    ("无扩展名", b"hello", "类型不在允许范围内"),
    ("程序.pdf", b"MZ\x90\0", "可执行程序"),
    ("程序", b"\x7fELF\2\1\1", "可执行程序"),
    ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 .docx 或 .xlsx"),
    ("旧.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "另存为 .docx 或 .xlsx"),
    ("照片.zip", archive("a.jpg", "b.jpg"), "解压后逐个上传"),
    ("照片.rar", b"Rar!\x1a\7\1\0", "解压后逐个上传"),
    ("照片.7z", b"7z\xbc\xaf\x27\x1c", "解压后逐个上传"),
    ("照片.gz", b"\x1f\x8b\x08", "解压后逐个上传"),
    ("动图.gif", b"GIF89a", "转换为 .jpg 或 .png"),
    ("截图.bmp", b"BM....", "转换为 .jpg 或 .png"),
    ("照片.heic", b"\0\0\0\x18ftypheic", "类型不在允许范围内"),
    ("改名.pdf", picture(), "内容是JPEG 图片，与扩展名“.pdf”不符"),
    ("改名.docx", XLSX, "内容是Excel 工作簿"),
    ("改名.exe", PDF, "把扩展名改为 .pdf"),
    ("改名.docx.zip", DOCX, "把扩展名改为 .docx"),
    ("宏.docx", archive("word/document.xml", "word/vbaProject.bin"), "含有宏"),
    ("密.docx", archive("word/document.xml", encrypted=True), "打开密码"),
    ("坏.docx", DOCX[:40], "已损坏"),
    ("坏.xlsx", b"PK\3\4" + b"\0" * 200, "已损坏"),
    ("炸弹.docx", archive("word/document.xml", content=b"\0" * 40_000_000), "展开后过大"),
    ("碎.docx", archive("word/document.xml", *(f"x{n}" for n in range(5001))), "展开后过大"),
    ("二进制.txt", b"abc\0def", "类型不在允许范围内"),
    ("乱码.txt", b"\xff\xfe\xff\xff", "类型不在允许范围内"),
    ("控制符.txt", b"\x1b[2J", "类型不在允许范围内"),
    ("坏.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 64, "图片已损坏"),
    ("截断.png", picture("PNG")[:60], "图片已损坏"),
    ("谎称.png", pixels(400, 400), "图片已损坏"),
    ("巨大.png", pixels(60_000, 60_000), "图片"),
    ("很大.png", pixels(12_000, 9_000), "超过 5000 万像素"),
]
