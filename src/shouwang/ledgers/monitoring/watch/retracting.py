"""What rested on a department's file that was withdrawn goes with it: leads that a sweep no longer finds, and cases that nobody has begun to check."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Exists, OuterRef

from shouwang.engine.catalog import FeatureCatalog
from shouwang.engine.feeds import feeds
from shouwang.engine.rules import Rule
from shouwang.kernel.audit.actions import change_many
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange.models import Delivery
from shouwang.ledgers.monitoring.actions.steps import step
from shouwang.ledgers.monitoring.lifecycle import LEAD
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase, Verification
from shouwang.ledgers.monitoring.watch import book

MARK = "withdrawn:"  # before the digest of its evidence: the same fact, sent again, is a lead anew
PIECE = 200


def feeds_of(rule: Rule, catalog: FeatureCatalog) -> set[str]:
    """The feeds a rule reads."""
    needed = catalog.needed(rule.fields)
    return {f.source for f in needed if f.is_feed} | {f.joined.feed for f in needed if f.joined}


def withdrawn_since(oldest: dt.datetime) -> dict[str, list[Delivery]]:
    """{feed: deliveries withdrawn since the moment}."""
    out: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in Delivery.objects.filter(state="withdrawn", updated_at__gte=oldest).order_by("pk"):
        out[delivery.feed].append(delivery)
    return out


def retract(
    county: int, hits: Collection[tuple[int, str]], *, rules: Mapping[str, Rule], ran: Collection[str], present: Collection[str], by: Scope, today: dt.date
) -> int:  # fmt: skip
    """Withdraw the county's open leads that rested on a withdrawn file and are found no more; returns how many. A case left without any, that nobody has
    checked, is withdrawn too; where a person has begun, both stay.

    `hits`: (lake key, rule) found, `ran`: rules asked, `present`: feeds with rows in the snapshot; a rule left out because its feed is gone finds nothing.
    """
    begun = Exists(Verification.objects.filter(case=OuterRef("case_id")))
    waiting = Lead.objects.filter(county__code__startswith=str(county), source="sweep", state="open", case__state="reported").exclude(begun)
    rows = list(waiting.order_by("pk").values_list("pk", "household__lake_key", "rule", "created_at"))
    if not rows:
        return 0
    withdrawn, catalog = withdrawn_since(min(at for *_, at in rows)), book.catalog()
    resting = {name: feeds_of(rule, catalog) & set(withdrawn) for name, rule in rules.items()}
    why: dict[str, list[int]] = defaultdict(list)
    for pk, key, rule, at in rows:
        asked = rule in ran or bool(resting.get(rule, set()) - set(present))
        lost = [d for f in resting.get(rule, ()) for d in withdrawn[f] if d.created_at <= at <= d.updated_at]
        if lost and asked and (key, rule) not in hits:
            why[
                f"依据的{feeds()[lost[-1].feed].name} {lost[-1].period:%Y-%m}（{lost[-1].name}）已由报送部门撤回，重新筛查不再命中"[:300]
            ].append(pk)
    for reason, pks in why.items():
        for start in range(0, len(pks), PIECE):
            _withdraw(pks[start : start + PIECE], reason, by, today)
    return sum(map(len, why.values()))


def _withdraw(pks: list[int], reason: str, by: Scope, today: dt.date) -> None:
    def apply(lead: Lead) -> None:
        LEAD.check(lead, "withdraw")
        lead.state, lead.decided_on, lead.evidence = "withdrawn", today, f"{MARK}{lead.pk}:{lead.evidence}"[:64]

    verb = LEAD.moves["withdraw"].verb
    change_many(
        Lead.objects.filter(pk__in=pks), apply, by=by, verb=verb, today=today, fields=["state", "decided_on", "evidence"], reason=reason
    )
    for case in _empty(pks):
        step(case, "withdraw", by=by, today=today, reason=reason, batch=None)


def _empty(leads: Iterable[int]) -> list[MonitoringCase]:
    still = Exists(Lead.objects.filter(case=OuterRef("pk"), state="open"))
    cases = MonitoringCase.objects.filter(leads__in=list(leads), state="reported", purpose="include").exclude(still)
    return list(cases.select_related("county", "region").distinct().order_by("pk"))
