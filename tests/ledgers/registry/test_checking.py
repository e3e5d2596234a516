"""Findings live by themselves: open and clear with edits, reach the neighbours, remember what a person accepted, give the town its work."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.privacy.keys import keyring
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry import actions, finding_actions, finding_queries
from shouwang.ledgers.registry.actions import Decision
from shouwang.ledgers.registry.checking import check_households, digests_of
from shouwang.ledgers.registry.models import CheckFinding, Household
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import TODAY, make_household
from tests.ledgers.registry.families import SoundFamily, number, sound_family

LATER = TODAY + dt.timedelta(days=3)
UNTIL = TODAY + dt.timedelta(days=90)
ID = number(dt.date(1972, 3, 4), "female", 300)
WHY = "已核对身份证原件"


@pytest.fixture
def family(city: City) -> SoundFamily:
    return sound_family(city.at("440513100001"))


@pytest.fixture
def clerk(city: City) -> Scope:
    """The clerk of 海门镇."""
    return scope(make_user("town", city.offices["440513100-zf"], "town_clerk"))


def only(code: str, **kw: Any) -> CheckFinding:
    return CheckFinding.objects.get(code=code, **kw)


def open_item() -> WorkItem | None:
    return WorkItem.objects.filter(state="open").first()


def accept(finding: CheckFinding, by: Scope, **kw: Any) -> CheckFinding:
    values: dict[str, Any] = {"reason": WHY, "until": UNTIL, "by": by, "today": TODAY, "version": finding.version, **kw}
    return finding_actions.accept_finding(finding, **values)


class TestWithEverySave:
    def test_an_edit_opens_a_finding_and_the_next_one_clears_it_on_its_day(self, family: SoundFamily, clerk: Scope) -> None:
        actions.edit_household(family.home, {"housing_grade": "d"}, by=clerk, today=TODAY, version=None)
        assert only("housing_unsafe").state == "open"
        actions.edit_household(family.home, {"housing_grade": "a"}, by=clerk, today=LATER, version=None)
        cleared = only("housing_unsafe")
        assert (cleared.state, cleared.found_on, cleared.cleared_on) == ("cleared", TODAY, LATER)
        actions.edit_household(family.home, {"housing_grade": "c"}, by=clerk, today=LATER, version=None)
        assert sorted(CheckFinding.objects.values_list("state", flat=True)) == ["cleared", "open"]

    def test_the_audit_names_the_edit_and_not_what_follows_from_it(self, family: SoundFamily, clerk: Scope) -> None:
        actions.edit_household(family.home, {"housing_grade": "d"}, by=clerk, today=TODAY, version=None)
        assert list(Event.objects.values_list("verb", flat=True)) == ["registry.household.edit"]

    def test_a_refused_act_leaves_no_finding(self, family: SoundFamily, city: City) -> None:
        stranger = scope(make_user("other", city.offices["440514101-zf"], "town_clerk"))
        with pytest.raises(NotPermitted):
            actions.edit_household(family.home, {"housing_grade": "d"}, by=stranger, today=TODAY, version=None)
        assert not CheckFinding.objects.exists()

    def test_every_act_checks_the_household_again(self, family: SoundFamily, clerk: Scope) -> None:
        def left() -> set[str]:
            return set(CheckFinding.objects.filter(state="open").values_list("code", flat=True))

        acts = {"by": clerk, "today": TODAY}
        actions.edit_member(family.wife, {"insurance": "none"}, version=None, **acts)
        assert left() == {"uninsured"}
        son = {"name": "陈新丁", "relation": "son", "sex": "male", "birth_date": dt.date(2020, 1, 2), "joined_on": TODAY, "labour": "none"}
        added = actions.add_member(family.home, {**son, "id_type": "none"}, **acts)
        assert left() == {"uninsured", "income_persons_differ"}
        actions.register_leaving(added, left_on=TODAY, left_reason="moved", reason="随母迁出", version=None, **acts)
        assert left() == {"uninsured"}
        actions.end_helper(family.home.helpers.get(), until=TODAY, reason="调离", **acts)
        assert left() == {"uninsured", "no_helper"}
        actions.assign_helper(family.home, name="许接任", since=TODAY, **acts)
        statement = family.home.incomes.get()
        actions.correct_income(statement, {"wage": 1_000_000}, persons=2, reason="更正人数", version=None, **acts)
        assert left() == {"uninsured", "income_persons_differ"}
        actions.record_income(family.home, {"wage": 1}, persons=3, window_type="calendar", checked_on=TODAY, **acts)
        assert left() == {"uninsured"}

    def test_a_decision_of_the_county_checks_too(self, family: SoundFamily, city: City) -> None:
        county = scope(make_user("county", city.offices["440513-fpb"], "office_clerk"))
        family.put(family.home, main_cause="illness")
        family.put(family.home.incomes.get(), out_of_pocket=0)
        assert family.codes() == {"illness_without_expense"}
        actions.change_programme_status(family.home, "exit", Decision(TODAY, "汕阳扶组〔2020〕1号"), reason="脱贫", by=county, today=TODAY)
        assert only("illness_without_expense").state == "cleared"


class TestNeighbours:
    def test_a_shared_number_opens_and_clears_on_both_sides(self, family: SoundFamily, city: City, clerk: Scope) -> None:
        other = sound_family(city.at("440514101201"))  # in another district, where the clerk holds nothing
        other.put(other.wife, id_number=ID)
        actions.edit_member(family.wife, {"id_number": ID}, by=clerk, today=TODAY, version=None)
        assert {f.member_id for f in CheckFinding.objects.filter(code="id_twice", state="open")} == {family.wife.pk, other.wife.pk}
        mine = number(dt.date(1972, 3, 4), "female", 301)
        actions.edit_member(family.wife, {"id_number": mine}, by=clerk, today=LATER, version=None)
        assert set(CheckFinding.objects.filter(code="id_twice").values_list("state", "cleared_on")) == {("cleared", LATER)}

    def test_those_left_who_still_share_it_keep_their_finding(self, family: SoundFamily, city: City, clerk: Scope) -> None:
        others = [sound_family(city.at("440513100001")) for _ in range(2)]
        for one in (family, *others):
            one.put(one.home, phone="15900000009")
        family.codes()
        assert CheckFinding.objects.filter(code="household_phone_shared", state="open").count() == 3
        actions.edit_household(family.home, {"phone": "15900000010"}, by=clerk, today=TODAY, version=None)
        still = CheckFinding.objects.filter(code="household_phone_shared", state="open").values_list("household", flat=True)
        assert set(still) == {o.home.pk for o in others}

    def test_changing_from_one_shared_number_to_another_moves_both_groups(self, family: SoundFamily, city: City, clerk: Scope) -> None:
        one, two = (sound_family(city.at("440513100001")) for _ in range(2))
        for phone, each in (("15900000001", one), ("15900000002", two), ("15900000001", family)):
            each.put(each.home, phone=phone)
        family.codes()
        actions.edit_household(family.home, {"phone": "15900000002"}, by=clerk, today=TODAY, version=None)
        held = CheckFinding.objects.filter(code="household_phone_shared", state="open")
        assert set(held.values_list("household", flat=True)) == {family.home.pk, two.home.pk}
        assert len(set(held.values_list("digest", flat=True))) == 1


class TestAcceptance:
    @pytest.fixture
    def finding(self, family: SoundFamily) -> CheckFinding:
        family.put(family.wife, labour="weak")
        family.codes()
        return only("healthy_weak")

    def test_it_is_remembered_with_its_reason_and_on_the_audit(self, finding: CheckFinding, family: SoundFamily, clerk: Scope) -> None:
        accept(finding, clerk)
        family.codes(LATER)
        finding.refresh_from_db()
        kept = (finding.state, finding.accepted_reason, finding.accepted_by, finding.accepted_on, finding.accepted_until)
        assert kept == ("accepted", WHY, clerk.user_name, TODAY, UNTIL)
        event = Event.objects.get()
        assert (event.verb, event.reason, event.actor_name) == ("registry.finding.accept", WHY, clerk.user_name)

    def test_another_edit_of_the_household_does_not_reopen_it(self, finding: CheckFinding, family: SoundFamily, clerk: Scope) -> None:
        accept(finding, clerk)
        actions.edit_member(family.wife, {"skills": "缝纫"}, by=clerk, today=LATER, version=None)
        finding.refresh_from_db()
        assert finding.state == "accepted"

    def test_a_change_of_the_values_reopens_it(self, finding: CheckFinding, family: SoundFamily, clerk: Scope) -> None:
        accept(finding, clerk)
        actions.edit_member(family.wife, {"labour": "none"}, by=clerk, today=LATER, version=None)
        finding.refresh_from_db()
        assert (finding.state, finding.accepted_reason, finding.accepted_by, finding.accepted_until) == ("open", "", "", None)
        event = Event.objects.order_by("-id").first()
        assert event is not None
        assert (event.verb, event.actor_name, event.reason) == ("registry.finding.reopen", "数据核查", "核实后数据有改动，重新核查")

    def test_its_day_reopens_it(self, finding: CheckFinding, family: SoundFamily, clerk: Scope) -> None:
        accept(finding, clerk, until=LATER)
        assert family.codes(LATER - dt.timedelta(days=1)) == set()
        assert family.codes(LATER) == {"healthy_weak"}

    def test_a_correction_clears_it_and_a_new_fault_is_a_new_finding(
        self, finding: CheckFinding, family: SoundFamily, clerk: Scope
    ) -> None:
        accept(finding, clerk)
        actions.edit_member(family.wife, {"labour": "ordinary"}, by=clerk, today=LATER, version=None)
        finding.refresh_from_db()
        assert (finding.state, finding.cleared_on) == ("cleared", LATER)
        with pytest.raises(Refused, match="当前状态为“已消除”"):
            accept(finding, clerk)

    def test_a_person_can_take_it_back(self, finding: CheckFinding, family: SoundFamily, clerk: Scope) -> None:
        accepted = accept(finding, clerk)
        finding_actions.reopen_finding(accepted, reason="点错了", by=clerk, today=TODAY, version=accepted.version)
        assert family.codes() == {"healthy_weak"}

    @pytest.mark.parametrize(
        ("kw", "words"),
        [
            ({"reason": "对"}, "至少 4 个字"),
            ({"until": TODAY}, "有效期至 2020-02-17 应在明天至 2021-02-16 之间"),
            ({"until": TODAY + dt.timedelta(days=366)}, "有效期至 2021-02-17"),
        ],
    )
    def test_bad_input_is_refused_in_words(self, finding: CheckFinding, clerk: Scope, kw: dict[str, Any], words: str) -> None:
        with pytest.raises(Refused, match=words):
            accept(finding, clerk, **kw)
        finding.refresh_from_db()
        assert finding.state == "open"

    def test_what_only_a_correction_clears_cannot_be_accepted(self, family: SoundFamily, clerk: Scope) -> None:
        family.put(family.head, relation="brother")
        family.codes()
        with pytest.raises(Refused, match="“没有户主”须改正，不能核实无误"):
            accept(only("no_head"), clerk)

    def test_an_old_version_is_refused(self, finding: CheckFinding, clerk: Scope) -> None:
        with pytest.raises(Stale):
            accept(finding, clerk, version=finding.version + 1)

    def test_only_who_keeps_the_household_may(self, finding: CheckFinding, city: City) -> None:
        for office, role in (("440514101-zf", "town_clerk"), ("440513-fpb", "office_leader")):
            person = scope(make_user(f"p-{office}", city.offices[office], role))
            with pytest.raises(OutOfScope):
                finding_queries.finding(person, finding.pk)
            with pytest.raises(NotPermitted):
                accept(finding, person)


class TestSecrecy:
    def test_the_row_holds_no_value_and_its_digest_cannot_be_guessed(self, family: SoundFamily) -> None:
        family.put(family.wife, id_number=ID[:17] + ("0" if ID[17] != "0" else "1"))
        family.codes()
        found = only("id_checksum")
        stored = " ".join(str(getattr(found, f.attname)) for f in CheckFinding._meta.concrete_fields)
        assert ID[:17] not in stored
        other = digests_of("id_checksum", ("another",))[0]
        assert len(found.digest) == len(other) == 64
        assert found.digest != other

    def test_digests_stay_known_after_the_key_changed(self, family: SoundFamily, monkeypatch: pytest.MonkeyPatch, clerk: Scope) -> None:
        family.put(family.wife, labour="weak")
        family.codes()
        accept(only("healthy_weak"), clerk)
        ring = type(keyring())
        old = keyring().blind("registry_checkfinding.digest")
        fresh = keyring().blind("another.place")
        monkeypatch.setattr(ring, "blind", lambda _self, _place: (*fresh, *old))
        assert family.codes() == set()

    def test_field_groups_of_the_grant_decide_what_is_seen(self, family: SoundFamily, city: City) -> None:
        family.put(family.home, phone=None, main_cause="disability")
        family.home.helpers.all().delete()
        assert family.codes() == {"no_phone", "disability_without_member", "no_helper"}
        department = scope(make_user("dep", city.offices["440513-nyj"], "department_clerk"))
        assert [f.code for f in finding_queries.findings_of(family.home, department)] == ["no_helper"]
        other = scope(make_user("other", city.offices["440514-fpb"], "office_clerk"))
        assert finding_queries.findings_of(family.home, other) == []


class TestTheTownsWork:
    def test_one_item_a_town_counts_its_errors_and_closes_by_itself(self, family: SoundFamily, clerk: Scope) -> None:
        actions.edit_household(family.home, {"phone": "123"}, by=clerk, today=TODAY, version=None)
        item = open_item()
        assert item is not None
        assert (item.office.code, item.title, item.action) == ("440513100-zf", "户档案数据核查：错误 1 处（1 户）", "改正或核实")
        assert item.url == "/registry/findings/?state=open&severity=error&region=440513100000"
        assert item.due_at is not None
        assert item.due_at.date() == dt.date(2020, 3, 2)  # ten working days
        actions.edit_member(family.wife, {"relation": "son"}, by=clerk, today=LATER, version=None)
        item.refresh_from_db()
        assert (item.title, item.due_at.date()) == ("户档案数据核查：错误 2 处（1 户）", dt.date(2020, 3, 2))
        actions.edit_household(family.home, {"phone": "15900000001"}, by=clerk, today=LATER, version=None)
        item.refresh_from_db()
        assert item.due_at.date() == dt.date(2020, 3, 5)  # that of the oldest error left
        actions.edit_member(family.wife, {"relation": "spouse"}, by=clerk, today=LATER, version=None)
        item.refresh_from_db()
        assert (item.state, WorkItem.objects.count()) == ("done", 1)

    def test_doubts_make_no_work_and_accepted_errors_none_either(self, family: SoundFamily, clerk: Scope) -> None:
        actions.edit_household(family.home, {"housing_grade": "d"}, by=clerk, today=TODAY, version=None)
        assert open_item() is None
        actions.edit_member(family.wife, {"sex": "male", "relation": "other"}, by=clerk, today=TODAY, version=None)
        assert open_item() is not None
        accepted = accept(only("id_sex"), clerk)
        assert open_item() is None
        finding_actions.reopen_finding(accepted, reason="点错了", by=clerk, today=TODAY, version=accepted.version)
        assert open_item() is not None


def test_a_household_that_moved_takes_its_findings_along(family: SoundFamily, city: City) -> None:
    family.put(family.home, phone="123")
    family.codes()
    there = city.at("440514101201")
    family.home.put_in(there)
    family.home.save()
    family.codes()
    found = only("household_phone_format")
    assert (found.region_id, found.county_id, found.village_id) == (there.pk, there.county_id, there.pk)
    assert [i.office.code for i in WorkItem.objects.filter(state="open")] == ["440514101-zf"]


def test_the_database_keeps_one_open_finding_a_check(family: SoundFamily) -> None:
    family.put(family.home, phone="123")
    family.put(family.wife, insurance="none")
    family.codes()
    for code in ("household_phone_format", "uninsured"):
        copy = only(code)
        copy.pk, copy.uid = None, None
        copy = CheckFinding(
            **{f.attname: getattr(copy, f.attname) for f in CheckFinding._meta.concrete_fields if f.name not in ("id", "uid")}
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save()


def test_a_block_costs_the_same_queries_however_many_households(city: City) -> None:
    village = city.villages[0]
    sound_family(village, housing_grade="d").codes()  # the keys of digests are unwrapped once
    counts = []
    for wanted in (2, 12):
        families = [sound_family(village) for _ in range(wanted)]
        for one in families:
            one.put(one.home, phone="15900000007", housing_grade="d")
        with CaptureQueriesContext(connection) as captured:
            check_households([one.home.pk for one in families], today=TODAY, whole=True)
        counts.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            check_households([one.home.pk for one in families], today=TODAY)
        counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 16


@pytest.mark.django_db
@pytest.mark.parametrize("ids", [[], [4_000_000]])
def test_nothing_is_done_for_no_households_and_for_those_that_are_gone(ids: list[int]) -> None:
    done = check_households(ids, today=TODAY)
    assert (done.households, done.found) == (0, 0)


SPOILS = st.lists(
    st.sampled_from(
        [
            ("home", {"phone": "15900000003"}),
            ("home", {"phone": None}),
            ("home", {"housing_grade": "d"}),
            ("wife", {"id_number": ID}),
            ("wife", {"labour": "none"}),
            ("wife", {"left_on": TODAY}),
            ("head", {"relation": "other"}),
            ("daughter", {"school_status": "senior"}),
            ("daughter", {"phone": "15900000003"}),
        ]
    ),
    max_size=5,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=SPOILS, second=SPOILS)
def test_checking_twice_changes_nothing(city: City, first: Any, second: Any) -> None:
    """Whatever is wrong: the second pass finds, clears and writes nothing, alone or over all households."""
    with transaction.atomic():
        families = [sound_family(city.villages[0]), sound_family(city.villages[1])]
        for family, spoils in zip(families, (first, second), strict=True):
            for who, values in spoils:
                family.put(getattr(family, who), **values)
        everyone = list(Household.objects.values_list("pk", flat=True))
        for family in families:
            check_households([family.home.pk], today=TODAY)
        before = list(CheckFinding.objects.order_by("pk").values())
        items = list(WorkItem.objects.order_by("pk").values())
        for whole in (False, True):
            done = check_households(everyone, today=TODAY, whole=whole)
            assert (done.found, done.cleared, done.reopened, done.towns) == (0, 0, 0, set())
        assert list(CheckFinding.objects.order_by("pk").values()) == before
        assert list(WorkItem.objects.order_by("pk").values()) == items
        transaction.set_rollback(True)


def test_a_household_without_a_town_has_findings_and_no_work_item(city: City) -> None:
    bare = make_household(city.counties[0])
    check_households([bare.pk], today=TODAY)
    assert only("no_living_members").town_id is None
    assert open_item() is None
