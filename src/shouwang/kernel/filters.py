"""Filters of a list: read from the URL, applied to the queryset, shown as fields and as removable tags."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from shouwang.kernel.clock import business_now
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, LEVEL_NAMES, Scope

Pairs = tuple[tuple[str, str], ...]
TEXT_LIMIT = 60
FLAG_WORDS = {"1": "是", "0": "否"}


class Invalid(Exception):  # noqa: N818 - it is an answer, not a fault
    """A value of the URL that means nothing; the words say which and that it is ignored."""


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a drop-down."""

    value: str
    label: str
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """One drop-down of the region cascade."""

    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Reading:
    """A filter's value as read: what is applied, the words of its tag, and the canonical pairs of the URL."""

    value: Any
    words: str
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class FilterView:
    """A filter as the template draws it; `low` and `high` for ranges, `levels` for the region cascade."""

    key: str
    label: str
    kind: str
    visible: bool
    unit: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    options: list[Option] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a table.

    `kind`: choice (value: tuple of option codes), text (str), flag (bool), number (Decimal or None, Decimal or None; both inclusive),
    date_range (date or None, date or None; both days inclusive), region (Region).
    `options(scope)` gives a choice's (code, label) pairs. `apply` is the ORM field it filters on — for a region the prefix of the
    placed record, "" = the row itself — or a function (queryset, value, today) -> queryset. `moments` says that a date range filters
    a date-time field. `group` is the privacy field group: who does not see it cannot filter by it. `dated` puts the label in the words of a day.
    `past(scope)` gives pairs that an address may carry though they are not offered: codes of another day's list, which rows may still bear.
    """

    key: str
    label: str
    kind: str = "choice"
    options: Callable[[Scope], Sequence[tuple[str, str]]] = lambda _scope: ()
    apply: str | Callable[[QuerySet[Any], Any, dt.date], QuerySet[Any]] = ""
    visible: bool = True
    group: str = ""
    unit: str = ""
    moments: bool = False
    dated: Callable[[str, dt.date], str] | None = None
    past: Callable[[Scope], Sequence[tuple[str, str]]] = lambda _scope: ()

    def named(self, today: dt.date) -> str:
        """What it is called on the day."""
        return self.dated(self.label, today) if self.dated else self.label

    def read(self, params: QueryDict, scope: Scope, permission: str) -> Reading | None:
        """The value in the URL, None where there is none; raises Invalid with the words for the person."""
        reader: dict[str, Callable[[], Reading | None]] = {
            "choice": lambda: self._choice(params, scope),
            "text": lambda: self._text(params),
            "flag": lambda: self._flag(params),
            "number": lambda: self._range(params, "min", "max", _number),
            "date_range": lambda: self._range(params, "from", "to", _day),
            "region": lambda: self._region(params, scope, permission),
        }
        return reader[self.kind]()

    def narrow(self, rows: QuerySet[Any], value: Any, today: dt.date) -> QuerySet[Any]:
        """The rows that pass."""
        if callable(self.apply):
            return self.apply(rows, value, today)
        if self.kind == "region":
            return rows.filter(**{self.apply + LEVEL_FIELDS[value.level]: value.pk})
        if self.kind in ("number", "date_range"):
            low, high = value
            reach = {}
            if low is not None:
                reach[f"{self.apply}__gte"] = _moment(low) if self.moments else low
            if high is not None and self.kind == "number":
                reach[f"{self.apply}__lte"] = high
            elif high is not None:
                end = high + dt.timedelta(days=1)
                reach[f"{self.apply}__lt"] = _moment(end) if self.moments else end
            return rows.filter(**reach)
        lookup = {"choice": "__in", "text": "__icontains", "flag": ""}[self.kind]
        return rows.filter(**{self.apply + lookup: value})

    def show(self, reading: Reading | None, scope: Scope, permission: str, today: dt.date) -> FilterView:
        """The filter as the template draws it."""
        said = dict(reading.pairs) if reading else {}
        chosen = {v for _, v in reading.pairs} if reading else set()
        pairs: Sequence[tuple[str, str]] = ()
        if self.kind == "choice":
            offered = dict(self.options(scope))
            pairs = (*offered.items(), *(p for p in self.past(scope) if p[0] in chosen and p[0] not in offered))
        elif self.kind == "flag":
            pairs = tuple(FLAG_WORDS.items())
        ends = ("min", "max") if self.kind == "number" else ("from", "to")
        return FilterView(
            key=self.key,
            label=self.named(today),
            kind=self.kind,
            visible=self.visible or reading is not None,
            unit=self.unit,
            value=said.get(self.key, ""),
            low=said.get(f"{self.key}_{ends[0]}", ""),
            high=said.get(f"{self.key}_{ends[1]}", ""),
            options=[Option(code, label, code in chosen) for code, label in pairs],
            levels=cascade(scope, permission, reading.value if reading else None, today) if self.kind == "region" else [],
        )

    def _invalid(self, said: str) -> Invalid:
        return Invalid(f"筛选条件“{self.named(business_now().date())}”的值“{said[:20]}”无效，已忽略。请在筛选栏重新选择。")

    def _choice(self, params: QueryDict, scope: Scope) -> Reading | None:
        said = tuple(dict.fromkeys(v for v in params.getlist(self.key) if v))
        if not said:
            return None
        known = {**dict(self.past(scope)), **dict(self.options(scope))}
        if unknown := [v for v in said if v not in known]:
            raise self._invalid(unknown[0])
        return Reading(said, "、".join(known[v] for v in said), tuple((self.key, v) for v in said))

    def _text(self, params: QueryDict) -> Reading | None:
        said = params.get(self.key, "").strip()
        if len(said) > TEXT_LIMIT or "\0" in said:
            raise self._invalid(said.replace("\0", ""))
        return Reading(said, said, ((self.key, said),)) if said else None

    def _flag(self, params: QueryDict) -> Reading | None:
        said = params.get(self.key, "")
        if said and said not in FLAG_WORDS:
            raise self._invalid(said)
        return Reading(said == "1", FLAG_WORDS[said], ((self.key, said),)) if said else None

    def _range(self, params: QueryDict, low: str, high: str, parse: Callable[[str], Any]) -> Reading | None:
        names = (f"{self.key}_{low}", f"{self.key}_{high}")
        said = [unicodedata.normalize("NFKC", params.get(n, "")).strip() for n in names]
        if not any(said):
            return None
        ends = []
        for text in said:
            try:
                ends.append(parse(text) if text else None)
            except (ValueError, InvalidOperation) as unreadable:
                raise self._invalid(text) from unreadable
        if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
            raise Invalid(
                f"筛选条件“{self.named(business_now().date())}”的起始值“{said[0]}”大于终止值“{said[1]}”，已忽略。请对调后重新筛选。"
            )
        return Reading(tuple(ends), f"{said[0]} ～ {said[1]}".strip(), tuple((n, t) for n, t in zip(names, said, strict=True) if t))

    def _region(self, params: QueryDict, scope: Scope, permission: str) -> Reading | None:
        said = [v for v in params.getlist(self.key) if v]
        if not said:
            return None
        named = Region.objects.filter(code__in=[v.ljust(12, "0") for v in said if len(v) <= 12 and "\0" not in v])
        found = list(named.filter(reachable(scope, permission)).order_by("level", "code_system"))
        if not found:
            raise self._invalid(said[0])
        chosen = found[0]
        for region in found[1:]:  # the cascade sends every level: what does not lie inside the one before was left over
            if region.level > chosen.level and getattr(region, LEVEL_FIELDS[chosen.level]) == chosen.pk:
                chosen = region
        return Reading(chosen, chosen.name, ((self.key, chosen.code),))


def _number(text: str) -> Decimal:
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise ValueError(text)
    return number


def _day(text: str) -> dt.date:
    day = dt.date.fromisoformat(text)
    if not 1900 <= day.year <= 2999:
        raise ValueError(text)
    return day


def _moment(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def reachable(scope: Scope, permission: str) -> Q:
    """The regions a person may name, as a filter on Region: those the permission reaches, and the counties and towns over them."""
    places = scope.places(permission)
    if scope.everything or any(p.level <= 1 for p in places):
        return Q()
    reach = Q(pk__in=[])
    for place in places:
        reach |= Q(pk=place.id) if place.level == Region.VILLAGE else Q(**{LEVEL_FIELDS[place.level]: place.id})
    low = [p.id for p in places if p.level > Region.COUNTY]
    over = Region.objects.filter(pk__in=low).values_list("county_id", "town_id") if low else ()
    return reach | Q(pk__in={i for ids in over for i in ids if i is not None})


def cascade(scope: Scope, permission: str, chosen: Region | None, today: dt.date) -> list[Level]:
    """District → town → village drop-downs limited to the scope; a level with one entry opens the next by itself."""
    reach = reachable(scope, permission)
    in_force = Q(year_from__lte=today.year) & (Q(year_to__isnull=True) | Q(year_to__gte=today.year))
    levels: list[Level] = []
    parent: int | None = None
    for level in (Region.COUNTY, Region.TOWN, Region.VILLAGE):
        found = Region.objects.filter(reach, in_force, level=level)
        if level > Region.COUNTY:
            found = found.filter(parent_id=parent)
        entries = list(found.order_by("rank", "code"))
        if not entries:
            break
        picked = None
        if chosen:
            picked = chosen.pk if level == chosen.level else getattr(chosen, LEVEL_FIELDS[level], None) if level < chosen.level else None
        levels.append(Level(LEVEL_NAMES[level], [Option(r.code, r.name, r.pk == picked) for r in entries]))
        parent = picked if picked is not None else entries[0].pk if len(entries) == 1 else None
        if parent is None:
            break
    return levels
