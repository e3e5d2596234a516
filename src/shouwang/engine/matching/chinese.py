"""The evidence of a Chinese household register: number, name by sound and shape, birth, sex, village, head of the household."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import pyarrow as pa
import yaml

from shouwang.engine.matching.columns import name_keys, numbers
from shouwang.engine.matching.spec import Connection, Evidence, Spec

INPUT = pa.schema(
    [
        ("key", pa.int64()),
        ("id_number", pa.string()),
        ("name", pa.string()),
        ("birth", pa.date32()),
        ("sex", pa.string()),
        ("village", pa.int64()),
        ("head_name", pa.string()),
        ("household", pa.int64()),
    ]
)
BLOCKS = (
    "l_said l JOIN r_said r ON l.said = r.said AND l.birth = r.birth",
    "l_said l JOIN r_said r ON l.said = r.said AND l.birth2 = r.birth",
    "l_said l JOIN r_said r ON l.said = r.said AND l.village = r.village",
    "l_said l JOIN r_said r ON l.said = r.said AND l.month = r.month",
    "l_said l JOIN r_said r ON l.said = r.said AND l.day = r.day",
    "l_said l JOIN r_said r ON l.said = r.said AND l.front = r.front",
    "l_said l JOIN r_said r ON l.said = r.said AND l.head_same = r.head_same",
    "l JOIN r ON l.shape = r.shape AND l.birth = r.birth",
    "l JOIN r ON l.shape = r.shape AND l.village = r.village",
    "l JOIN r ON l.tail = r.tail",
    "l JOIN r ON l.id = r.id",
    "l JOIN r ON l.home = r.household",
)
SAME = "l.{0}same = r.{0}same"
SOUND = "l.{0}sound IN (r.{0}sound, r.{0}sound2) OR l.{0}sound2 = r.{0}sound"
SHAPE = "l.{0}shape = r.{0}shape"
OTHER = "l.{0}same <> r.{0}same"
NEAR = "l.month = r.month OR l.day = r.day OR (year(l.birth) = year(r.birth) AND month(l.birth) = day(r.birth) AND day(l.birth) = month(r.birth))"
WHEN = {
    "id_same": "l.id = r.id",
    "id_home": "l.home = r.household",
    "id_near": "NOT l.whole AND damerau_levenshtein(l.id, r.id) = 1",
    "id_other": "l.id <> r.id AND (l.whole OR damerau_levenshtein(l.id, r.id) > 3)",
    **{f"name_{c}": w.format("") for c, w in (("same", SAME), ("sound", SOUND), ("shape", SHAPE), ("other", OTHER))},
    "birth_same": "r.birth = l.birth OR (r.birth = l.birth2 AND l.home IS NULL)",
    "birth_near": NEAR,
    "birth_other": "l.birth <> r.birth",
    "sex_other": "l.sex <> r.sex",
    "village_same": "l.village = r.village",
    "village_other": "l.village <> r.village",
    **{f"head_{c}": w.format("head_") for c, w in (("same", SAME), ("sound", SOUND), ("shape", SHAPE), ("other", OTHER))},
}
GROUPS = ("id", "name", "birth", "sex", "village", "head")


@lru_cache(maxsize=1)
def book() -> dict[str, Any]:
    """The values of rulebook/matching.yaml now in force, by name."""
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath("matching.yaml").read_text("utf-8"))
    return {name: entry["values"][-1]["value"] for name, entry in raw.items()}


@lru_cache(maxsize=1)
def spec() -> Spec:
    """The evidence with the points of the rulebook."""
    points = book()["points"]
    groups = tuple(
        tuple(Evidence(code, when, int(points[code])) for code, when in WHEN.items() if code.startswith(f"{group}_")) for group in GROUPS
    )
    return Spec(BLOCKS, groups, int(book()["threshold"]), int(book()["margin"]))


HOMES = (
    "ALTER TABLE l ADD COLUMN home BIGINT",  # the household of whoever bears the row's number
    "ALTER TABLE r ADD COLUMN home BIGINT",  # never filled: the model wants both sides alike
    "UPDATE l SET home = r.household FROM r WHERE l.id = r.id AND l.whole",
)


def load(con: Connection, side: str, given: pa.Table) -> None:
    """The table `side` (l or r) with what is compared, and `<side>_said` with a line for each reading of the name.

    `given` has the columns of INPUT (a missing one is all null); `n` numbers its rows from 0.
    """
    empty = pa.nulls(given.num_rows)
    held = {f.name: (given[f.name].combine_chunks() if f.name in given.column_names else empty).cast(f.type) for f in INPUT}
    ids, whole = numbers(held["id_number"])
    keys = {**name_keys(held["name"]), **{f"head_{k}": v for k, v in name_keys(held["head_name"]).items()}}
    plain = {c: held[c] for c in ("key", "birth", "sex", "village", "household")}
    table = pa.table({"n": pa.array(range(given.num_rows), pa.int64()), "id": ids, "whole": whole, **plain, **keys})
    con.register("given", table)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {side} AS WITH dated AS (SELECT * EXCLUDE (birth, sex), birth AS said_birth, "  # noqa: S608 - names and conditions of ours
        "CASE WHEN length(id) = 18 THEN try_strptime(id[7:14], '%Y%m%d')::DATE END AS id_birth, "
        "coalesce(sex, CASE WHEN whole THEN CASE WHEN id[17:17]::INTEGER % 2 = 1 THEN 'male' ELSE 'female' END END) AS sex FROM given) "
        "SELECT * EXCLUDE (said_birth, id_birth), coalesce(said_birth, id_birth) AS birth, "
        "CASE WHEN id_birth <> said_birth THEN id_birth END AS birth2, year(coalesce(said_birth, id_birth)) * 100 + month(coalesce(said_birth, "
        "id_birth)) AS month, month(coalesce(said_birth, id_birth)) * 100 + day(coalesce(said_birth, id_birth)) AS day, "
        "CASE WHEN length(id) = 18 THEN id[1:9] END AS front, CASE WHEN length(id) >= 17 THEN id[-9:] END AS tail FROM dated"
    )
    con.unregister("given")
    columns = "n, birth, birth2, village, month, day, front, head_same, household"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {side}_said AS SELECT {columns}, sound AS said FROM {side} WHERE sound IS NOT NULL "  # noqa: S608 - names and conditions of ours
        f"UNION ALL SELECT {columns}, sound2 FROM {side} WHERE sound2 IS NOT NULL"
    )
