"""The ways a record is written: what each leaves in the audit, and what it refuses."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from shouwang.kernel.accounts.models import Delegation, User
from shouwang.kernel.audit.actions import change, change_many, create_many, plain
from shouwang.kernel.audit.models import Event, Seal
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused, Stale
from shouwang.kernel.models import Holiday, Setting
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.models import Household
from tests.factories.accounts import make_office, make_region, make_user, scope
from tests.factories.registry import make_household

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("测试")
TODAY = dt.date(2020, 2, 17)
SET = Verb("tests.setting.set", "设置了参数")
ADD = Verb("tests.holiday.add", "登记了节假日")


def holiday(day: int, *, working: bool = False) -> Holiday:
    return Holiday(day=dt.date(2020, 2, day), working=working, name="测试", source="测试")


def test_a_new_record_lists_what_was_filled_in_zero_and_no_included() -> None:
    with change(holiday(1), by=SYSTEM, verb=ADD, today=TODAY):
        pass
    create_many([holiday(2)], by=SYSTEM, verb=ADD, today=TODAY)
    one, many = Event.objects.order_by("id")
    assert one.changes["working"] == [None, False]
    assert {k: v for k, v in one.changes.items() if k != "day"} == {k: v for k, v in many.changes.items() if k != "day"}
    assert (one.business_at, one.actor_name, one.ledger) == (TODAY, "测试", "kernel.holiday")


def test_no_difference_leaves_no_row() -> None:
    Setting.objects.create(key="a", value=1)
    with change(Setting(key="a"), by=SYSTEM, verb=SET, today=TODAY) as row:
        row.value = 1
    assert not Event.objects.exists()


def test_a_list_changed_in_place_is_seen_and_saved() -> None:
    Setting.objects.create(key="a", value={"days": [1]})
    with change(Setting(key="a"), by=SYSTEM, verb=SET, today=TODAY) as row:
        row.value["days"].append(2)
    assert Setting.objects.get().value == {"days": [1, 2]}
    assert Event.objects.get().changes == {"value": [{"days": [1]}, {"days": [1, 2]}]}


def test_a_record_that_is_gone_is_out_of_scope() -> None:
    with pytest.raises(OutOfScope), change(Setting(key="gone"), by=SYSTEM, verb=SET, today=TODAY):
        pass


def test_a_block_that_raises_leaves_neither_change_nor_row() -> None:
    Setting.objects.create(key="a", value=1)
    with pytest.raises(ZeroDivisionError), change(Setting(key="a"), by=SYSTEM, verb=SET, today=TODAY) as row:
        row.value = 2
        raise ZeroDivisionError
    assert Setting.objects.get().value == 1
    assert not Event.objects.exists()


def test_password_hashes_never_reach_the_audit() -> None:
    user = make_user("clerk", make_office("440513-fpb", "潮阳区扶贫办", make_region("440513", "潮阳区", 3)))
    with change(user, by=SYSTEM, verb=SET, today=TODAY) as row:
        row.set_password("Another-2020-one")
        row.password_history = ["old hash"]
        row.title = "主任"
    assert Event.objects.get().changes == {"password": ["***", "***"], "password_history": ["***", "***"], "title": ["", "主任"]}
    with change(User(username="new", name="新人", password="hash"), by=SYSTEM, verb=SET, today=TODAY):
        pass
    assert Event.objects.order_by("-id")[0].changes["password"] == ["***", "***"]


def test_a_verb_that_needs_a_reason_is_refused_without_one_and_with_one_too_long() -> None:
    Setting.objects.create(key="a", value=1)
    strict = replace(SET, needs_reason=True)
    with pytest.raises(Refused, match="须写明理由"), change(Setting(key="a"), by=SYSTEM, verb=strict, today=TODAY, reason="  "):
        pass
    with pytest.raises(Refused, match="共 501 字"), change(Setting(key="a"), by=SYSTEM, verb=strict, today=TODAY, reason="字" * 501):
        pass
    with change(Setting(key="a"), by=SYSTEM, verb=strict, today=TODAY, reason="字" * 500) as row:
        row.value = 2
    assert len(Event.objects.get().reason) == 500


def test_the_permission_counts_at_the_records_place() -> None:
    here, there = make_region("440513", "潮阳区", 3), make_region("440514", "潮南区", 3)
    office, other = make_office("440513-fpb", "潮阳区扶贫办", here), make_office("440514-fpb", "潮南区扶贫办", there)
    clerk = make_user("clerk", office, "office_clerk")
    verb = Verb("tests.office.rename", "改了机构简称", "registry.edit")
    with change(office, by=scope(clerk), verb=verb, today=TODAY) as row:
        row.rank = 7
    with pytest.raises(NotPermitted, match="改了机构简称"), change(other, by=scope(clerk), verb=verb, today=TODAY) as row:
        row.rank = 7
    event = Event.objects.get()
    assert (event.actor_id, event.office_code, event.changes) == (clerk.pk, "440513-fpb", {"rank": [0, 7]})


def test_a_set_is_changed_with_one_row_per_record_that_differs_or_not_at_all() -> None:
    for n in range(4):
        Setting.objects.create(key=f"k{n}", value=n)

    def at_least_two(row: Setting) -> None:
        row.value = max(row.value, 2)

    done = change_many(Setting.objects.order_by("key"), at_least_two, by=SYSTEM, verb=SET, today=TODAY, fields=["value"])
    assert done == 2
    assert sorted(Event.objects.values_list("record_id", flat=True)) == ["k0", "k1"]

    def stops(row: Setting) -> None:
        row.value = 99
        if row.key == "k3":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_many(Setting.objects.order_by("key"), stops, by=SYSTEM, verb=SET, today=TODAY, fields=["value"])
    assert not Setting.objects.filter(value=99).exists()
    assert Event.objects.count() == 2


def test_bytes_are_told_by_their_length() -> None:
    assert plain({"rows": b"12345", "view": memoryview(b"12")}) == {"rows": "（5 字节）", "view": "（2 字节）"}


def test_a_delegated_hold_is_named_where_the_own_one_does_not_cover() -> None:
    here, there = make_region("440513", "潮阳区", 3), make_region("440514", "潮南区", 3)
    office, other = make_office("440513-fpb", "潮阳区扶贫办", here), make_office("440514-fpb", "潮南区扶贫办", there)
    giver = make_user("giver", other, "office_clerk", name="张三")
    taker = make_user("taker", office, "office_clerk", name="李四")
    Delegation.objects.create(giver=giver, taker=taker, starts=TODAY, ends=TODAY + dt.timedelta(days=3), reason="出差")
    verb = Verb("tests.office.rename", "改了机构简称", "registry.edit")
    for record in (office, other):
        with change(record, by=scope(taker), verb=verb, today=TODAY) as row:
            row.rank = 7
    assert list(Event.objects.order_by("id").values_list("actor_name", "on_behalf_of")) == [("李四", ""), ("李四", "张三")]


def village() -> Region:
    city = make_region("4405", "汕头市", 2)
    county = make_region("440513", "潮阳区", 3, city)
    return make_region("440513100001", "和睦居委会", 5, make_region("440513100", "海门镇", 4, county))


def test_a_version_rises_with_each_change_and_an_old_one_is_refused() -> None:
    household = make_household(village(), head_name="陈一")
    with change(household, by=SYSTEM, verb=SET, today=TODAY, version=1) as row:
        row.head_name = "陈二"
    with pytest.raises(Stale, match="已被他人修改"), change(household, by=SYSTEM, verb=SET, today=TODAY, version=1) as row:
        row.head_name = "陈三"
    household.refresh_from_db()
    assert (household.head_name, household.version, Event.objects.count()) == ("陈二", 2, 1)


def test_a_set_raises_versions_and_times_of_what_differs_and_nothing_else() -> None:
    place = village()
    changed, same = make_household(place, head_name="陈一"), make_household(place, head_name="陈二")

    def rename(row: Household) -> None:
        row.head_name = "陈二"

    rows = Household.objects.select_related("village").order_by("pk")
    assert change_many(rows, rename, by=SYSTEM, verb=SET, today=TODAY, fields=["head_name"]) == 1
    before = changed.updated_at
    changed.refresh_from_db()
    same.refresh_from_db()
    assert (changed.version, same.version) == (2, 1)
    assert changed.updated_at > before
    assert change_many(rows, rename, by=SYSTEM, verb=SET, today=TODAY, fields=["head_name"]) == 0


def test_nothing_to_create_creates_nothing() -> None:
    assert create_many([], by=SYSTEM, verb=ADD, today=TODAY) == []
    assert not Event.objects.exists()


def test_amounts_and_sealed_values_are_kept_as_text() -> None:
    assert plain(Decimal("12.50")) == "12.50"
    assert plain({1, 2}) in ([1, 2], [2, 1])
    assert plain(uuid.UUID(int=1)) == "00000000-0000-0000-0000-000000000001"


def test_rows_say_what_they_are() -> None:
    Setting.objects.create(key="a", value=1)
    with change(Setting(key="a"), by=SYSTEM, verb=SET, today=TODAY) as row:
        row.value = 2
    assert str(Event.objects.get()) == f"{Event.objects.get().pk} tests.setting.set"
    assert str(Seal(first_id=1, last_id=9)) == "1—9"
