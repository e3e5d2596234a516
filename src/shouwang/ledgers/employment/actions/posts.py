"""Employers, posts, places that go first, offers and the placements that come of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change, create_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import destinations, lifecycle, policies, restart, welfare
from shouwang.ledgers.employment.actions.counting import recount
from shouwang.ledgers.employment.actions.labour import check_overlap, now_works
from shouwang.ledgers.employment.actions.terms import appoint
from shouwang.ledgers.employment.codes import rule, word, words
from shouwang.ledgers.employment.models import Employer, MatchLine, MatchPlan, Offer, Post, PriorityPlace, Worker, WorkRecord, Workshop
from shouwang.ledgers.employment.policies import check_may_work
from shouwang.ledgers.employment.post_queries import taken_places

EMPLOYER = ("name", "kind", "credit_code", "address", "contact", "contact_line")
POST = (
    *("title", "kind", "places", "wage", "industry", "skill", "age_min", "age_max", "sex", "sex_ground", "effort", "conditions", "hours"),
    *("board", "at_home", "poor_only", "start_on", "close_on", "restart_approval"),
)


def save_employer(employer: Employer, said: Mapping[str, Any], region: Region | None, *, by: Scope, today: dt.date) -> Employer:
    """Register an employer in a region, or correct one. Raises Refused for a name that stands already."""
    others = Employer.objects.filter(name=said["name"]).exclude(pk=employer.pk)
    if others.exists():
        raise Refused(f"用工单位“{said['name']}”已登记。请直接在该单位下登记岗位。", field="name")
    if region is not None:
        employer.put_in(region)
    with change(employer, by=by, verb=policies.EDIT_EMPLOYER, today=today) as locked:
        for name in EMPLOYER:
            setattr(locked, name, said[name])
    return locked


def save_post(post: Post, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Post:
    """Register or correct a post of an employer; a new one waits to be verified. `place` is where the work is, as written; "" = here.

    Raises Refused: no places, wage out of bounds, a sex without a lawful ground, days or ages in the wrong order; an open post moved to
    where work may not restart.
    """
    _check_post(post, said, today)
    with change(post, by=by, verb=policies.EDIT_POST, today=today) as locked:
        before = restart.barrier(locked, today)
        for name in POST:
            setattr(locked, name, said[name])
        if said["place"]:
            found = destinations.read(said["place"], on=today, whole=True)
            locked.place_code, locked.place_name, locked.place_detail = found.code, found.name[:40], found.detail
        else:
            locked.place_code = locked.place_name = locked.place_detail = ""
        if locked.state == "open" and (why := restart.barrier(locked, today)) and why != before:
            raise Refused(why, field="place")
    return locked


def _check_post(post: Post, said: Mapping[str, Any], today: dt.date) -> None:
    low, high = rule("monthly_income_bounds", on=today).value
    if not said["places"]:
        raise Refused("招聘人数为 0，不能登记。请填写实际招聘人数。", field="places")
    if not low * 100 <= said["wage"] <= high * 100:
        raise Refused(f"月工资 {said['wage'] / 100:,.2f} 元不在 {low:,} 至 {high:,} 元之间。请核对是否填成了日工资或年薪。", field="wage")
    if said["kind"] == "welfare" and (words := welfare.pay_barrier(said["wage"], today, post.region.code)):
        raise Refused(f"{words}。请核对月工资。", field="wage")
    if said["sex"] and not said["sex_ground"]:
        raise Refused("限定性别须有法定理由（女职工禁忌从事的劳动）。没有法定理由的，请选“不限”。", field="sex_ground")
    if said["age_max"] and said["age_max"] < said["age_min"]:
        raise Refused(f"年龄上限 {said['age_max']} 小于下限 {said['age_min']}。请核对。", field="age_max")
    if said["close_on"] and said["close_on"] < today:
        raise Refused(f"招聘截止 {said['close_on']} 早于今天 {today}。请核对。", field="close_on")
    if post.pk and said["places"] < (used := taken_places([post.pk]).get(post.pk, 0)):
        raise Refused(f"已有 {used} 人上岗或待答复，招聘人数不能少于 {used}。请先登记离岗或撤回推荐。", field="places")


def verify_post(post: Post, *, by: Scope, today: dt.date) -> Post:
    """The post is real: somebody rang the employer. It is open from now on."""
    with lifecycle.POST.advance(post, "verify", by=by, today=today) as locked:
        if locked.close_on and locked.close_on < today:
            raise Refused(f"招聘截止 {locked.close_on} 已过，不能开放。请先改截止日期。")
        if locked.kind == "workshop" and not Workshop.objects.filter(employer=locked.employer_id).exclude(state="cleared").exists():
            raise Refused("该单位没有认定为扶贫车间或已清理，不能开放扶贫车间岗位。请先在用工单位页登记认定，或更正岗位来源。")
        if why := restart.barrier(locked, today):
            raise Refused(f"现在不能开放招聘：{why}")
        locked.verified_on, locked.verified_by = today, by.user_name[:40]
    return locked


def close_post(post: Post, *, reason: str, by: Scope, today: dt.date) -> Post:
    """No more hiring; offers that wait for an answer are withdrawn."""
    with transaction.atomic():
        with lifecycle.POST.advance(post, "close", by=by, today=today, reason=reason) as locked:
            pass
        for offer in locked.offers.filter(state="sent"):
            with lifecycle.OFFER.advance(offer, "withdraw", by=by, today=today, reason="岗位已关闭") as gone:
                gone.answered_on = today
    return locked


def reopen_post(post: Post, *, reason: str, by: Scope, today: dt.date) -> Post:
    """Hiring again: to be verified anew."""
    with lifecycle.POST.advance(post, "reopen", by=by, today=today, reason=reason) as locked:
        locked.verified_on, locked.verified_by = None, ""
    return locked


def set_priority(region: Region, *, document: str, by: Scope, today: dt.date) -> PriorityPlace:
    """A town or village goes first from today. Raises Refused for another level, or one that stands already."""
    if region.level < Region.TOWN:
        raise Refused("优先镇村须是镇（街道）或村（社区）。请选择到镇（街道）或村（社区）。", field="region")
    if not document.strip():
        raise Refused("请填写列入优先镇村的依据文件。", field="document")
    if PriorityPlace.objects.filter(region=region, until=None).exists():
        raise Refused(f"{region.name}已在优先镇村名单中，不必重复列入。", field="region")
    place = PriorityPlace(since=today, document=document.strip()[:120])
    place.put_in(region)
    with change(place, by=by, verb=policies.SET_PRIORITY, today=today) as made:
        pass
    return made


def end_priority(place: PriorityPlace, *, reason: str, by: Scope, today: dt.date) -> PriorityPlace:
    """The place no longer goes first from today on."""
    with change(place, by=by, verb=policies.END_PRIORITY, today=today, reason=reason) as locked:
        if locked.until is not None:
            raise Refused(f"已于 {locked.until} 解除，不必重复办理。")
        if locked.since >= today:
            raise Refused("当日列入的次日起才能解除。请明日办理。")
        locked.until = today
    return locked


def send_offers(plan: MatchPlan, lines: Iterable[MatchLine], *, by: Scope, today: dt.date) -> int:
    """Offer the posts of a plan's lines; returns how many.

    Left out are those who have an offer waiting, whose post is full or closed by now, or whom a limit of public-welfare posts keeps out.
    """
    chosen = [line for line in lines if line.post_id]
    with transaction.atomic():
        with rls.everywhere():
            posts = {p.pk: p for p in Post.objects.select_for_update().filter(pk__in={line.post_id for line in chosen}).order_by("pk")}
        used = taken_places(list(posts))
        waiting = set(
            Offer.objects.filter(worker__in=[line.worker_id for line in chosen], state="sent").values_list("worker_id", flat=True)
        )
        held = [line.worker_id for line in chosen if posts[line.post_id].kind == "welfare"]
        barred = welfare.barriers(Worker.objects.filter(pk__in=held).select_related("member", "region"), today)
        rows = []
        for line in chosen:
            post = posts[line.post_id]
            if post.kind == "welfare" and line.worker_id in barred:
                continue
            if line.worker_id in waiting or post.state != "open" or used.get(post.pk, 0) >= post.places:
                continue
            used[post.pk] = used.get(post.pk, 0) + 1
            offer = Offer(worker_id=line.worker_id, post=post, plan=plan, sent_on=today)
            offer.put_beside(line.household)
            rows.append(offer)
        made = create_many(rows, by=by, verb=lifecycle.SEND_OFFER, today=today)
        recount(posts, by=by, today=today)
    return len(made)


def offer_post(worker: Worker, post: Post, *, by: Scope, today: dt.date) -> Offer:
    """Offer one post to one worker outside of a plan. Raises Refused where that cannot be."""
    check_may_work(worker.member, today)
    with transaction.atomic():
        with rls.everywhere():
            held = Post.objects.select_for_update(of=("self",)).select_related("employer").get(pk=post.pk)
        used = taken_places([held.pk])
        if held.state != "open" or used.get(held.pk, 0) >= held.places:
            raise Refused(f"岗位“{held}”已招满或未开放。请另选岗位。", field="post")
        if held.kind == "welfare":
            welfare.check_may_hold(worker, held.wage, today)
        if Offer.objects.filter(worker=worker, state="sent").exists():
            raise Refused("该劳动力还有一份推荐没有答复。请先登记答复，或撤回原推荐。", field="post")
        if Offer.objects.filter(worker=worker, post=held, state="declined").exists():
            raise Refused("本人谢绝过这个岗位，不再推荐。请另选岗位。", field="post")
        offer = Offer(worker=worker, post=held, sent_on=today)
        offer.put_beside(worker.household)
        with change(offer, by=by, verb=lifecycle.SEND_OFFER, today=today) as made:
            pass
        recount([held.pk], by=by, today=today)
    return made


def accept_offer(offer: Offer, started_on: dt.date, *, ends_on: dt.date | None = None, by: Scope, today: dt.date) -> WorkRecord:
    """The worker takes the post from the day on: a work record, planned while the day is to come. Raises Refused.

    A public-welfare post is held for a term: `ends_on` is the first day after it, and the limits are checked once more.
    """
    check_may_work(offer.worker.member, today)
    with transaction.atomic():
        with lifecycle.OFFER.advance(offer, "accept", by=by, today=today) as taken:
            taken.answered_on = today
        post, worker = (
            taken.post,
            Worker.objects.select_for_update(of=("self",)).select_related("household__county", "member", "region").get(pk=taken.worker_id),
        )
        check_overlap(worker, started_on, None)
        row = WorkRecord(
            worker=worker,
            post=post,
            planned=started_on > today,
            started_on=started_on,
            employer=post.employer.name,
            industry=post.industry,
            monthly_income=post.wage,
            channel=words("post_channel", today)[post.kind],
            **_place_of(post),
        )
        row.put_beside(worker.household)
        with change(row, by=by, verb=policies.PLACE_WORKER, today=today) as made:
            pass
        if not made.planned:
            now_works(worker, made, by=by, today=today)
        if post.kind == "welfare":
            appoint(made, worker, ends_on, by=by, today=today)
        recount([post.pk], by=by, today=today)
    return made


def _place_of(post: Post) -> dict[str, str]:
    if post.place_code:
        return {"place_code": post.place_code, "place_name": post.place_name, "place_detail": post.place_detail}
    unit = post.region.county or post.region
    town = post.region.town.name if post.region.town else ""
    return {"place_code": unit.code[:6], "place_name": str(unit.name), "place_detail": town}


def decline_offer(offer: Offer, reason: str, *, by: Scope, today: dt.date) -> Offer:
    """The worker does not want it; remembered, so that no plan proposes it again. `reason` is a code of decline_reason."""
    if reason not in words("decline_reason", today):
        raise Refused("请选择谢绝的原因。", field="reason")
    with transaction.atomic():
        with lifecycle.OFFER.advance(offer, "decline", by=by, today=today, reason=word("decline_reason", reason, today)) as locked:
            locked.answered_on, locked.reason = today, reason
        recount([locked.post_id], by=by, today=today)
    return locked


def withdraw_offer(offer: Offer, *, reason: str, by: Scope, today: dt.date) -> Offer:
    """Take an unanswered offer back."""
    with transaction.atomic():
        with lifecycle.OFFER.advance(offer, "withdraw", by=by, today=today, reason=reason) as locked:
            locked.answered_on = today
        recount([locked.post_id], by=by, today=today)
    return locked
