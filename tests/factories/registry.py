"""Households with all that belongs to them, for tests. Every person is invented; IDs are of a district code with valid check digits."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.income import net_income, window_of
from shouwang.ledgers.registry.models import (
    CheckFinding,
    Difference,
    HelperAssignment,
    Household,
    HouseholdChange,
    IncomeStatement,
    LookAlike,
    Member,
    Paper,
    ProgrammeStatus,
    Reconciliation,
    Visit,
)
from shouwang.ledgers.registry.pairs import put_between

SINCE = dt.date(2016, 6, 1)
TODAY = dt.date(2020, 2, 17)
_numbers = itertools.count(1)


def make_household(region: Region, *, code: str = "", head_name: str = "陈测试", **kw: Any) -> Household:
    """A household without members in the village; registered as 未脱贫 only if `add_status` says so."""
    household = Household(code=code or f"H{next(_numbers):010d}", head_name=head_name, **kw)
    household.put_in(region)
    household.save()
    return household


def add_member(household: Household, *, name: str = "", relation: str = "head", sex: str = "male", **kw: Any) -> Member:
    """A member; a head of 1970-01-01 unless told otherwise."""
    member = Member(
        code=kw.pop("code", f"M{next(_numbers):012d}"),
        name=name or household.head_name,
        relation=relation,
        sex=sex,
        birth_date=kw.pop("birth_date", dt.date(1970, 1, 1)),
        joined_on=kw.pop("joined_on", SINCE),
        **kw,
    )
    member.put_beside(household)
    member.save()
    return member


def add_income(
    household: Household, *, persons: int = 1, checked_on: dt.date = TODAY, window_type: str = "oct_sep", **amounts: Any
) -> IncomeStatement:
    """The statement of the last whole window before `checked_on`, amounts in 分."""
    window = window_of(window_type, checked_on)
    statement = IncomeStatement(
        window_type=window_type,
        window_start=window.start,
        window_end=window.end,
        persons=persons,
        checked_on=checked_on,
        net=net_income(amounts),
        **amounts,
    )
    statement.put_beside(household)
    statement.save()
    return statement


def add_status(household: Household, *, programme: str = "registration", standing: str = "poor", **kw: Any) -> ProgrammeStatus:
    """An open programme status; the household's repeated columns follow it."""
    status = ProgrammeStatus(
        programme=programme,
        standing=standing,
        standard_system=kw.pop("standard_system", "gd_relative" if programme == "registration" else "monitored"),
        since=kw.pop("since", SINCE),
        **kw,
    )
    status.put_beside(household)
    status.save()
    if status.until is None:
        setattr(household, programme, standing)
        household.standard_system = status.standard_system if programme == "registration" or not household.registration else "gd_relative"
        household.save()
    return status


def add_helper(
    household: Household, *, name: str = "林帮扶", user: User | None = None, unit: Office | None = None, **kw: Any
) -> HelperAssignment:
    """A helper in force since 2016."""
    helper = HelperAssignment(name=name, user=user, sponsor_unit=unit, since=kw.pop("since", SINCE), **kw)
    helper.put_beside(household)
    helper.save()
    return helper


def add_finding(household: Household, *, code: str = "no_helper", **kw: Any) -> CheckFinding:
    """An open finding as if a check had just failed; of the group every role sees unless told otherwise."""
    usual = {"severity": "doubt", "field": "helper.name", "group": "base", "digest": f"{next(_numbers):064x}", "found_on": TODAY}
    finding = CheckFinding(code=code, **{**usual, **kw})
    finding.put_beside(household)
    finding.save()
    return finding


def add_change(
    source: Household, target: Household, *, kind: str = "split", state: str = "done", to: Region | None = None, **kw: Any
) -> HouseholdChange:
    """A change in which nobody moved: the bare record."""
    made = HouseholdChange(kind=kind, state=state, source=source, target=target, effective=kw.pop("effective", TODAY), **kw)
    made.document, made.reason, made.registered_by = made.document or "分户协议", made.reason or "核验", "核验"
    made.come_from(source)
    made.put_in(to or target.region)
    made.save()
    return made


def add_visit(household: Household, *, visited_on: dt.date = TODAY, reach: str = "reached", **kw: Any) -> Visit:
    """A visit on foot by somebody without an account."""
    kw = {"means": "home", "visitor_name": "林走访", "result": "家庭情况无变化" if reach == "reached" else "", **kw}
    visit = Visit(visited_on=visited_on, reach=reach, **kw)
    visit.put_beside(household)
    visit.save()
    return visit


def add_paper(household: Household, code: str, *, member: Member | None = None, **kw: Any) -> Paper:
    """A paper kept since today, without files."""
    paper = Paper(code=code, member=member, dated_on=kw.pop("dated_on", TODAY), **kw)
    paper.put_beside(household)
    paper.save()
    return paper


def make_reconciliation(region: Region, **kw: Any) -> Reconciliation:
    """A comparison that is done, without its file."""
    made = Reconciliation(
        **{"system": "province", "file_name": "导出.xlsx", "taken_on": TODAY, "uploaded_by": "林比对", "state": "done", **kw}
    )
    made.put_in(region)
    made.save()
    return made


def add_pair(left: Any, right: Any, *, points: int = 6, evidence: str = "name_same,birth_same,village_same", **kw: Any) -> LookAlike:
    """An open pair of two members or two households."""
    kind = "member" if isinstance(left, Member) else "household"
    left, right = sorted((left, right), key=lambda row: row.pk)
    pair = LookAlike(kind=kind, points=points, evidence=evidence, found_on=TODAY, **kw)
    setattr(pair, f"left_{kind}", left)
    setattr(pair, f"right_{kind}", right)
    put_between(pair, left, right)
    pair.save()
    return pair


def add_difference(household: Household, latest: Reconciliation, **kw: Any) -> Difference:
    """An open difference of a field."""
    values = {"kind": "field", "column": "health", "about": household.code, "ours": "健康", "theirs": "残疾", "where": "both", **kw}
    made = Difference(household=household, latest=latest, system=latest.system, key=kw.pop("key", f"key{next(_numbers)}"), **values)
    for name in ("region_id", "city_id", "county_id", "town_id", "village_id"):
        setattr(made, name, getattr(household, name))
    made.save()
    return made
