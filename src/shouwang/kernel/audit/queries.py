"""Reads of the audit: the time line of a record, and the log for the audit administrator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypedDict

from django.apps import apps
from django.db import models
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.policies import VIEW, VIEW_OWN_REGION
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.wording import Wording


class Entry(TypedDict):
    """One line of a time line, as blocks/timeline.html draws it."""

    at: dt.datetime
    text: str
    who: str
    office: str
    reason: str
    changes: list[str]
    tone: str


def timeline(ledger: str, record_id: str, *, limit: int = 100, dated: Callable[[str, dt.date], str] | None = None) -> list[Entry]:
    """What was done to a record, youngest first; the caller has checked the record. Times are recorded times on the business day.

    Values of personal and sensitive fields show as their mask, or only that they changed. One query, and one more for each kind of
    record the changes point to. `dated` puts the changes in the words of the day of the act.
    """
    events = list(Event.objects.filter(ledger=ledger, record_id=record_id).order_by("-id")[:limit])
    model = apps.get_model(ledger)
    words = Wording(model, [e.changes for e in events])
    return [_entry(e, [dated(t, e.business_at) if dated else t for t in words.of(e.changes)]) for e in events]


def who(event: Event) -> str:
    """The actor, and in whose stead."""
    return f"{event.actor_name}（代{event.on_behalf_of}）" if event.on_behalf_of else event.actor_name


def _entry(event: Event, changes: list[str]) -> Entry:
    at = dt.datetime.combine(event.business_at, timezone.localtime(event.recorded_at).timetz())
    tone = "o" if event.reason else ""
    return Entry(at=at, text=event.sentence, who=who(event), office=event.office_name, reason=event.reason, changes=changes, tone=tone)


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
    return Wording(model, [changes]).of(changes)
