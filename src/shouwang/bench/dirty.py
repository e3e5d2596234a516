"""Rows as departments write them, made from invented persons: what is wrong with each row, and whom it truly is about."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from shouwang.demo.names import FEMALE, GENERATIONS, MALE, SURNAMES

# Faults and their shares; a row has one of the number's and may have some of the others. Shares of a bad month, harsher than most.
NUMBER = {"missing": 0.45, "digit": 0.2, "swapped": 0.12, "lost": 0.05, "fifteen": 0.08, "head": 0.05, "whole": 0.05}
STRANGERS = 0.15  # rows about people the registry does not hold
NAME_SOUND, NAME_SHAPE, BIRTH_WRONG, BIRTH_MISSING, VILLAGE_MISSING, HEAD_MISSING = 0.05, 0.03, 0.03, 0.05, 0.25, 0.5
SOUND_ALIKE = str.maketrans("伟强明辉杰文志建荣丽敏燕玲秀珍英惠", "玮墙铭晖洁闻智健融莉闵艳龄绣真莹慧")


@dataclass(frozen=True)
class Dirty:
    """`rows` and `persons` with the columns of the matcher; `truth[row key]` is the person's key, −1 for a stranger."""

    rows: pa.Table
    persons: pa.Table
    truth: NDArray[np.int64]


def persons(n: int, seed: int = 7, villages: int = 1_000) -> dict[str, NDArray[Any]]:
    """n invented persons as columns; about four to a household, the first its head; district codes of Shantou."""
    from shouwang.demo.identity import id_numbers

    rng = np.random.default_rng(seed)
    home = np.arange(n) // 4
    village = rng.integers(0, villages, n // 4 + 1)[home]
    district = np.array([440507, 440511, 440512, 440513, 440514, 440515, 440523])[village % 7]
    male = rng.random(n) < 0.52
    birth = np.datetime64("1935-01-01", "D") + rng.integers(0, 31_000, n)
    order = rng.integers(0, 499, n) * 2 + np.where(male, 1, 2)
    given = [np.array(list(t)) for t in (MALE + GENERATIONS, FEMALE)]
    two = np.where(male[:, None], given[0][rng.integers(0, len(given[0]), (n, 2))], given[1][rng.integers(0, len(given[1]), (n, 2))])
    surname = np.array(list(SURNAMES))[rng.integers(0, len(SURNAMES), n // 4 + 1)[home]]
    name = np.char.add(np.char.add(surname, two[:, 0]), np.where(rng.random(n) < 0.1, "", two[:, 1]))
    return {
        "id_number": id_numbers(district, birth, order),
        "name": name,
        "birth": birth,
        "sex": np.where(male, "male", "female"),
        "village": 440_500_000_000 + village,
        "head_name": name[home * 4],
        "household": 1 + home,
        "head_id": id_numbers(district, birth, order)[home * 4],
    }


def table(columns: dict[str, NDArray[Any]], keys: NDArray[np.int64]) -> pa.Table:
    """Columns as the matcher takes them."""
    out: dict[str, Any] = {"key": keys}
    for name in ("id_number", "name", "sex", "head_name"):
        out[name] = pa.array(columns[name].tolist(), type=pa.string())
    out["birth"] = pa.array(columns["birth"].astype("datetime64[D]").tolist(), type=pa.date32())
    for name in ("village", "household"):
        out[name] = pa.array(columns[name], type=pa.int64())
    return pa.table(out)


def dirty(rows: int, people: int, *, seed: int = 11) -> Dirty:
    """`rows` wrong rows about `people` persons and some strangers."""
    rng = np.random.default_rng(seed)
    strangers = int(rows * STRANGERS)
    all_ = persons(people + strangers)
    who = np.concatenate([rng.choice(people, rows - strangers, replace=False), people + np.arange(strangers)])
    rng.shuffle(who)
    held = {k: v[who] for k, v in all_.items()}
    made = {k: v.astype(object) for k, v in held.items()}
    _numbers(rng, made, held)
    _rest(rng, made, held)
    truth = np.where(who < people, who, -1)
    keys = np.arange(rows)
    clean = {k: v[:people] for k, v in all_.items()}
    return Dirty(_object_table(made, keys), table(clean, np.arange(people)), truth)


def _numbers(rng: np.random.Generator, made: dict[str, Any], held: dict[str, Any]) -> None:
    n = len(held["name"])
    fault = rng.choice(list(NUMBER), n, p=list(NUMBER.values()))
    at, digit = rng.integers(0, 17, n), rng.integers(1, 10, n)
    for i in range(n):
        number = str(held["id_number"][i])
        if fault[i] == "missing":
            number = ""
        elif fault[i] == "digit":
            number = f"{number[: at[i]]}{(int(number[at[i]]) + digit[i]) % 10}{number[at[i] + 1 :]}"
        elif fault[i] == "swapped":
            j = min(at[i], 15)
            number = f"{number[:j]}{number[j + 1]}{number[j]}{number[j + 2 :]}"
        elif fault[i] == "lost":
            number = number[: at[i]] + number[at[i] + 1 :]
        elif fault[i] == "fifteen" and number[6:8] == "19":
            number = number[:6] + number[8:17]
        elif fault[i] == "head":
            number = str(held["head_id"][i])
        made["id_number"][i] = number or None


def _rest(rng: np.random.Generator, made: dict[str, Any], held: dict[str, Any]) -> None:
    n = len(held["name"])
    from shouwang.engine.matching.columns import _shapes

    groups: dict[str, list[str]] = {}
    for point, head in _shapes().items():
        groups.setdefault(chr(head), []).append(chr(point))
    other = {c: next(x for x in g if x != c) for g in groups.values() if len(g) > 1 for c in g}
    draw = rng.random((n, 6))
    for i in range(n):
        name = str(held["name"][i])
        if draw[i, 0] < NAME_SOUND:
            name = name[0] + name[1:].translate(SOUND_ALIKE)
        elif draw[i, 0] < NAME_SOUND + NAME_SHAPE:
            name = name[0] + "".join(other.get(c, c) for c in name[1:2]) + name[2:]
        made["name"][i] = name
        if draw[i, 1] < BIRTH_WRONG:
            day = held["birth"][i].astype(object)
            made["birth"][i] = day + dt.timedelta(int(rng.integers(1, 400)))
        elif draw[i, 1] < BIRTH_WRONG + BIRTH_MISSING:
            made["birth"][i] = None
        else:
            made["birth"][i] = held["birth"][i].astype(object)
        if draw[i, 2] < VILLAGE_MISSING:
            made["village"][i] = None
        if draw[i, 3] < HEAD_MISSING:
            made["head_name"][i] = None


def _object_table(made: dict[str, Any], keys: NDArray[np.int64]) -> pa.Table:
    types = {
        "id_number": pa.string(),
        "name": pa.string(),
        "birth": pa.date32(),
        "sex": pa.string(),
        "village": pa.int64(),
        "head_name": pa.string(),
    }
    return pa.table({"key": keys, **{c: pa.array(made[c].tolist(), type=t) for c, t in types.items()}})
