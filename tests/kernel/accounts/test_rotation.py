"""A/B角 delegation and the 交接单."""

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.utils import timezone

from shouwang.kernel.accounts import rotation
from shouwang.kernel.accounts.models import Grant, Handover, User
from shouwang.kernel.audit.actions import note
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.lifecycle import problems
from tests.factories.accounts import grant, make_user, scope, small_city

pytestmark = pytest.mark.django_db
TODAY = dt.date(2020, 2, 17)
DAY = dt.timedelta(1)


@pytest.fixture
def city():
    return small_city()


@pytest.fixture
def leader(city):
    return make_user("cy.li", city.offices["440513-fpb"], "office_leader", name="李二")


@pytest.fixture
def clerk(city):
    return make_user("cy.chen", city.offices["440513-fpb"], name="陈一")


def lend(giver: User, taker: User, *, by: User | None = None, starts: dt.date = TODAY, days: int = 5):
    return rotation.delegate(
        giver, taker, starts=starts, ends=starts + days * DAY, reason="下乡", by=scope(by or giver, TODAY), today=TODAY
    )


def test_b_acts_for_a_during_the_period_only(city, leader, clerk):
    lend(leader, clerk, starts=TODAY + DAY, days=2)
    held = [scope(clerk, TODAY + n * DAY).may_at("registry.reveal", city.at("440513")) for n in range(4)]
    assert held == [False, True, True, False]


def test_what_b_does_shows_for_whom(leader, clerk):
    lend(leader, clerk)
    event = note(clerk, by=scope(clerk, TODAY), verb=Verb("test.act", "签发", "registry.reveal"), today=TODAY)
    assert (event.actor_name, event.on_behalf_of) == ("陈一", "李二")


def test_delegation_is_not_passed_on(city, leader, clerk):
    third = make_user("cy.wu", city.offices["440513-fpb"])
    lend(leader, clerk)
    leader_of_clerk = grant(clerk, "office_clerk", city.at("440513"))
    lend(clerk, third)
    assert {h.role for h in scope(third, TODAY).holds} == {leader_of_clerk.role}


@pytest.mark.parametrize(("code", "allowed"), [("440513-fpb", True), ("4405-fpb", True), ("440514-fpb", False), ("440513100-zf", False)])
def test_b_works_in_the_office_or_the_one_above(city, leader, code, allowed):
    taker = make_user("taker", city.offices[code])
    if allowed:
        assert lend(leader, taker).pk
    else:
        with pytest.raises(Refused, match="另选"):
            lend(leader, taker)


def test_only_the_giver_delegates(city, leader, clerk):
    other = make_user("cy.wu", city.offices["440513-fpb"], "office_leader")
    with pytest.raises(NotPermitted):
        lend(leader, clerk, by=other)


def test_helper_without_the_permission_delegates_nothing(city, clerk):
    helper = make_user("helper", city.offices["440513-fpb"], "helper")
    with pytest.raises(NotPermitted):
        lend(helper, clerk)


def test_administrators_neither_lend_nor_borrow(city, leader):
    administrator = make_user("cy.an", city.offices["440513-fpb"], "security_admin")
    with pytest.raises(Refused, match="三权分立"):
        lend(leader, administrator)


def test_administrators_power_is_not_lent_even_if_granted_later(city, leader, clerk):
    lend(leader, clerk)
    leader.grants.all().delete()
    grant(leader, "security_admin", city.at("440513"))
    assert scope(clerk, TODAY).holds == ()


def test_disabled_b_overlap_and_past_dates_are_refused(city, leader, clerk):
    other = make_user("cy.wu", city.offices["440513-fpb"], is_active=False)
    with pytest.raises(Refused, match="停用"):
        lend(leader, other)
    lend(leader, clerk)
    with pytest.raises(Refused, match="重叠"):
        lend(leader, make_user("cy.he", city.offices["440513-fpb"]), starts=TODAY + 4 * DAY)
    with pytest.raises(Refused, match="日期有误"):
        lend(leader, clerk, starts=TODAY - DAY)
    with pytest.raises(Refused, match="日期有误"):
        lend(leader, clerk, starts=TODAY + 9 * DAY, days=0)


def test_revoked_delegation_ends_at_once_and_only_by_the_giver(leader, clerk):
    delegation = lend(leader, clerk)
    with pytest.raises(OutOfScope):
        rotation.revoke_delegation(delegation, by=scope(clerk, TODAY), today=TODAY, now=timezone.now())
    rotation.revoke_delegation(delegation, by=scope(leader, TODAY), today=TODAY, now=timezone.now())
    assert scope(clerk, TODAY).holds == ()
    lend(leader, clerk)


def test_lent_powers_end_with_the_givers_account(leader, clerk):
    lend(leader, clerk)
    User.objects.filter(pk=leader.pk).update(is_active=False)
    assert scope(clerk, TODAY).holds == ()


def test_handover_table_is_total():
    assert problems(rotation.CYCLE) == []


@dataclass
class Desk:
    """A work list that remembers what was moved."""

    moved: list[tuple[str, str]] = field(default_factory=list)

    def source(self) -> rotation.WorkSource:
        return rotation.WorkSource("待办事项", lambda user: list(user.grants.all()), self.move)

    def move(self, giver: User, taker: User, **_: object) -> None:
        self.moved.append((giver.username, taker.username))


@pytest.fixture
def desk():
    desk = Desk()
    rotation.install(desk.source())
    yield desk
    rotation.install()


