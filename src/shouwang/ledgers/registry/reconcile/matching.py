"""Which household here is which in another system's export: by household number, by ID, then by name and birth within the region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.ledgers.registry.models import Household, Member, Reconciliation
from shouwang.ledgers.registry.policies import EDIT
from shouwang.ledgers.registry.queries import living_now
from shouwang.ledgers.registry.reconcile.comparing import birth_of
from shouwang.ledgers.registry.reconcile.reading import Home

PIECE = 200


def in_region(rows: Any, comparison: Reconciliation, scope: Scope) -> Any:
    """Rows inside the comparison's region and the person's reach."""
    rows = rows.within(scope, EDIT)
    level = comparison.region.level
    return rows.filter(**{LEVEL_FIELDS[level]: comparison.region_id}) if level > 1 else rows


def pieces(homes: Sequence[Any], size: int = PIECE) -> Iterator[tuple[int, Sequence[Any]]]:
    """The list in pieces: (number of the first, piece)."""
    for start in range(0, len(homes), size):
        yield start, homes[start : start + size]


def matched(homes: Sequence[Home], comparison: Reconciliation, scope: Scope) -> dict[int, int]:
    """{position of theirs: id of ours}, each of ours once. Three queries a piece; nothing is written."""
    out: dict[int, int] = {}
    taken: set[int] = set()
    for start, piece in pieces(homes):
        for at, pk in _one_piece(piece, comparison, scope).items():
            if pk not in taken:
                out[start + at] = pk
                taken.add(pk)
    return out


def _one_piece(piece: Sequence[Home], comparison: Reconciliation, scope: Scope) -> dict[int, int]:
    households: Any = Household.objects
    by_code = dict(in_region(households, comparison, scope).filter(code__in=[h.code for h in piece]).values_list("code", "pk"))
    out = {at: by_code[home.code] for at, home in enumerate(piece) if home.code in by_code}
    rest = {at: home for at, home in enumerate(piece) if at not in out}
    numbers = {str(row["id_number"])[:18]: at for at, home in rest.items() for row in home.rows if row.get("id_number")}
    if numbers:
        people = living_now(in_region(Member.objects, comparison, scope)).filter(id_number__blind_in=list(numbers))
        for member in people.only("uid", "household_id", "id_number"):
            at = numbers.get(member.id_number.reveal()) if member.id_number else None
            if at is not None:
                out.setdefault(at, member.household_id)
    return out | _by_name({at: home for at, home in rest.items() if at not in out}, comparison, scope)


def _by_name(rest: dict[int, Home], comparison: Reconciliation, scope: Scope) -> dict[int, int]:
    """By a member's name and full date of birth, where that is one household only."""
    wanted: dict[tuple[str, Any], int] = {}
    for at, home in rest.items():
        for row in home.people:
            if born := birth_of(row):
                wanted[row["name"], born] = at
    if not wanted:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    rows = living_now(in_region(Member.objects, comparison, scope)).filter(name__in={name for name, _ in wanted})
    for name, born, household in rows.values_list("name", "birth_date", "household_id"):
        if (name, born) in wanted:
            found[wanted[name, born]].add(household)
    return {at: keys.pop() for at, keys in found.items() if len(keys) == 1}
