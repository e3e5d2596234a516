"""Load one city from the packaged yearly releases (whole country, 2018–2023) and outlines for the map."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from importlib.resources import as_file, files
from typing import Any

from django.db import transaction

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Outline, Region, RegionName
from shouwang.kernel.rulebook import book

LAST_RELEASE = 2023


def _releases(city: str) -> dict[str, list[tuple[int, str, int, int]]]:
    """{12-digit code: [(level, name, first year, last year)]} of a 4-digit city, its province included.

    Dongguan, Zhongshan and Danzhou stand in the release as city and again as county under one code: they are taken as cities, and their
    towns lie right below them.
    """
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with as_file(files("shouwang.kernel.regions").joinpath("data", "divisions.parquet")) as path:
        table = pq.read_table(path)
    code, low = table["code"], int(city) * 10**8
    inside = pc.and_(pc.greater_equal(code, low), pc.less(code, low + 10**8))
    province = pc.equal(code, int(city[:2]) * 10**10)
    found: dict[str, list[tuple[int, str, int, int]]] = defaultdict(list)
    for row in table.filter(pc.or_(inside, province)).to_pylist():
        found[f"{row['code']:012d}"].append((row["level"], row["name"], row["y0"], row["y1"]))
    return {c: [r for r in rows if r[0] == min(level for level, *_ in rows)] for c, rows in found.items()}


def _parent_code(code: str, level: int) -> str:
    return {2: code[:2], 3: code[:4], 4: code[:6], 5: code[:9]}[level].ljust(12, "0")


def load_city(city: str = "4405", *, year: int = 2020) -> Region:
    """Load the city's divisions of all releases and return it; names are those of `year`. Loading again adds nothing.

    Raises Refused where the code is no city of the releases.
    """
    found = _releases(city) if re.fullmatch(r"[0-9]{4}", city) else {}
    if city.ljust(12, "0") not in found:
        raise Refused(f"区划代码“{city}”不是统计用区划代码中的地级市。请填写四位代码，例如汕头市为 4405。", field="city")
    order = {str(c): n for n, c in enumerate(next((r.value for r in book("region_order").get(city, ())), []))}
    with transaction.atomic():
        known = {r.code: r for r in Region.objects.filter(code_system="stats")}
        for level in range(1, 6):
            fresh = [_region(c, rows, year, known, order) for c, rows in found.items() if c not in known and rows[0][0] == level]
            Region.objects.bulk_create(fresh, batch_size=500)
            for region in fresh:
                _point_to_self(region)
            Region.objects.bulk_update(fresh, ["city", "county", "town"], batch_size=500)
            known |= {r.code: r for r in fresh}
            names = [
                RegionName(region=r, name=n, year_from=a, year_to=b)
                for r in fresh
                if len(found[r.code]) > 1
                for _, n, a, b in sorted(found[r.code], key=lambda row: row[2])
            ]
            RegionName.objects.bulk_create(names, batch_size=500)
    return known[city.ljust(12, "0")]


def _region(code: str, rows: list[tuple[int, str, int, int]], year: int, known: dict[str, Region], order: dict[str, int]) -> Region:
    level = rows[0][0]
    parent = known.get(_parent_code(code, level)) if level > 1 else None
    name = next((n for _, n, a, b in rows if a <= year <= b), max(rows, key=lambda r: r[3])[1])
    last = max(b for *_, b in rows)
    region = Region(
        code=code,
        level=level,
        name=name,
        parent=parent,
        year_from=min(a for _, _, a, _ in rows),
        year_to=None if last == LAST_RELEASE else last,
        rank=order.get(code[:6], 0) if level == Region.COUNTY else int(code[6:]),
    )
    if parent:
        region.city, region.county, region.town = parent.city, parent.county, parent.town
    return region


def _point_to_self(region: Region) -> None:
    field = {Region.CITY: "city", Region.COUNTY: "county", Region.TOWN: "town"}.get(region.level)
    if field:
        setattr(region, field, region)


def load_outlines(collection: dict[str, Any], *, source: str) -> int:
    """Store outlines from a GeoJSON FeatureCollection whose features carry `adcode` (six digits); returns how many matched a division."""
    if collection.get("type") != "FeatureCollection":
        raise Refused("文件不是 GeoJSON 的 FeatureCollection。请导出为 FeatureCollection 后重新导入。", field="file")
    count = 0
    with transaction.atomic():
        for feature in collection["features"]:
            code = str(feature["properties"].get("adcode", "")).ljust(12, "0")
            if region := Region.objects.filter(code_system="stats", code=code).first():
                Outline.objects.update_or_create(region=region, defaults={"geometry": feature["geometry"], "source": source})
                count += 1
    return count


def load_packaged_outlines() -> int:
    """The outlines shipped with the product (Shantou)."""
    text = files("shouwang.kernel.regions").joinpath("data", "shantou.geojson").read_text("utf-8")
    return load_outlines(json.loads(text), source="底图来源：天地图行政区划（审图号 GS(2024)0650，来源未经核实），坐标系 CGCS2000")
