"""The grammar of deadlines: a phrase and a base date give a due day, an hour or a recurrence.

Conventions (samples/README.md): 前, 内, 底 and 末 include the day; a span means its last day; N日内 counts from the day after the
base date, which also stands for 收到/印发之日; a missing month or year is the base's, or the next where that day is past;
a phrase counted from another event (收到批复后) has no due day.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal

from shouwang.kernel.calendar import WorkingCalendar, add_months, national

from . import dates, recurrence
from .clocktime import BEFORE, TIME, clock_time
from .text import Canonical, canonical, fold

Role = Literal["limit", "part", "span", "bare", "asof", "event", "recurring", "start", "window"]
"""limit: sets a limit by its own words; part: a stretch of time (3月底, 上半年); span: from A to B; bare: a date alone;
asof: 截至, a limit or a cut-off; event: counts from something else; start and window: no deadline."""

_TAIL = re.compile(
    TIME
    + (
        rf"(?:\(不?含[^)]{{0,6}}\))?(?P<mark>\)?{BEFORE}|之内|以内|内(?![容部外])|为?止|截止|截至"
        r"|期间|之间|起(?!草|步|点|到|至)|开始|以来|以后|之后|后(?!半))?"
    )
)
_STARTING = ("起", "开始", "以来", "以后", "之后", "后")
_LIMIT_BEFORE = re.compile(
    r"(?:截止(?:时间|日期|期限)?|不迟于|不晚于|不得[迟晚]于|最[迟晚]|延迟|推迟|延长|延期|顺延|放宽|宽限|限期|限于"
    r"|赶在|抢在)(?:应?[在于为是到至]|不[超晚迟][过于]|:)*$"
)
_ASOF_BEFORE = re.compile(r"截[至止](?:时间|日期)?(?:到|为|:)*$")
_START_BEFORE = re.compile(r"(?:自|从|(?:不得?|不应)?早于|始于)$")
_GOAL_BEFORE = re.compile(r"(?:^|[,。;:、(]|力争|确保|争取|计划|目标是)到$")
_PAST_WINDOW = re.compile(
    r"(?:近|最近|过去|前|连续|每|公示|隔离|今后|未来|任[意何]|历时|为期|上述|往|近来|有效期?|期限|(?:压缩|缩短|控制|缩减|压减|减少|提速|精简)[至到在为]?)(?:的)?$"
)
_RANGE = re.compile(r"\)?,?(?:起)?,?[至到\-~]{1,2}(?:当年|同年|本年)?$")
_LIST = re.compile(r"[、,]?(?:和|及|以及|与|或)?$")
_YEARS_BEFORE = re.compile(r"\d{4}年?度?[-~至、]$")
_EVENT = re.compile(
    r"(?P<what>[^,。;:]{0,40}?)(?:(?:之日|之时|当日|当天|次日|之后|以后|后)(?:起|算起|开始)?|之前|前|起)(?:的"
    r"|,)?[在于]?$"
)
_HAPPENED = re.compile(r"(?P<what>[^,。;:]{2,30}?)(?:后|之日起?),")
# An event named right before the days (文件出台3日内), without 后.
_HAPPENS = re.compile(
    r"(?:召开|出台|发生|发现|结束|到账|批复|签订|受理|验收|竣工|立项|届满|期满|(?<!通知)(?<!文件)下达"
    r"|(?:收到|接到)(?!本|此|该|上述|通知|文件?[的之]|来[文函])[^,。;:]{1,16}的)$"
)
_RECEIVED = re.compile(
    r"(?:收到|接到|接)(?:本|此|该|上述)?(?:通知|文件|函|文|件|通告|公告|意见书?|方案|指令|来文|来函)?(?:书)?(?:之日)?(?:后|起)?[在于]?$"
)
_BASE_EVENT = re.compile(
    r"(?:收到|接到|接|见(?=[本此通文]))(?:(?:本|此|该|上述)?(?:通知|文件?|件|函|公?电|通告|公告|方案|指令|来[文函])|本\w{1,4})?(?:之日)?$"
    r"|(?:^|[自从在于应请要须])(?:(?:本|此|该)?(?:通知|文件?|方案|意见|办法|函|公告|通告|指令|细则|规定|预案|计划"
    r"|要点)|[“《][^”》]*[”》]|※+)?"
    r"(?:印发|下发|发布|公布|发文|签发|成文|颁布|制发|收文|通知)(?:之日)?$"
    r"|(?:即日|今日|今天|本日|现在|当日)$"
)
# Texts without any of these hold no phrase of time and are not searched for one.
_HINT = re.compile(
    r"[\d０-９]|[一二三四五六七八九十]月|年[底末内终中]|月[底末内]|[上下]半年|季度|季[末底]|[上中下]旬"
    r"|[今明当次本后即翌来下上该首][年日天月周季早晚]|周[一二三四五六日末内]|星期|节.{0,4}前|今明|[日天周月年时]之?以?内|工作日"
    r"|每|[按逐][年季月旬周日]|日前|下班|[日周旬月季]报|五”?(?:规划)?期?末|年中|[一1两二半2-6]个?[日天周旬月季年]度?[一1]|元旦|国庆|中秋|清明|端午|[五七八十六]一|三八|五四|扶贫日"
)
_STANDS_ALONE = re.compile(r"\d月|\d\.\d|[上下]半年|第?[1-4]季度|\d{4}年|^年[底末]|年[底末内]")
_QUOTED = re.compile(r"《[^》]*》|〔[^〕]*〕第?\d*号?|\[\d{4}\]第?\d*号?")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A phrase of time in a text; offsets are the text's own. `role` tells how far the phrase itself is a deadline."""

    start: int
    end: int
    phrase: str
    role: Role
    due: dt.date | None
    time: str | None
    recurrence: str | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A phrase in the making, in canonical offsets."""

    start: int
    end: int
    atom: dates.Found
    role: Role
    time: str | None
    marked: bool
    from_today: bool = False


def find(flat: str, base: dt.date | None, calendar: WorkingCalendar, offset: int = 0) -> list[Deadline]:
    """All phrases of time in a folded text that begins at `offset`, in order.

    Titles in 《》 and document numbers are not searched.
    """
    if not _HINT.search(flat):
        return []
    masked = _QUOTED.sub(lambda m: "※" * len(m.group()), flat)
    canon = canonical(masked, offset)
    text = canon.text
    recurring = recurrence.scan(text)
    taken = [(r.start, r.end) for r in recurring]
    atoms = [a for a in dates.scan(text, base, calendar) if not any(s < a.end and a.start < e for s, e in taken)]
    atoms = _appositions(text, atoms)
    pieces = _share(text, _hours(text, _ranges(text, [_piece(text, atom) for atom in _inherit(text, atoms, base)])))
    found = [_deadline(canon, flat, offset, p, _again(text, p, recurring)) for p in pieces]
    for r in recurring:
        start, end = canon.source(r.start, r.end)
        found.append(Deadline(start, end, flat[start - offset : end - offset], "recurring", None, r.time, r.rule))
    return sorted(found, key=lambda d: d.start)


def find_in_year(flat: str, year: int, calendar: WorkingCalendar, offset: int = 0) -> list[Deadline]:
    """The same where only the year is known (a notice without a readable date): phrases that need the day itself stay undated."""
    found = find(flat, dt.date(year, 1, 1), calendar, offset)
    return [d if _STANDS_ALONE.search(canonical(fold(d.phrase)).text) else replace(d, due=None) for d in found]


def _deadline(canon: Canonical, flat: str, offset: int, piece: _Piece, again: str | None) -> Deadline:
    start, end = canon.source(piece.start, piece.end)
    phrase = flat[start - offset : end - offset]
    if again:
        return Deadline(start, end, phrase, "recurring", None, piece.time, again)
    due = None if piece.role == "event" else piece.atom.due
    return Deadline(start, end, phrase, piece.role, due, piece.time, None, piece.atom.problem)


_ONCE = re.compile(r"首次|首[期批]|第1[次期批]|今年|本年|本次|此次|\d{4}年")


def _again(text: str, piece: _Piece, recurring: list[recurrence.Recurring]) -> str | None:
    """The rule of a date that stands under the 每年 or 每月 before it (每年5月25日前…；8月10日前…), None for one of its own."""
    before = [r for r in recurring if r.end <= piece.start]
    due = piece.atom.due
    if not before or due is None or piece.role != "limit" or piece.atom.year is not None:
        return None
    if _ONCE.search(text[before[-1].start : piece.start]):
        return None
    rule = before[-1].rule
    if rule.startswith("FREQ=YEARLY;BYMONTH=") and piece.atom.kind in ("ymd", "month", "yearend"):
        last = dates.is_month_end(due) and piece.atom.kind != "ymd"
        return f"FREQ=YEARLY;BYMONTH={due.month};BYMONTHDAY={-1 if last else due.day}"
    if rule.startswith("FREQ=MONTHLY;BYMONTHDAY=") and piece.atom.kind in ("day", "monthend"):
        return f"FREQ=MONTHLY;BYMONTHDAY={-1 if piece.atom.kind == 'monthend' else due.day}"
    return None


def _appositions(text: str, atoms: list[dates.Found]) -> list[dates.Found]:
    """本周五（3月13日） is one date: the day in brackets, which says more; so is 3月13日（周五）, where the date before it does."""
    done: list[dates.Found] = []
    for atom in atoms:
        before = done[-1] if done else None
        if before and text[before.end : atom.start] == "(" and text[atom.end : atom.end + 1] == ")":
            kept = before if atom.kind in ("week", "relday") and before.kind != atom.kind else atom
            done[-1] = replace(kept, start=before.start, end=atom.end + 1)
        else:
            done.append(atom)
    return done


def _inherit(text: str, atoms: list[dates.Found], base: dt.date | None) -> list[dates.Found]:
    """Give a day or month without its month or year those of the date it stands in a row with (4月25日、26日; 2019年5月、6月)."""
    done: list[dates.Found] = []
    for atom in atoms:
        before = done[-1] if done else None
        inherits = before and before.due and atom.kind in ("day", "ymd", "month") and _in_row(text, before, atom)
        done.append(_from_previous(atom, before, text, base) if before and inherits else atom)
    return done


def _in_row(text: str, before: dates.Found, atom: dates.Found) -> bool:
    between = text[before.end : atom.start]
    tail = _TAIL.match(between)
    rest = between[tail.end() :] if tail else between
    return bool(between and (_RANGE.match(between) or _LIST.fullmatch(between) or _RANGE.fullmatch(rest)))


def _from_previous(atom: dates.Found, before: dates.Found, text: str, base: dt.date | None) -> dates.Found:
    if atom.kind == "day" and before.kind in ("ymd", "day", "iso", "dotted") and before.due:
        day = int(re.findall(r"\d+", text[atom.start : atom.end])[0])
        try:
            return replace(atom, due=before.due.replace(day=day), year=before.year, problem=None)
        except ValueError:
            return replace(atom, due=None, problem="不存在的日期")
    if atom.year is None and atom.month and atom.due and before.due and before.year is not None:
        due = atom.due.replace(year=before.due.year) if (atom.due.month, atom.due.day) != (2, 29) else atom.due
        if due < before.due and base:
            due = due.replace(year=due.year + 1)
        return replace(atom, due=due, year=due.year)
    return atom


def _piece(text: str, atom: dates.Found) -> _Piece:
    tail = _TAIL.match(text, atom.end)
    mark = (tail["mark"] if tail else None) or ""
    end = tail.end() if tail else atom.end
    time = clock_time(tail) if tail else None
    before = text[max(0, atom.start - 60) : atom.start]
    if atom.kind == "duration":
        role, start = _counted(before, atom.start)
        return _Piece(start, end, atom, role, time, marked=True)
    role = _role(before, atom, mark)
    start = atom.start
    if role in ("limit", "asof") and (lead := _LIMIT_BEFORE.search(before) or _ASOF_BEFORE.search(before)):
        start -= len(before) - lead.start()
    return _Piece(start, end, atom, role, time, marked=bool(mark), from_today=text[atom.start : atom.end] in ("即日", "今日", "今天"))


def _role(before: str, atom: dates.Found, mark: str) -> Role:
    if _START_BEFORE.search(before) and (mark in _STARTING or not mark or "早于" in before[-4:]):
        return "start"
    if mark in _STARTING:
        return "start"
    if mark in ("期间", "之间"):
        return "window"
    if mark or _LIMIT_BEFORE.search(before):
        return "limit"
    if _ASOF_BEFORE.search(before):
        return "asof"
    if _GOAL_BEFORE.search(before) and atom.kind in ("year", "month", "quarter", "half", "yearend", "plan"):
        return "limit" if atom.part or atom.kind != "year" else "window"  # 到2020年 states an aim, 到2020年底 a day
    if atom.kind == "year" and (not atom.part or _YEARS_BEFORE.search(before)):
        return "window"
    return "part" if atom.part else "bare"


def _counted(before: str, start: int) -> tuple[Role, int]:
    """What a number of days counts from: the base date (limit), another event, or nothing at all (a window such as 近14天内)."""
    if _PAST_WINDOW.search(before):
        return "window", start
    received = _RECEIVED.search(before)
    if received:
        return "limit", start - (len(before) - received.start())
    if _HAPPENS.search(before):
        return "event", start
    clause = re.split(r"[。;:]", before)[-1]
    event = _EVENT.search(clause)
    if event is None:
        earlier = _HAPPENED.search(clause)
        return ("event" if earlier and not _BASE_EVENT.search(earlier["what"]) else "limit"), start
    what = event["what"]
    known = _BASE_EVENT.search(re.sub(r"(?:之日|当日)$", "", what))
    length = len(clause) - (event.start() + (known.start() if known else 0))
    return ("limit" if known else "event"), start - length


def _ranges(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """Merge A至B into one phrase that ends with B; 即日起至B is a limit."""
    merged: list[_Piece] = []
    for piece in pieces:
        before = merged[-1] if merged else None
        if before and before.atom.kind != "duration" and _joined(text, before, piece):
            today = before.from_today
            role: Role = "limit" if today or piece.role == "limit" else "window" if piece.role == "window" else "span"
            merged[-1] = replace(piece, start=before.start, role=role, from_today=today)
        else:
            merged.append(piece)
    return merged


def _joined(text: str, before: _Piece, piece: _Piece) -> bool:
    end = before.end
    if text[end - 1 : end] == "起":
        end -= 1
    return end < piece.atom.start and bool(_RANGE.fullmatch(text[end : piece.atom.start]))


_FURTHER_HOUR = re.compile(rf"(?:[、,]|和|及|以及){TIME}{BEFORE}")


def _hours(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """Add the further hours of a day (1月6日上午9时前和下午15时前): each is a limit of its own."""
    done: list[_Piece] = []
    for piece in pieces:
        done.append(piece)
        while done[-1].role == "limit" and done[-1].time and (more := _FURTHER_HOUR.match(text, done[-1].end)) and more["clock"]:
            done.append(replace(piece, start=more.start("clock"), end=more.end(), time=clock_time(more)))
    return done


def _share(text: str, pieces: list[_Piece]) -> list[_Piece]:
    """In a row of dates (4月25日、5月25日、6月25日前) the last one's limit and hour hold for all."""
    shared = list(pieces)
    for i in range(len(shared) - 2, -1, -1):
        this, following = shared[i], shared[i + 1]
        row = this.end < following.start and _LIST.fullmatch(text[this.end : following.start])
        if row and not this.marked and this.role in ("bare", "part", "limit") and following.role == "limit":
            shared[i] = replace(this, role="limit", time=this.time or following.time, marked=following.marked)
    return shared


