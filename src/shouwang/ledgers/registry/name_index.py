"""The full-text index of members' names: made by a migration, kept by the database itself, asked by search.py.

A document is a member's spelling and a token for each of the county, town and village, so that what lies elsewhere is never read.
SQLite: an FTS5 table of its own beside `registry_member`, kept by triggers. PostgreSQL: a GIN index on an expression, asked through a
SECURITY DEFINER function, because the operators of full text are not leakproof: under row-level security their index would lie unused.
The function gives ids and nothing else; whoever asks selects by them within the scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, WORDS = "registry_member", "registry_member_words"
FUNCTION = "registry_name_candidates"
# Letters no name starts with in pinyin, so that no search by letters meets a place.
MARKS = {3: "vvc", 4: "vvt", 5: "vvv"}
COLUMNS = {3: "county_id", 4: "town_id", 5: "village_id"}
FILL = 2_000
TRIGGERS = ("insert", "update", "delete")


def _document(row: str, number: str) -> str:
    """The SQL of a row's document; `number` writes an id as text."""
    places = "".join(f" || ' {MARKS[n]}' || coalesce({number.format(row + COLUMNS[n])}, '')" for n in MARKS)
    return f"{row}spelled{places}"


def _sqlite() -> Iterator[str]:
    yield f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5(words, columnsize=0)"
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {WORDS}_insert AFTER INSERT ON {TABLE} BEGIN "
        f"INSERT INTO {WORDS}(rowid, words) VALUES (new.id, {_document('new.', '{}')}); END"
    )
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {WORDS}_update AFTER UPDATE OF spelled, county_id, town_id, village_id ON {TABLE} "
        f"WHEN {_document('new.', '{}')} <> {_document('old.', '{}')} BEGIN "
        f"UPDATE {WORDS} SET words = {_document('new.', '{}')} WHERE rowid = new.id; END"
    )
    yield f"CREATE TRIGGER IF NOT EXISTS {WORDS}_delete AFTER DELETE ON {TABLE} BEGIN DELETE FROM {WORDS} WHERE rowid = old.id; END"


def _postgresql(schema: str) -> Iterator[str]:
    document = f"to_tsvector('simple', {_document('', '{}::text')})"
    yield f"CREATE INDEX IF NOT EXISTS {WORDS} ON {TABLE} USING gin (({document})) WITH (fastupdate = off)"
    # No sequential scan: the planner guesses the share of a query it does not see, and a wrong guess reads the table.
    yield (
        f"CREATE OR REPLACE FUNCTION {FUNCTION}(asked text, most integer) RETURNS TABLE (member_id bigint, household_id bigint) "
        f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp SET enable_seqscan = off "
        f"AS $$ SELECT id, household_id FROM {TABLE} WHERE {document} @@ to_tsquery('simple', asked) LIMIT most $$"
    )


def build(db: BaseDatabaseWrapper | None = None) -> None:
    """Make what is missing; where triggers were missing the documents are written anew, since rows may have passed without them."""
    db = db or connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            cursor.execute("SELECT quote_ident(current_schema())")
            for statement in _postgresql(cursor.fetchone()[0]):
                cursor.execute(statement)
            return
        whole = is_whole(db)
        for statement in _sqlite():
            cursor.execute(statement)
        if not whole:
            cursor.execute(f"DELETE FROM {WORDS}")  # noqa: S608 - a name of this module
            cursor.execute(f"INSERT INTO {WORDS}(rowid, words) SELECT id, {_document('', '{}')} FROM {TABLE} ORDER BY id")  # noqa: S608 - the same


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
        cursor.execute(f"DROP FUNCTION IF EXISTS {FUNCTION}" if db.vendor == "postgresql" else f"DROP TABLE IF EXISTS {WORDS}")


def after_migrate(**signal: Any) -> None:
    """Receiver of Django's post_migrate: a migration of the member table may have dropped the triggers, a broken load the index."""
    db = connections[signal["using"]]
    if TABLE in db.introspection.table_names() and not is_whole(db):
        build(db)


def candidates(phrases: list[str], letters: list[list[str]], places: list[list[str]], most: int) -> list[tuple[int, int]]:
    """At most `most` (member, household) ids that meet every phrase ("王 建"), one of each set of letters, one of each set of places.

    Words are letters and digits only (spelling.read_terms sees to it): they become part of the query's syntax.
    """
    db = connections[DEFAULT_DB_ALIAS]
    with db.cursor() as cursor:
        if db.vendor == "postgresql":
            parts = [" <-> ".join(p.split()) for p in phrases] + [" | ".join(f"{a}:*" for a in one) for one in letters]
            asked = " & ".join(f"({p})" for p in [*parts, *(" | ".join(p) for p in places)])
            cursor.execute(f"SELECT member_id, household_id FROM {FUNCTION}(%s, %s)", [asked, most])  # noqa: S608 - a name of this module
            return cursor.fetchall()
        parts = [f'"{p}"' for p in phrases] + [" OR ".join(f'"{a}"*' for a in one) for one in letters]
        asked = " AND ".join(f"({p})" for p in [*parts, *(" OR ".join(f'"{t}"' for t in p) for p in places)])
        cursor.execute(
            f"SELECT m.id, m.household_id FROM {WORDS} w CROSS JOIN {TABLE} m ON m.id = w.rowid WHERE w.words MATCH %s LIMIT %s",  # noqa: S608 - the same
            [asked, most],
        )
        return cursor.fetchall()
