"""What an invented household is: kind, causes, programme standing, land, house, water. Codes as small integers into WORDS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shouwang.demo.traits import ABLE

WORDS: dict[str, tuple[str, ...]] = {
    "kind": ("general", "dibao", "tekun"),
    "registration": ("", "poor", "exited", "relapsed", "newly_poor"),
    "monitoring": ("", "unstable", "borderline"),
    "cause": ("", "illness", "disability", "schooling", "no_labour", "no_skill", "no_funds", "no_drive", "disaster"),
    "risk": ("", "illness", "disability", "schooling", "no_labour", "unstable_work", "industry_failed"),
    "housing_grade": ("", "a", "b", "c", "d"),
}
POOR, EXITED, RELAPSED, NEWLY_POOR = 1, 2, 3, 4
UNSTABLE, BORDERLINE = 1, 2
Column = NDArray[Any]


@dataclass(frozen=True)
class Counts:
    """Per household, over the members who live there now."""

    persons: Column
    able: Column
    students: Column
    chronic: Column
    severe: Column
    disabled: Column
    elders: Column


def count(household: Column, present: Column, traits: dict[str, Column], n: int) -> Counts:
    """Counts by household number 0 … n−1."""

    def of(mask: Column) -> Column:
        return np.bincount(household[present & mask], minlength=n)

    health, studying = traits["health"], traits["school_status"] > 0
    return Counts(
        persons=of(np.ones(len(household), dtype=bool)),
        able=of(np.isin(traits["labour"], ABLE) & ~studying),
        students=of(traits["school_status"] >= 4),
        chronic=of(health == 1),
        severe=of(health == 2),
        disabled=of(health == 3),
        elders=of(traits["pension"] == 3),
    )


def _standing(rng: np.random.Generator, n: int) -> dict[str, Column]:
    """Early 2020: nearly all have left poverty; about five in a hundred are watched."""
    u, v = rng.random(n, dtype=np.float32), rng.random(n, dtype=np.float32)
    registration = np.select([u < 0.026, u < 0.028, u < 0.031, u < 0.056], [POOR, RELAPSED, NEWLY_POOR, 0], EXITED)
    monitoring = np.select([registration == 0, (registration == EXITED) & (v < 0.024)], [BORDERLINE, UNSTABLE], 0)
    return {"registration": registration.astype(np.int8), "monitoring": monitoring.astype(np.int8)}


def _causes(rng: np.random.Generator, c: Counts) -> dict[str, Column]:
    """Causes that the household itself bears out: illness only where someone is ill, disability only where someone is disabled."""
    n = len(c.persons)
    u, v = rng.random(n, dtype=np.float32), rng.random(n, dtype=np.float32)
    ill = (c.severe > 0) | (c.chronic > 0)
    soft = 5 + (v * 4).astype(np.int8)
    main = np.select(
        [(c.severe > 0) & (u < 0.85), (c.disabled > 0) & (u < 0.8), c.able == 0, ill & (u < 0.6), (c.students > 0) & (u < 0.7)],
        [1, 2, 4, 1, 3],
        soft,
    )
    other = np.select(
        [(c.disabled > 0) & (main != 2), (c.able == 0) & (main != 4), ill & (main != 1), (main != soft) & (v < 0.4)], [2, 4, 1, soft], 0
    )
    risk = np.select([main <= 4], [main], np.where(v < 0.6, 5, 6))
    return {"main_cause": main.astype(np.int8), "other_cause": other.astype(np.int8), "risk": risk.astype(np.int8)}


def _guarantees(rng: np.random.Generator, persons: Column, rural: Column) -> dict[str, Column]:
    """House, water, electricity, toilet, road; −1 = not checked. Areas in 0.01 ㎡, distances in 0.01 km."""
    n = len(persons)
    u = rng.random((n, 8), dtype=np.float32)
    unchecked = u[:, 7] < 0.004

    def yes(column: int, share: float) -> Column:
        return np.where(unchecked, -1, (u[:, column] < share).astype(np.int8)).astype(np.int8)

    grade = np.select([u[:, 0] < 0.42, u[:, 0] < 0.982, u[:, 0] < 0.995], [1, 2, 3], 4)
    return {
        "housing_grade": grade.astype(np.int8),
        "housing_lived_in": (grade <= 2) | (u[:, 1] < 0.4),
        "housing_area": (persons**0.6 * (1800 + 2200 * u[:, 2])).astype(np.int64),
        "water_quantity": yes(3, 0.997),
        "water_quality": yes(4, 0.992),
        "water_access": yes(5, 0.998),
        "water_reliability": yes(6, 0.985),
        "electricity": yes(2, 0.9995),
        "sanitary_toilet": yes(1, 0.965),
        "paved_access": yes(3, 0.975),
        "road_distance": np.where(rural, (u[:, 4] ** 3 * 180).astype(np.int64), (u[:, 4] * 30).astype(np.int64)),
    }


def _land(rng: np.random.Generator, persons: Column, rural: Column) -> dict[str, Column]:
    """Land in 0.01 mu; a Chaoshan household has little."""
    u = rng.random((len(persons), 4), dtype=np.float32)

    def some(column: int, share: float, most: float) -> Column:
        has = rural & (u[:, column] < share)
        return np.where(has, np.rint(u[:, column] / share * most * 10) * 10, 0).astype(np.int64)

    return {
        "arable_land": np.where(rural, np.rint(persons * (0.15 + 0.35 * u[:, 0]) * 10) * 10, 0).astype(np.int64),
        "forest_land": some(1, 0.12, 6),
        "orchard_land": some(2, 0.16, 3),
        "water_area": some(3, 0.03, 2),
    }


def draw_homes(rng: np.random.Generator, c: Counts, head_age: Column, rural: Column) -> dict[str, Column]:
    """Household columns from its counts, the age of its head and whether it lies in a village (not a community)."""
    u = rng.random(len(c.persons), dtype=np.float32)
    none_able = c.able == 0
    tekun = none_able & (c.persons == 1) & (head_age >= 60) & (u < 0.45)
    dibao = ~tekun & ((none_able & (u < 0.85)) | ((c.severe + c.disabled > 0) & (u < 0.22)))
    return {
        "kind": np.select([tekun, dibao], [2, 1], 0).astype(np.int8),
        "no_labour": none_able & (tekun | dibao),
        **_standing(rng, len(u)),
        **_causes(rng, c),
        **_guarantees(rng, c.persons, rural),
        **_land(rng, c.persons, rural),
    }
