"""Pairs found by the search, decided, remembered, followed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.registry import actions, reshape
from shouwang.ledgers.registry.jobs import find_lookalikes
from shouwang.ledgers.registry.lookalike_actions import ask_search, decide
from shouwang.ledgers.registry.models import LookAlike, Member
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import TODAY, add_member, add_pair, make_household
from tests.ledgers.registry.dirty import number_of
from tests.ledgers.registry.reshaping import BASIS, family

BIRTH = dt.date(1970, 1, 1)
ID = number_of("440513", BIRTH, 17)


@pytest.fixture
def clerk(city: City) -> Scope:
    """The clerk of 海门镇."""
    return scope(make_user("town", city.offices["440513100-zf"], "town_clerk"))


@pytest.fixture
def county(city: City) -> Scope:
    """The clerk of 潮阳区."""
    return scope(make_user("county", city.offices["440513-fpb"], "office_clerk"))


def searched() -> dict[str, int]:
    """A run of the job over every county."""
    now = timezone.now()
    values = {"requested_name": "定时任务", "business_at": TODAY, "created_at": now, "run_after": now}
    job = Job.objects.create(kind="registry.find_lookalikes", idempotency_key=f"t{Job.objects.count()}", **values)
    return find_lookalikes(Run(job)) or {}


def living_at(village: Region, name: str = "陈志明", **kw: object) -> Member:
    return add_member(make_household(village, head_name=name), name=name, **kw)  # type: ignore[arg-type]  # fields by name


class TestSearch:
    def test_pairs_lie_where_both_sides_are_covered(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Run, "_save_chunk", lambda _run: None)  # no worker holds the lease here
        village, neighbour, town, county = (city.at(c) for c in ("440513100001", "440513100002", "440513101201", "440514101201"))
        living_at(village, "林一"), living_at(village, "林一")
        living_at(village, "黄二", id_number=ID), living_at(neighbour, "黄二", id_number=ID)
        living_at(village, "郑三", birth_date=dt.date(1980, 5, 5)), living_at(town, "郑三", birth_date=dt.date(1980, 5, 5))
        other = number_of("440513", dt.date(1990, 9, 9), 31)
        for place in (village, county):
            living_at(place, "吴四", id_number=other, birth_date=dt.date(1990, 9, 9))
        assert searched() == {"found": 8}
        seen = {(p.left_member.name, p.region.name) for p in LookAlike.objects.filter(kind="member") if p.left_member}
        assert seen == {("林一", "和睦居委会"), ("黄二", "海门镇"), ("郑三", "潮阳区"), ("吴四", "汕头市")}
        assert LookAlike.objects.filter(kind="household").count() == 4
        items = {i.office.code: i.title for i in WorkItem.objects.filter(kind="registry.lookalikes", state="open")}
        assert items == {
            "440513100-zf": "疑似重复 4 对待核对",
            "440513-fpb": "疑似重复 2 对待核对",
            "4405-fpb": "疑似重复 2 对待核对",
        }
        events = Event.objects.count()
        assert searched() == {"found": 0}
        assert Event.objects.count() == events

    def test_what_was_decided_comes_back_only_with_new_strong_evidence(
        self, city: City, clerk: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Run, "_save_chunk", lambda _run: None)
        one, other = living_at(city.villages[0]), living_at(city.villages[0])
        searched()
        pair = LookAlike.objects.get(kind="member")
        decide(pair, "different", reason="查明是两人", by=clerk, today=TODAY)
        one.birth_date = dt.date(1970, 1, 2)
        one.save()
        assert searched() == {"found": 0}
        for row in (one, other):
            row.phone = "15400000001"
            row.birth_date = BIRTH
            row.save()
        searched()
        pair.refresh_from_db()
        assert (pair.state, pair.evidence.split(",")[-1] in pair.codes, "phone_same" in pair.codes) == ("open", True, True)

    def test_pairs_of_who_left_lapse(self, city: City, clerk: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Run, "_save_chunk", lambda _run: None)
        living_at(city.villages[0])
        gone = living_at(city.villages[0])
        searched()
        actions.register_leaving(gone, left_on=TODAY, left_reason="died", reason="因病去世", by=clerk, today=TODAY, version=None)
        searched()
        assert LookAlike.objects.get(kind="member").state == "lapsed"

    def test_twins_and_namesakes_with_numbers_are_no_pair(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Run, "_save_chunk", lambda _run: None)
        home = make_household(city.villages[0], head_name="陈志明")
        add_member(home, name="陈志明", id_number=ID, phone="15400000001")
        add_member(home, name="陈志强", relation="brother", id_number=number_of("440513", BIRTH, 19), phone="15400000001")
        living_at(city.villages[0], "陈志明", id_number=number_of("440582", BIRTH, 301))
        assert searched() == {"found": 0}

    def test_a_county_asks_for_its_own_search_once_a_minute(self, city: City, county: Scope) -> None:
        moment = dt.datetime(2020, 2, 17, 9, 0, 30, tzinfo=dt.UTC)
        first = ask_search(city.counties[0], by=county, today=TODAY, moment=moment)
        assert ask_search(city.counties[0], by=county, today=TODAY, moment=moment).pk == first.pk
        with pytest.raises(NotPermitted, match="没有在该区"):
            ask_search(city.counties[1], by=county, today=TODAY, moment=moment)


class TestDecision:
    def test_the_same_person_leaves_one_of_the_two(self, city: City, clerk: Scope) -> None:
        kept, twice = living_at(city.villages[0]), living_at(city.villages[0])
        pair = add_pair(kept, twice)
        decide(pair, "same", reason="电话核对为同一人", by=clerk, today=TODAY, keep_member=kept.pk)
        twice.refresh_from_db()
        pair.refresh_from_db()
        assert (twice.left_on, twice.left_reason) == (TODAY, "duplicate")
        assert (pair.state, pair.decided_on, pair.decided_by) == ("same", TODAY, "潮阳区海门镇人民政府 town")

    @pytest.mark.parametrize("keep", [None, 0])
    def test_which_one_stays_must_be_said(self, city: City, clerk: Scope, keep: int | None) -> None:
        pair = add_pair(living_at(city.villages[0]), living_at(city.villages[0]))
        with pytest.raises(Refused, match="请选择以哪一条为准"):
            decide(pair, "same", reason="电话核对", by=clerk, today=TODAY, keep_member=keep)
        pair.refresh_from_db()
        assert pair.state == "open"

    def test_a_head_with_a_family_is_not_taken_off(self, city: City, clerk: Scope) -> None:
        _home, (head, _son) = family(city.villages[0], "陈志明", "陈子")
        kept = living_at(city.villages[0])
        with pytest.raises(Refused, match="该成员是户主"):
            decide(add_pair(head, kept), "same", reason="电话核对", by=clerk, today=TODAY, keep_member=kept.pk)
        assert not Member.objects.exclude(left_on=None).exists()

    def test_unsure_then_different_then_opened_again(self, city: City, clerk: Scope) -> None:
        pair = add_pair(living_at(city.villages[0]), living_at(city.villages[0]))
        for move, state in (("unsure", "unsure"), ("different", "different"), ("reopen", "open")):
            decide(pair, move, reason="核验", by=clerk, today=TODAY)
            pair.refresh_from_db()
            assert pair.state == state
        with pytest.raises(Refused, match="须写明理由"):
            decide(pair, "different", reason="", by=clerk, today=TODAY)

    def test_a_pair_across_two_towns_is_the_countys(self, city: City, clerk: Scope, county: Scope) -> None:
        pair = add_pair(living_at(city.villages[0]), living_at(city.at("440513101201")))
        for move in ("different", "reopen"):
            with pytest.raises((NotPermitted, Refused)):
                decide(pair, move, reason="核验", by=clerk, today=TODAY)
        decide(pair, "different", reason="核验", by=county, today=TODAY)

    def test_two_households_become_the_same_by_a_merge(self, city: City, clerk: Scope) -> None:
        source, (head,) = family(city.villages[0], "陈志明")
        target, (other,) = family(city.villages[0], "陈志明")
        homes, people = add_pair(source, target, evidence="head_same"), add_pair(head, other)
        third = add_pair(source, make_household(city.villages[0], head_name="陈志明"), evidence="head_same")
        with pytest.raises(Refused, match="请办理并户"):
            decide(homes, "same", reason="核验", by=clerk, today=TODAY)
        made = reshape.merge(source, target, {other.pk: "head"}, duplicates=[head.pk], basis=BASIS, by=clerk, today=TODAY)
        for pair, state in ((homes, "same"), (people, "same"), (third, "lapsed")):
            pair.refresh_from_db()
            assert pair.state == state
        reshape.undo(made, reason="查明是两户", by=clerk, today=TODAY)
        homes.refresh_from_db()
        assert homes.state == "open"

    def test_a_pair_follows_a_move_out_of_the_village(self, city: City, county: Scope) -> None:
        home, (head,) = family(city.villages[0], "陈志明")
        pair = add_pair(head, living_at(city.villages[0]))
        reshape.move(home, city.at("440513101201"), basis=BASIS, by=county, today=TODAY)
        pair.refresh_from_db()
        assert (pair.region.name, pair.town_id, pair.county_id) == ("潮阳区", None, city.counties[0].pk)
