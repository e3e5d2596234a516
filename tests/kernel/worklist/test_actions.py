"""Assigning, finishing, messages and the ladder 提醒→催办→拟通报."""

import datetime as dt

import pytest
from django.utils import timezone

from shouwang.kernel.models import Setting
from shouwang.kernel.worklist import actions
from shouwang.kernel.worklist.clocks import day_end, seed_holidays
from shouwang.kernel.worklist.models import Message, WorkItem
from tests.factories.accounts import City, make_user, scope, small_city

pytestmark = pytest.mark.django_db
D = dt.date
DUE = day_end(D(2020, 2, 20))  # a Thursday


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


@pytest.fixture
def city() -> City:
    seed_holidays()
    return small_city()


@pytest.fixture
def record() -> Setting:
    return Setting.objects.create(key="case", value=1)


def assign(record: Setting, city: City, code: str = "440513-fpb", due: dt.datetime | None = DUE, **kw) -> WorkItem:
    values = {"kind": "t.do", "title": "报送情况", "action": "报送", "url": "/x/", "due_at": due, "now": at(D(2020, 2, 17))} | kw
    return actions.assign(record, city.offices[code], **values)


def told(code: str) -> list[tuple[str, str]]:
    return [(m.kind, m.text) for m in Message.objects.filter(office__code=code).order_by("id")]


def test_an_item_lies_where_its_office_lies(city, record):
    item = assign(record, city)
    assert (item.ledger, item.record_id, item.state, item.stage) == ("kernel.setting", "case", "open", 0)
    assert (item.region, item.county_id) == (city.at("440513"), city.at("440513").pk)
    assert item.assigned_at == at(D(2020, 2, 17))


def test_assigning_again_brings_the_open_item_up_to_date(city, record):
    first = assign(record, city)
    again = assign(record, city, title="新标题" * 100, action="修改", due=DUE + dt.timedelta(1))
    assert (again.pk, again.action, len(again.title)) == (first.pk, "修改", 200)
    other = assign(record, city, "440514-fpb")
    assert other.pk != first.pk
    assert assign(record, city, kind="t.check").pk not in (first.pk, other.pk)
    assert WorkItem.objects.count() == 3


@pytest.mark.parametrize(("dropped", "state"), [(False, "done"), (True, "dropped")])
def test_finishing_closes_what_is_asked_and_opens_the_way_for_a_new_item(city, record, dropped, state):
    first, other, kind = assign(record, city), assign(record, city, "440514-fpb"), assign(record, city, kind="t.check")
    now = at(D(2020, 2, 18))
    assert actions.finish(record, kind="t.do", office=city.offices["440513-fpb"], now=now, dropped=dropped) == 1
    first.refresh_from_db()
    assert (first.state, first.done_at) == (state, now)
    assert actions.finish(record, now=now) == 2
    assert assign(record, city).pk not in {first.pk, other.pk, kind.pk}


def test_the_ladder_climbs_one_clock_at_a_time(city, record):
    assign(record, city)
    steps = [(D(2020, 2, 18), 9), (D(2020, 2, 19), 9), (D(2020, 2, 20), 23), (D(2020, 2, 21), 0), (D(2020, 2, 21), 23), (D(2020, 2, 22), 0)]
    stages = []
    for day, hour in steps:
        actions.sweep(at(day, hour))
        stages.append(WorkItem.objects.get().stage)
    assert stages == [0, 1, 1, 2, 2, 3]
    assert told("440513-fpb") == [
        ("remind", "“报送情况”将于 2020-02-20 23:59 到期，请及时报送。"),
        ("chase", "“报送情况”已于 2020-02-20 23:59 到期仍未办结，请抓紧报送。"),
    ]
    assert told("4405-fpb") == [
        ("copy", "已催办潮阳区扶贫办：“报送情况”（期限 2020-02-20 23:59）。"),
        ("bulletin", "潮阳区扶贫办“报送情况”催办后仍未办结，已列入拟通报名单。"),
    ]


def test_clocks_of_the_ladder_skip_days_off(city, record):
    assign(record, city, due=day_end(D(2020, 2, 3)))  # the first working day after the extended Spring Festival
    assert actions.sweep(at(D(2020, 1, 22)))["remind"] == 0
    assert actions.sweep(at(D(2020, 1, 23)))["remind"] == 1  # the last working day before it
    assert actions.sweep(at(D(2020, 2, 4)))["chase"] == 1
    friday = WorkItem.objects.get()
    WorkItem.objects.filter(pk=friday.pk).update(due_at=day_end(D(2020, 2, 7)), stage=2)
    assert actions.sweep(at(D(2020, 2, 10), 23))["bulletin"] == 0  # Monday still belongs to the clock
    assert actions.sweep(at(D(2020, 2, 11), 0))["bulletin"] == 1


def test_two_sweeps_take_a_step_once(city, record):
    assign(record, city)
    assert actions.sweep(at(D(2020, 2, 19))) == {"remind": 1, "chase": 0, "bulletin": 0}
    assert actions.sweep(at(D(2020, 2, 19), 9, 1)) == {"remind": 0, "chase": 0, "bulletin": 0}
    assert len(told("440513-fpb")) == 1


