"""Recurrences as officers read and type them (每周五), beside the rule that is stored (RFC 5545, see reading/recurrence.py)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from shouwang.kernel.errors import Refused
from shouwang.kernel.worklist.clocks import calendar_for
from shouwang.ledgers.dispatch.reading.deadlines import parse_phrase
from shouwang.ledgers.dispatch.reading.recurrence import next_due

_UNITS = {"DAILY": "天", "WEEKLY": "周", "MONTHLY": "月", "YEARLY": "年"}
_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), "一二三四五六日", strict=True))
_WORKDAYS = "MO,TU,WE,TH,FR"


def in_words(rule: str) -> str:
    """A stored rule as words that `from_words` reads back to the same rule: 每周五, 每月5日, 每年3、6、9、12月底; other text as it is."""
    parts = dict(item.split("=", 1) for item in rule.split(";") if "=" in item)
    if parts.get("FREQ") not in _UNITS:
        return rule
    every, unit = int(parts.get("INTERVAL", "1")), _UNITS[parts["FREQ"]]
    head = f"每{every}个{unit}" if every > 1 and unit == "月" else f"每{every}{unit}" if every > 1 else f"每{unit}"
    days = parts.get("BYDAY", "")
    if unit == "周":
        return "每个工作日" if days == _WORKDAYS and every == 1 else head + "、".join(_DAYS[d] for d in days.split(",") if d in _DAYS)
    months = f"{parts['BYMONTH'].replace(',', '、')}月" if "BYMONTH" in parts else ""
    if position := parts.get("BYSETPOS"):
        return f"{head}{months}{'最后一个工作日' if position == '-1' else f'第{position}个工作日'}"
    on = [d for d in parts.get("BYMONTHDAY", "").split(",") if d]
    return head + months + ("底" if on == ["-1"] else "、".join("最后一天" if d == "-1" else f"{d}日" for d in on))


def from_words(text: str, base: dt.date, kept: str = "") -> str:
    """The rule that words say; `kept` where they are the words of that rule. Raises Refused for words that say none."""
    words = text.strip()
    if not words or words in (kept, in_words(kept)):
        return kept if words else ""
    rule = parse_phrase(words, base).recurrence
    if rule is None:
        raise Refused(f"周期“{words[:20]}”不能识别。请按“每周五”“每月5日”“每季度末”填写；只办一次的留空。", field="recurrence")
    return rule


def next_moment(rule: str, after: dt.date, hour: dt.time, *, anchor: dt.date | None = None) -> dt.datetime | None:
    """The first moment on or after the day that a rule names; None where the text is no rule or names no day."""
    if not rule.startswith("FREQ="):
        return None
    day = next_due(rule, after, calendar_for(), anchor=anchor)
    return timezone.make_aware(dt.datetime.combine(day, hour)) if day else None
