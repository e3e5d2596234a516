"""The registry's pages over HTTP: who sees what, masks, edits, reveal, double clicks, bad input."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwang.kernel.accounts.models import User
from shouwang.kernel.audit.models import Event
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.models import Setting
from shouwang.ledgers.registry.act_forms import AMOUNTS
from shouwang.ledgers.registry.checking import check_households
from shouwang.ledgers.registry.models import Household, Member, ProgrammeStatus
from tests.factories.accounts import PASSWORD, City, make_user, sign_in
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, make_household

ID, PHONE = "44051319700101001X", "15400000001"
EDIT = {"kind": "general", "housing_lived_in": "on", "hamlet": "第3村民小组"}


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """The pages work on the demonstration's date; whitenoise warns of a missing folder."""
    settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(
        city.at("440513100001"), head_name="陈样板", phone=PHONE, housing_grade="b", hamlet="第1村民小组", main_cause="illness"
    )
    add_status(made, standing="poor")
    add_member(made, id_number=ID, health="chronic")
    add_member(made, name="陈样女", relation="daughter", sex="female", birth_date=dt.date(2009, 3, 2), labour="none", insurance="none")
    add_income(made, persons=2, wage=600_000)
    return made


def client_of(city: City, office: str, role: str, name: str = "") -> tuple[Client, User]:
    user = make_user(name or f"{office}-{role}", city.offices[office], role, name="测试员")
    return sign_in(Client(), user), user


@pytest.fixture
def town(city: City) -> Client:
    return client_of(city, "440513100-zf", "town_clerk")[0]


@pytest.fixture
def county(city: City) -> Client:
    return client_of(city, "440513-fpb", "office_clerk")[0]


def text(response: Any) -> str:
    return str(response.content.decode())


class TestLists:
    def test_the_list_masks_names_and_never_carries_numbers(self, town: Client, household: Household) -> None:
        page = text(town.get("/registry/"))
        assert household.code in page
        assert "陈**" in page
        assert not any(secret in page for secret in (ID, PHONE, "陈样板"))

    @pytest.mark.usefixtures("household")
    @pytest.mark.parametrize("path", ["/registry/", "/registry/members/"])
    def test_a_list_costs_the_same_queries_for_one_row_and_three(self, city: City, county: Client, path: str) -> None:
        county.get(path)
        counts = []
        for more in (0, 2):
            for _ in range(more):
                other = make_household(city.at("440513101201"))
                add_member(other)
                add_helper(other)
                add_income(other, wage=1)
            with CaptureQueriesContext(connection) as captured:
                assert county.get(path).status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1]

    def test_each_level_lists_its_own_households(self, city: City, household: Household) -> None:
        away = make_household(city.at("440514101201"))
        for office, role, seen in (
            ("440513100001-cwh", "village_officer", {household.code}),
            ("440513100002-cwh", "village_officer", set()),
            ("440514-fpb", "office_clerk", {away.code}),
            ("4405-fpb", "office_clerk", {household.code, away.code}),
        ):
            page = text(client_of(city, office, role)[0].get("/registry/"))
            assert {c for c in (household.code, away.code) if c in page} == seen

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("registration=poor", True),
            ("registration=exited", False),
            ("below_line=1", True),
            ("below_line=0", False),
            ("no_helper=1", True),
            ("cause=illness", True),
            ("cause=schooling", False),
            ("unsafe_housing=0", True),
            ("income_min=2999&income_max=3000", True),
            ("income_max=2999.99", False),
            ("hamlet=第1", True),
            ("q=样板", True),
            ("q=样女", True),
            ("region=440513100", True),
            ("registered=1&has_phone=1&has_income=1&wage_dependent=1", True),
            ("has_business=1", False),
            ("watched=1", False),
            ("water_open=1", False),
        ],
    )
    def test_filters_keep_and_drop(self, county: Client, household: Household, query: str, found: bool) -> None:
        assert (household.code in text(county.get(f"/registry/?{query}"))) is found

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("labour_force=1", ["陈样板"]),
            ("uninsured=1", ["陈样女"]),
            ("health=chronic", ["陈样板"]),
            ("below_line=1&registered=1", ["陈样板", "陈样女"]),
            ("out_of_school=1", []),
            ("watched=1", []),
        ],
    )
    def test_member_filters(self, county: Client, household: Household, query: str, found: list[str]) -> None:
        page = text(county.get(f"/registry/members/?{query}"))
        codes = {m.name: m.code for m in household.members.all()}
        assert {n for n, c in codes.items() if c in page} == set(found)

    def test_a_department_sees_no_group_but_its_own(self, city: City, household: Household) -> None:
        page = text(client_of(city, "4405-nyj", "department_clerk")[0].get("/registry/"))
        assert household.code in page
        assert "无权查看" in page
        assert "3,000.00" not in page


