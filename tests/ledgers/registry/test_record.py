"""What the record page says: the derivation adds up, gaps are named, groups that may not be seen say nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import entitlements, finding_lines, finding_queries, queries, record, record_parts
from shouwang.ledgers.registry.models import WATER_FIELDS, CheckFinding, Household
from shouwang.ledgers.registry.record import HIDDEN, WATER_WORDS, Family
from tests.factories.accounts import City
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, add_visit, make_household
from tests.ledgers.registry.families import sound_family


def family(household: Household, *groups: str, today: dt.date = TODAY, **kw: Any) -> Family:
    """The household as someone sees it who sees these groups (none named: all)."""
    return Family(
        household=household,
        members=list(household.members.order_by("id")),
        incomes=list(household.incomes.all()),
        statuses=list(household.statuses.all()),
        helpers=list(household.helpers.all()),
        today=today,
        see=(lambda group: group in groups) if groups else (lambda _group: True),
        **kw,
    )


def owed(household: Household, *groups: str, visits: Any = ()) -> list[str]:
    return [hint.text for hint in entitlements.owed(family(household, *groups), visits)]


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(city.villages[0], phone="15400000001", **dict.fromkeys(WATER_FIELDS, True), housing_grade="a")
    add_status(made, standing="poor")
    add_member(made, name="陈户主")
    add_helper(made)
    return made


def test_the_derivation_adds_up_line_by_line(household: Household) -> None:
    add_income(
        household, persons=3, wage=1_000_000, business=400_000, business_expense=100_000, transfer_dibao=50_000, transfer_pension=25_000,
        property_dividend=10_001, out_of_pocket=200_000, claims_paid=30_000,
    )  # fmt: skip
    statement = household.incomes.get()
    steps = record_parts.derivation(statement, household, TODAY)
    parts = {s.label: s.amount for s in steps}
    shown = [s for s in steps[: [s.label for s in steps].index("家庭纯收入")] if not s.sub]
    total = sum((-s.amount if s.sign == "−" else s.amount for s in shown if s.amount is not None), Decimal(0))
    assert total == parts["家庭纯收入"] == Decimal("13850.01")
    assert parts["转移性收入"] == sum((s.amount for s in steps if s.label in ("低保金", "养老金") and s.amount), Decimal(0))
    assert parts["人均纯收入"] == Decimal("4616.67")
    assert parts["扣除自付、加理赔后人均"] == Decimal("4050.00")
    line = next(s for s in steps if s.label.startswith("收入线"))
    assert (line.amount, line.note[:5]) == (Decimal("616.67"), "不低于收入")


def test_an_unverified_line_says_so(household: Household) -> None:
    household.standard_system = "national_registered"
    add_income(household, wage=1)
    steps = record_parts.derivation(household.incomes.get(), household, dt.date(2019, 6, 1))
    assert any("（待核实）" in s.label for s in steps)


def test_a_sound_household_lacks_nothing(household: Household) -> None:
    add_income(household, wage=500_000)
    assert record.lacks(family(household)) == []


def test_open_findings_are_named_with_their_member_and_accepted_ones_are_not(city: City) -> None:
    found = sound_family(city.villages[0], housing_grade="d")
    found.put(found.wife, insurance="none")
    found.put(found.daughter, insurance="none")
    found.codes()
    CheckFinding.objects.filter(member=found.daughter).update(
        state="accepted", accepted_reason="已参职工医保", accepted_on=TODAY, accepted_until=dt.date(2021, 1, 1)
    )
    seen = family(found.home, findings=finding_queries.findings_of(found.home, Scope.system()))
    assert record.lacks(seen) == ["住 C 级或 D 级危房", "未参加基本医疗保险（林妻）"]
    assert record.tags(seen)[-1] == {"text": "待核查 2 处", "tone": "o"}


def test_the_findings_block_leads_to_the_field_and_offers_what_may_be_done(city: City) -> None:
    found = sound_family(city.villages[0], road_distance=Decimal(9), phone=None)
    found.put(found.head, relation="brother")
    found.put(found.wife, insurance="none")
    found.codes()
    seen = family(found.home, findings=finding_queries.findings_of(found.home, Scope.system()))
    lines = [(x.words, x.severity, x.field, x.mend_url, x.acceptable) for x in finding_lines.lines(seen)]
    home, wife = f"/registry/{found.home.pk}/", f"/registry/members/{found.wife.pk}/edit/"
    assert lines == [
        ("没有户主", "错误", "与户主关系", f"{home}#members", False),
        ("与村主干路距离过远", "疑点", "与村主干路距离（公里）", f"{home}edit/#id_road_distance", True),
        ("未参加基本医疗保险（林妻）", "疑点", "基本医疗保险", f"{wife}#id_insurance", True),
        ("没有联系电话", "提示", "联系电话", f"{home}edit/#id_phone", True),
    ]


def test_gaps_of_members_name_them_and_those_who_left_do_not_count(household: Household) -> None:
    add_income(household, wage=500_000)
    add_member(household, name="陈小一", relation="son", insurance="none", birth_date=dt.date(2010, 1, 1), out_of_school_reason="poverty")
    add_member(household, name="陈小二", relation="son", insurance="none", left_on=TODAY)
    assert owed(household) == ["未参加基本医保：陈小一", "义务教育阶段未上学：陈小一（因贫（经济原因））"]
    assert record.lacks(family(household)) == []


def test_a_house_nobody_lives_in_is_no_gap(household: Household) -> None:
    add_income(household, wage=500_000)
    household.housing_grade, household.housing_lived_in = "d", False
    assert owed(household) == []


def test_without_the_groups_nothing_of_them_is_said(household: Household) -> None:
    add_income(household, wage=100)
    add_member(household, relation="son", insurance="none", health="severe", assistance="dibao")
    seen = family(household, "base", may_reveal=True)
    items = {i.label: i.value for i in record.summary(seen)}
    assert {items[k] for k in ("联系电话", "人均纯收入", "住房", "饮水")} == {HIDDEN}
    assert items["享受政策"] == ""
    assert record.lacks(seen) == []
    assert owed(household, "base") == []
    assert all(i.reveal_url == "" for i in record.summary(seen))
    line = record_parts.member_lines(seen)[1]
    assert {line.id_number, line.health, line.labour, line.school, line.insurance, line.assistance} == {HIDDEN}
    assert [i.value for i in record_parts.guarantees(seen)] == [HIDDEN]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"housing_grade": "d"}, ["住 D级 危房，未改造"]),
        ({"water_quality": False}, ["饮水不达标：水质"]),
        ({"no_labour": True}, ["整户无劳动能力，未享受低保（特困）兜底"]),
        ({}, []),
    ],
)
def test_what_the_household_is_owed_is_named(household: Household, changes: dict[str, Any], words: list[str]) -> None:
    add_income(household, wage=500_000)
    for name, value in changes.items():
        setattr(household, name, value)
    assert owed(household) == words


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"birth_date": dt.date(1960, 2, 17)}, ["满 60 周岁未领取养老金：陈试人"]),
        ({"birth_date": dt.date(1960, 2, 18)}, []),
        ({"birth_date": dt.date(1960, 2, 17), "pension": "drawing"}, []),
        ({"illness_insurance": False}, ["未参加大病保险：陈试人"]),
        ({"health": "severe"}, ["患大病未享受医疗救助：陈试人"]),
        ({"health": "severe", "medical_help": True}, []),
        ({"disability_type": 4, "disability_grade": 2}, ["重度残疾未享受低保（特困），并核对护理补贴：陈试人"]),
        ({"disability_type": 4, "disability_grade": 3}, []),
        ({"disability_type": 4, "disability_grade": 1, "assistance": "dibao"}, []),
        ({"birth_date": dt.date(2010, 1, 1)}, ["义务教育阶段未上学：陈试人（原因未填）"]),
        ({"birth_date": dt.date(2010, 1, 1), "school_status": "primary"}, []),
    ],
)
def test_what_a_member_is_owed_follows_age_illness_and_grade(household: Household, member: dict[str, Any], words: list[str]) -> None:
    add_income(household, wage=500_000)
    add_member(household, name="陈试人", relation="brother", **member)
    assert owed(household) == words


def test_an_unanswered_need_is_owed_until_it_is_answered_or_corrected(household: Household) -> None:
    add_income(household, wage=500_000)
    first = add_visit(household, needs="想外出务工")
    assert owed(household, visits=household.visits.all()) == ["2020-02-17 走访发现：想外出务工"]
    second = add_visit(household, needs="缺种苗", corrects=first)
    assert owed(household, visits=household.visits.all()) == ["2020-02-17 走访发现：缺种苗"]
    second.need_met_on = TODAY
    second.save()
    assert owed(household, visits=household.visits.all()) == []


def test_namesakes_of_the_village_are_told_apart_by_hamlet_and_year(household: Household, city: City) -> None:
    twin = make_household(city.villages[0], head_name=household.head_name, hamlet="第3村民小组")
    add_member(twin, birth_date=dt.date(1965, 5, 1))
    make_household(city.villages[1], head_name=household.head_name)
    found = record_parts.namesake_words(queries.namesakes(Scope.system(), household))
    assert found == [f"第3村民小组，1965 年生，{twin.code}"]


def test_what_is_enjoyed_is_counted(household: Household) -> None:
    add_member(
        household,
        name="陈保洁",
        relation="spouse",
        sex="female",
        assistance="dibao",
        public_post="cleaning",
        public_post_months=3,
        medical_help=True,
    )
    assert record.enjoys(family(household)) == ["低保 1 人", "医疗救助 1 人", "基本医保 2 人", "公益性岗位 1 人（陈保洁）"]


def test_reveal_is_offered_only_where_there_is_something_and_the_right(household: Household) -> None:
    offered = {i.label: i.reveal_url for i in record.summary(family(household, may_reveal=True))}
    assert offered["联系电话"] == f"/registry/reveal/household/{household.pk}/phone/"
    assert not any(i.reveal_url for i in record.summary(family(household)))


def test_a_past_standing_is_called_as_in_its_time(household: Household) -> None:
    past = add_status(household, programme="monitoring", standing="unstable", since=dt.date(2019, 12, 1), until=dt.date(2020, 3, 1))
    assert record.standing_of(past, dt.date(2021, 1, 1)) == "脱贫监测户"


def test_every_water_field_has_its_word() -> None:
    assert set(WATER_WORDS) == set(WATER_FIELDS)
