"""The village a row names: by code, or by name under its town, among those a person may import into."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Q

from shouwang.kernel.regions.models import Region, RegionName
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.policies import EDIT

# What people leave off or add: 和睦居委会, 和睦社区 and 和睦 are one where only one of them is there.
TAIL = re.compile(r"(?:村民委员会|居民委员会|村委会|居委会|社区|村|居)$")
TOWN_TAIL = re.compile(r"(?:街道办事处|街道|镇|乡)$")


class Villages:
    """All villages of the person's reach, dissolved ones too, by code and by name; read once an import."""

    def __init__(self, by: Scope, today: dt.date) -> None:
        rows = Region.objects.filter(level=Region.VILLAGE).filter(_reach(by)).select_related("town", "county")
        self._all = {r.pk: r for r in rows}
        self._by_name: dict[str, set[int]] = defaultdict(set)
        self._by_code = {r.code: r for r in self._all.values()}
        for region in self._all.values():
            self._know(region.name, region.pk)
        for pk, name in RegionName.objects.filter(region__in=list(self._all)).values_list("region_id", "name") if self._all else ():
            self._know(name, pk)
        self._today = today

    def _know(self, name: str, pk: int) -> None:
        for said in {name, TAIL.sub("", name)}:
            self._by_name[said].add(pk)

    def find(self, said: Mapping[str, str], today: dt.date) -> tuple[Region | None, str]:
        """The village, or None and the words why not; `said` may have county and town beside village."""
        text = re.sub(r"\s", "", said["village"])
        if re.fullmatch(r"\d{12}", text):
            found = [self._by_code[text]] if text in self._by_code else []
        else:
            exact = self._by_name.get(text) or self._by_name.get(TAIL.sub("", text)) or set()
            found = [self._all[pk] for pk in sorted(exact)]
        for level, tail in (("town", TOWN_TAIL), ("county", re.compile(r"[区县市]$"))):
            if name := said.get(level):
                found = [r for r in found if tail.sub("", getattr(r, level).name) == tail.sub("", re.sub(r"\s", "", name))]
        now = [r for r in found if r.in_force(today.year)]
        if len(now) == 1:
            return now[0], ""
        if len(now) > 1:
            where = "、".join(f"{r.county}{r.town}" for r in now[:4] if r.town)
            return None, f"有 {len(now)} 个同名的村（社区）（{where}）。请同时填写区（县）和镇（街道），或填 12 位区划代码。"
        if found:
            gone = found[0]
            return None, f"“{gone.name}”自 {(gone.year_to or 0) + 1} 年起已撤并，不再是现行村（社区）。请改填并入后的村（社区）。"
        return None, "没有找到这个村（社区），或不在您的管理范围内。请核对镇、村名称，或填 12 位区划代码。"


def _reach(by: Scope) -> Q:
    places = by.places(EDIT)
    if by.everything or any(p.level <= Region.PROVINCE for p in places):
        return Q()
    reach = Q(pk__in=[])
    for place in places:
        field = {Region.CITY: "city", Region.COUNTY: "county", Region.TOWN: "town", Region.VILLAGE: "pk"}[place.level]
        reach |= Q(**{field: place.id})
    return reach
