"""Figures: one number, one definition; live until its cut-off, frozen from then on."""

from __future__ import annotations

import datetime as dt
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.models import FigureSnapshot
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Place, Scope

PERMISSION = "figures.view"


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator.

    `rows(day)` gives the placed rows it counts as they stand at the end of `day`; `measure` is "count" or the field summed
    (integers: counts or 分); `denominator` names another figure: the value is then numerator ÷ denominator (× 100 when the unit
    is %). `scale` divides a sum for display (100: 分 → 元). `good` says which direction is good. `drill` gives the list page of
    exactly the rows counted. `dated` puts name and definition in the words of a day, where words change with time.
    """

    code: str
    name: str
    unit: str
    definition: str
    rows: Callable[[dt.date], QuerySet[Any]]
    measure: str = "count"
    denominator: str = ""
    decimals: int = 0
    scale: int = 1
    good: str = ""
    version: int = 1
    drill: str = ""
    dated: Callable[[str, dt.date], str] | None = None

    def on(self, day: dt.date) -> Figure:
        """The same figure in the words of the day."""
        return replace(self, name=self.dated(self.name, day), definition=self.dated(self.definition, day)) if self.dated else self


@dataclass(frozen=True, slots=True)
class Value:
    """A measured figure: exact integers. `denominator` is None for plain counts and sums; numerator None = no data, which is not 0."""

    figure: Figure
    numerator: int | None
    denominator: int | None = None
    frozen_at: dt.datetime | None = None

    @property
    def number(self) -> Decimal | None:
        """The shown number, rounded half up from unrounded parts; None where there is nothing to show."""
        if self.numerator is None or (self.figure.denominator and not self.denominator):
            return None
        value = Decimal(self.numerator) / self.figure.scale
        if self.figure.denominator and self.denominator:
            value = value * (100 if self.figure.unit == "%" else 1) / self.denominator
        return value.quantize(Decimal(1).scaleb(-self.figure.decimals), ROUND_HALF_UP)

    @property
    def text(self) -> str:
        """The number with thousands separators, without unit; `--` where there is none."""
        return "--" if self.number is None else f"{self.number:,}"

    @property
    def plain(self) -> str:
        """The number as official prose prints it: no separators, trailing zeros of decimals kept."""
        return "--" if self.number is None else f"{self.number}"


_installed: dict[str, Figure] = {}


def install(figures: Iterable[Figure]) -> None:
    """Make the catalog's figures known; called once at start-up by the portal."""
    _installed.clear()
    for figure in figures:
        if figure.code in _installed:
            raise ValueError(f"figure {figure.code} is defined twice")
        _installed[figure.code] = figure


def installed(on: dt.date | None = None) -> Mapping[str, Figure]:
    """Every figure by code, in catalog order; what is shown to people takes the words of its day (`on`)."""
    return {code: figure.on(on) for code, figure in _installed.items()} if on else _installed


def get(code: str, on: dt.date | None = None) -> Figure:
    """The figure of that code, in the words of the day where one is given; raises KeyError."""
    return _installed[code].on(on) if on else _installed[code]


def _within(rows: QuerySet[Any], place: Place | None) -> QuerySet[Any]:
    return rows if place is None or place.level <= 1 else rows.filter(**{LEVEL_FIELDS[place.level]: place.id})


def _measured(figure: Figure, rows: QuerySet[Any], group: str | None) -> dict[int | None, int | None]:
    how = Count("pk") if figure.measure == "count" else Sum(figure.measure)
    if group is None:
        return {None: rows.order_by().aggregate(n=how)["n"]}
    return dict(rows.order_by().values_list(group).annotate(n=how))


