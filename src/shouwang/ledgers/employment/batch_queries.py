"""Reads of departures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Q, QuerySet

from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.ledgers.employment.models import Batch, BatchDestination, BatchVehicle, TraceRelease, Traveller, Trip, WorkRecord
from shouwang.ledgers.employment.policies import TRACE
from shouwang.ledgers.impact.queries import allowed_on
from shouwang.ledgers.registry.queries import PLACE_NAMES


def batches(scope: Scope) -> QuerySet[Batch]:
    """Batches in scope with how many travel."""
    found: QuerySet[Batch] = (
        Batch.objects.within(scope)
        .select_related("region")
        .annotate(
            people=Count("travellers", distinct=True), seated=Count("travellers", filter=Q(travellers__trip__isnull=False), distinct=True)
        )
    )
    return found


def trips(scope: Scope) -> QuerySet[Trip]:
    """Trips in scope with how many ride."""
    found: QuerySet[Trip] = (
        Trip.objects.within(scope).select_related("batch", "vehicle", "destination").annotate(people=Count("riders"), **PLACE_NAMES)
    )
    return found


def travellers(scope: Scope) -> QuerySet[Traveller]:
    """Travellers in scope."""
    beside = ("household", "worker__member", "batch", "destination", "boarding", "trip__vehicle")
    found: QuerySet[Traveller] = Traveller.objects.within(scope).select_related(*beside).annotate(**PLACE_NAMES)
    return found


def releases(scope: Scope) -> QuerySet[TraceRelease]:
    """Releases to the disease-control centre in scope."""
    found: QuerySet[TraceRelease] = TraceRelease.objects.within(scope, TRACE).select_related("trip__vehicle", "trip__destination")
    return found


def to_enlist(batch: Batch, today: dt.date) -> QuerySet[WorkRecord]:
    """Planned work in the batch's region at one of its receiving places, of people who are in no open batch."""
    column = LEVEL_FIELDS.get(batch.region.level)
    here = {column: batch.region_id} if column else {}
    busy = Traveller.objects.exclude(batch__state="closed").values("worker")
    rows = WorkRecord.objects.filter(
        planned=True, ended_on=None, place_code__in=batch.destinations.values("place_code"), started_on__gte=today, **here
    )
    beside = ("worker__member", "worker__household", "worker__region__town")
    return rows.exclude(worker__in=busy).select_related(*beside).order_by("pk")


def level_words(vehicle: BatchVehicle, place: BatchDestination, day: dt.date) -> str:
    """The published levels of both ends on the day: 出发地低风险／接收地低风险; 未公布 where there is none."""
    return words_of_levels([(vehicle, place, day)])[0]


def words_of_levels(ways: Sequence[tuple[BatchVehicle, BatchDestination, dt.date]]) -> list[str]:
    """`level_words` of many ways in one query; the vehicles come with their `base`."""
    ends = [(vehicle.base.code[:6], place.place_code) for vehicle, place, _ in ways]
    found = allowed_on({code for pair in ends for code in pair}, {day for *_, day in ways})
    named = [
        [level.name if (level := found[code, day].level) else "未公布" for code in pair] for pair, (*_, day) in zip(ends, ways, strict=True)
    ]
    return [f"出发地{here}／接收地{there}" for here, there in named]


def changed_levels(day: dt.date) -> list[tuple[Trip, str]]:
    """Trips that wait or are on the road under levels that are no longer those published, with those of their day, or of today if it is past.

    Two queries, however many trips there are.
    """
    rows = Trip.objects.filter(state__in=("planned", "departed"), batch__state__in=("planned", "asked"))
    trips = list(rows.select_related("vehicle__base", "destination", "batch__region"))
    found = words_of_levels([(t.vehicle, t.destination, max(day, t.day)) for t in trips])
    return [(trip, now) for trip, now in zip(trips, found, strict=True) if now != trip.levels]
