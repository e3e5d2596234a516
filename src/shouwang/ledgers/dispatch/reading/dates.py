"""Dates as official Chinese writes them, found in canonical text and resolved against a base day.

An atom is one date-like word (2月20日, 3月上旬, 上半年, 下周三, 国庆节, 3个工作日内). It resolves to the last day it covers;
`None` with a `problem` for a date that cannot be, `None` without one where the base does not suffice.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from shouwang.kernel.calendar import Clock, Unit, WorkingCalendar, add_months, due_day, holiday_dates

_REL_YEAR = {"今": 0, "本": 0, "当": 0, "明": 1, "次": 1, "翌": 1, "来": 1, "去": -1, "上": -1}
_REL_MONTH = {"本": 0, "当": 0, "这": 0, "该": 0, "下": 1, "次": 1, "上": -1}
_REL_DAY = {"今": 0, "当": 0, "即": 0, "明": 1, "次": 1, "翌": 1, "后": 2, "昨": -1}
_WEEKDAY = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, "末": 6, "内": 6, "底": 6}
_PART_DAY = {"上旬": 10, "初": 10, "中旬": 20, "中": 20}
_FIXED_DAYS = {
    "三八": (3, 8), "妇女节": (3, 8), "植树节": (3, 12), "五四": (5, 4), "六一": (6, 1), "儿童节": (6, 1), "七一": (7, 1), "八一": (8, 1),
    "建军节": (8, 1), "教师节": (9, 10), "国家扶贫日": (10, 17), "扶贫日": (10, 17),
}  # fmt: skip
_HOLIDAY = {
    "元旦": "元旦", "春节": "春节", "清明": "清明节", "五一": "劳动节", "劳动节": "劳动节", "端午": "端午节",
    "中秋": "中秋节", "国庆": "国庆节", "十一": "国庆节",
}  # fmt: skip
_UNIT: dict[str, Unit] = {
    "工作日": "working_day", "自然日": "day", "日历天": "day", "日": "day", "天": "day", "周": "week", "星期": "week",
    "礼拜": "week", "月": "month", "自然月": "month", "小时": "hour",
}  # fmt: skip

ATOM = re.compile(
    r"(?P<ymd>(?:(?P<y1>\d{4}|[今明本当去次翌来上])年)?(?P<m1>\d{1,2})月(?:份)?(?P<d1>\d{1,2})(?:[日号]"
    r"|(?=[、,和及\-~至到](?:\d{1,2}月)?\d{1,2}[日号])|(?=之?前(?!后|期)|以前)))"
    r"|(?P<iso>(?<!\d)(?P<y2>(?:19|20)\d{2})[-./](?P<m2>\d{1,2})[-./](?P<d2>\d{1,2})(?!\d)日?)"
    r"|(?P<dotted>(?<![\d.〔\[(第])(?P<m3>1[0-2]|0?[1-9])[./](?P<d3>[0-3]?\d)日?(?=之?前|以前|截止|为?止))"
    r"|(?P<month>(?:(?P<y4>\d{4}|[今明本当去次翌来上])年)?(?P<m4>(?<!\d)\d{1,2})月(?:份)?(?P<p4>上旬|中旬|下旬|底|末"
    r"|初|中(?=[,前完]|$)|内(?![容部外]))?)"
    r"|(?P<twoyears>今明2年内?)"
    r"|(?P<half>(?:(?P<y5>\d{4}|[今明本当去次])年度?)?(?P<h5>[上下])半年(?:内|底|末)?)"
    r"|(?P<quarter>(?:(?P<y6>\d{4}|[今明本当去次])年度?)?(?:(?:第(?=[1-4一二三四]个?季)|(?<![\d第])(?=[1-4一二三四]季))(?P<q6>[1-4一二三四])个?季度"
    r"|(?P<r6>[本下上首])季度?|(?<=每)季度|(?<![一二三四1-4\d本下上首每春夏秋冬])季度?(?=[末底]))(?:内|底|末)?)"
    r"|(?P<holiday>(?:(?P<y8>\d{4}|[今明本])年)?(?P<name>元旦|春节|清明|五一|劳动节|端午|中秋|国庆|十一(?!五)|[两双]节|(?<![一-龥”])节|(?<=[于在请须必])节)”?节?"
    r"(?:[、和](?:元旦|春节|中秋|国庆)节?)?(?:假期|长假|小长假)?(?=之?前|以前))"
    r"|(?P<year>(?P<y7>\d{4}|[今明本当去次来])年度?(?P<p7>年?[底末终]|内|中(?=[,前完]))?)"
    r"|(?P<yearend>(?<![\d今明本当去次每半整全周])年(?P<p14>[底末](?!考|终|结|目)|终(?=前)|中(?=[,前完]|$)|内(?![容部外])))"
    r"|(?P<monthrel>(?P<r8>[本当这下次该]|(?<!以)上)个?月(?:份)?(?:(?P<d8>\d{1,2})[日号]|(?P<p8>上旬|中旬|下旬|底|末|初|内)?))"
    r"|(?P<monthend>(?<![\d个每本当这下次上该逐按])月(?P<p9>底|末|内(?![容部外])|中旬|上旬|下旬))"
    r"|(?P<duration>(?P<n10>\d{1,3}|半)个?(?P<half10>半(?=月|小时))?(?P<u10>工作日|自然日|日历天|日|天|周|星期|礼拜"
    r"|自然月|季度|月|年|小时|分钟)(?P<note10>\([^)]{0,6}\))?(?:之内|以内|内(?![容部外])))"
    r"|(?P<day>(?<![\d.月年〔\[(第])(?P<d11>\d{1,2})[日号](?![内均常报文令楼]|以内|之内))"
    r"|(?P<week>(?P<r12>下下|下|本|这|上)?个?(?:周|星期|礼拜)(?P<w12>[一二三四五六日天末内底](?![度岁]))|(?P<r13>本|这|下)周)"
    r"|(?P<relday>[今明昨](?:[日天]|(?=[早晚]))|(?<![日号])当[日天]|[次翌][日天]|后天|即日)"
    r"|(?P<named>“?(?P<fixed>三八|妇女节|植树节|五四|六一|儿童节|七一|八一|建军节|教师节|国家扶贫日|扶贫日)”?(?:(?:国际)?(?:劳动)?妇女|青年|儿童|建军)?节?(?=之?前|以前))"
    r"|(?P<plan>“?十(?P<n14>[一二三四五])五”?(?:规划)?期?末)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """An atom in a text: `kind` is its group's name, `due` the last day it covers, `day` True where it names a day by itself."""

    kind: str
    start: int
    end: int
    due: dt.date | None
    problem: str | None = None
    year: int | None = None  # the year, where written
    month: int | None = None
    part: bool = False  # 底 末 内 旬, which set a limit by themselves
    clock: Clock | None = None


