"""What a batch is made of: the ledger's travellers, places, buses and published levels as engine.batching takes them. Keys are ids or codes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from shouwang.engine import batching
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.employment.codes import rule
from shouwang.ledgers.employment.models import Batch, BatchDestination, BatchVehicle, Traveller, Trip
from shouwang.ledgers.employment.post_queries import listed_on
from shouwang.ledgers.employment.ways import days_of, no_entry, no_exit
from shouwang.ledgers.impact.queries import allowed_on
from shouwang.ledgers.registry.queries import IN_REGISTRATION

BOOK = "departure_batches"


def problem(batch: Batch, today: dt.date) -> batching.Problem:
    """The whole problem. Levels of days to come are those known today: they change, and then the batch is planned again."""
    rows = list(batch.travellers.select_related("worker__member", "household", "boarding__county", "boarding__town").order_by("pk"))
    places, buses = list(batch.destinations.order_by("pk")), list(batch.vehicles.select_related("base").order_by("pk"))
    towns, villages = listed_on(today)
    origins = {r.boarding_id: r.boarding for r in rows}
    units = {o.county.code[:6] for o in origins.values() if o.county} | {p.place_code for p in places}
    days = days_of(batch)
    found = allowed_on(units, days)
    return batching.Problem(
        days=days,
        travellers=tuple(_traveller(r, batch, towns, villages, today) for r in rows),
        origins=tuple(batching.Origin(str(k), o.name, o.county.code[:6] if o.county else "") for k, o in origins.items()),
        destinations=tuple(_destination(p) for p in places),
        vehicles=tuple(_vehicle(v, days) for v in buses),
        levels={end: there.level.code for end, there in found.items() if there.level},
        no_exit=frozenset(end for end, there in found.items() if no_exit(there)),
        no_entry=frozenset(end for end, there in found.items() if no_entry(there)),
        rules=batching.rules(lambda name: lookup(BOOK, name, on=today, region=batch.region.code).value),
        day_cap=batch.day_cap,
    )


def feverish(temperature: Decimal | None, today: dt.date) -> bool:
    """Whether a temperature keeps somebody from travelling."""
    return temperature is not None and temperature >= Decimal(str(rule("fever_from", on=today).value))


def _traveller(r: Traveller, batch: Batch, towns: frozenset[int], villages: frozenset[int], today: dt.date) -> batching.Traveller:
    member = r.worker.member
    return batching.Traveller(
        key=str(r.pk),
        origin=str(r.boarding_id),
        destination=str(r.destination_id),
        birth=member.birth_date,
        earliest=batch.day_from,
        latest=min(r.latest, batch.day_to),
        group=r.group,
        poor=r.household.registration in IN_REGISTRATION,
        listed=r.town_id in towns or r.village_id in villages,
        pupil=member.school_status != "not_in_school",
        declared=r.declared,
        fever=feverish(r.temperature, today),
        quarantine_until=r.quarantine_until,
    )


def _destination(p: BatchDestination) -> batching.Destination:
    return batching.Destination(str(p.pk), p.place_name, p.place_code, cap=p.cap, approval=p.approval, days_away=p.days_away)


def _vehicle(v: BatchVehicle, days: Iterable[dt.date]) -> batching.Vehicle:
    free = None if v.broken_on is None else frozenset(d for d in days if d < v.broken_on)
    return batching.Vehicle(str(v.pk), v.seats, v.base.code[:6], free)


def plan_as_stored(batch: Batch) -> batching.BatchPlan:
    """The plan before, put together from its trips, for a re-plan that moves as few people as possible."""
    trips = tuple(_trip(t) for t in batch.trips.prefetch_related("riders").order_by("day", "pk"))
    return batching.BatchPlan(trips=trips, left=(), tiers=(), value=0, bound=0.0, gap=0.0, price=0.0, stops=1)


def _trip(t: Trip) -> batching.Trip:
    riders = sorted((r for r in t.riders.all() if r.seat), key=lambda r: r.seat or 0)
    seats = tuple(batching.Seat(str(r.pk), r.seat or 0, str(r.boarding_id)) for r in riders)
    origins = tuple(dict.fromkeys(s.origin for s in seats))
    return batching.Trip(
        str(t.vehicle_id), t.day, str(t.destination_id), origins, t.seats, t.approval, seats, departed=t.state != "planned"
    )
