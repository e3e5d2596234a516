"""States and moves as data: one literal table per kind of record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class State:
    """A state: its label, who must act in it (words for the screen), the tone of its badge, and whether it ends the life."""

    label: str
    owner: str
    tone: str = "b"
    final: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A move from one of `sources` to `target`; `label` is the button; the verb carries permission, sentence and need of a reason."""

    sources: tuple[str, ...]
    target: str
    label: str
    verb: Verb


@dataclass(frozen=True)
class Lifecycle:
    """The table. `field` is the name of the state field on the record; `dated` puts its labels in the words of a day, where they change."""

    name: str
    initial: str
    states: Mapping[str, State]
    moves: Mapping[str, Move]
    field: str = "state"
    dated: Callable[[str, dt.date], str] | None = None

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For the model field."""
        return [(code, s.label) for code, s in self.states.items()]

    def state_of(self, record: models.Model) -> State:
        """The state a record is in."""
        return self.states[getattr(record, self.field)]

    def check(self, record: models.Model, move: str, *, today: dt.date | None = None) -> Move:
        """The move, if the record's state allows it; raises Refused in words otherwise."""
        step = self.moves[move]
        current = getattr(record, self.field)
        if current not in step.sources:
            allowed = "、".join(self.states[s].label for s in step.sources)
            text = f"当前状态为“{self.states[current].label}”，不能“{step.label}”（须为：{allowed}）。请刷新页面查看最新状态。"
            raise Refused(self.dated(text, today) if self.dated and today else text)
        return step

    def open_moves(self, record: models.Model) -> dict[str, Move]:
        """The moves that leave the record's state."""
        current = getattr(record, self.field)
        return {code: m for code, m in self.moves.items() if current in m.sources}

    @contextmanager
    def advance(self, record: M, move: str, *, by: Scope, today: dt.date, reason: str = "", version: int | None = None) -> Iterator[M]:
        """`change()` for a move: the locked row is checked against the table and its state set; the block adds what else changes."""
        with change(record, by=by, verb=self.moves[move].verb, today=today, reason=reason, version=version) as locked:
            step = self.check(locked, move, today=today)
            yield locked
            setattr(locked, self.field, step.target)


def problems(cycle: Lifecycle) -> list[str]:
    """What is wrong with a table: unknown states, states that cannot be reached, dead ends that are not final."""
    out = []
    named = {s for m in cycle.moves.values() for s in (*m.sources, m.target)} | {cycle.initial}
    out += [f"{cycle.name}: unknown state {s}" for s in sorted(named - set(cycle.states))]
    reached, grew = {cycle.initial}, True
    while grew:
        more = {m.target for m in cycle.moves.values() if reached & set(m.sources)} - reached
        reached, grew = reached | more, bool(more)
    out += [f"{cycle.name}: {s} cannot be reached" for s in cycle.states if s not in reached]
    leaving: set[Any] = {s for m in cycle.moves.values() for s in m.sources}
    out += [f"{cycle.name}: {s} has no way out" for s, st in cycle.states.items() if not st.final and s not in leaving]
    return out
