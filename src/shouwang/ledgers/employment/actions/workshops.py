"""Workshops: recognised, reviewed every month while an epidemic is on, watched with a buffer, cleared or restored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, morning
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import lifecycle, policies, workshop_queries
from shouwang.ledgers.employment.actions.posts import close_post
from shouwang.ledgers.employment.models import Employer, Workshop, WorkshopReview
from shouwang.ledgers.employment.workshop_queries import People, missed, rule
from shouwang.ledgers.registry.reshape_items import office_of

REVIEW, BUFFER = "employment.workshop_review", "employment.workshop_buffer"


def recognise(employer: Employer, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Workshop:
    """Enter the county's recognition (`document`, `recognised_on`). Raises Refused for another kind of employer, or a second time."""
    if employer.kind != "workshop":
        raise Refused("该单位的类别不是扶贫车间，不能认定。请先修改用工单位的类别。", field="document")
    if Workshop.objects.filter(employer=employer).exists():
        raise Refused("该单位已认定为扶贫车间，不必重复认定。", field="document")
    _check_day(said["recognised_on"], today)
    workshop = Workshop(employer=employer, document=said["document"], recognised_on=said["recognised_on"])
    workshop.put_in(employer.region)
    with change(workshop, by=by, verb=lifecycle.RECOGNISE, today=today) as made:
        pass
    return made


