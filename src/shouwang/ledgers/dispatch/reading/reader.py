"""Read a notice: text or file in, everything a careful clerk would note out."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from shouwang.kernel.calendar import WorkingCalendar, national

from . import annexes, contacts, deadlines, numbers
from .context import Context
from .duties import Passage, duties
from .files import file_text
from .headings import Mark, Numbering, headings, marks, stands_alone
from .model import Clause, NoticeReading, ReadingError
from .parts import Layout
from .structure import lay_out
from .text import Paragraph, clean, fold, paragraphs

_MAX_CHARACTERS = 400_000
_CLOSING = re.compile(r"(?:请|各|以上|希|望|上述|本通知|特此|工作中|执行中|此前|有关)")
_ARTICLE = re.compile(r"(第[一二三四五六七八九十百\d]+条)\s*")
_STAGE = re.compile(r"[^,。;()]{2,16}\([^()]*\d[^()]*[日月底]\)[。;]?")
_LABEL = {1: "{}", 2: "（{}）", 3: "{}", 4: "（{}）"}
_TITLES = re.compile(r"《([^《》]{4,}(?:《[^》]*》[^《》]*)?)》")


def read_file(source: str | Path | bytes, *, name: str | None = None, today: dt.date | None = None) -> NoticeReading:
    """Read a notice from a .txt, .docx, .pdf or .ofd file, given by path or as bytes with the file's name.

    Raises ReadingError (too_large, empty, scan, unknown_type, encrypted, corrupt, not_a_notice) with a message for the user.
    """
    return read_notice(file_text(source, name=name), today=today)


def read_notice(text: str, *, today: dt.date | None, calendar: WorkingCalendar | None = None) -> NoticeReading:
    """Read the text of a notice. `today` only serves to warn of a date in the future; nothing is dated from it.

    Raises ReadingError "empty" or "not_a_notice".
    """
    whole = clean(text[:_MAX_CHARACTERS])
    if not whole.strip():
        raise ReadingError("empty", "文件中没有文字。请换一份有内容的通知，或把文字粘贴成 .txt 再上传。")
    rows = paragraphs(whole)
    layout = lay_out(rows)
    _must_be_notice(layout)
    days = calendar or national()
    body = _marked(rows[slice(*layout.body)], layout)
    issued = [a for a in annexes.annexes(layout) if a.kind == "issued"]
    context = _context(layout, rows)
    clauses, passages = _clauses(body, "body")
    for annex in issued:
        more, read = _clauses(_marked(rows[annex.first : annex.last], None), "issued")
        clauses += more
        passages += read
    found = list(duties(passages, context, days))
    return NoticeReading(
        text=whole,
        title=layout.title,
        doc_number=layout.doc_number,
        issuers=tuple(layout.issuers),
        recipients=layout.recipients,
        signed_date=layout.signed_date,
        contacts=tuple(contacts.contacts([*rows[slice(*layout.body)], *rows[slice(*layout.tail)]])),
        attachments=tuple(annexes.attachments(layout)),
        headings=tuple(headings(body)),
        clauses=tuple(clauses),
        duties=tuple(found),
        cited_numbers=tuple(n for n in numbers.cited("\n".join(p.flat for p in rows)) if n != layout.doc_number),
        cited_titles=tuple(dict.fromkeys(_TITLES.findall(whole))),
        warnings=tuple(_warnings(layout, passages, context, days, today)),
    )


def _must_be_notice(layout: Layout) -> None:
    """A notice shows at least two of: number, title by kind of document, recipients, signature, date."""
    signs = [layout.doc_number, layout.title, layout.recipients, layout.issuers or layout.proxies, layout.signed_date or layout.date_year]
    if sum(bool(sign) for sign in signs) < 2:
        raise ReadingError(
            "not_a_notice",
            "这份文件不像公文通知：没有找到发文字号、标题、主送机关、落款和成文日期中的任何两项。请核对是否选错了文件；确是通知的，请上传带完整版头和落款的版本。",
        )


def _context(layout: Layout, rows: list[Paragraph]) -> Context:
    red_heads = [re.sub(r"\s|文件$", "", p.flat) for p in rows[:3] if re.search(r"文\s*件$", p.flat) and len(p.flat) < 40]
    titled = re.match(r"(.{3,40}?)(?:关于|转发|印发)", fold(layout.title or ""))
    heads = [*red_heads, *(titled[1].split() if titled else [])]
    year = layout.date_year
    if year is None and layout.doc_number and (found := re.search(r"〔(\d{4})〕", layout.doc_number)):
        year = int(found[1])
    return Context((*layout.issuers, *layout.proxies), layout.recipients or "", layout.signed_date, year, tuple(heads))


@dataclass(slots=True)
class _Open:
    """The clause being read and the numbers above it."""

    path: dict[int, str]
    heading: str = ""


def _marked(rows: list[Paragraph], layout: Layout | None) -> list[tuple[Paragraph, list[Mark]]]:
    """The paragraphs with their marks; the notice's attachment list and the recipients on the first line are left out."""
    if layout and layout.attachments_at is not None:
        rows = rows[: layout.attachments_at - layout.body[0]]
    numbering = Numbering()
    found = []
    for i, row in enumerate(rows):
        inline = layout.inline_body if layout and i == 0 else 0
        own = _part(row, inline, len(row.raw)) if inline else row
        found.append((own, marks(own, numbering)))
    return found


