"""What a notice says, as data: the JSON of `shouwang notice parse --json`.

Dates are ISO strings or null; `start` and `end` are character offsets into `NoticeReading.text`, the cleaned text that a page
shows beside the duties, and every duty's `text` is exactly that slice.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["report", "action"]
Actor = Literal["recipient", "next_tier", "issuer"]


class ReadingError(Exception):
    """A file or text that cannot be read as a notice: a stable `code`, and a message that says what is wrong and what to do."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, or an office named without one ("" where the notice gives only a number), to be asked about the notice."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()
    office: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered paragraph of the body: level 1 一、 2 （一） 3 1. 4 （1）; `text` is its first sentence without the mark."""

    level: int
    number: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the body (or of a plan issued with it) under one heading; `path` is 二（一）, 首 before and 末 after the numbered ones."""

    path: str
    level: int
    heading: str
    text: str
    start: int
    end: int
    part: Literal["body", "issued"] = "body"


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do: dated (`due` or `recurrence` set, or `due_text` alone where it counts from an event) or an undated instruction."""

    text: str
    clause: str
    kind: Kind
    by: Actor
    to: str | None
    due: dt.date | None
    due_text: str | None
    recurrence: str | None
    deliverables: tuple[str, ...]
    time: str | None
    parts: tuple[str, ...]
    responsible: str | None
    ledger: str
    ledgers: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NoticeReading:
    """Everything read from one notice; see `to_json`."""

    text: str
    title: str | None
    doc_number: str | None
    issuers: tuple[str, ...]
    recipients: str | None
    signed_date: dt.date | None
    contacts: tuple[Contact, ...] = ()
    attachments: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()
    clauses: tuple[Clause, ...] = ()
    duties: tuple[Duty, ...] = ()
    cited_numbers: tuple[str, ...] = ()
    cited_titles: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Plain lists, strings and nulls, ready for `json.dumps`; dates as ISO strings."""
        return _plain(asdict(self))  # type: ignore[no-any-return]  # a dict in, a dict out


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