def test_a_step_that_another_worker_took_meanwhile_is_not_taken_again(city, record):
    seen = assign(record, city)
    WorkItem.objects.filter(pk=seen.pk).update(stage=WorkItem.Stage.REMINDED)
    assert not actions._climb([seen], WorkItem.Stage.REMINDED, at(D(2020, 2, 19)))
    WorkItem.objects.filter(pk=seen.pk).update(stage=WorkItem.Stage.NONE, state="done")
    assert not actions._climb([seen], WorkItem.Stage.REMINDED, at(D(2020, 2, 19)))
    assert Message.objects.count() == 0


def test_what_one_office_owes_by_one_time_is_one_line_on_each_rung(city):
    for n in range(3):
        assign(Setting.objects.create(key=f"case{n}", value=1), city, title=f"事项{n}")
    assign(Setting.objects.create(key="other", value=1), city, kind="t.check", title="另一类")
    for day in (D(2020, 2, 19), D(2020, 2, 21), D(2020, 2, 24)):
        actions.sweep(at(day))
    assert [text for _, text in told("440513-fpb")] == [
        "“事项0”等 3 件将于 2020-02-20 23:59 到期，请及时报送。",
        "“另一类”将于 2020-02-20 23:59 到期，请及时报送。",
        "“事项0”等 3 件已于 2020-02-20 23:59 到期仍未办结，请抓紧报送。",
        "“另一类”已于 2020-02-20 23:59 到期仍未办结，请抓紧报送。",
    ]
    assert [text for _, text in told("4405-fpb")][0::2] == [
        "已催办潮阳区扶贫办：“事项0”等 3 件（期限 2020-02-20 23:59）。",
        "潮阳区扶贫办“事项0”等 3 件催办后仍未办结，已列入拟通报名单。",
    ]
    assert [m.url for m in Message.objects.filter(office__code="440513-fpb", kind="chase").order_by("id")] == [
        "/worklist/?light=overdue",
        "/x/",
    ]


def test_whoever_asked_hears_of_the_chase_where_nobody_is_above(city, record):
    assign(record, city, "4405-nyj", copy_to=city.offices["4405-fpb"], copy_url="/board/")
    actions.sweep(at(D(2020, 2, 21)))
    [copy] = Message.objects.filter(office__code="4405-fpb")
    assert (copy.kind, copy.text, copy.url) == ("copy", "已催办市农业农村局：“报送情况”（期限 2020-02-20 23:59）。", "/board/")


def test_nobody_reaches_the_bulletin_without_having_been_chased(city, record):
    """The system was down for a week: the office is chased first."""
    assign(record, city)
    assert actions.sweep(at(D(2020, 2, 27))) == {"remind": 0, "chase": 1, "bulletin": 0}
    assert [kind for kind, _ in told("4405-fpb")] == ["copy"]
    assert actions.sweep(at(D(2020, 2, 28))) == {"remind": 0, "chase": 0, "bulletin": 1}


def test_a_postponed_due_time_starts_the_ladder_anew(city, record):
    assign(record, city)
    actions.sweep(at(D(2020, 2, 21)))
    assert assign(record, city, due=DUE).stage == WorkItem.Stage.CHASED
    assert assign(record, city, due=day_end(D(2020, 2, 25))).stage == WorkItem.Stage.NONE
    assert actions.sweep(at(D(2020, 2, 21), 10)) == {"remind": 0, "chase": 0, "bulletin": 0}
    assert actions.sweep(at(D(2020, 2, 24)))["remind"] == 1


def test_done_items_and_items_without_a_date_are_left_alone(city, record):
    assign(record, city)
    actions.finish(record, now=at(D(2020, 2, 20)))
    assign(record, city, "440514-fpb", due=None)
    assert sum(actions.sweep(at(D(2020, 3, 20))).values()) == 0


def test_an_office_with_nobody_above_is_chased_without_a_copy(city, record):
    assign(record, city, "4405-fpb")
    actions.sweep(at(D(2020, 2, 21)))
    actions.sweep(at(D(2020, 2, 25)))
    assert [k for k, _ in told("4405-fpb")] == ["chase"]
    assert WorkItem.objects.get().stage == WorkItem.Stage.BULLETIN


def test_messages_are_cut_to_fit_and_read_once(city):
    officer = make_user("clerk", city.offices["440513-fpb"], "office_clerk", name="陈测试")
    actions.tell(city.offices["440513-fpb"], "长" * 400, now=at(D(2020, 2, 17)))
    actions.tell(city.offices["440514-fpb"], "给别人", now=at(D(2020, 2, 17)))
    mine = Message.objects.within(scope(officer))
    assert [len(m.text) for m in mine] == [300]
    assert actions.read_messages(officer.name, mine) == 1
    assert actions.read_messages("别人", Message.objects.within(scope(officer))) == 0
    assert Message.objects.get(office__code="440513-fpb").read_by == "陈测试"
    assert Message.objects.get(office__code="440514-fpb").read_at is None


def test_a_leaving_officers_open_items_move(city, record):
    giver, taker = (make_user(n, city.offices["440513-fpb"], "office_clerk") for n in ("giver", "taker"))
    mine = assign(record, city, user=giver)
    done = assign(record, city, "440514-fpb", user=giver)
    WorkItem.objects.filter(pk=done.pk).update(state="done")
    assert actions.move_items(giver, taker, by=scope(giver), today=D(2020, 2, 17)) == 1
    mine.refresh_from_db()
    assert mine.user == taker
