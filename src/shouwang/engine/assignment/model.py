"""What the matching of workers to posts takes and gives: plain values, no database, no names of people.

Keys (`key`) are the caller's, unique, and come back unchanged. Money is integer 分 a month. Places are codes of the administrative
divisions (12 digits, or the leading digits that are known: 6 for a county, 4 for a city): how far two places are apart is read off
the digits they share. Code lists (skills, kinds, conditions) are the caller's; the planner only compares them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

VILLAGE, TOWN, COUNTY, CITY, PROVINCE, ANYWHERE = range(6)  # how far from home: within the own village … anywhere


@dataclass(frozen=True, slots=True)
class Worker:
    """One person who wants work."""

    key: str
    birth: dt.date
    place: str  # code of the village (or town) where the person lives
    household: str = ""  # key of the household: see Request.welfare_places
    sex: str = ""  # "male", "female"; "" when not known: then a post with a lawful restriction does not fit
    poor: bool = False  # registered poor household, or monitored against a relapse
    listed: bool = False  # lives in a village under priority oversight
    pupil: bool = False  # at school now: refused
    skills: frozenset[str] = frozenset()
    strength: int = 3  # what health allows: 0 no work, 1 light, 2 ordinary, 3 heavy
    avoids: frozenset[str] = frozenset()  # working conditions that health rules out (Post.conditions)
    wish_wage: int = 0  # the least monthly wage the person would take, 分; 0 = any
    reach: int = ANYWHERE  # the farthest place the person would go to, VILLAGE … ANYWHERE
    care: bool = False  # looks after children, the old or the ill: must be home every evening
    hours: int = 12  # hours a day the person can give
    wishes: frozenset[str] = frozenset()  # kinds of work wished for (Post.kind); empty = any
    last_employer: str = ""  # key of last year's employer
    free_from: dt.date | None = None  # cannot start before (quarantine, harvest, confinement)
    cadre_family: bool = False  # village cadre or family of one: no public-welfare post
    holds_welfare: bool = False  # the worker holds a public-welfare post, or a limit keeps him from one whatever the plan does

    def age(self, on: dt.date) -> int:
        """Full years on the day; a person of 29 February comes of age on 1 March."""
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True)
class Post:
    """One kind of post at one employer, with a number of places."""

    key: str
    employer: str
    place: str  # where the work is
    places: int  # persons still wanted, ≥ 0
    wage: int  # monthly, 分
    kind: str = ""  # kind of work, compared with Worker.wishes
    age_min: int = 16
    age_max: int = 0  # 0 = none
    sex: str = ""  # "male" or "female" only with a lawful ground, else the restriction is not applied and the plan says so
    sex_ground: str = ""  # code out of Settings.lawful_sex_grounds
    skills: frozenset[str] = frozenset()  # all of them are required
    effort: int = 2  # 1 light, 2 ordinary, 3 heavy
    conditions: frozenset[str] = frozenset()  # night shift, heights, dust …
    hours: int = 8  # a day
    board: bool = False  # the employer lodges people
    at_home: bool = False  # work done at home: no distance
    start: dt.date | None = None
    poor_only: bool = False  # kept for poor labour
    welfare: bool = False  # a public-welfare post: limits of the rulebook


@dataclass(frozen=True, slots=True)
class Weights:
    """Points of a full mark in each respect; a score is their weighted sum, 0 … the sum of the weights."""

    near: int = 300
    wage: int = 250
    wish: int = 200
    skill: int = 150
    known: int = 100  # last year's employer


@dataclass(frozen=True, slots=True)
class Settings:
    """Policy values of a plan, out of `rulebook/job_matching.yaml` at the day of the plan (see `settings`)."""

    weights: Weights = Weights()
    near_marks: tuple[int, ...] = (100, 90, 70, 45, 25, 10)  # mark out of 100 at each distance VILLAGE … ANYWHERE
    commute: int = TOWN  # the farthest distance that is travelled daily: beyond it the post must lodge people
    tiers: tuple[str, ...] = ("poor_listed", "poor", "listed", "other")  # who goes first
    working_age: int = 16
    adult_age: int = 18  # below: no heavy work, none of `minor_conditions`
    minor_conditions: frozenset[str] = frozenset()
    lawful_sex_grounds: frozenset[str] = frozenset()
    welfare_age: int = 70  # from this age on no public-welfare post
    base_wage: int = 155_000  # 分 a month: stands for the wish where none is known
    wage_rise: int = 50  # per cent over the wish that earns the full mark for wage
    start_slack: int = 0  # days a person may start after the post's start
    best: int = 30  # posts kept for each worker (K)

    def tier(self, worker: Worker) -> int:
        """Index in `tiers` of the first group the worker belongs to."""
        name = {(True, True): "poor_listed", (True, False): "poor", (False, True): "listed"}.get((worker.poor, worker.listed), "other")
        if name in self.tiers:
            return self.tiers.index(name)
        return self.tiers.index("poor") if worker.poor and "poor" in self.tiers else len(self.tiers) - 1


@dataclass(frozen=True, slots=True)
class Pin:
    """This worker goes to this post, whatever the score; refused where it is not feasible."""

    worker: str
    post: str


@dataclass(frozen=True, slots=True)
class Forbid:
    """This worker does not go to this post (a declined offer), or to no post of this employer."""

    worker: str
    post: str = ""
    employer: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """One worker at one post."""

    worker: str
    post: str
    score: int
    parts: Mapping[str, int]  # points of each respect of Weights, and "stay"; their sum is the score
    distance: int  # VILLAGE … ANYWHERE
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Unplaced:
    """One worker without a post, with the constraint that binds."""

    worker: str
    reason: str  # a code of reasons.WORDS: "full", "nothing", or the constraint that rules out the most posts by itself
    words: str  # Chinese, for the screen
    feasible: int  # posts that would fit but are full
    freed: Mapping[str, int]  # constraint code -> posts that would fit without it


@dataclass(frozen=True, slots=True)
class Load:
    """How far a post is filled."""

    post: str
    places: int
    taken: int


@dataclass(frozen=True, slots=True)
class Tier:
    """One priority group in the plan."""

    name: str
    workers: int
    placed: int
    placed_without: int  # how many would be placed if nobody went first
    price: int  # points of score that the priority of this group costs all others together


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven about a plan. All figures are of the plan with priorities."""

    optimal: bool  # on the graph searched: a dual solution of the same value was found and checked
    graph: str  # "all": every feasible pair; "best": the K best of each worker
    best: int  # K
    arcs: int
    pairs: int  # feasible pairs in all
    loss: int  # points that the plan can lie below the optimum over all feasible pairs, at most (weak duality)
    unplaced_loss: int  # persons that could be placed more over all feasible pairs, at most
    priority_kept: bool  # over all feasible pairs no worker is left while one of a lesser group holds a post he could have had


