"""Deadlines that come round again (每月5日前, 每季度末, 每周五), as rules in the notation of RFC 5545.

Only a subset is produced: FREQ, INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS (with BYDAY of Monday to Friday: the n-th
working day). A period named without a day (每季度不少于1期) means its last day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from shouwang.kernel.calendar import WorkingCalendar, add_months

from .clocktime import BEFORE, TIME, clock_time

_WEEK = dict(zip("一二三四五六日天", ("MO", "TU", "WE", "TH", "FR", "SA", "SU", "SU"), strict=True))
_WORKDAYS = "MO,TU,WE,TH,FR"
_HEAD = re.compile(
    r"每(?P<every>隔\d{0,2}|\d{1,2}|[双单])?个?(?P<unit>年度?|季度?(?!节)|半年|月份?|旬|周(?!边|围)|星期|日|天|工作日|学期|小时)"
    r"|[按逐](?P<by>年(?!度|龄|级|限)|季度?(?!节)|月(?!份)|旬|周|日|天)(?![期历内])"
    r"|(?:实行|执行|落实|建立|坚持|严格)[^,。;]{0,6}?(?P<report>[日周旬月季])报"
    r"|(?P<few>半|[2-6])个?(?P<unit_few>年|月|周|天|日)[一1](?=次|报)"
    r"|[一1](?P<one>[日天周旬月年]|季度?)[一1](?=报|次|调度|通报|更新|汇总|研判|总结|督查|检查|例会|简报|分析|碰头)"
    r"|(?P<next>次月)(?=\d{1,2}[日号])"
    r"|(?P<after>季度?|月度?|年度|学期)(?:结束|终了)?后(?=\d{1,2}(?:个工作日|日|天)内)"
)
_DAYS = r"(?P<days>\d{1,2}[日号](?:[、,和及]\d{1,2}[日号])*)"
_YEARLY = re.compile(
    r"[的于在至]?(?:(?P<dates>\d{1,2}月份?(?:\d{1,2}[日号]|底|末|[上中下]旬)?(?:[、,和及]\d{1,2}月份?(?:\d{1,2}[日号]"
    r"|底|末|[上中下]旬)?)*)"
    r"|(?P<quarters>第?[1-4]季度?(?:[、和]第?[1-4]季度?)*)|(?P<halves>[上下]半年)|年?[底末终])?[底末]?"
)
_MONTHLY = re.compile(
    r"[的于在至]?(?:"
    + _DAYS
    + (
        r"|(?P<part>底|末|月底|上旬|中旬|下旬|初)|最后1?个?(?P<last>工作日|日|天)|(?:前|第|初|后"
        r"|结束后)?(?P<nth>\d{1,2})个(?:工作日|工作天))?"
    )
)
_QUARTERLY = re.compile(
    r"[的于在]?(?:(?:[末底]月?|最后1个月|第3个月)的?"
    + _DAYS
    + r"|(?:首月|第1个月|次月|初)的?"
    + _DAYS.replace("days", "first")
    + r"|(?:结束|终了)?后的?(?P<after>\d{1,2})(?:个(?P<work>工作日)|[日天])"
    r"|初的?(?:前)?(?P<early>\d{1,2})个工作日|[末底](?:月底?)?)?"
)
_WEEKLY = re.compile(r"的?(?:周|星期)?(?P<weekdays>[一二三四五六日天](?:[、,和及](?:周|星期)?[一二三四五六日天])*)?(?:末)?")
_MARK = re.compile(TIME + r"(?:" + BEFORE + r"|之内|以内|内(?![容部外]))?")
_MONTH_DATE = re.compile(r"(\d{1,2})月份?(?:(\d{1,2})[日号]|(底|末|[上中下]旬))?")


@dataclass(frozen=True, slots=True)
class Recurring:
    """A recurrence in a canonical text: its rule, and the hour where one is named."""

    start: int
    end: int
    rule: str
    time: str | None


def scan(text: str) -> list[Recurring]:
    """All recurrences of a canonical text, left to right."""
    found: list[Recurring] = []
    for head in _HEAD.finditer(text):
        if found and head.start() < found[-1].end:
            continue
        rule, end = _rule(head, text)
        tail = _MARK.match(text, end)
        time = clock_time(tail) if tail else None
        found.append(Recurring(head.start(), tail.end() if tail else end, rule, time))
    return found


def _rule(head: re.Match[str], text: str) -> tuple[str, int]:
    if head["next"]:
        return _monthly(text, head.end(), 1)
    if head["after"]:
        return _after_period(head, text)
    unit = head["unit"] or head["by"] or head["report"] or head["one"] or head["unit_few"]
    if head["few"] == "半":
        unit = "半年"
    interval = _interval(head["every"] or head["few"], unit)
    if unit.startswith("年"):
        return _yearly(text, head.end())
    if unit.startswith("季"):
        return _quarterly(text, head.end())
    if unit == "半年":
        return "FREQ=YEARLY;BYMONTH=6,12;BYMONTHDAY=-1", head.end()
    if unit.startswith("月"):
        return _monthly(text, head.end(), interval)
    if unit in ("周", "星期"):
        return _weekly(text, head.end(), interval)
    simple = {
        "旬": "FREQ=MONTHLY;BYMONTHDAY=10,20,-1",
        "工作日": f"FREQ=WEEKLY;BYDAY={_WORKDAYS}",
        "学期": "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=-1",
    }
    return simple.get(unit, "FREQ=DAILY" + (f";INTERVAL={interval}" if interval > 1 else "")), head.end()


def _interval(every: str | None, unit: str) -> int:
    if not every or unit == "小时" or every == "半":
        return 1
    if every in ("双", "单"):
        return 2
    return int(every.lstrip("隔") or 1) + 1 if every.startswith("隔") else max(1, int(every))


def _after_period(head: re.Match[str], text: str) -> tuple[str, int]:
    tail = re.compile(r"(\d{1,2})(个工作日|日|天)").match(text, head.end())
    amount, working = (tail[1], tail[2] == "个工作日") if tail else ("1", False)
    end = tail.end() if tail else head.end()
    day = f"BYDAY={_WORKDAYS};BYSETPOS={amount}" if working else f"BYMONTHDAY={amount}"
    months = {"季": "FREQ=YEARLY;BYMONTH=1,4,7,10;", "年": "FREQ=YEARLY;BYMONTH=1;", "学": "FREQ=YEARLY;BYMONTH=2,8;"}
    return months.get(head["after"][0], "FREQ=MONTHLY;") + day, end


def _yearly(text: str, at: int) -> tuple[str, int]:
    tail = _YEARLY.match(text, at)
    if tail is None or tail.end() == at:
        return "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", at
    if tail["dates"]:
        dates = _MONTH_DATE.findall(tail["dates"])
        days = {d or {"上旬": "10", "中旬": "20"}.get(part, "-1") for _, d, part in dates}
        months = ",".join(m for m, _, _ in dates)
        if len(days) == 1:
            return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY={days.pop()}", tail.end()
        # Several days of several months: the months' last named day each; kept as the union of both lists.
        return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY={','.join(sorted(days, key=int))}", tail.end()
    if tail["quarters"]:
        months = ",".join(str(3 * int(q)) for q in re.findall(r"[1-4]", tail["quarters"]))
        return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY=-1", tail.end()
    if tail["halves"]:
        return f"FREQ=YEARLY;BYMONTH={6 if tail['halves'][0] == '上' else 12};BYMONTHDAY=-1", tail.end()
    return "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", tail.end()


def _monthly(text: str, at: int, interval: int) -> tuple[str, int]:
    tail = _MONTHLY.match(text, at)
    head = "FREQ=MONTHLY;" + (f"INTERVAL={interval};" if interval > 1 else "")
    if tail is None:
        return head + "BYMONTHDAY=-1", at
    if tail["days"]:
        return head + "BYMONTHDAY=" + ",".join(re.findall(r"\d{1,2}", tail["days"])), tail.end()
    if tail["nth"] or tail["last"] == "工作日":
        return f"{head}BYDAY={_WORKDAYS};BYSETPOS={tail['nth'] or -1}", tail.end()
    day = {"上旬": "10", "初": "10", "中旬": "20"}.get(tail["part"] or "", "-1")
    return f"{head}BYMONTHDAY={day}", tail.end()


def _quarterly(text: str, at: int) -> tuple[str, int]:
    tail = _QUARTERLY.match(text, at)
    last, first = "FREQ=YEARLY;BYMONTH=3,6,9,12;", "FREQ=YEARLY;BYMONTH=1,4,7,10;"
    if tail is None:
        return last + "BYMONTHDAY=-1", at
    if tail["days"]:
        return last + "BYMONTHDAY=" + ",".join(re.findall(r"\d{1,2}", tail["days"])), tail.end()
    if tail["first"]:
        return first + "BYMONTHDAY=" + ",".join(re.findall(r"\d{1,2}", tail["first"])), tail.end()
    if tail["early"] or tail["work"]:
        return f"{first}BYDAY={_WORKDAYS};BYSETPOS={tail['early'] or tail['after']}", tail.end()
    if tail["after"]:
        return f"{first}BYMONTHDAY={tail['after']}", tail.end()
    return last + "BYMONTHDAY=-1", tail.end()


def _weekly(text: str, at: int, interval: int) -> tuple[str, int]:
    tail = _WEEKLY.match(text, at)
    days = ",".join(_WEEK[c] for c in (tail["weekdays"] or "日") if c in _WEEK) if tail else "SU"
    return "FREQ=WEEKLY;" + (f"INTERVAL={interval};" if interval > 1 else "") + f"BYDAY={days}", tail.end() if tail else at


def next_due(rule: str, after: dt.date, calendar: WorkingCalendar, *, anchor: dt.date | None = None) -> dt.date | None:
    """The first day on or after `after` that the rule names; intervals count from `anchor` (default `after`).

    None where no day of the next five years fits (BYMONTHDAY=31 in June).
    """
    parts = dict(item.split("=", 1) for item in rule.split(";"))
    start = anchor or after
    for offset in range(5 * 366):
        day = after + dt.timedelta(days=offset)
        if _in_interval(parts, start, day) and _named(parts, day, calendar):
            return day
    return None


def _in_interval(parts: dict[str, str], start: dt.date, day: dt.date) -> bool:
    every = int(parts.get("INTERVAL", "1"))
    if parts["FREQ"] == "WEEKLY":
        mondays = [d - dt.timedelta(days=d.weekday()) for d in (start, day)]
        return (mondays[1] - mondays[0]).days // 7 % every == 0
    if parts["FREQ"] == "MONTHLY":
        return (12 * (day.year - start.year) + day.month - start.month) % every == 0
    return parts["FREQ"] != "DAILY" or (day - start).days % every == 0


def _named(parts: dict[str, str], day: dt.date, calendar: WorkingCalendar) -> bool:
    if "BYMONTH" in parts and str(day.month) not in parts["BYMONTH"].split(","):
        return False
    if "BYMONTHDAY" in parts:
        last = (add_months(day.replace(day=1), 1) - dt.timedelta(days=1)).day
        wanted = {last if n == "-1" else int(n) for n in parts["BYMONTHDAY"].split(",")}
        return day.day in wanted
    if "BYSETPOS" in parts:
        return day == _nth_working_day(day, int(parts["BYSETPOS"]), calendar)
    return "BYDAY" not in parts or _WORKDAY_NAMES[day.weekday()] in parts["BYDAY"].split(",")


_WORKDAY_NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _nth_working_day(day: dt.date, position: int, calendar: WorkingCalendar) -> dt.date:
    before_first = day.replace(day=1) - dt.timedelta(days=1)
    if position > 0:
        return calendar.add_working_days(before_first, position)
    return calendar.add_working_days(add_months(day.replace(day=1), 1), position)
