"""How every ledger follows a household that is split, merged, moved or registered as poor: hooks installed once, called inside the act's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

KINDS = ("split", "merged", "restored", "transferred", "moved", "registered")


@dataclass(frozen=True, slots=True)
class HouseholdShift:
    """What became of a household. The registry's own rows have changed already; the transaction is still open.

    `old` and `new` are ids of households, `members` the ids of the members who went from `old` to `new`, `change` the id of the row that
    records it: a hook that re-points rows keeps it, to find them again when the act is undone.

    split: `members` left `old` for `new`, which is new. merged: `old` is closed and all its living members are in `new`.
    restored: that merge is undone, `old` has given `members` back to `new`, which is open again. transferred: `members` went over,
    both stay open. moved: `old` == `new`, the household lies in another village, and every row about it must lie there too.
    registered: `old` == `new`, the household is on the register of the poor from now on (again, or newly); `members` is empty and `change`
    the period that began.
    """

    kind: str
    old: int
    new: int
    members: tuple[int, ...]
    change: int
    today: dt.date


Hook = Callable[[HouseholdShift], None]
_hooks: list[Hook] = []


def install(hooks: Iterable[Hook]) -> None:
    """Make the catalog's hooks known; called once when the site starts."""
    _hooks[:] = hooks


def installed() -> tuple[Hook, ...]:
    """The hooks, in the order they are called."""
    return tuple(_hooks)


def tell(shift: HouseholdShift) -> None:
    """Call every hook. A hook that raises Refused undoes the whole act: it may object, it may not be skipped."""
    if shift.kind not in KINDS:
        raise ValueError(f"unknown shift {shift.kind}")
    for hook in _hooks:
        hook(shift)
