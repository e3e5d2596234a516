"""States and moves as data."""

import datetime as dt
from dataclasses import dataclass

import pytest

from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted, Refused, Stale
from shouwang.kernel.lifecycle import Lifecycle, Move, State, problems
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Hold, Scope

TODAY = dt.date(2020, 2, 17)
CLOSE = Verb("t.close", "办结", "t.close")
REOPEN = Verb("t.reopen", "重新办理", "t.close", needs_reason=True)
CYCLE = Lifecycle(
    name="case",
    initial="open",
    states={"open": State("办理中", "经办人"), "closed": State("已办结", "—", final=True)},
    moves={"close": Move(("open",), "closed", "办结", CLOSE), "reopen": Move(("closed",), "open", "重新办理", REOPEN)},
    field="value",
)
OFFICER = Scope(1, "陈测试", None, (Hold("r", frozenset({"t.close"}), None),))
STRANGER = Scope(2, "林测试", None)


@dataclass
class Paper:
    value: str


def test_a_wrong_state_is_refused_with_state_move_and_remedy():
    with pytest.raises(Refused) as no:
        CYCLE.check(Paper("closed"), "close")  # type: ignore[arg-type]  # only the state is read
    assert no.value.message == "当前状态为“已办结”，不能“办结”（须为：办理中）。请刷新页面查看最新状态。"


def test_moves_and_choices_follow_the_table():
    assert list(CYCLE.open_moves(Paper("open"))) == ["close"]  # type: ignore[arg-type]  # only the state is read
    assert CYCLE.choices == [("open", "办理中"), ("closed", "已办结")]
    assert CYCLE.state_of(Paper("closed")).final  # type: ignore[arg-type]  # only the state is read


@pytest.mark.django_db
def test_advance_sets_the_state_with_one_event_and_gives_the_fresh_row():
    stale = Setting.objects.create(key="case", value="open")
    Setting.objects.filter(pk="case").update(value="open")
    with CYCLE.advance(stale, "close", by=OFFICER, today=TODAY) as row:
        assert row is not stale
    stale.refresh_from_db()
    event = Event.objects.get()
    assert (stale.value, event.verb, event.changes) == ("closed", "t.close", {"value": ["open", "closed"]})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("move", "by", "reason", "error"),
    [
        ("close", STRANGER, "", NotPermitted),
        ("reopen", OFFICER, "  ", Refused),
        ("reopen", OFFICER, "写错了", Refused),
        ("close", OFFICER, "长" * 501, Refused),
    ],
)
def test_a_refused_advance_writes_nothing(move, by, reason, error):
    record = Setting.objects.create(key="case", value="open")
    with pytest.raises(error), CYCLE.advance(record, move, by=by, today=TODAY, reason=reason):
        pass
    record.refresh_from_db()
    assert (record.value, Event.objects.count()) == ("open", 0)


@pytest.mark.django_db
def test_an_error_in_the_block_leaves_the_state():
    record = Setting.objects.create(key="case", value="open")
    with pytest.raises(Stale), CYCLE.advance(record, "close", by=OFFICER, today=TODAY):
        raise Stale("变了")
    record.refresh_from_db()
    assert record.value == "open"


def test_problems_of_a_table_are_named():
    bad = Lifecycle(
        name="bad",
        initial="a",
        states={"a": State("甲", "谁"), "b": State("乙", "谁"), "c": State("丙", "谁")},
        moves={"go": Move(("a",), "b", "去", CLOSE), "lost": Move(("x",), "b", "丢", CLOSE)},
    )
    assert problems(bad) == ["bad: unknown state x", "bad: c cannot be reached", "bad: b has no way out", "bad: c has no way out"]
    assert problems(CYCLE) == []
