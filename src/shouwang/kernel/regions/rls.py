"""Row-level security, the side of the session: what PostgreSQL is told about who asks (docs/adr/0005).

It lies beneath ``within(scope)`` and is never narrower: a connection reaches the union of all places, offices and assignments a person
holds, whatever the permission. On SQLite, which has no such thing, everything here does nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from django.conf import settings
from django.db import Error, connection

from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope

# The first place of a level stands alone: as an equality it is the same condition as that of `within`, and costs nothing. Others are a list.
FIRST: Final = {number: column.removesuffix("_id") for number, column in LEVEL_FIELDS.items()}
MORE: Final = {number: f"more_{level}" for number, level in FIRST.items()}
VARIABLES: Final = ("everything", *FIRST.values(), *MORE.values(), "offices", "person", "assigned")
NOTHING: Final = dict.fromkeys(VARIABLES, "")
EVERYTHING: Final = {**NOTHING, "everything": "on"}
# Plans hold the variables as constants (they are read while planning), so that none may outlive a change.
_TELL: Final = "SELECT " + ", ".join(f"set_config('shouwang.{name}', %s, false)" for name in VARIABLES) + "; DISCARD PLANS"
_held = threading.local()


def variables_of(scope: Scope) -> dict[str, str]:
    """{variable: text} of a scope: ids with commas between, or "on", "" where there is nothing."""
    if scope.everything or any(h.place is not None and h.place.level <= 1 for h in scope.holds):
        return EVERYTHING
    out = dict(NOTHING)
    for number in FIRST:
        ids = _ids(h.place.id for h in scope.holds if h.place is not None and h.place.level == number)
        out[FIRST[number]], out[MORE[number]] = ",".join(ids[:1]), ",".join(ids[1:])
    offices = {h.office_id for h in scope.holds if h.office_id is not None}
    out["offices"] = ",".join(_ids(offices | ({scope.office.id} if scope.office else set())))
    out["person"] = "" if scope.user_id is None else str(scope.user_id)
    out["assigned"] = "on" if any(h.assigned for h in scope.holds) else ""
    return out


def activate(scope: Scope) -> None:
    """From now on this thread's connection reaches the rows of the scope and no others, whatever it reached before."""
    _tell(variables_of(scope))


def deactivate() -> None:
    """Back to what a connection starts with: nothing for the site and its worker, everything for the command line."""
    _tell_or_close(_at_connect())


@contextmanager
def acting(scope: Scope) -> Iterator[None]:
    """Reach the rows of another scope inside the block, then those of before again."""
    before: dict[str, str] = getattr(_held, "variables", None) or _at_connect()
    activate(scope)
    try:
        yield
    finally:
        _tell_or_close(before)


def everywhere() -> AbstractContextManager[None]:
    """Reach every row inside the block: for deeds that are permitted but touch rows the person may not look at. Each use says why."""
    return acting(Scope.system())


def _ids(found: Iterable[int]) -> list[str]:
    return [str(i) for i in sorted(set(found))]


def _at_connect() -> dict[str, str]:
    return EVERYTHING if settings.SHOUWANG_COMMAND_LINE else NOTHING


def _tell(variables: dict[str, str]) -> None:
    if connection.vendor != "postgresql":
        return
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    # Past Django's cursor: this is no query of the page's, and must go through where Django already waits for a rollback.
    with connection.wrap_database_errors, connection.connection.cursor() as cursor:
        cursor.execute(_TELL, [variables[name] for name in VARIABLES])
    _held.variables = variables


def _tell_or_close(variables: dict[str, str]) -> None:
    """As `_tell`; where that fails outside of a transaction, the connection goes, and what it reaches with it."""
    try:
        _tell(variables)
    except Error:
        if not connection.in_atomic_block:  # inside of one, the rollback takes back what was told since
            connection.close()
        _held.variables = variables
