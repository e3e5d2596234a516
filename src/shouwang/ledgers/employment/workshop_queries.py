"""Reads of workshops, and what a review holds them to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from shouwang.kernel.regions.models import Placed
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.employment.models import WorkRecord, Workshop
from shouwang.ledgers.impact.queries import shocks_at
from shouwang.ledgers.registry.queries import IN_REGISTRATION, PLACE_NAMES

BOOK, MONTH_DAYS = "workshops", 30


@dataclass(frozen=True, slots=True)
class People:
    """How many work there: all, of them poor labour, of these the steady ones."""

    workers: int
    poor_workers: int
    steady: int


def rule(name: str, workshop: Placed, day: dt.date) -> Rule:
    """A rule of workshops at the place on the day."""
    return lookup(BOOK, name, on=day, region=workshop.region.code)


def workshops(scope: Scope) -> QuerySet[Workshop]:
    """Workshops in scope with employer and place names."""
    found: QuerySet[Workshop] = Workshop.objects.within(scope).select_related("employer", "region").annotate(**PLACE_NAMES)
    return found


def standing(rows: QuerySet[Workshop]) -> QuerySet[Workshop]:
    """Recognised and not cleared."""
    return rows.exclude(state="cleared")


def reviewed_in_month(rows: QuerySet[Workshop], day: dt.date) -> QuerySet[Workshop]:
    """Standing ones whose latest review lies in the calendar month of the day."""
    return standing(rows).filter(reviewed_on__gte=day.replace(day=1), reviewed_on__lte=day)


def failing(rows: QuerySet[Workshop]) -> QuerySet[Workshop]:
    """Standing ones that missed a test at the latest review."""
    return standing(rows).filter(reviewed_on__isnull=False).exclude(unmet=[])


def period(workshop: Workshop, day: dt.date) -> tuple[dt.date, dt.date]:
    """The days [start, end) in which one review is due: the month while an epidemic is on at the place, else the quarter."""
    said = rule("review_months", workshop, day).value
    months = int(said["epidemic" if any(s.kind == "epidemic" for s in shocks_at(workshop.region, day)) else "usual"])
    first = (day.month - 1) // months * months
    after = first + months
    return dt.date(day.year, first + 1, 1), dt.date(day.year + after // 12, after % 12 + 1, 1)


def known_people(workshop: Workshop, scope: Scope, day: dt.date) -> People:
    """Who the ledger knows to work there, for the form to begin with: records of its posts in scope that go on on the day."""
    open_now = Q(ended_on=None) | Q(ended_on__gt=day)
    rows = WorkRecord.objects.within(scope).filter(open_now, post__employer=workshop.employer_id, planned=False, started_on__lte=day)
    poor = rows.filter(household__registration__in=IN_REGISTRATION)
    ids = set(poor.values_list("worker_id", flat=True))
    return People(rows.values("worker").distinct().count(), len(ids), _steady(workshop, ids, day))


def _steady(workshop: Workshop, workers: set[int], day: dt.date) -> int:
    """Of these workers, who worked there long enough within a year, or was paid enough."""
    since = day - dt.timedelta(days=365)
    rows = WorkRecord.objects.filter(worker__in=workers, post__employer=workshop.employer_id, planned=False, started_on__lte=day)
    days: dict[int, int] = {}
    paid: dict[int, int] = {}
    for row in rows.filter(Q(ended_on=None) | Q(ended_on__gt=since)):
        worked = (min(row.ended_on or day, day) - max(row.started_on, since)).days
        days[row.worker_id] = days.get(row.worker_id, 0) + worked
        paid[row.worker_id] = paid.get(row.worker_id, 0) + row.monthly_income * worked // MONTH_DAYS
    months, wage = (int(rule(name, workshop, day).value) for name in ("steady_months", "steady_wage"))
    return sum(1 for w in workers if days.get(w, 0) >= months * MONTH_DAYS or paid.get(w, 0) >= wage)


def missed(workshop: Workshop, people: People, *, running: bool, day: dt.date) -> list[str]:
    """The tests a workshop does not meet, each in words with number and limit; none = it meets them all."""
    least, share, steady = (int(rule(name, workshop, day).value) for name in ("workers_least", "poor_share_least", "steady_least"))
    out = [] if running else ["没有正常开工"]
    if people.workers < least:
        out.append(f"务工人数 {people.workers} 人，少于 {least} 人")
    if people.poor_workers * 100 < share * people.workers or not people.poor_workers:
        out.append(f"贫困劳动力 {people.poor_workers} 人，占比低于 {share}%")
    if people.steady < steady:
        out.append(f"稳定务工的贫困劳动力 {people.steady} 人，少于 {steady} 人")
    return out


def requirements(workshop: Workshop, day: dt.date) -> list[dict[str, Any]]:
    """The tests in force with their sources, for the page."""
    found = {n: rule(n, workshop, day) for n in ("workers_least", "poor_share_least", "steady_least", "steady_months", "steady_wage")}
    value = {n: int(r.value) for n, r in found.items()}
    words = {
        "workers_least": f"务工人数不少于 {value['workers_least']} 人",
        "poor_share_least": f"贫困劳动力占比不低于 {value['poor_share_least']}%",
        "steady_least": f"稳定务工的贫困劳动力不少于 {value['steady_least']} 人",
        "steady_months": f"稳定务工：近一年在车间累计务工满 {value['steady_months']} 个月",
        "steady_wage": f"或近一年在车间工资满 {value['steady_wage'] // 100:,} 元",
    }
    return [{"words": w, "source": found[n].source, "unverified": found[n].unverified} for n, w in words.items()]


def due_for_review(day: dt.date) -> list[tuple[Workshop, dt.date]]:
    """Standing workshops not reviewed in the period of the day, with the first day after it."""
    rows = standing(Workshop.objects.filter(recognised_on__lte=day)).select_related("employer", "region", "county")
    spans = [(w, *period(w, day)) for w in rows.order_by("pk")]
    return [(w, end) for w, start, end in spans if w.reviewed_on is None or w.reviewed_on < start]


def of_employer(scope: Scope, employer_id: int) -> Workshop | None:
    """The employer's workshop, where the person may see it."""
    return workshops(scope).filter(employer=employer_id).first()
