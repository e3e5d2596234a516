"""Health, schooling, labour, insurance of invented people. Codes are those of rulebook/registry_codes.yaml, as small integers into WORDS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS: dict[str, tuple[str, ...]] = {
    "education": ("", "illiterate", "primary", "junior", "senior", "vocational", "college", "bachelor"),
    "school_status": ("not_in_school", "preschool", "primary", "junior", "senior", "vocational", "college", "bachelor"),
    "out_of_school_reason": ("", "poverty", "illness", "disability", "unwilling"),
    "health": ("healthy", "chronic", "severe", "disabled"),
    "labour": ("none", "ordinary", "skilled", "weak", "lost"),
    "insurance": ("resident", "employee", "none"),
    "pension": ("none", "resident", "employee", "drawing"),
    "public_post": ("none", "road", "cleaning", "forest", "other"),
}
Column = NDArray[Any]
ABLE = (1, 2, 3)


def _pick(u: NDArray[np.float32], *shares: float) -> NDArray[np.int8]:
    """The number of the share into which u falls; the rest gets the last number."""
    return np.searchsorted(np.cumsum(shares), u).astype(np.int8)


def ages_on(birth: NDArray[np.int64], day: np.datetime64) -> NDArray[np.int64]:
    """Full years of people born on `birth` (days since 1970-01-01) at `day`, by the calendar."""
    born = birth.astype("datetime64[D]")
    months = (day.astype("datetime64[M]") - born.astype("datetime64[M]")).astype(np.int64)
    late = (born - born.astype("datetime64[M]")) > (day - day.astype("datetime64[M]"))
    years: NDArray[np.int64] = (months - late) // 12
    return years


def _school(rng: np.random.Generator, birth: NDArray[np.int64], today: np.datetime64, health: NDArray[np.int8]) -> dict[str, Column]:
    """School status by age at the start of the school year (1 September before `today`); children out of school carry a reason."""
    autumn = today.astype("datetime64[Y]").astype("datetime64[M]") + np.timedelta64(8, "M")
    start = (autumn if today >= autumn else autumn - np.timedelta64(12, "M")).astype("datetime64[D]")
    age = ages_on(birth, start)
    u, w = rng.random(len(birth), dtype=np.float32), rng.random(len(birth), dtype=np.float32)
    high = np.select([u < 0.5, u < 0.85], [4, 5], 0)
    tertiary = np.select([u < 0.16, u < 0.42], [7, 6], 0)
    status = np.select(
        [age < 3, age < 6, age < 12, age < 15, age < 18, age < 22], [0, np.where(u < 0.9, 1, 0), 2, 3, high, tertiary], 0
    ).astype(np.int8)
    out = (age >= 6) & (age < 15) & (w < np.where(health >= 2, 0.04, 0.0012))
    why = np.select([health == 3, health == 2, u < 0.15], [3, 2, 1], 4)
    return {"school_status": np.where(out, 0, status).astype(np.int8), "out_of_school_reason": np.where(out, why, 0).astype(np.int8)}


def _education(rng: np.random.Generator, age: NDArray[np.int64], status: NDArray[np.int8]) -> NDArray[np.int8]:
    u = rng.random(len(age), dtype=np.float32)
    adult = np.select(
        [age >= 70, age >= 50, age >= 30],
        [1 + _pick(u, 0.45, 0.43, 0.1), 1 + _pick(u, 0.12, 0.47, 0.33, 0.06), 1 + _pick(u, 0.02, 0.22, 0.57, 0.12, 0.04, 0.025)],
        1 + _pick(u, 0.005, 0.05, 0.5, 0.17, 0.16, 0.08),
    )
    known = np.where(age < 16, np.select([status == 2, status >= 3, age >= 12], [2, 3, 2], 0), np.where(status > 1, status, adult))
    return known.astype(np.int8)


def _health(rng: np.random.Generator, age: NDArray[np.int64]) -> dict[str, Column]:
    u, v = rng.random(len(age), dtype=np.float32), rng.random(len(age), dtype=np.float32)
    chronic = np.select([age < 16, age < 40, age < 60, age < 70], [0.008, 0.03, 0.11, 0.26], 0.4)
    severe = np.select([age < 16, age < 40, age < 60], [0.004, 0.012, 0.035], 0.055)
    disabled = np.select([age < 16, age < 40, age < 60], [0.015, 0.05, 0.08], 0.11)
    health = np.select([u < disabled, u < disabled + severe, u < disabled + severe + chronic], [3, 2, 1], 0).astype(np.int8)
    kind = 1 + _pick(v, 0.13, 0.14, 0.03, 0.42, 0.12, 0.12)
    grade = 1 + _pick(rng.random(len(age), dtype=np.float32), 0.2, 0.33, 0.27)
    is_disabled = health == 3
    return {
        "health": health,
        "disability_type": np.where(is_disabled, kind, 0).astype(np.int8),
        "disability_grade": np.where(is_disabled, grade, 0).astype(np.int8),
    }


def _labour(rng: np.random.Generator, age: NDArray[np.int64], health: NDArray[np.int8], grade: NDArray[np.int8]) -> NDArray[np.int8]:
    u = rng.random(len(age), dtype=np.float32)
    sound = np.where(u < 0.84, 1, 2)
    chronic = np.where(u < 0.45, 1, 3)
    severe = np.select([u < 0.4, u < 0.8], [3, 4], 1)
    disabled = np.where((grade == 1) | (grade == 2), np.where(u < 0.75, 4, 3), np.where(u < 0.6, 3, 1))
    working = np.select([health == 0, health == 1, health == 2], [sound, chronic, severe], disabled)
    old = np.select([(health == 0) & (u < 0.35), u < 0.55], [1, 3], 0)
    return np.select([age < 16, age < 60, age < 70], [0, working, old], 0).astype(np.int8)


def draw_traits(rng: np.random.Generator, birth: NDArray[np.int64], today: np.datetime64) -> dict[str, Column]:
    """Columns of traits for people born on `birth`, as of `today`; `age` in full years comes with them."""
    age = ages_on(birth, today)
    n = len(age)
    health = _health(rng, age)
    school = _school(rng, birth, today, health["health"])
    labour = _labour(rng, age, health["health"], health["disability_grade"])
    studying = school["school_status"] > 0
    u, v = rng.random(n, dtype=np.float32), rng.random(n, dtype=np.float32)
    insurance = np.select([u < 0.004, (u > 0.96) & (age >= 20) & (age < 60)], [2, 1], 0)
    pension = np.select([age < 16, (age >= 60) & (v < 0.96), age >= 60, studying, insurance == 1, v < 0.82], [0, 3, 0, 0, 2, 1], 0)
    able = np.isin(labour, ABLE) & ~studying & (age >= 18) & (age < 65)
    post = np.where(able & (u > 0.5) & (u < 0.52), 1 + (v * 4).astype(np.int8), 0)
    months = np.where(post > 0, 1 + (v * 97).astype(np.int16) % 12, 0)
    return {
        "age": age,
        **health,
        **school,
        "education": _education(rng, age, school["school_status"]),
        "labour": labour,
        "insurance": insurance.astype(np.int8),
        "illness_insurance": insurance != 2,
        "pension": pension.astype(np.int8),
        "medical_help": (health["health"] >= 2) & (v < 0.35),
        "public_post": post.astype(np.int8),
        "public_post_months": months.astype(np.int8),
    }
