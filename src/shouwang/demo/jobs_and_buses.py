"""Employers, posts, a matching plan, offers and a departure batch of the demonstration city: invented, marked 演示数据, made by the ledger's own actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils import timezone

from shouwang.demo.people import MARK
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import impacts
from shouwang.ledgers.employment.actions import batches, matching, posts, workshops
from shouwang.ledgers.employment.models import BatchDestination, Employer, Offer, Post, Worker
from shouwang.ledgers.employment.post_queries import lines
from shouwang.ledgers.employment.welfare import past

DISTRICT, AWAY, NEAR, TAKEN, HELD, TERM = "440513", 35, 25, 45, 1_500, 6
# name, kind, industry, where the work is ("" = here), posts of (title, places, wage in yuan, skill, lodging)
EMPLOYERS: tuple[tuple[str, str, str, str, tuple[tuple[str, int, int, str, bool], ...]], ...] = (
    ("潮阳某针织厂", "company", "textile", "", (("缝纫工", 12, 3800, "sewing", True), ("包装普工", 10, 3200, "", True))),
    (
        "长安某电子厂",
        "company",
        "electronics",
        "东莞市长安镇",
        (("装配普工", 80, 4500, "", True), ("质检员", 20, 4800, "electronics", True)),
    ),
    ("宝安某物流公司", "company", "transport", "深圳市宝安区", (("分拣员", 30, 4600, "", True), ("货车司机", 8, 6500, "driving", True))),
    ("海门渔港工程", "project", "building", "", (("小工", 8, 4200, "", False), ("钢筋工", 4, 5600, "building", False))),
    ("和睦扶贫车间", "workshop", "textile", "", (("手袋缝制", 8, 2200, "", False), ("居家穿珠", 10, 1600, "", False))),
    ("海门镇公益性岗位", "welfare", "public", "", (("保洁员", 4, 1000, "", False), ("防疫消杀员", 2, 1200, "", False))),
    ("潮阳某蔬菜合作社", "farm", "farming", "", (("采收工", 6, 2600, "", False),)),
)


def load(*, today: dt.date, by: Scope, clerk: Scope) -> tuple[int, int, int]:
    """(posts, offers, travellers). `clerk` is of the district that matches and sends."""
    place = Region.objects.get(code=DISTRICT.ljust(12, "0"))
    town = Region.objects.filter(county=place, level=Region.TOWN).order_by("code").first() or place
    impacts.tell_all(Worker.objects.filter(status="wants").order_by("pk")[:HELD], by=by, today=today)
    made = [p for row in EMPLOYERS for p in _employer(row, town, clerk, today)]
    wanting = (
        Worker.objects.filter(county=place, status="wants").order_by().values("village").annotate(n=Count("pk")).order_by("-n", "village")
    )
    for village in Region.objects.filter(pk__in=list(wanting.values_list("village", flat=True)[:3])).order_by("code"):
        posts.set_priority(village, document=f"挂牌督战名单（{MARK}）", by=clerk, today=today)
    plan, job = matching.ask_plan(place, by=clerk, today=today)
    _done(job)
    if Worker.objects.filter(county=place, status="wants").exists():
        matching.keep(plan, matching.solve(plan, today=today), by=by, today=today)
    found = lines(clerk).filter(plan=plan).exclude(post=None).order_by("-score")
    away, near = found.exclude(post__place_code="")[:AWAY], found.filter(post__place_code="")[:NEAR]
    sent = posts.send_offers(plan, [*away, *near], by=clerk, today=today)
    _answer(clerk, today)
    return len(made), sent, _batch(place, clerk, by, today)


def _done(job: Job) -> None:
    """What the worker would have done is done here."""
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, finished_at=timezone.now())


def _employer(row: tuple[Any, ...], town: Region, clerk: Scope, today: dt.date) -> list[Post]:
    name, kind, industry, where, offered = row
    said = {
        "name": f"{name}（{MARK}）",
        "kind": kind,
        "credit_code": "",
        "address": "",
        "contact": "招工负责人",
        "contact_line": "0754-00000000",
    }
    employer = posts.save_employer(Employer(), said, town, by=clerk, today=today)
    if kind == "workshop":
        known = {"document": f"潮阳扶组〔2019〕2号（{MARK}）", "recognised_on": today - dt.timedelta(260)}
        workshops.recognise(employer, known, by=clerk, today=today)
    out = []
    for title, places, wage, skill, board in offered:
        post = Post(employer=employer)
        post.put_in(town)
        usual = {
            "age_min": 16,
            "age_max": None,
            "sex": "",
            "sex_ground": "",
            "effort": 2 if wage > 2000 else 1,
            "conditions": "",
            "hours": 8,
        }
        more = {"title": title, "kind": kind, "places": places, "wage": wage * 100, "industry": industry, "skill": skill, "board": board}
        start = today + dt.timedelta(4 if where else 0)
        end = {
            "at_home": "居家" in title,
            "poor_only": kind in ("welfare", "workshop"),
            "start_on": start,
            "close_on": None,
            "restart_approval": "" if where else f"潮阳复工〔2020〕4号（{MARK}）",
            "place": where,
        }
        kept = posts.save_post(post, usual | more | end, by=clerk, today=today)
        out.append(kept if title == "质检员" else posts.verify_post(kept, by=clerk, today=today))
    return out


def _answer(clerk: Scope, today: dt.date) -> None:
    """Most say yes, some do not, a few have not answered."""
    waiting = (
        Offer.objects.filter(state="sent")
        .select_related("worker__member", "worker__household", "household", "post__employer")
        .order_by("pk")
    )
    for n, offer in enumerate(waiting[:TAKEN]):
        if n % 9 == 8:
            posts.decline_offer(offer, ("wage", "care", "epidemic")[n // 9 % 3], by=clerk, today=today)
        else:
            start = max(today, offer.post.start_on)
            until = past(start, TERM) if offer.post.kind == "welfare" else None
            posts.accept_offer(offer, start, ends_on=until, by=clerk, today=today)


def _batch(place: Region, clerk: Scope, by: Scope, today: dt.date) -> int:
    """Those who start elsewhere travel in a batch; one has a fever, one has not declared."""
    said = {"name": f"潮阳区第一批返岗专车（{MARK}）", "day_from": today, "day_to": today + dt.timedelta(6), "day_cap": 60}
    batch = batches.open_batch(place, said, by=clerk, today=today)
    for where, number in (("东莞市长安镇", 8), ("深圳市宝安区", 9)):
        goes = {
            "place": where,
            "approval": f"粤联防函〔2020〕{number}号（{MARK}）",
            "cap": 40,
            "receiver": "人社局",
            "receiver_line": "",
            "days_away": 2,
        }
        batches.save_destination(batch, BatchDestination(), goes, by=clerk, today=today)
    for n in range(2):
        batches.add_vehicle(batch, place, {"plate": f"粤D0000{n + 1}", "seats": 40}, by=clerk, today=today)
    batches.enlist(batch, by=clerk, today=today)
    rows = list(batch.travellers.select_related("household", "batch").order_by("pk"))
    for n, row in enumerate(rows):
        well = {"declared": n != 3, "temperature": Decimal("37.6") if n == 5 else Decimal("36.4"), "quarantine_until": None, "group": ""}
        batches.check_health(row, well, by=clerk, today=today)
    if len(rows) > 6:
        _done(batches.ask(batch, by=clerk, today=today))
        batch.refresh_from_db()
        batches.keep(batch, batches.solve(batch, today=today), by=by, today=today)
    return len(rows)
