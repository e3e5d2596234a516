"""The labour ledger of the demonstration city: invented, marked 演示数据. Written past actions.py like the people, one audit row for all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from django.db import transaction

from shouwang.demo.bulk_insert import insert, move_on, next_key, rows_of
from shouwang.demo.people import MARK
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.models import AT_WORK, Worker, WorkRecord
from shouwang.ledgers.employment.queries import filed_labour

LOAD = Verb("demo.labour.load", "载入了演示劳动力摸底情况")
AT_MOST = 60_000
PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
# By mid-February most were held at home; shares are a guess.
SHARES = {
    "unsurveyed": 0.11,
    "out_province": 0.02,
    "out_city": 0.1,
    "cross_district": 0.05,
    "in_county": 0.17,
    "home_work": 0.06,
    "wants": 0.33,
    "cannot": 0.16,
}
WANTS = ("no_transport", "not_restarted", "home_control", "away_control", "afraid", "no_post", "no_skill")
CANNOT = ("care", "illness", "age", "farming", "disability")
AWAY = {
    "out_province": (("350206", "福建省厦门市湖里区", "塑胶厂"), ("330106", "浙江省杭州市西湖区", "服装厂")),
    "out_city": (
        ("440306", "广东省深圳市宝安区", "电子厂"),
        ("441900", "广东省东莞市", "五金厂"),
        ("440106", "广东省广州市天河区", "餐饮店"),
        ("442000", "广东省中山市", "灯饰厂"),
    ),
    "cross_district": (("440515", "广东省汕头市澄海区", "玩具厂"), ("440511", "广东省汕头市金平区", "印刷厂")),
    "in_county": (("", "", "服装加工厂"), ("", "", "农业合作社")),
}
SKILLS = ("none", "none", "none", "sewing", "sewing", "toys", "electronics", "building", "driving", "cooking", "housekeeping", "farming")
WISHES = ("anywhere", "in_province", "in_city", "near", "near", "welfare", "home")
FROM = {"out_province": "friends", "out_city": "friends", "cross_district": "company", "in_county": "self"}
INDUSTRY = {
    "塑胶厂": "toys",
    "服装厂": "textile",
    "电子厂": "electronics",
    "五金厂": "other_making",
    "餐饮店": "catering",
    "灯饰厂": "other_making",
} | {
    "玩具厂": "toys",
    "印刷厂": "printing",
    "服装加工厂": "textile",
    "农业合作社": "farming",
}


def load(*, seed: int, today: dt.date, by: Scope) -> tuple[int, int]:
    """Workers as the first survey found them, and the work of those who have some; (workers, records)."""
    people = list(
        filed_labour(today).order_by("pk").values("pk", "household_id", "birth_date", "county__code", "county__name", *PLACES)[:AT_MOST]
    )
    if not people:
        return 0, 0
    draw = np.random.default_rng([seed, 11])
    statuses = [_status(p, s, today) for p, s in zip(people, draw.choice(list(SHARES), len(people), p=list(SHARES.values())), strict=True)]
    picks = draw.integers(0, 1 << 30, (len(people), 6)).tolist()
    workers = [_worker(p, s, k, today) for p, s, k in zip(people, statuses, picks, strict=True)]
    with transaction.atomic():
        first = next_key(Worker)
        _insert(Worker, workers, first)
        records = [_record(w, first + n, k, today) for n, (w, k) in enumerate(zip(workers, picks, strict=True)) if w["status"] in AT_WORK]
        _insert(WorkRecord, records, next_key(WorkRecord))
        move_on((Worker, WorkRecord))
        note(Worker(pk=first), by=by, verb=LOAD, today=today, changes={"劳动力": len(workers), "务工记录": len(records)})
    return len(workers), len(records)


def _insert(model: type[Any], rows: list[dict[str, Any]], first: int) -> None:
    if rows:
        insert(rows_of(model, range(first, first + len(rows)), {name: [r[name] for r in rows] for name in rows[0]}))


def _status(person: dict[str, Any], drawn: str, today: dt.date) -> str:
    """Nobody over 62 is out in a factory."""
    old = person["birth_date"] < today.replace(year=today.year - 62)
    return "cannot" if old and drawn not in ("unsurveyed", "home_work") else str(drawn)


def _worker(person: dict[str, Any], status: str, k: list[int], today: dt.date) -> dict[str, Any]:
    at_work = status in AT_WORK
    code, name, _employer = _where(person, status, k[0]) if at_work else ("", "", "")
    reasons = {"wants": WANTS, "cannot": CANNOT}.get(status, ("",))
    asked = status != "unsurveyed"
    return {
        **{n.removesuffix("_id"): person[n] for n in PLACES},
        "household": person["household_id"],
        "member": person["pk"],
        "status": status,
        "reason": reasons[k[1] % len(reasons)],
        "place_code": code,
        "place_name": name,
        "place_detail": "",
        "wage": _wage(status, k[2]) if at_work else None,
        "skill": SKILLS[k[3] % len(SKILLS)] if asked else "",
        "wish": ("none" if status == "cannot" else WISHES[k[4] % len(WISHES)]) if asked and not at_work else "",
        "wish_wage": 200_000 + 50_000 * (k[4] % 6) if status == "wants" else None,
        "cadre_family": asked and k[5] % 61 == 0,
        "care_duty": asked and k[5] % 9 == 0,
        "at_work_last_year": (status != "cannot" and k[5] % 8 > 0) if asked else None,
        "surveyed_on": today - dt.timedelta(k[1] % 12) if asked else None,
        "surveyed_by": MARK if asked else "",
        "tries": 0 if asked else k[2] % 3,
        "tried_on": None if asked or k[2] % 3 == 0 else today - dt.timedelta(1),
        "tried_outcome": "" if asked or k[2] % 3 == 0 else "no_answer",
    }


def _wage(status: str, k: int) -> int:
    """分 a month."""
    return (180_000 if status == "in_county" else 320_000) + 10_000 * (k % 180)


def _where(person: dict[str, Any], status: str, k: int) -> tuple[str, str, str]:
    """Code, name, employer; across districts never the own one."""
    home = person["county__code"][:6]
    found = [w for w in AWAY[status] if w[0] != home]
    code, name, employer = found[k % len(found)]
    return (code, name, employer) if code else (home, f"广东省汕头市{person['county__name']}", employer)


def _record(worker: dict[str, Any], pk: int, k: list[int], today: dt.date) -> dict[str, Any]:
    kind = next((w[2] for w in AWAY[worker["status"]] if w[1] == worker["place_name"]), AWAY["in_county"][k[0] % 2][2])
    return {
        **{n: worker[n] for n in ("region", "city", "county", "town", "village", "household", "place_code", "place_name", "place_detail")},
        "worker": pk,
        "post": None,
        "planned": False,
        "started_on": today - dt.timedelta(20 + k[1] % 400),
        "ended_on": None,
        "employer": f"{kind}（{MARK}）",
        "industry": INDUSTRY[kind],
        "monthly_income": worker["wage"],
        "channel": FROM[worker["status"]],
        "contract": ("none", "under_1", "one_to_three")[k[3] % 3],
        "point_to_point": False,
        "transport_aid": None,
        "service_need": "",
        "left_reason": "",
    }
