"""No personal name on a product card: refused on entry, left off where somebody named came behind the lot later."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.produce import actions, queries, views
from shouwang.ledgers.produce.card_words import named, withheld
from tests.factories.produce import TODAY, make_lot, put_behind
from tests.factories.registry import add_member, make_household

BY = Scope.system("核验")
SAID = {"product": "guava", "seller_kind": "village", "seller": "和睦农户", "unsold": 3_000_000, "floor_price": 300, "asked_price": 360}
SAID |= {"from_on": TODAY, "until_on": TODAY + dt.timedelta(5)}


@pytest.fixture
def village(city):
    """A village with four people in it."""
    for name in ("蔡户主", "欧阳样板", "翁样", "蔡样板"):
        add_member(make_household(city.villages[0]), name=name)
    return city.villages[0]


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"story": "蔡户主一家种了二十年"}, "story", "产品故事里的“蔡户主”与和睦居委会登记居民的姓名相同"),
        ({"story": "由欧 阳 样板照看"}, "story", "产品故事里的“欧阳样板”"),
        ({"story": "翁样家的果园"}, "story", "产品故事里的“翁样”"),
        ({"story": "找林联系订货", "contact": "林联系"}, "story", "产品故事里的“林联系”是联系人的姓名"),
        (
            {"seller": "蔡样板果园"},
            "seller",
            "主体名称里的“蔡样板”与和睦居委会登记居民的姓名相同，产品卡对外分享，不能印姓名。请改为“××村农户”。",
        ),
        ({"quality": "蔡户主自留种"}, "quality", "请删去姓名"),
        ({"spec": "蔡户主箱装"}, "spec", "规格里的“蔡户主”"),
    ],
)
def test_lot_whose_card_would_name_somebody_is_refused_in_words(village, said, field, words):
    with pytest.raises(Refused) as no:
        actions.list_lot(village, {**SAID, **said}, by=BY, today=TODAY)
    assert (no.value.field, words in no.value.message) == (field, True), no.value.message


@pytest.mark.parametrize(
    "said",
    [
        {"story": "村民在山上种的，种植户自己采摘"},
        {"story": "和睦村委会统一收购", "contact": "和睦村委会"},
        {"seller": "蔡户主种植合作社", "seller_kind": "coop"},  # as it is registered
    ],
)
def test_words_that_name_nobody_and_the_registered_name_of_a_cooperative_pass(village, said):
    assert actions.list_lot(village, {**SAID, **said}, by=BY, today=TODAY).pk


def test_people_of_another_village_and_short_words_in_a_whole_town_do_not_count(city, village):
    said = {"story": "翁样、蔡户主"}
    other = next(v for v in city.villages if v.town_id != village.town_id)
    assert (named(said, other, []), named(said, village.county, [])) == ({}, {})
    assert named(said, village.town, [])["story"][0] == "蔡户主"


@pytest.mark.parametrize("story", ["翁样叔家的果园", "由种植户翁样采摘", "找翁样师傅", "农户翁样、林某"])
def test_short_name_beside_a_word_for_a_person_counts_through_town_and_county(city, village, story):
    beside = next(v for v in city.villages if v.town_id == village.town_id and v != village)
    for place, whose in ((beside, village.town), (village.town, village.town), (village.county, village.county)):
        assert named({"story": story}, place, []) == {"story": ("翁样", f"与{whose.name}登记居民的姓名相同")}, place
    away = next(v for v in city.villages if v.county_id != village.county_id)
    assert named({"story": story}, away, []) == {}


def test_everyday_words_that_are_somebody_s_name_too_do_not_count_beside_the_village(city):
    add_member(make_household(city.villages[0]), name="新鲜")
    add_member(make_household(city.villages[0]), name="高山")
    beside = next(v for v in city.villages if v.town_id == city.villages[0].town_id and v != city.villages[0])
    said = {"story": "高山上种的，新鲜采摘，村民自家的果园，师傅分级装箱", "quality": "新鲜无公害", "seller": f"{beside.name}农户"}
    assert (named(said, beside, []), named(said, beside.town, [])) == ({}, {})


def test_story_that_names_somebody_who_came_behind_the_lot_later_is_left_off_the_card(city):
    lot = make_lot(city.villages[0], story="林样板家的果园", seller="林样板", spec="箱装")
    assert views.card(lot_of(lot), TODAY)["texts"] == {"story": "林样板家的果园", "seller": "林样板", "spec": "箱装", "quality": ""}
    put_behind(lot, make_household(city.villages[0], head_name="林样板"))
    shown = views.card(lot_of(lot), TODAY)
    assert (shown["texts"]["story"], shown["texts"]["seller"], shown["left_off"]) == ("", "贫困村", "产品故事、主体名称")
    said = {n: getattr(lot, n) for n in actions.RECOUNTED}
    with pytest.raises(Refused, match="“林样板”是涉及户成员的姓名"):
        actions.recount(lot, said, "核实", by=BY, today=TODAY)
    actions.recount(lot, {**said, "story": "村民的果园"}, "改写故事", by=BY, today=TODAY)
    assert views.card(lot_of(lot), TODAY)["texts"]["story"] == "村民的果园"


def test_member_born_into_a_household_behind_the_lot_is_left_off_too(city):
    home = make_household(city.villages[0])
    lot = make_lot(city.villages[0].town, story="阿明样板照看")
    put_behind(lot, home)
    assert withheld(lot) == {}
    add_member(home, name="明样板")
    assert withheld(lot) == {"story": ("明样板", "是涉及户成员的姓名")}


def lot_of(lot):
    return queries.lot(BY, lot.pk)
