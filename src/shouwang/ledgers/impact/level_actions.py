"""Levels as published, case reports, shocks, numbers of the year before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist import actions as worklist
from shouwang.ledgers.impact import policies
from shouwang.ledgers.impact.codes import word
from shouwang.ledgers.impact.levels import current, in_force
from shouwang.ledgers.impact.models import CaseReport, EpidemicRiskLevel, Shock, YearBase
from shouwang.ledgers.impact.queries import city_held


@dataclass(frozen=True, slots=True)
class Published:
    """One line of a published list: six-digit code, name, level."""

    unit_code: str
    unit_name: str
    level: str


def publish_levels(rows: Sequence[Published], *, document: str, published_on: dt.date, from_on: dt.date, by: Scope, today: dt.date) -> int:
    """Enter a published list; a unit entered before for the same day is corrected. Returns how many rows were written.

    The offices of a county whose level changes hear of it. Raises Refused before levels exist, for a list of a day to come or an empty
    one; NotPermitted for a unit outside the person's places (units elsewhere are entered by the city).
    """
    if not rows:
        raise Refused("没有填写任何县级单元的等级。请至少填写一个。", field="others")
    if not in_force(from_on):
        raise Refused(f"{from_on} 这一天没有县域风险等级（自 2020-02-17 起划定）。请核对起始日期。", field="from_on")
    if published_on > today:
        raise Refused(f"公布日期 {published_on} 晚于今天 {today}。只登记已经公布的名单。", field="published_on")
    ours = {r.code[:6]: r for r in Region.objects.filter(level=Region.COUNTY)}
    before = {r.unit_code: r.level for r in current(from_on)}
    written = 0
    with transaction.atomic():
        for row in rows:
            done = _publish(row, ours.get(row.unit_code), document, published_on, from_on, by, today)
            written += done
            if done and row.unit_code in ours and before.get(row.unit_code) not in (None, row.level):
                _tell(ours[row.unit_code], before[row.unit_code], row.level, from_on, today)
    return written


def _publish(
    row: Published, unit: Region | None, document: str, published_on: dt.date, from_on: dt.date, by: Scope, today: dt.date
) -> bool:
    place = unit or _city(by)
    known = EpidemicRiskLevel.objects.filter(unit_code=row.unit_code, from_on=from_on).first()
    fresh = known or EpidemicRiskLevel(unit_code=row.unit_code, unit_name=row.unit_name, from_on=from_on)
    if known is None:
        fresh.put_in(place)
    values = {"level": row.level, "document": document, "published_on": published_on}
    if all(getattr(fresh, k) == v for k, v in values.items()):
        return False
    if known is None:
        for name, value in values.items():
            setattr(fresh, name, value)
    with change(fresh, by=by, verb=policies.CORRECT_LEVEL if known else policies.PUBLISH_LEVEL, today=today) as locked:
        for name, value in values.items():
            setattr(locked, name, value)
    return True


def _city(by: Scope) -> Region:
    city = city_held(by, policies.LEVELS)
    if city is None:
        raise NotPermitted("外市县级单元的风险等级由市级登记。请联系市扶贫办登记，或只登记本区（县）。")
    return city


def _tell(county: Region, before: str, after: str, from_on: dt.date, today: dt.date) -> None:
    text = f"{county.name}自 {from_on} 起风险等级由{word('levels', before, today)}调整为{word('levels', after, today)}，请按新等级的做法安排走访、出行和报送。"
    for office in offices_in_force(today).filter(region=county, kind=Office.Kind.LEAD):
        worklist.tell(office, text, now=timezone.now(), url="/impact/levels/")


def report_cases(county: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> CaseReport:
    """A county's counts for a day (`day`, `fresh`, `total`, `cluster`, `document`); the same day again corrects it.

    Raises Refused for a day to come, more new cases than in all, or fewer in all than reported for an earlier day.
    """
    day, fresh, total = said["day"], said["fresh"], said["total"]
    if day > today:
        raise Refused(f"通报日期 {day} 晚于今天 {today}。请填写通报所说的日期。", field="day")
    if fresh > total:
        raise Refused(f"新增 {fresh} 例多于累计 {total} 例。请核对两个数是否填反。", field="fresh")
    earlier = CaseReport.objects.filter(region=county, day__lt=day).order_by("-day").first()
    if earlier is not None and earlier.total > total:
        raise Refused(f"累计 {total} 例少于 {earlier.day} 通报的 {earlier.total} 例。累计数不会减少，请核对。", field="total")
    row = CaseReport.objects.filter(region=county, day=day).first() or CaseReport(day=day)
    if row.pk is None:
        row.put_in(county)
        for name in ("fresh", "total", "cluster", "document"):
            setattr(row, name, said[name])
    with change(row, by=by, verb=policies.REPORT_CASES, today=today) as locked:
        for name in ("fresh", "total", "cluster", "document"):
            setattr(locked, name, said[name])
    return locked


def register_shock(region: Region, said: Mapping[str, Any], *, by: Scope, today: dt.date) -> Shock:
    """A shock at a region (`code`, `name`, `kind`, `starts_on`, `baseline_on`, `document`). Raises Refused for a code taken or a start to come."""
    if Shock.objects.filter(code=said["code"]).exists():
        raise Refused(f"代码“{said['code']}”已被使用。请换一个代码。", field="code")
    if said["starts_on"] > today:
        raise Refused(f"开始日期 {said['starts_on']} 晚于今天 {today}。请填写已经发生的日期。", field="starts_on")
    row = Shock(**{k: said[k] for k in ("code", "name", "kind", "starts_on", "baseline_on", "document")})
    row.put_in(region)
    with change(row, by=by, verb=policies.REGISTER_SHOCK, today=today) as fresh:
        pass
    return fresh


def end_shock(shock: Shock, day: dt.date, *, by: Scope, today: dt.date) -> Shock:
    """The shock is over: `day` is the first day without it. Raises Refused for a day before it began."""
    if day <= shock.starts_on:
        raise Refused(f"结束日期 {day} 须晚于开始日期 {shock.starts_on}。请核对。", field="ends_on")
    with change(shock, by=by, verb=policies.END_SHOCK, today=today) as locked:
        locked.ends_on = day
    return locked


def set_base(region: Region, code: str, year: int, amount: int, document: str, *, by: Scope, today: dt.date) -> YearBase:
    """A figure's number of the year before, in its exact unit. Raises Refused for an unknown or relative figure."""
    figure = figures.installed().get(code)
    if figure is None or figure.denominator:
        raise Refused("该指标不能登记上年同期数（比率类指标由分子分母算出）。请选择户数、人数、金额类指标。", field="figure")
    row = YearBase.objects.filter(region=region, figure=code, year=year).first() or YearBase(figure=code, year=year, amount=amount)
    if row.pk is None:
        row.put_in(region)
        row.document = document
    with change(row, by=by, verb=policies.SET_BASE, today=today) as locked:
        locked.amount, locked.document = amount, document
    return locked
