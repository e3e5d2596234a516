"""Reads that join ledgers: home, figures, map."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.models import Outline, Region
from shouwang.kernel.regions.scope import Place, Scope
from shouwang.kernel.worklist import queries as worklist
from shouwang.ledgers.dispatch import queries as dispatch

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Trend:
    """Change against the last frozen day before today; `tone` by meaning, not by sign."""

    text: str
    way: str
    tone: str


def place_for(scope: Scope, region_id: str) -> Place:
    """The place asked for, or the person's own; raises OutOfScope where figures may not be seen there."""
    if region_id:
        region = Region.objects.filter(pk=int(region_id)).first() if region_id.isdecimal() and len(region_id) < 12 else None
        if region is None:
            raise OutOfScope
        return figures.require_place(scope, region.place)
    held = scope.places(figures.PERMISSION)
    home = scope.home
    place = home if home and any(True for p in held if p.id == home.id) else (held[0] if held else None)
    if place is None:
        raise OutOfScope
    return place


def trend(figure: figures.Figure, now: figures.Value, points: list[tuple[dt.date, figures.Value]], today: dt.date) -> Trend | None:
    """Against the youngest frozen value of an earlier day."""
    before = next((v.number for day, v in reversed(points) if day < today and v.number is not None), None)
    if before is None or now.number is None:
        return None
    step = now.number - before
    if not step:
        return Trend("持平", "", "")
    unit = "个百分点" if figure.unit == "%" else figure.unit
    good = figure.good and (step > 0) == (figure.good == "up")
    tone = "" if not figure.good else "g" if good else "r"
    return Trend(f"{'+' if step > 0 else '−'}{abs(step):,}{unit}", "up" if step > 0 else "down", tone)


def kpis(codes: tuple[str, ...], place: Place, now: dt.datetime) -> list[dict[str, Any]]:
    """The key figures of a place with their trend; definitions travel along."""
    today, out = timezone.localtime(now).date(), []
    chosen = [figures.get(c, today) for c in codes if c in figures.installed()]
    values, lines = figures.values(chosen, today, place=place), figures.series(chosen, place, until=now)
    for figure in chosen:
        code, value, points = figure.code, values[figure.code], lines[figure.code]
        out.append(
            {
                "label": figure.name, "value": value.text, "unit": figure.unit, "definition": figure.definition, "href": f"/figures/{code}/?region={place.id}",
                "note": "较上一日" if points else "", "trend": trend(figure, value, points, today),
                "spark": [float(v.number) if v.number is not None else None for _, v in points] + ([float(value.number)] if value.number is not None else []),
            }
        )  # fmt: skip
    return out


