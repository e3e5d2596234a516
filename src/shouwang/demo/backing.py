"""Who stands behind the demonstration's households."""

from __future__ import annotations

from shouwang.demo.load_people import Backing
from shouwang.demo.offices import DEPARTMENTS, Staff
from shouwang.kernel.regions.models import Region


def backing(staff: Staff, city: Region) -> Backing:
    """City departments as sponsor units of the first villages of the larger counties, round robin."""
    villages = Region.objects.filter(city=city, level=Region.VILLAGE, county__code__startswith="44051").order_by("county__rank", "code")
    units = [staff.offices[f"4405-{key}"].pk for key, _ in DEPARTMENTS]
    return Backing(units={v.code: units[n % len(units)] for n, v in enumerate(villages[:76])})
