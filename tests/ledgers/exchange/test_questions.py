"""Who a row is about when the machine cannot say: asked once, remembered, taken back; and households that change shape."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from shouwang.kernel.accounts.queries import scope_of
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.exchange import actions, lake, queries, questions, watch
from shouwang.ledgers.exchange.models import MatchQuestion
from shouwang.ledgers.registry import reshape
from shouwang.ledgers.registry.reshape_checks import Basis
from tests.factories.accounts import make_user, sign_in
from tests.factories.exchange import JANUARY, TODAY, make_agreement
from tests.factories.registry import add_member, make_household
from tests.ledgers.exchange.conftest import ID, OTHER, STRANGER, row, sheet, taken_in, work


def lake_rows(feed: str = "medical_settlement") -> list[dict[str, Any]]:
    return [r for f in lake.partitions(feed, ["440513", "440514"], JANUARY, JANUARY) for r in pq.read_table(f).to_pylist()]


@pytest.fixture
def twins(city):
    """Two of one name and birthday in two villages of one town."""
    return [
        add_member(make_household(city.at(code), head_name="郑同名"), birth_date=dt.date(1960, 5, 5))
        for code in ("440513100001", "440513100002")
    ]


NAMELESS = {"患者姓名": "郑同名", "身份证号码": ""}
DATED = ["患者姓名", "出生日期", "医疗类别", "总费用", "个人自付", "结算日期"]


def dated(name: str = "郑同名", day: str = "2020-01-15") -> list[str]:
    return [name, "1960-05-05", "住院", "500", "100", day]


class TestAQuestion:
    @pytest.fixture
    def asked(self, medical, sender, twins):  # noqa: ARG002 - whom it may be
        self.delivery = taken_in(medical, sender, sheet(dated(), dated(day="2020-01-20"), head=DATED))
        return MatchQuestion.objects.get()

    def test_rows_of_one_identity_ask_one_question_and_stay_out_of_the_lake(self, asked, twins):
        assert (self.delivery.open_rows, lake_rows()) == (2, [])
        assert sorted(c[0] for c in asked.candidates) == sorted(t.pk for t in twins)
        assert asked.town.code.startswith("440513100")

    def test_an_answer_brings_the_rows_in_and_holds_next_month(self, asked, twins, clerk, medical, sender):
        questions.decide(asked, twins[1], reason="电话核对为本人", by=clerk, today=TODAY)
        work()
        assert [(r["person"], r["way"]) for r in lake_rows()] == [(twins[1].lake_key, "person")] * 2
        later = taken_in(medical, sender, sheet(dated(day="2020-01-30"), head=DATED, name="补报.csv"))
        assert (later.person_rows, later.open_rows, MatchQuestion.objects.count(), len(lake_rows())) == (1, 0, 1, 3)

    def test_none_of_them_is_remembered_too(self, asked, clerk, medical, sender):
        questions.decide(asked, None, reason="同名不同人，均不是", by=clerk, today=TODAY)
        work()
        later = taken_in_or_checked(medical, sender)
        assert (lake_rows(), later.open_rows, later.unknown_rows) == ([], 0, 1)

    def test_an_answer_can_be_taken_back_with_a_reason(self, asked, twins, clerk):
        questions.decide(asked, twins[0], reason="电话核对为本人", by=clerk, today=TODAY)
        with pytest.raises(Refused, match="已核对过"):
            questions.decide(asked, twins[1], reason="查户口簿为本人", by=clerk, today=TODAY)
        with pytest.raises(Refused, match="理由"):
            questions.reopen(asked, reason="", by=clerk, today=TODAY)
        questions.reopen(asked, reason="对方来电更正", by=clerk, today=TODAY)
        work()
        assert (MatchQuestion.objects.get().state, lake_rows()) == ("open", [])

    def test_somebody_who_is_no_candidate_is_refused(self, asked, people, clerk):
        with pytest.raises(Refused, match="不在候选名单"):
            questions.decide(asked, people["zeng"], reason="电话核对为本人", by=clerk, today=TODAY)

    @pytest.mark.usefixtures("asked")
    def test_withdrawing_the_delivery_forgets_the_question(self, sender):
        actions.withdraw(self.delivery, reason="报错了文件", by=sender, today=TODAY)
        assert not MatchQuestion.objects.exists()

    def test_the_page_shows_both_sides_masked_and_takes_the_decision(self, asked, twins, city):
        user = make_user("town", city.offices["440513100-zf"], "town_clerk")
        client = sign_in(Client(), user)
        page = client.get(f"/exchange/questions/{asked.pk}/").content.decode()
        assert page.count("郑同名") >= 3 and "姓名相同" in page
        answer = client.post(f"/exchange/questions/{asked.pk}/link/", {"member": str(twins[0].pk), "reason": "电话核对为本人"})
        assert answer.status_code == 302
        asked.refresh_from_db()
        assert (asked.state, asked.member_id, asked.decided_by) == ("linked", twins[0].pk, "town")
        other = sign_in(Client(), make_user("far", city.offices["440514101-zf"], "town_clerk"))
        assert other.get(f"/exchange/questions/{asked.pk}/").status_code == 404


def taken_in_or_checked(medical, sender):
    from tests.ledgers.exchange.conftest import checked

    return checked(medical, sender, sheet(dated(day="2020-01-31"), head=DATED, name="又报.csv"))


@pytest.mark.usefixtures("people")
def test_hits_about_people_on_no_file_are_kept_sealed_and_create_nobody(city, bureau, sender):
    listed = make_agreement(city.at("440513"), bureau, "vehicles", way="list")
    december = dt.date(2019, 12, 1)
    taken_in(
        listed,
        sender,
        sheet(["黄外人", STRANGER, "轿车", "80000"], ["曾样板", ID, "货车", "30000"], head=["姓名", "身份证号", "车辆类型", "购置价格"]),
        december,
    )
    outside = MatchQuestion.objects.get()
    assert (outside.state, outside.candidates, STRANGER in outside.said.reveal(), STRANGER in str(outside.said)) == (
        "outside",
        [],
        True,
        False,
    )
    assert queries.questions(Scope.system()).count() == 0


def test_a_split_takes_the_persons_rows_to_the_new_household(people, medical, sender):
    old = people["zeng"].household
    son = add_member(old, name="曾大宝", relation="son", id_number=OTHER[:6] + "199202020012", birth_date=dt.date(1992, 2, 2))
    taken_in(medical, sender, sheet(row(), row(身份证号码=OTHER[:6] + "199202020012", 患者姓名="曾大宝")))
    stay = {people["zeng"].pk: "head", people["child"].pk: "son"}
    basis = Basis(TODAY - dt.timedelta(1), "分户协议", "昨日分户")
    reshape.split(old, {son.pk: "head"}, stay, basis=basis, by=Scope.system(), today=TODAY)
    work()
    son.refresh_from_db()
    homes = {r["person"]: r["household"] for r in lake_rows()}
    assert homes[son.lake_key] == son.household.lake_key != old.lake_key
    assert homes[people["zeng"].lake_key] == old.lake_key


def test_feeds_that_contradict_are_said_with_the_rule(people, medical, sender, clerk, city, bureau):
    registry = make_agreement(city.at("440513"), bureau, "civil_registry")
    taken_in(registry, sender, sheet(["曾样板", ID, "死亡", "2020-01-03"], head=["姓名", "身份证号", "变动类型", "日期"]))
    taken_in(medical, sender, sheet(row()))
    found = queries.contradictions(clerk, JANUARY)
    assert [(c.words, home.code, member.code) for c, home, member in found] == [
        ("公安已登记死亡，仍有医保结算", people["zeng"].household.code, people["zeng"].code)
    ]
    other = scope_of(make_user("far", city.offices["440514-fpb"], "office_clerk"), TODAY)
    assert queries.contradictions(other, JANUARY) == []


def test_contradictions_are_work_of_the_county_until_the_next_month_has_none(people, medical, sender, city, bureau):
    registry = make_agreement(city.at("440513"), bureau, "civil_registry")
    taken_in(registry, sender, sheet(["曾样板", ID, "死亡", "2020-01-03"], head=["姓名", "身份证号", "变动类型", "日期"]))
    taken_in(medical, sender, sheet(row()))
    for _night in range(2):
        assert watch.contradiction_items(TODAY) == 1
    item = WorkItem.objects.get(kind=watch.CONTRADICTION, state="open")
    assert (item.office, item.title) == (city.offices["440513-fpb"], "部门数据打架 2020-01：1 处，请函询有关部门")
    assert people["zeng"].name not in item.title
    assert watch.contradiction_items(dt.date(2020, 3, 1)) == 0
    assert not WorkItem.objects.filter(kind=watch.CONTRADICTION, state="open").exists()


@pytest.mark.usefixtures("people")
def test_a_line_of_the_offices_work_leads_only_those_who_may_open_it(medical, sender, city, bureau):
    registry = make_agreement(city.at("440513"), bureau, "civil_registry")
    taken_in(registry, sender, sheet(["曾样板", ID, "死亡", "2020-01-03"], head=["姓名", "身份证号", "变动类型", "日期"]))
    taken_in(medical, sender, sheet(row()))
    watch.contradiction_items(TODAY)
    for role, leads in (("office_clerk", True), ("office_leader", False)):
        client = sign_in(Client(), make_user(role, city.offices["440513-fpb"], role))
        for page in ("/", "/worklist/"):
            shown = client.get(page).content.decode()
            assert "部门数据打架 2020-01" in shown, (role, page)
            assert ('href="/exchange/conflicts/?period=2020-01"' in shown) is leads, (role, page)
        assert (client.get("/exchange/conflicts/?period=2020-01").status_code == 200) is leads
