"""The income line that applies to a household: by its standard system, the day and the place (rulebook/registry_codes.yaml)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db.models import F, Q

from shouwang.kernel.rulebook import Rule
from shouwang.ledgers.registry.codes import rule


def line_of(standard_system: str, *, on: dt.date, region: str) -> Rule:
    """The line in yuan per head and year for a household of `standard_system` at the region code; raises LookupError."""
    name = rule("income_line_of", on=on, region=region).value[standard_system]
    return rule(name, on=on, region=region)


def below_line_q(*, on: dt.date, region: str) -> Q:
    """The filter on IncomeStatement for windows under the line of their household's standard system, without division.

    Lines are looked up once for the whole installation at `region` (its city): a county cannot relax a line, and none here raises it.
    """
    systems = rule("income_line_of", on=on, region=region).value
    reach = Q(pk__in=[])
    for system in systems:
        cents = Decimal(line_of(system, on=on, region=region).value) * 100
        reach |= Q(household__standard_system=system, net__lt=F("persons") * int(cents))
    return reach
