"""The employment ledger's part of the world: rows of every kind at every household, and posts that everyone may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import employment, registry

if TYPE_CHECKING:
    from tests.conformance.world import World


def fill(world: World) -> None:
    """A worker in each household with all that belongs to one; employers, posts, plans and priorities at each place of the households."""
    for target in list(world.targets["household"]):
        home, code = target.row, target.code
        member = registry.add_member(home, relation="son")
        worker = world.add(
            "worker", code, lambda c, m=member, h=home: employment.add_worker(h, member=m, surveyed_by=c, status="cannot"), household=home
        )
        record = world.add("work_record", code, lambda c, w=worker: employment.add_record(w, employer=c), household=home)
        world.add("retention", code, lambda _c, r=record: employment.add_follow_up(r), household=home)
        world.add("training", code, lambda c, w=worker: employment.add_training(w, organiser=c), household=home)
        employer = world.add("employer", code, lambda c, r=home.region: employment.make_employer(r, contact=c))
        post = world.add("post", code, lambda c, r=home.region, e=employer: employment.make_post(r, employer=e, title=c))
        plan = world.add("plan", code, lambda c, r=home.region: employment.make_plan(r, asked_by=c, state="solved"))
        if all(t.row.region_id != home.region_id for t in world.targets["priority"]):  # two households may lie in one village
            world.add("priority", code, lambda c, r=home.region: employment.make_priority(r, document=c))
        world.add("offer", code, lambda _c, w=worker, p=post: employment.add_offer(w, p), household=home)
        world.add("line", code, lambda _c, w=worker, p=plan: employment.add_line(p, w), household=home)
        world.add("departure", code, lambda c, r=home.region: employment.make_batch(r, name=c))
        batch = world.targets["departure"][-1].row
        place = world.add("destination", code, lambda c, b=batch: employment.add_destination(b, receiver=c))
        bus = world.add("vehicle", code, lambda c, b=batch, r=home.region.county: employment.add_vehicle(b, r, plate=c))
        trip = world.add("trip", code, lambda c, b=batch, v=bus, d=place: employment.add_trip(b, v, d, approval=c))
        world.add(
            "traveller",
            code,
            lambda c, b=batch, d=place, w=worker, t=trip: employment.add_traveller(b, d, w, employer=c, trip=t, seat=1),
            household=home,
        )
        world.add("release", code, lambda c, t=trip: employment.add_release(t, letter=c))
        world.add("choice", code, lambda _c, w=worker, p=plan, t=post: employment.add_choice(p, w, t), household=home)
        world.add("workshop", code, lambda c, r=home.region: employment.make_workshop(r, document=c))
        holder = employment.add_worker(home, member=registry.add_member(home, relation="daughter"), status="in_county")
        world.add("appointment", code, lambda _c, w=holder: employment.add_appointment(w), household=home)
        world.add("subsidy", code, lambda _c, w=worker: employment.add_claim(w), household=home)