def breakdown(figure: Figure, day: dt.date, *, place: Place | None, level: int) -> dict[int, Value]:
    """Live values of every region of `level` inside `place`: {region id: Value}; regions without rows are absent.

    The caller has checked that the scope reaches `place`.
    """
    group = LEVEL_FIELDS[level]
    top = _measured(figure, _within(figure.rows(day), place), group)
    below: dict[int | None, int | None] = {}
    if figure.denominator:
        base = get(figure.denominator)
        below = _measured(base, _within(base.rows(day), place), group)
    keys = [k for k in (top.keys() | below.keys()) if k is not None]
    zero = 0 if figure.measure == "count" else None
    return {k: Value(figure, top.get(k, zero), below.get(k) if figure.denominator else None) for k in keys}


def value(figure: Figure, day: dt.date, *, place: Place | None) -> Value:
    """The live value of one place (None: the whole installation)."""
    return values([figure], day, place=place)[figure.code]


def values(chosen: Iterable[Figure], day: dt.date, *, place: Place | None) -> dict[str, Value]:
    """Live values of some figures at one place by code; what two of them stand on is measured once."""
    measured: dict[str, int | None] = {}
    out = {}
    for figure in chosen:
        for part in (figure, *([get(figure.denominator)] if figure.denominator else [])):
            if part.code not in measured:
                measured[part.code] = _measured(part, _within(part.rows(day), place), None)[None]
        out[figure.code] = Value(figure, measured[figure.code], measured[figure.denominator] if figure.denominator else None)
    return out


def rows_of(figure: Figure, day: dt.date, *, place: Place | None) -> QuerySet[Any]:
    """Exactly the rows a live value counted: what a drill-down shows."""
    return _within(figure.rows(day), place)


def require_place(scope: Scope, place: Place) -> Place:
    """The place, if the scope may see figures there; raises OutOfScope."""
    region = Region.objects.filter(pk=place.id).first()
    if region is None or not scope.may_at(PERMISSION, region):
        raise OutOfScope
    return place


def pack(ids: Iterable[int]) -> bytes:
    """Row ids, sorted and as differences, compressed: 27,000 ids take about 30 kB."""
    ordered, last, steps = sorted(ids), 0, array("Q")
    for number in ordered:
        steps.append(number - last)
        last = number
    return zlib.compress(steps.tobytes(), 6)


def unpack(blob: bytes | memoryview) -> list[int]:
    """The ids of `pack`; none for an empty blob."""
    if not blob:
        return []
    steps, out, last = array("Q"), [], 0
    steps.frombytes(zlib.decompress(bytes(blob)))
    for step in steps:
        last += step
        out.append(last)
    return out


Measured = dict[Any, dict[int | None, int | None]]


def freeze(codes: Iterable[str], cut_off: dt.datetime, *, city: Region, keep_rows: bool = False, measured: Measured | None = None) -> int:
    """Freeze figures at `cut_off` for the city and every county and town in it; a figure frozen before is left as it is.

    A place without rows is frozen as well (0 for a count, no value for a sum): what is absent was not frozen. Run by a job at the
    moment itself; if it runs late, `frozen_at` says so. `keep_rows` keeps the ids counted. `measured` is what is known
    already by query: several moments frozen at one go, with nothing written in between, share it. Returns rows written.
    """
    here = FigureSnapshot.objects.filter(cut_off=cut_off, region=city)
    done = set(here.values_list("figure", "figure_version"))
    missing = [f for f in (get(code) for code in codes) if (f.code, f.version) not in done]
    if not missing:
        return 0
    places = list(Region.objects.filter(city=city, level__lte=Region.TOWN).values_list("pk", flat=True))
    known: Measured = {} if measured is None else measured
    return sum(_freeze(figure, cut_off, city, places, keep_rows, known) for figure in missing)


def _by_place(figure: Figure, day: dt.date, city: Region, known: Measured) -> dict[int | None, int | None]:
    """{region id: measure} of the city and every county and town in it, in one query: counts and sums of towns add up."""
    how = Count("pk") if figure.measure == "count" else Sum(figure.measure)
    grouped = _within(figure.rows(day), city.place).order_by().values_list("county_id", "town_id").annotate(n=how)
    try:
        sql, params = grouped.query.sql_with_params()
    except EmptyResultSet:
        return {city.pk: 0} if figure.measure == "count" else {}
    key = (sql, repr(params))  # PostgreSQL takes lists as parameters
    if key not in known:
        out: dict[int | None, int | None] = {city.pk: 0} if figure.measure == "count" else {}
        for county, town, n in grouped:
            for region in (city.pk, county, town):
                if region is not None and n is not None:
                    out[region] = (out.get(region) or 0) + n
        known[key] = out
    return known[key]


