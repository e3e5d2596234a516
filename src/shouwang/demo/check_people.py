"""The check pass that ends a load: what the night job would find, so that the first morning shows it."""

from __future__ import annotations

import datetime as dt

from shouwang.ledgers.registry.checking import BLOCK, Checked, check_households
from shouwang.ledgers.registry.finding_work import refresh_towns
from shouwang.ledgers.registry.models import Household


def check_people(*, today: dt.date, only: str = "") -> Checked:
    """Check every household (of the county with the code `only`), BLOCK a transaction, and give the towns their work; returns the counts."""
    homes = Household.objects.filter(county__code__startswith=only) if only else Household.objects.all()
    keys = list(homes.order_by("pk").values_list("pk", flat=True))
    done = Checked()
    for low in range(0, len(keys), BLOCK):
        part = check_households(keys[low : low + BLOCK], today=today, whole=True)
        done.households += part.households
        done.found += part.found
    refresh_towns(None, today=today)
    return done
