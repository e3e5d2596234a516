"""Roles as described lists: what each may do is data in the rulebook, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Role:
    """One role: `tiers` are the region levels it may be granted at; `assigned` = only over records assigned to the holder.

    `permissions` hold over the region granted, `office_permissions` only over what belongs to the holder's own office.

    `groups` are the field groups it sees unless the grant says otherwise; None means all.
    """

    code: str
    name: str
    description: str
    tiers: tuple[int, ...]
    permissions: frozenset[str]
    office_permissions: frozenset[str]
    groups: frozenset[str] | None
    assigned: bool = False
    administrator: bool = False


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Every role by code, in the order of the rulebook."""
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath("roles.yaml").read_text("utf-8"))
    return {
        code: Role(
            code=code,
            name=r["name"],
            description=r["description"],
            tiers=tuple(r.get("tiers", ())),
            permissions=frozenset(r["permissions"]),
            office_permissions=frozenset(r.get("office_permissions", ())),
            groups=frozenset(r["groups"]) if "groups" in r else None,
            assigned=r.get("assigned", False),
            administrator=r.get("administrator", False),
        )
        for code, r in raw["roles"].items()
    }
