"""What a ledger says of a workbook it takes in, and what passes between it and the import desk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwang.kernel.columns.fields import Field, Line
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope

NEW, UPDATE, SAME, ERROR, SUSPECT = "new", "update", "same", "error", "suspect"
VERDICTS = {NEW: "新增", UPDATE: "更新", SAME: "无变化", ERROR: "错误", SUSPECT: "疑似重复"}


@dataclass(slots=True)
class Bundle:
    """Rows that are written together or not at all: a household and its members."""

    key: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Suspect:
    """An existing record that a row may be: whose row it is on the record page, and why it is thought so."""

    url: str
    label: str
    evidence: tuple[str, ...]
    pk: int = 0


@dataclass(slots=True)
class Plan:
    """What would become of a bundle. `verdicts` by row; `suspects` by row; `changes` names by row what an update changes.

    `load` is the ledger's own: what its `write` needs and the desk never looks at.
    """

    bundle: Bundle
    verdicts: dict[int, str]
    label: str = ""
    changes: dict[int, list[str]] = field(default_factory=dict)
    suspects: dict[int, list[Suspect]] = field(default_factory=dict)
    load: Any = None

    @property
    def sound(self) -> bool:
        """Whether no row has an error."""
        return not any(line.errors for line in self.bundle.lines)

    @property
    def idle(self) -> bool:
        """Whether nothing would change."""
        return all(v == SAME for v in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Written:
    """What was written for a bundle: `before` is what its withdrawal restores, in the ledger's own JSON, kept sealed."""

    key: str
    outcome: str
    record_id: int
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Whose import, on which business day, which columns the file has, and the rows a person has said are no duplicates.

    `writing` says that what is judged is written next: what the pre-check has asked a person about need not be looked for again.
    `memory` is what a ledger wants to keep from chunk to chunk."""

    by: Scope
    today: dt.date
    columns: frozenset[str]
    cleared: Mapping[int, str] = field(default_factory=dict)
    writing: bool = False
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """A kind of workbook. `judge` reads and says what would happen, set-wise; `write` does it inside the caller's transaction.

    Both get bundles of at most a few hundred rows. `write` gets sound plans only, judged in the same transaction, and raises nothing
    for a single bundle: one that cannot be written any more comes back from `judge` with errors. `withdraw` takes what `write` gave
    and returns, per key, "" or the reason why it stays. `bundle(values)` is the key of the rows that belong together; it gets the columns
    in `keys`, without which a row is nobody's, and in `parts`, which may be missing or empty.
    `after(record ids, today)` may queue follow-up work when the import is through.
    """

    key: str
    title: str
    permission: str
    version: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    bundle: Callable[[Mapping[str, Any]], str]
    judge: Callable[[Sequence[Bundle], Context], list[Plan]]
    write: Callable[[Sequence[Plan], Context], list[Written]]
    withdraw: Callable[[Sequence[Written], Context], dict[str, str]]
    unit: str = "户"
    help: str = ""
    list_url: str = ""
    export_url: str = ""
    parts: tuple[str, ...] = ()
    bundle_rows: int = 360
    after: Callable[[Sequence[int], Context], None] | None = None

    def field(self, key: str) -> Field:
        """The column of that key; raises KeyError."""
        return next(f for f in self.fields if f.key == key)


_sheets: dict[str, Sheet] = {}


def install(sheets: Sequence[Sheet]) -> None:
    """Make the catalog's sheets known; called once when the portal is ready."""
    for sheet in sheets:
        if len({f.key for f in sheet.fields}) != len(sheet.fields) or not {*sheet.keys, *sheet.parts} <= {f.key for f in sheet.fields}:
            raise ValueError(f"sheet {sheet.key}: a column stands twice or a key column is missing")
        _sheets[sheet.key] = sheet


def installed() -> tuple[Sheet, ...]:
    """All sheets in the catalog's order."""
    return tuple(_sheets.values())


def sheet_of(scope: Scope, key: str) -> Sheet:
    """The sheet, for a person who may import it; raises OutOfScope otherwise."""
    found = _sheets.get(key)
    if found is None or not scope.may(found.permission):
        raise OutOfScope
    return found
