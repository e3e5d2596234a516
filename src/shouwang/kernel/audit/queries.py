"""Reads of the audit: the time line of a record, and the log for the audit administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypedDict

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import HIDDEN
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.policies import VIEW, VIEW_OWN_REGION
from shouwang.kernel.privacy import FieldClass, Privacy, classify, shown
from shouwang.kernel.privacy.classes import declared
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope

WITHHELD = "（已变更）"
LONG, MANY = 60, 8


class Entry(TypedDict):
    """One line of a time line, as blocks/timeline.html draws it."""

    at: dt.datetime
    text: str
    who: str
    office: str
    reason: str
    changes: list[str]
    tone: str


def timeline(ledger: str, record_id: str, *, limit: int = 100, scope: Scope | None = None, permission: str = "") -> list[Entry]:
    """What was done to a record, youngest first; the caller has checked the record. Times are recorded times on the business day.

    Values of personal and sensitive fields show as their mask, or only that they changed. With `scope` and `permission`, fields of a
    group the scope does not see are left out. One query, and one more for each kind of record the changes point to.
    """
    events = list(Event.objects.filter(ledger=ledger, record_id=record_id).order_by("-id")[:limit])
    model = apps.get_model(ledger)
    words = _Words(model, [e.changes for e in events])
    if scope is not None:
        words.keep(scope, permission)
    return [_entry(e, words.of(e.changes)) for e in events]


def who(event: Event) -> str:
    """The actor, and in whose stead."""
    return f"{event.actor_name}（代{event.on_behalf_of}）" if event.on_behalf_of else event.actor_name


def _entry(event: Event, changes: list[str]) -> Entry:
    at = dt.datetime.combine(event.business_at, timezone.localtime(event.recorded_at).timetz())
    tone = "o" if event.reason else ""
    return Entry(at=at, text=event.sentence, who=who(event), office=event.office_name, reason=event.reason, changes=changes, tone=tone)


class _Words:
    """Turns the changes of one model's records into lines; names of the records they point to are fetched at once."""

    def __init__(self, model: type[models.Model], changes: Iterable[dict[str, Any]]) -> None:
        self._model, self._classes = model, classify(model)
        self._hidden: set[str] = set()
        wanted: dict[type[models.Model], set[Any]] = {}
        for name, pair in (item for c in changes for item in c.items()):
            target = self._target(self._field(name))
            if target is not None:
                wanted.setdefault(target, set()).update(v for v in pair if v is not None)
        self._names = {m: {row.pk: str(row) for row in m._base_manager.filter(pk__in=ids)} for m, ids in wanted.items()}

    def keep(self, scope: Scope, permission: str) -> None:
        """Leave out the fields whose group the scope does not see."""
        self._hidden = {name for name, c in self._classes.items() if not scope.sees(permission, c.group)}

    def of(self, changes: dict[str, Any]) -> list[str]:
        """The lines of one event; a new record with many fields is told by their number."""
        seen = {k: v for k, v in changes.items() if k not in self._hidden}
        if len(seen) > MANY and all(pair[0] is None for pair in seen.values()):
            return [f"填写 {len(seen)} 项"]
        return [line for name, pair in seen.items() if (line := self._line(name, pair))]

    def _field(self, name: str) -> Any:
        try:
            return self._model._meta.get_field(name)
        except FieldDoesNotExist:
            return None

    def _target(self, field: Any) -> type[models.Model] | None:
        """The model a field points to, unless naming its record would name a person."""
        if field is None or not field.is_relation:
            return None
        personal = any(c.level != Privacy.OPEN for c in declared(field.related_model).values())
        return None if personal else field.related_model

    def _line(self, name: str, pair: list[Any]) -> str:
        field = self._field(name)
        if field is None:
            # What a caller notes beside the fields is worded by the caller; a bare code says nothing to people.
            return "" if name.isascii() else f"{name}：{_short(pair[1] if pair[1] is not None else pair[0])}"
        label, known = str(field.verbose_name), self._classes.get(name)
        if HIDDEN in pair or (known is not None and known.level != Privacy.OPEN and known.mask is None):
            return f"{label}{WITHHELD}"
        before, after = (self._value(field, known, v) for v in pair)
        return f"{label}{WITHHELD}" if before == after else f"{label}：{before} → {after}"

    def _value(self, field: Any, known: FieldClass | None, value: Any) -> str:
        if value in (None, "", [], {}):
            return "--"
        if known is not None and known.level != Privacy.OPEN:
            return shown(known, value)
        if field.is_relation:
            return self._names.get(field.related_model, {}).get(value, f"编号 {value}")
        if choices := dict(field.flatchoices or ()):
            return str(choices.get(value, value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
            return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
        return _short(value)


def _short(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
        value = "、".join(map(str, value))
    text = "--" if value in (None, "") else "（内容已调整）" if isinstance(value, dict | list) else str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def events_within(scope: Scope) -> models.QuerySet[Event]:
    """The log, youngest first: acts of offices inside the regions where the log may be seen. Never for show: the changed values.

    Acts of no office (the system's own, the command line) are seen by audit administrators of the city and above.
    """
    rows = Event.objects.order_by("-id")
    if scope.everything or any(p.level <= Region.CITY for p in scope.places(VIEW)):
        return rows  # one installation serves one city
    inside = Office.objects.filter(scope.q(VIEW) | scope.q(VIEW_OWN_REGION))
    return rows.filter(office_code__in=list(inside.values_list("code", flat=True)))


def in_words(changes: dict[str, Any], model: type[models.Model]) -> list[str]:
    """One event's changes as lines, for a ledger that draws its own time line."""
    return _Words(model, [changes]).of(changes)
