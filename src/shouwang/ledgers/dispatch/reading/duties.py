"""The duties of a stretch of text: one per deadline it states, and one per undated instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from shouwang.kernel.calendar import WorkingCalendar

from . import deadlines, details
from .context import Context, Who, actor, announces, subject_of
from .deadlines import Deadline
from .hints import ledgers_for
from .instructions import clauses, split
from .judge import is_deadline, is_instruction, names_limit
from .model import Duty, Kind
from .text import Paragraph, sentences
from .words import REPORT


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph to be read for duties: `at` characters in, after its mark; `title_end` is where its heading sentence ends."""

    paragraph: Paragraph
    clause: str
    heading: str
    at: int
    title_end: int
    preamble: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """An instruction of a sentence: offsets in the folded paragraph, the subject in force, and its phrases of time."""

    start: int
    end: int
    text: str
    who: Who
    phrases: tuple[Deadline, ...]
    to: str | None


def duties(passages: list[Passage], context: Context, calendar: WorkingCalendar) -> Iterator[Duty]:
    """The duties of the passages in order; a paragraph's list of responsible organs goes to each of its duties."""
    for i, passage in enumerate(passages):
        found = list(_of_paragraph(passage, _told(passages, i), context, calendar))
        responsible = details.responsible(passage.paragraph.flat)
        for duty in _once(found, passage.paragraph):
            yield replace(duty, responsible=responsible) if responsible else duty


def _told(passages: list[Passage], index: int) -> str:
    """The first sentence below a heading, in its paragraph or the next."""
    here = passages[index]
    below = here.paragraph.flat[here.title_end :]
    if not below.strip() and index + 1 < len(passages) and passages[index + 1].at == 0:
        below = passages[index + 1].paragraph.flat
    return below.split("。")[0]


def _is_ours(told: str, context: Context) -> bool:
    """True for what the issuer or another organ is going to do, not those addressed."""
    groups, _ = _groups(told, 0, len(told), [], None, context)
    return bool(groups) and groups[0].who in ("issuer", "other")


def _of_paragraph(passage: Passage, told: str, context: Context, calendar: WorkingCalendar) -> Iterator[Duty]:
    flat = passage.paragraph.flat
    subject: str | None = _level_of(passage.heading)
    for begin, end in sentences(flat):
        start = max(begin, passage.at)
        if start >= end:
            continue
        title = end <= passage.title_end
        sentence = flat[start:end]
        phrases = _phrases(sentence, start, context, calendar)
        if title and (not phrases or _is_ours(told, context)):
            subject = _level_of(sentence) or subject
            continue
        groups, subject = _groups(flat, start, end, phrases, subject, context)
        for group in groups:
            yield from _of_group(passage, group, sentence, context, title=title)


def _phrases(sentence: str, start: int, context: Context, calendar: WorkingCalendar) -> list[Deadline]:
    """The phrases of time of a sentence. In a notice 次日 and 当日 are the day after or of what the sentence tells, not of the notice."""
    if context.base is None and context.year is not None:
        found = deadlines.find_in_year(sentence, context.year, calendar, offset=start)
    else:
        found = deadlines.find(sentence, context.base, calendar, offset=start)
    relative = [p for p in found if re.match(r"[次翌当][日天]", p.phrase)]
    return [replace(p, role="event" if p.role == "limit" else "window", due=None) if p in relative else p for p in found]


def _level_of(heading: str) -> str | None:
    match = re.match(r"(?:[县市区乡镇村](?:\([^)]*\))?[级县](?!以上)|乡镇|各[^,。]{1,12}?(?=自查|申报|初审|审核))", heading)
    return match.group() if match else None


def _groups(
    flat: str, start: int, end: int, phrases: list[Deadline], inherited: str | None, context: Context
) -> tuple[list[_Group], str | None]:
    # What the issuer or another organ does is said of it alone; the next sentence speaks to the recipients again.
    subject = inherited if context.who(inherited, None) in ("recipient", "next_tier") else None
    groups = []
    for a, b in split(flat, start, end):
        own = tuple(p for p in phrases if a <= p.start < b)
        if re.match(r"[\s,;]*请", flat[a:b]) and context.who(subject, None) not in ("recipient", "next_tier"):
            subject = None  # a request is made of those addressed, whoever the words before it were about
        subject, announced = _subject(flat, a, b, own, subject)
        text = flat[a:b]
        to = details.addressee(text, own[-1].end - a if own else 0)
        who = context.who(subject, to)
        if announced and who == "recipient" and subject and not context.addresses(subject):
            who = "other"
        groups.append(_Group(a, b, text, who, own, to))
    return groups, subject


