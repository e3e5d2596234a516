"""Shocks, levels, impacts and measures for tests."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.impact.models import CaseReport, EpidemicRiskLevel, FittedMeasure, ImpactRecord, ImpactSurvey, Shock, YearBase
from shouwang.ledgers.registry.models import Household

TODAY = dt.date(2020, 2, 17)
_numbers = itertools.count(1)


def _placed(row: Any, region: Region) -> Any:
    row.put_in(region)
    row.save()
    return row


def make_shock(region: Region, **kw: Any) -> Shock:
    """The epidemic of 2020 at the region, still on."""
    usual = {"code": f"epidemic-{next(_numbers)}", "name": "新冠肺炎疫情", "kind": "epidemic", "document": "一级响应"}
    usual |= {"starts_on": dt.date(2020, 1, 23), "baseline_on": dt.date(2020, 2, 14)}
    return _placed(Shock(**{**usual, **kw}), region)


def make_level(region: Region, level: str = "low", from_on: dt.date = TODAY, **kw: Any) -> EpidemicRiskLevel:
    """A published level of the county the region lies in."""
    unit = region.county or region
    usual = {"unit_code": unit.code[:6], "unit_name": unit.name, "document": "省卫生健康委通告", "published_on": from_on}
    return _placed(EpidemicRiskLevel(level=level, from_on=from_on, **{**usual, **kw}), unit)


def make_cases(county: Region, day: dt.date, *, fresh: int = 0, total: int = 0, cluster: bool = False) -> CaseReport:
    """A county's report of a day."""
    return _placed(CaseReport(day=day, fresh=fresh, total=total, cluster=cluster, document="疫情通报"), county)


def add_impact(household: Household, cause: str = "work_blocked", **kw: Any) -> ImpactRecord:
    """An open impact that an imaginary ledger wrote."""
    usual = {"source_ledger": "test.row", "source_id": str(next(_numbers)), "began_on": dt.date(2020, 2, 3), "subject_kind": "household"}
    row = ImpactRecord(cause=cause, **{**usual, **kw})
    row.put_beside(household)
    row.save()
    return row


def add_survey(household: Household, shock: Shock, *, affected: bool = False, **kw: Any) -> ImpactSurvey:
    """Asked by telephone."""
    row = ImpactSurvey(shock=shock, affected=affected, **{"surveyed_on": TODAY, "means": "phone", "surveyor": "林排查", **kw})
    row.put_beside(household)
    row.save()
    return row


def add_measure(household: Household, **kw: Any) -> FittedMeasure:
    """A measure in hand."""
    usual = {"code": "nearby_post", "name": "推荐就近就地岗位", "cause": "work_blocked", "clause": "第二部分（一）"}
    row = FittedMeasure(**{**usual, "taken_on": TODAY, "due_on": TODAY + dt.timedelta(14), **kw})
    row.put_beside(household)
    row.save()
    return row


def make_base(region: Region, figure: str = "registry.households", **kw: Any) -> YearBase:
    """A number of 2019."""
    return _placed(YearBase(figure=figure, **{"year": 2019, "amount": 100, "document": "2019年统计", **kw}), region)
