"""The income line that applies to a household: by its standard system, the day and the place (rulebook/registry_codes.yaml)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.lookups import LessThan

from shouwang.kernel.rulebook import Rule
from shouwang.ledgers.registry.codes import rule
from shouwang.ledgers.registry.models import PER_HEAD


def line_of(standard_system: str, *, on: dt.date, region: str) -> Rule:
    """The line in yuan per head and year for a household of `standard_system` at the region code; raises LookupError."""
    name = rule("income_line_of", on=on, region=region).value[standard_system]
    return rule(name, on=on, region=region)


def lines(*, on: dt.date, region: str) -> dict[int, list[str]]:
    """{line in 分 per head and year: standard systems measured by it}.

    Looked up once for the whole installation at `region` (its city): a county cannot relax a line, and none here raises it.
    """
    out: dict[int, list[str]] = {}
    for system in rule("income_line_of", on=on, region=region).value:
        out.setdefault(int(Decimal(line_of(system, on=on, region=region).value) * 100), []).append(system)
    return out


def below_q(line: int) -> Q:
    """The filter on IncomeStatement for last windows under `line` 分 per head. The quotient lets an index find them, the product decides."""
    return Q(LessThan(PER_HEAD, line), net__lt=F("persons") * line, is_latest=True)