def _freeze(figure: Figure, cut_off: dt.datetime, city: Region, places: Iterable[int], keep_rows: bool, known: Measured) -> int:
    day = timezone.localtime(cut_off).date()
    zero = 0 if figure.measure == "count" else None
    top = _by_place(figure, day, city, known)
    below = _by_place(get(figure.denominator), day, city, known) if figure.denominator else {}
    ids: dict[int, list[int]] = {}
    if keep_rows:
        for county, town, pk in rows_of(figure, day, place=city.place).order_by().values_list("county_id", "town_id", "pk"):
            ids.setdefault(town or county or city.pk, []).append(pk)
    now = timezone.now()
    rows = []
    for region in places:
        v = Value(figure, top.get(region, zero), below.get(region, 0) if figure.denominator else None)
        rows.append(
            FigureSnapshot(
                figure=figure.code, figure_version=figure.version, cut_off=cut_off, region_id=region, numerator=v.numerator,
                denominator=v.denominator, frozen_at=now, row_ids=pack(ids.get(region, ())) if keep_rows else None,
            )
        )  # fmt: skip
    try:
        with transaction.atomic():
            FigureSnapshot.objects.bulk_create(rows, batch_size=500)
    except IntegrityError:
        return 0  # another worker froze the figure in the meantime: its set stands whole
    return len(rows)


def frozen(figure: Figure, cut_off: dt.datetime, regions: Iterable[int]) -> dict[int, Value]:
    """Frozen values by region id; what is absent was not frozen."""
    found = FigureSnapshot.objects.filter(
        figure=figure.code, figure_version=figure.version, cut_off=cut_off, region_id__in=list(regions)
    ).values_list("region_id", "numerator", "denominator", "frozen_at")
    return {r: Value(figure, n, d if figure.denominator else None, at) for r, n, d, at in found}


def frozen_rows(figure: Figure, cut_off: dt.datetime, place: Place) -> list[int] | None:
    """Ids of the rows a frozen value counted at a city, county or town; None where no rows were kept."""
    if not Region.CITY <= place.level <= Region.TOWN:
        return None
    inside = {f"region__{LEVEL_FIELDS[place.level]}": place.id}
    kept = FigureSnapshot.objects.filter(
        figure=figure.code, figure_version=figure.version, cut_off=cut_off, row_ids__isnull=False, **inside
    )
    blobs = list(kept.values_list("row_ids", flat=True))
    return sorted(pk for blob in blobs for pk in unpack(blob or b"")) if blobs else None


Points = list[tuple[dt.date, Value]]


def series(chosen: Iterable[Figure], place: Place, *, until: dt.datetime, points: int = 14) -> dict[str, Points]:
    """The trend lines of some figures at a place, in one query: the last frozen value of each of the `points` days before `until`.

    {code: [(day, value), oldest first]}; days without a value are left out.
    """
    wanted = {f.code: f for f in chosen}
    found = FigureSnapshot.objects.filter(
        figure__in=list(wanted), region_id=place.id, cut_off__gt=until - dt.timedelta(days=points), cut_off__lte=until
    ).order_by("cut_off")
    latest: dict[str, dict[dt.date, Value]] = {code: {} for code in wanted}
    for code, version, at, n, d in found.values_list("figure", "figure_version", "cut_off", "numerator", "denominator"):
        figure = wanted[code]
        if version == figure.version:
            latest[code][timezone.localtime(at).date()] = Value(figure, n, d if figure.denominator else None)
    return {code: list(days.items())[-points:] for code, days in latest.items()}
