"""Risk levels: what was published for a unit by a day, what the rule would say, and what a level allows. Other ledgers ask here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from shouwang.kernel.regions.models import Region
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.impact.codes import word
from shouwang.ledgers.impact.models import CaseReport, EpidemicRiskLevel

BOOK = "risk_levels"
UNIT = 6  # digits of a county-level code


@dataclass(frozen=True, slots=True)
class Level:
    """A published level: code (low, medium, high), its word, since when, by which document."""

    code: str
    name: str
    since: dt.date
    document: str
    published_on: dt.date


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is allowed at a place on a day. `level` is None where none is published; `source` and `unverified` are the rule's.

    `visit_means` are codes of visits.yaml (home, phone, video), the first being the usual one. `report_days` is the rhythm in days.
    """

    level: Level | None
    principle: str
    visit_means: tuple[str, ...]
    gatherings: bool
    gatherings_words: str
    travel_out: bool
    travel_in: bool
    travel_words: str
    restart: bool
    restart_words: str
    report_days: int
    report_words: str
    source: str
    unverified: bool

    def because(self, words: str) -> str:
        """What is said of the place, with the level, the document and the rule it rests on; for people to read."""
        ground = self.source.split("；", maxsplit=1)[0]  # what follows is of visits and reports
        if self.level is None:
            return f"尚未公布风险等级：{words}（依据：{ground}）。"
        known = f"{self.level.document}，{self.level.published_on} 公布"
        return f"自 {self.level.since} 起为{self.level.name}（{known}）：{words}（依据：{ground}）。"


def unit_code(place: Region | str) -> str:
    """The six digits of the county-level unit a place lies in; a city stands for itself, as 东莞 and 中山 do.

    A code may have any length; raises ValueError for one that is shorter than a city's or no number.
    """
    code = place.code if isinstance(place, Region) else place
    if not code.isdecimal() or len(code) < 4:
        raise ValueError(f"{code} is no code of a county-level unit")
    return code[:UNIT].ljust(UNIT, "0")


def in_force(day: dt.date) -> bool:
    """Whether levels exist at all on the day: not before 17 February 2020."""
    return bool(lookup(BOOK, "in_force", on=day).value)


def level_on(place: Region | str, day: dt.date) -> Level | None:
    """The published level of the unit a region (or a code) lies in; None where none is published, or levels do not exist on that day."""
    return levels_on([place], day)[unit_code(place)]


def levels_on(places: Iterable[Region | str], day: dt.date) -> dict[str, Level | None]:
    """{six-digit unit code: level} for many places in one query."""
    units = {unit_code(p) for p in places}
    out: dict[str, Level | None] = dict.fromkeys(units)
    if in_force(day):
        for row in current(day).filter(unit_code__in=units):
            out[row.unit_code] = as_level(row, day)
    return out


def as_level(row: EpidemicRiskLevel, day: dt.date) -> Level:
    """A row as the value other ledgers take."""
    return Level(row.level, word("levels", row.level, day), row.from_on, row.document, row.published_on)


def current(day: dt.date) -> QuerySet[EpidemicRiskLevel]:
    """The row in force of each unit on the day; none on days without levels."""
    if not in_force(day):
        return EpidemicRiskLevel.objects.none()
    later = EpidemicRiskLevel.objects.filter(unit_code=OuterRef("unit_code"), from_on__gt=OuterRef("from_on"), from_on__lte=day)
    return EpidemicRiskLevel.objects.filter(~Exists(later), from_on__lte=day)


def allowed(place: Region | str, day: dt.date) -> Allowed:
    """What is allowed where and when: by the published level, else by the rule for places without one."""
    return allowed_at(level_on(place, day), day, unit_code(place))


def allowed_on(places: Iterable[Region | str], days: Iterable[dt.date]) -> dict[tuple[str, dt.date], Allowed]:
    """{(six-digit unit code, day): what is allowed} for many places on many days, by what is published now, in one query."""
    units, dates = {unit_code(p) for p in places}, sorted(set(days))
    rows = EpidemicRiskLevel.objects.filter(unit_code__in=units, from_on__lte=dates[-1]) if dates else EpidemicRiskLevel.objects.none()
    found: dict[str, list[EpidemicRiskLevel]] = {unit: [] for unit in units}
    for row in rows.order_by("-from_on"):
        found[row.unit_code].append(row)
    out = {}
    for day in dates:
        exist = in_force(day)
        for unit, known in found.items():
            last = next((r for r in known if r.from_on <= day), None) if exist else None
            out[unit, day] = allowed_at(as_level(last, day) if last else None, day, unit)
    return out


def allowed_at(level: Level | None, day: dt.date, code: str = "") -> Allowed:
    """What a level (None = no level) allows on the day; `code` finds a rule of the place's own."""
    rule = lookup(BOOK, "meaning", on=day, region=code) if level else lookup(BOOK, "without_level", on=day, region=code)
    return _read(level, rule.value[level.code] if level else rule.value, rule)


def _read(level: Level | None, said: Mapping[str, Any], rule: Rule) -> Allowed:
    return Allowed(
        level=level,
        principle=said["principle"],
        visit_means=tuple(said["visit_means"]),
        gatherings=said["gatherings"]["allowed"],
        gatherings_words=said["gatherings"]["words"],
        travel_out=said["travel"]["out"],
        travel_in=said["travel"]["in"],
        travel_words=said["travel"]["words"],
        restart=said["restart"]["allowed"],
        restart_words=said["restart"]["words"],
        report_days=said["report"]["days"],
        report_words=said["report"]["words"],
        source=rule.source,
        unverified=rule.unverified,
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What the dated rule makes of the case counts; it never governs. `level` "" = no counts, or no such rule on that day."""

    level: str
    fresh: int
    total: int
    cluster: bool
    reported_on: dt.date | None
    source: str


def judged(reports: Iterable[CaseReport], day: dt.date) -> Preview:
    """The level by case counts on the day: low without new cases in the rule's days; high above its cases with a cluster; else medium."""
    if not in_force(day):
        return Preview("", 0, 0, False, None, "")
    try:
        rule = lookup(BOOK, "preview", on=day)
    except LookupError:
        return Preview("", 0, 0, False, None, "")
    since = day - dt.timedelta(days=int(rule.value["days"]))
    known = sorted((r for r in reports if r.day <= day), key=lambda r: r.day)
    if not known:
        return Preview("", 0, 0, False, None, rule.source)
    lately = [r for r in known if r.day > since]
    fresh, cluster = sum(r.fresh for r in lately), any(r.cluster for r in lately)
    total = known[-1].total
    level = "low" if fresh == 0 else "high" if total > int(rule.value["cases"]) and cluster else "medium"
    return Preview(level, fresh, total, cluster, known[-1].day, rule.source)


def previews(units: Iterable[Region], day: dt.date) -> dict[int, Preview]:
    """{county id: preview} in one query."""
    ids = [u.pk for u in units]
    found: dict[int, list[CaseReport]] = {pk: [] for pk in ids}
    for report in CaseReport.objects.filter(region_id__in=ids, day__lte=day):
        found[report.region_id].append(report)
    return {pk: judged(reports, day) for pk, reports in found.items()}
