"""Lots, orders and what belongs to them in the world, each with a canary."""

from __future__ import annotations

from typing import Any

from tests.factories import produce


def fill(world: Any) -> None:
    """A lot with a settled order in every village; a buyer and a campaign of the city; a need of every village."""
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
