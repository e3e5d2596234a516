"""Keeping a file: checked, cleaned, sealed, stored once per content, and tied to its record with an audit row."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.kinds import PICTURES, clean_picture, kind_of, plain_name
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.actions import note, permit
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.scope import Scope


def attach(
    record: models.Model, upload: UploadedFile[Any], *, role: str, by: Scope, today: dt.date, verb: Verb, sensitive: bool = True
) -> Attachment:
    """Keep an uploaded file with a record; the same content in the same role is kept once.

    Raises Refused for an empty, oversized, foreign or damaged file, and as `permit` does for the verb. The file is written before the
    row: a crash in between leaves sealed bytes nobody refers to, never a row without bytes. `sensitive=False` is for what anybody
    who sees the record may read unrecorded: a public notice, a template.
    """
    permit(record, by=by, verb=verb)
    name = plain_name(upload.name or "")
    limit = settings.SHOUWANG_UPLOAD_LIMIT
    if not upload.size:
        raise Refused(f"文件“{name}”是空的（0 字节）。请检查后重新选择。", field="file")
    if upload.size > limit:
        raise Refused(
            f"文件“{name}”有 {upload.size / 1048576:.1f} MB，超过 {limit // 1048576} MB 的上限。请压缩或拆分后上传。", field="file"
        )
    upload.seek(0)
    content = upload.read()
    mime = kind_of(content, name).mime
    if mime in PICTURES:
        content = clean_picture(content, mime)
    digest = hashlib.sha256(content).hexdigest()
    store.keep(digest, content)
    key = {"ledger": record._meta.label_lower, "record_id": str(record.pk), "role": role, "digest": digest}
    values = {"name": name, "mime": mime, "size": len(content), "sensitive": sensitive, "added_by": by.user_name}
    with transaction.atomic():
        row, made = Attachment.objects.get_or_create(**key, defaults=values)
        if made:
            note(record, by=by, verb=verb, today=today, changes={"附件": [None, f"{name}（{len(content)} 字节，SHA-256 {digest[:12]}…）"]})
    return row


def detach(record: models.Model, attachment_id: int, *, by: Scope, today: dt.date, verb: Verb, reason: str = "") -> None:
    """Take a file off its record, with the verb's permission and an audit row; raises OutOfScope if it is not the record's.

    The bytes go with the nightly sweep once no record wants them.
    """
    permit(record, by=by, verb=verb, reason=reason)
    with transaction.atomic():
        row = attachments_of(record).select_for_update().filter(pk=attachment_id).first()
        if row is None:
            raise OutOfScope
        row.delete()
        gone = f"{row.name}（SHA-256 {row.digest[:12]}…）"
        note(record, by=by, verb=verb, today=today, changes={"移出附件": [gone, None]}, reason=reason)


def sweep() -> int:
    """Delete files that no row has wanted for a day; returns how many."""
    gone = 0
    for path in store.stale():
        if path.suffix == ".part" or not Attachment.objects.filter(digest=path.name).exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
