"""Times of the story, written as people read them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def at(text: str) -> dt.datetime:
    """That time in Asia/Shanghai: "2020-02-17 09:30" or a bare day (midnight)."""
    return timezone.make_aware(dt.datetime.fromisoformat(text))
