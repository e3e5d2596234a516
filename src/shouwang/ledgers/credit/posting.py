"""The list for the public board: what 公示 may show and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import SubsidyRun
from shouwang.ledgers.credit.rules import rule

HOTLINE = "12317"


def rows(run: SubsidyRun, scope: Scope) -> list[dict[str, Any]]:
    """Village, group, masked name and amount of the payments in scope; nothing by which a person is found."""
    found: Any = queries.items(scope).filter(run=run).order_by("town__rank", "town__code", "village__rank", "village__code", "pk")
    return [
        {
            "place": " ".join(n for n in (i.town_name, i.village_name) if n),
            "hamlet": i.household.hamlet,
            "name": mask(MaskKind.NAME, i.household.head_name),
            "amount": yuan(i.amount),
        }
        for i in found.select_related("household")
    ]


def head(run: SubsidyRun) -> dict[str, Any]:
    """Period, days and hotline as the board prints them."""
    on = run.posted_on or run.computed_on
    days = int(rule("posting_days", on).value)
    until = run.posted_on + dt.timedelta(days=days - 1) if run.posted_on else None
    return {"last": run.end - dt.timedelta(days=1), "until": until, "days": days, "hotline": HOTLINE, "total": yuan(run.total)}
