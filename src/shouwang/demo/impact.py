"""The epidemic in the demonstration city, day by day: the shock, surveys by telephone, levels, case counts, measures taken.

Levels and counts are invented and say so: the city's seven units were in truth all low in March 2020.
"""

from __future__ import annotations

import datetime as dt
from itertools import islice

import numpy as np

from shouwang.demo.offices import Staff
from shouwang.demo.people import MARK
from shouwang.kernel import figures
from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.audit.actions import create_many
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.clocks import morning
from shouwang.ledgers.impact import fitting, level_actions, survey_actions
from shouwang.ledgers.impact.actions import Impact, record_impacts
from shouwang.ledgers.impact.models import ImpactRecord, ImpactSurvey, Shock
from shouwang.ledgers.impact.policies import SURVEY
from shouwang.ledgers.impact.queries import open_impacts
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.queries import on_file

BEGAN, BASELINE, LEVELS_FROM = dt.date(2020, 1, 23), dt.date(2020, 2, 14), dt.date(2020, 2, 17)
DOCUMENT = f"{MARK}，非真实名单"
SHARE, AT_MOST = 0.06, 400  # of the households on file, asked a day
CAUSES = ("work_blocked", "return_limited", "income", "spending")
WEIGHTS = (0.4, 0.25, 0.25, 0.1)
MEDIUM = "440514"
ELSEWHERE = (("420106", "武昌区", "high"), ("440305", "南山区", "medium"), ("441900", "东莞市", "medium"), ("440106", "天河区", "low"))
TOWN = "440513100000"


class Outbreak:
    """What offices entered of the epidemic, in the order of days."""

    def __init__(self, staff: Staff, city: Region, *, seed: int) -> None:
        self._staff, self._city, self._rng = staff, city, np.random.default_rng([seed, 31])
        ids = np.array(on_file(Household.objects.filter(closed_on=None)).order_by("pk").values_list("pk", flat=True), dtype=np.int64)
        self._a_day = min(int(len(ids) * SHARE), AT_MOST)
        self._waiting = iter(self._rng.permutation(ids).tolist())
        self._shock: Shock | None = None

    def on(self, day: dt.date) -> None:
        """Enter what that day brought; on Sundays nobody telephones."""
        clerk = scope_of(self._staff.users["4405-fpb-jb"], day)
        if self._shock is None:
            said = {"code": "epidemic-2020", "name": "新冠肺炎疫情", "kind": "epidemic", "starts_on": BEGAN, "baseline_on": BASELINE}
            said |= {"document": "广东省重大突发公共卫生事件一级响应（2020年1月23日）"}
            self._shock = level_actions.register_shock(self._city, said, by=clerk, today=day)
        if day.isoweekday() != 7 and day >= dt.date(2020, 2, 10):
            self._survey(self._shock, day)
        if day == LEVELS_FROM:
            self._publish(clerk, day)
            self._measure(day)
            self._last_year(clerk, day)

    def _survey(self, shock: Shock, day: dt.date) -> None:
        asked = Household.objects.in_bulk(list(islice(self._waiting, self._a_day)))
        homes = [asked[pk] for pk in sorted(asked)]
        hit = self._rng.random(len(homes)) < 0.35
        causes = self._rng.choice(CAUSES, len(homes), p=WEIGHTS).tolist()
        rows, found = [], []
        for home, affected, cause in zip(homes, hit.tolist(), causes, strict=True):
            row = ImpactSurvey(shock=shock, surveyed_on=day, means="phone", affected=affected, surveyor="村扶贫专干")
            row.put_beside(home)
            rows.append(row)
            if affected:
                found.append(self._impact(home, cause, day))
        by = Scope.system(MARK)
        create_many(rows, by=by, verb=SURVEY, today=day)
        record_impacts(found, by=by, today=day)

    def _impact(self, home: Household, cause: str, day: dt.date) -> Impact:
        expected = int(self._rng.integers(18, 36)) * 10_000
        now = int(expected * float(self._rng.choice([0.0, 0.3, 0.5]))) // 100 * 100
        spent = cause == "spending"
        return Impact(
            cause,
            survey_actions.SOURCE,
            str(home.pk),
            day,
            household_id=home.pk,
            period="month",
            recovery_on=day + dt.timedelta(int(self._rng.integers(14, 60))),
            note=f"电话排查（{MARK}）",
            expected=None if spent else expected,
            now=None if spent else now,
            loss=expected if spent else None,
        )

    def _publish(self, clerk: Scope, day: dt.date) -> None:
        units = list(Region.objects.filter(level=Region.COUNTY, city=self._city).order_by("rank", "code"))
        rows = [level_actions.Published(u.code[:6], u.name, "medium" if u.code.startswith(MEDIUM) else "low") for u in units]
        rows += [level_actions.Published(*unit) for unit in ELSEWHERE]
        level_actions.publish_levels(rows, document=DOCUMENT, published_on=day, from_on=day, by=clerk, today=day)
        for n, unit in enumerate(units):
            told = {"day": day, "fresh": 1 if unit.code.startswith(MEDIUM) else 0, "total": 2 + n, "cluster": False, "document": DOCUMENT}
            level_actions.report_cases(unit, told, by=clerk, today=day)

    def _measure(self, day: dt.date) -> None:
        """The demonstration town takes measures for a few households; the first is done."""
        clerk, now = scope_of(self._staff.users["440513100-zf-jb"], day), morning(day)
        hit = ImpactRecord.objects.filter(town__code=TOWN, recovered_on=None).exclude(household=None).order_by("pk")
        for n, row in enumerate(hit.select_related("household__region")[:6]):
            home = row.household
            fits = [f for f in fitting.suggestions(home, list(open_impacts([home.pk], day)), day) if not f.taken] if home else []
            if home is None or not fits:
                continue
            made = survey_actions.take_measure(home, fits[0], by=clerk, today=day, now=now)
            if n == 0:
                survey_actions.move_measure(made, "finish", f"已电话落实（{MARK}）", by=clerk, today=day)

    def _last_year(self, clerk: Scope, day: dt.date) -> None:
        for code, share in (("registry.labour_persons", 0.97), ("registry.business_households", 1.05)):
            value = figures.value(figures.get(code), day, place=self._city.place).numerator or 0
            level_actions.set_base(self._city, code, day.year - 1, int(value * share), f"2019年统计（{MARK}）", by=clerk, today=day)