def draft(giver: User, taker: User, effective: dt.date = TODAY) -> Handover:
    return rotation.draft_handover(giver, taker, effective=effective, promises="王某家：3月前修好水管", by=scope(giver, TODAY), today=TODAY)


def move(handover: Handover, deed: str, by: User, today: dt.date = TODAY, **more: str) -> Handover:
    return rotation.move_handover(handover, deed, by=scope(by, today), today=today, now=timezone.now(), **more)


def test_both_sign_then_roles_and_work_move(city, leader, clerk, desk):
    paper = draft(leader, clerk)
    assert [i["kind"] for i in paper.items] == ["角色", "待办事项"]
    move(paper, "give", leader)
    assert (desk.moved, scope(leader, TODAY).may("registry.reveal")) == ([], True)
    done = move(paper, "take", clerk)
    assert done.state == "taken"
    assert done.given_at
    assert done.taken_at
    assert (scope(leader, TODAY).holds, scope(leader, TODAY - DAY).may("registry.reveal")) == ((), True)
    assert scope(clerk, TODAY).may_at("registry.reveal", city.at("440513"))
    assert desk.moved == [("cy.li", "cy.chen")]
    assert Event.objects.filter(verb="accounts.grant.handed").count() == 2


def test_roles_change_hands_on_the_effective_day(leader, clerk):
    paper = draft(leader, clerk, TODAY + 3 * DAY)
    move(paper, "give", leader)
    move(paper, "take", clerk)
    assert [scope(leader, TODAY + n * DAY).may("registry.reveal") for n in (0, 2, 3)] == [True, True, False]
    assert [scope(clerk, TODAY + n * DAY).may("registry.reveal") for n in (0, 2, 3)] == [False, False, True]


def test_late_signature_moves_roles_from_that_day(leader, clerk):
    paper = draft(leader, clerk)
    move(paper, "give", leader)
    move(paper, "take", clerk, today=TODAY + 2 * DAY)
    assert [scope(leader, TODAY + n * DAY).may("registry.reveal") for n in (1, 2)] == [True, False]


def test_role_both_hold_is_not_doubled_and_one_to_come_moves_whole(city, leader, clerk):
    grant(clerk, "office_leader", city.at("440513"))
    grant(leader, "office_clerk", city.at("440513"), valid_from=TODAY + 30 * DAY, until=TODAY + 60 * DAY)
    paper = draft(leader, clerk)
    move(paper, "give", leader)
    move(paper, "take", clerk)
    assert sorted(clerk.grants.values_list("role", "valid_from", "until")) == [
        ("office_clerk", TODAY + 30 * DAY, TODAY + 60 * DAY),
        ("office_leader", dt.date(2019, 1, 1), None),
    ]
    assert not Grant.objects.filter(user=leader, valid_from__gt=TODAY).exists()


def test_each_move_belongs_to_one_person_and_one_state(city, leader, clerk):
    paper = draft(leader, clerk)
    third = make_user("cy.wu", city.offices["440513-fpb"])
    for deed, person in [("give", clerk), ("take", leader), ("cancel", clerk), ("give", third), ("back", leader)]:
        with pytest.raises(OutOfScope):
            move(paper, deed, person, reason="理由")
    with pytest.raises(Refused, match="当前状态"):
        move(paper, "take", clerk)
    move(paper, "give", leader)
    with pytest.raises(Refused, match="理由"):
        move(paper, "back", clerk)
    assert move(paper, "back", clerk, reason="漏列两户").state == "draft"
    assert move(paper, "cancel", leader).state == "cancelled"
    draft(leader, clerk)


def test_promises_are_the_givers_and_fixed_once_signed(leader, clerk):
    paper = draft(leader, clerk)
    who = {"today": TODAY}
    with pytest.raises(OutOfScope):
        rotation.edit_promises(paper, "改", by=scope(clerk, TODAY), **who)
    rotation.edit_promises(paper, "李某家：低保材料", by=scope(leader, TODAY), **who)
    move(paper, "give", leader)
    with pytest.raises(Refused, match="当前状态"):
        rotation.edit_promises(paper, "改", by=scope(leader, TODAY), **who)
    paper.refresh_from_db()
    assert paper.promises == "李某家：低保材料"


def test_handover_that_cannot_be_is_refused(city, leader, clerk):
    with pytest.raises(Refused, match="不在本机构"):
        draft(leader, make_user("cn.lin", city.offices["440514-fpb"]))
    with pytest.raises(Refused, match="早于今天"):
        draft(leader, clerk, TODAY - DAY)
    draft(leader, clerk)
    with pytest.raises(Refused, match="未办结的交接单"):
        draft(leader, clerk)


def test_administrators_post_is_not_handed_over(city, leader):
    with pytest.raises(Refused, match="三权分立"):
        draft(leader, make_user("cy.an", city.offices["440513-fpb"], "audit_admin"))


def test_failure_of_a_work_source_moves_nothing(leader, clerk):
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("worklist is down")

    rotation.install(rotation.WorkSource("待办事项", lambda _user: [], broken))
    try:
        paper = draft(leader, clerk)
        move(paper, "give", leader)
        with pytest.raises(RuntimeError):
            move(paper, "take", clerk)
    finally:
        rotation.install()
    paper.refresh_from_db()
    assert (paper.state, scope(leader, TODAY).may("registry.reveal"), clerk.grants.exists()) == ("given", True, False)
