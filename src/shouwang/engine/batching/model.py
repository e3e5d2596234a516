"""What the planning of departures (分批有序错峰) takes and gives: plain values, no database, no names of people.

Keys are the caller's and unique. Days are dates; `Problem.days` lists the days of departure in order. A trip leaves one *origin*
(a pick-up hub, or a town; several towns of one area where `Rules.stops` > 1) for one *destination* on one day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

LOW, MEDIUM, HIGH = "low", "medium", "high"


@dataclass(frozen=True, slots=True)
class Traveller:
    """One person who goes back to work, or to a first post."""

    key: str
    origin: str  # Origin.key where the person boards
    destination: str  # Destination.key
    birth: dt.date
    earliest: dt.date  # first day the person can leave
    latest: dt.date  # last day that makes sense (the post is kept until then); inclusive
    group: str = ""  # persons of one group travel in one vehicle on one day
    poor: bool = False
    listed: bool = False  # lives in a village under priority oversight
    pupil: bool = False  # refused
    declared: bool = False  # health declaration made
    fever: bool = False  # last temperature at or over the limit: does not travel
    quarantine_until: dt.date | None = None  # last day of quarantine: travels from the day after


@dataclass(frozen=True, slots=True)
class Group:
    """Persons who travel together (derived from `Traveller.group`; a person alone is a group of one)."""

    key: str
    members: tuple[str, ...]
    origin: str
    destination: str
    earliest: dt.date  # the latest of the members' earliest days, with quarantine
    latest: dt.date  # the earliest of the members' latest days
    tier: int  # of the member who goes first: the group is not split

    @property
    def size(self) -> int:
        """Seats the group takes."""
        return len(self.members)


@dataclass(frozen=True, slots=True)
class Origin:
    """A place of boarding."""

    key: str
    name: str
    county: str  # key of the county unit: its risk level counts, and the vehicles based in it serve the place
    cap: int | None = None  # departures a day, persons (staggering); None = no cap


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiving place."""

    key: str
    name: str
    county: str  # key under which its risk level is published
    cap: int | None = None  # arrivals a day that it can take in, persons
    caps: Mapping[dt.date, int] = field(default_factory=dict)  # the cap of single days, before `cap`
    approval: str = ""  # number of the joint-control approval; "" = none yet, nobody is sent
    days_away: int = 2  # days until a vehicle that went there can leave again: 1 = back for the next day


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One bus."""

    key: str
    seats: int  # for passengers
    county: str  # Origin.county that it serves
    days: frozenset[dt.date] | None = None  # days it can leave; None = all


@dataclass(frozen=True, slots=True)
class Rules:
    """Policy values of a plan, out of `rulebook/departure_batches.yaml` at the day of the plan (see `rules`)."""

    tiers: tuple[str, ...] = ("poor_listed", "poor", "listed", "other")
    worth: tuple[int, ...] = (8000, 4000, 2000, 1000)  # points of carrying one person of each tier
    wait: int = 1  # points lost for each person and day after the earliest day
    trip: int = 20  # points lost for each trip: buses go full
    seat_percent: Mapping[str, int] = field(default_factory=lambda: {LOW: 100, MEDIUM: 50, HIGH: 50})  # of the worse level at both ends
    working_age: int = 16
    stops: int = 1  # places of one county that one vehicle may collect from
    largest_group: int = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything a departure plan is made of."""

    days: tuple[dt.date, ...]
    travellers: tuple[Traveller, ...]
    origins: tuple[Origin, ...]
    destinations: tuple[Destination, ...]
    vehicles: tuple[Vehicle, ...]
    levels: Mapping[tuple[str, dt.date], str] = field(default_factory=dict)  # (county key, day) -> level; missing = low
    no_exit: frozenset[tuple[str, dt.date]] = frozenset()  # (county key, day) that nobody may leave
    no_entry: frozenset[tuple[str, dt.date]] = frozenset()  # (county key, day) where nobody may go
    rules: Rules = Rules()
    day_cap: int | None = None  # departures of all places a day, persons

    def level(self, county: str, day: dt.date) -> str:
        """The published level; a place without an entry is low."""
        return self.levels.get((county, day), LOW)

    def closed(self, origin: str, destination: str, day: dt.date) -> bool:
        """Whether the way from one county to another is closed: the caller says where nobody may leave or go, the levels do not."""
        return (origin, day) in self.no_exit or (destination, day) in self.no_entry


@dataclass(frozen=True, slots=True)
class Seat:
    """One person on one seat. Numbers run from 1; a row has four (`row` and `letter` A … D)."""

    traveller: str
    number: int
    origin: str  # where the person boards

    @property
    def label(self) -> str:
        """As on the manifest: 3C."""
        return f"{(self.number - 1) // 4 + 1}{'ABCD'[(self.number - 1) % 4]}"


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle on one day: the manifest."""

    vehicle: str
    day: dt.date
    destination: str
    origins: tuple[str, ...]  # in the order of collecting
    seats: int  # seats that may be used that day, at the levels of both ends
    approval: str  # the joint-control approval it rests on
    riders: tuple[Seat, ...]
    departed: bool = False  # has left: a re-plan keeps it as it is


@dataclass(frozen=True, slots=True)
class Left:
    """One person who is not carried, with the constraint that binds."""

    traveller: str
    reason: str  # a code of reasons.WORDS
    words: str  # Chinese


@dataclass(frozen=True, slots=True)
class TierGap:
    """One priority group: `bound` is the most persons of this and all higher tiers together that any plan could carry."""

    name: str
    travellers: int
    carried: int
    bound: int  # cumulated over this and the tiers before it
    gap: float  # (bound − carried, cumulated) / bound
    price: float  # persons of the lesser tiers whom the class model would carry more if all were worth the same
    without: float  # persons of this tier whom it would carry then


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """A departure plan with its bound."""

    trips: tuple[Trip, ...]
    left: tuple[Left, ...]
    tiers: tuple[TierGap, ...]
    value: int  # Σ worth − wait × days waited − trip × trips
    bound: float  # no plan is worth more: bound of the class model, groups relaxed
    gap: float  # (bound − value) / bound
    stops: int  # places one vehicle may collect from
    price: float = 0.0  # persons in all that the class model carries less because some go first
    notices: tuple[str, ...] = ()  # Chinese: what binds
    moved: tuple[str, ...] = ()  # travellers whose trip differs from the plan before (re-plan)

    def departed_before(self, today: dt.date) -> BatchPlan:
        """The plan with every trip before the day marked as departed."""
        return replace(self, trips=tuple(replace(t, departed=t.departed or t.day < today) for t in self.trips))

    def trip_of(self) -> dict[str, Trip]:
        """Traveller key -> trip."""
        return {s.traveller: t for t in self.trips for s in t.riders}
