"""Ending a term on a public-welfare post together with the work."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import terms
from shouwang.ledgers.employment.actions.labour import end_work
from shouwang.ledgers.employment.models import WelfareAppointment


def end_appointment(appointment: WelfareAppointment, left_on: dt.date, *, reason: str, by: Scope, today: dt.date) -> WelfareAppointment:
    """The person has left the post on `left_on`: the term, the work record and the place of the post end in one. Raises Refused."""
    with transaction.atomic():
        ended = terms.end(appointment, left_on, reason=reason, by=by, today=today)
        end_work(ended.record, left_on, reason=reason, by=by, today=today)
    return ended
