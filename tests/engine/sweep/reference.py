"""The hand-written SQL beside the sweep: runs it over a snapshot and compares lead for lead."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb

SQL = Path(__file__).with_name("reference.sql")
Leads = set[tuple[Any, ...]]


def by_hand(snapshot: Path, asof: dt.date, line_fen: int) -> Leads:
    """(rule, household, v1..v6) of every lead, by the hand-written SQL."""
    with duckdb.connect() as base:
        base.execute(f"SET VARIABLE as_at = DATE '{asof}'; SET VARIABLE line = {line_fen}")
        base.execute(SQL.read_text("utf-8").replace("SNAPSHOT", str(snapshot)))
        return set(base.execute("SELECT rule, household, v1, v2, v3, v4, v5, v6 FROM reference").fetchall())


def as_set(leads: Any) -> Leads:
    """The same of an Arrow table of leads; a lead that stands twice is an error."""
    rows = list(zip(*(leads.column(c).to_pylist() for c in ("rule", "household", "v1", "v2", "v3", "v4", "v5", "v6")), strict=True))
    assert len(rows) == len(set(rows))
    return set(rows)
