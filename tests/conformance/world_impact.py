"""Impacts, measures and shocks of the world, each with a canary."""

from __future__ import annotations

from typing import Any

from tests.factories import impact


def fill(world: Any) -> None:
    """One impact and one measure for each household where it lies now; a shock of the city and of two districts."""
    for home in [t.row for t in world.targets["household"]]:
        code = home.region.code
        world.add("impact", code, lambda c, h=home: impact.add_impact(h, source_ledger="impact.survey", subject=c), household=home)
        world.add("fitted", code, lambda c, h=home: impact.add_measure(h, name=c), household=home)
    for short in ("4405", "440513", "440514"):
        place = world.city.at(short)
        world.add("shock", place.code, lambda c, at=place: impact.make_shock(at, name=c))