def _clauses(body: list[tuple[Paragraph, list[Mark]]], part: str) -> tuple[list[Clause], list[Passage]]:
    """Clauses for display, and the stretches to be read for duties, each under its path."""
    state = _Open({})
    clauses: list[Clause] = []
    passages: list[Passage] = []
    prefix = "" if part == "body" else "附·"
    numbered = any(own for _, own in body)
    for index, (paragraph, own) in enumerate(body):
        pieces = _pieces(paragraph, own)
        closing = numbered and not own and index == len(body) - 1 and bool(_CLOSING.match(paragraph.flat)) and _closes(body)
        if closing:
            state.path, state.heading = {}, ""
        for piece, mark in pieces:
            article = _ARTICLE.match(piece.flat) if mark is None else None
            if article:
                state.path, state.heading = {1: article[1]}, ""
            title_end = _enter(state, piece, mark, len(pieces) == 1 and index + 1 < len(body))
            where = prefix + ("末" if closing else _path(state) or ("首" if numbered else ""))
            _note(clauses, piece, where, state, mark, part)
            preamble = not state.path and not closing and piece.flat.endswith((":", "如下。", "如下"))
            passages.append(
                Passage(
                    piece, where, state.heading, (mark.end - piece.start) if mark else article.end() if article else 0, title_end, preamble
                )
            )
    return clauses, passages


def _closes(body: list[tuple[Paragraph, list[Mark]]]) -> bool:
    """True where the last section has text of its own before the final, unnumbered paragraph."""
    before, own = body[-2] if len(body) > 1 else (None, [])
    return before is not None and (not own or not stands_alone(before, own[-1]))


def _pieces(paragraph: Paragraph, own: list[Mark]) -> list[tuple[Paragraph, Mark | None]]:
    if not own:
        return [(paragraph, None)]
    cuts = [m.start - paragraph.start for m in own] + [len(paragraph.raw)]
    found: list[tuple[Paragraph, Mark | None]] = []
    if cuts[0] > 0:
        found.append((_part(paragraph, 0, cuts[0]), None))
    return found + [(_part(paragraph, a, b), mark) for mark, a, b in zip(own, cuts, cuts[1:], strict=False)]


def _part(paragraph: Paragraph, start: int, end: int) -> Paragraph:
    return Paragraph(paragraph.raw[start:end], paragraph.flat[start:end], paragraph.start + start)


def _enter(state: _Open, piece: Paragraph, mark: Mark | None, single: bool) -> int:
    """Step into the clause of a mark; returns where its heading sentence ends in the piece (0 where it has none)."""
    if mark is None:
        return 0
    state.path = {level: label for level, label in state.path.items() if level < mark.level}
    state.path[mark.level] = _LABEL[mark.level].format(mark.number)
    at = mark.end - piece.start
    text = piece.flat[at:]
    stop = text.find("。")
    alone = stop < 0 or not text[stop + 1 :].strip()
    if alone:
        state.heading = text.strip(" 。")
        if _STAGE.fullmatch(text.strip()):
            return len(piece.flat)
        bare = stop < 0 and len(text.strip()) <= 45 and not re.search(r"[;:,]", text) and mark.level < 3
        return len(piece.flat) if bare or (single and stop < 0 and len(text) <= 30 and mark.level < 3) else 0
    state.heading = text[:stop].strip()
    short = stop <= 40 and not re.search(r"[,;:]", text[:stop][12:]) and not re.match(r"请|要|各.{1,20}要", text)
    return at + stop + 1 if short else 0


def _path(state: _Open) -> str:
    return "".join(state.path[level] for level in sorted(state.path))


def _note(clauses: list[Clause], piece: Paragraph, where: str, state: _Open, mark: Mark | None, part: str) -> None:
    if clauses and mark is None and clauses[-1].path == where and clauses[-1].end < piece.start:
        last = clauses[-1]
        clauses[-1] = Clause(last.path, last.level, last.heading, f"{last.text}\n{piece.raw}", last.start, piece.end, last.part)
    else:
        level = mark.level if mark else 0
        clauses.append(Clause(where, level, state.heading, piece.raw, piece.start, piece.end, "body" if part == "body" else "issued"))


def _yearless(phrase: deadlines.Deadline) -> bool:
    return phrase.due is not None and not re.search(r"\d{4}\s*年", fold(phrase.phrase))


def _in_year(passage: Passage, context: Context, days: WorkingCalendar) -> list[deadlines.Deadline]:
    return deadlines.find_in_year(passage.paragraph.flat, context.year, days) if context.year else []


def _warnings(layout: Layout, passages: list[Passage], context: Context, days: WorkingCalendar, today: dt.date | None) -> list[str]:
    found = list(layout.warnings)
    for passage in passages:
        found += [
            f"“{d.phrase}”是不存在的日期，请核对原件" for d in deadlines.find(passage.paragraph.flat, context.base, days) if d.problem
        ]
    if layout.recipients is None:
        found.append("未找到主送机关")
    if context.base is None and context.year and any(_yearless(d) for q in passages for d in _in_year(q, context, days)):
        found.append(f"没有可用的成文日期，未写年份的时限按{context.year}年计算，请核对")
    if today and layout.signed_date and layout.signed_date > today:
        found.append(f"成文日期{layout.signed_date.isoformat()}晚于今天，请核对")
    return list(dict.fromkeys(found))
