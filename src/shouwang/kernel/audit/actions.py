"""The only way a record is written: scope, permission, lock, difference, audit and save in one transaction."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.bulk import insert_many
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.privacy.masks import HIDDEN
from shouwang.kernel.regions.scope import Scope

M = TypeVar("M", bound=models.Model)
# Fields whose value, even hashed, has no place in an audit that many may read: the audit says that they changed.
SECRET = frozenset({"password", "password_history", "secret", "recovery", "session_key", "session_digest"})
REASON_LENGTH = 500
BOOKKEEPING = frozenset({"id", "uid", "version", "created_at", "updated_at", "city", "county", "town", "village"})


def plain(value: Any) -> Any:
    """A field value as the audit stores it: JSON types; anything sealed shows as its mask and nothing else."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, bytes | memoryview):
        return f"（{len(value)} 字节）"
    return str(value)


def state_of(record: models.Model) -> dict[str, Any]:
    """The stored fields of a record by name, as the audit compares them; lists and dicts are copied, since a block may change them in place.

    A field that is `derived` from another says nothing of its own.
    """
    kept = (f for f in record._meta.concrete_fields if f.name not in BOOKKEEPING and not getattr(f, "derived", False))
    values = {f.name: getattr(record, f.attname) for f in kept}
    return {k: copy.deepcopy(v) if isinstance(v, list | dict) else v for k, v in values.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what differs."""
    differing = {k: [before.get(k), v] for k, v in after.items() if before.get(k) != v}
    return {k: [HIDDEN, HIDDEN] if k in SECRET else [plain(v) for v in pair] for k, pair in differing.items()}


def first_state(record: models.Model) -> dict[str, list[Any]]:
    """What a new record starts with; fields left empty are not listed."""
    return difference({}, {k: v for k, v in state_of(record).items() if v not in (None, "", [], {})})


def _lent(record: Any, by: Scope, verb: Verb) -> str:
    """Whose hold the person used: the own one where it covers the record, else that of whoever delegated."""
    holds = [h for h in by.holds if verb.permission and verb.permission in h.permissions]
    for own in (True, False):
        for hold in holds:
            if bool(hold.on_behalf_of) == own:
                continue
            alone = replace(by, holds=(hold,))
            covers = getattr(record, "covers", None)
            if covers(alone, verb.permission) if covers else by.everything or (_placed(record) and alone.may_at(verb.permission, record)):
                return hold.on_behalf_of
    return ""


def _placed(record: Any) -> bool:
    return hasattr(record, "city_id") or hasattr(record, "ancestor_ids")


def event_of(
    record: models.Model, *, by: Scope, verb: Verb, today: dt.date, changes: dict[str, Any] | None = None, reason: str = ""
) -> Event:
    """An unsaved event on `record`."""
    return Event(
        recorded_at=timezone.now(),
        business_at=today,
        actor_id=by.user_id,
        actor_name=by.user_name,
        office_code=by.office.code if by.office else "",
        office_name=by.office.name if by.office else "",
        on_behalf_of=_lent(record, by, verb),
        verb=verb.code,
        sentence=verb.said(today),
        ledger=record._meta.label_lower,
        record_id=str(record.pk),
        changes=changes or {},
        reason=reason,
        request_id=by.request_id,
        device=by.device,
    )


def note(record: models.Model, *, by: Scope, verb: Verb, today: dt.date, changes: dict[str, Any] | None = None, reason: str = "") -> Event:
    """Write an event that changes no field: a read of sensitive data, a sign-in, a hand-over."""
    event = event_of(record, by=by, verb=verb, today=today, changes=changes, reason=reason)
    event.save(force_insert=True)
    return event


def permit(record: Any, *, by: Scope, verb: Verb, reason: str = "", today: dt.date | None = None) -> None:
    """Raise NotPermitted unless `by` holds the verb's permission over the record, or Refused where a reason is due and missing.

    A record that says ``covers(scope, permission) -> bool`` decides for itself (assigned records, offices); else its ancestor ids do.
    """
    said = verb.said(today) if today else verb.sentence
    if verb.needs_reason and not reason.strip():
        raise Refused(f"“{said}”须写明理由。请填写理由后再提交。", field="reason")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"理由共 {len(reason)} 字，超过 {REASON_LENGTH} 字。请写得简短些，详情可作为附件上传。", field="reason")
    if not verb.permission or by.everything:
        return
    covers: Callable[[Scope, str], bool] | None = getattr(record, "covers", None)
    held = covers(by, verb.permission) if covers else by.may_at(verb.permission, record)
    if not held:
        raise NotPermitted(f"您没有在此处“{said}”的权限。如工作需要，请向本级系统管理员申请授权。")


@contextmanager
def change(record: M, *, by: Scope, verb: Verb, today: dt.date, reason: str = "", version: int | None = None) -> Iterator[M]:
    """Lock the record, let the block change it, then save what differs with one audit row; nothing differs = nothing written.

    Yields the locked, fresh row (not the object passed in). `version` is what the person saw: another one raises Stale.
    Raises OutOfScope if the row is gone, NotPermitted or Refused as `permit` says. A record without an id is inserted.
    """
    model = type(record)
    with transaction.atomic():
        if record.pk is None:
            permit(record, by=by, verb=verb, reason=reason, today=today)
            yield record
            record.save(force_insert=True)
            note(record, by=by, verb=verb, today=today, changes=first_state(record), reason=reason)
            return
        locked = model._base_manager.select_for_update().filter(pk=record.pk).first()
        if locked is None:
            raise OutOfScope
        permit(locked, by=by, verb=verb, reason=reason, today=today)
        if version is not None and getattr(locked, "version", version) != version:
            raise Stale("这条记录在您打开之后已被他人修改，您的内容没有写入。请刷新页面核对后重新提交。")
        before = state_of(locked)
        yield locked
        changes = difference(before, state_of(locked))
        if not changes:
            return
        if hasattr(locked, "version"):
            locked.version += 1
        locked.save()
        note(locked, by=by, verb=verb, today=today, changes=changes, reason=reason)


def change_many(
    rows: models.QuerySet[M], apply: Callable[[M], Any], *, by: Scope, verb: Verb, today: dt.date, fields: Sequence[str], reason: str = ""
) -> int:
    """Change a scoped set in one locked read, one bulk write and one audit row per record that differs; returns how many did.

    `rows` must come from a `within(scope)` queryset; each row is still checked. The caller keeps sets ≤ 500 rows a call.
    """
    with transaction.atomic():
        locked = list(rows.select_for_update(of=("self",)) if rows.query.select_related else rows.select_for_update())
        events, touched = [], []
        for record in locked:
            permit(record, by=by, verb=verb, reason=reason, today=today)
            before = state_of(record)
            apply(record)
            changes = difference(before, state_of(record))
            if changes:
                touched.append(record)
                events.append(event_of(record, by=by, verb=verb, today=today, changes=changes, reason=reason))
        write = list(fields)
        if touched and hasattr(touched[0], "version"):
            now = timezone.now()
            for record in touched:
                record.version += 1  # type: ignore[attr-defined]  # checked by hasattr: both abstract bases may be mixed in
                record.updated_at = now  # type: ignore[attr-defined]  # the same
            write += ["version", "updated_at"]
        if touched:
            rows.model._base_manager.bulk_update(touched, write, batch_size=200)
            insert_many(events)
        return len(touched)


def create_many(records: Iterable[M], *, by: Scope, verb: Verb, today: dt.date, reason: str = "") -> list[M]:
    """Insert records with one audit row each; each is checked as `change` would."""
    rows = list(records)
    if not rows:
        return rows
    with transaction.atomic():
        for record in rows:
            permit(record, by=by, verb=verb, reason=reason, today=today)
        insert_many(rows)
        insert_many([event_of(r, by=by, verb=verb, today=today, changes=first_state(r), reason=reason) for r in rows])
    return rows
