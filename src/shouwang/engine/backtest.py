"""How good a rule would have been: its leads over past snapshots against what people decided afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.params import Params
from shouwang.engine.rules import RuleSet
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import evaluate


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided about a household on a day: included (纳入) or not."""

    household: int
    day: dt.date
    included: bool


@dataclass(frozen=True, slots=True)
class Score:
    """One rule ("" = any rule) over all snapshots: leads, those with an outcome within the horizon, those included; and households included, and missed."""

    rule: str
    leads: int
    judged: int
    right: int
    included: int
    missed: int

    @property
    def precision(self) -> Fraction | None:
        """Included share of the judged leads; None where none was judged."""
        return Fraction(self.right, self.judged) if self.judged else None

    @property
    def recall(self) -> Fraction | None:
        """Share of the households included that the rule had named; None where none was included."""
        return Fraction(self.included - self.missed, self.included) if self.included else None


def backtest(
    snapshots: Sequence[Snapshot], rules: RuleSet, params: Params, catalog: FeatureCatalog, outcomes: Iterable[Outcome], *, horizon_days: int = 180,
    counties: Sequence[int] = (),
) -> list[Score]:  # fmt: skip
    """Scores of every rule and of all together (rule ""), in the rules' order. An outcome counts for a snapshot when it falls in (asof, asof + horizon_days].

    A household with several outcomes in the horizon counts as included when one of them is. Rules that cannot run on a snapshot are left out there.
    """
    decided = list(outcomes)
    totals: dict[str, list[int]] = {"": [0] * 5} | {r.id: [0] * 5 for r in rules.rules}
    for snapshot in snapshots:
        places = [c for c in counties if c in snapshot.counties] if counties else ()
        leads = evaluate(snapshot, rules, params, catalog, asof=snapshot.asof, counties=places, leave_out=True)
        until = snapshot.asof + dt.timedelta(horizon_days)
        judged: dict[int, bool] = {}
        for o in decided:
            if snapshot.asof < o.day <= until:
                judged[o.household] = judged.get(o.household, False) or o.included
        named: dict[str, set[int]] = {name: set() for name in totals}
        for rule, household in zip(leads.column("rule").to_pylist(), leads.column("household").to_pylist(), strict=True):
            named[rule].add(household)
            named[""].add(household)
        included = {h for h, yes in judged.items() if yes}
        for name, mine in named.items():
            found = (len(mine), len(mine & judged.keys()), len(mine & included), len(included), len(included - mine))
            totals[name] = [a + b for a, b in zip(totals[name], found, strict=True)]
    return [Score(name, *sums) for name, sums in totals.items()]
