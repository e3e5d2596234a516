"""What speaks for and against two rows being one person, as data; and the SQL that counts it over columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

Connection = Any  # duckdb publishes no types


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding: its code, the condition over `l` (the row) and `r` (the person), and its points."""

    code: str
    when: str
    points: int


@dataclass(frozen=True, slots=True)
class Spec:
    """`blocks` are joins (FROM … WHERE … over the tables l and r) that give (row, person) pairs worth a look; of each group of evidence the
    first that holds counts. A row is decided where the best pair has at least `threshold` points and `margin` more than the next."""

    blocks: tuple[str, ...]
    groups: tuple[tuple[Evidence, ...], ...]
    threshold: int = 5
    margin: int = 1

    @property
    def codes(self) -> tuple[str, ...]:
        """All evidence in the order of its bits."""
        return tuple(e.code for group in self.groups for e in group)

    def words(self, bits: int) -> tuple[str, ...]:
        """The codes whose bits are set."""
        return tuple(c for n, c in enumerate(self.codes) if bits >> n & 1)


def connection() -> Connection:
    """A database in memory that never spills: identity is not written to disk. Two threads."""
    return duckdb.connect(":memory:", config={"temp_directory": "", "threads": 2, "autoinstall_known_extensions": False})


def pair(con: Connection, spec: Spec) -> None:
    """Table `pairs` (l, r) of everything a block joins; l and r are the numbers of the rows in the tables l and r."""
    each = " UNION ALL ".join(f"SELECT l.n AS l, r.n AS r FROM {b}" for b in spec.blocks)  # noqa: S608 - names and conditions of ours
    con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT DISTINCT l, r FROM ({each})")  # noqa: S608 - names and conditions of ours


def score(con: Connection, spec: Spec) -> None:
    """Table `scored` (l, r, points, bits, best, rank): each pair with its points, the row's best and the rank among the row's."""
    bit = {code: n for n, code in enumerate(spec.codes)}
    cases = [("CASE " + " ".join(f"WHEN {e.when} THEN {bit[e.code]}" for e in group) + " ELSE -1 END") for group in spec.groups]
    found = ", ".join(f"{case} AS g{n}" for n, case in enumerate(cases))
    value = {bit[e.code]: e.points for group in spec.groups for e in group}

    def counted(column: str, numbers: Sequence[int]) -> str:
        return f"CASE {column} " + " ".join(f"WHEN {n} THEN {value[n]}" for n in numbers) + " ELSE 0 END"

    groups = [[bit[e.code] for e in group] for group in spec.groups]
    points = " + ".join(counted(f"g{n}", numbers) for n, numbers in enumerate(groups))
    bits = " + ".join(f"CASE WHEN g{n} < 0 THEN 0 ELSE 1::BIGINT << g{n} END" for n in range(len(groups)))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE scored AS WITH found AS ("  # noqa: S608 - names and conditions of ours
        f"SELECT p.l, p.r, {found} FROM pairs p JOIN l ON l.n = p.l JOIN r ON r.n = p.r), "
        f"counted AS (SELECT l, r, ({points})::INTEGER AS points, ({bits})::BIGINT AS bits FROM found) "
        "SELECT *, row_number() OVER w AS rank, lead(points) OVER w AS next FROM counted WINDOW w AS (PARTITION BY l ORDER BY points DESC, r)"
    )


def decided(spec: Spec) -> str:
    """The condition over `scored` of a pair that decides its row."""
    return f"rank = 1 AND points >= {spec.threshold} AND points - coalesce(next, {spec.threshold - spec.margin - 1}) >= {spec.margin}"
