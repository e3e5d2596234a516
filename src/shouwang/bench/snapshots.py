"""Synthetic snapshots of the lake: a seeded generator writes sorted Parquet by county and month. Everything is invented; no name, no number of a person.

`awkward=True` draws from values that break sweeps: nulls, zeros, one 分 on either side of each threshold, the edges of windows, unknown codes.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shouwang.engine.catalog import EPOCH, months_before
from shouwang.engine.feeds import feeds
from shouwang.engine.snapshot import save

COUNTIES = (440507, 440511, 440512, 440513, 440514, 440515, 440523)
MONEY = (
    0,
    1,
    99_999,
    100_000,
    499_999,
    500_000,
    500_001,
    600_000,
    600_001,
    750_000,
    999_999,
    1_000_000,
    1_000_001,
    1_500_000,
    2_000_001,
    5_000_000,
    10_000_000,
)
STAGES = ("not_in_school", "preschool", "primary", "junior", "senior", "vocational", "college", "bachelor")
# Rows a month for each member, working member or household, at 50 rows a household in 14 months.
SHARES = {
    "payroll": ("worker", 0.86), "employment": ("worker", 0.86), "medical_settlement": ("person", 0.17), "insurance_enrolment": ("person", 0.072),
    "pupils": ("pupil", 0.43), "credit": ("household", 0.085), "social_aid": ("household", 0.075), "water": ("household", 0.06),
    "petitions": ("person", 0.001), "disability": ("person", 0.004), "civil_registry": ("person", 0.001), "serious_illness": ("person", 0.0015),
    "housing": ("household", 0.02), "disaster": ("household", 0.003), "accidents": ("person", 0.0007), "production": ("household", 0.03),
    "vehicles": ("person", 0.008), "firms": ("person", 0.002), "property": ("person", 0.004), "fiscal_payroll": ("person", 0.005),
}  # fmt: skip
PER_HOUSEHOLD = 50.0


@dataclass(frozen=True, slots=True)
class People:
    """The keys of a county's households and members, both in the order of the files."""

    households: Any
    persons: Any
    home: Any
    age: Any


def make(
    folder: Path,
    *,
    households: int,
    rows: int,
    asof: dt.date,
    counties: Sequence[int] = COUNTIES,
    months: int = 14,
    seed: int = 1,
    awkward: bool = False,
) -> int:
    """Write a snapshot and return its number of feed rows, about `rows`. The same arguments give the same files."""
    scale = rows / (households * PER_HOUSEHOLD)
    held: dict[str, list[Any]] = {}
    for county, n in zip(counties, _split(households, len(counties)), strict=True):
        rng = np.random.default_rng([seed, county])
        people = _people(rng, n)
        write = _Columns(rng, asof, awkward)
        _save(folder / "households" / f"county={county}" / "part.parquet", _households(write, people, county))
        _save(folder / "persons" / f"county={county}" / "part.parquet", _persons(write, people))
        for feed in SHARES:
            for month, table in _feed(write, people, feed, scale, months):
                _save(folder / "feeds" / feed / f"county={county}" / f"period={month}" / "part.parquet", table)
                held.setdefault(feed, []).append((month, table.num_rows))
    spans = {f: {"from": f"{min(m for m, _ in got)}-01", "to": str(asof), "rows": sum(n for _, n in got)} for f, got in held.items()}
    said = {"schema": 1, "asof": str(asof), "counties": list(counties), "feeds": spans, "made_at": f"{asof}T00:00:00+08:00"}
    (folder / "snapshot.json").write_text(json.dumps(said, ensure_ascii=False), "utf-8")
    return sum(int(s["rows"]) for s in spans.values())