def scan(text: str, base: dt.date | None, calendar: WorkingCalendar) -> list[Found]:
    """All atoms of a canonical text, left to right, each resolved against `base`."""
    return [_resolve(match, base, calendar) for match in ATOM.finditer(text)]


def _resolve(match: re.Match[str], base: dt.date | None, calendar: WorkingCalendar) -> Found:
    kind = match.lastgroup or ""
    # lastgroup is the last group that closed: the alternative itself, since it closes after its parts.
    found = Found(kind, match.start(), match.end(), None)
    groups = match.groupdict()
    if kind in ("ymd", "iso", "dotted", "month"):
        return _calendar_date(found, groups, base)
    if kind == "duration":
        return _duration(found, groups, base, calendar)
    if base is None:
        return _without_base(found, groups)
    due, part = _RELATIVE[kind](groups, match.group(), base)
    return replace(found, due=due, part=part, year=_written_year(groups, base))


def _written_year(groups: dict[str, str | None], base: dt.date | None) -> int | None:
    written = next((v for k in ("y1", "y2", "y4", "y5", "y6", "y7", "y8") if (v := groups[k])), None)
    if written is None:
        return None
    if written.isascii():
        return int(written)
    return base.year + _REL_YEAR[written] if base else None


def _without_base(found: Found, groups: dict[str, str | None]) -> Found:
    year = _written_year(groups, None)
    if year is None or found.kind not in ("half", "quarter", "year"):
        return found
    due, part = _RELATIVE[found.kind](groups, "", dt.date(year, 1, 1))
    return replace(found, due=due, part=part, year=year)


