"""Pages of splits, merges, moves and look-alikes over HTTP: preview, confirm, double press, masks, what the closed household says."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from shouwang.kernel.clock import DEMO_DATE
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.models import Setting
from shouwang.ledgers.registry import reshape
from shouwang.ledgers.registry.models import Household, HouseholdChange, LookAlike, Member
from tests.factories.accounts import City, make_user, sign_in
from tests.factories.accounts import scope as scope_of
from tests.factories.registry import TODAY, add_pair
from tests.ledgers.registry.reshaping import BASIS, broken, family

BASIS_FORM = {"effective": TODAY.isoformat(), "document": "分户协议", "reason": "分开居住"}


@pytest.fixture(autouse=True)
def business_date(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:  # noqa: ARG001 - opens the database
    """The pages work on the demonstration's date; whitenoise warns of a missing folder."""
    settings.STATIC_ROOT = tmp_path
    Setting.objects.create(key=DEMO_DATE, value=TODAY.isoformat())
    yield


@pytest.fixture
def town(city: City) -> Client:
    """The clerk of 海门镇."""
    return sign_in(Client(), make_user("town", city.offices["440513100-zf"], "town_clerk"))


@pytest.fixture
def neighbour(city: City) -> Client:
    """The clerk of 成田镇."""
    return sign_in(Client(), make_user("neighbour", city.offices["440514103-zf"], "town_clerk"))


def splitting(father: Member, son: Member, **kw: str) -> dict[str, str]:
    """A form that sends the son off."""
    ways = {f"way_{father.pk}": "stay", f"relation_{father.pk}": "head", f"way_{son.pk}": "go", f"relation_{son.pk}": "head"}
    return {**BASIS_FORM, **ways, "inherit": "on", "helpers": "on", **kw}


