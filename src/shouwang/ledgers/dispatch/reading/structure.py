"""The parts of a notice: head, body, attachment list, signature, what follows it.

Everything is decided by form (GB/T 9704): the number's brackets, the colon after the recipients, the numbering marks, an organ's
name and a date standing alone. Web pages and typed copies leave parts out; what is not there is None.
"""

from __future__ import annotations

import re

from .head import find_head, find_recipients
from .organs import looks_like_organ
from .parts import ANNEX, ATTACHMENT, TAIL, Layout
from .signature import dated_line, find_signature
from .text import Paragraph


def lay_out(paragraphs: list[Paragraph]) -> Layout:
    """Find the parts of a notice in its paragraphs."""
    layout = Layout(paragraphs)
    find_recipients(layout)
    find_head(layout)
    find_signature(layout)
    _find_tail(layout)
    return layout


def _find_tail(layout: Layout) -> None:
    """The lines right after the signature that still belong to the notice: contacts, 抄送, 附注; then the annexes begin."""
    paragraphs = layout.paragraphs
    start = layout.body[1]
    if layout.signature_at is not None:
        start = layout.signature_at
        while start < len(paragraphs) and (looks_like_organ(paragraphs[start].flat.strip()) or dated_line(paragraphs[start].flat.strip())):
            start += 1
    at = start
    while at < len(paragraphs) and _belongs(paragraphs, at):
        at += 1
    layout.tail, layout.rest = (start, at), at
    first, last = layout.body
    listed = next((i for i in range(first, last) if ATTACHMENT.match(paragraphs[i].flat)), None)
    if listed is None:
        listed = next(
            (i for i in range(first, last - 1) if ANNEX.fullmatch(paragraphs[i].flat.strip()) and paragraphs[i + 1].flat[:1].isdigit()),
            None,
        )
    if layout.signature_at is None:
        after = first if listed is None else listed + 1
        annex = next((i for i in range(after, last) if ANNEX.fullmatch(paragraphs[i].flat.strip())), None)
        if annex is not None:
            layout.body, layout.tail, layout.rest = (first, annex), (annex, annex), annex
    layout.attachments_at = listed


def _belongs(paragraphs: list[Paragraph], at: int) -> bool:
    flat = paragraphs[at].flat.strip()
    if ATTACHMENT.match(flat):
        named = ATTACHMENT.sub("", flat, count=1).strip()
        following = paragraphs[at + 1].flat if at + 1 < len(paragraphs) else ""
        return bool(named) and (
            not following or bool(ATTACHMENT.match(following) or TAIL.match(following) or re.match(r"\d{1,2}\s*[.、]", named))
        )
    if re.match(r"\d{1,2}\s*[.、]", flat):
        previous = paragraphs[at - 1].flat
        return bool(ATTACHMENT.match(previous) or re.match(r"\d{1,2}\s*[.、]", previous)) and len(flat) < 80
    return bool(TAIL.match(flat)) and len(flat) < 200
