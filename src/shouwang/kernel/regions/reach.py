"""What a model says about its rows for row-level security, beside the places they lie at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Rows whose `column` is among the ids that `select` yields.

    The SELECT runs at most once per query and sees every row. In it stand ``{person}`` (an id or NULL), ``{offices}`` (bigint[]) and
    ``{places:alias}``: the row called `alias` lies at a place held. `assigned`: only where something is held over assigned records.
    """

    column: str
    select: str
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """All that a model's `within` may give, for any permission and any kind of hold; never less, or rows would be missing.

    `offices`: columns with the office whose own record it is. `people`: columns with the person whose own it is. `follows`: foreign keys
    to records with which the row is reached. `also`: prefixes of further columns city_id … village_id at which the row lies as well
    (where a household moved from). `public`: everybody reads it, and only writing keeps to the places.
    """

    offices: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    keys: tuple[Keys, ...] = ()
    follows: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    public: bool = False
