"""The watch in the demonstration city: two rules of the city's and a district's own, a draft, two past sweeps with what became of their leads."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.demo import watching
from shouwang.demo.offices import Staff
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import MonitoringCase, SweepRun
from shouwang.ledgers.monitoring.watch import desk, jobs, simulating, sweeping, trial
from shouwang.ledgers.registry.models import Household

FIRST, SECOND = watching.FOUND, dt.date(2020, 2, 14)
FIRST_AT = "440515"  # the district that swept by hand first; its leads have been worked through since
LEASE = dt.timedelta(hours=1)
SOURCE = "会议纪要（演示数据）"
# Of each five leads of the first sweep: what came of them. The fifth is still waiting.
OUTCOMES = ("reject", "include", "reject", "reject", "")


class Sweeps:
    """Rules and sweeps, by the people who would have made them."""

    def __init__(self, staff: Staff, watch: watching.Watch) -> None:
        self.staff, self.watch = staff, watch

    def by(self, user: str, day: dt.date) -> Scope:
        """What that officer held on that day."""
        return scope_of(self.staff.users[user], day)

    def tell(self, *, today: dt.date) -> int:
        """Sweep one district, work its leads through, sweep the city, leave a draft; returns how many leads the sweeps recorded."""
        found = 0
        if Household.objects.filter(county__code__startswith=FIRST_AT).exists():  # a very small city may have none there
            found += self._sweep(sweeping.start("full", by=self.by(f"{FIRST_AT}-fpb-jb", FIRST), today=FIRST))
            with transaction.atomic():
                self._work_through()
        self._rule("4405-fpb", FIRST, "收入略高于监测范围且有大额自付", _near_the_line(), approved=True)
        found += self._sweep(*sweeping.start_nightly(today=SECOND))
        self._rule("440513-fpb", today, "赡养负担重的低收入户", _burdened(), approved=False)
        self._scenarios(today)
        return found

    def _sweep(self, row: SweepRun) -> int:
        """Run it here and now, as the worker would."""
        key = row.job or 0
        claimed = {"state": Job.State.RUNNING, "attempt": 1, "worker": "演示数据", "started_at": timezone.now()}
        Job.objects.filter(pk=key).update(**claimed, lease_until=timezone.now() + LEASE)
        with transaction.atomic():
            result = jobs.sweep(Run(Job.objects.get(pk=key), lease=LEASE))
        over = {"state": Job.State.DONE, "worker": "", "lease_until": None, "finished_at": timezone.now()}
        Job.objects.filter(pk=key).update(**over, result=result, message=result["words"])
        return int(SweepRun.objects.get(pk=row.pk).counts["recorded"])

    def _work_through(self) -> None:
        """Checks, appraisals, postings and a county meeting over the first sweep's cases."""
        cases = MonitoringCase.objects.filter(opened_on=FIRST, state="reported", leads__source="sweep", county__code__startswith=FIRST_AT)
        ready = []
        for n, pk in enumerate(cases.order_by("pk").values_list("pk", flat=True).distinct()):
            case = MonitoringCase.objects.select_related("village", "household", "region", "county").get(pk=pk)
            outcome = OUTCOMES[n % len(OUTCOMES)]
            helped = case.household.registration in ("poor", "newly_poor", "relapsed") or case.household.monitoring not in ("", "cleared")
            if outcome == "include" and helped:
                outcome = "reject"  # who is registered as poor, or watched, is helped already
            if outcome:
                self.watch.work_out(case, outcome)
            if outcome == "include":
                ready.append(case)
        self.watch.meet(ready, number="2020年第2批")

    def _rule(self, office: str, day: dt.date, name: str, when: dict[str, Any], *, approved: bool) -> None:
        clerk, leader = self.by(f"{office}-jb", day), self.by(f"{office}-ld", day)
        said = {
            "name": name, "kind": "risk", "risk": "other", "valid_from": day, "valid_to": None, "when": when,
            "material": [{"field": "income_fen", "way": "falls", "percent": 10}], "clock": "clock_check", "measures": [], "source": SOURCE,
        }  # fmt: skip
        row = desk.save_rule(said, version=None, region=desk.region_of(clerk), by=clerk, today=day)
        trial.dry_run(row, by=clerk, today=day)
        if approved:
            desk.submit(row, by=clerk, today=day)
            desk.decide(row, "approve", by=leader, today=day, reason="同意")

    def _scenarios(self, today: dt.date) -> None:
        usual = {"region": "", "who": "all", "risk": "", "product": "", "amount": "500", "post_months": "", "under": "monitoring"}
        for name, shock in (
            ("务工停工两个月", {"source": "wage", "percents": "40、60、80", "months": "2、3", "measure": "relief"}),
            ("生产经营收入减半", {"source": "business", "percents": "50", "months": "3、6", "measure": ""}),
        ):
            simulating.save(name, usual | shock, by=self.by("4405-fpb-jb", today), today=today)


def _near_the_line() -> dict[str, Any]:
    income = {"field": "income_fen", "op": "lt", "param": "line_monitoring", "times": 120, "per": 100}
    return {"all": [income, {"field": "self_paid_fen", "op": "ge", "value": 500_000}]}


def _burdened() -> dict[str, Any]:
    income = {"field": "income_fen", "op": "lt", "param": "line_monitoring", "times": 150, "per": 100}
    return {"all": [income, {"field": "able_labour", "op": "le", "value": 1}, {"field": "persons", "op": "ge", "value": 5}]}
