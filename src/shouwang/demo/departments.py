"""Departments' data of the demonstration: columns drawn straight into the lake, and a few deliveries with a history. All invented.

The rows are written past the files and the matcher, as an old delivery has left them: one audit row for all. What is shown as waiting
(a file to confirm, people to decide on, a letter out, a late feed) is written with the ledger's own records.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import Count

from shouwang.demo.people import MARK
from shouwang.engine.feeds import Feed, after, feed
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange import intake, lake, letters, watch
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, MatchQuestion
from shouwang.ledgers.registry.models import Member

if TYPE_CHECKING:
    from shouwang.demo.offices import Staff

LOAD = Verb("demo.departments.load", "载入了演示部门数据")
MONTHS = 3
# Feed → office of the city, how it comes, share of the members a month's file is about, and the way its columns are drawn.
AGREED = {
    "medical_settlement": ("ybj", "file", 0.08),
    "insurance_enrolment": ("ybj", "file", 0.9),
    "employment": ("rsj", "file", 0.3),
    "payroll": ("jrj", "file", 0.2),
    "pupils": ("jyj", "file", 0.12),
    "social_aid": ("mzj", "file", 0.05),
    "housing": ("zjj", "file", 0.1),
    "production": ("nyj", "file", 0.06),
    "credit": ("jrj", "file", 0.05),
    "serious_illness": ("wjj", "file", 0.003),
    "fiscal_payroll": ("czj", "list", 0.0),
    "firms": ("fgj", "inside", 0.0),
}
AGES = {"pupils": (6, 18), "employment": (17, 65), "payroll": (17, 65)}  # whom a feed can be about
LATE = "serious_illness"  # its January has not come
WEIGHTS: dict[str, tuple[float, ...]] = {
    "employment.status": (0.955, 0.03, 0.015), "pupils.status": (0.996, 0.002, 0.002), "social_aid.event": (0.04, 0.02, 0.94),
    "housing.grade": (0.6, 0.38, 0.015, 0.005), "production.state": (0.9, 0.05, 0.05),
}  # fmt: skip
MONEY = {
    "total_fen": (8.6, 1.1), "insured_fen": (8.3, 1.1), "own_fen": (7.3, 1.0), "wage_fen": (8.0, 0.35), "amount_fen": (6.3, 0.3),
    "loss_fen": (8.0, 0.7), "balance_fen": (10.2, 0.5),
}  # fmt: skip


@dataclass
class _People:
    """The living members of the city as columns."""

    keys: Any
    birth: Any


def load_departments(city: Region, staff: Staff, *, seed: int, today: dt.date) -> int:
    """Agreements, three months of every feed in the lake, a late one, people to decide on, a letter; returns the rows."""
    members = Member.objects.filter(left_on=None, city=city).order_by("pk").values_list("lake_key", "birth_date")
    held = list(members)
    if not held:
        return 0
    people = _People(np.array([m[0] for m in held], dtype=np.int64), np.array([m[1].year for m in held]))
    rng, rows = np.random.default_rng([seed, 17]), 0
    with transaction.atomic():
        made = {code: _agree(code, staff.offices[f"4405-{key}"], city, way, today) for code, (key, way, _share) in AGREED.items()}
        for code, agreement in made.items():
            for period in _periods(code, today) if AGREED[code][1] == "file" else ():
                rows += _month(agreement, period, people, rng)
        note(made["employment"], by=Scope.system(MARK), verb=LOAD, today=today, changes={"行数": rows})
        _waiting(made, today, staff)
    for code, agreement in made.items():
        for period in sorted(set(agreement.deliveries.filter(state="done").values_list("period", flat=True))):
            intake.rebuild(feed(code), period)
    watch.late_items(today)
    return rows


def _agree(code: str, office: Office, city: Region, way: str, today: dt.date) -> FeedAgreement:
    made = FeedAgreement(feed=code, office=office, way=way, since=today.replace(year=today.year - 1, month=1, day=1), note=MARK)
    made.put_in(city)
    made.save()
    return made


def _periods(code: str, today: dt.date) -> list[dt.date]:
    """The last months (quarters) that are due, the oldest first; the late feed lacks its last."""
    known, out = feed(code), []
    at = watch.due_period(code, today)
    for _ in range(MONTHS if known.period == "month" else 1):
        out.append(at)
        at = known.previous(at)
    return sorted(out)[:-1] if code == LATE else sorted(out)


def _month(agreement: FeedAgreement, period: dt.date, people: _People, rng: np.random.Generator) -> int:
    """One delivery with its rows in the lake; returns how many."""
    import pyarrow as pa

    known, n = agreement.declared, len(people.keys)
    who = rng.choice(n, max(1, int(n * AGREED[known.code][2])), replace=False)
    size = len(who)
    if known.code in AGES:
        youngest, oldest = AGES[known.code]
        who = who[(2020 - people.birth[who] >= youngest) & (2020 - people.birth[who] <= oldest)]
        size = len(who)
    start, days = known.starts(period), (after(period) - known.starts(period)).days
    columns: dict[str, Any] = {
        "line": np.arange(2, size + 2),
        "person": people.keys[who],
        "question": pa.nulls(size, pa.int64()),
        "way": rng.choice(["exact", "points", "model"], size, p=[0.94, 0.055, 0.005]),
        "bits": np.zeros(size, dtype=np.int64),
        "day": pa.array((np.datetime64(start, "D") + rng.integers(0, days, size)).tolist(), pa.date32()),
        **_columns(known, period, size, rng, people.birth[who]),
    }
    shape = lake.schema_of(known)
    table = pa.table({f.name: pa.array(columns[f.name]).cast(f.type) for f in shape})
    made = _delivery(agreement, period, size, columns["way"])
    if size:
        lake.write_part(made.pk, 0, table)
    return size


def _columns(known: Feed, period: dt.date, n: int, rng: np.random.Generator, birth: Any) -> dict[str, Any]:
    """The feed's own columns, drawn."""
    out: dict[str, Any] = {}
    for field in known.fields:
        if field.code == "stage":
            ages = 2020 - birth
            out["stage"] = np.select([ages < 12, ages < 15], ["primary", "junior"], "senior")
        elif field.choices:
            codes = list(field.choices)
            weights = WEIGHTS.get(f"{known.code}.{field.code}", ())
            p = np.array(weights if len(weights) == len(codes) else [1] * len(codes), dtype=float)
            out[field.code] = rng.choice(codes, n, p=p / p.sum())
        elif field.type == "money":
            mean, spread = MONEY[field.code]
            out[field.code] = (np.exp(rng.normal(mean, spread, n)) * 100).astype(np.int64)
        elif field.type == "flag":
            out[field.code] = rng.random(n) < 0.985
        elif field.code == "year":
            out["year"] = np.full(n, period.year)
        else:
            out[field.code] = np.where(rng.random(n) < 0.99, 0, rng.integers(1, 120, n))
    if known.code == "employment":  # who has no work has no wage and no place: no data, which is not 0
        idle = out["status"] == "unemployed"
        out["wage_fen"] = [None if i else int(v) for i, v in zip(idle, out["wage_fen"], strict=True)]
        out["place"] = [None if i else str(v) for i, v in zip(idle, out["place"], strict=True)]
    if "own_fen" in out:
        out["own_fen"] = np.minimum(out["own_fen"], out["total_fen"])
        out["insured_fen"] = np.minimum(out["insured_fen"], out["total_fen"])
    return out