class TestRecord:
    def test_one_screen_answers_the_seven_questions(self, county: Client, household: Household) -> None:
        check_households([household.pk], today=TODAY)
        page = text(county.get(f"/registry/{household.pk}/"))
        assert page.count("人均纯收入低于收入线") == 1  # said once, among what is owed
        for words in (
            "陈样板",
            "潮阳区 海门镇 和睦居委会",
            "2016-06-01 未脱贫",
            "因病",
            "基本医保 1 人",
            "未参加基本医疗保险（陈样女）",
            "没有帮扶责任人（空档户）",
            "人均纯收入低于收入线",
            "3,000.00",
            "收入线 4,000",
            "还没有办理记录",
        ):
            assert words in page, words

    def test_numbers_are_masked_and_the_birth_date_is_not_shown_beside_them(self, county: Client, household: Household) -> None:
        page = text(county.get(f"/registry/{household.pk}/"))
        assert "440513********001X" in page
        assert "154****0001" in page
        assert not any(secret in page for secret in (ID, PHONE, "1970-01-01"))

    def test_another_district_and_a_missing_record_look_the_same(self, city: City, household: Household) -> None:
        other = client_of(city, "440514-fpb", "office_clerk")[0]
        for path in (
            f"/registry/{household.pk}/",
            f"/registry/{household.pk}/edit/",
            f"/registry/{household.pk}/print/",
            "/registry/99999/",
        ):
            assert other.get(path).status_code == 404

    def test_a_helper_of_another_district_sees_the_assigned_household_without_what_the_role_hides(
        self, city: City, household: Household
    ) -> None:
        client, user = client_of(city, "440514-fpb", "helper")
        assert client.get(f"/registry/{household.pk}/").status_code == 404
        add_helper(household, user=user)
        page = text(client.get(f"/registry/{household.pk}/"))
        assert "陈样板" in page
        assert "440513********001X" not in page
        assert "无权查看" in page
        assert "/edit/" not in page

    def test_a_department_sees_neither_health_nor_income(self, city: City, household: Household) -> None:
        page = text(client_of(city, "4405-nyj", "department_clerk")[0].get(f"/registry/{household.pk}/"))
        assert "陈样板" in page
        for secret in ("长期慢性病", "3,000.00", "154****", "因病自付"):
            assert secret not in page

    def test_the_drawer_is_a_fragment_with_the_way_to_the_whole(self, county: Client, household: Household) -> None:
        for page in (
            text(county.get(f"/registry/{household.pk}/?drawer=1")),
            text(county.get(f"/registry/{household.pk}/", headers={"HX-Request": "true", "HX-Target": "drawer"})),
        ):
            assert "<html" not in page
            assert 'id="drawer-title"' in page
            assert f'href="/registry/{household.pk}/"' in page

    def test_the_print_is_masked_and_has_places_to_sign(self, county: Client, household: Household) -> None:
        page = text(county.get(f"/registry/{household.pk}/print/"))
        assert "户主（签字）" in page
        assert "data:image/png" in page
        assert ID not in page

    def test_the_time_line_names_the_person_and_not_the_value(self, county: Client, household: Household) -> None:
        member = household.members.get(relation="daughter")
        county.post(f"/registry/members/{member.pk}/leave/", {"day": "2020-02-01", "left_reason": "moved", "reason": "随母迁出"})
        page = text(county.get(f"/registry/{household.pk}/"))
        assert "登记了人口减少（陈样女）" in page
        assert "随母迁出" in page


