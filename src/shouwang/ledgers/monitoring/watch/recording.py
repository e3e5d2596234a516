"""From the engine's leads to the ledger's: set-wise, merged per household by monitoring, never against what a person decided."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.feeds import feeds
from shouwang.engine.material import changed
from shouwang.engine.rules import Rule
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.actions import Found, record_leads
from shouwang.ledgers.monitoring.models import Lead
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.monitoring.watch.retracting import MARK
from shouwang.ledgers.registry.models import Household

Row = Mapping[str, Any]
"""One lead of the engine: rule, version, household (lake key), county, town, village, v1 … v6."""


@dataclass(slots=True)
class Tally:
    """What became of the leads of a piece; `towns`: recorded by town code."""

    found: int = 0
    recorded: int = 0
    repeated: int = 0
    merged: int = 0
    known: int = 0
    cases: int = 0
    towns: Counter[str] = field(default_factory=Counter)


def values_of(rule: Rule, row: Row) -> dict[str, int | None]:
    """{field: value} of a lead, as stored with it."""
    return {name: row[f"v{n}"] for n, name in enumerate(rule.fields, 1)}


def evidence_of(rule: Rule, values: Mapping[str, int | None]) -> str:
    """The digest by which a lead is known: rule and values, not the version, so that an unchanged fact stays one lead."""
    return hashlib.sha256(json.dumps([rule.id, sorted(values.items())], ensure_ascii=False).encode()).hexdigest()


def department_of(rule: Rule, catalog: FeatureCatalog) -> str:
    """Whose data the rule rests on, "" where it is the registry's own."""
    sources = (f.source for f in catalog.needed(rule.fields) if f.is_feed)
    return next((feeds()[s].owner[0] for s in sources), "")


def record(rows: Sequence[Row], rules: Mapping[str, Rule], *, by: Scope, today: dt.date, asof: dt.date) -> Tally:
    """Record one piece of leads. A lead that was recorded before comes again only where its rule says the change is material."""
    out = Tally(found=len(rows))
    homes = dict(Household.objects.filter(lake_key__in={r["household"] for r in rows}, closed_on=None).values_list("lake_key", "pk"))
    before = _before(homes.values(), {r["rule"] for r in rows})
    several, red = Counter(r["household"] for r in rows), book.value("new_lead_level", on=today)
    going, towns = [], {}
    for row in rows:
        home, rule = homes.get(row["household"]), rules[row["rule"]]
        if home is None:
            continue  # merged away since the snapshot was taken
        values = values_of(rule, row)
        earlier = before.get((home, rule.id))
        if earlier is not None and not changed(rule, earlier, values):
            out.repeated += 1
            continue
        urgent = rule.risk in red["red"] or several[row["household"]] >= red["several"]
        going.append(
            Found(
                household=home, source="sweep", risk=rule.risk, found_on=asof, level="red" if urgent else "yellow", rule=rule.id,
                rule_version=rule.version, rule_hash=rule.digest, evidence=evidence_of(rule, values), values=values,
                department=department_of(rule, book.catalog()),
            )
        )  # fmt: skip
        towns[home] = str(row["town"])
    done = record_leads(going, by=by, today=today)
    out.recorded, out.merged, out.known, out.cases = len(done.leads), done.merged, done.known, len(done.cases)
    out.repeated += done.repeated
    out.towns.update(towns[lead.household_id] for lead in done.leads)
    return out


def _before(homes: Iterable[int], rules: set[str]) -> dict[tuple[int, str], dict[str, int | None]]:
    """{(household, rule): values of the last lead of that rule}, whatever became of it, unless its data were withdrawn."""
    rows = Lead.objects.filter(household_id__in=list(homes), rule__in=rules).exclude(evidence__startswith=MARK).order_by("pk")
    return {(home, rule): values for home, rule, values in rows.values_list("household_id", "rule", "values")}


def new_and_known(rows: Sequence[Row], rules: Mapping[str, Rule]) -> dict[str, Any]:
    """{towns: {code: [new, known]}, households, new, known, judged, right} of leads that were not recorded: a dry run's answer.

    `judged`: households about which a lead, of whatever rule, was decided already; `right`: those whose last one was included. ≤ 500 keys a query.
    """
    towns: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    fresh: set[int] = set()
    judged: dict[int, bool] = {}
    for start in range(0, len(rows), 500):
        piece = rows[start : start + 500]
        homes = dict(Household.objects.filter(lake_key__in={r["household"] for r in piece}).values_list("lake_key", "pk"))
        before = _before(homes.values(), {r["rule"] for r in piece})
        decided = Lead.objects.filter(household_id__in=homes.values(), state__in=("included", "not_included")).order_by("decided_on", "pk")
        judged.update((home, state == "included") for home, state in decided.values_list("household_id", "state"))
        for row in piece:
            rule = rules[row["rule"]]
            earlier = before.get((homes.get(row["household"], 0), rule.id))
            new = earlier is None or bool(changed(rule, earlier, values_of(rule, row)))
            towns[str(row["town"])][0 if new else 1] += 1
            if new:
                fresh.add(row["household"])
    total = [sum(t[n] for t in towns.values()) for n in (0, 1)]
    return {
        "towns": dict(towns),
        "new": total[0],
        "known": total[1],
        "households": len(fresh),
        "judged": len(judged),
        "right": sum(judged.values()),
    }
