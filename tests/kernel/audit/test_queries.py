"""Time lines in words, and who sees which part of the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.audit.actions import change, note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.queries import events_within, in_words, timeline
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.models import Holiday
from shouwang.kernel.privacy import Group, MaskKind, personal, sensitive
from shouwang.kernel.privacy import open_to_scope as plain
from shouwang.kernel.regions.scope import Scope
from tests.factories.accounts import City, make_user, scope, small_city

pytestmark = pytest.mark.django_db
SYSTEM = Scope.system("测试")
TODAY = dt.date(2020, 2, 17)
EDIT = Verb("tests.user.edit", "修改了账号")


@pytest.fixture
def city() -> City:
    return small_city()


@pytest.fixture
def classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes for the user table, as a ledger declares them."""
    said = {f: plain() for f in ("title", "duty", "is_active", "office", "second_factor_required")}
    said |= {"name": personal(Group.BASE, MaskKind.NAME), "username": sensitive(Group.CONTACT)}
    monkeypatch.setattr(User, "privacy", said, raising=False)


def lines(record: User) -> list[str]:
    return timeline("accounts.user", str(record.pk))[0]["changes"]


def edit(user: User, **values: Any) -> User:
    with change(user, by=SYSTEM, verb=EDIT, today=TODAY, reason="") as row:
        for field, value in values.items():
            setattr(row, field, value)
    return row


@pytest.mark.usefixtures("classes")
def test_changes_are_told_with_labels_choices_names_and_yes_or_no(city: City) -> None:
    user = make_user("clerk", city.offices["440513-fpb"])
    edit(user, title="主任", duty=User.Duty.LEADER, is_active=False, office=city.offices["440514-fpb"])
    assert sorted(lines(user)) == sorted(
        [
            f"所在机构：{city.offices['440513-fpb']} → {city.offices['440514-fpb']}",
            "职务：-- → 主任",
            "岗位：经办人 → 负责人",
            "启用：是 → 否",
        ]
    )


@pytest.mark.usefixtures("classes")
def test_personal_values_show_as_their_mask_or_not_at_all(city: City) -> None:
    user = edit(make_user("wangjianguo", city.offices["440513-fpb"], name="王建国"), name="李小明", username="lixiaoming")
    assert sorted(lines(user)) == ["姓名：王** → 李**", "用户名（已变更）"]
    user = edit(user, name="李大明")
    assert lines(user) == ["姓名（已变更）"]  # equal masks would read like no change
    told = str(timeline("accounts.user", str(user.pk)))
    for secret in ("王建国", "李小明", "李大明", "wangjianguo", "lixiaoming"):
        assert secret not in told


def test_an_undeclared_field_is_withheld(city: City) -> None:
    user = edit(make_user("clerk", city.offices["440513-fpb"]), title="主任")
    assert lines(user) == ["职务（已变更）"]


def test_a_new_record_with_many_fields_is_told_by_their_number(city: City) -> None:
    office = Office(
        code="n", name="新机构", short_name="新", kind="unit", tier=3, valid_from=TODAY, rank=1, red_head="新机构文件", signature="新"
    )
    office.put_in(city.counties[0])
    with change(office, by=SYSTEM, verb=EDIT, today=TODAY):
        pass
    entry = timeline("accounts.office", str(office.pk))[0]
    assert entry["changes"][0].startswith("填写 ")


def test_notes_beside_the_fields_are_shown_in_the_callers_words_and_codes_are_not(city: City) -> None:
    user = make_user("clerk", city.offices["440513-fpb"])
    note(user, by=SYSTEM, verb=EDIT, today=TODAY, changes={"附件": [None, "证明.pdf"], "kek_id": [1, 2], "移出附件": ["旧.pdf", None]})
    assert sorted(lines(user)) == ["移出附件：旧.pdf", "附件：证明.pdf"]


def test_a_field_without_a_chinese_name_is_not_told_and_a_first_value_stands_alone() -> None:
    changes = {"request_id": [None, "abc"], "actor_name": [None, "李四"], "reason": ["", "材料不全"]}
    Event.privacy = {f: plain() for f in changes}  # type: ignore[attr-defined]  # as a ledger's model declares them
    try:
        assert in_words(changes, Event) == ["操作人：李四", "理由：-- → 材料不全"]
    finally:
        del Event.privacy  # type: ignore[attr-defined]  # taken back


def test_an_entry_carries_business_day_actor_stead_office_and_reason() -> None:
    at = dt.datetime(2026, 5, 4, 6, 7, 8, tzinfo=dt.UTC)
    Event.objects.create(
        recorded_at=at, business_at=TODAY, actor_name="李四", on_behalf_of="张三", office_name="潮阳区扶贫办", verb="v", sentence="退回了任务",
        ledger="accounts.user", record_id="1", reason="材料不全",
    )  # fmt: skip
    entry = timeline("accounts.user", "1")[0]
    assert (entry["who"], entry["office"], entry["text"], entry["reason"], entry["tone"]) == (
        "李四（代张三）",
        "潮阳区扶贫办",
        "退回了任务",
        "材料不全",
        "o",
    )
    assert entry["at"].isoformat() == "2020-02-17T14:07:08+08:00"


def test_kinds_of_values_are_spelt_out() -> None:
    holiday = Holiday(day=TODAY, working=False, name="测试", source="长" * 100)
    with change(holiday, by=SYSTEM, verb=EDIT, today=TODAY):
        pass
    from shouwang.kernel.wording import _short

    assert _short(["甲", "乙"]) == "甲、乙"
    assert _short({"a": 1}) == "（内容已调整）"
    assert _short("长" * 100) == "长" * 60 + "…"
    assert _short(None) == "--"


@pytest.mark.usefixtures("classes")
def test_a_time_line_costs_the_same_queries_however_long(city: City) -> None:
    user, counts = make_user("clerk", city.offices["440513-fpb"]), []
    for code in ("440514-fpb", "4405-fpb", "440513-fpb"):
        user = edit(user, office=city.offices[code])
        with CaptureQueriesContext(connection) as queries:
            timeline("accounts.user", str(user.pk))
        counts.append(len(queries))
    assert counts == [2, 2, 2]


def acts(*codes: str) -> None:
    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            recorded_at=now,
            business_at=TODAY,
            actor_name="某",
            office_code=c,
            verb="v",
            sentence="s",
            ledger="accounts.user",
            record_id="1",
        )
        for c in codes
    )


def seen(who: User) -> list[str]:
    return sorted(events_within(scope(who)).values_list("office_code", flat=True))


def test_the_log_is_cut_to_the_offices_of_the_region(city: City) -> None:
    acts("440513-fpb", "440513100-zf", "440514-fpb", "4405-fpb", "")
    city_admin = make_user("aud", city.offices["4405-fpb"], "audit_admin")
    county_admin = make_user("aud13", city.offices["440513-fpb"], "audit_admin")
    leader = make_user("lead14", city.offices["440514-fpb"], "office_leader")
    nobody = make_user("no", city.offices["440514-fpb"], "office_clerk")
    assert len(seen(city_admin)) == 5
    assert seen(county_admin) == ["440513-fpb", "440513100-zf"]
    assert seen(leader) == ["440514-fpb"]
    assert seen(nobody) == []