def _delivery(agreement: FeedAgreement, period: dt.date, rows: int, ways: Any) -> Delivery:
    name = f"{agreement.title}{period:%Y年%m月}（{MARK}）.xlsx"
    made = Delivery(
        agreement=agreement, feed=agreement.feed, office=agreement.office, period=period, state="done", name=name, uploaded_by="演示报送人",
        received_on=min(agreement.declared.expected(period) - dt.timedelta(2), dt.date(2020, 2, 14)), rows=rows,
        digest=hashlib.sha256(name.encode()).hexdigest(), exact_rows=int((ways == "exact").sum()), points_rows=int((ways == "points").sum()),
        model_rows=int((ways == "model").sum()),
    )  # fmt: skip
    made.put_in(agreement.region)
    made.save()
    return made


def _waiting(made: dict[str, FeedAgreement], today: dt.date, staff: Staff) -> None:
    """People to decide on, and a letter whose list is out."""
    from shouwang.engine.matching.chinese import spec

    latest = made["medical_settlement"].deliveries.order_by("-period")[0]
    asked = _namesakes()
    bit = 1 << spec().codes.index("name_same")
    for n, members in enumerate(asked):
        said = {"name": members[0].name, "sex": members[0].sex}
        question = MatchQuestion(
            feed=latest.feed, first=latest, tag=hashlib.sha256(f"demo{n}".encode()).hexdigest(), asked_on=today,
            candidates=[[m.pk, 3, bit] for m in members],
        )  # fmt: skip
        question.said = json.dumps(said, ensure_ascii=False)
        intake.put_among(question, [m.pk for m in members], latest)
        question.save()
    Delivery.objects.filter(pk=latest.pk).update(open_rows=len(asked), rows=latest.rows + len(asked))
    by = scope_of(staff.users["4405-fpb-jb"], today)
    days = {"answer_by": today + dt.timedelta(7), "destroy_by": today + dt.timedelta(30)}
    letter_said: dict[str, Any] = {"purpose": "做好防止返贫动态监测工作", "audience": "monitored", **days}
    letter = letters.draft(made["fiscal_payroll"], letter_said, by=by, today=today)
    letters.send(letter, number="汕扶办函〔2020〕6号", by=by, today=today)
    letters.draft(made["firms"], letter_said, by=by, today=today)


def _namesakes() -> list[list[Member]]:
    """Up to eight names that two or three living members of one sex bear."""
    living = Member.objects.filter(left_on=None)
    names = living.values("name", "sex").annotate(n=Count("pk")).filter(n__range=(2, 3)).order_by("name")[:8]
    return [list(living.filter(name=row["name"], sex=row["sex"]).order_by("pk")) for row in names]
