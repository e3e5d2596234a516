"""The analysis page: 务工、销售、项目、帮扶 by region, against the baseline day and the year before, with the trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.figures import Figure, Value
from shouwang.kernel.regions.models import Outline, Region
from shouwang.kernel.regions.scope import Place, Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.impact.codes import word
from shouwang.ledgers.impact.models import Shock, YearBase
from shouwang.ledgers.impact.policies import ANALYSE
from shouwang.ledgers.impact.queries import counties, current, shocks_at

BOOK = "impact_analysis"
SIMULATE = "monitoring.simulate"  # of the ledger above, whose what-if the page links to where it is installed


@dataclass(slots=True)
class Line:
    """One figure at the place: value now, change since the baseline day, share of the year before (%), trend, and values below."""

    figure: Figure
    value: Value
    href: str
    baseline: Value | None = None
    baseline_day: dt.date | None = None
    share: Decimal | None = None
    points: list[float] = field(default_factory=list)
    below: list[Value | None] = field(default_factory=list)

    @property
    def step(self) -> Decimal | None:
        """Now − baseline, in the figure's unit; None where one of them is not known."""
        if self.baseline is None or self.baseline.number is None or self.value.number is None:
            return None
        return self.value.number - self.baseline.number

    @property
    def change(self) -> str:
        """The change with its sign and unit, 持平, or -- where there is none."""
        step = self.step
        if step is None:
            return "--"
        unit = "个百分点" if self.figure.unit == "%" else self.figure.unit
        return f"{'+' if step > 0 else '−'}{abs(step):,} {unit}" if step else "持平"

    @property
    def tone(self) -> str:
        """g for better, r for worse, "" for neither: the meaning decides, not the sign."""
        step = self.step
        if not step or not self.figure.good:
            return ""
        return "up" if (step > 0) == (self.figure.good == "up") else "dn"


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four aspects."""

    key: str
    title: str
    lines: list[Line]


def place_for(scope: Scope, region_id: str) -> Region:
    """The place asked for, or the person's own; raises OutOfScope where impacts or figures may not be seen there."""
    if region_id:
        found = Region.objects.filter(pk=int(region_id)).first() if region_id.isdecimal() and len(region_id) < 12 else None
    else:
        home = scope.home or next(iter(scope.places(ANALYSE)), None)
        found = Region.objects.filter(pk=home.id).first() if home else None
    if found is None or not (scope.may_at(ANALYSE, found) and scope.may_at(figures.PERMISSION, found)):
        raise OutOfScope
    return found


def parts(place: Region, now: dt.datetime, shock: Shock | None) -> tuple[list[Part], list[Region]]:
    """The four aspects at a place and the regions below it; a fixed number of queries per figure."""
    today = timezone.localtime(now).date()
    said = lookup(BOOK, "sections", on=today).value
    known = figures.installed(today)
    chosen = {c: known[c] for s in said for c in s["figures"] if c in known}
    values, lines = figures.values(chosen.values(), today, place=place.place), figures.series(chosen.values(), place.place, until=now)
    before = _baselines(chosen.values(), place.place, shock, today)
    last_year = _bases(chosen, place, today.year - 1)
    below = _below(place, today)
    out = {}
    for code, figure in chosen.items():
        line = Line(figure, values[code], reverse("figure", args=[code]) + f"?region={place.pk}")
        if before.get(code):
            line.baseline_day, line.baseline = before[code]
        line.share = _share(values[code].numerator, last_year.get(code))
        line.points = [float(v.number) for _, v in lines[code] if v.number is not None]
        line.points += [float(line.value.number)] if line.value.number is not None else []
        line.below = _spread(figure, today, place, below)
        out[code] = line
    return [Part(s["key"], s["title"], [out[c] for c in s["figures"] if c in out]) for s in said], below


def _baselines(chosen: Iterable[Figure], place: Place, shock: Shock | None, today: dt.date) -> dict[str, tuple[dt.date, Value]]:
    """The last frozen value on the baseline day or in the days before it."""
    if shock is None or shock.baseline_on >= today:
        return {}
    end = timezone.make_aware(dt.datetime.combine(shock.baseline_on, dt.time(23, 59, 59)))
    days = int(lookup(BOOK, "baseline_days", on=today).value)
    found = figures.series(chosen, place, until=end, points=days)
    return {code: points[-1] for code, points in found.items() if points}


def _bases(chosen: Iterable[str], place: Region, year: int) -> dict[str, int]:
    rows = YearBase.objects.filter(region=place, year=year, figure__in=list(chosen))
    return dict(rows.values_list("figure", "amount"))


def _share(now: int | None, before: int | None) -> Decimal | None:
    """% of the year before, to two places, from the exact numbers."""
    if now is None or not before:
        return None
    return (Decimal(now) * 100 / before).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _below(place: Region, today: dt.date) -> list[Region]:
    rows = Region.objects.filter(parent=place, year_from__lte=today.year).exclude(year_to__lt=today.year)
    return list(rows.order_by("rank", "code"))


def _spread(figure: Figure, today: dt.date, place: Region, below: list[Region]) -> list[Value | None]:
    if not below:
        return []
    level = below[0].level
    found = figures.breakdown(figure, today, place=place.place, level=level)
    nothing = None if figure.denominator or figure.measure != "count" else Value(figure, 0)
    return [found.get(r.pk, nothing) for r in below]


def context(scope: Scope, region_id: str, now: dt.datetime) -> dict[str, Any]:
    """Everything the page draws."""
    place = place_for(scope, region_id)
    today = timezone.localtime(now).date()
    shocks = shocks_at(place, today)
    shock = shocks[0] if shocks else None
    found, below = parts(place, now, shock)
    day = next((x.baseline_day for p in found for x in p.lines if x.baseline_day), None)
    above = [r for r in (place.city, place.county, place.town) if r is not None and r.pk != place.pk and scope.may_at(ANALYSE, r)]
    return {
        "place": place, "parts": found, "below": below, "shock": shock, "baseline_day": day, "above": above, "now": now,
        "may_simulate": scope.may(SIMULATE),
    }  # fmt: skip


def level_map(scope: Scope, today: dt.date) -> dict[str, Any] | None:
    """Counties coloured and named by level for blocks/map.html; none where nothing is published; None without outlines."""
    units = counties(scope) or list(Region.objects.filter(level=Region.COUNTY).order_by("rank", "code"))
    city = units[0].parent if units else None
    source = Outline.objects.filter(region__parent=city).values_list("source", flat=True).first() if city else None
    if city is None or source is None:
        return None
    rank = {"low": 1, "medium": 2, "high": 3}
    levels = {r.unit_code: rank[r.level] for r in current(today)}
    areas = [{"name": u.name, "href": "", "values": {"level": levels.get(u.code[:6])}} for u in units]
    names = [[number, word("levels", code, today)] for code, number in rank.items()]
    return {
        "id": "levels-map", "label": f"{city.name}各区（县）疫情风险等级", "head": "区（县）", "geo_url": f"/map/{city.pk}.json",
        "source": source, "metrics": [{"key": "level", "label": "风险等级", "scale": "bad", "names": names}], "areas": areas,
    }  # fmt: skip
