"""Does a decided lead come back? Only where the evidence changed materially, as its rule defines it."""

from __future__ import annotations

from collections.abc import Mapping

from shouwang.engine.rules import Change, Rule


def changed(rule: Rule, before: Mapping[str, int | None], now: Mapping[str, int | None]) -> str:
    """The first field whose change counts, "" where none does. `before` and `now`: {field: value} of the lead decided and of the new one.

    A value that appears or goes away counts (no data is not zero). Whole numbers: a change of p % of b counts where |n − b| × 100 ≥ |b| × p.
    """
    return next((m.field for m in rule.material if _counts(m, before.get(m.field), now.get(m.field))), "")


def _counts(m: Change, before: int | None, now: int | None) -> bool:
    if before is None or now is None:
        return (before is None) != (now is None)
    moved = now - before
    if moved == 0 or (m.way == "rises" and moved < 0) or (m.way == "falls" and moved > 0):
        return False
    return abs(moved) >= m.amount and abs(moved) * 100 >= abs(before) * m.percent