def correct(workshop: Workshop, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Workshop:
    """Put the document or day of the recognition right."""
    _check_day(said["recognised_on"], today)
    with change(workshop, by=by, verb=policies.EDIT_WORKSHOP, today=today) as locked:
        locked.document, locked.recognised_on = said["document"], said["recognised_on"]
    return locked


def _check_day(day: dt.date, today: dt.date) -> None:
    if day > today:
        raise Refused(f"认定日期 {day} 晚于今天 {today}。请填写认定文件上的日期。", field="recognised_on")


def review(workshop: Workshop, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> WorkshopReview:
    """What was found today: `running`, `workers`, `poor_workers`, `steady`, `problems`. Tests missed are written down; a person decides.

    Raises Refused: cleared, a second time on one day, numbers that contradict one another, standing still without a problem named.
    """
    people = People(said["workers"], said["poor_workers"], said["steady"])
    _check_people(people)
    if not said["running"] and not said["problems"].strip():
        raise Refused("没有正常开工的，请写明原因（如停工、无订单、工人未返岗）。", field="problems")
    with transaction.atomic():
        with change(workshop, by=by, verb=policies.REVIEW_WORKSHOP, today=today) as locked:
            if locked.state == "cleared":
                raise Refused("该车间已清理，不再核查。需要恢复的请先重新认定。", field="workers")
            unmet = missed(locked, people, running=said["running"], day=today)
            locked.workers, locked.poor_workers, locked.steady = people.workers, people.poor_workers, people.steady
            locked.reviewed_on, locked.unmet = today, unmet
            row = _keep(locked, said, unmet, by, today)
        worklist.finish(workshop, now=morning(today), kind=REVIEW)
    return row


def _keep(workshop: Workshop, said: Mapping[str, Any], unmet: list[str], by: Scope, today: dt.date) -> WorkshopReview:
    if workshop.reviews.filter(reviewed_on=today).exists():
        raise Refused("今天已登记过核查，不能重复登记。请次日再补充核查。", field="workers")
    row = WorkshopReview(
        workshop=workshop, reviewed_on=today, running=said["running"], workers=said["workers"], poor_workers=said["poor_workers"],
        steady=said["steady"], unmet=unmet, problems=said["problems"].strip()[:300], reviewer=by.user_name[:40],
    )  # fmt: skip
    row.put_in(workshop.region)
    with change(row, by=by, verb=policies.REVIEW_WORKSHOP, today=today) as made:
        pass
    return made


def _check_people(people: People) -> None:
    if people.poor_workers > people.workers:
        raise Refused(f"贫困劳动力 {people.poor_workers} 人多于务工人数 {people.workers} 人。请核对。", field="poor_workers")
    if people.steady > people.poor_workers:
        raise Refused(f"稳定务工的 {people.steady} 人多于贫困劳动力 {people.poor_workers} 人。请核对。", field="steady")


def watch(workshop: Workshop, *, reason: str, by: Scope, today: dt.date) -> Workshop:
    """Put a workshop under watch: it may recover until the buffer ends; then somebody decides."""
    with transaction.atomic():
        with lifecycle.WORKSHOP.advance(workshop, "watch", by=by, today=today, reason=reason) as locked:
            locked.buffer_until = today + dt.timedelta(int(rule("buffer_days", locked, today).value))
        _ask(locked, BUFFER, f"扶贫车间缓冲期满处置：{locked}", "恢复或清理", locked.buffer_until, today)
    return locked


def restore(workshop: Workshop, *, reason: str, by: Scope, today: dt.date) -> Workshop:
    """It runs well again. Raises Refused where the latest review missed a test, or none was made since it is watched."""
    with transaction.atomic():
        with lifecycle.WORKSHOP.advance(workshop, "restore", by=by, today=today, reason=reason) as locked:
            _allow(locked, "restore", today)
            locked.buffer_until = None
        worklist.finish(workshop, now=morning(today), kind=BUFFER)
    return locked


def clear(workshop: Workshop, *, reason: str, by: Scope, today: dt.date) -> Workshop:
    """It is no workshop any more: its posts close. Raises Refused before the buffer has ended."""
    with transaction.atomic():
        with lifecycle.WORKSHOP.advance(workshop, "clear", by=by, today=today, reason=reason) as locked:
            _allow(locked, "clear", today)
            locked.buffer_until = None
        for post in locked.employer.posts.filter(kind="workshop").exclude(state="closed"):
            close_post(post, reason="扶贫车间已清理", by=by, today=today)
        worklist.finish(workshop, now=morning(today), dropped=True)
    return locked


def _allow(workshop: Workshop, move: str, today: dt.date) -> None:
    if why := policies.why_workshop_stays(workshop, move, today):
        raise Refused(why)


def recognise_again(workshop: Workshop, *, reason: str, by: Scope, today: dt.date) -> Workshop:
    """A cleared workshop is recognised anew; what was found before counts no longer."""
    with lifecycle.WORKSHOP.advance(workshop, "recognise_again", by=by, today=today, reason=reason) as locked:
        locked.recognised_on, locked.reviewed_on, locked.unmet = today, None, []
        locked.workers = locked.poor_workers = locked.steady = None
    return locked


def ask_reviews(*, by: Scope, today: dt.date) -> int:  # noqa: ARG001 - a work item names no author
    """Put what is due for review on the work lists; a line that stands is left, so that what is late stays late. Returns how many are new."""
    waiting = WorkItem.objects.filter(ledger=Workshop._meta.label_lower, kind=REVIEW, state=WorkItem.State.OPEN)
    standing = set(waiting.values_list("record_id", flat=True))
    fresh = [(w, end) for w, end in workshop_queries.due_for_review(today) if str(w.pk) not in standing]
    with transaction.atomic():
        for workshop, end in fresh:
            _ask(workshop, REVIEW, f"扶贫车间核查：{workshop}", "登记开工、务工人数和问题", end - dt.timedelta(1), today)
    return len(fresh)


def _ask(workshop: Workshop, kind: str, title: str, action: str, due: dt.date, today: dt.date) -> None:
    """To the town where the workshop is, where there is no office the county's."""
    office = office_of(workshop.town_id, Office.Kind.TOWN, today) or office_of(workshop.county_id, Office.Kind.LEAD, today)
    if office is not None:
        url = reverse("employment_workshop", args=[workshop.pk])
        worklist.assign(workshop, office, kind=kind, title=title, action=action, url=url, due_at=day_end(due), now=morning(today))
