"""Splits, merges, transfers and moves: what is written, what is refused, what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from shouwang.kernel import figures, shifts
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry import actions, queries, reshape
from shouwang.ledgers.registry.models import HelperAssignment, Household, HouseholdChange, IncomeStatement, Member, ProgrammeStatus
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import SINCE, TODAY, add_helper, add_income, add_member, add_status, make_household
from tests.ledgers.registry.reshaping import BASIS, acts, basis, broken, family, sons, whole

DAY = dt.timedelta(days=1)


@pytest.fixture
def clerk(city: City) -> Scope:
    """The clerk of 海门镇."""
    return scope(make_user("town", city.offices["440513100-zf"], "town_clerk"))


@pytest.fixture
def county(city: City) -> Scope:
    """The clerk of 潮阳区."""
    return scope(make_user("county", city.offices["440513-fpb"], "office_clerk"))


@pytest.fixture
def neighbour(city: City) -> Scope:
    """The clerk of 成田镇, in the other district."""
    return scope(make_user("neighbour", city.offices["440514103-zf"], "town_clerk"))


@pytest.fixture
def told() -> Iterator[list[shifts.HouseholdShift]]:
    """What other ledgers are told."""
    before, heard = shifts.installed(), []
    shifts.install([*before, heard.append])
    yield heard
    shifts.install(before)


class TestSplit:
    def test_members_leave_to_a_new_household_with_the_next_number(
        self, city: City, clerk: Scope, told: list[shifts.HouseholdShift]
    ) -> None:
        village = city.villages[0]
        add_member(make_household(village, code=f"{village.code}00041"))
        household, (father, son, boy) = family(village, "陈父", "陈子", "陈孙")
        made = reshape.split(
            household, sons([son, boy], son), {father.pk: "head"}, basis=BASIS, hamlet="第2村民小组", by=clerk, today=TODAY
        )
        new = made.target
        assert (new.code, new.head_name, new.hamlet, new.village_id) == (f"{village.code}00042", "陈子", "第2村民小组", village.pk)
        assert set(Member.objects.filter(household=new).values_list("name", "relation")) == {("陈子", "head"), ("陈孙", "son")}
        assert (made.kind, made.state, made.source, made.effective) == ("split", "done", household, TODAY)
        assert made.registered_by == "潮阳区海门镇人民政府 town"
        assert sorted(made.members.values_list("member_id", "relation_before", "relation_after")) == [
            (son.pk, "son", "head"),
            (boy.pk, "son", "son"),
        ]
        assert (new.registration, new.standard_system, new.main_cause) == ("poor", "gd_relative", "illness")
        period = ProgrammeStatus.objects.get(household=new)
        assert (period.standing, period.since, period.document) == ("poor", TODAY, BASIS.document)
        assert HelperAssignment.objects.get(household=new).name == "林帮扶"
        assert not IncomeStatement.objects.filter(household=new).exists()
        assert acts(son) == ["registry.household.split"]
        assert told == [shifts.HouseholdShift("split", household.pk, new.pk, (son.pk, boy.pk), made.pk, TODAY)]
        assert broken() == []

    def test_the_old_head_may_leave_when_another_is_named(self, city: City, clerk: Scope) -> None:
        household, (father, son) = family(city.villages[0], "陈父", "陈子")
        reshape.split(household, {father.pk: "head"}, {son.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
        household.refresh_from_db()
        assert household.head_name == "陈子"
        assert broken() == []

    @pytest.mark.parametrize(
        ("leaving", "staying", "words"),
        [
            ({}, {0: "head", 1: "son"}, "分出的户没有成员"),
            ({0: "head", 1: "son"}, {}, "原户没有成员"),
            ({1: "son"}, {0: "head"}, "分出的户没有户主"),
            ({0: "head"}, {1: "son"}, "原户没有户主"),
            ({1: "head"}, {}, "名单与现有成员不一致"),
            ({1: "daughter"}, {0: "head"}, "分出的户没有户主"),
            ({1: "nephew"}, {0: "head"}, "没有户主"),
        ],
    )
    def test_what_does_not_make_two_families_is_refused(
        self, city: City, clerk: Scope, leaving: dict[int, str], staying: dict[int, str], words: str
    ) -> None:
        household, members = family(city.villages[0], "陈父", "陈子")
        by_id = [{members[n].pk: r for n, r in part.items()} for part in (leaving, staying)]
        with pytest.raises(Refused, match=words):
            reshape.split(household, *by_id, basis=BASIS, by=clerk, today=TODAY)
        assert Household.objects.count() == 1
        assert not HouseholdChange.objects.exists()

    def test_relation_against_sex_is_refused(self, city: City, clerk: Scope) -> None:
        household, (father, son, boy) = family(city.villages[0], "陈父", "陈子", "陈孙")
        with pytest.raises(Refused, match="陈孙为男，与户主关系“之女”，两者矛盾"):
            reshape.split(household, {son.pk: "head", boy.pk: "daughter"}, {father.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)

    @pytest.mark.parametrize(("day", "words"), [(TODAY + DAY, "晚于今天"), (SINCE - DAY, "早于陈子的加入日期")])
    def test_dates_that_do_not_fit_are_refused(self, city: City, clerk: Scope, day: dt.date, words: str) -> None:
        household, (father, son) = family(city.villages[0], "陈父", "陈子", registered=False)
        with pytest.raises(Refused, match=words):
            reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=basis(day), by=clerk, today=TODAY)

    def test_leaving_without_the_standing_is_the_countys(self, city: City, clerk: Scope, county: Scope) -> None:
        household, (father, son) = family(city.villages[0], "陈父", "陈子")
        with pytest.raises(NotPermitted, match="须由区（县）"):
            reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, inherit=False, by=clerk, today=TODAY)
        made = reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, inherit=False, by=county, today=TODAY)
        assert (made.target.registration, made.target.statuses.count()) == ("", 0)

    def test_another_town_may_not_split(self, city: City, neighbour: Scope) -> None:
        household, (father, son) = family(city.villages[0], "陈父", "陈子")
        with pytest.raises(NotPermitted):
            reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, by=neighbour, today=TODAY)

    def test_a_member_added_later_gets_no_number_of_one_who_left(self, city: City, clerk: Scope) -> None:
        village = city.villages[0]
        household = make_household(village, code=f"{village.code}00001")
        father, son = (add_member(household, code=f"{household.code}0{n}", relation=r) for n, r in ((1, "head"), (2, "son")))
        reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
        values = {"name": "陈新", "sex": "male", "birth_date": TODAY, "relation": "son", "joined_on": TODAY}
        assert actions.add_member(household, values, by=clerk, today=TODAY).code == f"{household.code}03"


class TestMerge:
    def test_one_household_goes_into_the_other_and_is_kept(self, city: City, clerk: Scope, told: list[shifts.HouseholdShift]) -> None:
        source, (old, young) = family(city.villages[0], "林甲", "林乙")
        target, (head,) = family(city.villages[1], "林丙")
        relations = {old.pk: "father", young.pk: "son", head.pk: "head"}
        made = reshape.merge(source, target, relations, basis=BASIS, by=clerk, today=TODAY)
        source.refresh_from_db()
        assert (source.closed_on, source.closed_reason, source.merged_into_id) == (TODAY, "merged", target.pk)
        assert source.registration == ""
        assert source.statuses.get().until == TODAY
        assert source.helpers.get().until == TODAY
        assert source.incomes.count() == target.incomes.count() == 1
        assert target.members.filter(left_on=None).count() == 3
        assert old.code in set(target.members.values_list("code", flat=True))
        assert {h.pk for h in queries.households(clerk)} == {target.pk}
        assert told[-1] == shifts.HouseholdShift("merged", source.pk, target.pk, (old.pk, young.pk), made.pk, TODAY)
        assert broken() == []

    def test_a_closed_household_is_counted_by_no_figure_and_every_person_still_is(self, city: City, clerk: Scope) -> None:
        source, (old,) = family(city.villages[0], "林甲")
        target, (head,) = family(city.villages[0], "林乙")
        wanted = ("households", "persons", "not_exited_persons", "income_persons", "without_helper_households")

        def counted() -> list[int | None]:
            return [figures.value(figures.get(f"registry.{c}"), TODAY, place=city.city.place).numerator for c in wanted]

        assert counted() == [2, 2, 2, 2, 0]
        reshape.merge(source, target, {old.pk: "other", head.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
        assert counted() == [1, 2, 2, 1, 0]

    def test_the_head_of_the_closed_household_may_lead(self, city: City, clerk: Scope) -> None:
        source, (old,) = family(city.villages[0], "林甲")
        target, (young,) = family(city.villages[0], "林乙")
        reshape.merge(source, target, {old.pk: "head", young.pk: "son"}, basis=BASIS, by=clerk, today=TODAY)
        target.refresh_from_db()
        assert target.head_name == "林甲"
        assert broken() == []

    def test_a_member_entered_in_both_is_taken_off(self, city: City, clerk: Scope) -> None:
        source, (twice, wife) = family(city.villages[0], "林甲", "林妻")
        target, (head,) = family(city.villages[0], "林甲")
        made = reshape.merge(source, target, {wife.pk: "other", head.pk: "head"}, duplicates=[twice.pk], basis=BASIS, by=clerk, today=TODAY)
        twice.refresh_from_db()
        assert (twice.household_id, twice.left_on, twice.left_reason) == (source.pk, TODAY, "duplicate")
        assert target.members.filter(left_on=None).count() == 2
        reshape.undo(made, reason="查明是两人", by=clerk, today=TODAY)
        assert set(whole(source)) == {twice.pk, wife.pk}
        assert broken() == []

    def test_standings_that_differ_are_the_countys(self, city: City, clerk: Scope, county: Scope) -> None:
        source, (poor,) = family(city.villages[0], "林甲")
        target, (head,) = family(city.villages[0], "林乙", registered=False)
        relations = {poor.pk: "other", head.pk: "head"}
        with pytest.raises(NotPermitted, match="须由区（县）"):
            reshape.merge(source, target, relations, basis=BASIS, by=clerk, today=TODAY)
        made = reshape.merge(source, target, relations, basis=BASIS, inherit=True, by=county, today=TODAY)
        target.refresh_from_db()
        assert (target.registration, target.standard_system) == ("poor", "gd_relative")
        assert broken() == []
        reshape.undo(made, reason="登记有误", by=county, today=TODAY)
        for row in (source, target):
            row.refresh_from_db()
        assert (source.registration, target.registration, target.standard_system) == ("poor", "", "ordinary")
        assert broken() == []

    def test_undo_gives_back_members_periods_and_helpers(self, city: City, clerk: Scope, told: list[shifts.HouseholdShift]) -> None:
        source, (old, young) = family(city.villages[0], "林甲", "林乙")
        target, (head,) = family(city.villages[1], "林丙")
        before = (whole(source), whole(target))
        made = reshape.merge(source, target, {old.pk: "head", young.pk: "son", head.pk: "son"}, basis=BASIS, by=clerk, today=TODAY)
        reshape.undo(made, reason="登记有误", by=clerk, today=TODAY)
        source.refresh_from_db()
        made.refresh_from_db()
        assert (whole(source), whole(target)) == before
        assert (source.closed_on, source.merged_into, source.registration, made.state) == (None, None, "poor", "undone")
        assert source.statuses.get().until is source.helpers.get().until is None
        assert told[-1] == shifts.HouseholdShift("restored", target.pk, source.pk, (old.pk, young.pk), made.pk, TODAY)
        assert broken() == []

    @pytest.mark.parametrize("since", ["income", "left", "relation", "status", "split", "head"])
    def test_undo_names_what_rests_on_the_merge(self, city: City, county: Scope, since: str) -> None:
        source, (old, young) = family(city.villages[0], "林甲", "林乙")
        target, (head, son) = family(city.villages[1], "林丙", "林丁")
        first = "head" if since == "head" else "father"
        relations = {old.pk: first, young.pk: "brother", head.pk: "brother" if since == "head" else "head", son.pk: "son"}
        made = reshape.merge(source, target, relations, basis=BASIS, by=county, today=TODAY)
        if since == "income":
            add_income(target, checked_on=TODAY, window_type="calendar", is_latest=False)
        elif since == "left":
            Member.objects.filter(pk=young.pk).update(left_on=TODAY, left_reason="died")
        elif since == "relation":
            Member.objects.filter(pk=young.pk).update(relation="other")
        elif since == "status":
            ProgrammeStatus.objects.filter(household=target).update(until=TODAY)
        elif since == "head":
            add_member(target, name="林新", relation="son")
        else:
            reshape.split(
                target, {son.pk: "head"}, {old.pk: first, young.pk: "brother", head.pk: "head"}, basis=BASIS, by=county, today=TODAY
            )
        words = {
            "income": "登记收入", "left": "林乙已减少或转出", "relation": "修改了林乙与户主关系", "status": "属性已变更", "split": "又办理了分户",
            "head": "林新加入现户",
        }  # fmt: skip
        with pytest.raises(Refused, match=words[since]):
            reshape.undo(made, reason="登记有误", by=county, today=TODAY)
        source.refresh_from_db()
        assert source.closed_on == TODAY

    def test_a_closed_household_takes_no_more_acts(self, city: City, county: Scope) -> None:
        source, (old,) = family(city.villages[0], "林甲")
        target, (head,) = family(city.villages[0], "林乙")
        reshape.merge(source, target, {old.pk: "other", head.pk: "head"}, basis=BASIS, by=county, today=TODAY)
        source.refresh_from_db()
        for act in (
            lambda: actions.edit_household(source, {"hamlet": "甲组"}, by=county, today=TODAY, version=None),
            lambda: actions.add_member(source, {"name": "林新"}, by=county, today=TODAY),
            lambda: actions.assign_helper(source, name="林帮", since=TODAY, by=county, today=TODAY),
            lambda: reshape.move(source, city.villages[2], basis=BASIS, by=county, today=TODAY),
            lambda: reshape.merge(target, source, {}, basis=BASIS, by=county, today=TODAY),
        ):
            with pytest.raises(Refused, match=f"已于 {TODAY} 并入户编号 {target.code} 的户"):
                act()

    def test_a_split_is_undone_by_merging_back(self, city: City, clerk: Scope) -> None:
        household, (father, son) = family(city.villages[0], "陈父", "陈子")
        before = whole(household)
        made = reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
        with pytest.raises(Refused, match="请办理并户，把分出的户并回原户"):
            reshape.undo(made, reason="登记有误", by=clerk, today=TODAY)
        reshape.merge(made.target, household, before, basis=BASIS, by=clerk, today=TODAY)
        assert whole(household) == before
        assert broken() == []


class TestTransfer:
    def test_a_member_marries_into_another_household(self, city: City, clerk: Scope) -> None:
        source, (father, son) = family(city.villages[0], "陈父", "陈子")
        target, (head,) = family(city.villages[1], "林丙")
        made = reshape.transfer(source, target, {son.pk: "son_in_law"}, {father.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
        assert whole(target) == {head.pk: "head", son.pk: "son_in_law"}
        assert (made.kind, made.members.count()) == ("transfer", 1)
        assert broken() == []

    def test_all_members_are_a_merge(self, city: City, clerk: Scope) -> None:
        source, (father,) = family(city.villages[0], "陈父")
        target, _head = family(city.villages[1], "林丙")
        with pytest.raises(Refused, match="请办理并户"):
            reshape.transfer(source, target, {father.pk: "other"}, {}, basis=BASIS, by=clerk, today=TODAY)


class TestMove:
    def test_inside_the_own_place_all_rows_follow_at_once(self, city: City, clerk: Scope, told: list[shifts.HouseholdShift]) -> None:
        household, members = family(city.villages[0], "陈父", "陈子")
        made = reshape.move(household, city.villages[1], basis=BASIS, hamlet="第9村民小组", by=clerk, today=TODAY)
        household.refresh_from_db()
        assert (household.village_id, household.hamlet, made.state) == (city.villages[1].pk, "第9村民小组", "done")
        assert made.origin == city.villages[0]
        assert told[-1] == shifts.HouseholdShift("moved", household.pk, household.pk, tuple(m.pk for m in members), made.pk, TODAY)
        assert broken() == []

    def test_to_another_district_waits_for_the_receiving_place(self, city: City, clerk: Scope, neighbour: Scope) -> None:
        household, _members = family(city.villages[0], "陈父", "陈子")
        there = city.at("440514103201")
        made = reshape.move(household, there, basis=BASIS, hamlet="第9村民小组", by=clerk, today=TODAY)
        household.refresh_from_db()
        assert (made.state, household.village_id) == ("asked", city.villages[0].pk)
        item = WorkItem.objects.get(kind="registry.move")
        assert (item.office.code, item.title) == ("440514103-zf", f"迁入申请：户编号 {household.code}，自和睦居委会")
        with pytest.raises(Refused, match="待接收的迁移申请"):
            reshape.move(household, city.villages[1], basis=BASIS, by=clerk, today=TODAY)
        with pytest.raises(NotPermitted, match="只有迁入地"):
            reshape.decide_move(made, "accept", reason="", by=clerk, today=TODAY)
        done = reshape.decide_move(made, "accept", reason="", by=neighbour, today=TODAY)
        household.refresh_from_db()
        assert (done.state, household.village_id, household.county.name) == ("done", there.pk, "潮南区")
        assert not WorkItem.objects.filter(kind="registry.move", state="open").exists()
        assert household not in queries.households(clerk)
        assert household in queries.households(neighbour)
        assert {made.pk} == set(HouseholdChange.objects.within(clerk).values_list("pk", flat=True))
        assert broken() == []

    def test_the_receiving_place_sends_it_back_with_a_reason(self, city: City, clerk: Scope, neighbour: Scope) -> None:
        household, _members = family(city.villages[0], "陈父")
        made = reshape.move(household, city.at("440514103201"), basis=BASIS, by=clerk, today=TODAY)
        with pytest.raises(Refused, match="须写明理由"):
            reshape.decide_move(made, "decline", reason="", by=neighbour, today=TODAY)
        assert reshape.decide_move(made, "decline", reason="查无此户", by=neighbour, today=TODAY).state == "declined"
        again = reshape.move(household, city.at("440514103201"), basis=BASIS, by=clerk, today=TODAY)
        with pytest.raises(NotPermitted, match="只有提出申请的迁出地"):
            reshape.decide_move(again, "withdraw", reason="登记有误", by=neighbour, today=TODAY)
        assert reshape.decide_move(again, "withdraw", reason="登记有误", by=clerk, today=TODAY).state == "withdrawn"
        household.refresh_from_db()
        assert household.village_id == city.villages[0].pk

    def test_to_no_village_or_its_own_is_refused(self, city: City, clerk: Scope) -> None:
        household, _members = family(city.villages[0], "陈父")
        for place, words in ((city.towns[0], "不是现行的村"), (city.villages[0], "该户已在")):
            with pytest.raises(Refused, match=words):
                reshape.move(household, place, basis=BASIS, by=clerk, today=TODAY)


def test_a_hook_that_objects_undoes_the_whole_act(city: City, clerk: Scope) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")

    def object_to(_shift: shifts.HouseholdShift) -> None:
        raise Refused("小额信贷未结清，不能分户。")

    before = shifts.installed()
    shifts.install([object_to])
    try:
        with pytest.raises(Refused, match="未结清"):
            reshape.split(household, {son.pk: "head"}, {father.pk: "head"}, basis=BASIS, by=clerk, today=TODAY)
    finally:
        shifts.install(before)
    assert Household.objects.count() == 1
    assert acts(son) == []


def test_helper_that_began_after_the_effective_day_ends_with_no_length(city: City, county: Scope) -> None:
    source, (old,) = family(city.villages[0], "林甲")
    target, (head,) = family(city.villages[0], "林乙")
    late = add_helper(source, name="林新帮", since=TODAY)
    add_status(target, programme="monitoring", standing="cleared", until=TODAY)
    reshape.merge(source, target, {old.pk: "other", head.pk: "head"}, basis=basis(TODAY - 3 * DAY), by=county, today=TODAY)
    late.refresh_from_db()
    assert late.until == TODAY
