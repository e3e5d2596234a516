"""Lots, orders and what belongs to them in the world, each with a canary."""

from __future__ import annotations

from typing import Any

from tests.factories import produce


def fill(world: Any) -> None:
    """A lot with a settled order in every village, and one of a county; a buyer and a campaign of the city; a need of every village."""
    city = world.city.city
    buyer = world.add("buyer", city.code, lambda c: produce.make_buyer(city, name=c))
    world.add("demand", city.code, lambda _c: produce.make_demand(buyer, city))
    world.add("supplier", city.code, lambda c: produce.make_supplier(city, name=c))
    for place in (city, *world.city.counties):
        world.add("campaign", place.code, lambda c, at=place: produce.make_campaign(at, name=c))
    for village in world.city.villages:
        lot = world.add("lot", village.code, lambda c, at=village: produce.make_lot(at, seller=c))
        homes = [t.row for t in world.targets["household"] if t.row.region_id == village.pk]
        for home in homes[:1]:
            produce.put_behind(lot, home)
        world.add("order", village.code, lambda _c, x=lot: produce.make_settled(x, buyer))
        world.add("need", village.code, lambda _c, at=village: produce.make_need(at))
    _shared(world)


def _shared(world: Any) -> None:
    """A lot of a county, behind which households of its towns and villages stand."""
    county = world.city.counties[0]
    homes = [t.row for t in world.targets["household"] if t.row.county_id == county.pk]
    behind = sorted({h.village.code for h in homes})
    assert len(behind) > 1
    lot = world.add("lot", county.code, lambda c: produce.make_lot(county, seller=c, kg=9000), behind=behind)
    for home in homes:
        produce.put_behind(lot, home)
