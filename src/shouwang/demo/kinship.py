"""Who lives together: heads, spouses, children, a married son's family, parents. Columns of one block of households.

Guarantees (tested): one head per household; spouses within 13 years; every child at least 18 years younger than either parent in the
household; every grandchild so towards the son and the daughter-in-law; parents at least 18 years older than the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

YEAR = 365.25
HEAD, SPOUSE, CHILD, DAUGHTER_IN_LAW, GRANDCHILD, FATHER, MOTHER = range(7)
MAX_CHILDREN, MAX_GRANDCHILDREN = 5, 3
Days = NDArray[np.int64]


@dataclass(frozen=True)
class Kin:
    """People, one row each, ordered by household and role; `birth` in days since 1970-01-01, `household` counts from 0 in the block."""

    household: NDArray[np.int64]
    role: NDArray[np.int8]
    male: NDArray[np.bool_]
    birth: Days
    head_male: NDArray[np.bool_]


def _years(values: NDArray[np.floating]) -> Days:
    return (values * YEAR).astype(np.int64)


def _between(rng: np.random.Generator, low: float, high: float, size: int | tuple[int, ...]) -> NDArray[np.float32]:
    return (low + (high - low) * rng.random(size, dtype=np.float32)).astype(np.float32)


def _heads(rng: np.random.Generator, n: int, today: int) -> tuple[Days, NDArray[np.bool_], NDArray[np.float32]]:
    band, u = rng.random(n, dtype=np.float32), rng.random(n, dtype=np.float32)
    age = np.where(band < 0.28, 62 + 27 * u**1.6, np.where(band < 0.8, 42 + 20 * u, 28 + 14 * u)).astype(np.float32)
    return today - _years(age), rng.random(n, dtype=np.float32) < 0.87, age


def _spouses(
    rng: np.random.Generator, birth: Days, male: NDArray[np.bool_], age: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Days]:
    """(has a spouse here, was ever married, spouse's birth)."""
    n = len(birth)
    chance = np.select([age < 35, age < 60, age < 75], [0.78, 0.86, 0.6], 0.32)
    married = rng.random(n, dtype=np.float32) < np.where(male, chance, chance * 0.45)
    ever = married | (rng.random(n, dtype=np.float32) < np.where(age > 55, 0.6, 0.45))
    gap = np.minimum(np.clip(rng.normal(2.2, 3.0, n), -8, 12), age - 20)
    spouse: Days = birth + _years(np.where(male, gap, -gap))
    return married, ever, spouse


def _births_after(rng: np.random.Generator, parent: Days, first: tuple[float, float], gap: tuple[float, float], most: int) -> Days:
    """(households, most) birth days: the first so many years after `parent` was born, the next at gaps."""
    steps = _between(rng, *gap, (len(parent), most))
    steps[:, 0] = _between(rng, *first, len(parent))
    births: Days = parent[:, None] + _years(np.cumsum(steps, axis=1))
    return births


def _children(
    rng: np.random.Generator, ever: NDArray[np.bool_], younger: Days, age: NDArray[np.float32], today: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Days]:
    """(household, male, birth) of the children who still live at home, eldest first."""
    n = len(ever)
    births = _births_after(rng, younger, (20.5, 29), (1.4, 4.5), MAX_CHILDREN)
    wanted = np.where(age > 60, 2 + rng.integers(0, 4, n), 1 + rng.integers(0, 4, n)) * ever
    male = rng.random((n, MAX_CHILDREN), dtype=np.float32) < 0.53
    years = (today - births) / YEAR
    son = np.select([years < 18, years < 22, years < 27], [0.985, 0.92, 0.72], 0.26)
    daughter = np.select([years < 18, years < 22, years < 27], [0.985, 0.86, 0.4], 0.04)
    here = rng.random((n, MAX_CHILDREN), dtype=np.float32) < np.where(male, son, daughter)
    keep = here & (np.arange(MAX_CHILDREN) < wanted[:, None]) & (births < today - 30)
    household, place = np.nonzero(keep)
    return household, male[household, place], births[household, place]


def _married_sons(
    rng: np.random.Generator, household: NDArray[np.int64], male: NDArray[np.bool_], birth: Days, today: int
) -> tuple[NDArray[np.int64], Days, NDArray[np.int64], Days]:
    """(household, birth) of daughters-in-law and (household, birth) of grandchildren: at most one married son a household."""
    grown = np.flatnonzero(male & (birth < today - 25 * YEAR))
    homes, first = np.unique(household[grown], return_index=True)
    married = rng.random(len(homes), dtype=np.float32) < 0.6
    homes, son = homes[married], birth[grown[first[married]]]
    wife = son + _years(np.clip(rng.normal(1.2, 2.4, len(homes)), -4, 4.5))
    births = _births_after(rng, np.maximum(son, wife), (20.5, 28), (1.4, 4), MAX_GRANDCHILDREN)
    keep = (births < today - 30) & (np.arange(MAX_GRANDCHILDREN) < rng.integers(0, 4, len(homes))[:, None])
    row, place = np.nonzero(keep)
    present = rng.random(len(homes), dtype=np.float32) < 0.88
    return homes[present], wife[present], homes[row], births[row, place]


def _parents(
    rng: np.random.Generator, birth: Days, age: NDArray[np.float32], today: int
) -> tuple[NDArray[np.bool_], Days, NDArray[np.bool_], Days]:
    """(father here, his birth, mother here, her birth)."""
    n = len(birth)
    father = birth - _years(_between(rng, 20.5, 36, n))
    mother = np.minimum(father + _years(np.clip(rng.normal(2.5, 3, n), -6, 10)), birth - _years(np.full(n, 18.5)))
    together = rng.random(n, dtype=np.float32) < np.where(age < 66, 0.34, 0.0)
    alive = rng.random((n, 2), dtype=np.float32)
    his, hers = (today - father) / YEAR, (today - mother) / YEAR
    return (
        together & (alive[:, 0] < np.clip(1.9 - his / 55, 0, 0.95)) & (his < 100),
        father,
        together & (alive[:, 1] < np.clip(2.1 - hers / 55, 0, 0.97)) & (hers < 102),
        mother,
    )


def draw_kin(rng: np.random.Generator, n: int, today: int) -> Kin:
    """People of n households as of `today` (days since 1970-01-01)."""
    head_birth, head_male, age = _heads(rng, n, today)
    married, ever, spouse_birth = _spouses(rng, head_birth, head_male, age)
    younger = np.where(married, np.maximum(head_birth, spouse_birth), head_birth)
    child_home, child_male, child_birth = _children(rng, ever, younger, age, today)
    wife_home, wife_birth, grand_home, grand_birth = _married_sons(rng, child_home, child_male, child_birth, today)
    father, father_birth, mother, mother_birth = _parents(rng, head_birth, age, today)
    everyone = np.arange(n)
    groups = (
        (HEAD, everyone, head_male, head_birth),
        (SPOUSE, everyone[married], ~head_male[married], spouse_birth[married]),
        (CHILD, child_home, child_male, child_birth),
        (DAUGHTER_IN_LAW, wife_home, np.zeros(len(wife_home), dtype=bool), wife_birth),
        (GRANDCHILD, grand_home, rng.random(len(grand_home), dtype=np.float32) < 0.53, grand_birth),
        (FATHER, everyone[father], np.ones(int(father.sum()), dtype=bool), father_birth[father]),
        (MOTHER, everyone[mother], np.zeros(int(mother.sum()), dtype=bool), mother_birth[mother]),
    )
    household = np.concatenate([g[1] for g in groups])
    role = np.concatenate([np.full(len(g[1]), g[0], dtype=np.int8) for g in groups])
    order = np.argsort(household * 8 + role, kind="stable")
    male = np.concatenate([g[2] for g in groups])[order]
    birth = np.concatenate([g[3] for g in groups])[order]
    return Kin(household[order], role[order], male, birth, head_male)
