"""The full-text index of members' names: made by a migration, kept by the database itself, asked by search.py.

A document is a member's spelling and a token for each of the county, town and village, so that what lies elsewhere is never read.
SQLite: an FTS5 table of its own beside `registry_member`, kept by triggers. PostgreSQL: a GIN index on an expression, asked through a
SECURITY DEFINER function, because the operators of full text are not leakproof: under row-level security their index would lie unused.
The function gives ids and nothing else; whoever asks selects by them within the scope.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, WORDS = "registry_member", "registry_member_words"
# Tokens of places (data/name_index.*.sql): no name begins like this in pinyin, so that no search by letters meets a place.
MARKS = {3: "vvc", 4: "vvt", 5: "vvv"}
TRIGGERS = ("insert", "update", "delete")
REFILL = (
    "DELETE FROM registry_member_words",
    "INSERT INTO registry_member_words(rowid, words) SELECT id, spelled || ' vvc' || coalesce(county_id, '') || ' vvt' || "
    "coalesce(town_id, '') || ' vvv' || coalesce(village_id, '') FROM registry_member ORDER BY id",
)


def build(db: BaseDatabaseWrapper) -> None:
    """Make what is missing; where triggers were missing the documents are written anew, since rows may have passed without them."""
    whole = is_whole(db)
    script = files("shouwang.ledgers.registry").joinpath("data", f"name_index.{db.vendor}.sql").read_text("utf-8")
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute("SELECT quote_ident(current_schema())")
            script = script.replace("{schema}", cursor.fetchone()[0])
        for statement in script.split("\n\n"):
            cursor.execute(statement)
        for statement in () if whole or db.vendor == "postgresql" else REFILL:
            cursor.execute(statement)


def is_whole(db: BaseDatabaseWrapper) -> bool:
    """Whether the database keeps the index by itself. On SQLite a later migration that rebuilds the member table drops its triggers."""
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname = %s AND relkind = 'i'", [WORDS])
            return bool(cursor.fetchone()[0])
        names = [f"{WORDS}_{n}" for n in TRIGGERS]
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)", names)
        return bool(cursor.fetchone()[0] == len(names))


def suspend(db: BaseDatabaseWrapper) -> None:
    """Stop keeping the index, for a first load into empty tables; `build` makes it whole, and so does the next start of the site."""
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute(f"DROP INDEX IF EXISTS {WORDS}")
            return
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {WORDS}_{name}")


def drop(db: BaseDatabaseWrapper) -> None:
    """Take everything away again, for the migration backwards."""
    suspend(db)
    with db.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS registry_name_candidates" if db.vendor == "postgresql" else f"DROP TABLE IF EXISTS {WORDS}")


def after_migrate(**signal: Any) -> None:
    """Receiver of Django's post_migrate: a migration of the member table may have dropped the triggers, a broken load the index."""
    db = connections[signal["using"]]
    if TABLE in db.introspection.table_names() and not is_whole(db):
        build(db)


def candidates(phrases: list[str], letters: list[list[str]], places: list[list[str]], most: int) -> list[tuple[int, int]]:
    """At most `most` (member, household) ids that meet every phrase ("王 建"), one of each set of letters, one of each set of places.

    Words are letters and digits only (spelling.read_terms sees to it): they become part of the query's syntax.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            parts = [" <-> ".join(p.split()) for p in phrases] + [" | ".join(f"{a}:*" for a in one) for one in letters]
            asked = " & ".join(f"({p})" for p in [*parts, *(" | ".join(p) for p in places)])
            cursor.execute("SELECT member_id, household_id FROM registry_name_candidates(%s, %s)", [asked, most])
            return list(cursor.fetchall())
        parts = [f'"{p}"' for p in phrases] + [" OR ".join(f'"{a}"*' for a in one) for one in letters]
        asked = " AND ".join(f"({p})" for p in [*parts, *(" OR ".join(f'"{t}"' for t in p) for p in places)])
        cursor.execute(
            "SELECT m.id, m.household_id FROM registry_member_words w CROSS JOIN registry_member m ON m.id = w.rowid "
            "WHERE w.words MATCH %s LIMIT %s",
            [asked, most],
        )
        return list(cursor.fetchall())
