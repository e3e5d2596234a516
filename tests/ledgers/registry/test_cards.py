"""帮扶明白卡: what is on it, what must never be, who prints how many, and that printing is on the audit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shouwang.kernel.audit.models import Event
from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import cards
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.registry import TODAY, add_helper, add_income, add_member, add_status, make_household

ID, PHONE = "44051319700101001X", "15400000001"


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def household(city: City) -> Household:
    made = make_household(city.at("440513100001"), head_name="陈样板", phone=PHONE, hamlet="第1村民小组", main_cause="illness")
    add_status(made, standing="poor")
    add_member(made, id_number=ID, health="severe", assistance="dibao", medical_help=True, public_post="cleaning", public_post_months=3)
    add_income(made, wage=700_000, transfer_dibao=362_500, transfer_pension=120_050, transfer_other=99)
    add_helper(made, name="林帮扶", phone="15900000002", unit=city.offices["4405-nyj"])
    return made


def client_of(city: City, office: str, role: str) -> Client:
    return sign_in(Client(), make_user(f"{office}-{role}", city.offices[office], role))


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_card_says_whom_to_call_and_what_came(city: City, household: Household) -> None:
    page = text(client_of(city, "440513100-zf", "town_clerk").get(f"/registry/{household.pk}/card/"))
    for words in (
        "陈样板", "林帮扶", "15900000002", str(city.offices["4405-nyj"]), "低保 1 人", "公益性岗位：陈样板（保洁员）",
        "3,625.00 元", "1,200.50 元", "4,825.50 元", "2018-10-01 ～ 2019-09-30", "12317", "2020年2月17日",
    ):  # fmt: skip
        assert words in page, words


def test_nothing_that_harms_hangs_at_the_door(city: City, household: Household) -> None:
    page = text(client_of(city, "440513100-zf", "town_clerk").get(f"/registry/{household.pk}/card/"))
    card = page[page.index('<article class="mb"') : page.index("</article>")]
    for secret in (ID, ID[:6], PHONE, "154", "大病", "因病", "医疗救助", "7,000", "致贫", "未脱贫", "1970"):
        assert secret not in card, secret


def test_printing_is_on_the_audit_and_reading_the_choice_is_not(city: City, household: Household) -> None:
    client = client_of(city, "440513100-zf", "town_clerk")
    page = text(client.get("/registry/cards/?region=440513100001"))
    assert "生成 1 张明白卡" in page
    assert not Event.objects.filter(verb="registry.card.print").exists()
    assert text(client.post("/registry/cards/?region=440513100001")).count('<article class="mb"') == 1
    assert Event.objects.get(verb="registry.card.print").record_id == str(household.pk)


def test_a_batch_takes_households_on_file_of_the_place_in_order(city: City, household: Household) -> None:
    for hamlet in ("第2村民小组", "第1村民小组"):
        add_status(make_household(city.at("440513100001"), hamlet=hamlet))
    make_household(city.at("440513100001"), hamlet="第1村民小组")
    add_status(make_household(city.at("440513101201")))
    made = cards.print_cards(
        Household.objects.filter(village=household.village).exclude(registration=""), by=Scope.system(), today=TODAY, address="/{pk}/"
    )
    assert [c.household.hamlet for c in made] == ["第1村民小组", "第1村民小组", "第2村民小组"]
    assert made[1].helpers == []
    page = text(client_of(city, "440513-fpb", "office_clerk").get("/registry/cards/?region=440513100001&hamlet=第1"))
    assert "生成 2 张明白卡" in page


@pytest.mark.parametrize(("limit", "words"), [(0, "超过一次打印 0 户")])
def test_too_many_and_none_are_refused_in_words(household: Household, monkeypatch: Any, limit: int, words: str) -> None:
    with pytest.raises(Refused, match="没有可以打印的户"):
        cards.print_cards(Household.objects.none(), by=Scope.system(), today=TODAY, address="")
    real = cards.lookup
    monkeypatch.setattr(cards, "lookup", lambda *a, **k: type(real(*a, **k))(*["", limit, "", TODAY, None, "", "", False]))
    with pytest.raises(Refused, match=words):
        cards.print_cards(Household.objects.filter(pk=household.pk), by=Scope.system(), today=TODAY, address="")


def test_a_household_without_anything_says_so(city: City) -> None:
    bare = make_household(city.at("440513100001"))
    page = text(client_of(city, "440513100-zf", "town_clerk").get(f"/registry/{bare.pk}/card/"))
    for words in ("正在安排", "本系统没有登记", "本系统还没有登记到户资金"):
        assert words in page


def test_a_helper_prints_none(city: City, household: Household) -> None:
    assert client_of(city, "440513-fpb", "helper").get(f"/registry/{household.pk}/card/").status_code == 403
