"""Every write of the registry: who may, what is refused, what the audit keeps."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused, Stale
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import actions
from shouwang.ledgers.registry.actions import Decision
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, ProgrammeStatus
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import SINCE, TODAY, add_helper, add_income, add_member, add_status, make_household

NOON = dt.datetime(2020, 2, 17, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def clerk(city: City) -> Scope:
    """The clerk of 海门镇."""
    return scope(make_user("town", city.offices["440513100-zf"], "town_clerk"))


@pytest.fixture
def county(city: City) -> Scope:
    """The clerk of 潮阳区."""
    return scope(make_user("county", city.offices["440513-fpb"], "office_clerk"))


@pytest.fixture
def household(city: City) -> Household:
    return make_household(city.villages[0], head_name="陈户主")


def last_event() -> Event:
    event = Event.objects.order_by("-id").first()
    assert event is not None
    return event


class TestHousehold:
    def test_edit_writes_fields_version_and_audit(self, household: Household, clerk: Scope) -> None:
        actions.edit_household(household, {"hamlet": "第3村民小组", "phone": "15400000001"}, by=clerk, today=TODAY, version=1)
        household.refresh_from_db()
        assert (household.hamlet, household.version, household.phone.reveal()) == ("第3村民小组", 2, "15400000001")
        event = last_event()
        assert event.verb == "registry.household.edit"
        assert event.changes["hamlet"] == ["", "第3村民小组"]
        assert event.changes["phone"] == [None, "154****0001"]

    def test_edit_of_an_old_version_is_refused_and_writes_nothing(self, household: Household, clerk: Scope) -> None:
        actions.edit_household(household, {"hamlet": "甲组"}, by=clerk, today=TODAY, version=1)
        with pytest.raises(Stale, match="已被他人修改"):
            actions.edit_household(household, {"hamlet": "乙组"}, by=clerk, today=TODAY, version=1)
        household.refresh_from_db()
        assert household.hamlet == "甲组"

    def test_edit_of_the_same_values_writes_nothing(self, household: Household, clerk: Scope) -> None:
        actions.edit_household(household, {"hamlet": ""}, by=clerk, today=TODAY, version=1)
        household.refresh_from_db()
        assert household.version == 1
        assert not Event.objects.exists()

    def test_another_town_may_not_edit(self, city: City, household: Household) -> None:
        other = scope(make_user("other", city.offices["440514101-zf"], "town_clerk"))
        with pytest.raises(NotPermitted):
            actions.edit_household(household, {"hamlet": "甲组"}, by=other, today=TODAY, version=1)

    def test_a_helper_may_not_edit_an_assigned_household(self, city: City, household: Household) -> None:
        user = make_user("h", city.offices["440514-fpb"], "helper")
        add_helper(household, user=user)
        with pytest.raises(NotPermitted):
            actions.edit_household(household, {"hamlet": "甲组"}, by=scope(user), today=TODAY, version=1)


NEW: dict[str, Any] = {
    "name": "陈新丁",
    "relation": "son",
    "sex": "male",
    "birth_date": dt.date(2019, 12, 1),
    "joined_on": dt.date(2019, 12, 1),
    "id_number": "440513201912010017",
}


class TestMembers:
    def test_added_member_gets_the_next_code_and_lies_with_the_household(self, household: Household, clerk: Scope) -> None:
        add_member(household, code=f"{household.code}07")
        member = actions.add_member(household, NEW, by=clerk, today=TODAY)
        assert member.code == f"{household.code}08"
        assert member.village_id == household.village_id
        assert member.id_number.reveal() == NEW["id_number"]
        assert last_event().changes["id_number"] == [None, "440513********0017"]

    def test_second_head_is_refused_by_name(self, household: Household, clerk: Scope) -> None:
        add_member(household, name="陈户主")
        with pytest.raises(Refused, match="已有户主“陈户主”"):
            actions.add_member(household, {**NEW, "relation": "head"}, by=clerk, today=TODAY)
        assert household.members.count() == 1

    def test_household_follows_the_name_of_its_head(self, household: Household, clerk: Scope) -> None:
        head = add_member(household, name="陈户主")
        actions.edit_member(head, {"name": "陈改名"}, by=clerk, today=TODAY, version=1)
        household.refresh_from_db()
        assert household.head_name == "陈改名"

    def test_leaving_keeps_the_member_with_day_and_reason(self, household: Household, clerk: Scope) -> None:
        add_member(household)
        son = add_member(household, name="陈次子", relation="son")
        gone = actions.register_leaving(son, left_on=TODAY, left_reason="moved", reason="户口迁往市区", by=clerk, today=TODAY, version=1)
        assert (gone.left_on, gone.left_reason) == (TODAY, "moved")
        with pytest.raises(Refused, match="已于 2020-02-17 登记减少"):
            actions.register_leaving(son, left_on=TODAY, left_reason="moved", reason="重复", by=clerk, today=TODAY, version=None)

    @pytest.mark.parametrize(
        ("day", "words"),
        [(TODAY + dt.timedelta(1), "晚于今天"), (SINCE - dt.timedelta(1), "早于加入日期")],
    )
    def test_impossible_days_of_leaving_are_refused(self, household: Household, clerk: Scope, day: dt.date, words: str) -> None:
        son = add_member(household, relation="son")
        with pytest.raises(Refused, match=words):
            actions.register_leaving(son, left_on=day, left_reason="died", reason="病故", by=clerk, today=TODAY, version=None)

    def test_head_of_several_may_not_leave_before_another_is_named(self, household: Household, clerk: Scope) -> None:
        head = add_member(household)
        add_member(household, relation="spouse", sex="female")
        with pytest.raises(Refused, match="登记新户主"):
            actions.register_leaving(head, left_on=TODAY, left_reason="died", reason="病故", by=clerk, today=TODAY, version=None)

    def test_leaving_without_a_reason_is_refused(self, household: Household, clerk: Scope) -> None:
        son = add_member(household, relation="son")
        with pytest.raises(Refused, match="须写明理由"):
            actions.register_leaving(son, left_on=TODAY, left_reason="died", reason=" ", by=clerk, today=TODAY, version=None)


class TestIncome:
    def test_a_later_window_becomes_the_last(self, household: Household, clerk: Scope) -> None:
        old = add_income(household, wage=100_00, checked_on=dt.date(2018, 11, 1))
        made = actions.record_income(
            household,
            {"wage": 900_00, "business_expense": 100_00},
            persons=2,
            window_type="oct_sep",
            checked_on=TODAY,
            by=clerk,
            today=TODAY,
        )
        old.refresh_from_db()
        assert (made.net, made.is_latest, old.is_latest) == (800_00, True, False)
        assert made.window_start == dt.date(2018, 10, 1)

    def test_an_earlier_window_entered_late_does_not(self, household: Household, clerk: Scope) -> None:
        latest = add_income(household, wage=100_00)
        made = actions.record_income(
            household, {"wage": 1}, persons=1, window_type="oct_sep", checked_on=dt.date(2018, 11, 1), by=clerk, today=TODAY
        )
        latest.refresh_from_db()
        assert (made.is_latest, latest.is_latest) == (False, True)

    def test_the_same_window_twice_is_refused(self, household: Household, clerk: Scope) -> None:
        add_income(household, wage=100_00)
        with pytest.raises(Refused, match="同一周期不能登记两次"):
            actions.record_income(household, {"wage": 1}, persons=1, window_type="oct_sep", checked_on=TODAY, by=clerk, today=TODAY)
        assert IncomeStatement.objects.count() == 1

    def test_a_check_in_the_future_is_refused(self, household: Household, clerk: Scope) -> None:
        day = TODAY + dt.timedelta(1)
        with pytest.raises(Refused, match="晚于今天"):
            actions.record_income(household, {}, persons=1, window_type="rolling", checked_on=day, by=clerk, today=TODAY)

    def test_correction_needs_a_reason_and_recomputes_net(self, household: Household, clerk: Scope) -> None:
        statement = add_income(household, wage=100_00, business=50_00)
        with pytest.raises(Refused, match="理由"):
            actions.correct_income(statement, {"wage": 1}, persons=1, reason="", by=clerk, today=TODAY, version=1)
        fixed = actions.correct_income(statement, {"wage": 200_00}, persons=2, reason="漏报三个月工资", by=clerk, today=TODAY, version=1)
        assert (fixed.net, fixed.persons) == (250_00, 2)
        assert last_event().reason == "漏报三个月工资"


DECIDED = Decision(since=dt.date(2020, 1, 10), document="汕阳扶组〔2020〕1号")


class TestProgrammeStatus:
    def test_exit_closes_the_open_period_and_opens_the_next(self, household: Household, county: Scope) -> None:
        add_status(household, standing="poor")
        after = actions.change_programme_status(household, "exit", DECIDED, reason="年度动态管理", by=county, today=TODAY)
        periods = list(ProgrammeStatus.objects.filter(household=household).order_by("since").values_list("standing", "since", "until"))
        assert periods == [("poor", SINCE, DECIDED.since), ("exited", DECIDED.since, None)]
        assert (after.registration, after.standard_system) == ("exited", "gd_relative")

    def test_relapse_is_a_status_of_its_own_and_no_kind_of_watching(self, household: Household, county: Scope) -> None:
        add_status(household, standing="exited")
        after = actions.change_programme_status(household, "relapse", DECIDED, reason="区审定返贫", by=county, today=TODAY)
        assert (after.registration, after.monitoring) == ("relapsed", "")

    def test_watching_stands_beside_registration(self, household: Household, county: Scope) -> None:
        add_status(household, standing="exited")
        decision = Decision(DECIDED.since, DECIDED.document, risks=("illness", "epidemic"))
        after = actions.change_programme_status(household, "watch_unstable", decision, reason="区审定", by=county, today=TODAY)
        assert (after.registration, after.monitoring, after.standard_system) == ("exited", "unstable", "gd_relative")
        assert ProgrammeStatus.objects.get(household=household, programme="monitoring").risks == "illness,epidemic"
        assert ProgrammeStatus.objects.filter(household=household, until=None).count() == 2

    def test_ordinary_household_is_measured_by_the_monitoring_line_while_watched(self, household: Household, county: Scope) -> None:
        decision = Decision(DECIDED.since, DECIDED.document, risks=("illness",))
        after = actions.change_programme_status(household, "watch_borderline", decision, reason="区审定", by=county, today=TODAY)
        assert after.standard_system == "monitored"
        cleared = Decision(dt.date(2020, 2, 1), "汕阳扶组〔2020〕2号")
        after = actions.change_programme_status(household, "clear", cleared, reason="区审定", by=county, today=TODAY)
        assert (after.monitoring, after.standard_system) == ("cleared", "ordinary")

    @pytest.mark.parametrize(
        ("standing", "move", "words"),
        [
            ("exited", "exit", "不能“登记脱贫”"),
            ("poor", "relapse", "不能“登记返贫”"),
            ("poor", "register", "不能“认定为贫困户”"),
            ("poor", "watch_unstable", "须为已脱贫户"),
            ("exited", "watch_borderline", "须为非建档立卡户"),
            ("exited", "watch_sudden", "还没有这一监测对象类别"),
            ("exited", "clear", "不能“登记风险消除”"),
        ],
    )
    def test_moves_that_do_not_fit_are_refused_in_words(
        self, household: Household, county: Scope, standing: str, move: str, words: str
    ) -> None:
        add_status(household, standing=standing)
        decision = Decision(DECIDED.since, DECIDED.document, risks=("illness",))
        with pytest.raises(Refused, match=words):
            actions.change_programme_status(household, move, decision, reason="试", by=county, today=TODAY)
        household.refresh_from_db()
        assert (household.registration, household.monitoring, household.version) == (standing, "", 1)
        assert ProgrammeStatus.objects.count() == 1

    @pytest.mark.parametrize(
        ("decision", "words"),
        [
            (Decision(TODAY + dt.timedelta(1), "文"), "晚于今天"),
            (Decision(SINCE, "文"), "不晚于上一状态"),
            (Decision(DECIDED.since, " "), "依据文件"),
        ],
    )
    def test_decisions_that_do_not_fit_are_refused(self, household: Household, county: Scope, decision: Decision, words: str) -> None:
        add_status(household, standing="poor")
        with pytest.raises(Refused, match=words):
            actions.change_programme_status(household, "exit", decision, reason="试", by=county, today=TODAY)

    @pytest.mark.parametrize(
        ("risks", "words"),
        [((), "至少有一项"), (("illness", "schooling", "disability", "disaster", "accident", "epidemic"), "最多 5 项")],
    )
    def test_watching_without_risk_or_with_six_is_refused(
        self, household: Household, county: Scope, risks: tuple[str, ...], words: str
    ) -> None:
        with pytest.raises(Refused, match=words):
            actions.change_programme_status(
                household, "watch_borderline", Decision(DECIDED.since, "文", risks), reason="试", by=county, today=TODAY
            )

    def test_a_town_enters_no_standing(self, household: Household, clerk: Scope) -> None:
        add_status(household, standing="poor")
        with pytest.raises(NotPermitted, match="区（县）审定"):
            actions.change_programme_status(household, "exit", DECIDED, reason="试", by=clerk, today=TODAY)

    def test_another_district_enters_no_standing_here(self, city: City, household: Household) -> None:
        add_status(household, standing="poor")
        other = scope(make_user("other", city.offices["440514-fpb"], "office_clerk"))
        with pytest.raises(NotPermitted):
            actions.change_programme_status(household, "exit", DECIDED, reason="试", by=other, today=TODAY)


class TestHelpers:
    def test_assignment_with_account_opens_the_household_to_it(self, city: City, household: Household, clerk: Scope) -> None:
        user = make_user("h1", city.offices["440514-fpb"], "helper", name="许帮扶")
        helper = actions.assign_helper(household, name="许帮扶", since=TODAY, user=user, phone="15400000009", by=clerk, today=TODAY)
        assert helper.phone.reveal() == "15400000009"
        assert list(Household.objects.within(scope(user))) == [household]
        actions.end_helper(helper, until=TODAY, reason="工作调动", by=clerk, today=TODAY)
        assert not Household.objects.within(scope(user)).exists()

    def test_the_same_helper_twice_is_refused(self, household: Household, clerk: Scope) -> None:
        add_helper(household, name="许帮扶")
        with pytest.raises(Refused, match="不能重复安排"):
            actions.assign_helper(household, name="许帮扶", since=TODAY, by=clerk, today=TODAY)

    @pytest.mark.parametrize(("day", "words"), [(TODAY + dt.timedelta(1), "晚于今天"), (SINCE - dt.timedelta(1), "早于结对日期")])
    def test_an_end_that_has_not_come_is_refused(self, household: Household, clerk: Scope, day: dt.date, words: str) -> None:
        helper = add_helper(household)
        with pytest.raises(Refused, match=words):
            actions.end_helper(helper, until=day, reason="调动", by=clerk, today=TODAY)
        assert HelperAssignment.objects.get().until is None


class TestReveal:
    def ask(self, record: Any, by: Scope, field: str = "id_number", kind: str = "member", **kw: Any) -> str:
        options: dict[str, Any] = {"reason": "电话核实务工情况", "moment": NOON, "proved_at": NOON - dt.timedelta(minutes=4)}
        return actions.reveal_field(record, field, kind=kind, by=by, today=TODAY, **(options | kw))

    def test_gives_the_value_and_one_audit_row_without_it(self, household: Household, clerk: Scope) -> None:
        member = add_member(household, id_number="440513197001010017")
        assert self.ask(member, clerk) == "440513197001010017"
        event = last_event()
        assert (event.verb, event.changes, event.reason) == ("registry.field.reveal", {"字段": "证件号码"}, "电话核实务工情况")
        assert "197001010017" not in str(Event.objects.values())

    def test_a_telephone_seen_for_somebody_else_says_for_whom(self, city: City, household: Household) -> None:
        member = add_member(household, phone="15400000001")
        officer = scope(make_user("caller", city.offices["440513100001-cwh"], "village_officer"))
        lent = replace(officer, holds=tuple(replace(h, on_behalf_of="驻村工作队") for h in officer.holds))
        assert self.ask(member, lent, field="phone") == "15400000001"
        assert last_event().on_behalf_of == "驻村工作队"

    def test_an_empty_field_reveals_nothing(self, household: Household, clerk: Scope) -> None:
        assert self.ask(add_member(household), clerk) == ""

    @pytest.mark.parametrize("reason", ["", "   ", "看看"])
    def test_without_a_real_reason_is_refused(self, household: Household, clerk: Scope, reason: str) -> None:
        with pytest.raises(Refused, match="至少 4 个字"):
            self.ask(add_member(household), clerk, reason=reason)

    @pytest.mark.parametrize("proved", [None, NOON - dt.timedelta(minutes=5, seconds=1)])
    def test_a_proof_older_than_five_minutes_is_refused(self, household: Household, clerk: Scope, proved: dt.datetime | None) -> None:
        with pytest.raises(Refused, match="5 分钟内验证过密码"):
            self.ask(add_member(household), clerk, proved_at=proved)
        assert not Event.objects.exists()

    def test_a_proof_of_exactly_five_minutes_is_fresh(self, household: Household, clerk: Scope) -> None:
        member = add_member(household, phone="15400000001")
        assert self.ask(member, clerk, field="phone", proved_at=NOON - dt.timedelta(minutes=5)) == "15400000001"

    def test_the_quota_of_the_day_holds_and_starts_again_next_day(self, household: Household, clerk: Scope) -> None:
        member = add_member(household, phone="15400000001")
        for _ in range(30):
            self.ask(member, clerk, field="phone")
        with pytest.raises(Refused, match="限额"):
            self.ask(member, clerk, field="phone")
        assert Event.objects.filter(verb="registry.field.reveal").count() == 30
        tomorrow = TODAY + dt.timedelta(1)
        options: dict[str, Any] = {"kind": "member", "reason": "电话核实", "moment": NOON, "proved_at": NOON}
        assert actions.reveal_field(member, "phone", by=clerk, today=tomorrow, **options) == "15400000001"

    def test_a_village_officer_holds_no_permission(self, city: City, household: Household) -> None:
        officer = scope(make_user("v", city.offices["440513100001-cwh"], "village_officer"))
        with pytest.raises(NotPermitted, match="脱敏字段"):
            self.ask(add_member(household, id_number="440513197001010017"), officer)

    def test_a_grant_without_the_field_group_is_refused(self, city: City, household: Household) -> None:
        user = make_user("t2", city.offices["440513100-zf"])
        user.grants.create(role="town_clerk", region=city.at("440513100"), groups=["base", "contact"], valid_from=SINCE)
        member = add_member(household, id_number="440513197001010017", phone="15400000001")
        with pytest.raises(NotPermitted, match="身份证件"):
            self.ask(member, scope(user))
        assert self.ask(member, scope(user), field="phone") == "15400000001"

    def test_an_open_field_is_no_matter_for_a_reveal(self, household: Household, clerk: Scope) -> None:
        with pytest.raises(Refused, match="没有脱敏"):
            self.ask(add_member(household), clerk, field="name")
