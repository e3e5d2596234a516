"""Incomes of invented households by source, whole yuan stored as 分.

Targets (rulebook/registry_codes.yaml): households out of poverty lie above the provincial line with few exceptions, the poor below it,
the watched below the monitoring line. Amounts of dibao, tekun and pensions are of the size usual in the province in 2019, not tables.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouwang.demo.homes import BORDERLINE, EXITED, UNSTABLE, Counts

Column = NDArray[Any]
INCOMES = (
    "wage",
    "business",
    "property_dividend",
    "property_other",
    "transfer_family_planning",
    "transfer_dibao",
    "transfer_tekun",
    "transfer_pension",
    "transfer_ecological",
    "transfer_other",
)


def _wages(rng: np.random.Generator, household: Column, earns: Column, traits: dict[str, Column], n: int) -> Column:
    """Yuan a year per household: each able adult works some months at a monthly wage by labour grade."""
    rows = np.flatnonzero(earns)
    u = rng.random((len(rows), 3), dtype=np.float32)
    labour, age = traits["labour"][rows], traits["age"][rows]
    monthly = np.select([labour == 2, labour == 3], [3200 + 2600 * u[:, 0], 900 + 900 * u[:, 0]], 1900 + 1900 * u[:, 0])
    works = u[:, 2] < np.select([age < 45, age < 60], [0.86, 0.7], 0.3)
    yearly = np.where(works, monthly * np.rint(5 + 7 * u[:, 1]), 0)
    return np.bincount(household[rows], weights=yearly, minlength=n)


def _transfers(rng: np.random.Generator, homes: dict[str, Column], c: Counts) -> dict[str, Column]:
    u = rng.random((len(c.persons), 5), dtype=np.float32)
    kind = homes["kind"]
    return {
        "transfer_family_planning": np.where((c.elders > 0) & (u[:, 0] < 0.18), 1440, 0),
        "transfer_dibao": np.where(kind == 1, c.persons * np.rint(12 * (180 + 330 * u[:, 1])), 0),
        "transfer_tekun": np.where(kind == 2, np.rint(12 * (780 + 260 * u[:, 2])), 0),
        "transfer_pension": c.elders * np.rint(12 * (165 + 45 * u[:, 3])),
        "transfer_ecological": np.rint(homes["forest_land"] / 100 * 32),
        "transfer_other": np.rint(u[:, 4] ** 2 * 2600),
    }


def _to_standing(rng: np.random.Generator, amounts: dict[str, Column], homes: dict[str, Column], persons: Column) -> None:
    """Lift the ex-poor over their line by other transfers, hold the poor and watched under theirs by cutting wages and business."""
    n = len(persons)
    net = sum(amounts[k] for k in INCOMES) - amounts["business_expense"]
    low = (homes["registration"] != EXITED) | (homes["monitoring"] == UNSTABLE) | (rng.random(n, dtype=np.float32) < 0.008)
    watched = (homes["monitoring"] == BORDERLINE) | (homes["monitoring"] == UNSTABLE)
    ceiling = persons * np.where(watched, 4100 + 850 * rng.random(n), 2300 + 1600 * rng.random(n))
    earned = amounts["wage"] + amounts["business"]
    rest = net - earned + amounts["business_expense"]
    keep = np.where(low & (net > ceiling), np.clip((ceiling - rest) / np.maximum(earned, 1), 0, 1), 1.0)
    for name in ("wage", "business", "business_expense"):
        amounts[name] = np.floor(amounts[name] * keep)
    over = np.maximum(net - (earned - amounts["wage"] - amounts["business"]) - ceiling, 0)
    for name in ("transfer_dibao", "transfer_tekun", "transfer_other", "property_dividend"):
        cut = np.where(low, np.minimum(over, amounts[name]), 0)
        amounts[name] = np.floor(amounts[name] - cut)
        over = over - cut
    floor = persons * (7400 + 3600 * rng.random(n) ** 2)
    gap = np.where(low, 0, np.maximum(floor - net, 0))
    amounts["transfer_other"] = amounts["transfer_other"] + np.ceil(gap)


def draw_means(
    rng: np.random.Generator, household: Column, earns: Column, traits: dict[str, Column], homes: dict[str, Column], c: Counts
) -> dict[str, Column]:
    """Amounts in 分 of the last window per household, with `persons` and `net`; `earns` marks the members who can have wages."""
    n = len(c.persons)
    u = rng.random((n, 5), dtype=np.float32)
    farm = (homes["arable_land"] + homes["orchard_land"] * 2 + homes["water_area"] * 3) / 100
    shop = np.where(u[:, 0] < 0.07, 6000 + 22000 * u[:, 1], 0)
    amounts: dict[str, Column] = {
        "wage": np.rint(_wages(rng, household, earns, traits, n) / 10) * 10,
        "business": np.where(c.able > 0, np.rint(farm * (1500 + 1800 * u[:, 2]) + shop), np.rint(farm * 400)),
        "property_dividend": np.where(u[:, 3] < 0.75, np.rint(200 + 1000 * u[:, 1]), 0),
        "property_other": np.where(u[:, 3] > 0.93, np.rint(farm * 300 + 800 * u[:, 4]), 0),
        **_transfers(rng, homes, c),
    }
    amounts["business_expense"] = np.rint(amounts["business"] * (0.3 + 0.25 * u[:, 4]))
    _to_standing(rng, amounts, homes, c.persons)
    medical = c.severe * rng.lognormal(8.7, 0.8, n) + c.chronic * rng.lognormal(6.9, 0.7, n) + c.persons * 60 * u[:, 0]
    amounts["out_of_pocket"] = np.rint(medical)
    amounts["claims_paid"] = np.where((c.severe > 0) & (u[:, 2] < 0.2), np.rint(medical * 0.3), 0)
    cents = {k: v.astype(np.int64) * 100 for k, v in amounts.items()}
    cents["net"] = sum((cents[k] for k in INCOMES), np.zeros(n, dtype=np.int64)) - cents["business_expense"]
    return {"persons": c.persons, **cents}


def year_before(rng: np.random.Generator, now: dict[str, Column]) -> dict[str, Column]:
    """The window before: each source a little smaller, the same persons."""
    n = len(now["persons"])
    share = 0.82 + 0.15 * rng.random(n)
    out = {k: (np.floor(v / 100 * share).astype(np.int64) * 100 if k not in ("persons", "net") else v) for k, v in now.items()}
    out["net"] = sum((out[k] for k in INCOMES), np.zeros(n, dtype=np.int64)) - out["business_expense"]
    return out
