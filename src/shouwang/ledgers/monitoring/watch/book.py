"""The rules and thresholds in force: the published rulebook with what offices have approved beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import Any

from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.params import Params, Threshold
from shouwang.engine.rules import Rule, RuleSet
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.monitoring.models import RuleVersion, ThresholdChange
from shouwang.ledgers.monitoring.watch.policies import RULES

COUNTED = ("approved", "ended")


def value(name: str, *, on: dt.date, region: str = "") -> Any:
    """A value of rulebook/watch.yaml; raises LookupError."""
    return lookup("watch", name, on=on, region=region).value


@lru_cache(maxsize=1)
def catalog() -> FeatureCatalog:
    """What a rule may ask."""
    return FeatureCatalog.load()


@lru_cache(maxsize=1)
def published() -> RuleSet:
    """The rules that came with the product: national or provincial, locked for every office."""
    return RuleSet.load()


@lru_cache(maxsize=1)
def published_params() -> Params:
    """The thresholds that came with the product."""
    return Params.load()


def rules(*more: Rule, without: tuple[str, ...] = ()) -> RuleSet:
    """Published and approved rules with `more`, less those named; an ended one keeps the days it was in force."""
    own = [as_rule(v) for v in RuleVersion.objects.filter(state__in=COUNTED).order_by("rule", "number")]
    extra = {(r.id, r.version) for r in more}
    kept = (r for r in (*published().rules, *own) if (r.id, r.version) not in extra and r.id not in without)
    return RuleSet.of([*kept, *more])


def names(*kinds: str) -> dict[str, str]:
    """{rule: its name} of the kinds, own rules and ended ones included; the youngest version names it."""
    return {r.id: r.name for r in rules().rules if r.kind in kinds}


def choices(scope: Scope, *kinds: str) -> list[tuple[str, str]]:
    """[(rule, its name)] of the kinds to filter a list by; rules of offices only for who may read rules."""
    known = _published_names()
    return [(code, name) for code, name in names(*kinds).items() if code in known or scope.may(RULES)]


def name_of(rule: str, own: str | None = None) -> str:
    """The name of a rule by its code; `own` is the name of an office's rule where the caller has read it. The code where nobody knows it."""
    return _published_names().get(rule) or own or rule


@lru_cache(maxsize=1)
def _published_names() -> dict[str, str]:
    return {r.id: r.name for r in published().rules}


def as_rule(version: RuleVersion) -> Rule:
    """As the engine reads it, with the days of the record."""
    return replace(version.read(), valid_from=version.valid_from, valid_to=version.valid_to)


def params() -> Params:
    """Published thresholds with the approved changes of offices beside them."""
    found: dict[str, tuple[Threshold, ...]] = {}
    for row in ThresholdChange.objects.filter(state__in=COUNTED).select_related("region").order_by("valid_from", "pk"):
        first = published_params().by_name[row.param][0]
        more = replace(
            first,
            value=row.value,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            region=code_of(row.region),
            source=row.source,
            unverified=False,
        )
        found[row.param] = (*found.get(row.param, ()), more)
    return published_params().overlay(Params(found))


def code_of(region: Any) -> str:
    """The digits of a region's code that say something: 4 of a city, 6 of a county."""
    return str(region.code)[: {1: 2, 2: 4, 3: 6, 4: 9}.get(region.level, 12)]


def numbered(rule: str) -> int:
    """The next version number of a rule, published versions included."""
    own = RuleVersion.objects.filter(rule=rule).order_by("-number").values_list("number", flat=True).first() or 0
    return 1 + max([own, *(r.version for r in published().rules if r.id == rule)])
