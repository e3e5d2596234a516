"""Reads of the audit: the time line of a record, and the log for the audit administrator."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from shouwang.kernel.audit.models import Event
from shouwang.kernel.privacy import Privacy, classify
from shouwang.kernel.regions.scope import Scope

WITHHELD = "（已变更）"
LONG = 60


class Entry(TypedDict):
    """One line of a time line, as blocks/timeline.html draws it."""

    at: dt.datetime
    text: str
    who: str
    office: str
    reason: str
    changes: list[str]
    tone: str


def timeline(ledger: str, record_id: str, *, limit: int = 100) -> list[Entry]:
    """What was done to a record, youngest first; one query. Times are recorded times on the business day.

    Values of personal and sensitive fields are not repeated: the line says that they changed.
    """
    events = Event.objects.filter(ledger=ledger, record_id=record_id).order_by("-id")[:limit]
    model = apps.get_model(ledger)
    return [_entry(e, model) for e in events]


def _entry(event: Event, model: type[models.Model]) -> Entry:
    who = f"{event.actor_name}（代{event.on_behalf_of}）" if event.on_behalf_of else event.actor_name
    at = event.recorded_at.astimezone()
    return Entry(
        at=dt.datetime.combine(event.business_at, at.timetz()), text=event.sentence, who=who, office=event.office_name, reason=event.reason,
        changes=in_words(event.changes, model), tone="o" if event.reason else "",
    )  # fmt: skip


def in_words(changes: dict[str, Any], model: type[models.Model]) -> list[str]:
    """{field: [before, after]} as lines: 字段：前 → 后, with labels and choices in words."""
    classes = classify(model)
    out = []
    for name, pair in changes.items():
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            out.append(f"{name}：{pair[1]}")
            continue
        known = classes.get(name)
        label = getattr(field, "verbose_name", name)
        if known is not None and known.level != Privacy.OPEN:
            out.append(f"{label}{WITHHELD}")
        elif not field.is_relation:
            words = dict(getattr(field, "flatchoices", ()) or ())
            out.append(f"{label}：{_short(words.get(pair[0], pair[0]))} → {_short(words.get(pair[1], pair[1]))}")
    return out


def _short(value: Any) -> str:
    text = "--" if value in (None, "", [], {}) else str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def events_within(scope: Scope) -> models.QuerySet[Event]:
    """The whole log for the audit administrator; for others the acts of offices inside the regions held. Never the changed values."""
    rows = Event.objects.order_by("-id")
    if scope.everything or scope.may("audit.view"):
        return rows
    from shouwang.kernel.accounts.models import Office

    inside = Office.objects.filter(scope.q("audit.view_own_region")).values("code")
    return rows.filter(office_code__in=inside) if scope.may("audit.view_own_region") else rows.none()
