"""The ledger's figures: one number, one definition. Households under watch and their persons are the registry's figures
(registry.monitored_*, unstable_*, borderline_*); here is what the procedure, the measures and the leads add.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import F, Q, QuerySet

from shouwang.kernel.accounts.models import Grant
from shouwang.kernel.figures import Figure
from shouwang.ledgers.monitoring import matching, queries
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.models import Discrepancy, FollowUp, Lead, MonitoringCase
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.queries import at_risk, current, living, watched

Rows = Callable[[dt.date], QuerySet[Any]]
CASES, LEADS, HOMES, VISITS, DOUBTS = (f"/monitoring/{name}/" for name in ("cases", "leads", "households", "follow-ups", "discrepancies"))
PERSONS = "/registry/members/"
RISKS = {
    "illness": "因病",
    "schooling": "因学",
    "disability": "因残",
    "disaster": "因自然灾害",
    "accident": "因意外事故",
    "industry_failed": "因产业项目失败",
    "unstable_work": "因务工就业不稳",
    "no_labour": "缺劳动力",
    "housing": "因安全住房",
    "water": "因安全饮水",
    "epidemic": "因疫",
    "other": "其他",
}
STAGES = ("reported", "verified", "appraised", "posted", "publicised", "reviewed", "determined")


def _homes_at_risk(risk: str) -> Rows:
    return lambda _day: at_risk(current(Household.objects.all()), (risk,))


def _people_of(homes: Rows) -> Rows:
    return lambda day: living(Member.objects.all(), day).filter(household__in=homes(day))


def _watched(_day: dt.date) -> QuerySet[Any]:
    return watched(current(Household.objects.all()))


def _decided_by_rule(*states: str) -> Rows:
    return lambda _day: Lead.objects.exclude(rule="").filter(state__in=states)


def _workers(day: dt.date) -> QuerySet[Any]:
    """Grants of the village worker's role in force, with the places they lie at: what a place's figures are cut by."""
    in_force = Grant.objects.filter(Q(until=None) | Q(until__gt=day), role="village_officer", valid_from__lte=day, user__is_active=True)
    return in_force.annotate(**{f"{n}_id": F(f"region__{n}_id") for n in ("city", "county", "town")}, village_id=F("region_id"))


def _cases(narrow: Callable[[QuerySet[MonitoringCase], dt.date], QuerySet[MonitoringCase]]) -> Rows:
    return lambda day: narrow(MonitoringCase.objects.all(), day)


_at_risk = tuple(
    figure
    for code, name in RISKS.items()
    for figure in (
        Figure(
            f"monitoring.risk_{code}_households",
            f"监测对象中{name}户数",
            "户",
            f"纳入监测且风险未消除、返贫致贫风险含“{name}”的户数；一户有几项风险的，各项都计。",
            _homes_at_risk(code),
            good="down",
            drill=f"{HOMES}?risk={code}",
        ),
        Figure(
            f"monitoring.risk_{code}_persons",
            f"监测对象中{name}人数",
            "人",
            f"纳入监测且风险未消除、返贫致贫风险含“{name}”的户内现有成员数。",
            _people_of(_homes_at_risk(code)),
            good="down",
            drill=f"{PERSONS}?risk={code}",
        ),
    )
)
_stages = tuple(
    Figure(
        f"monitoring.stage_{state}",
        f"监测个案{CASE.states[state].label}户数",
        "户",
        f"处在“{CASE.states[state].label}”环节的监测个案户数。",
        _cases(lambda rows, _day, state=state: rows.filter(state=state)),  # type: ignore[misc]  # a default binds the loop's value
        drill=f"{CASES}?state={state}",
    )
    for state in STAGES
)

FIGURES: tuple[Figure, ...] = (
    Figure(
        "monitoring.cases_open",
        "在办监测个案户数",
        "户",
        "已发起、尚未办结的监测个案户数。",
        _cases(lambda rows, _d: queries.open_cases(rows)),
        drill=f"{CASES}?open=1",
    ),
    *_stages,
    Figure(
        "monitoring.sudden_households",
        "突发严重困难户数",
        "户",
        "纳入监测且风险未消除、类别为突发严重困难户的户数；这一类别自2021年5月起才有。",
        lambda day: _watched(day).filter(monitoring="sudden"),
        good="down",
        drill=f"{HOMES}?monitoring=sudden",
    ),
    Figure(
        "monitoring.sudden_persons",
        "突发严重困难户人数",
        "人",
        "类别为突发严重困难户的监测户内现有成员数；这一类别自2021年5月起才有。",
        _people_of(lambda day: _watched(day).filter(monitoring="sudden")),
        good="down",
        drill=f"{PERSONS}?monitoring=sudden",
    ),
    Figure(
        "monitoring.cases_overdue",
        "监测个案超期户数",
        "户",
        "在办个案中本环节已过期限的户数。",
        _cases(queries.overdue),
        good="down",
        drill=f"{CASES}?overdue=1",
    ),
    Figure(
        "monitoring.identified_year",
        "本年识别监测对象户数",
        "户",
        "本年内经区（县）审定纳入监测的户数（按审定会议日期）。",
        _cases(lambda rows, day: queries.determined_in_year(rows, day).filter(purpose="include")),
        drill=f"{CASES}?purpose=include&this_year=1",
    ),
    Figure(
        "monitoring.cleared_year",
        "本年消除风险户数",
        "户",
        "本年内经区（县）审定风险消除的户数（按审定会议日期）。",
        _cases(lambda rows, day: queries.determined_in_year(rows, day).filter(purpose="clear")),
        good="up",
        drill=f"{CASES}?purpose=clear&this_year=1",
    ),
    Figure(
        "monitoring.relapsed_year",
        "本年返贫和新致贫户数",
        "户",
        "本年内经区（县）审定登记返贫或新致贫的户数（按审定会议日期）。",
        _cases(lambda rows, day: queries.determined_in_year(rows, day).filter(purpose__in=("relapse", "fall"))),
        good="down",
        drill=f"{CASES}?purpose=relapse&purpose=fall&this_year=1",
    ),
    Figure(
        "monitoring.determined_year",
        "本年审定个案户数",
        "户",
        "本年内经区（县）审定的监测个案户数，各类事项都计。",
        _cases(queries.determined_in_year),
        drill=f"{CASES}?this_year=1",
    ),
    Figure(
        "monitoring.on_time_share",
        "按期审定率",
        "%",
        "本年审定的个案中，自发起到审定不超过全程期限的占比。",
        _cases(queries.on_time),
        denominator="monitoring.determined_year",
        decimals=1,
        good="up",
        drill=f"{CASES}?on_time=1",
    ),
    *_at_risk,
    Figure(
        "monitoring.share_of_registered",
        "监测人口占建档立卡人口比例",
        "%",
        "监测对象人数与建档立卡人数之比；国开发〔2020〕6号：一般为5%左右，深度贫困地区原则上不超过10%。",
        _people_of(_watched),
        denominator="registry.persons",
        decimals=2,
        drill=f"{PERSONS}?watched=1",
    ),
    Figure(
        "monitoring.without_measure_households",
        "风险缺对应措施户数",
        "户",
        "监测对象中，至少一项风险没有对应类别的在用帮扶措施的户数（对应关系见规则库）。",
        lambda day: matching.without_measure(_watched(day), day),
        good="down",
        drill=f"{HOMES}?lacking=1",
    ),
    Figure(
        "monitoring.follow_ups_due",
        "近期应回访户数",
        "户",
        "三日内到期和已超期、尚未登记的跟踪回访户数。",
        lambda day: queries.due_soon(FollowUp.objects.all(), day),
        drill=f"{VISITS}?due=1",
    ),
    Figure(
        "monitoring.follow_ups_late",
        "回访超期户数",
        "户",
        "已过期限尚未登记的跟踪回访户数。",
        lambda day: FollowUp.objects.filter(done_on=None, due_on__lt=day),
        good="down",
        drill=f"{VISITS}?late=1",
    ),
    Figure(
        "monitoring.leads_open",
        "待处置线索条数",
        "条",
        "尚未处置的监测线索条数。",
        lambda _day: Lead.objects.filter(state="open"),
        good="down",
        drill=f"{LEADS}?state=open",
    ),
    Figure(
        "monitoring.leads_month",
        "本月线索条数",
        "条",
        "本月发现的监测线索条数，因证据变化被更新的旧线索不计。",
        lambda day: queries.found_in_month(Lead.objects.all(), day),
        drill=f"{LEADS}?this_month=1",
    ),
    Figure(
        "monitoring.village_workers",
        "村级扶贫工作人员数",
        "人",
        "在任村（社区）扶贫工作人员的授权数，一人在两村的计两次。",
        _workers,
    ),
    Figure(
        "monitoring.leads_per_worker",
        "每名村级工作人员本月线索",
        "条/人",
        "本月线索条数与村级扶贫工作人员数之比：基层负担的衡量。",
        lambda day: queries.found_in_month(Lead.objects.all(), day),
        denominator="monitoring.village_workers",
        decimals=1,
        good="down",
        drill=f"{LEADS}?this_month=1",
    ),
    Figure(
        "monitoring.rule_leads_decided",
        "规则线索已判定条数",
        "条",
        "规则筛查的线索中，已判定纳入或不纳入的条数；已在册的不计。",
        _decided_by_rule("included", "not_included"),
        drill=f"{LEADS}?by_rule=1&state=included&state=not_included",
    ),
    Figure(
        "monitoring.rule_precision",
        "规则线索查准率",
        "%",
        "规则筛查的线索中，已判定的条数里纳入的占比。各条规则分别的查准率见“规则成效”。",
        _decided_by_rule("included"),
        denominator="monitoring.rule_leads_decided",
        decimals=1,
        good="up",
        drill=f"{LEADS}?by_rule=1&state=included",
    ),
    Figure(
        "monitoring.rule_false_alarms",
        "规则线索误报率",
        "%",
        "规则筛查的线索中，已判定的条数里不纳入的占比。",
        _decided_by_rule("not_included"),
        denominator="monitoring.rule_leads_decided",
        decimals=1,
        good="down",
        drill=f"{LEADS}?by_rule=1&state=not_included",
    ),
    Figure(
        "monitoring.discrepancies_open",
        "待核对比对疑点",
        "条",
        "“待核实信号”“数据核查”两类规则命中、尚未更正或答复的比对疑点条数，同一户同一规则计一条。",
        lambda _day: Discrepancy.objects.filter(state="open"),
        good="down",
        drill=f"{DOUBTS}?state=open",
    ),
    Figure(
        "monitoring.discrepancies_late",
        "比对疑点超期条数",
        "条",
        "已过答复期限尚未更正或答复的比对疑点条数。",
        lambda day: queries.unanswered(Discrepancy.objects.all(), day),
        good="down",
        drill=f"{DOUBTS}?late=1",
    ),
    Figure(
        "monitoring.discrepancies_confirmed",
        "核对属实的比对疑点",
        "条",
        "村（社区）核对后答复“属实”的比对疑点条数。",
        lambda _day: Discrepancy.objects.filter(state="confirmed"),
        drill=f"{DOUBTS}?state=confirmed",
    ),
    Figure(
        "monitoring.discrepancies_mended",
        "已更正和消除的比对疑点",
        "条",
        "答复“已更正”和再次比对不再命中的比对疑点条数。",
        lambda _day: Discrepancy.objects.filter(state__in=("corrected", "cleared")),
        good="up",
        drill=f"{DOUBTS}?state=corrected&state=cleared",
    ),
)
