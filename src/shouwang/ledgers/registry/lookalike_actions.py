"""Pairs found, decided, opened again: what was decided is not asked twice unless new strong evidence turns up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change, create_many
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.jobs.actions import enqueue
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.registry import actions, policies, queries
from shouwang.ledgers.registry.evidence import Scale, in_words, scale
from shouwang.ledgers.registry.lifecycle import LOOKALIKE
from shouwang.ledgers.registry.lookalike_search import Found
from shouwang.ledgers.registry.lookalikes import Pair, pieces
from shouwang.ledgers.registry.models import Household, LookAlike, Member
from shouwang.ledgers.registry.pairs import put_between, sides
from shouwang.ledgers.registry.reshape_items import office_of
from shouwang.ledgers.registry.reshape_steps import signed

JOB, ITEM = "registry.find_lookalikes", "registry.lookalikes"


def keep(kind: str, found: Found, *, by: Scope, today: dt.date) -> int:
    """Store what a search found: new pairs, and old ones whose evidence changed; returns how many wait now that did not before."""
    rules, fresh = scale(today), 0
    for keys in pieces(sorted(found)):
        with transaction.atomic():
            old = {(getattr(p, f"left_{kind}_id"), getattr(p, f"right_{kind}_id")): p for p in _known(kind, keys)}
            fresh += sum(_bring_up_to_date(p, found[pair], rules, by, today) for pair, p in old.items() if pair in found)
            made = [_new(kind, pair, found[pair], rules, today) for pair in keys if pair not in old]
            rows: dict[int, Member | Household] = _rows(kind, {pk for pair in keys for pk in pair})
            for pair_row in made:
                put_between(pair_row, *(rows[getattr(pair_row, f"{side}_{kind}_id")] for side in ("left", "right")))
            create_many(made, by=by, verb=policies.FIND_LOOKALIKE, today=today)
            fresh += len(made)
    return fresh


def _known(kind: str, keys: Sequence[Pair]) -> list[LookAlike]:
    lefts = {pair[0] for pair in keys}
    return list(LookAlike.objects.filter(kind=kind, **{f"left_{kind}__in": lefts}).order_by("pk"))


def _rows(kind: str, keys: set[int]) -> dict[int, Member | Household]:
    rows = Member.objects.filter(pk__in=keys) if kind == LookAlike.Kind.MEMBER else Household.objects.filter(pk__in=keys)
    return {row.pk: row for row in rows}


def _new(kind: str, pair: Pair, codes: set[str], rules: Scale, today: dt.date) -> LookAlike:
    sides = {f"left_{kind}_id": pair[0], f"right_{kind}_id": pair[1]}
    return LookAlike(kind=kind, points=rules.of(codes), evidence=",".join(rules.ordered(codes)), found_on=today, **sides)


def _bring_up_to_date(pair: LookAlike, codes: set[str], rules: Scale, by: Scope, today: dt.date) -> bool:
    """Whether it waits again. A decided pair keeps the evidence it was decided on, so that new evidence shows as new."""
    waits = pair.state in ("open", "unsure")
    new = rules.strong & (codes - set(pair.codes))
    again = pair.state == "lapsed" or (not waits and bool(new))
    if again:
        reason = f"新的依据：{in_words(rules.ordered(new), on=today)}" if new else "双方均在册"
        with LOOKALIKE.advance(pair, "reopen", by=by, today=today, reason=reason) as row:
            row.decided_on, row.decided_by = None, ""
            row.points, row.evidence = rules.of(codes), ",".join(rules.ordered(codes))
    elif waits:
        with change(pair, by=by, verb=policies.FOLLOW_LOOKALIKE, today=today) as row:
            row.points, row.evidence = rules.of(codes), ",".join(rules.ordered(codes))
    return again


def decide(pair: LookAlike, move: str, *, reason: str, by: Scope, today: dt.date, keep_member: int | None = None) -> LookAlike:
    """是同一人, 不是同一人, 暂不确定, 重新核对. Raises Refused, NotPermitted.

    `same` for two members names the one that stays; the other leaves the household as 重复登记. Two households become the same by a
    merge, which decides the pair by itself.
    """
    if move not in ("same", "different", "unsure", "reopen"):
        raise Refused("没有这一核对结论。请刷新页面后重试。")
    if not by.may_at(policies.LOOKALIKES, pair):
        raise NotPermitted("您没有核对这一对疑似重复的权限。双方跨镇（街道）的由区（县）核对，跨区（县）的由市核对。")
    with transaction.atomic():
        with LOOKALIKE.advance(pair, move, by=by, today=today, reason=reason) as row:
            row.decided_on, row.decided_by, row.reason = today, signed(by), reason.strip()[:300]
            if move == "same":
                _take_off_the_other(row, keep_member, by=by, today=today, reason=reason)
        refresh_item(row, today)
    return row


def _take_off_the_other(pair: LookAlike, keep_member: int | None, *, by: Scope, today: dt.date, reason: str) -> None:
    if pair.kind == LookAlike.Kind.HOUSEHOLD:
        raise Refused("两户是同一户的，请办理并户：并户后自动记为同一户。", field="move")
    both = {row.pk: row for row in sides(pair) if isinstance(row, Member)}
    if keep_member not in both:
        raise Refused("请选择以哪一条为准（保留的一条）。", field="keep")
    other = next(m for pk, m in both.items() if pk != keep_member)
    if other.left_on is None:
        actions.register_leaving(
            other, left_on=today, left_reason="duplicate", reason=f"重复登记：{reason}"[:300], by=by, today=today, version=None
        )


def ask_search(county: Region, *, by: Scope, today: dt.date, moment: dt.datetime) -> Job:
    """Queue a search over a county, once a minute at most: also for a town of it, which then sees its own pairs only.

    Raises NotPermitted for another county.
    """
    if county not in queries.counties_to_search(by):
        raise NotPermitted("您没有在该区（县）查重的权限。请选择您所在的区（县）。")
    return enqueue(JOB, by=by, args={"county": county.pk}, key=f"{JOB}:{county.pk}:{moment:%Y%m%d%H%M}", today=today)


def refresh_item(pair: LookAlike, today: dt.date) -> None:
    """The work item of the office that answers for the pair: how many wait, or done."""
    for level, kind in (("town", Office.Kind.TOWN), ("county", Office.Kind.LEAD), ("city", Office.Kind.LEAD)):
        if place := getattr(pair, f"{level}_id"):
            _item(place, level, kind, today)
            return


def refresh_items(county: Region, today: dt.date) -> None:
    """The items of a county, its towns, and its city."""
    for town in Region.objects.filter(county=county, level=Region.TOWN):
        _item(town.pk, "town", Office.Kind.TOWN, today)
    _item(county.pk, "county", Office.Kind.LEAD, today)
    if county.city_id:
        _item(county.city_id, "city", Office.Kind.LEAD, today)


def _item(place: int, level: str, kind: str, today: dt.date) -> None:
    office = office_of(place, kind, today)
    if office is None:
        return
    below = {"town": Q(), "county": Q(town=None), "city": Q(county=None)}[level]
    count = LookAlike.objects.filter(below, state="open", **{f"{level}_id": place}).count()
    if not count:
        worklist.finish(office, now=timezone.now(), kind=ITEM, office=office)
        return
    url = reverse("registry_lookalikes") + "?state=open"
    title = f"疑似重复 {count} 对待核对"
    worklist.assign(office, office, kind=ITEM, title=title, action="核对是否同一人（户）", url=url, due_at=None, now=timezone.now())
