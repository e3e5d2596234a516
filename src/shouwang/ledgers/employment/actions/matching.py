"""Plans that match workers and posts: asked for by a person, solved in the background, changed by pins and refusals."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction

from shouwang.engine import assignment
from shouwang.engine.refused import PlanRefused
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.bulk import insert_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.employment import lifecycle, policies
from shouwang.ledgers.employment.matching import Market, market
from shouwang.ledgers.employment.models import MatchChoice, MatchLine, MatchPlan, Post, Worker

JOB = "employment.match"
STAY = 50  # points a person keeps for the post of the solution before: small changes move few people


def ask_plan(region: Region, *, by: Scope, today: dt.date) -> tuple[MatchPlan, Job]:
    """Have the workers of a region who want work matched against all posts that hire."""
    plan = MatchPlan(on=today, asked_by=by.user_name[:40])
    plan.put_in(region)
    with transaction.atomic():
        with change(plan, by=by, verb=lifecycle.ASK_PLAN, today=today) as made:
            pass
        return made, _enqueue(made, by, today)


def solve_again(plan: MatchPlan, *, by: Scope, today: dt.date) -> Job:
    """Solve anew with the pins and refusals entered since, with today's workers and posts."""
    with transaction.atomic():
        with lifecycle.PLAN.advance(plan, "again", by=by, today=today) as locked:
            locked.run, locked.on, locked.failure = locked.run + 1, today, ""
        return _enqueue(locked, by, today)


def _enqueue(plan: MatchPlan, by: Scope, today: dt.date) -> Job:
    return enqueue(JOB, by=by, args={"plan": plan.pk}, key=f"{JOB}:{plan.pk}:{plan.run}", today=today)


def choose(plan: MatchPlan, worker: Worker, post: Post, kind: str, *, by: Scope, today: dt.date) -> MatchChoice:
    """Pin a worker to a post, or forbid the pair, for the next solution. Raises Refused for a pair outside of the plan."""
    if kind not in ("pin", "forbid"):
        raise Refused("请选择“指定”或“不安排”。", field="kind")
    if getattr(worker, LEVEL_FIELDS.get(plan.region.level, "city_id")) != plan.region_id and plan.region.level > 1:
        raise Refused("该劳动力不在本方案的区划内。请在其所在区划的方案中指定。", field="worker")
    with transaction.atomic():
        held = MatchChoice.objects.filter(plan=plan, worker=worker)
        (held.filter(post=post) if kind == "forbid" else held.filter(post=post) | held.filter(kind="pin")).delete()
        choice = MatchChoice(plan=plan, worker=worker, post=post, kind=kind)
        choice.put_beside(worker.household)
        with change(choice, by=by, verb=policies.CHOOSE, today=today) as made:
            pass
    return made


def drop_choice(choice: MatchChoice, *, by: Scope, today: dt.date) -> None:
    """Take a pin or refusal back."""
    with transaction.atomic():
        changed = {"人工指定": [choice.get_kind_display(), None]}
        note(choice.plan, by=by, verb=policies.DROP_CHOICE, today=today, changes=changed)
        choice.delete()


def solve(plan: MatchPlan, *, today: dt.date) -> dict[str, Any]:
    """The request and its solution; nothing is written. Raises Refused where no plan may be made."""
    built = market(plan, today)
    before = {str(w): str(p) for w, p in plan.lines.exclude(post=None).values_list("worker_id", "post_id")}
    known = {p.key for p in built.request.posts}
    request = built.request
    if plan.run > 1:
        request = replace(request, previous={w: p for w, p in before.items() if p in known}, stay=STAY)
    try:
        found = assignment.solve(request)
    except PlanRefused as no:
        raise Refused(_who(no, built)) from no
    return {"market": built, "plan": found, "before": before}


def _who(no: PlanRefused, built: Market) -> str:
    """The refusal with the codes of the first persons it concerns: no names in a job's message."""
    codes = "、".join([built.codes[k] for k in no.who if k in built.codes][:5])
    return (no.message + (f"（人编号 {codes}）" if codes else ""))[:300]


def keep(plan: MatchPlan, solved: dict[str, Any], *, by: Scope, today: dt.date) -> int:
    """Store a solution in place of the one before; called inside the job's transaction. Returns how many were placed."""
    found, built, before = solved["plan"], solved["market"], solved["before"]
    words = lookup("job_matching", "tier_words", on=today).value
    MatchLine.objects.filter(plan=plan).delete()
    insert_many(_lines(plan, found, built, before))
    result = {
        "tiers": [asdict(t) | {"label": words.get(t.name, t.name)} for t in found.tiers],
        "proof": asdict(found.proof),
        "score": found.score,
        "score_without": found.score_without,
        "notices": list(found.notices),
        "changed": sum(1 for k, p in found.post_of().items() if before.get(k) not in (None, p)),
        "skipped": built.skipped,
    }
    with lifecycle.PLAN.advance(plan, "solve", by=by, today=today) as locked:
        locked.workers, locked.posts = len(built.request.workers), len(built.request.posts)
        locked.placed, locked.result = len(found.placements), result
    return len(found.placements)


def fail(plan: MatchPlan, why: str, *, by: Scope, today: dt.date) -> None:
    """Say on the plan why it could not be made."""
    with lifecycle.PLAN.advance(plan, "fail", by=by, today=today) as locked:
        locked.failure = why[:300]


def _lines(plan: MatchPlan, found: assignment.Plan, built: Market, before: dict[str, str]) -> list[MatchLine]:
    rows = []
    for p in found.placements:
        line = _line(plan, p.worker, built)
        line.post_id, line.score, line.parts, line.pinned = int(p.post), p.score, dict(p.parts), p.pinned
        line.changed = before.get(p.worker) not in (None, p.post)
        rows.append(line)
    for u in found.unplaced:
        line = _line(plan, u.worker, built)
        line.reason, line.words, line.changed = u.reason, u.words[:200], u.worker in before
        rows.append(line)
    return rows


def _line(plan: MatchPlan, key: str, built: Market) -> MatchLine:
    line = MatchLine(plan=plan, worker_id=int(key), tier=built.tier_of[key])
    line.put_beside(built.homes[key])
    return line
