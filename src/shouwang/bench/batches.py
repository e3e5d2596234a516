"""Departures in batches: a synthetic return to work out of Shantou, with pick-up hubs and with 67 towns."""

from __future__ import annotations

import datetime as dt
import resource
import time
from dataclasses import replace
from typing import Any

import numpy as np

from shouwang.engine.batching import MEDIUM, BatchPlan, Destination, Origin, Problem, Rules, Traveller, Vehicle, check, replan, rules, solve
from shouwang.kernel.rulebook import lookup

FIRST = dt.date(2020, 2, 26)
COUNTIES = ("440507", "440511", "440512", "440513", "440514", "440515", "440523")
TOWNS = (7, 17, 7, 13, 11, 11, 1)  # towns and subdistricts that send people out: 67
SHARE = (0.08, 0.1, 0.07, 0.33, 0.28, 0.12, 0.02)  # of the travellers
PLACES = (
    ("深圳", 0.3, 2), ("广州", 0.2, 2), ("东莞", 0.15, 2), ("佛山", 0.08, 2), ("惠州", 0.07, 2), ("中山", 0.05, 2), ("珠海", 0.04, 2),
    ("厦门", 0.04, 2), ("福州", 0.02, 3), ("江西", 0.02, 3), ("浙江", 0.02, 4), ("上海", 0.01, 4),
)  # fmt: skip
SEATS = (33, 45, 53)


def in_force(on: dt.date = FIRST) -> Rules:
    """The rules of the rulebook in Shantou on the day."""
    return rules(lambda name: lookup("departure_batches", name, on=on, region="4405").value)


