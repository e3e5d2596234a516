"""The columns of a workbook as a ledger declares them, and a row once read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.pasted import RowError

KINDS = frozenset({"text", "name", "code", "id", "phone", "choice", "flag", "date", "number", "whole", "money", "account"})
SECRET = frozenset({"id", "phone", "account"})  # their values are never repeated in a message


class Clear:
    """The value of a cell that says 清空: an empty cell leaves what is stored, this one empties it."""


CLEAR = Clear()


@dataclass(frozen=True, slots=True)
class Field:
    """A column. `label` is its header, `aliases` other headers it goes by; `choices(day)` gives {code: word} of a choice,
    `synonyms(day)` {other word: code}.

    `required` for a new record; `key` columns must be there whatever the row. `unit` may follow a number. `group` heads the template.
    """

    key: str
    label: str
    kind: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Callable[[dt.date], Mapping[str, str]] | None = None
    synonyms: Callable[[dt.date], Mapping[str, str]] | None = None
    many: bool = False
    unit: str = ""
    limit: int = 120
    note: str = ""
    example: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"field {self.key}: unknown kind {self.kind}")


@dataclass(slots=True)
class Line:
    """One row: its number as the person sees it and its values by field key; an empty cell has no entry."""

    row: int
    values: dict[str, Any]
    errors: list[RowError] = field(default_factory=list)
