"""The public sheet: what may hang on the wall and nothing else. Never ID, telephone, account, health.

Source: procedures after 国开发〔2020〕6号 (name, household size, class, risk in general, period, hotline); 个人信息保护法 art. 28.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import Count, Q

from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.ledgers.monitoring.models import PublicPosting
from shouwang.ledgers.monitoring.rules import term, word
from shouwang.ledgers.registry.codes import word as code_word

KINDS = {"clear": "风险消除", "relapse": "返贫", "fall": "新致贫"}


class PublicRow(NamedTuple):
    """One line of the sheet."""

    name: str
    hamlet: str
    persons: int
    kind: str
    risk: str


def posting_sheet(posting: PublicPosting, today: dt.date) -> dict[str, Any]:
    """What the sheet shows, in the words of the day the posting began."""
    day = posting.starts_on
    living = Count("household__members", filter=Q(household__members__left_on=None))
    rows = [
        PublicRow(
            mask(MaskKind.NAME, case.household.head_name),
            case.household.hamlet,
            case.persons,
            code_word("monitoring_standing", case.category, on=day) if case.purpose == "include" else KINDS[case.purpose],
            "、".join(word("public_risk", r, day) for r in case.risk_codes) or "--",
        )
        for case in posting.cases.select_related("household").annotate(persons=living).order_by("household__hamlet", "pk")
    ]
    return {
        "posting": posting,
        "rows": rows,
        "term": term("object", day),
        "hotline": term("hotline", day),
        "place": "".join(str(p) for p in (posting.county, posting.town, posting.village) if p),
        "today": today,
    }
