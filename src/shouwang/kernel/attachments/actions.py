"""Keeping a file: checked, cleaned, sealed, stored once per content, and tied to its record with an audit row."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import os
import unicodedata
import uuid
from pathlib import Path, PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from shouwang.kernel.attachments.kinds import IMAGES, clean_image, kind_of
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.audit.actions import note, permit
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy import seal_stream
from shouwang.kernel.regions.scope import Scope


def path_of(digest: str) -> Path:
    """Where the sealed bytes of a content lie."""
    folder: Path = settings.SHOUWANG_HOME / "files" / digest[:2]
    return folder / digest


def plain_name(name: str) -> str:
    """A file name without folders, control characters and direction marks, at most 120 characters, the ending kept."""
    bare = PurePath(name.replace("\\", "/")).name
    kept = "".join(c for c in bare if unicodedata.category(c)[0] != "C").strip() or "附件"
    stem, ending = PurePath(kept).stem, PurePath(kept).suffix
    return stem[: 120 - len(ending)] + ending


def attach(record: models.Model, upload: UploadedFile, *, role: str, by: Scope, today: dt.date, verb: Verb) -> Attachment:
    """Keep an uploaded file with a record; the same content in the same role is kept once.

    Raises Refused for an empty, oversized, foreign or damaged file, and as `permit` does for the verb. The file is written before the
    row: a crash in between leaves sealed bytes nobody refers to, never a row without bytes.
    """
    permit(record, by=by, verb=verb)
    name = plain_name(upload.name or "")
    limit = settings.SHOUWANG_UPLOAD_LIMIT
    if not upload.size:
        raise Refused(f"文件“{name}”是空的（0 字节）。请检查后重新选择。", field="file")
    if upload.size > limit:
        raise Refused(f"文件“{name}”有 {upload.size / 1048576:.1f} MB，超过 {limit // 1048576} MB 的上限。请压缩或拆分后上传。", field="file")
    content = upload.read()
    mime = kind_of(content, name)
    if mime in IMAGES:
        content = clean_image(content, mime)
    digest = hashlib.sha256(content).hexdigest()
    _store(digest, content)
    key = {"ledger": record._meta.label_lower, "record_id": str(record.pk), "role": role, "digest": digest}
    with transaction.atomic():
        row, made = Attachment.objects.get_or_create(**key, defaults={"name": name, "mime": mime, "size": len(content), "added_by": by.user_name})
        if made:
            note(record, by=by, verb=verb, today=today, changes={"附件": [None, f"{name}（{len(content)} 字节，SHA-256 {digest[:12]}…）"]})
    return row


def _store(digest: str, content: bytes) -> None:
    path = path_of(digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{digest}.{uuid.uuid4().hex}")
    try:
        with fresh.open("wb") as out:
            seal_stream(io.BytesIO(content), out, context=digest.encode())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    except OSError as full:
        fresh.unlink(missing_ok=True)
        raise Refused("服务器磁盘已满或不可写，文件没有保存，其他内容也没有写入。请联系系统管理员。", field="file") from full
