"""Rules, thresholds, sweeps and scenarios for tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.monitoring.models import RuleVersion, SavedScenario, SweepRun, ThresholdChange
from shouwang.ledgers.monitoring.watch.book import code_of

TODAY = dt.date(2020, 2, 17)


def make_rule_version(region: Region, *, rule: str = "", name: str = "收入偏低（本地）", number: int = 1, **kw: Any) -> RuleVersion:
    """A draft: income per head under 6,000 yuan."""
    rule = rule or f"own_{code_of(region)}_{RuleVersion.objects.count() + 1}"
    body = {
        "id": rule, "version": number, "name": name, "kind": "risk", "risk": "other", "valid_from": TODAY.isoformat(), "valid_to": None,
        "region": code_of(region), "when": {"all": [{"field": "income_fen", "op": "lt", "value": 600_000}]},
        "material": [{"field": "income_fen", "way": "falls", "percent": 10}], "clock": "clock_check", "measures": [], "source": "会议纪要",
    }  # fmt: skip
    made = RuleVersion(
        rule=rule, number=number, name=name, body=body, **{"valid_from": TODAY, "source": "会议纪要", "author": "核验", **kw}
    )
    made.put_in(region)
    made.save()
    return made


def make_threshold_change(region: Region, **kw: Any) -> ThresholdChange:
    """A submitted one: a stay in hospital counts from 8,000 yuan on."""
    usual = {
        "param": "own_single_other",
        "value": 800_000,
        "valid_from": TODAY,
        "source": "会议纪要",
        "author": "核验",
        "state": "submitted",
    }
    made = ThresholdChange(**{**usual, **kw})
    made.put_in(region)
    made.save()
    return made


def make_sweep_run(region: Region, **kw: Any) -> SweepRun:
    """A finished one that found nothing."""
    usual = {"mode": "full", "state": "done", "asof": TODAY, "started_by": "核验", "finished_at": timezone.now(), "snapshot": "20200217-1"}
    made = SweepRun(**{**usual, **kw})
    made.put_in(region)
    made.save()
    return made


def save_scenario(region: Region, name: str = "务工减半", **kw: Any) -> SavedScenario:
    """Half of all wages for two months."""
    body = {"source": "wage", "percents": "50", "months": "2", "region": "", "who": "all", "risk": "", "measure": "", "under": "monitoring"}
    made = SavedScenario(name=name, **{"body": body, "saved_by": "核验", **kw})
    made.put_in(region)
    made.save()
    return made
