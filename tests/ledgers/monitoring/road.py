"""People of one village, its town and county, and a case taken along the procedure step by step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.actions import Found, county, record_lead, town, village
from shouwang.ledgers.monitoring.actions.checks import Judgement, check_household
from shouwang.ledgers.monitoring.models import MonitoringCase
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import City, make_user, scope
from tests.factories.monitoring import paper
from tests.factories.registry import TODAY

DAY = dt.timedelta(1)
AMOUNTS = {"wage": 1_000_000, "business": 0, "business_expense": 0, "out_of_pocket": 1_200_000, "claims_paid": 0}
MEETING = village.Meeting(TODAY, "phone", 30, 24, "逐户介绍核实情况，征求意见，多数同意纳入。", "陈某（堂兄）")


@dataclass
class People:
    """Scopes by place; `second` reviews in the town."""

    village: Scope
    town: Scope
    second: Scope
    county: Scope


def people(city: City) -> People:
    made = [
        make_user(name, city.offices[office], role, name=name)
        for name, office, role in (
            ("村干部", "440513100001-cwh", "village_officer"),
            ("镇专干", "440513100-zf", "town_clerk"),
            ("镇领导", "440513100-zf", "town_leader"),
            ("县经办", "440513-fpb", "office_clerk"),
        )
    ]
    return People(*(scope(u) for u in made))


def judgement(**kw: Any) -> Judgement:
    usual = {"checked_on": TODAY, "means": "phone", "conclusion": "include", "problems": "户主大病住院，自付 1.2 万元", "coping": "unable"}
    usual |= {"reasons": "收入低于监测范围，自付支出大，没有其他收入来源，难以自行应对。", "risks": ("illness",), "category": "borderline"}
    return Judgement(**{**usual, **kw})


def report(home: Household, who: People, **kw: Any) -> MonitoringCase:
    found = Found(home.pk, "patrol", "illness", TODAY, description="大病住院，自付费用高", **kw)
    return record_lead(found, by=who.village, today=TODAY).cases[0]


def check(case: MonitoringCase, who: People, **kw: Any) -> MonitoringCase:
    check_household(case, judgement(**kw), AMOUNTS, persons=3, by=who.village, today=TODAY, uploads=[paper()])
    return fresh(case)


def appraise(case: MonitoringCase, who: People, agreed: int = 20) -> MonitoringCase:
    village.record_appraisal(case.village, {case: agreed}, MEETING, by=who.village, today=TODAY)
    return fresh(case)


def post(case: MonitoringCase, who: People) -> MonitoringCase:
    village.post(case.village, [case], starts_on=TODAY, where="村委会公示栏", by=who.village, today=TODAY)
    return fresh(case)


def close(case: MonitoringCase, who: People, day: dt.date = TODAY + 5 * DAY) -> MonitoringCase:
    village.close_posting(case.posting, by=who.village, today=day)
    return fresh(case)


def review(case: MonitoringCase, who: People, day: dt.date = TODAY + 5 * DAY) -> MonitoringCase:
    return town.review(case, by=who.second, today=day)


def decide(case: MonitoringCase, who: People, day: dt.date = TODAY + 8 * DAY) -> MonitoringCase:
    batch = county.open_batch(case.county, [fresh(case)], number=f"第{case.pk}批", by=who.county, today=day)
    said = county.Resolution("公安、市场监管、住建比对无异常", day - DAY, day, "汕阳扶组〔2020〕9号")
    county.decide(batch, said, by=who.county, today=day)
    return fresh(case)


def fresh(case: MonitoringCase) -> MonitoringCase:
    return MonitoringCase.objects.select_related("household", "county", "village", "posting", "batch", "appraisal", "region").get(
        pk=case.pk
    )


STEPS = {"verified": check, "appraised": appraise, "posted": post, "publicised": close, "reviewed": review, "determined": decide}


def brought_to(state: str, home: Household, who: People) -> MonitoringCase:
    """A case of the household, taken to `state` by the actions."""
    case = fresh(report(home, who))
    for name, act in STEPS.items():
        if case.state == state:
            return case
        case = fresh(act(case, who))
        assert case.state == name
    assert case.state == state
    return case