def _calendar_date(found: Found, groups: dict[str, str | None], base: dt.date | None) -> Found:
    month = int(next(v for k in ("m1", "m2", "m3", "m4") if (v := groups[k])))
    day_text = next((v for k in ("d1", "d2", "d3") if (v := groups[k])), None)
    year = _written_year(groups, base)
    part = groups["p4"]
    known = year if year is not None else base.year if base else None
    found = replace(found, year=year, month=month, part=bool(part))
    if known is None:
        return found
    years = (known, known + 1) if year is None else (known,)
    days = [_month_part(y, month, part) if day_text is None else _day(y, month, int(day_text)) for y in years]
    due = next((day for day in days if day and (year is not None or base is None or day >= base)), None)
    return replace(found, due=due, problem=None if due else "不存在的日期")


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def is_month_end(day: dt.date) -> bool:
    """True for the last day of a month."""
    return (day + dt.timedelta(days=1)).day == 1


def _month_part(year: int, month: int, part: str | None) -> dt.date | None:
    first = _day(year, month, 1)
    if first is None or not 1 <= year <= 9998:
        return None
    return first.replace(day=_PART_DAY[part]) if part in _PART_DAY else add_months(first, 1) - dt.timedelta(days=1)


def _duration(found: Found, groups: dict[str, str | None], base: dt.date | None, calendar: WorkingCalendar) -> Found:
    unit, amount, half = groups["u10"] or "", groups["n10"] or "", groups["half10"]
    if unit in ("日", "天") and "工作日" in (groups["note10"] or ""):
        unit = "工作日"
    if unit == "季度":
        clock = Clock(3 * int(amount), "month") if amount != "半" else Clock(45, "day")
    elif unit == "年":
        clock = Clock(6, "month") if amount == "半" else Clock(12 * int(amount), "month")
    elif unit == "分钟":
        clock = Clock(1, "hour")
    elif amount == "半":
        clock = {"月": Clock(15, "day"), "天": Clock(12, "hour"), "日": Clock(12, "hour")}.get(unit, Clock(1, "hour"))
    elif half and unit == "月":
        clock = Clock(30 * int(amount) + 15, "day")
    else:
        clock = Clock(int(amount), _UNIT[unit])
    same_day = clock.unit == "hour" and clock.amount < 12
    due = base if base is None or same_day else due_day(base, clock, calendar)
    return replace(found, due=due, clock=clock, part=True)


Groups = dict[str, str | None]
Answer = tuple[dt.date | None, bool]


def _half(g: Groups, _: str, base: dt.date) -> Answer:
    month = 6 if g["h5"] == "上" else 12
    return _end_of_month(base, g["y5"], month), True


def _quarter(g: Groups, _: str, base: dt.date) -> Answer:
    if g["q6"]:
        index = "一二三四".find(g["q6"]) + 1 or int(g["q6"])
        return _end_of_month(base, g["y6"], 3 * index), True
    current = (base.month + 2) // 3
    if g["r6"] == "首":
        return _end_of_month(base, g["y6"], 3), True
    shift = {"下": 1, "上": -1}.get(g["r6"] or "", 0)
    first = add_months(base.replace(month=3 * current - 2, day=1), 3 * shift + 3)
    return first - dt.timedelta(days=1), True