@dataclass(frozen=True, slots=True)
class Plan:
    """A matching, with everything needed to explain it."""

    on: dt.date
    placements: tuple[Placement, ...]
    unplaced: tuple[Unplaced, ...]
    loads: tuple[Load, ...]
    tiers: tuple[Tier, ...]
    score: int  # sum of the placements' scores
    score_without: int  # the same if nobody went first
    proof: Proof
    notices: tuple[str, ...] = ()  # Chinese: restrictions not applied, posts without places
    changed: tuple[str, ...] = ()  # workers whose post differs from `previous`

    def post_of(self) -> dict[str, str]:
        """Worker key -> post key."""
        return {p.worker: p.post for p in self.placements}


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a matching is made of."""

    on: dt.date
    workers: tuple[Worker, ...]
    posts: tuple[Post, ...]
    settings: Settings = Settings()
    pins: tuple[Pin, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    previous: Mapping[str, str] = field(default_factory=dict)  # worker -> post of the plan before
    stay: int = 0  # points for keeping the previous post: the higher, the fewer changes
    welfare_places: Mapping[str, int] = field(default_factory=dict)  # household -> public-welfare posts it may still be given

    def welfare_limit(self, household: str) -> int:
        """Members of a household that a plan may give a public-welfare post; one where the caller says nothing."""
        return self.welfare_places.get(household, 1)