@dataclass(frozen=True, slots=True)
class Answer:
    """What a phrase on its own says: see `parse_phrase`."""

    due: dt.date | None
    time: str | None
    recurrence: str | None
    problem: str | None = None


def parse_phrase(phrase: str, base: dt.date, calendar: WorkingCalendar | None = None) -> Answer:
    """Read one deadline phrase against a base date; all None where the phrase says nothing of the kind.

    >>> parse_phrase("2月20日前", dt.date(2020, 2, 14)).due
    datetime.date(2020, 2, 20)
    """
    days = calendar or national()
    flat = fold(phrase)
    found = [d for d in find(flat, base, days) if d.role not in ("start", "window")]
    order = {"recurring": 0, "limit": 1, "event": 1}
    best = min(found, key=lambda d: (order.get(d.role, 2), d.start), default=None)
    if best is None:
        return _hour_alone(flat, base)
    due = best.due
    if best.recurrence and best.phrase.startswith("次月"):  # meant once as often as every time: the first day is named too
        due = recurrence.next_due(best.recurrence, add_months(base.replace(day=1), 1), days)
    return Answer(due, best.time if due or best.recurrence else None, best.recurrence, best.problem)


_HOUR = re.compile(r"^[于在请务必]*" + TIME + r"(?:之?前|以前|止)")


def _hour_alone(flat: str, base: dt.date) -> Answer:
    """17时前, 下班前: the base day itself; 今年 and other bare years: their last day."""
    match = _HOUR.match(canonical(flat).text)
    if match and match["clock"]:
        return Answer(base, clock_time(match), None)
    year = next((a for a in dates.scan(canonical(flat).text, base, national()) if a.kind == "year"), None)
    return Answer(year.due, None, None) if year and re.fullmatch(r"[于在到至]?.{1,4}年度?", flat) else Answer(None, None, None)