def _split(n: int, parts: int) -> list[int]:
    return [n // parts + (i < n % parts) for i in range(parts)]


def _save(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save(table, path)


def _people(rng: Any, n: int) -> People:
    keys = np.unique(rng.integers(1, 1 << 62, n + n // 1000 + 8))
    keys = np.sort(rng.permutation(keys)[:n])
    size = rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.12, 0.2, 0.24, 0.22, 0.14, 0.08])
    home = np.repeat(np.arange(n), size)
    return People(keys, rng.integers(1, 1 << 62, home.size), home, rng.integers(0, 90, home.size))


class _Columns:
    """Draws of one kind each."""

    def __init__(self, rng: Any, asof: dt.date, awkward: bool) -> None:
        self.rng, self.asof, self.awkward = rng, asof, awkward

    def null(self, values: Any, share: float, kind: Any = None) -> pa.Array:
        """With a share of nulls, more of them in an awkward snapshot."""
        return pa.array(values, type=kind, mask=self.rng.random(len(values)) < (max(share, 0.15) if self.awkward else share))

    def money(self, n: int, middle: int, *, share: float = 0.02, spread: float = 0.6, zero: float = 0.0) -> pa.Array:
        """分 around `middle`."""
        if self.awkward:
            return self.null(self.rng.choice(MONEY, n), share, pa.int64())
        drawn = (middle * self.rng.lognormal(0, spread, n)).astype(np.int64)
        return self.null(np.where(self.rng.random(n) < zero, 0, drawn), share, pa.int64())

    def whole(self, n: int, low: int, high: int, share: float = 0.0) -> pa.Array:
        """Whole numbers low..high."""
        return self.null(self.rng.integers(low, high + 1, n), share, pa.int64())

    def flag(self, n: int, true: float, share: float = 0.0) -> pa.Array:
        """True with this probability."""
        return self.null(self.rng.random(n) < (0.5 if self.awkward else true), share)

    def word(self, n: int, words: Sequence[str], odds: Sequence[float] | None = None, share: float = 0.0) -> pa.Array:
        """Codes; an awkward snapshot holds unknown ones."""
        if self.awkward:
            words, odds = (*words, "??"), None
        picked = self.rng.choice(len(words), n, p=None if odds is None else np.array(odds) / sum(odds)).astype(np.int32)
        return pa.DictionaryArray.from_arrays(self.null(picked, share, pa.int32()), pa.array(words)).cast(pa.string())

    def day(self, n: int, back: int, share: float = 0.0) -> pa.Array:
        """Days up to `back` before the as-of day; awkward ones on the edges of windows."""
        edges = (0, 1, 29, 30, 31, 179, 180, 181)
        ago = self.rng.choice(edges, n) if self.awkward else self.rng.integers(0, back, n)
        return self.null(((self.asof - EPOCH).days - ago).astype(np.int32), share, pa.int32()).cast(pa.date32())


def _households(w: _Columns, people: People, county: int) -> pa.Table:
    n = len(people.households)
    size = np.bincount(people.home, minlength=n)
    town = county * 1000 + 100 + w.rng.integers(0, 20, n)
    monitored = w.flag(n, 0.05)
    risks = w.rng.integers(0, 1 << 12, n) if w.awkward else 1 << w.rng.integers(0, 12, n)
    identified = w.day(n, 700, 0.0 if w.awkward else 0.95)
    return pa.table(
        {
            "household": people.households, "county": pa.array(np.full(n, county), pa.int32()), "town": town, "village": town * 1000 + w.rng.integers(200, 230, n),
            "household_class": w.word(n, ("general", "dibao", "tekun"), (0.92, 0.06, 0.02)),
            "standard_system": w.word(n, ("national_registered", "gd_relative", "monitored", "ordinary"), (0.04, 0.06, 0.05, 0.85)),
            "monitored": monitored, "exited": w.flag(n, 0.1), "exit_day": w.day(n, 1200, 0.9), "identified_day": identified, "cleared_day": w.day(n, 600, 0.98),
            "persons": pa.array(size, pa.int16()), "able_labour": w.whole(n, 0, 3, 0.01).cast(pa.int16()),
            "income_fen": w.money(n, 1_600_000, share=0.03), "income_year_fen": w.money(n, 5_000_000, share=0.03), "last_income_fen": w.money(n, 1_500_000, share=0.05),
            "wage_income_fen": w.money(n, 2_500_000), "out_wage_fen": w.money(n, 1_500_000, zero=0.6), "business_income_fen": w.money(n, 900_000, zero=0.4),
            "transfer_income_fen": w.money(n, 300_000), "property_income_fen": w.money(n, 50_000, zero=0.7), "expense_fen": w.money(n, 400_000),
            "self_paid_fen": w.money(n, 150_000, spread=1.2, zero=0.5), "compensation_fen": w.money(n, 20_000, share=0.6, zero=0.8),
            "housing_grade": w.word(n, ("a", "b", "c", "d"), (0.8, 0.19, 0.007, 0.003), 0.02), "water_safe": w.flag(n, 0.995, 0.02),
            "land_mu_100": w.whole(n, 0, 25_000 if w.awkward else 2_000, 0.05), "road_m": w.whole(n, 0, 6_000 if w.awkward else 3_000, 0.05).cast(pa.int32()),
            "has_helper": w.flag(n, 0.9), "measures": w.whole(n, 0, 4, 0.02).cast(pa.int16()), "development_measures": w.whole(n, 0, 2, 0.02).cast(pa.int16()),
            "risk_mask": w.null(np.where(w.rng.random(n) < (0.3 if w.awkward else 0.9), 0, risks), 0.01, pa.int64()),
        }
    )  # fmt: skip


def _persons(w: _Columns, people: People) -> pa.Table:
    n = len(people.persons)
    born = w.asof.year * 12 + w.asof.month - (people.age * 12 + w.rng.integers(0, 12, n))
    disabled = w.rng.random(n) < (0.5 if w.awkward else 0.03)
    ages, steps = (3, 6, 12, 15, 18), (0, 1, 2, 3, 4)
    stage = np.select([people.age < a for a in ages], steps, np.where((people.age < 22) & (w.rng.random(n) < 0.4), 7, 0))
    wages = (300_000 * w.rng.lognormal(0, 0.3, n)).astype(np.int64)
    stage = np.where(w.rng.random(n) < (0.2 if w.awkward else 0.002), 0, stage).astype(np.int32)
    return pa.table(
        {
            "person": people.persons, "household": people.households[people.home], "birth_year": w.null((born - 1) // 12, 0.001, pa.int16()),
            "birth_month": pa.array((born - 1) % 12 + 1, pa.int8()), "sex": w.word(n, ("male", "female"), (0.52, 0.48)),
            "relation": w.word(n, ("head", "spouse", "son", "daughter")),
            "school_stage": pa.DictionaryArray.from_arrays(w.null(stage, 0.01, pa.int32()), pa.array(STAGES)).cast(pa.string()),
            "health": w.word(n, ("healthy", "chronic", "severe", "disabled"), (0.85, 0.1, 0.02, 0.03)),
            "labour": w.word(n, ("ordinary", "skilled", "weak", "lost", "none"), (0.5, 0.1, 0.02, 0.01, 0.37)), "insured": w.flag(n, 0.995),
            "disability_type": pa.array(w.rng.integers(1, 8, n), pa.int8(), mask=~disabled),
            "disability_grade": pa.array(w.rng.integers(1, 5, n), pa.int8(), mask=~disabled),
            "work_status": w.word(n, ("employed", "unemployed"), None, 0.3), "work_place": w.word(n, ("out_province", "in_city", "county"), None, 0.4),
            "wage_fen": w.money(n, 300_000, share=0.7) if w.awkward else pa.array(wages, mask=(people.age < 18) | (people.age > 62)),
            "public_post": w.flag(n, 0.01), "public_posts": w.whole(n, 0, 3 if w.awkward else 1).cast(pa.int8()), "id_ok": w.flag(n, 0.99),
            "phone_group": w.whole(n, 1, 1 << 40, 0.4),
        }
    )  # fmt: skip


def _feed(w: _Columns, people: People, feed: str, scale: float, months: int) -> Iterator[tuple[str, pa.Table]]:
    who, share = SHARES[feed]
    chosen = {
        "household": np.arange(len(people.households)),
        "person": np.arange(len(people.persons)),
        "worker": np.flatnonzero((people.age >= 18) & (people.age < 60)),
        "pupil": np.flatnonzero((people.age >= 6) & (people.age < 18)),
    }[who]
    if w.awkward:  # half of the households are unknown to each feed
        share = min(1.0, max(share * 4, 0.03))
        seen = w.rng.random(len(people.households)) < 0.5
        chosen = chosen[seen[chosen if who == "household" else people.home[chosen]]]
    for back in range(months):
        first = months_before(w.asof.replace(day=1), back)
        end = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        last = end if w.awkward else min(w.asof, end)  # awkward: rows after the as-of day too, which no sweep may see
        odds = share * scale
        times = w.rng.poisson(odds, chosen.size) if odds > 1 else (w.rng.random(chosen.size) < odds).astype(np.int64)
        mine = np.repeat(chosen, times)
        if not mine.size:
            continue
        home = mine if who == "household" else people.home[mine]
        days = (first - EPOCH).days + w.rng.integers(0, (last - first).days + 1, mine.size)
        person = pa.nulls(mine.size, pa.int64()) if who == "household" else w.null(people.persons[mine], 0.0, pa.int64())
        keys = {"person": person, "household": people.households[home], "day": pa.array(days.astype(np.int32)).cast(pa.date32())}
        yield f"{first:%Y-%m}", pa.table({**keys, **{f.code: _value(w, feed, f, mine.size) for f in feeds()[feed].fields}})


MIDDLE = {
    ("payroll", "wage_fen"): 320_000, ("employment", "wage_fen"): 320_000, ("medical_settlement", "own_fen"): 30_000,
    ("medical_settlement", "total_fen"): 90_000, ("medical_settlement", "insured_fen"): 80_000, ("vehicles", "price_fen"): 7_000_000,
    ("firms", "capital_fen"): 20_000_000, ("credit", "balance_fen"): 4_000_000,
}  # fmt: skip
ODDS: dict[tuple[str, str], Sequence[float]] = {
    ("employment", "status"): (0.97, 0.015, 0.015), ("pupils", "status"): (0.9995, 0.0003, 0.0002), ("water", "state"): (0.98, 0.015, 0.005),
    ("housing", "grade"): (0.7, 0.27, 0.02, 0.01), ("social_aid", "event"): (0.03, 0.02, 0.95), ("medical_settlement", "kind"): (0.12, 0.6, 0.28),
    ("production", "state"): (0.95, 0.02, 0.03), ("vehicles", "kind"): (0.3, 0.05, 0.01, 0.1, 0.5, 0.04),
}  # fmt: skip


def _value(w: _Columns, feed: str, field: Any, n: int) -> pa.Array:
    overdue = np.where(w.rng.random(n) < 0.9, 0, w.rng.integers(0, 90, n))
    makers: dict[str, Callable[[], pa.Array]] = {
        "choice": lambda: w.word(n, tuple(field.choices), ODDS.get((feed, field.code))),
        "ordinal": lambda: w.whole(n, 1, len(field.choices)),
        "money": lambda: w.money(n, MIDDLE.get((feed, field.code), 300_000), spread=0.9 if feed == "medical_settlement" else 0.4),
        "flag": lambda: w.flag(n, 0.995),
        "whole": lambda: w.whole(n, w.asof.year - 1, w.asof.year) if field.code == "year" else w.null(overdue, 0.05, pa.int64()),
        "area": lambda: w.whole(n, 3_000, 30_000),
        "text": lambda: w.word(n, ("other",)),
    }
    return makers[field.type]()