def instance(travellers: int, vehicles: int, days: int, *, towns: bool, seed: int = 2020, stops: int = 1) -> Problem:
    """A synthetic problem: windows, groups of two to six, quarantines, caps at both ends somewhat below the demand, levels that change."""
    rng = np.random.default_rng(seed)
    dates = tuple(FIRST + dt.timedelta(days=i) for i in range(days))
    origins = tuple(
        Origin(f"{c}{100 + k:03d}", f"{c}-{k}", c, max(40, int(travellers * SHARE[i] / (TOWNS[i] if towns else 1) / days * 2.2)))
        for i, c in enumerate(COUNTIES)
        for k in range(TOWNS[i] if towns else 1)
    )
    cap = {name: max(50, int(travellers * share / days * (1.0 if share > 0.1 else 1.6))) for name, share, _ in PLACES}
    destinations = tuple(
        Destination(name, name, name, cap[name], {dates[0]: cap[name] // 2}, f"联防〔2020〕{i + 1}号", away)
        for i, (name, _, away) in enumerate(PLACES)
    )
    levels = {("440514", d): MEDIUM for d in dates[: days // 3]} | {(p, d): MEDIUM for p in ("深圳", "广州") for d in dates[: days // 2]}
    return Problem(
        days=dates,
        travellers=_travellers(rng, travellers, origins, dates, towns),
        origins=origins,
        destinations=destinations,
        vehicles=tuple(_vehicle(rng, i, vehicles, dates) for i in range(vehicles)),
        levels=levels,
        rules=replace(in_force(), stops=stops),
        day_cap=int(travellers / days * 1.3),
    )


def _vehicle(rng: np.random.Generator, i: int, vehicles: int, dates: tuple[dt.date, ...]) -> Vehicle:
    county = int(np.searchsorted(np.cumsum(SHARE), (i + 0.5) / vehicles))
    late = frozenset(dates[len(dates) // 3 :]) if i % 5 == 0 else None
    return Vehicle(f"v{i}", int(rng.choice(SEATS)), COUNTIES[county], late)


def _travellers(
    rng: np.random.Generator, n: int, origins: tuple[Origin, ...], dates: tuple[dt.date, ...], towns: bool
) -> tuple[Traveller, ...]:
    of_county = {c: [o.key for o in origins if o.county == c] for c in COUNTIES}
    names, share = [p[0] for p in PLACES], [p[1] for p in PLACES]
    out: list[Traveller] = []
    while len(out) < n:
        size = min(n - len(out), int(rng.choice([1, 2, 3, 4, 5, 6], p=[0.55, 0.2, 0.1, 0.08, 0.04, 0.03])))
        county = COUNTIES[int(rng.choice(len(COUNTIES), p=SHARE))]
        origin = str(rng.choice(of_county[county])) if towns else of_county[county][0]
        destination = str(rng.choice(names, p=share))
        first = int(rng.integers(0, max(1, len(dates) - 3)))
        group = f"g{len(out)}" if size > 1 else ""
        window = (dates[first], dates[min(len(dates) - 1, first + int(rng.choice([3, 5, 7, 14])))])
        out += [_traveller(rng, f"t{len(out) + k}", origin, destination, window, group) for k in range(size)]
    return tuple(out)


def _traveller(rng: np.random.Generator, key: str, origin: str, destination: str, window: tuple[dt.date, dt.date], group: str) -> Traveller:
    return Traveller(
        key=key,
        origin=origin,
        destination=destination,
        birth=dt.date(1985, 1, 1),
        earliest=window[0],
        latest=window[1],
        group=group,
        poor=bool(rng.random() < 0.4),
        listed=bool(rng.random() < 0.1),
        declared=bool(rng.random() < 0.99),
        fever=bool(rng.random() < 0.002),
        quarantine_until=window[0] + dt.timedelta(days=1) if rng.random() < 0.01 else None,
    )


def run(
    travellers: int = 16_000, vehicles: int = 700, days: int = 14, *, seed: int = 2020, seconds: float = 30.0, stops: int = 1
) -> dict[str, Any]:
    """Both cases, each solved, checked, and made over after a bus fails and a level rises."""
    out: dict[str, Any] = {"travellers": travellers, "vehicles": vehicles, "days": days, "limit_s": 60}
    for name, towns in (("hubs", False), ("towns", True)):
        out[name] = _case(instance(travellers, vehicles, days, towns=towns, seed=seed, stops=stops), seconds)
    out["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return out


def _case(problem: Problem, seconds: float) -> dict[str, Any]:
    begin = time.perf_counter()
    plan = solve(problem, seconds=seconds)
    solved = time.perf_counter()
    wrong = check(problem, plan)
    checked = time.perf_counter()
    today = problem.days[len(problem.days) // 2]
    broken = next(t.vehicle for t in plan.trips if t.day >= today)
    changed = replace(
        problem,
        vehicles=tuple(
            replace(v, days=frozenset(d for d in problem.days if d < today)) if v.key == broken else v for v in problem.vehicles
        ),
        levels={**problem.levels, **{("东莞", d): MEDIUM for d in problem.days if d >= today}},
    )
    again_at = time.perf_counter()
    again = replan(changed, plan, today=today)
    made_over = time.perf_counter() - again_at
    return {
        "origins": len(problem.origins),
        "one_vehicle_collects_from": plan.stops,
        "s": round(solved - begin, 1),
        "check_s": round(checked - solved, 1),
        "wrong": list(wrong[:5]),
        **_figures(plan),
        "trips": len(plan.trips),
        "value": plan.value,
        "bound": round(plan.bound, 1),
        "price_of_priority_persons": plan.price,
        "left_because": list(plan.notices),
        "replan": {"s": round(made_over, 1), "moved": len(again.moved), "wrong": list(check(changed, again)[:5]), **_figures(again)},
    }


def _figures(plan: BatchPlan) -> dict[str, Any]:
    """Carried and the gaps, per cent, overall and cumulated by tier."""
    tiers = [
        {"name": t.name, "travellers": t.travellers, "carried": t.carried, "bound_cumulated": t.bound, "gap_percent": round(100 * t.gap, 3)}
        | {"carried_without_priority": t.without}
        for t in plan.tiers
    ]
    return {
        "carried": sum(len(t.riders) for t in plan.trips),
        "left": len(plan.left),
        "gap_percent": round(100 * plan.gap, 3),
        "tiers": tiers,
    }