def test_a_preview_shows_both_sides_and_writes_nothing(city: City, town: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    seen = town.post(f"/registry/{household.pk}/split/", splitting(father, son))
    assert seen.status_code == 200
    words = seen.content.decode()
    assert "尚未写入" in words and "办理后：陈子 家庭" in words and "还没有这一户" in words
    assert f'<input type="hidden" name="way_{son.pk}" value="go"' in words
    assert (Household.objects.count(), HouseholdChange.objects.count()) == (1, 0)


def test_confirmed_twice_it_is_done_once(city: City, town: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    form = splitting(father, son, stage="confirm", op_id=str(uuid.uuid4()))
    answers = [town.post(f"/registry/{household.pk}/split/", form) for _ in range(2)]
    made = HouseholdChange.objects.get()
    assert [a["Location"] for a in answers] == [f"/registry/changes/{made.pk}/"] * 2
    assert broken() == []


def test_back_to_the_form_keeps_what_was_chosen(city: City, town: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    words = town.post(f"/registry/{household.pk}/split/", splitting(father, son, stage="edit")).content.decode()
    assert '<option value="go" selected>' in words
    assert 'value="分户协议"' in words


def test_a_refusal_stands_on_the_form(city: City, town: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    answer = town.post(f"/registry/{household.pk}/split/", splitting(father, son, **{f"relation_{son.pk}": "son"}))
    assert answer.status_code == 422
    assert "分出的户没有户主" in answer.content.decode()


def test_one_person_cannot_split(city: City, town: Client) -> None:
    household, _members = family(city.villages[0], "陈父")
    answer = town.get(f"/registry/{household.pk}/split/")
    assert (answer.status_code, "只有 1 名成员" in answer.content.decode()) == (422, True)
    page = town.get(f"/registry/{household.pk}/").content.decode()
    offered = [move for move in ("split", "merge", "transfer", "move") if f"/registry/{household.pk}/{move}/" in page]
    assert offered == ["merge", "move"]


def test_merge_asks_for_the_other_household_and_names_a_wrong_number(city: City, town: Client) -> None:
    household, _members = family(city.villages[0], "陈父")
    far, _others = family(city.at("440514103201"), "林远")
    asked = town.post(f"/registry/{household.pk}/merge/", {"other": far.code})
    assert (asked.status_code, f"没有户编号为“{far.code}”的户" in asked.content.decode()) == (422, True)
    near, _others = family(city.villages[1], "林近")
    led = town.post(f"/registry/{household.pk}/merge/", {"other": near.code})
    assert led["Location"] == f"/registry/{household.pk}/merge/?into={near.code}"


def test_merged_household_says_where_it_went_and_offers_nothing(city: City, town: Client) -> None:
    source, (old,) = family(city.villages[0], "林甲")
    target, (head,) = family(city.villages[1], "林乙")
    ways = {f"way_{old.pk}": "go", f"relation_{old.pk}": "father", f"relation_{head.pk}": "head"}
    done = town.post(f"/registry/{source.pk}/merge/?into={target.code}", {**BASIS_FORM, **ways, "stage": "confirm"})
    assert done.status_code == 302
    page = town.get(f"/registry/{source.pk}/").content.decode()
    assert "本户已于 2020-02-17 并入" in page
    assert f'<a href="/registry/{target.pk}/">林乙 家庭（{target.code}）</a>' in page
    assert "成员：林甲" in page
    assert f"/registry/{source.pk}/edit/" not in page and f"/registry/{source.pk}/split/" not in page
    assert source.code not in town.get("/registry/?all=1").content.decode()
    made = HouseholdChange.objects.get()
    undone = town.post(f"/registry/changes/{made.pk}/undo/", {"reason": "登记有误"})
    assert undone.status_code == 302
    assert source.code in town.get("/registry/?all=1").content.decode()


def test_a_move_waits_and_is_accepted_by_the_other_side(city: City, town: Client, neighbour: Client) -> None:
    household, _members = family(city.villages[0], "陈父")
    there = city.at("440514103201")
    town.post(f"/registry/{household.pk}/move/", {**BASIS_FORM, "region": there.pk, "stage": "confirm"})
    made = HouseholdChange.objects.get()
    assert neighbour.get(f"/registry/{household.pk}/").status_code == 404
    asked = neighbour.get(f"/registry/changes/{made.pk}/").content.decode()
    assert household.code in asked and "陈父" not in asked
    assert neighbour.post(f"/registry/changes/{made.pk}/accept/").status_code == 302
    assert neighbour.get(f"/registry/{household.pk}/").status_code == 200
    assert town.get(f"/registry/{household.pk}/").status_code == 404
    assert "陈父" not in town.get(f"/registry/changes/{made.pk}/").content.decode()
    for side in (town, neighbour):
        assert household.code in side.get("/registry/changes/").content.decode()


def test_what_split_off_and_moved_away_stays_in_the_history(city: City, town: Client, neighbour: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    town.post(f"/registry/{household.pk}/split/", splitting(father, son, stage="confirm"))
    split = HouseholdChange.objects.get()
    town.post(f"/registry/{split.target_id}/move/", {**BASIS_FORM, "region": city.at("440514103201").pk, "stage": "confirm"})
    moved = HouseholdChange.objects.get(kind="move")
    assert neighbour.post(f"/registry/changes/{moved.pk}/accept/").status_code == 302
    page = town.get(f"/registry/{household.pk}/").content.decode()
    assert "分出" in page and f"/registry/changes/{split.pk}/" in page
    shown = town.get(f"/registry/changes/{split.pk}/").content.decode()
    assert "不在您管辖范围内的户" in shown and "陈子" not in shown and "成员" in shown
    assert neighbour.get(f"/registry/changes/{split.pk}/").status_code == 200


def test_the_village_reads_the_history_and_changes_nothing(city: City, town: Client) -> None:
    household, (father, son) = family(city.villages[0], "陈父", "陈子")
    town.post(f"/registry/{household.pk}/split/", splitting(father, son, stage="confirm"))
    village = sign_in(Client(), make_user("village", city.offices["440513100001-cwh"], "village_officer"))
    page = village.get(f"/registry/{household.pk}/").content.decode()
    assert "分出" in page and f"/registry/{household.pk}/split/" not in page
    assert village.get(f"/registry/{household.pk}/split/").status_code == 403


class TestPair:
    def test_side_by_side_masks_numbers_and_marks_what_differs(self, city: City, town: Client) -> None:
        _home, (one,) = family(city.villages[0], "陈志明")
        _home, (other,) = family(city.villages[0], "陈智明")
        one.id_number, other.id_number = "44051319700101001X", "44051319700101003X"
        one.save(), other.save()
        page = town.get(f"/registry/lookalikes/{add_pair(one, other).pk}/").content.decode()
        assert "44051319700101" not in page
        assert page.count(">不同<") >= 2
        assert "姓名相同、出生日期相同、同村" in page

    def test_decided_by_a_press(self, city: City, town: Client) -> None:
        _home, (one,) = family(city.villages[0], "陈志明")
        _home, (other,) = family(city.villages[0], "陈志明")
        pair = add_pair(one, other)
        answer = town.post(f"/registry/lookalikes/{pair.pk}/same/", {"reason": "电话核对为同一人", "keep": one.pk})
        assert answer["Location"] == f"/registry/lookalikes/{pair.pk}/"
        assert (LookAlike.objects.get().state, Member.objects.get(pk=other.pk).left_reason) == ("same", "duplicate")
        assert town.post(f"/registry/lookalikes/{pair.pk}/lapse/", {"reason": "核验"}).status_code == 302
        assert LookAlike.objects.get().state == "same"

    def test_a_town_has_its_county_searched(self, city: City, town: Client) -> None:
        assert town.post("/registry/lookalikes/find/").status_code == 302
        assert Job.objects.get().args == {"county": city.counties[0].pk}


def test_page_of_a_much_changed_household_costs_no_query_for_each_change(
    city: City, town: Client, django_assert_max_num_queries: Any
) -> None:
    household, (father, *_sons) = family(city.villages[0], "陈父", "陈一", "陈二", "陈三")
    by = scope_of(make_user("again", city.offices["440513100-zf"], "town_clerk"))
    for name in ("陈一", "陈二"):
        leaving = Member.objects.get(name=name)
        staying = {m.pk: m.relation for m in Member.objects.filter(household=household).exclude(pk=leaving.pk)}
        reshape.split(household, {leaving.pk: "head"}, staying, basis=BASIS, by=by, today=TODAY)
    with django_assert_max_num_queries(46):  # ten of them are what the other ledgers say of the household
        town.get(f"/registry/{household.pk}/")
    assert father.name in town.get(f"/registry/{household.pk}/").content.decode()