def _end_of_month(base: dt.date, written: str | None, month: int) -> dt.date | None:
    year = base.year if written is None else int(written) if written.isascii() else base.year + _REL_YEAR[written]
    due = _month_part(year, month, None)
    return _month_part(year + 1, month, None) if due and written is None and due < base else due


def _year(g: Groups, _: str, base: dt.date) -> Answer:
    written = g["y7"] or ""
    year = int(written) if written.isascii() else base.year + _REL_YEAR[written]
    month = 6 if g["p7"] == "中" else 12
    return _month_part(year, month, None), bool(g["p7"])


def _year_end(g: Groups, _: str, base: dt.date) -> Answer:
    middle = dt.date(base.year, 6, 30)
    return middle if g["p14"] == "中" and base <= middle else dt.date(base.year, 12, 31), True


def _month_relative(g: Groups, _: str, base: dt.date) -> Answer:
    first = add_months(base.replace(day=1), _REL_MONTH[g["r8"] or "本"])
    if g["d8"]:
        return _day(first.year, first.month, int(g["d8"])), False
    return _month_part(first.year, first.month, g["p8"]), bool(g["p8"])


def _month_end(g: Groups, _: str, base: dt.date) -> Answer:
    due = _month_part(base.year, base.month, g["p9"])
    return (_month_part(*_next_month(base), g["p9"]) if due and due < base else due), True


def _day_only(g: Groups, _: str, base: dt.date) -> Answer:
    day = int(g["d11"] or 0)
    due = _day(base.year, base.month, day)
    return (_day(*_next_month(base), day) if due is None or due < base else due), False


def _next_month(base: dt.date) -> tuple[int, int]:
    later = add_months(base.replace(day=1), 1)
    return later.year, later.month


def _week(g: Groups, _: str, base: dt.date) -> Answer:
    relative = g["r12"] or g["r13"] or ""
    weekday = g["w12"]
    monday = base - dt.timedelta(days=base.weekday()) + dt.timedelta(weeks={"下": 1, "下下": 2, "上": -1}.get(relative, 0))
    due = monday + dt.timedelta(days=_WEEKDAY[weekday] if weekday else 6)
    if not relative and due < base:
        due += dt.timedelta(weeks=1)
    return due, weekday is None or weekday in "末内底"


def _relative_day(_: Groups, word: str, base: dt.date) -> Answer:
    return base + dt.timedelta(days=_REL_DAY[word[0]]), False


def _holiday(g: Groups, _: str, base: dt.date) -> Answer:
    """The last day before a holiday's days off begin: 节前 asks for something before people leave."""
    name = g["name"] or ""
    names = [_HOLIDAY[name]] if name in _HOLIDAY else sorted(set(_HOLIDAY.values()))
    written = g["y8"]
    year = None if written is None else int(written) if written.isascii() else base.year + _REL_YEAR[written]
    years = (base.year, base.year + 1) if year is None else (year,)
    starts = [days[0] for label in names for y in years if (days := holiday_dates(label, y))]
    due = min((day - dt.timedelta(days=1) for day in starts if day > base or year is not None), default=None)
    return due, False


def _named(g: Groups, _: str, base: dt.date) -> Answer:
    month, day = _FIXED_DAYS[g["fixed"] or ""]
    due = dt.date(base.year, month, day)
    return (due if due >= base else due.replace(year=base.year + 1)), False


def _plan_end(g: Groups, _: str, __: dt.date) -> Answer:
    return dt.date(2010 + 5 * "一二三四五".index(g["n14"] or "一"), 12, 31), True


_RELATIVE = {
    "half": _half,
    "quarter": _quarter,
    "year": _year,
    "yearend": _year_end,
    "twoyears": lambda _g, _w, base: (dt.date(base.year + 1, 12, 31), True),
    "monthrel": _month_relative,
    "monthend": _month_end,
    "day": _day_only,
    "week": _week,
    "relday": _relative_day,
    "holiday": _holiday,
    "named": _named,
    "plan": _plan_end,
}