@dataclass(slots=True)
class BoardLine:
    """One line of a notice's progress: an office, or all member departments together."""

    name: str
    href: str
    total: int = 0
    waiting: int = 0
    doing: int = 0
    submitted: int = 0
    closed: int = 0
    overdue: int = 0
    together: bool = False

    def add(self, other: dispatch.OfficeProgress) -> BoardLine:
        """With the counts of one more office."""
        for name in ("total", "waiting", "doing", "submitted", "closed", "overdue"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self

    @property
    def share(self) -> int:
        """Closed tasks in % (rounded down: 100 means all)."""
        return self.closed * 100 // self.total if self.total else 0


def board_lines(board: list[dispatch.OfficeProgress], notice: int) -> list[BoardLine]:
    """A notice's progress for the home page: districts or towns one by one, more than three departments as one line at the end."""
    tasks = f"{reverse('dispatch:tasks')}?notice={notice}"
    departments = [b for b in board if b.office.kind == "department"]
    apart = board if len(departments) <= 3 else [b for b in board if b.office.kind != "department"]
    lines = [BoardLine(b.office.short_name, f"{tasks}&q={quote(b.office.short_name)}").add(b) for b in apart]
    if len(apart) < len(board):
        whole = BoardLine(f"成员部门（{len(departments)} 个）", reverse("dispatch:notice", args=[notice]), together=True)
        for one in departments:
            whole.add(one)
        lines.append(whole)
    return lines


@dataclass(frozen=True, slots=True)
class Row:
    """One region of a breakdown."""

    region: Region
    value: figures.Value


def regions_below(place: Place, day: dt.date) -> list[Region]:
    """The regions right below a place in force on `day`, in official order."""
    return list(Region.objects.filter(parent_id=place.id, year_from__lte=day.year).exclude(year_to__lt=day.year).order_by("rank", "code"))


def rows_below(figure: figures.Figure, place: Place, day: dt.date, below: list[Region] | None = None) -> list[Row]:
    """Values of the regions right below a place (read unless given); one without rows shows 0 for a count and -- for a ratio."""
    below = regions_below(place, day) if below is None else below
    if not below:
        return []
    values = figures.breakdown(figure, day, place=place, level=place.level + 1)
    zero = 0 if figure.measure == "count" else None
    return [Row(r, values.get(r.pk) or figures.Value(figure, zero, 0 if figure.denominator else None)) for r in below]


def figure_at(
    figure: figures.Figure, place: Place, today: dt.date, cut_off: dt.datetime | None
) -> tuple[figures.Value, figures.Value | None, list[Row]]:
    """(value to show, the same if it is a frozen one, rows below): at a cut-off what was frozen then and nothing else, otherwise live."""
    frozen = figures.frozen(figure, cut_off, [place.id]).get(place.id) if cut_off else None
    if frozen is None or cut_off is None:
        return figures.value(figure, today, place=place), None, rows_below(figure, place, today)
    below = regions_below(place, timezone.localtime(cut_off).date())
    kept = figures.frozen(figure, cut_off, [r.pk for r in below])
    return frozen, frozen, [Row(r, kept[r.pk]) for r in below if r.pk in kept]


def map_of(chosen: list[figures.Figure], place: Place, rows: dict[str, list[Row]]) -> dict[str, Any] | None:
    """What blocks/map.html draws for a city: outlines of its counties and the figures' `rows` by code; None where there are no outlines."""
    source = Outline.objects.filter(region__parent_id=place.id).values_list("source", flat=True).first()
    if source is None or place.level != Region.CITY:
        return None
    areas: dict[int, dict[str, Any]] = {}
    for figure in chosen:
        for row in rows[figure.code]:
            area = areas.setdefault(
                row.region.pk, {"name": row.region.name, "href": f"/figures/{figure.code}/?region={row.region.pk}", "values": {}}
            )
            area["values"][figure.code] = row.value.number
    return {
        "id": "map", "label": f"{place.name}各区（县）分布", "head": "区（县）", "geo_url": f"/map/{place.id}.json", "source": source,
        "metrics": [{"key": f.code, "label": f.name, "unit": f.unit} for f in chosen], "areas": list(areas.values()),
    }  # fmt: skip


def geojson(place_id: int) -> dict[str, Any]:
    """The outlines of the regions below a place; administrative geography is public, so no scope applies."""
    found = Outline.objects.filter(region__parent_id=place_id).select_related("region")
    features = [{"type": "Feature", "properties": {"name": o.region.name}, "geometry": o.geometry} for o in found]
    if not features:
        raise OutOfScope
    return {"type": "FeatureCollection", "features": features}


def rank_of(figure: figures.Figure, rows: list[Row]) -> list[dict[str, Any]]:
    """Rows for blocks/rank.html, best first as the figure means it."""
    known = [r for r in rows if r.value.number is not None]
    top = max((r.value.number for r in known if r.value.number is not None), default=Decimal(0)) or Decimal(1)
    ordered = sorted(known, key=lambda r: r.value.number or Decimal(0), reverse=figure.good != "down")
    return [
        {
            "label": r.region.name, "href": f"/figures/{figure.code}/?region={r.region.pk}", "text": r.value.text, "note": "",
            "percent": r.value.number if figure.unit == "%" else (r.value.number or Decimal(0)) * 100 / top, "tone": "b",
        }
        for r in ordered
    ]  # fmt: skip


def chart_of(figure: figures.Figure, points: list[tuple[dt.date, figures.Value]]) -> dict[str, Any] | None:
    """The trend of a figure for blocks/chart.html; None with fewer than two frozen days."""
    if len(points) < 2:
        return None
    values = [v.number for _, v in points]
    return {
        "id": "trend", "label": f"{figure.name}走势", "unit": figure.unit, "x": [f"{d:%m-%d}" for d, _ in points],
        "series": [{"name": figure.name, "kind": "line", "values": values}],
    }  # fmt: skip


def places_above(scope: Scope, place: Place) -> list[Place]:
    """The regions above a place that the person may see figures of, widest first."""
    region = Region.objects.select_related("city", "county", "town").get(pk=place.id)
    above = [r for r in (region.city, region.county, region.town) if r is not None and r.pk != place.id]
    return [r.place for r in above if scope.may_at(figures.PERMISSION, r)]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a figure counted: how many rows, and a page of those the person may open; `kept` False where only the value was frozen."""

    number: int
    page: Page[Any]
    kept: bool = True


def counted_rows(
    figure: figures.Figure, scope: Scope, place: Place, today: dt.date, cut_off: dt.datetime | None, page: str | None
) -> Counted:
    """The rows behind a value: those kept when it was frozen at a cut-off, else live."""
    rows = figures.rows_of(figure, today, place=place)
    model = rows.model
    related = [f.name for f in model._meta.concrete_fields if f.name in ("county", "town", "village", "office", "duty", "household")]
    mine = model.objects.within(scope)
    ids = figures.frozen_rows(figure, cut_off, place) if cut_off else None
    if ids is None:
        if cut_off and figures.frozen(figure, cut_off, [place.id]):
            return Counted(0, Paginator([], PER_PAGE).get_page(1), kept=False)
        visible = mine.filter(pk__in=rows.values("pk")).select_related(*related).order_by("pk")
        return Counted(rows.count(), Paginator(visible, PER_PAGE).get_page(page))
    # By set and not by a list of ids in the query: a city's figure may count a hundred thousand people.
    shown = Paginator(sorted(set(ids) & set(mine.values_list("pk", flat=True))), PER_PAGE).get_page(page)
    shown.object_list = list(mine.filter(pk__in=list(shown.object_list)).select_related(*related).order_by("pk"))
    return Counted(len(ids), shown)


def home(scope: Scope, now: dt.datetime) -> dict[str, Any]:
    """Everything the home page draws for a person who has a work list; what they may not see is absent."""
    from shouwang.portal.catalog import HOME_FIGURES, MAP_FIGURES

    today = timezone.localtime(now).date()
    groups = worklist.grouped(scope, now, limit=6)
    context: dict[str, Any] = {"groups": groups, "waiting": sum(g.total for g in groups), "now": now, "inbox": worklist.inbox(scope)[:4]}
    if scope.may("dispatch.notice.view"):
        notices = dispatch.open_notices(scope)[:2]
        context["boards"] = [(n, board_lines(dispatch.progress_by_office(n, now, scope=scope), n.pk)) for n in notices]
        context["requests"] = dispatch.open_boards(scope, now)
    if scope.may(figures.PERMISSION):
        place, chosen = place_for(scope, ""), [figures.get(c, today) for c in MAP_FIGURES]
        below = regions_below(place, today)
        drawn = chosen if place.level == Region.CITY else chosen[:1]  # below the city there is no map, only the ranking
        rows = {f.code: rows_below(f, place, today, below) for f in drawn}
        context |= {"place": place, "kpis": kpis(HOME_FIGURES, place, now), "map": map_of(drawn, place, rows), "figure": chosen[0]}
        context["rank"] = rank_of(chosen[0], rows[chosen[0].code])[:12]
        # A short table of progress leaves room for the messages beside the work list.
        context["beside"] = not context["map"] or sum(len(lines) for _, lines in context.get("boards", [])) <= 3
    return context
