"""What a matching plan is made of: the ledger's workers and posts as engine.assignment takes them. Keys are ids."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shouwang.engine import assignment
from shouwang.engine.assignment.model import ANYWHERE, CITY, COUNTY, PROVINCE, VILLAGE
from shouwang.engine.assignment.reasons import parts
from shouwang.kernel.regions.scope import LEVEL_FIELDS
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.employment import restart, welfare
from shouwang.ledgers.employment.models import MatchPlan, Offer, Post, Worker, WorkRecord
from shouwang.ledgers.employment.post_queries import hiring, listed_on, taken_places
from shouwang.ledgers.employment.queries import in_force
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import IN_REGISTRATION

REACH = {"anywhere": ANYWHERE, "in_province": PROVINCE, "in_city": CITY, "near": COUNTY, "home": VILLAGE}
STRENGTH = {"skilled": 3, "ordinary": 3, "weak": 1}  # what the registry's 劳动能力 allows; the long-term ill one step less
AILING = ("chronic", "severe", "disabled")
BOOK = "job_matching"


@dataclass(frozen=True, slots=True)
class Market:
    """The request with what its keys stand for. `skipped` says in words why some wanting work are not in it."""

    request: assignment.Request
    homes: Mapping[str, Household]
    codes: Mapping[str, str]
    tier_of: Mapping[str, str]
    skipped: list[str]


def market(plan: MatchPlan, today: dt.date) -> Market:
    """Workers of the plan's region who want work or cannot go far, against every post of the city that has places left."""
    region = plan.region
    settings = assignment.settings(lambda name: lookup(BOOK, name, on=today, region=region.code).value)
    people = _wanting(plan, today)
    towns, villages = listed_on(today)
    last = _last_employers([w.pk for w in people])
    barred = welfare.barriers(people, today)
    workers = {str(w.pk): _worker(w, towns, villages, last, barred) for w in people}
    posts, dear, shut = _posts(today)
    request = assignment.Request(
        on=today,
        workers=tuple(workers.values()),
        posts=posts,
        settings=settings,
        pins=tuple(assignment.Pin(str(w), str(p)) for w, p in _choices(plan, "pin") if str(w) in workers),
        forbids=_forbids(plan, workers),
        welfare_places={str(home): n for home, n in welfare.places_left(people, today).items()},
    )
    waiting = in_force(Worker.objects.filter(**_at(plan)), today).filter(status="unsurveyed").count()
    return Market(
        request,
        {str(w.pk): w.household for w in people},
        {str(w.pk): w.member.code for w in people},
        {k: settings.tiers[settings.tier(w)] for k, w in workers.items()},
        [
            *([f"还有 {waiting:,} 名劳动力没有摸底，未列入本方案。"] if waiting else []),
            *([f"有 {dear} 个公益性岗位月报酬不在规定范围内，未列入本方案。请核对岗位的月工资。"] if dear else []),
            *([f"有 {shut} 个岗位的工作地到上岗日（已过的为今天）不能开工复工，未列入本方案。原因见各岗位。"] if shut else []),
        ],
    )


def _at(plan: MatchPlan) -> dict[str, int]:
    column = LEVEL_FIELDS.get(plan.region.level)
    return {column: plan.region_id} if column else {}


def _wanting(plan: MatchPlan, today: dt.date) -> list[Worker]:
    """想出未出, and of 不能外出 those who named a wish other than none; nobody with an offer waiting or a start ahead."""
    rows = in_force(Worker.objects.filter(**_at(plan)), today).filter(status__in=("wants", "cannot")).exclude(wish="none")
    rows = rows.exclude(status="cannot", wish="")
    busy = Offer.objects.filter(state="sent").values("worker")
    ahead = WorkRecord.objects.filter(ended_on=None).values("worker")
    return list(rows.exclude(pk__in=busy).exclude(pk__in=ahead).select_related("member", "household", "region").order_by("pk"))


def _last_employers(ids: list[int]) -> dict[int, str]:
    rows = WorkRecord.objects.filter(worker__in=ids).order_by("started_on").values_list("worker_id", "employer")
    return dict(rows)


