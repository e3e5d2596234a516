"""The demonstration's own date, moved forward by its administrator."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.clock import DEMO_DATE, business_now, demo_date
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.actions import sweep
from shouwang.kernel.worklist.clocks import day_end
from shouwang.ledgers.dispatch.actions.requests import freeze_due, open_next_rounds
from shouwang.portal.jobs import freeze_all

ADVANCED = Verb("demo.advance", "推进演示日期", "demo.advance")


def advance(*, by: Scope) -> dt.date | None:
    """Move one day forward and run what the day brings: daily freeze, cut-offs, reminders. None in a real installation."""
    today = demo_date()
    if today is None:
        return None
    day = today + dt.timedelta(1)
    freeze_all(day_end(today))  # where nobody was here at eight: the trend has a point for every day
    with change(Setting.objects.get(pk=DEMO_DATE), by=by, verb=ADVANCED, today=today) as row:
        row.value = day.isoformat()
    now = business_now()
    freeze_all(now)
    freeze_due(now)
    open_next_rounds(now)
    sweep(now)
    return day
