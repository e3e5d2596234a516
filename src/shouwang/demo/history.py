"""What the districts entered in the registry in the fortnight before the start, so that trends have something to show.

A share of the households, drawn by the seed: a helper named for one that had none, a household taken into watching because of the
epidemic, now and then an exit or a relapse. Every entry goes through the registry's own actions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
from django.db.models import QuerySet

from shouwang.demo.load_people import DOCUMENT
from shouwang.demo.offices import Staff
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import queries
from shouwang.ledgers.registry.actions import Decision, assign_helper, change_programme_status
from shouwang.ledgers.registry.models import Household

# Entries a day for each thousand households; a share of one is a chance of one.
HELPED, WATCHED, EXITED, RELAPSED = 0.4, 0.25, 0.12, 0.04


class History:
    """The entries day by day; one household is touched once."""

    def __init__(self, staff: Staff, households: int, *, seed: int, today: dt.date) -> None:
        self._staff, self._thousands = staff, households / 1000
        self._rng = np.random.default_rng([seed, 11])
        registered = queries.registered(Household.objects.all())
        self._alone = self._drawn(queries.without_helper(registered))
        low = queries.below_line(registered, today).values("pk")  # who exits meets the line, who relapses is under it
        self._risen = self._drawn(registered.filter(registration="poor").exclude(pk__in=low))
        well = registered.filter(registration="exited", monitoring="")
        self._well, self._fallen = self._drawn(well.exclude(pk__in=low)), self._drawn(well.filter(pk__in=low))

    def _drawn(self, rows: QuerySet[Household]) -> Iterator[Household]:
        ids = np.array(rows.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
        few = self._rng.permutation(ids)[: int(20 * self._thousands) + 20].tolist()
        found = Household.objects.select_related("county", "village").in_bulk(few)
        return iter([found[pk] for pk in few])

    def on(self, day: dt.date) -> None:
        """Enter what that day brought; on Sundays nobody enters anything."""
        if day.isoweekday() == 7:
            return
        for household in self._next(self._alone, HELPED):
            helper = self._staff.users[f"{household.village.code if household.village else ''}-cw"]
            assign_helper(household, name=helper.name, since=day, by=self._clerk(household, day), today=day)
        for household in self._next(self._well, WATCHED):
            self._decide(household, "watch_unstable", "受疫情影响收入骤减", day, risks=("epidemic",))
        for household in self._next(self._fallen, RELAPSED):
            self._decide(household, "relapse", "收入低于标准且无其他来源", day)
        for household in self._next(self._risen, EXITED):
            self._decide(household, "exit", "收入达标，三保障和饮水安全已解决", day)

    def _next(self, rows: Iterator[Household], rate: float) -> list[Household]:
        wanted = rate * self._thousands
        number = int(wanted) + int(self._rng.random() < wanted % 1)
        return [household for household, _ in zip(rows, range(number), strict=False)]

    def _clerk(self, household: Household, day: dt.date) -> Scope:
        return scope_of(self._staff.users[f"{household.county.code[:6] if household.county else ''}-fpb-jb"], day)

    def _decide(self, household: Household, move: str, reason: str, day: dt.date, risks: tuple[str, ...] = ()) -> None:
        decision = Decision(since=day, document=DOCUMENT, risks=risks)
        change_programme_status(household, move, decision, reason=reason, by=self._clerk(household, day), today=day)
