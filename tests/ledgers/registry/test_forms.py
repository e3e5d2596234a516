"""What the forms refuse, at which field and with which remedy; sealed fields left as their mask stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from shouwang.kernel.regions.scope import Hold, Scope
from shouwang.ledgers.registry.act_forms import AMOUNTS, IncomeForm, StandingForm
from shouwang.ledgers.registry.forms import HOUSEHOLD_SECTIONS, MEMBER_SECTIONS, HouseholdForm, MemberForm
from shouwang.ledgers.registry.models import Household, Member
from tests.factories.accounts import City
from tests.factories.registry import TODAY, add_income, add_member, make_household

SYSTEM = Scope.system()
GOOD: dict[str, Any] = {
    "name": "陈测试",
    "relation": "son",
    "sex": "male",
    "birth_date": "1990-05-12",
    "ethnic_group": "HA",
    "id_type": "resident",
    "id_number": "440513199005120039",
    "joined_on": "2016-06-01",
    "school_status": "not_in_school",
    "health": "healthy",
    "insurance": "resident",
    "labour": "ordinary",
    "pension": "none",
    "assistance": "none",
    "public_post": "none",
    "public_post_months": "0",
}


def member_form(member: Member | None = None, scope: Scope = SYSTEM, **changes: Any) -> MemberForm:
    data = {k: v for k, v in {**GOOD, **changes}.items() if v is not None}
    return MemberForm(data, instance=member or Member(), scope=scope, today=TODAY)


def test_a_good_member_passes_and_gives_typed_values() -> None:
    form = member_form()
    assert form.is_valid(), form.errors
    values = form.values()
    assert (values["birth_date"], values["id_number"], values["disability_type"]) == (dt.date(1990, 5, 12), GOOD["id_number"], None)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"id_number": "440513199005120031"}, "id_number", "校验位不符"),
        ({"id_number": "44051319900512003"}, "id_number", "应为 18 位"),
        ({"id_number": "44051319901312003X"}, "id_number", "不是有效的出生日期"),
        ({"id_number": ""}, "id_number", "须填写证件号码"),
        ({"birth_date": "1990-05-13"}, "id_number", "与填写的出生日期 1990-05-13 不一致"),
        ({"sex": "female", "relation": "daughter"}, "id_number", "与填写的性别不一致"),
        ({"relation": "daughter"}, "relation", "“之女”和性别“男”矛盾"),
        ({"birth_date": "2020-02-18", "id_type": "none"}, "birth_date", "2020-02-18"),
        ({"birth_date": "1899-01-01", "id_type": "none"}, "birth_date", "应在 1900 年"),
        ({"joined_on": "1989-01-01"}, "joined_on", "早于出生日期"),
        ({"phone": "1234567"}, "phone", "共 7 位数字"),
        ({"out_of_school_reason": "poverty"}, "out_of_school_reason", "6 至 15 周岁"),
        ({"disability_type": "4"}, "disability_grade", "须同时填写"),
        ({"health": "disabled"}, "disability_type", "须填写残疾类别和等级"),
        ({"public_post_months": "3"}, "public_post_months", "没有公益性岗位"),
        ({"public_post": "road", "public_post_months": "13"}, "public_post_months", "超过 12"),
        (
            {"public_post": "road", "birth_date": "1949-01-01", "id_type": "none", "id_number": ""},
            "public_post",
            "16 至 69 周岁",
        ),
        ({"name": ""}, "name", "必填"),
        ({"relation": "cousin"}, "relation", "cousin"),
    ],
)
def test_bad_members_are_refused_at_the_field_with_a_remedy(changes: dict[str, str], field: str, words: str) -> None:
    form = member_form(**changes)
    assert not form.is_valid()
    said = " ".join(form.errors.get(field, []))
    assert words in said, form.errors


def test_a_disability_certificate_number_fills_type_and_grade() -> None:
    form = member_form(id_number="440513199005120039" + "43", health="disabled")
    assert form.is_valid(), form.errors
    values = form.values()
    assert (values["id_number"], values["disability_type"], values["disability_grade"]) == ("440513199005120039", 4, 3)


def test_typed_spaces_and_small_x_are_forgiven() -> None:
    form = member_form(id_number="440513 19900512 002x ", phone="154 0000-0001")
    form.is_valid()
    assert "id_number" not in form.errors or "校验位" in form.errors["id_number"][0]
    assert form.cleaned_data["phone"] == "15400000001"


def test_a_sealed_field_left_as_its_mask_stays(city: City) -> None:
    member = add_member(make_household(city.villages[0]), id_number=GOOD["id_number"], phone="15400000001", birth_date=dt.date(1990, 5, 12))
    form = member_form(member, id_number="440513********0039", phone="154****0001")
    assert form.is_valid(), form.errors
    assert not {"id_number", "phone"} & form.values().keys()


def test_a_birth_date_that_contradicts_the_stored_number_is_refused(city: City) -> None:
    member = add_member(make_household(city.villages[0]), id_number=GOOD["id_number"], birth_date=dt.date(1990, 5, 12))
    form = member_form(member, id_number="440513********0039", birth_date="1991-05-12")
    assert "不一致" in form.errors["birth_date"][0]


def test_fields_of_a_group_the_person_does_not_see_are_not_in_the_form(city: City) -> None:
    narrow = Scope(1, "某", None, (Hold("x", frozenset({"registry.edit"}), city.city.place, frozenset({"base"})),))
    form = member_form(scope=narrow, id_number=None)
    assert "name" in form.fields
    assert not {"id_number", "phone", "health", "labour"} & form.fields.keys()
    assert "phone" not in HouseholdForm(instance=Household(), scope=narrow, today=TODAY).fields


def test_sections_hold_at_most_seven_fields_and_all_of_them() -> None:
    for sections, form in (
        (HOUSEHOLD_SECTIONS, HouseholdForm(instance=Household(), scope=SYSTEM, today=TODAY)),
        (MEMBER_SECTIONS, MemberForm(instance=Member(), scope=SYSTEM, today=TODAY)),
        (IncomeForm.sections, IncomeForm(today=TODAY)),
    ):
        assert all(len(part[1]) <= 7 for part in sections)
        assert set(form.fields) <= {name for part in sections for name in part[1]}


def household_form(**changes: Any) -> HouseholdForm:
    return HouseholdForm({"kind": "general", "housing_lived_in": "on", **changes}, instance=Household(), scope=SYSTEM, today=TODAY)


def test_household_yes_no_unknown_stay_three_values() -> None:
    form = household_form(water_quantity="true", water_quality="false", water_access="")
    assert form.is_valid(), form.errors
    values = form.values()
    assert (values["water_quantity"], values["water_quality"], values["water_access"]) == (True, False, None)


def test_other_causes_are_stored_without_the_main_one() -> None:
    form = household_form(main_cause="illness", other_causes=["illness", "disability", "no_labour"])
    assert form.is_valid(), form.errors
    assert form.values()["other_causes"] == "disability,no_labour"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"arable_land": "-1"}, "arable_land", "0"),
        ({"arable_land": "1.234"}, "arable_land", "2"),
        ({"arable_land": "一亩"}, "arable_land", "数字"),
        ({"phone": "0754-8"}, "phone", "区号"),
        ({"collected_on": "2020-02-18"}, "collected_on", "晚于今天"),
        ({"kind": "rich"}, "kind", "rich"),
    ],
)
def test_bad_households_are_refused_at_the_field(changes: dict[str, str], field: str, words: str) -> None:
    form = household_form(**changes)
    assert not form.is_valid()
    assert words in " ".join(form.errors.get(field, [])), form.errors


def test_income_is_typed_in_yuan_and_given_in_fen() -> None:
    data = {"window_type": "oct_sep", "checked_on": "2020-02-17", "persons": "3", **dict.fromkeys(AMOUNTS, "0"), "wage": "12000.55"}
    form = IncomeForm(data, today=TODAY)
    assert form.is_valid(), form.errors
    assert form.amounts()["wage"] == 1_200_055


@pytest.mark.parametrize(("wage", "words"), [("-1", "0"), ("5000001", "5000000"), ("abc", "数字"), ("", "必填")])
def test_impossible_amounts_are_refused(wage: str, words: str) -> None:
    data = {"window_type": "oct_sep", "checked_on": "2020-02-17", "persons": "3", **dict.fromkeys(AMOUNTS, "0"), "wage": wage}
    form = IncomeForm(data, today=TODAY)
    assert words in " ".join(form.errors["wage"])


def test_a_correction_starts_from_the_stored_amounts(city: City) -> None:
    statement = add_income(make_household(city.villages[0]), wage=123_45, persons=2)
    form = IncomeForm(today=TODAY, statement=statement)
    assert str(form.fields["wage"].initial) == "123.45"
    assert form.fields["persons"].initial == 2
    assert "reason" in form.fields
    assert "window_type" not in form.fields


def test_a_standing_asks_for_what_its_move_needs() -> None:
    assert set(StandingForm(move="exit", today=TODAY).fields) == {"since", "document", "reason"}
    assert set(StandingForm(move="watch_borderline", today=TODAY).fields) == {"since", "document", "risks", "reason"}
    assert set(StandingForm(move="register", today=TODAY).fields) == {"since", "document", "standard_system", "reason"}
