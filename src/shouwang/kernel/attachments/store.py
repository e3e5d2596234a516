"""The sealed files under the data folder, one per content."""

from __future__ import annotations

import io
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy import open_stream, seal_stream

DAY = 24 * 3600


def root() -> Path:
    """The folder of all files."""
    folder: Path = settings.SHOUWANG_HOME / "files"
    return folder


def path_of(digest: str) -> Path:
    """Where the sealed bytes of a content lie."""
    return root() / digest[:2] / digest[2:4] / digest


def keep(digest: str, content: bytes) -> None:
    """Seal a content to disk, whole or not at all; a second time only says that it is still wanted. Refused when the disk is full."""
    path = path_of(digest)
    fresh = path.with_name(f"{digest}.{uuid.uuid4().hex}.part")
    try:
        if path.exists():
            os.utime(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with fresh.open("xb") as out:
            seal_stream(io.BytesIO(content), out, context=digest.encode())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
        _flush(path.parent)
    except OSError as full:
        fresh.unlink(missing_ok=True)
        raise Refused("服务器磁盘已满或不可写，文件没有保存，其他内容也没有写入。请联系系统管理员。", field="file") from full


def load(digest: str) -> bytes:
    """The content, whole and verified; raises CellRefused where the stored file was touched, Refused where it is gone."""
    try:
        with path_of(digest).open("rb") as sealed:
            return b"".join(open_stream(sealed, context=digest.encode()))
    except FileNotFoundError:
        raise Refused("附件的文件已丢失，无法打开。请告知系统管理员从备份恢复。") from None


def stale() -> Iterator[Path]:
    """Files untouched for a day: what a crash left half-written, and contents of which the caller asks whether a row still wants them."""
    limit = time.time() - DAY
    for path in root().glob("??/??/*"):
        if path.stat().st_mtime < limit:
            yield path


def _flush(folder: Path) -> None:
    """Make a rename durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
