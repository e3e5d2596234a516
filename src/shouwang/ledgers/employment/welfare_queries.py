"""Reads of terms on public-welfare posts; the named sets are shared by list and figures."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.models import WelfareAppointment
from shouwang.ledgers.employment.welfare import rule
from shouwang.ledgers.registry.queries import PLACE_NAMES


def appointments(scope: Scope) -> QuerySet[WelfareAppointment]:
    """Terms in scope with person, post and place names."""
    rows: QuerySet[WelfareAppointment] = WelfareAppointment.objects.within(scope)
    found: QuerySet[WelfareAppointment] = rows.select_related("household", "worker__member", "record__post__employer").annotate(
        **PLACE_NAMES
    )
    return found


def on_post(rows: QuerySet[WelfareAppointment], day: dt.date) -> QuerySet[WelfareAppointment]:
    """At work on the day, the term not over."""
    return rows.filter(Q(left_on=None) | Q(left_on__gt=day), starts_on__lte=day, ends_on__gt=day)


def expiring(rows: QuerySet[WelfareAppointment], day: dt.date) -> QuerySet[WelfareAppointment]:
    """On post, and the term ends within the days of the notice."""
    return on_post(rows, day).filter(ends_on__lte=notice(day))


def expired(rows: QuerySet[WelfareAppointment], day: dt.date) -> QuerySet[WelfareAppointment]:
    """The term is over, and nobody has renewed or ended it."""
    return rows.filter(state="active", ends_on__lte=day)


def to_settle(rows: QuerySet[WelfareAppointment], day: dt.date) -> QuerySet[WelfareAppointment]:
    """Expiring or expired: somebody must renew or end them."""
    return rows.filter(state="active", ends_on__lte=notice(day))


def notice(day: dt.date) -> dt.date:
    """The last end of a term that is announced on the day."""
    return day + dt.timedelta(int(rule("expiry_notice_days", day, "").value))
