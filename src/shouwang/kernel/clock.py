"""The business date: the real one in Asia/Shanghai, or the demonstration's own. System time stamps never come from here."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from shouwang.kernel.models import Setting

DEMO_DATE = "demo.business_date"


def demo_date() -> dt.date | None:
    """The demonstration's date, or None in a real installation."""
    stored = Setting.objects.filter(key=DEMO_DATE).values_list("value", flat=True).first()
    return dt.date.fromisoformat(stored) if stored else None


def moment_on(day: dt.date | None) -> dt.datetime:
    """The real time of day on `day`, aware, in Asia/Shanghai; None: simply now."""
    real = timezone.localtime()
    return real if day is None else dt.datetime.combine(day, real.timetz())


def business_now() -> dt.datetime:
    """Now as the work sees it: in a demonstration its date with the real time of day."""
    return moment_on(demo_date())
