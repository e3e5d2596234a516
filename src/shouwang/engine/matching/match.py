"""The ways a row is tied to a person, the surest first: number, points, probability; the rest is for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from shouwang.engine.matching import chinese, spec
from shouwang.engine.matching.model import likely

EXACT, POINTS, MODEL, UNDECIDED = "exact", "points", "model", "undecided"
WAYS = (EXACT, POINTS, MODEL)
AT_MOST = 5  # persons shown beside an undecided row
RESULT = pa.schema([("row", pa.int64()), ("person", pa.int64()), ("way", pa.string()), ("points", pa.int32()), ("bits", pa.int64())])


@dataclass(frozen=True)
class Matched:
    """`found` (row, person, way, points, bits): at most one line a row. `open` has the same columns: the persons an undecided row may be,
    best first, at most five a row. Rows in neither are nobody known. `bits` are the evidence, see `chinese.spec().words`."""

    found: pa.Table
    open: pa.Table


def match(rows: pa.Table, persons: pa.Table, *, model: bool = True) -> Matched:
    """Tie rows to persons, both with the columns of `chinese.INPUT`; `row` and `person` are their keys.

    An equal number alone decides unless the names are different: then somebody used another's number, and a person looks at it.
    """
    con = spec.connection()
    try:
        return _match(con, rows, persons, model)
    finally:
        con.close()


def _match(con: Any, rows: pa.Table, persons: pa.Table, model: bool) -> Matched:
    said = chinese.spec()
    chinese.load(con, "l", rows)
    chinese.load(con, "r", persons)
    for statement in chinese.HOMES:
        con.execute(statement)
    same = {f"name_{c}": chinese.WHEN[f"name_{c}"] for c in ("same", "sound", "shape")}
    agree = " OR ".join(f"({w})" for w in same.values())
    con.execute(
        "CREATE TEMP TABLE found AS SELECT l.n AS l, r.n AS r, 'exact' AS way, 0::INTEGER AS points, 1::BIGINT AS bits "  # noqa: S608 - names and conditions of ours
        f"FROM l JOIN r ON l.id = r.id WHERE l.same IS NULL OR {agree} QUALIFY count(*) OVER (PARTITION BY l.n) = 1"
    )
    con.execute("CREATE TEMP TABLE keys AS SELECT n, key FROM l")
    for table in ("l", "l_said"):
        con.execute(f"DELETE FROM {table} WHERE n IN (SELECT l FROM found)")  # noqa: S608 - names and conditions of ours
    spec.pair(con, said)
    spec.score(con, said)
    con.execute(f"INSERT INTO found SELECT l, r, 'points', points, bits FROM scored WHERE {spec.decided(said)}")  # noqa: S608 - names and conditions of ours
    doubt = int(chinese.book()["doubt"])
    con.execute(f"CREATE TEMP TABLE rest AS SELECT * FROM scored WHERE points >= {doubt} AND l NOT IN (SELECT l FROM found)")  # noqa: S608 - names and conditions of ours
    if model and con.execute("SELECT count(*) FROM rest").fetchone()[0]:
        con.register("likely", likely(con))
        other = 1 << said.codes.index("name_other")  # no machine decides that two different names are one person
        con.execute(
            "INSERT INTO found SELECT s.l, s.r, 'model', s.points, s.bits FROM rest s JOIN likely m ON s.l = m.l AND s.r = m.r "  # noqa: S608 - names and conditions of ours
            f"WHERE s.bits & {other} = 0"
        )
    found = "SELECT k.key AS row, r.key AS person, f.way, f.points, f.bits FROM {} f JOIN keys k ON k.n = f.l JOIN r ON r.n = f.r"
    open_ = f"(SELECT l, r, 'undecided' AS way, points, bits, rank FROM rest WHERE l NOT IN (SELECT l FROM found) AND rank <= {AT_MOST})"  # noqa: S608 - names and conditions of ours
    return Matched(
        con.execute(found.format("found") + " ORDER BY row").to_arrow_table().cast(RESULT),
        con.execute(found.format(open_) + " ORDER BY row, f.rank").to_arrow_table().cast(RESULT),
    )
