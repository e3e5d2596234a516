"""From a file to its text: .txt in the encodings offices use, .docx, .pdf with text, .ofd.

Anything but plain text is parsed in a child process with limits on memory and time (see extract.py), after a look at its size
and its zip directory: an upload is hostile until proven otherwise.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from .model import ReadingError

MAX_BYTES = 20 * 1024 * 1024
_MAX_INFLATED = 120 * 1024 * 1024
_MAX_RATIO = 200
_MAX_ENTRIES = 5_000
_SECONDS = 20
_LEGACY = {b"\xd0\xcf\x11\xe0": "旧版 Word/WPS（.doc、.wps）"}
_SCAN = "没有可读取的文字，可能是扫描件。请上传带文字的 PDF、.docx 或 .ofd，或先做文字识别（OCR）再上传。"
MESSAGES = {
    "too_large": "文件超过 20 MB。通知正文一般不到 1 MB，请核对是否选错了文件，或去掉图片后再上传。",
    "empty": "文件是空的。请核对后重新上传。",
    "unknown_type": "不支持这种文件。请上传 .txt、.docx、.pdf（带文字）或 .ofd；旧版 .doc、.wps 请先另存为 .docx。",
    "encrypted": "文件有密码或加密，无法读取。请去掉密码后再上传。",
    "corrupt": "文件已损坏或内容不符合格式，无法读取。请用原软件打开、另存后再上传。",
    "scan": "文件里" + _SCAN,
    "missing": "找不到文件。请核对路径和文件名。",
}


def error(code: str) -> ReadingError:
    """The error of a code, with its message for the user."""
    return ReadingError(code, MESSAGES[code])


def file_text(source: str | Path | bytes, *, name: str | None = None) -> str:
    """The text of a file given by path or as bytes (`name` then says what it is called); raises ReadingError."""
    if isinstance(source, bytes):
        data, label = source, name or ""
        if len(data) > MAX_BYTES:
            raise error("too_large")
    else:
        path = Path(source)
        if not path.is_file():
            raise error("missing")
        if path.stat().st_size > MAX_BYTES:  # before a single byte is read
            raise error("too_large")
        data, label = path.read_bytes(), name or path.name
    if not data.strip():
        raise error("empty")
    kind = sniff(data, label)
    return decode(data) if kind == "txt" else _parsed(kind, data)


def sniff(data: bytes, name: str) -> str:
    """txt, docx, pdf or ofd, by content first: a wrong ending does not matter, a disguised file does."""
    if data.startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data)
    if data[:4] in _LEGACY or name.lower().endswith((".doc", ".wps", ".xls", ".xlsx", ".et", ".ppt", ".rtf", ".zip", ".rar", ".7z")):
        raise error("unknown_type")
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in data[:4096] and not utf16:
        raise error("unknown_type")
    return "txt"


def _zip_kind(data: bytes) -> str:
    """docx or ofd, after the archive's directory has been looked at for bombs."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as fault:
        raise error("corrupt") from fault
    inflated = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > _MAX_ENTRIES or inflated > _MAX_INFLATED or (inflated > 5_000_000 and inflated / packed > _MAX_RATIO):
        raise error("corrupt")
    if any(entry.flag_bits & 1 for entry in entries):
        raise error("encrypted")
    names = {entry.filename.lstrip("/").lower() for entry in entries}
    if "word/document.xml" in names:
        return "docx"
    if "ofd.xml" in names:
        return "ofd"
    raise error("unknown_type")


def decode(data: bytes) -> str:
    """Bytes of a text file as text: UTF-8 with or without mark, UTF-16 with mark, GB18030 (which holds GBK and GB2312)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ("utf-8-sig",)
    else:
        encodings = ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise error("unknown_type")


def _parsed(kind: str, data: bytes) -> str:
    """The text of a document, by a child process that may use little memory and time; it answers in one line of JSON."""
    command = [sys.executable, "-I", "-m", f"{__package__}.extract", kind]
    try:
        # The program is this interpreter and the only argument one of three words; the file comes by standard input.
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own interpreter and module
    except subprocess.TimeoutExpired as late:
        raise error("corrupt") from late
    try:
        answer = json.loads(done.stdout.decode("utf-8"))
    except ValueError as fault:
        raise error("corrupt") from fault
    if "error" in answer:
        raise error(answer["error"])
    text = str(answer["text"])
    if not text.strip():
        raise error("scan" if kind in ("pdf", "ofd") else "empty")
    return text
