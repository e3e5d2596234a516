"""What the pages of departures show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count

from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import batch_queries, queries, restart, ways
from shouwang.ledgers.employment.actions import batches as acts
from shouwang.ledgers.employment.departing import feverish
from shouwang.ledgers.employment.lifecycle import BATCH, TRIP
from shouwang.ledgers.employment.models import Batch, Traveller, Trip
from shouwang.ledgers.employment.policies import TRACE, TRANSPORT, VIEW
from shouwang.ledgers.employment.tables.batches import LEFT


def batch(found: Batch, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a batch."""
    people = found.travellers.all()
    reasons = people.exclude(reason="").order_by().values("reason").annotate(n=Count("pk")).order_by("-n")
    result = found.result
    return {
        "batch": found,
        "state": BATCH.state_of(found),
        "job": Job.objects.filter(idempotency_key=f"{acts.JOB}:{found.pk}:{found.run}").first() if found.state == "asked" else None,
        "people": people.count(),
        "undeclared": people.filter(declared=False).count(),
        "waiting": batch_queries.to_enlist(found, today).count(),
        "destinations": list(found.destinations.all()),
        "vehicles": list(found.vehicles.select_related("base")),
        "trips": list(found.trips.select_related("vehicle", "destination").annotate(people=Count("riders"))),
        "result": result,
        "gap": percent(result.get("gap")),
        "tiers": [t | {"gap": percent(t["gap"])} for t in result.get("tiers", ())],
        "reasons": [{"code": r["reason"], "words": LEFT.get(r["reason"], r["reason"]), "n": r["n"]} for r in reasons],
        "may": scope.may_at(TRANSPORT, found),
        "closed": ways.closed_ends(found, today) if found.state != "closed" else [],
        "editable": found.state not in ("closed", "asked"),
        "events": queries.timeline_of(found),
    }


def percent(share: float | None) -> str:
    """A share as per cent with two places; -- where nothing was to be carried."""
    return "--" if share is None else f"{share * 100:.2f}"


def counties_of(found: Batch) -> list[tuple[str, str]]:
    """The counties whose buses may serve a batch: its own, or all of its city."""
    if found.region.county_id:
        return [(str(found.region.county_id), str(found.region.county))]
    rows = Region.objects.filter(city=found.region.city_id, level=Region.COUNTY).order_by("rank", "code")
    return [(str(r.pk), r.name) for r in rows]


def trip(found: Trip, scope: Scope, today: dt.date) -> dict[str, Any]:
    """The page of a trip: manifest and what happens on the road."""
    riders = riders_of(found, scope) if scope.sees(VIEW, "labour") else []
    return {
        "health": scope.sees(VIEW, "health"),
        "trip": found,
        "state": TRIP.state_of(found),
        "riders": riders,
        "hidden": found.riders.count() - len(riders),
        "now": batch_queries.level_words(found.vehicle, found.destination, max(today, found.day)),
        "closed": ways.closed(found.vehicle, found.destination, max(today, found.day)) if found.state in ("planned", "departed") else "",
        "early": restart.too_early(found, found.riders.all(), max(today, found.day)) if found.state == "planned" else "",
        "may": scope.may_at(TRANSPORT, found),
        "may_trace": scope.may_at(TRACE, found) and found.state != "planned",
        "today": today,
        "events": queries.timeline_of(found),
    }


def riders_of(found: Trip, scope: Scope) -> list[Traveller]:
    """Who rides, by seat, of those within the scope."""
    rows = Traveller.objects.within(scope, VIEW).filter(trip=found)
    return list(rows.select_related("worker__member", "household__village", "boarding", "destination").order_by("seat"))


def manifest(found: Trip, scope: Scope, today: dt.date, address: str) -> dict[str, Any]:
    """The list for the driver and the receiving place: what they need and no more (no ID number, no household, no poverty)."""
    import segno  # drawn on this page only

    rows = []
    for r in riders_of(found, scope):
        label = f"{((r.seat or 1) - 1) // 4 + 1}{'ABCD'[((r.seat or 1) - 1) % 4]}"
        sex = {"male": "男", "female": "女"}.get(r.worker.member.sex, "")
        well = r.declared and r.temperature is not None and not feverish(r.temperature, today)
        rows.append({"r": r, "label": label, "name": r.worker.member.name, "sex": sex, "well": well})
    code = segno.make(address, error="m").png_data_uri(scale=3, border=1)
    return {"trip": found, "rows": rows, "code_image": code, "address": address, "boarded": found.riders.filter(boarded=True).count()}
