"""Workshops, public-welfare posts and subsidies of the demonstration city: invented, marked 演示数据, made by the ledger's own actions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from shouwang.demo.people import MARK
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import posts, subsidies, terms, workshops
from shouwang.ledgers.employment.actions.welfare import end_appointment
from shouwang.ledgers.employment.models import Employer, Post, SubsidyClaim, WelfareAppointment, Worker, WorkRecord, Workshop
from shouwang.ledgers.registry.queries import IN_REGISTRATION

DISTRICT = "440513"
# name, people found on each review (workers, poor, steady; None = not running) with its days ago, then what became of it
WORKSHOPS: tuple[tuple[str, tuple[tuple[int, tuple[int, int, int] | None], ...], str], ...] = (
    ("潮阳某手袋扶贫车间", ((70, (26, 11, 8)), (3, (22, 10, 8))), ""),
    ("潮阳某珠绣扶贫车间", ((66, (18, 9, 6)), (5, (12, 6, 5))), ""),
    ("潮阳某内衣扶贫车间", ((61, (31, 12, 9)),), ""),
    ("潮阳某文胸扶贫车间", ((59, (40, 15, 11)), (8, None)), "watched"),
    ("潮阳某竹编扶贫车间", ((130, (6, 3, 1)), (20, (4, 2, 1))), "cleared"),
)
# how many, first day and end of the term in days from today, whether it was ended
TERMS = ((6, -120, 150, False), (4, -160, 18, False), (2, -185, -2, False), (2, -190, -8, True))
PAY, CLAIMS, JANUARY = 95_000, 12, dt.date(2020, 1, 1)
POST: dict[str, object] = {
    "title": "村级保洁员",
    "kind": "welfare",
    "places": 20,
    "wage": PAY,
    "industry": "public",
    "skill": "",
    "age_min": 18,
    "age_max": None,
    "sex": "",
    "sex_ground": "",
    "effort": 1,
    "conditions": "",
    "hours": 6,
    "board": False,
    "at_home": False,
    "poor_only": True,
    "close_on": None,
    "restart_approval": "",
    "place": "",
}
FIRM = {"kind": "workshop", "credit_code": "", "address": "", "contact": "负责人", "contact_line": "0754-00000000"}


def load(*, today: dt.date, clerk: Scope) -> int:
    """Workshops, public-welfare posts and subsidies of the district with their reviews; how many."""
    county = Region.objects.get(code=DISTRICT.ljust(12, "0"))
    towns = list(Region.objects.filter(county=county, level=Region.TOWN).order_by("code")[: len(WORKSHOPS)]) or [county]
    for n, (name, found, end) in enumerate(WORKSHOPS):
        firm = posts.save_employer(
            Employer(), {"name": f"{name}（{MARK}）", **FIRM}, towns[n % len(towns)], by=clerk, today=today - dt.timedelta(200)
        )
        said = {"document": f"潮阳扶组〔2019〕{n + 3}号（{MARK}）", "recognised_on": today - dt.timedelta(200)}
        workshop = workshops.recognise(firm, said, by=clerk, today=today - dt.timedelta(200))
        for ago, people in found:
            _review(workshop, people, clerk, today - dt.timedelta(ago))
        _end(workshop, end, clerk, today)
    return len(WORKSHOPS)


def _review(workshop: Workshop, people: tuple[int, int, int] | None, clerk: Scope, day: dt.date) -> None:
    workers, poor, steady = people or (0, 0, 0)
    said = {"running": people is not None, "workers": workers, "poor_workers": poor, "steady": steady}
    workshops.review(workshop, said | {"problems": "" if people else "工人返乡未回，原料未到"}, by=clerk, today=day)


def _end(workshop: Workshop, end: str, clerk: Scope, today: dt.date) -> None:
    if end == "watched":
        workshops.watch(workshop, reason="春节后没有复工", by=clerk, today=today - dt.timedelta(7))
    elif end == "cleared":
        workshops.watch(workshop, reason="订单减少，人数不足", by=clerk, today=today - dt.timedelta(125))
        workshops.clear(workshop, reason="缓冲期满仍未达到要求，务工人员已另行安置", by=clerk, today=today - dt.timedelta(6))


def load_terms(*, today: dt.date, clerk: Scope) -> int:
    """People on public-welfare posts: some for months to come, some whose term ends or has ended; how many."""
    county, since = Region.objects.get(code=DISTRICT.ljust(12, "0")), today - dt.timedelta(200)
    said = {**FIRM, "name": f"潮阳区某镇公益岗位（{MARK}）", "kind": "welfare"}
    post = Post(employer=posts.save_employer(Employer(), said, county, by=clerk, today=since))
    post.put_in(county)
    post = posts.verify_post(posts.save_post(post, {**POST, "start_on": since}, by=clerk, today=since), by=clerk, today=since)
    people = Worker.objects.filter(
        county=county, status__in=("wants", "cannot"), records=None, offers=None, household__registration__in=IN_REGISTRATION
    )
    waiting = iter(people.select_related("member", "household", "region").order_by("pk")[:200])
    return sum(_appoint(waiting, post, plan, clerk, today) for plan in TERMS)


def _appoint(waiting: Iterator[Worker], post: Post, plan: tuple[int, int, int, bool], clerk: Scope, today: dt.date) -> int:
    wanted, first, last, ended = plan
    start, end, made = today + dt.timedelta(first), today + dt.timedelta(last), 0
    for worker in waiting:
        try:
            offer = posts.offer_post(worker, post, by=clerk, today=start)
        except Refused:
            continue  # the limits hold here too: the next one
        row = posts.accept_offer(offer, start, ends_on=end, by=clerk, today=start)
        _months(row, clerk, today)
        if ended:
            end_appointment(WelfareAppointment.objects.get(record=row), end, reason="聘期届满，本人外出务工", by=clerk, today=today)
        made += 1
        if made == wanted:
            break
    return made


def _months(row: WorkRecord, clerk: Scope, today: dt.date) -> None:
    """The three whole months before this one that lie in the term."""
    term, month = row.appointment, today.replace(day=1)
    for _ in range(3):
        month = (month - dt.timedelta(1)).replace(day=1)
        if term.starts_on <= month:
            terms.record_month(term, month, 22 + term.pk % 4, PAY, by=clerk, today=today)
            term.refresh_from_db()


def load_claims(*, today: dt.date, clerk: Scope, second: Scope) -> int:
    """Claims on transport aid and of a workshop; only for the one kind an invented amount was entered, the others stay empty. How many."""
    county = Region.objects.get(code=DISTRICT.ljust(12, "0"))
    for band, amount in (("out_province", 50_000), ("out_city", 30_000)):
        rate = {"kind": "transport", "band": band, "amount": amount, "valid_from": JANUARY, "document": f"虚构标准（{MARK}）"}
        subsidies.enter_rate(county, rate, by=clerk, today=today)
    away = Worker.objects.filter(county=county, status__in=("out_province", "out_city"), records__isnull=False).distinct()
    made = [
        subsidies.claim_for_worker(
            w, {"kind": "transport", "starts_on": JANUARY, "ends_on": None}, by=clerk, today=today - dt.timedelta(n % 9)
        )
        for n, w in enumerate(away.select_related("member", "household__county", "region").order_by("pk")[:CLAIMS])
    ]
    for n, claim in enumerate(made):
        _settle(claim, n % 5, clerk, second, today)
    firm = Workshop.objects.filter(county=county, state="normal").order_by("pk").first()
    if firm is not None:
        months = {"kind": "workshop", "persons": 5, "starts_on": dt.date(2019, 11, 1), "ends_on": dt.date(2020, 2, 1)}
        made.append(subsidies.claim_for_employer(firm.employer, months, by=clerk, today=today))
    return len(made)


def _settle(claim: SubsidyClaim, steps: int, clerk: Scope, second: Scope, today: dt.date) -> None:
    """As far as it has come: from applied to paid, and returned by the bank."""
    if steps >= 1:
        subsidies.check(claim, by=clerk, today=today)
    if steps >= 2:
        subsidies.approve(claim, by=second, today=today)
    if steps >= 3:
        subsidies.pay(claim, today, f"2020-{claim.pk:04d}", by=clerk, today=today)
    if steps >= 4:
        subsidies.fail(claim, ("dormant", "name", "closed")[claim.pk % 3], today, by=clerk, today=today)
