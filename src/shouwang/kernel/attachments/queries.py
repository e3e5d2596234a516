"""Reads of files; whose they are decides who may open them."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from shouwang.kernel.attachments import store
from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope

Resolver = Callable[[Scope, str], object | None]
_owners: dict[str, Resolver] = {}


def register_owner(ledger_label: str, resolver: Resolver) -> None:
    """Say how a model's record is found inside a scope: (scope, record id) → the record or None. Called in each app's ready()."""
    _owners[ledger_label.lower()] = resolver


def attachments_of(record: models.Model) -> models.QuerySet[Attachment]:
    """The files of a record, oldest first; the caller has checked the record."""
    return Attachment.objects.filter(ledger=record._meta.label_lower, record_id=str(record.pk))


def attachment(scope: Scope, pk: int) -> Attachment:
    """A file whose record the person may see; raises OutOfScope for an unknown owner too."""
    found = Attachment.objects.filter(pk=pk).first()
    resolver = _owners.get(found.ledger) if found else None
    if found is None or resolver is None or resolver(scope, found.record_id) is None:
        raise OutOfScope
    return found


def content_of(found: Attachment) -> bytes:
    """The file's bytes, verified; raises CellRefused where the stored file was touched, Refused where it is gone."""
    return store.load(found.digest)
