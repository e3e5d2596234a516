"""The kinds of background work, registered by hand in each app's `ready()`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shouwang.kernel.jobs.run import Run

Handler = Callable[["Run"], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """`label` is shown to people; after `max_attempts` interruptions without progress the job has failed.

    A recurring kind has `every` (seconds of real time) or `daily_at` (time of the business day): the first value of its Schedule.
    """

    code: str
    handler: Handler
    label: str
    max_attempts: int = 5
    every: int | None = None
    daily_at: dt.time | None = None


_kinds: dict[str, Kind] = {}


def register(
    kind: str, handler: Handler, label: str, *, max_attempts: int = 5, every: int | None = None, daily_at: dt.time | None = None
) -> None:
    """Make `kind` known. The handler takes a Run, works in `with run.chunk():` and returns the result or None.

    Registering the same kind with another handler raises ValueError.
    """
    if every is not None and daily_at is not None:
        raise ValueError(f"{kind}: every or daily_at, not both")
    known = _kinds.get(kind)
    if known is not None and known.handler is not handler:
        raise ValueError(f"{kind} is registered already")
    _kinds[kind] = Kind(kind, handler, label, max_attempts, every, daily_at)


def kind_of(code: str) -> Kind | None:
    """The kind with that code, if it is registered."""
    return _kinds.get(code)


def codes() -> list[str]:
    """The codes of all kinds."""
    return list(_kinds)


def label_of(code: str) -> str:
    """What people call the kind; the code itself for one that is no longer known."""
    known = _kinds.get(code)
    return known.label if known else code


def recurring() -> list[Kind]:
    """The kinds that run by schedule."""
    return [k for k in _kinds.values() if k.every is not None or k.daily_at is not None]