def _subject(flat: str, start: int, end: int, phrases: tuple[Deadline, ...], before: str | None) -> tuple[str | None, bool]:
    """The subject in force in an instruction: the last one its clauses begin with, the date in front taken away."""
    subject, announced = before, False
    for a, b in clauses(flat, start, end):
        part = flat[a:b]
        lead = next((p for p in phrases if a <= p.start < b and not flat[a : p.start].strip(" ,于在请要应须并同时")), None)
        found = subject_of(part) or (subject_of(flat[lead.end : b].lstrip(" ,")) if lead else None)
        if found:
            subject, announced = found[0], announces(found[1])
    return subject, announced


def _of_group(passage: Passage, group: _Group, sentence: str, context: Context, *, title: bool) -> Iterator[Duty]:
    instruction = is_instruction(group.text)
    alone = passage.paragraph.flat[passage.at :].strip(" 。;") if names_limit(passage.heading) else ""
    dated = [
        p
        for p in group.phrases
        if is_deadline(p, passage.paragraph.flat, (group.start, group.end), sentence, context, instruction, title)
        or (p.role in ("span", "bare", "part") and len(alone) <= p.end - p.start + 2 and bool(alone))
    ]
    if group.who == "other":
        return
    for phrase in dated:
        yield _duty(passage, group, phrase, dated)
    if not dated and instruction and not title and not passage.preamble and not details.formula(group.text):
        yield _duty(passage, group, None, [])


def _duty(passage: Passage, group: _Group, phrase: Deadline | None, dated: list[Deadline]) -> Duty:
    raw = passage.paragraph.raw
    start, end = _trim(raw, group.start, group.end)
    kind: Kind = "report" if REPORT.search(group.text) else "action"
    text = raw[start:end]
    hints = ledgers_for(text, passage.heading)
    offset = passage.paragraph.start
    return Duty(
        text=text,
        clause=passage.clause,
        kind=kind,
        by=actor(group.who),
        to=details.addressee(text, max(0, phrase.end - start) if phrase else 0) if kind == "report" else None,
        due=phrase.due if phrase else None,
        due_text=raw[phrase.start : phrase.end] if phrase else None,
        recurrence=phrase.recurrence if phrase else None,
        deliverables=(details.deliverables(_own_part(raw, phrase, dated, end)) or details.deliverables(text)) if kind == "report" else (),
        time=phrase.time if phrase else None,
        parts=details.parts(raw[start : _sentence_end(raw, end)]) if kind == "report" else (),
        responsible=None,
        ledger=hints[0],
        ledgers=hints,
        start=start + offset,
        end=end + offset,
    )


def _own_part(raw: str, phrase: Deadline | None, dated: list[Deadline], end: int) -> str:
    """The words from one deadline of an instruction to its next."""
    following = min((d.start for d in dated if phrase and d.start > phrase.start), default=end)
    return raw[phrase.start : following] if phrase else ""


def _sentence_end(raw: str, at: int) -> int:
    """The end of the sentence that begins right after `at`, where a report's parts are often listed."""
    stop = raw.find("。", at)
    return len(raw) if stop < 0 else stop + 1


def _trim(raw: str, start: int, end: int) -> tuple[int, int]:
    """A duty's slice without the comma and spaces around it; the full stop stays."""
    while start < end and raw[start] in " \t\u3000,，;；":
        start += 1
    while end > start and raw[end - 1] in " \t\u3000,，":
        end -= 1
    return start, end


def _once(found: list[Duty], paragraph: Paragraph) -> list[Duty]:
    """One duty per deadline: the same day for the same people twice in one sentence is one deadline."""
    kept: list[Duty] = []
    for duty in found:
        twin = next((k for k in kept if _same_deadline(k, duty)), None)
        if twin is None:
            kept.append(duty)
        elif twin.start != duty.start:
            whole = paragraph.raw[twin.start - paragraph.start : duty.end - paragraph.start]
            kept[kept.index(twin)] = replace(duty, start=twin.start, text=whole, time=duty.time or twin.time)
        elif duty.time and not twin.time:
            kept[kept.index(twin)] = replace(twin, time=duty.time)
    return kept


def _same_deadline(first: Duty, second: Duty) -> bool:
    """True for the same day and people, unless two hours of that day are named."""
    if not second.due or first.due != second.due or first.by != second.by or (first.time and second.time and first.time != second.time):
        return False
    said = second.due_text or ""
    apart = first.due_text == said and sum(said in part for part in re.split("[；;]", second.text)) > 1
    return (first.start == second.start and not apart) or _tied(first, second)


def _tied(first: Duty, second: Duty) -> bool:
    """True for a deadline named (截止日期为3月9日) and then used (于3月9日17时前报送) in the words right after it."""
    return second.start - first.end <= 1 and bool(re.search(r"截[止至]|时间|日期|期限", first.text))
