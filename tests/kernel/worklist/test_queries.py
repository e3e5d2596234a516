"""The work list and the inbox: whose items, in which order, under which light."""

import datetime as dt

import pytest

from shouwang.kernel.models import Setting
from shouwang.kernel.worklist import actions, queries
from shouwang.kernel.worklist.clocks import day_end
from shouwang.kernel.worklist.models import Message, WorkItem
from tests.factories.accounts import City, make_user, scope, small_city
from tests.factories.moments import at

pytestmark = pytest.mark.django_db
NOW = at("2020-02-17 09:30")


def day(n: int) -> dt.datetime:
    return day_end(dt.date(2020, 2, n))


@pytest.fixture
def city() -> City:
    return small_city()


def item(city: City, due: dt.datetime | None, code: str = "440513-fpb", user=None) -> WorkItem:
    record = Setting.objects.create(key=f"k{Setting.objects.count()}", value=1)
    return actions.assign(record, city.offices[code], kind="t", title="事", action="办", url="/", due_at=due, now=NOW, user=user)


@pytest.mark.parametrize(
    ("due", "light"),
    [
        (NOW - dt.timedelta(seconds=1), "overdue"),
        (NOW, "today"),
        (day(17), "today"),
        (day(18), "soon"),
        (day(20), "soon"),
        (day(21), "other"),
        (None, "other"),
    ],
)
def test_lights(due, light):
    assert queries.light(due, NOW) == light


def test_groups_count_everything_and_show_the_most_urgent_first(city):
    officer = make_user("clerk", city.offices["440513-fpb"], "office_clerk")
    undated = item(city, None)
    later = item(city, day(28))
    dues = [day(19), day(17), NOW - dt.timedelta(days=2), NOW - dt.timedelta(days=5), day(18)]
    rows = {due: item(city, due) for due in dues}
    item(city, day(17), "440514-fpb")
    groups = {g.key: g for g in queries.grouped(scope(officer), NOW)}
    assert {k: (g.total, len(g.items)) for k, g in groups.items()} == {"overdue": (2, 2), "today": (1, 1), "soon": (2, 2), "other": (2, 2)}
    assert groups["overdue"].items == [rows[NOW - dt.timedelta(days=5)], rows[NOW - dt.timedelta(days=2)]]
    assert groups["soon"].items == [rows[day(18)], rows[day(19)]]
    assert groups["other"].items == [later, undated]
    few = {g.key: g for g in queries.grouped(scope(officer), NOW, limit=3)}
    assert [len(few[k].items) for k in ("overdue", "today", "soon", "other")] == [2, 1, 0, 0]
    assert [few[k].total for k in ("overdue", "today", "soon", "other")] == [2, 1, 2, 2]


def test_groups_cost_two_queries_for_one_item_and_ten(city, django_assert_num_queries):
    officer = scope(make_user("clerk", city.offices["440513-fpb"], "office_clerk"))
    for more in (1, 9):
        for _ in range(more):
            item(city, day(18))
        with django_assert_num_queries(2):
            queries.grouped(officer, NOW)


def test_an_item_is_the_offices_or_the_named_persons(city):
    clerk, mate = (make_user(n, city.offices["440513-fpb"], "office_clerk") for n in ("clerk", "mate"))
    admin = make_user("admin", city.offices["440513-fpb"], "system_admin")
    shared, named = item(city, day(18)), item(city, day(19), user=clerk)
    elsewhere = item(city, day(18), "440513100-zf")
    assert list(queries.my_items(scope(clerk))) == [shared, named]
    assert list(queries.my_items(scope(mate))) == [shared]
    assert list(queries.my_items(scope(admin))) == []
    assert set(WorkItem.objects.below(scope(clerk))) == {shared, named, elsewhere}
    assert queries.open_items_of(clerk) == [named]


def test_a_supervisor_looks_below_and_not_beside(city):
    town = make_user("town", city.offices["440513100-zf"], "town_clerk")
    own, beside, above = item(city, None, "440513100-zf"), item(city, None, "440513101-zf"), item(city, None)
    below = set(WorkItem.objects.below(scope(town)))
    assert own in below
    assert not below & {beside, above}


def test_the_inbox_is_the_offices_and_the_persons_own(city):
    clerk, mate = (make_user(n, city.offices["440513-fpb"], "office_clerk") for n in ("clerk", "mate"))
    actions.tell(city.offices["440513-fpb"], "全体", now=NOW)
    actions.tell(city.offices["440513-fpb"], "给经办人", now=NOW + dt.timedelta(minutes=1), user=clerk)
    actions.tell(city.offices["440514-fpb"], "别处", now=NOW)
    assert [m.text for m in queries.inbox(scope(clerk))] == ["给经办人", "全体"]
    assert (queries.unread(scope(clerk)), queries.unread(scope(mate))) == (2, 1)
    admin = scope(make_user("admin", city.offices["440513-fpb"], "system_admin"))
    assert (queries.unread(admin), list(Message.objects.within(admin))) == (0, [])