def _worker(
    w: Worker, towns: frozenset[int], villages: frozenset[int], last: Mapping[int, str], barred: Mapping[int, str]
) -> assignment.Worker:
    member, ailing = w.member, w.member.health in AILING
    near = w.status == "cannot"
    return assignment.Worker(
        key=str(w.pk),
        birth=member.birth_date,
        place=w.region.code,
        household=str(w.household_id),
        sex=member.sex,
        poor=w.household.registration in IN_REGISTRATION,
        listed=w.town_id in towns or w.village_id in villages,
        pupil=member.school_status != "not_in_school",
        skills=frozenset({w.skill} - {"", "none"}),
        strength=max(1, STRENGTH.get(member.labour, 2) - ailing),
        wish_wage=w.wish_wage or 0,
        reach=COUNTY if near else REACH.get(w.wish, ANYWHERE),
        care=w.care_duty or w.reason == "care",
        wishes=frozenset({w.wish} & {"welfare"}),
        last_employer=last.get(w.pk, ""),
        holds_welfare=w.pk in barred,
    )


def _posts(today: dt.date) -> tuple[tuple[assignment.Post, ...], int, int]:
    """Posts with places left; how many public-welfare ones take no part because the rules of the day do not allow their pay; and how
    many because a published level forbids work where they are on the day it begins.
    """
    found = list(hiring(today).select_related("employer", "region").order_by("pk"))
    shut = restart.held(found, today)
    dear = {p.pk for p in found if p.kind == "welfare" and welfare.pay_barrier(p.wage, today, p.region.code)}
    rows = [p for p in found if p.pk not in shut and p.pk not in dear]
    used = taken_places([p.pk for p in rows])
    free = tuple(_post(p, p.places - used.get(p.pk, 0)) for p in rows if p.places > used.get(p.pk, 0))
    return free, len(dear), len(shut)


def _post(p: Post, left: int) -> assignment.Post:
    return assignment.Post(
        key=str(p.pk),
        employer=p.employer.name,
        place=p.place_code or p.region.code,
        places=left,
        wage=p.wage,
        kind=p.kind,
        age_min=p.age_min,
        age_max=p.age_max or 0,
        sex=p.sex,
        sex_ground=p.sex_ground,
        skills=frozenset({p.skill} - {"", "none"}),
        effort=p.effort,
        conditions=frozenset(c for c in p.conditions.split(",") if c),
        hours=p.hours,
        board=p.board,
        at_home=p.at_home,
        start=p.start_on,
        poor_only=p.poor_only,
        welfare=p.kind == "welfare",
    )


def _choices(plan: MatchPlan, kind: str) -> list[tuple[int, int]]:
    return list(plan.choices.filter(kind=kind).order_by("pk").values_list("worker_id", "post_id"))


def _forbids(plan: MatchPlan, workers: Mapping[str, Any]) -> tuple[assignment.Forbid, ...]:
    """What a person ruled out, and every post that was declined."""
    declined = Offer.objects.filter(state="declined", worker__in=[int(k) for k in workers]).values_list("worker_id", "post_id")
    pairs = {*_choices(plan, "forbid"), *declined}
    return tuple(assignment.Forbid(str(w), post=str(p)) for w, p in sorted(pairs) if str(w) in workers)


@dataclass(frozen=True, slots=True)
class Fit:
    """A post for one worker: its score, or why it does not fit."""

    post: Post
    left: int
    score: int
    why: str


def fitting(worker: Worker, today: dt.date) -> list[Fit]:
    """Every post that hires, the fitting ones first by score, by the same rules as the plan."""
    settings = assignment.settings(lambda name: lookup(BOOK, name, on=today, region=worker.region.code).value)
    towns, villages = listed_on(today)
    barred = welfare.barriers([worker], today)
    me = _worker(worker, towns, villages, _last_employers([worker.pk]), barred)
    rows = list(hiring(today).select_related("employer", "region"))
    used, shut = taken_places([p.pk for p in rows]), restart.held(rows, today)
    refused = set(Offer.objects.filter(worker=worker, state="declined").values_list("post_id", flat=True))
    out = []
    for row in rows:
        left = row.places - used.get(row.pk, 0)
        there = _post(row, left)
        codes = [*assignment.barriers(me, there, settings, today), *(["declined"] if row.pk in refused else [])]
        words = assignment.WORDS | ({"welfare": barred[worker.pk]} if worker.pk in barred else {})
        why = "；".join([*(words[c] for c in codes), *(["工作地到上岗日不能开工复工"] if row.pk in shut else [])]) or (
            "" if left > 0 else "名额已满"
        )
        out.append(Fit(row, left, 0 if codes or row.pk in shut else sum(parts(me, there, settings, today).values()), why))
    return sorted(out, key=lambda f: (bool(f.why), -f.score, f.post.pk))
