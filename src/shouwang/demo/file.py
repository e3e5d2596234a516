"""Visits and papers of the demonstration: invented, marked 演示数据. Written past actions.py like the people, one audit row for all."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from shouwang.demo.bulk_insert import insert, move_on, next_key, rows_of
from shouwang.demo.people import MARK
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.models import HelperAssignment, Household, Visit
from shouwang.ledgers.registry.paper_actions import file_paper
from shouwang.ledgers.registry.papers import catalogue
from shouwang.ledgers.registry.queries import on_file

LOAD = Verb("demo.visits.load", "载入了演示走访记录")
AT_MOST = 20_000
RESULTS = (
    "家庭情况无变化，身体健康无发热咳嗽。",
    "了解务工返岗意愿，暂在家等通知。",
    "宣讲疫情防控和帮扶政策，已领取口罩。",
    "核对收入支出，养老金按月到账。",
    "了解春耕准备，种苗已备。",
)
NEEDS = ("想外出务工", "农产品滞销", "缺种苗农资", "看病费用负担重", "需申请临时救助")
FILED, SHOWN = 4, ("household_book", "check_sheet", "agreement", "income_sheet")


def load_visits(*, seed: int, today: dt.date, by: Scope) -> int:
    """Visits of the last weeks for about a third of the households on file, at most 20,000; returns how many."""
    helpers = {h["household_id"]: h for h in HelperAssignment.objects.filter(until=None).values("household_id", "name", "user_id")}
    places = ("region_id", "city_id", "county_id", "town_id", "village_id")
    homes = [h for h in on_file(Household.objects.order_by("pk")).values("pk", "head_name", *places) if h["pk"] in helpers][::3][:AT_MOST]
    n = len(homes)
    if not n:
        return 0
    draw = np.random.default_rng([seed, 7])
    reach = draw.choice(["reached", "no_answer", "refused"], n, p=[0.9, 0.08, 0.02]).tolist()
    met = [r == "reached" for r in reach]
    wanting = [m and x < 0.12 for m, x in zip(met, draw.random(n).tolist(), strict=True)]
    columns: dict[str, Any] = {
        "household": [h["pk"] for h in homes],
        **{p.removesuffix("_id"): [h[p] for h in homes] for p in places},
        "visited_on": [today - dt.timedelta(days=int(d)) for d in draw.integers(1, 120, n)],
        "means": draw.choice(["home", "phone", "video"], n, p=[0.35, 0.55, 0.10]).tolist(),
        "reach": reach,
        "visitor": [helpers[h["pk"]]["user_id"] for h in homes],
        "visitor_name": [helpers[h["pk"]]["name"] for h in homes],
        "met": [h["head_name"] if m else "" for h, m in zip(homes, met, strict=True)],
        "result": [f"{RESULTS[i]}（{MARK}）" if m else "" for i, m in zip(draw.integers(0, len(RESULTS), n).tolist(), met, strict=True)],
        "needs": [NEEDS[i] if w else "" for i, w in zip(draw.integers(0, len(NEEDS), n).tolist(), wanting, strict=True)],
        "next_step": ["报镇（街道）协调" if w else "" for w in wanting],
        **{name: [None] * n for name in ("corrects", "need_met_on")},
        "need_answer": [""] * n,
    }
    with transaction.atomic():
        first = next_key(Visit)
        insert(rows_of(Visit, range(first, first + n), columns))
        move_on((Visit,))
        note(Household(pk=homes[0]["pk"]), by=by, verb=LOAD, today=today, changes={"走访次数": n})
    return n


def load_papers(village_code: str, *, today: dt.date, by: Scope) -> int:
    """Four papers each for the first households on file of a village, as pictures that say what they are; returns how many."""
    wanted = [e for e in catalogue(today) if e.code in SHOWN]
    homes = list(on_file(Household.objects.filter(village__code=village_code)).order_by("code")[:FILED])
    for household in homes:
        for entry in wanted:
            upload = SimpleUploadedFile(f"{entry.name}（{MARK}）.png", _picture(), content_type="image/png")
            file_paper(household, entry, [upload], dated_on=today - dt.timedelta(days=40), by=by, today=today)
    return len(homes) * len(wanted)


def _picture() -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (640, 400), "#fdf6e3")
    ImageDraw.Draw(picture).rectangle((20, 20, 620, 380), outline="#b58900", width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
