"""Where two feeds say what cannot both be (rulebook/feed_conflicts.yaml): found over the lake, for a person to ask the departments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from shouwang.ledgers.exchange import lake

AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction: the rule's words, and whom it is about by lake keys."""

    code: str
    words: str
    person: int | None
    household: int
    day: dt.date
    other_day: dt.date


@lru_cache(maxsize=1)
def _said() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(files("shouwang.rulebook").joinpath("feed_conflicts.yaml").read_text("utf-8"))
    return found


def rules() -> dict[str, dict[str, Any]]:
    """The rules by code: `one` and `other` are feed and condition, `by` what ties them (person, household), `also` a condition over both."""
    found: dict[str, dict[str, Any]] = _said()["rules"]
    return found


def ask_by(period: dt.date) -> dt.date:
    """The day by which the departments are asked about a month's contradictions: `ask_day` of the month after."""
    return (period.replace(day=28) + dt.timedelta(4)).replace(day=int(_said()["ask_day"]))


def found_in(counties: list[str], period: dt.date) -> list[Conflict]:
    """The contradictions of a period in these counties, rule by rule, at most 200 in all."""
    out: list[Conflict] = []
    con = lake.connection()
    try:
        for code, rule in rules().items():
            one, other = (lake.partitions(rule[side]["feed"], counties, period, period) for side in ("one", "other"))
            if one and other and len(out) < AT_MOST:
                out += [Conflict(code, rule["words"], *row) for row in con.execute(_sql(rule), [one, other, AT_MOST - len(out)]).fetchall()]
    finally:
        con.close()
    return out


def _sql(rule: dict[str, Any]) -> str:
    return (
        "SELECT DISTINCT coalesce(a.person, b.person), a.household, a.day, b.day FROM "  # noqa: S608 - names of our own catalogue
        f"(SELECT * FROM read_parquet(?) WHERE {rule['one']['when']}) a JOIN (SELECT * FROM read_parquet(?) WHERE {rule['other']['when']}) b "
        f"ON a.{rule['by']} = b.{rule['by']} WHERE {rule.get('also', 'true')} ORDER BY a.household, a.day LIMIT ?"
    )
