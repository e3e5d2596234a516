"""Search by name, pinyin and number over the database's index: scope, index kept by the database, bounds."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import TableView
from shouwang.ledgers.registry import actions, name_index, search
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import TODAY, add_helper, add_member, make_household

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2020, 2, 17, 14, 5, tzinfo=timezone.get_default_timezone())
EVERYTHING = Scope.system()


def home(city: City, village: str, head: str, *others: str, code: str = "") -> Household:
    made = make_household(city.at(village), head_name=head, code=code)
    add_member(made)
    for name in others:
        add_member(made, name=name, relation="son")
    return made


def look(text: str, by: Scope = EVERYTHING, **also: str) -> TableView:
    params = QueryDict(mutable=True)
    params.update({"q": text, **also})
    return HOUSEHOLDS.view(params, by, now=NOW)


def heads(text: str, by: Scope = EVERYTHING, **also: str) -> list[str]:
    pks = [row.pk for row in look(text, by, **also).rows]
    return sorted(Household.objects.filter(pk__in=pks).values_list("head_name", flat=True))


class TestWhatIsFound:
    @pytest.fixture(autouse=True)
    def homes(self, city: City) -> None:
        home(city, "440513100001", "王建国", "王小明", code="44051310000100001")
        home(city, "440513100001", "曾建", "𠮷永")
        home(city, "440513100002", "李娜娜", code="44051310000200001")

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("王建国", ["王建国"]),
            ("建", ["曾建", "王建国"]),
            ("小明", ["王建国"]),
            ("王国", []),
            ("wjg", ["王建国"]),
            ("wangj", ["王建国"]),
            ("wxm", ["王建国"]),
            ("zj", ["曾建"]),
            ("cengjian", ["曾建"]),
            ("曾j", ["曾建"]),
            ("𠮷", ["曾建"]),
            ("娜娜", ["李娜娜"]),
            ("44051310000200001", ["李娜娜"]),
            ("4405131000", ["李娜娜", "王建国"]),
            ("440513100001 王", ["王建国"]),
            ("李建", []),
            ("娜 李", ["李娜娜"]),
        ],
    )
    def test_part_of_a_name_pinyin_or_number(self, typed: str, expected: list[str]) -> None:
        assert heads(typed) == sorted(expected)

    def test_a_row_says_which_member_met_the_search(self) -> None:
        view = look("小明")
        at = [c.key for c in view.shown].index("matched")
        assert [row.cells[at].text for row in view.rows] == ["王**"]
        assert [row.cells[at].text for row in look("建国").rows] == ["王**（户主）"]

    def test_the_column_of_matches_stands_only_beside_a_search(self) -> None:
        view = HOUSEHOLDS.view(QueryDict(), EVERYTHING, now=NOW, hidden=())
        assert "matched" not in {c.key for c in view.columns}
        assert "matched" in HOUSEHOLDS.hidden(())

    def test_a_member_who_left_is_found_and_said_to_have_left(self) -> None:
        Member.objects.filter(name="王小明").update(left_on=TODAY, left_reason="moved")
        view = look("小明")
        at = [c.key for c in view.shown].index("matched")
        assert [row.cells[at].text for row in view.rows] == ["王**（已减少）"]

    def test_members_are_found_on_their_own_list(self) -> None:
        view = MEMBERS.view(QueryDict("q=wxm"), EVERYTHING, now=NOW)
        assert [Member.objects.get(pk=row.pk).name for row in view.rows] == ["王小明"]

    @pytest.mark.parametrize("typed", ["15400000001", "44051319700101001X", "440513 1970 0101 001X"])
    def test_a_whole_number_is_not_searched_for_and_not_repeated(self, typed: str) -> None:
        view = look(typed)
        assert view.messages == [search.EXACT]
        assert view.search == "" and typed not in view.query

    @pytest.mark.parametrize("typed", ["w", "·", "\"'*", "王 w"])
    def test_words_that_mean_nothing_are_said_so(self, typed: str) -> None:
        assert look(typed).messages == [search.UNREADABLE.format(typed)]

    def test_syntax_of_the_databases_is_plain_text(self) -> None:
        for typed in ('王" OR "李', "王 AND NOT 李", "王)&!(李", "words:王", "NEAR(王 李)"):
            assert "王建国" not in heads(typed)

    def test_search_and_filters_narrow_together(self) -> None:
        assert heads("王", region="440513100002") == []
        assert heads("王", region="440513100001") == ["王建国"]


class TestScope:
    def test_each_place_finds_its_own(self, city: City) -> None:
        here, there = home(city, "440513100001", "陈伟"), home(city, "440514101202", "陈伟强")
        district = scope(make_user("cy", city.offices["440513-fpb"], "office_clerk"))
        assert {r.pk for r in look("陈伟").rows} == {here.pk, there.pk}
        assert {r.pk for r in look("陈伟", district).rows} == {here.pk}
        assert look("陈伟", district).total == 1

    def test_a_helper_finds_the_households_they_look_after(self, city: City) -> None:
        mine, other = home(city, "440513100001", "陈伟", "林小"), home(city, "440513100001", "陈伟强")
        user = make_user("helper", city.offices["440513100-zf"], "helper")
        add_helper(mine, user=user)
        assert {r.pk for r in look("陈伟", scope(user)).rows} == {mine.pk}
        assert {r.pk for r in look("lx", scope(user)).rows} == {mine.pk}
        assert other.pk not in {r.pk for r in look("cw", scope(user)).rows}

    def test_without_the_permission_nothing_is_found(self, city: City) -> None:
        home(city, "440513100001", "陈伟")
        assert look("陈伟", Scope(user_id=1, user_name="无", office=None)).total == 0

    def test_candidates_are_drawn_from_the_place_before_they_are_bounded(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search, "MOST", 2)
        for n in range(4):
            home(city, "440514101202", f"陈{n}")
        mine = home(city, "440513100001", "陈伟")
        district = scope(make_user("cy", city.offices["440513-fpb"], "office_clerk"))
        assert [r.pk for r in look("陈", district).rows] == [mine.pk]
        bounded = look("陈")
        assert bounded.total == 2
        assert bounded.messages == [search.TOO_MANY.format(2, 2)]


class TestTheIndexFollows:
    def test_a_new_name_is_found_and_the_old_one_is_not(self, city: City) -> None:
        made = home(city, "440513100001", "陈伟")
        member = made.members.get()
        actions.edit_member(member, {"name": "陈大勇"}, by=EVERYTHING, today=TODAY, version=None)
        assert (heads("陈伟"), heads("cdy")) == ([], ["陈大勇"])

    def test_the_audit_holds_the_name_once(self, city: City) -> None:
        made = home(city, "440513100001", "陈伟")
        actions.edit_member(made.members.get(), {"name": "陈大勇"}, by=EVERYTHING, today=TODAY, version=None)
        event = Event.objects.filter(ledger="registry.member").latest("id")
        assert event.changes == {"name": ["陈伟", "陈大勇"]}

    def test_rows_made_in_bulk_are_spelled(self, city: City) -> None:
        made = make_household(city.at("440513100001"))
        rows = [Member(code=f"B{n}", name="方 正", sex="male", birth_date=TODAY, relation="son", joined_on=TODAY) for n in range(2)]
        for row in rows:
            row.put_beside(made)
        Member.objects.bulk_create(rows)
        assert {m.spelled for m in Member.objects.filter(code__startswith="B")} == {"方 正 fz fangzheng"}
        assert look("fangzh").total == 1

    def test_a_moved_member_is_found_in_the_new_place_only(self, city: City) -> None:
        made = home(city, "440513100001", "陈伟")
        target = city.at("440514101202")
        made.put_in(target)
        made.save()
        member = made.members.get()
        member.put_beside(made)
        member.save()
        assert heads("陈伟", region="440513000000") == []
        assert heads("陈伟", region="440514000000") == ["陈伟"]

    def test_a_deleted_member_is_found_no_more(self, city: City) -> None:
        made = home(city, "440513100001", "陈伟", "林小")
        made.members.filter(name="林小").delete()
        assert heads("林小") == []

    @pytest.mark.skipif(bool(settings.SHOUWANG_DATABASE_ROLE), reason="indexes are the owner's")
    def test_an_index_that_was_put_aside_is_made_whole_after_the_next_migration(self, city: City) -> None:
        home(city, "440513100001", "陈伟")
        connection.check_constraints()  # PostgreSQL makes no index while checks are waiting for the end of the transaction
        name_index.suspend(connection)
        assert not name_index.is_whole(connection)
        home(city, "440513100001", "陈伟强")
        connection.check_constraints()
        name_index.after_migrate(using="default")
        assert name_index.is_whole(connection)
        assert heads("陈伟") == ["陈伟", "陈伟强"]


def test_a_search_costs_as_many_queries_with_three_rows_as_with_one(city: City) -> None:
    counts = []
    for _ in range(3):
        home(city, "440513100001", "陈伟", "陈小伟")
        with CaptureQueriesContext(connection) as captured:
            look("伟")
        counts.append(len(captured))
    assert len(set(counts)) == 1
