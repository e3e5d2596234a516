"""Feasibility and score of all pairs of a request, a block of workers at a time (numpy).

A rule of `reasons` looks at one value of each side, and there are few distinct ones (a wish wage, a set of skills, a village): a table of
distinct worker value × distinct post value is filled once, and blocks read it. 40 million pairs cost seconds, and nothing is defined twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from shouwang.engine.assignment.model import ANYWHERE, VILLAGE, Request, Worker
from shouwang.engine.assignment.reasons import CODES, CONSTRAINTS, LEVELS, MARKS, parts, shared

Ints = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint16]
Scores = npt.NDArray[np.int32]
Block = slice | Ints
BLOCK = 512  # workers a block: its arrays stay in the processor's cache
BIT = {code: 1 << i for i, code in enumerate(CODES)}


class Table:
    """What one rule says for each distinct worker value × distinct post value; `flat` when it says the same of all."""

    def __init__(self, workers: Sequence[Hashable], posts: Sequence[Hashable], cell: Callable[[Any, Any], int], kind: Any) -> None:
        rows: dict[Hashable, int] = {}
        columns: dict[Hashable, int] = {}
        self.row = np.array([rows.setdefault(v, len(rows)) for v in workers], dtype=np.int64)
        self.column = np.array([columns.setdefault(v, len(columns)) for v in posts], dtype=np.int64)
        self.cells = np.array([[cell(w, p) for p in columns] for w in rows], dtype=kind).reshape(len(rows), len(columns))

    def read(self, block: Block) -> Any:
        """Values of a block of workers × all posts."""
        return np.take(self.cells[self.row[block]], self.column, axis=1)


class Pairs:
    """The pairs of a request. `mask` and `score` take a block of workers (a slice, or indices) and give (workers × posts)."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.workers, self.posts = within_household_limit(request), request.posts
        self.n, self.m = len(self.workers), len(self.posts)
        self.index = {w.key: i for i, w in enumerate(self.workers)}
        self.post_index = {p.key: j for j, p in enumerate(self.posts)}
        self.caps: Ints = np.array([p.places for p in self.posts], dtype=np.int64)
        self.tiers: Ints = np.array([request.settings.tier(w) for w in self.workers], dtype=np.int64)
        self._reach = np.array([[w.reach] for w in self.workers], dtype=np.uint8)
        self._care = np.array([[w.care] for w in self.workers], dtype=bool)
        self._board = np.array([p.board for p in self.posts], dtype=bool)
        self._held: frozenset[int] = frozenset()
        self._fill_tables()
        self._declined = self._forbidden()
        self._stays = {self.index[w]: self.post_index[p] for w, p in request.previous.items() if w in self.index and p in self.post_index}

    def _fill_tables(self) -> None:
        settings, on = self.request.settings, self.request.on
        hiring = {p.employer for p in self.posts}

        def table(rule: Any, cell: Callable[[int], int], kind: Any) -> Table:
            workers = [rule.worker(w, settings, on) for w in self.workers]
            if rule.name == "known":  # thousands of employers that hire nobody now would make a table of millions
                workers = [employer if employer in hiring else "" for employer in workers]
            return Table(workers, [rule.post(p, settings) for p in self.posts], lambda w, p: cell(rule.test(w, p, settings)), kind)

        masks = [table(rule, lambda out, bit=BIT[rule.name]: bit if out else 0, np.uint16) for rule in CONSTRAINTS]  # type: ignore[misc]  # a default argument in a lambda
        self._masks = [t for t in masks if t.cells.any()]
        weights = {rule.name: getattr(settings.weights, rule.name) for rule in MARKS}
        self._scores = [table(rule, lambda mark, w=weights[rule.name]: mark * w // 100, np.int32) for rule in MARKS]  # type: ignore[misc]  # a default argument in a lambda
        homes, works = [shared(w.place) for w in self.workers], ["" if p.at_home else shared(p.place) for p in self.posts]
        self._far = Table(homes, works, lambda _home, _work: ANYWHERE, np.uint8)
        self._far.cells = distances(list(dict.fromkeys(homes)), list(dict.fromkeys(works)))
        self._near = np.array([mark * settings.weights.near // 100 for mark in settings.near_marks], dtype=np.int32)

    def blocks(self) -> Iterator[slice]:
        """All workers, a block at a time."""
        return (slice(at, min(at + BLOCK, self.n)) for at in range(0, self.n, BLOCK))

    def mask(self, block: Block) -> Masks:
        """Constraints that rule a pair out, as bits (BIT); 0 = feasible."""
        far = self._far.read(block)
        out: Masks = np.where(far > self._reach[block], np.uint16(BIT["distance"]), np.uint16(0))
        away = far > self.request.settings.commute
        out |= np.where(away & ~self._board, np.uint16(BIT["board"]), np.uint16(0))
        out |= np.where(away & self._care[block], np.uint16(BIT["care"]), np.uint16(0))
        for table in self._masks:
            out |= table.read(block)
        if self._declined:
            for i, worker in enumerate(self.which(block)):
                out[i, self._declined.get(int(worker), [])] |= BIT["declined"]
        if self._held:
            out[[int(w) in self._held for w in self.which(block)]] |= np.uint16(BIT["declined"])
        return out

    def score(self, block: Block) -> Scores:
        """Points of every pair, also of those that are not feasible."""
        out: Scores = self._near[self._far.read(block)]
        for table in self._scores:
            out += table.read(block)
        if self._stays:
            for i, worker in enumerate(self.which(block)):
                if (post := self._stays.get(int(worker))) is not None:
                    out[i, post] += self.request.stay
        return out

    def less(self, taken: Ints, held: frozenset[int]) -> Pairs:
        """The same pairs with `taken` places gone, and the workers `held` (who have them) fitting nowhere."""
        out = copy(self)
        out.caps, out._held = self.caps - taken, held
        return out

    def far(self, worker: int, post: int) -> int:
        """Distance of one pair."""
        return int(self._far.cells[self._far.row[worker], self._far.column[post]])

    def points(self, worker: int, post: int) -> dict[str, int]:
        """The parts of one pair's score."""
        found = parts(self.workers[worker], self.posts[post], self.request.settings, self.request.on)
        return {**found, "stay": self.request.stay} if self.request.stay and self._stays.get(worker) == post else found

    @property
    def most(self) -> int:
        """The highest score a pair can have."""
        w = self.request.settings.weights
        return w.near + w.wage + w.wish + w.skill + w.known + max(0, self.request.stay)

    def which(self, block: Block) -> Ints:
        """Indices of the workers of a block."""
        return np.arange(block.start, block.stop, dtype=np.int64) if isinstance(block, slice) else block

    def _forbidden(self) -> dict[int, list[int]]:
        by_employer: dict[str, list[int]] = {}
        for j, post in enumerate(self.posts):
            by_employer.setdefault(post.employer, []).append(j)
        out: dict[int, list[int]] = {}
        for f in self.request.forbids:
            if f.worker in self.index:
                posts = [self.post_index[f.post]] if f.post in self.post_index else []
                out.setdefault(self.index[f.worker], []).extend(posts + by_employer.get(f.employer, []) * bool(f.employer))
        return out


def distances(homes: Sequence[str], works: Sequence[str]) -> npt.NDArray[np.uint8]:
    """`reasons.distance` of every home to every place of work at once; "" is work at home."""
    out = np.full((len(homes), len(works)), ANYWHERE, dtype=np.uint8)
    for digits, far in reversed(LEVELS):
        near = [np.array([c[:digits] if len(c) >= digits else side for c in codes]) for codes, side in ((homes, "home"), (works, "work"))]
        out[near[0][:, None] == near[1][None, :]] = far
    out[:, [not c for c in works]] = VILLAGE
    return out


def within_household_limit(request: Request) -> tuple[Worker, ...]:
    """The workers, with as many of each household allowed a public-welfare post as it may be given: who is pinned to one, else of the
    first tier, else who can do the least other work.

    A number a household is no constraint of a flow; so its candidates are chosen before, and the others get the barrier "welfare".
    """
    if not any(p.welfare for p in request.posts):
        return request.workers
    s, welfare = request.settings, {p.key for p in request.posts if p.welfare}
    pinned = {p.worker for p in request.pins if p.post in welfare}
    chosen: dict[str, set[str]] = {}
    for w in sorted(request.workers, key=lambda w: (w.key not in pinned, s.tier(w), w.strength, w.reach, not w.care, w.key)):
        able = not (w.cadre_family or w.holds_welfare) and w.age(request.on) < s.welfare_age
        if w.household and able and len(found := chosen.setdefault(w.household, set())) < request.welfare_limit(w.household):
            found.add(w.key)
    return tuple(
        replace(w, holds_welfare=True) if w.household and w.key not in chosen.get(w.household, ()) and not w.holds_welfare else w
        for w in request.workers
    )