class TestEdits:
    def test_saving_goes_back_to_the_record_with_a_word(self, town: Client, household: Household) -> None:
        answer = town.post(f"/registry/{household.pk}/edit/", {**EDIT, "version": "1"}, follow=True)
        assert "户信息已保存" in text(answer)
        household.refresh_from_db()
        assert household.hamlet == "第3村民小组"

    @pytest.mark.parametrize("version", ["7", "", "abc"])
    def test_a_stale_form_is_refused_and_nothing_is_written(self, town: Client, household: Household, version: str) -> None:
        answer = town.post(f"/registry/{household.pk}/edit/", {**EDIT, "version": version})
        assert answer.status_code == 422
        assert "已被他人修改" in text(answer)
        assert f'name="version" value="{version or 0}"' in text(answer)  # or a second press would overwrite
        household.refresh_from_db()
        assert household.hamlet == "第1村民小组"

    def test_bad_input_stays_in_the_form_with_its_message(self, town: Client, household: Household) -> None:
        answer = town.post(f"/registry/{household.pk}/edit/", {**EDIT, "version": "1", "arable_land": "-3"})
        assert answer.status_code == 422
        assert "不能小于 0" in text(answer)
        assert "第3村民小组" in text(answer)

    def test_the_masked_phone_survives_an_edit_of_something_else(self, town: Client, household: Household) -> None:
        town.post(f"/registry/{household.pk}/edit/", {**EDIT, "phone": "154****0001", "version": "1"})
        household.refresh_from_db()
        assert (household.hamlet, household.phone.reveal()) == ("第3村民小组", PHONE)

    def test_a_double_click_adds_one_member(self, town: Client, household: Household) -> None:
        form = {
            "op_id": str(uuid.uuid4()),
            "name": "陈小丁",
            "relation": "son",
            "sex": "male",
            "birth_date": "2020-01-20",
            "ethnic_group": "HA",
            "id_type": "none",
            "joined_on": "2020-01-20",
            "school_status": "not_in_school",
            "health": "healthy",
            "insurance": "resident",
            "labour": "none",
            "pension": "none",
            "assistance": "none",
            "public_post": "none",
            "public_post_months": "0",
        }
        answers = [town.post(f"/registry/{household.pk}/members/new/", form) for _ in range(2)]
        assert [a.status_code for a in answers] == [302, 302]
        assert Member.objects.filter(name="陈小丁").count() == 1

    def test_income_is_recorded_and_corrected_with_a_reason(self, town: Client, household: Household) -> None:
        amounts = dict.fromkeys(AMOUNTS, "0")
        form = {**amounts, "wage": "9000", "persons": "2", "window_type": "calendar", "checked_on": "2020-02-17"}
        page = text(town.post(f"/registry/{household.pk}/incomes/new/", form, follow=True))
        assert "人均纯收入 4,500.00 元" in page
        latest = household.incomes.get(is_latest=True)
        url = f"/registry/incomes/{latest.pk}/edit/"
        assert town.post(url, {**amounts, "wage": "8000", "persons": "2", "version": "1"}).status_code == 422
        town.post(url, {**amounts, "wage": "8000", "persons": "2", "version": "1", "reason": "多报一个月"})
        latest.refresh_from_db()
        assert latest.net == 800_000

    def test_the_same_window_twice_is_refused_at_its_field(self, town: Client, household: Household) -> None:
        form = {"window_type": "oct_sep", "checked_on": "2020-02-17", "persons": "2"}
        form |= dict.fromkeys(AMOUNTS, "0")
        answer = town.post(f"/registry/{household.pk}/incomes/new/", form)
        assert answer.status_code == 422
        assert "同一周期不能登记两次" in text(answer)

    def test_the_county_enters_a_standing_and_the_town_reads_why_it_may_not(
        self, town: Client, county: Client, household: Household
    ) -> None:
        url = f"/registry/{household.pk}/status/exit/"
        form = {"since": "2020-01-10", "document": "汕阳扶组〔2020〕1号", "reason": "年度动态管理", "version": "1"}
        refused = town.post(url, form)
        assert refused.status_code == 403
        assert "区（县）审定" in text(refused)
        assert "区（县）审定" in text(town.get(f"/registry/{household.pk}/"))
        assert county.post(url, form).status_code == 302
        assert ProgrammeStatus.objects.get(household=household, until=None).standing == "exited"
        assert county.get(url).status_code == 422  # a second exit does not fit the state

    def test_helpers_are_assigned_and_ended(self, town: Client, household: Household) -> None:
        town.post(f"/registry/{household.pk}/helpers/new/", {"name": "许帮扶", "since": "2020-02-01", "phone": "15400000009"})
        helper = household.helpers.get()
        assert "许帮扶" in text(town.get("/registry/"))
        answer = town.post(f"/registry/helpers/{helper.pk}/end/", {"day": "2020-02-17", "reason": "工作调动"}, follow=True)
        assert "已解除许帮扶的结对帮扶" in text(answer)

    @pytest.mark.parametrize("path", ["edit/", "members/new/", "incomes/new/", "status/exit/", "helpers/new/"])
    def test_who_may_not_edit_gets_no_form(self, city: City, household: Household, path: str) -> None:
        client = client_of(city, "440513-nyj", "department_clerk")[0]
        assert client.get(f"/registry/{household.pk}/{path}").status_code == 403

    @pytest.mark.parametrize("path", ["edit/", "members/new/", "incomes/new/", "status/exit/", "helpers/new/"])
    def test_forms_open(self, county: Client, household: Household, path: str) -> None:
        page = text(county.get(f"/registry/{household.pk}/{path}"))
        assert 'name="op_id"' in page
        assert PHONE not in page


