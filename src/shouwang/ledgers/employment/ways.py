"""Which ways are closed to travel: ledger impact's travel rules by the published level of both ends, the only source.

Where no level is published the rule lets people go on the approval of joint prevention and control, and no bus is planned without one:
such a place closes no way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.employment.models import Batch, BatchDestination, BatchVehicle, Trip
from shouwang.ledgers.impact.queries import Allowed, allowed_on


def no_exit(there: Allowed) -> bool:
    """Whether the level keeps people from leaving."""
    return there.level is not None and not there.travel_out


def no_entry(there: Allowed) -> bool:
    """Whether the level keeps people from coming."""
    return there.level is not None and not there.travel_in


def days_of(batch: Batch) -> tuple[dt.date, ...]:
    """The days of departure."""
    return tuple(batch.day_from + dt.timedelta(n) for n in range((batch.day_to - batch.day_from).days + 1))


def closed(vehicle: BatchVehicle, place: BatchDestination, day: dt.date) -> str:
    """Why a bus may not go to the place on the day, with level, document and rule; "" = it may."""
    return "".join(_told({vehicle.base.code[:6]: vehicle.base.name}, {place.place_code: place.place_name}, (day,)))


def seats_now(trip: Trip, day: dt.date) -> int:
    """How many may ride under the levels and the rule (departure_batches.yaml, seat_percent) of the day: of the worse end; none published = low."""
    here = trip.vehicle.base.code[:6]
    percent = lookup("departure_batches", "seat_percent", on=day, region=trip.batch.region.code).value
    levels = [there.level.code if there.level else "low" for there in allowed_on({here, trip.destination.place_code}, [day]).values()]
    return int(trip.vehicle.seats * min(percent[level] for level in levels) // 100)


def closed_ends(batch: Batch, today: dt.date) -> list[str]:
    """The ends of a batch's ways that are closed on some of its days to come, each with level, document and rule; one query for the levels."""
    boarding = (
        batch.travellers.exclude(boarding__county=None)
        .order_by("boarding__county")
        .values_list("boarding__county__code", "boarding__county__name")
    )
    bases = {code[:6]: name for code, name in (*boarding.distinct(), *batch.vehicles.values_list("base__code", "base__name"))}
    places = {p.place_code: p.place_name for p in batch.destinations.order_by("pk")}
    return _told(bases, places, tuple(d for d in days_of(batch) if d >= today))


def _told(bases: Mapping[str, str], places: Mapping[str, str], days: tuple[dt.date, ...]) -> list[str]:
    found = allowed_on([*bases, *places], days)
    ends: tuple[tuple[Mapping[str, str], Callable[[Allowed], bool], str], ...] = (
        (bases, no_exit, "不能从{}出发"),
        (places, no_entry, "不能前往{}"),
    )
    out = []
    for names, shut, words in ends:
        for code, name in names.items():
            if when := [d for d in days if shut(found[code, d])]:
                span = f"{when[0]}" if len(when) == 1 else f"{when[0]} ～ {when[-1]}"
                there = found[code, when[0]]
                out.append(f"{span} {words.format(name)}：当地{there.because(there.travel_words)}")
    return out
