"""The hour that follows a date: 上午9:00, 17时30分, 下午下班, 24时."""

from __future__ import annotations

import re

TIME = (
    r"(?:\([下本]?(?:星期|周|礼拜)[一二三四五六日天]\))?"
    r"(?:当[天日](?=[上下中晚早\d]))?"
    r"(?P<clock>(?P<half_day>上午|下午|中午|晚上?|凌晨|早上?|夜间|傍晚)?"
    r"(?:(?P<h1>\d{1,2}):(?P<mi1>\d{2})(?::\d{2})?[时分点]?|(?P<h2>\d{1,2})[时点](?:(?P<mi2>\d{1,2})分?|(?P<half>半)|整|正|钟)?)"
    r"|(?:上午|下午)?下班(?:时间)?|(?P<noon>上午|中午)|下午|晚上|早上|[早晚](?=之?前|以前))?"
)


# 前 as a limit, and not the beginning of 前后, 前期, 前往 or 前提 (but 前提交, 前提供).
BEFORE = r"(?:之前|以前|前(?!后|期|提(?![供交出请报升])|往|来(?![函电文])|述|款|端|沿|列))"


def clock_time(match: re.Match[str]) -> str | None:
    """HH:MM of a match of TIME; 24:00 stays; None where it names no hour (下班) or one that cannot be."""
    groups = match.groupdict()
    hour_text = groups["h1"] or groups["h2"]
    if hour_text is None:
        return "12:00" if groups["noon"] else None
    hour = int(hour_text)
    minute = 30 if groups["half"] else int(groups["mi1"] or groups["mi2"] or 0)
    late = groups["half_day"] in ("下午", "晚", "晚上", "夜间", "傍晚") or (groups["half_day"] == "中午" and hour < 11)
    if (late and hour < 12) or (hour == 12 and groups["half_day"] in ("晚", "晚上", "夜间")):
        hour += 12
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return f"{hour:02d}:{minute:02d}"
