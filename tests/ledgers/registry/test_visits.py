"""Visits: recorded once, never changed, corrected in sight; needs answered; who may; figures and list count the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shouwang.kernel.audit.models import Event
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import visit_actions, visits
from shouwang.ledgers.registry.models import Household, Visit
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.registry import TODAY, add_helper, add_status, add_visit, make_household

SYSTEM = Scope.system()
SAID = {"visited_on": TODAY, "means": "home", "reach": "reached", "met": "陈样板", "result": "家庭情况无变化", "needs": "", "next_step": ""}
DAY = dt.timedelta(1)


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(city.at("440513100001"), head_name="陈样板")
    add_status(made, standing="poor")
    return made


def client_of(city: City, office: str, role: str) -> tuple[Client, Any]:
    user = make_user(f"{office}-{role}", city.offices[office], role, name="林走访")
    return sign_in(Client(), user), user


def text(response: Any) -> str:
    return str(response.content.decode())


class TestActions:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"visited_on": TODAY + DAY}, "晚于今天"),
            ({"visited_on": TODAY - 367 * DAY}, "超过 366 天"),
            ({"result": "  "}, "须写明走访情况"),
        ],
    )
    def test_bad_input_is_refused(self, household: Household, change: dict[str, Any], words: str) -> None:
        with pytest.raises(Refused, match=words):
            visit_actions.record_visit(household, {**SAID, **change}, user=None, by=SYSTEM, today=TODAY)
        assert not Visit.objects.exists()

    def test_a_call_nobody_answered_needs_no_words(self, household: Household) -> None:
        said = {**SAID, "means": "phone", "reach": "no_answer", "met": "", "result": ""}
        made = visit_actions.record_visit(household, said, user=None, by=SYSTEM, today=TODAY)
        assert (made.visitor_name, made.region_id) == ("系统", household.region_id)

    def test_a_correction_keeps_the_first_entry_and_can_be_made_once(self, household: Household) -> None:
        first = visit_actions.record_visit(household, SAID, user=None, by=SYSTEM, today=TODAY)
        with pytest.raises(Refused, match="须写明理由"):
            visit_actions.correct_visit(first, SAID, reason="", by=SYSTEM, today=TODAY)
        second = visit_actions.correct_visit(first, {**SAID, "visited_on": TODAY - DAY}, reason="日期填错", by=SYSTEM, today=TODAY)
        assert second.corrects == first
        assert Visit.objects.get(pk=first.pk).visited_on == TODAY
        assert list(visits.visits(SYSTEM)) == [second]
        with pytest.raises(Refused, match="已更正过"):
            visit_actions.correct_visit(first, SAID, reason="再改", by=SYSTEM, today=TODAY)

    def test_a_need_is_answered_once_and_the_visit_itself_stays(self, household: Household) -> None:
        made = visit_actions.record_visit(household, {**SAID, "needs": "想外出务工"}, user=None, by=SYSTEM, today=TODAY)
        with pytest.raises(Refused, match="至少 2 个字"):
            visit_actions.meet_need(made, answer=" ", by=SYSTEM, today=TODAY)
        done = visit_actions.meet_need(made, answer="已推荐岗位", by=SYSTEM, today=TODAY)
        assert (done.need_met_on, done.need_answer, done.needs) == (TODAY, "已推荐岗位", "想外出务工")
        with pytest.raises(Refused, match="不能重复答复"):
            visit_actions.meet_need(done, answer="又一次", by=SYSTEM, today=TODAY)

    def test_the_database_holds_what_the_forms_promise(self, household: Household) -> None:
        for wrong in ({"reach": "gone"}, {"means": "pigeon"}, {"result": ""}, {"need_met_on": TODAY}):
            with pytest.raises(IntegrityError), transaction.atomic():
                add_visit(household, **wrong)

    def test_somebody_elses_visit_is_corrected_by_who_keeps_the_file_only(self, city: City, household: Household) -> None:
        from shouwang.kernel.accounts.queries import scope_of

        visit = add_visit(household)
        helper = make_user("helper", city.offices["440514-fpb"], "helper")
        add_helper(household, user=helper)
        with pytest.raises(NotPermitted, match="走访人本人"):
            visit_actions.correct_visit(visit, SAID, reason="改", by=scope_of(helper, TODAY), today=TODAY)
        clerk = make_user("clerk", city.offices["440513100-zf"], "town_clerk")
        assert visit_actions.correct_visit(visit, SAID, reason="改", by=scope_of(clerk, TODAY), today=TODAY).pk


class TestSets:
    def test_lately_and_long_ago_count_reached_visits_of_households_on_file(self, city: City, household: Household) -> None:
        def sets(day: dt.date = TODAY) -> tuple[bool, bool]:
            rows = Household.objects.filter(pk=household.pk)
            return visits.visited_lately(rows, day).exists(), visits.long_unvisited(rows, day).exists()

        assert sets() == (False, True)
        add_visit(household, reach="refused")
        assert sets() == (False, True)
        add_visit(household, visited_on=TODAY - 40 * DAY)
        assert sets() == (False, False)
        newest = add_visit(household, visited_on=TODAY - 29 * DAY)
        assert sets() == (True, False)
        assert sets(TODAY + DAY) == (False, False)
        assert sets(TODAY + 61 * DAY) == (False, True)
        add_visit(household, visited_on=TODAY - 200 * DAY, corrects=newest)
        assert sets() == (False, False)
        ordinary = make_household(city.villages[0])
        assert not visits.long_unvisited(Household.objects.filter(pk=ordinary.pk), TODAY).exists()


class TestPages:
    def test_a_helper_of_another_district_records_by_tapping_and_sees_it_on_the_record(self, city: City, household: Household) -> None:
        client, user = client_of(city, "440514-fpb", "helper")
        address = f"/registry/{household.pk}/visits/new/"
        assert client.get(address).status_code == 404
        add_helper(household, user=user)
        page = text(client.get(address))
        assert "身体健康无发热咳嗽" in page
        said = {"day": "1", "means": "phone", "reach": "reached", "result": "身体健康无发热咳嗽", "needs": "缺种苗农资"}
        answer = client.post(address, said)
        assert answer.headers["Location"] == f"/registry/{household.pk}/#visits"
        made = Visit.objects.get()
        assert (made.visited_on, made.visitor, made.visitor_name) == (TODAY - DAY, user, "林走访")
        record = text(client.get(f"/registry/{household.pk}/"))
        for words in ("2020-02-16", "身体健康无发热咳嗽", "2020-02-16 走访发现：缺种苗农资", "待解决"):
            assert words in record
        assert client.post(f"/registry/visits/{made.pk}/need/", {"answer": "已送种苗"}).status_code == 302
        assert "2020-02-16 走访发现" not in text(client.get(f"/registry/{household.pk}/"))

    def test_other_without_a_date_is_told_at_the_field(self, city: City, household: Household) -> None:
        client, _ = client_of(city, "440513100001-cwh", "village_officer")
        answer = client.post(f"/registry/{household.pk}/visits/new/", {"day": "other", "means": "home", "reach": "reached", "result": "好"})
        assert answer.status_code == 422
        assert "请填写走访的日期" in text(answer)

    def test_a_correction_shows_both_entries(self, city: City, household: Household) -> None:
        client, _ = client_of(city, "440513100-zf", "town_clerk")
        first = add_visit(household, result="记错的话")
        said = {"day": "0", "means": "home", "reach": "reached", "result": "改正的话", "reason": "听错了"}
        assert client.post(f"/registry/visits/{first.pk}/correct/", said).status_code == 302
        page = text(client.get(f"/registry/{household.pk}/"))
        assert page.index("改正的话") < page.index("原记录（已更正）：2020-02-17 记错的话")
        assert "听错了" in page

    def test_what_was_said_is_hidden_from_a_department(self, city: City, household: Household) -> None:
        add_visit(household, result="谈到家人的病情", needs="看病费用负担重")
        client, _ = client_of(city, "4405-nyj", "department_clerk")
        for path in (f"/registry/{household.pk}/", "/registry/visits/", f"/registry/{household.pk}/history/"):
            page = text(client.get(path))
            assert "病情" not in page
            assert "看病费用" not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("open_need=1", True),
            ("open_need=0", False),
            ("means=home", True),
            ("means=phone", False),
            ("reach=reached", True),
            ("visited_on_from=2020-02-17&visited_on_to=2020-02-17", True),
            ("visited_on_to=2020-02-16", False),
            ("on_file=1", True),
            ("on_file=0", False),
            ("corrected=1", False),
            ("visitor=林走", True),
            ("q=样板", True),
            ("region=440513101", False),
        ],
    )
    def test_filters_keep_and_drop(self, city: City, household: Household, query: str, found: bool) -> None:
        add_visit(household, needs="想外出务工")
        client, _ = client_of(city, "440513-fpb", "office_clerk")
        assert (household.code in text(client.get(f"/registry/visits/?{query}"))) is found

    def test_the_export_is_named_after_list_place_and_day(self, city: City, household: Household) -> None:
        add_visit(household)
        client, _ = client_of(city, "440513100-zf", "town_clerk")
        answer = client.post("/registry/visits/export/", {"reason": "季度小结"})
        from urllib.parse import unquote

        assert "走访台账_海门镇_20200217.xlsx" in unquote(answer.headers["Content-Disposition"])

    def test_every_act_is_on_the_history_with_before_and_after(self, city: City, household: Household) -> None:
        client, _ = client_of(city, "440513-fpb", "office_clerk")
        household.phone = "15400000001"
        household.save()
        said = {"kind": "dibao", "housing_grade": "c", "housing_lived_in": "on", "phone": "15400009999", "version": household.version}
        assert client.post(f"/registry/{household.pk}/edit/", said).status_code == 302
        page = text(client.get(f"/registry/{household.pk}/history/"))
        for words in ("户类型：一般户 → 低保户", "住房安全等级：-- → C级", "联系电话：154****0001 → 154****9999"):
            assert words in page or words.replace("：-- → ", "：") in page, words
        assert "15400009999" not in page

    def test_a_long_history_is_paged_and_complete(self, city: City, household: Household) -> None:
        for number in range(35):
            visit_actions.record_visit(household, {**SAID, "result": f"第{number}次"}, user=None, by=SYSTEM, today=TODAY)
        client, _ = client_of(city, "440513-fpb", "office_clerk")
        pages = [text(client.get(f"/registry/{household.pk}/history/?page={n}")) for n in (1, 2)]
        seen = [f"第{n}次" for n in range(35) if any(f"第{n}次" in p for p in pages)]
        assert len(seen) == 35
        assert "全部 35 条" in text(client.get(f"/registry/{household.pk}/"))
        assert Event.objects.filter(ledger="registry.visit").count() == 35