class TestFind:
    def test_a_number_leads_to_its_household_and_stays_out_of_the_address(self, town: Client, household: Household) -> None:
        for number in (ID, PHONE, "154-0000 0001"):
            answer = town.post("/registry/find/", {"number": number})
            assert answer["Location"] == f"/registry/{household.pk}/"
        assert town.get("/registry/find/?number=" + ID).status_code == 405

    def test_what_lies_elsewhere_is_not_found(self, city: City, household: Household) -> None:
        other = client_of(city, "440514-fpb", "office_clerk")[0]
        answer = other.post("/registry/find/", {"number": ID}, follow=True)
        assert "没有找到该号码" in text(answer)
        assert household.code not in text(answer)

    @pytest.mark.usefixtures("household")
    def test_several_households_of_one_number_are_listed(self, city: City, town: Client) -> None:
        make_household(city.at("440513100002"), phone=PHONE)
        assert "2 户" in text(town.post("/registry/find/", {"number": PHONE}))

    @pytest.mark.parametrize("number", ["", "123", " "])
    def test_part_of_a_number_is_refused(self, town: Client, number: str) -> None:
        assert "完整的证件号码" in text(town.post("/registry/find/", {"number": number}, follow=True))


class TestReveal:
    def url(self, household: Household) -> str:
        return f"/registry/reveal/member/{household.members.get(relation='head').pk}/id_number/"

    def test_fresh_sign_in_and_a_reason_show_the_number_once_with_audit(self, town: Client, household: Household) -> None:
        assert "登录密码" not in text(town.get(self.url(household)))
        page = text(town.post(self.url(household), {"reason": "电话核实务工情况"}))
        assert ID in page
        assert "还可查看 <span" in page
        event = Event.objects.get(verb="registry.field.reveal")
        assert event.reason == "电话核实务工情况"
        assert ID not in str(event.changes)
        assert ID not in text(town.get(f"/registry/{household.pk}/"))

    def test_whoever_calls_sees_the_telephone_and_no_other_number(self, city: City) -> None:
        village = client_of(city, "440513100001-cwh", "village_officer")[0]
        household = make_household(city.at("440513100001"), phone=PHONE)
        member = add_member(household, id_number=ID, phone=PHONE)
        asked = {"reason": "电话核实务工情况"}
        for record in (f"household/{household.pk}", f"member/{member.pk}"):
            page = text(village.post(f"/registry/reveal/{record}/phone/", asked))
            assert f'<a href="tel:{PHONE}">{PHONE}</a>' in page
        assert Event.objects.filter(verb="registry.field.reveal", reason=asked["reason"]).count() == 2
        assert village.post(f"/registry/reveal/member/{member.pk}/id_number/", asked).status_code == 404
        own = text(village.get(f"/registry/{household.pk}/"))
        assert f"/registry/reveal/household/{household.pk}/phone/" in own
        assert "id_number/" not in own

    def test_an_old_sign_in_asks_for_the_password_first(self, city: City, household: Household) -> None:
        client, user = client_of(city, "440513100-zf", "town_clerk")
        user.sign_ins.update(started_at=timezone.now() - dt.timedelta(minutes=6))
        assert "登录密码" in text(client.get(self.url(household)))
        refused = text(client.post(self.url(household), {"reason": "电话核实务工情况"}))
        assert "5 分钟内验证过密码" in refused
        assert ID not in refused
        wrong = text(client.post(self.url(household), {"reason": "电话核实务工情况", "password": "Wrong-pass2020"}))
        assert ID not in wrong
        assert ID in text(client.post(self.url(household), {"reason": "电话核实务工情况", "password": PASSWORD}))
        assert ID in text(client.post(self.url(household), {"reason": "再次核实证件"}))

    def test_without_a_reason_nothing_is_shown_or_recorded(self, town: Client, household: Household) -> None:
        page = text(town.post(self.url(household), {"reason": ""}))
        assert "须写明理由" in page
        assert ID not in page
        assert not Event.objects.filter(verb="registry.field.reveal").exists()

    @pytest.mark.usefixtures("household")
    @pytest.mark.parametrize("path", ["member/1/name/", "office/1/phone/", "member/999999/id_number/"])
    def test_what_is_not_revealable_does_not_exist(self, town: Client, path: str) -> None:
        assert town.get(f"/registry/reveal/{path}").status_code == 404

    def test_another_district_finds_nothing(self, city: City, household: Household) -> None:
        other = client_of(city, "440514-fpb", "office_clerk")[0]
        answer = other.post(self.url(household), {"reason": "电话核实务工情况"})
        assert answer.status_code == 404

    def test_in_the_drawer_it_is_a_fragment(self, town: Client, household: Household) -> None:
        page = text(town.post(self.url(household), {"reason": "电话核实务工情况"}, headers={"HX-Request": "true", "HX-Target": "drawer"}))
        assert "<html" not in page
        assert ID in page
