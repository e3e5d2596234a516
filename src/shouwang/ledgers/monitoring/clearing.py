"""When the risk of a watched household may be called cleared: every condition said in words, none left to judgement alone."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.calendar import add_months
from shouwang.ledgers.monitoring.matching import unmatched
from shouwang.ledgers.monitoring.models import Lead
from shouwang.ledgers.monitoring.rules import rule
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.income import after_medical, below
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import WATER_FIELDS, Household, Member
from shouwang.ledgers.registry.queries import WATCHED


def clear_problems(household: Household, today: dt.date) -> list[str]:
    """What stands against 风险消除 today, one phrase each; nothing = it may be proposed. Source: domain of 国开发〔2020〕6号, rulebook."""
    if household.monitoring not in WATCHED:
        return ["该户不在监测中"]
    out = []
    if household.no_labour:
        out.append("整户无劳动能力，暂不标注风险消除")
    period = household.statuses.filter(programme="monitoring", until=None).first()
    months = int(rule("clear_after", on=today).value)
    if period is not None and today < add_months(period.since, months):
        out.append(f"{in_words('纳入监测', today)}（{period.since}）不满 {months} 个月")
    out += _income_problems(household, today)
    out += _guarantee_problems(household)
    if missing := unmatched(household, today):
        out.append(f"风险“{'、'.join(missing)}”没有对应的帮扶措施")
    if Lead.objects.filter(household=household, state="open").exists():
        out.append("还有待处置的新线索")
    return out


def _income_problems(household: Household, today: dt.date) -> list[str]:
    latest = household.incomes.filter(is_latest=True).first()
    if latest is None:
        return ["没有登记收入"]
    line = line_of("monitored", on=today, region=household.region.code).value
    if below(latest.net, latest.persons, line):
        return [f"最近一期人均纯收入 {latest.per_head:,} 元，低于监测范围 {line:,} 元"]
    rest = after_medical(latest.net, latest.out_of_pocket, latest.claims_paid)
    return ["扣除合规自付支出后低于监测范围，支出没有得到控制"] if below(rest, latest.persons, line) else []


def _guarantee_problems(household: Household) -> list[str]:
    living = Member.objects.filter(household=household, left_on=None)
    out = []
    if household.housing_grade in ("c", "d") and household.housing_lived_in:
        out.append("住房安全没有解决")
    if any(getattr(household, f) is False for f in WATER_FIELDS):
        out.append("饮水安全没有解决")
    if living.filter(insurance="none").exists():
        out.append("有成员未参加基本医疗保险")
    if living.filter(out_of_school_reason="poverty").exists():
        out.append("有适龄儿童因经济原因失学")
    return out
