"""Reads of the watch: rules with their record, sweeps, thresholds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shouwang.engine.params import Params, Threshold
from shouwang.engine.rules import KINDS, Rule, RuleSet
from shouwang.engine.wording import render
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import RuleVersion, SavedScenario, SweepRun, ThresholdChange
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.monitoring.queries import RuleOutcome, rule_outcomes
from shouwang.ledgers.monitoring.watch import book, desk, locks, sweeping
from shouwang.ledgers.monitoring.watch.lifecycle import PROPOSAL
from shouwang.ledgers.monitoring.watch.policies import RULES

SWEEPS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of the list."""

    rule: Rule
    words: str
    kind: str
    own: RuleVersion | None
    place: str
    record: RuleOutcome

    @property
    def tone(self) -> str:
        """Of the state's badge."""
        return PROPOSAL.states[self.own.state].tone if self.own else ""


def records(scope: Scope) -> dict[str, RuleOutcome]:
    """{rule: what became of its leads} in the person's places: counts, which who may read rules only may read as well."""
    return {o.rule: o for o in rule_outcomes(scope, VIEW if scope.may(VIEW) else RULES)}


def record(name: str, found: Mapping[str, RuleOutcome]) -> RuleOutcome:
    """What became of a rule's leads, nothing for one that has none."""
    return found.get(name) or RuleOutcome(name, 0, 0, 0, 0, 0)


def place_code(scope: Scope) -> str:
    """Whose thresholds the words show: the person's county, else the first one below."""
    region = Region.objects.filter(pk=scope.home.id).first() if scope.home else None
    if region is None:
        return ""
    below = desk.counties_below(region) if region.level <= Region.COUNTY else [str(region.code)[:6]]
    return below[0] if below else ""


def lines(scope: Scope, today: dt.date) -> list[Line]:
    """Every rule with its youngest version, in force or yet to come; own ones first, then by leads."""
    if not scope.may(RULES):
        return []
    known, params, code = records(scope), book.params(), place_code(scope)
    own: dict[str, RuleVersion] = {}
    for version in RuleVersion.objects.select_related("region").exclude(state="returned").order_by("number"):
        own[version.rule] = version
    ours = [(book.as_rule(v), v) for v in own.values()]
    every = [*ours, *((r, None) for r in _youngest(book.published(), today))]
    every.sort(key=lambda pair: (pair[1] is None, -record(pair[0].id, known).leads))
    return [
        Line(
            rule=rule, words=render(rule, params, book.catalog(), on=today, region=code), kind=KINDS[rule.kind], own=version,
            place=version.region.name if version else "国家、省", record=record(rule.id, known),
        )
        for rule, version in every
    ]  # fmt: skip


def _youngest(rules: RuleSet, today: dt.date) -> list[Rule]:
    best: dict[str, Rule] = {}
    for rule in rules.rules:
        if rule.id not in best or rule.valid_from <= today:
            best[rule.id] = rule
    return list(best.values())


def versions(scope: Scope, name: str) -> list[RuleVersion]:
    """The own versions of a rule, youngest first."""
    rows: Any = RuleVersion.objects
    return list(rows.within(scope).filter(rule=name).select_related("region").order_by("-number"))


def version(scope: Scope, pk: int) -> RuleVersion:
    """One version; raises OutOfScope."""
    rows: Any = RuleVersion.objects
    found: RuleVersion | None = rows.within(scope).select_related("region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def threshold_change(scope: Scope, pk: int) -> ThresholdChange:
    """One change of a threshold; raises OutOfScope."""
    rows: Any = ThresholdChange.objects
    found: ThresholdChange | None = rows.within(scope).select_related("region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def thresholds(scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    """Every parameter with the value in force at the person's place, whether it may be moved and which way, and the rules that use it."""
    params, rules, code = book.params(), book.rules(), place_code(scope)
    used: dict[str, list[str]] = {}
    for rule in rules.rules:
        for c in rule.when.conditions():
            for name in (c.param, c.percent):
                if name and rule.name not in used.setdefault(name, []):
                    used[name].append(rule.name)
    return [_threshold(name, params, rules, used.get(name, []), today, code) for name in params.by_name]


def _threshold(name: str, params: Params, rules: RuleSet, used: list[str], today: dt.date, code: str) -> dict[str, Any]:
    now: Threshold | None = params.find(name, today, code)
    ways = locks.directions(name, rules)
    way = {1: "只能调高", -1: "只能调低"}.get(next(iter(ways)), "") if len(ways) == 1 else ""
    return {"name": name, "label": params.by_name[name][0].label, "now": now, "way": way or "省级锁定", "used": used, "open": bool(way)}


def proposed(scope: Scope) -> list[ThresholdChange]:
    """Changes of thresholds, those awaiting a decision first."""
    rows: Any = ThresholdChange.objects
    found = list(rows.within(scope).select_related("region").order_by("-pk")[:50])
    return sorted(found, key=lambda r: r.state != "submitted")


def sweeps(scope: Scope) -> list[SweepRun]:
    """The latest sweeps, newest first."""
    rows: Any = SweepRun.objects
    return list(rows.within(scope).select_related("region")[:SWEEPS_SHOWN])


def sweep(scope: Scope, pk: int) -> SweepRun:
    """One sweep; raises OutOfScope."""
    rows: Any = SweepRun.objects
    found: SweepRun | None = rows.within(scope).select_related("region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def job_of(row: SweepRun) -> Job | None:
    """The background work of a sweep."""
    return Job.objects.filter(pk=row.job).first() if row.job else None


def stopped(row: SweepRun) -> bool:
    """A sweep that says it is under way, while nothing works on it any more."""
    return row.state == "running" and sweeping.gone(row)


def towns(scope: Scope, counted: Mapping[str, Any], permission: str = RULES) -> list[tuple[Region, Any]]:
    """(town, what is counted there) for the towns in the person's scope, in official order."""
    codes = {code.ljust(12, "0"): value for code, value in counted.items()}
    rows = Region.objects.filter(code__in=codes, level=Region.TOWN).filter(scope.q(permission)).select_related("county")
    ordered = sorted(rows, key=lambda r: (r.county.rank if r.county else 0, r.county_id or 0, r.rank, r.code))
    return [(r, codes[r.code]) for r in ordered]


def scenarios(scope: Scope) -> list[SavedScenario]:
    """Saved scenarios of the person's place."""
    rows: Any = SavedScenario.objects
    return list(rows.within(scope))


def scenario(scope: Scope, pk: int) -> SavedScenario:
    """One of them; raises OutOfScope."""
    rows: Any = SavedScenario.objects
    found: SavedScenario | None = rows.within(scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found
