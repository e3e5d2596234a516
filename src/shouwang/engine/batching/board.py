"""The state of a plan being made: which vehicle leaves when, who sits in it, what of every cap is used."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from shouwang.engine.batching.intake import Facts
from shouwang.engine.batching.model import Group, Trip, Vehicle

NO_CAP = 10**9


@dataclass(slots=True, eq=False)
class Slot:
    """One vehicle on one day to one destination."""

    vehicle: Vehicle
    day: int
    destination: str
    seats: int  # that may be used
    groups: list[Group] = field(default_factory=list)
    manifest: Trip | None = None  # as it left: nothing of it changes any more
    numbers: dict[str, int] = field(default_factory=dict)  # seats that riders were told before

    @property
    def departed(self) -> bool:
        """Whether the vehicle has left."""
        return self.manifest is not None

    @property
    def free(self) -> int:
        """Seats left."""
        return self.seats - sum(g.size for g in self.groups)

    @property
    def origins(self) -> list[str]:
        """Where it collects, in the order in which the first rider of each place was put in."""
        return list(dict.fromkeys(g.origin for g in self.groups))


class Board:
    """Slots and what is used; every change goes through `put`, `take`, `launch` and `cancel`."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.slots: dict[tuple[str, str, int], list[Slot]] = {}  # (county, destination, day)
        self.on_day: dict[int, list[Slot]] = defaultdict(list)
        self.at: dict[str, Slot] = {}  # group key -> its slot
        self.busy: dict[str, int] = dict.fromkeys(facts.vehicles, 0)
        self.arrivals: Counter[tuple[str, int]] = Counter()
        self.departures: Counter[tuple[str, int]] = Counter()
        self.by_day: Counter[int] = Counter()

    def rooms(self, group: Group, day: int) -> tuple[int, int, int]:
        """Persons that may still arrive, leave the origin, and leave in all on the day; NO_CAP without a cap."""
        f = self.facts
        to, of, all_ = f.cap(group.destination, day), f.origins[group.origin].cap, f.problem.day_cap
        return (
            NO_CAP if to is None else to - self.arrivals[group.destination, day],
            NO_CAP if of is None else of - self.departures[group.origin, day],
            NO_CAP if all_ is None else all_ - self.by_day[day],
        )

    def room(self, group: Group, day: int) -> int:
        """Persons that the caps still let go with the group's origin and destination on the day."""
        return min(self.rooms(group, day))

    def full(self, group: Group, day: int) -> str:
        """The cap that keeps the group from leaving on the day; "" when none does."""
        names = ("destination_full", "origin_full", "day_full")
        return next((n for n, room in zip(names, self.rooms(group, day), strict=True) if room < group.size), "")

    def cell(self, group: Group, day: int) -> list[Slot]:
        """Vehicles that leave the group's county for its destination on the day."""
        return self.slots.get((self.facts.origins[group.origin].county, group.destination, day), [])

    def takes(self, slot: Slot, group: Group) -> bool:
        """Whether the vehicle has seats for the group and may collect at its origin."""
        origins = slot.origins
        return not slot.departed and slot.free >= group.size and (group.origin in origins or len(origins) < self.facts.rules.stops)

    def fit(self, group: Group, day: int) -> Slot | None:
        """The vehicle of the day that the group fills best, one that already collects at its origin first."""
        found = [s for s in self.cell(group, day) if self.takes(s, group)]
        return min(found, key=lambda s: (group.origin not in s.origins, s.free), default=None)

    def vehicle_for(self, group: Group, day: int) -> Vehicle | None:
        """The smallest free vehicle that holds the group on the day."""
        f, away = self.facts, self.facts.away(group.destination, day)
        best: tuple[int, Vehicle] | None = None
        for v in f.fleet.get(f.origins[group.origin].county, []):
            if f.leaves(v, day) and not self.busy[v.key] & away:
                seats = f.seats(v, group.destination, day)
                if seats >= group.size and (best is None or seats < best[0]):
                    best = (seats, v)
        return best[1] if best else None

    def launch(self, group: Group, day: int) -> Slot | None:
        """A further vehicle for the group on the day; None when there is none."""
        vehicle = self.vehicle_for(group, day)
        return self.leave(vehicle, group.destination, day) if vehicle else None

    def leave(self, vehicle: Vehicle, destination: str, day: int) -> Slot:
        """Send this vehicle; the caller has seen that it is free."""
        slot = Slot(vehicle, day, destination, self.facts.seats(vehicle, destination, day))
        self.busy[vehicle.key] |= self.facts.away(destination, day)
        self.slots.setdefault((vehicle.county, destination, day), []).append(slot)
        self.on_day[day].append(slot)
        return slot

    def gone(self, trip: Trip, groups: list[Group]) -> None:
        """Put a trip that has left on the board as it was, whatever the levels and caps of today say."""
        slot = self.leave(self.facts.vehicles[trip.vehicle], trip.destination, self.facts.day[trip.day])
        slot.seats, slot.manifest = trip.seats, trip
        for group in groups:
            self.put(group, slot)

    def cancel(self, slot: Slot) -> None:
        """Take an empty vehicle out of the plan."""
        self.slots[slot.vehicle.county, slot.destination, slot.day].remove(slot)
        self.on_day[slot.day].remove(slot)
        self.busy[slot.vehicle.key] &= ~self.facts.away(slot.destination, slot.day)

    def put(self, group: Group, slot: Slot) -> None:
        """Seat the group; the caller has seen that it fits."""
        slot.groups.append(group)
        self.at[group.key] = slot
        self._count(group, slot.day, group.size)

    def take(self, group: Group) -> Slot:
        """Unseat the group; the vehicle it sat in."""
        slot = self.at.pop(group.key)
        slot.groups.remove(group)
        self._count(group, slot.day, -group.size)
        return slot

    def _count(self, group: Group, day: int, size: int) -> None:
        self.arrivals[group.destination, day] += size
        self.departures[group.origin, day] += size
        self.by_day[day] += size

    def all_slots(self) -> list[Slot]:
        """Every vehicle that leaves."""
        return [s for slots in self.slots.values() for s in slots]

    def worth(self, group: Group, day: int) -> int:
        """Points of carrying the group on the day."""
        r, dates = self.facts.rules, self.facts.problem.days
        wait = max(0, (dates[day] - max(group.earliest, dates[0])).days)
        return group.size * (r.worth[group.tier] - r.wait * wait)

    def value(self) -> int:
        """Points of the plan."""
        slots = self.all_slots()
        return sum(self.worth(g, s.day) for s in slots for g in s.groups) - self.facts.rules.trip * len(slots)
