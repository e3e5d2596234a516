"""Where a pair of look-alikes lies: in the smallest region that holds both sides."""

from __future__ import annotations

from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.models import Household, LookAlike, Member

LEVELS = ("village", "town", "county", "city")


def sides(pair: LookAlike) -> tuple[Member | Household, Member | Household]:
    """The two rows of the pair, the older first."""
    if pair.kind == LookAlike.Kind.MEMBER:
        assert pair.left_member and pair.right_member  # noqa: S101 - held by a constraint; for the types
        return pair.left_member, pair.right_member
    assert pair.left_household and pair.right_household  # noqa: S101 - the same
    return pair.left_household, pair.right_household


def common_place(left: Any, right: Any) -> dict[str, int | None]:
    """{region_id, city_id, county_id, town_id, village_id} of the smallest region that holds both placed rows.

    Raises ValueError for rows of two cities: one installation serves one city.
    """
    out: dict[str, int | None] = {f"{level}_id": None for level in LEVELS}
    for level in reversed(LEVELS):
        ours, theirs = getattr(left, f"{level}_id"), getattr(right, f"{level}_id")
        if ours != theirs or ours is None:
            break
        out[f"{level}_id"] = out["region_id"] = ours
    if "region_id" not in out:
        raise ValueError("rows of two cities have no place in common")
    return out


def put_between(pair: LookAlike, left: Any, right: Any) -> None:
    """Let the pair lie where both sides are covered."""
    for name, value in common_place(left, right).items():
        setattr(pair, name, value)


def office_level(pair: LookAlike) -> int:
    """The tier that answers for the pair: the town for what lies inside it, else the county or the city."""
    return Region.TOWN if pair.town_id else Region.COUNTY if pair.county_id else Region.CITY
