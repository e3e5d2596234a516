"""Checks households and keeps what was found: findings open, clear and reopen by themselves.

Every write of the registry goes on inside `rechecked`; the night job and imports call `check_households`. A finding is derived from
the records, as figures and work items are, so that the audit names the edits and the decisions of people (核实无误, and its end) and
not each finding of the machine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from shouwang.kernel.audit.actions import change_many
from shouwang.kernel.privacy.keys import keyring
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.checks.cards import Card, in_force
from shouwang.ledgers.registry.checks.facts import Facts, Home, Named, Values
from shouwang.ledgers.registry.checks.homes import HOME_CHECKS
from shouwang.ledgers.registry.checks.members import MEMBER_CHECKS
from shouwang.ledgers.registry.checks.reading import PLACES, homes_of, others_holding
from shouwang.ledgers.registry.finding_work import refresh_towns
from shouwang.ledgers.registry.lifecycle import FINDING
from shouwang.ledgers.registry.models import CheckFinding, Household, Member

BLOCK = 500
DIGEST_PLACE = "registry_checkfinding.digest"
# Checks that look beyond the household: an edit here can make or clear the finding of another one.
SHARED: dict[str, tuple[type[Member] | type[Household], str]] = {
    "id_twice": (Member, "id_number"),
    "household_phone_shared": (Household, "phone"),
    "member_phone_shared": (Member, "phone"),
}
SYSTEM = "数据核查"
ACCEPTED = ("accepted_reason", "accepted_by", "accepted_on", "accepted_until")
RENEWED = ("digest", "severity", "field", "group", *(n.removesuffix("_id") for n in PLACES))
CHANGED, EXPIRED = "核实后数据有改动，重新核查", "核实有效期已到，重新核查"
Key = tuple[int, int | None, str]


class Found(NamedTuple):
    """A check that fails: its card, the values at odds, and where the household lies."""

    card: Card
    values: Values
    facts: Facts

    @property
    def field(self) -> str:
        """The owner.field to mend."""
        return self.values.field if isinstance(self.values, Named) else self.card.field


@dataclass
class Checked:
    """What a pass did; `towns` are those whose open errors changed."""

    households: int = 0
    found: int = 0
    cleared: int = 0
    reopened: int = 0
    towns: set[int] = field(default_factory=set)


@contextmanager
def rechecked(household_id: int, *, today: dt.date) -> Iterator[None]:
    """One transaction: the household is locked, the block writes, the household is checked again.

    The household is locked before anything of it, in every write and in the night job alike, so that they wait and do not deadlock.
    """
    with transaction.atomic():
        _locked([household_id], wait=True)
        yield
        check_households([household_id], today=today)


def check_households(ids: Iterable[int], *, today: dt.date, whole: bool = False) -> Checked:
    """Check these households, inside the caller's transaction if there is one; about 0.1 ms a person, a constant number of queries a block.

    Households that share an ID or telephone with them are looked at too, and the towns' work items brought up to date. `whole` leaves
    both out: the caller goes through all households and calls `refresh_towns` at the end.
    """
    done, near = Checked(), set[int]()
    ordered = sorted(set(ids))
    with transaction.atomic(), rls.everywhere():  # whoever shares a number may live anywhere
        for low in range(0, len(ordered), BLOCK):
            near |= _check_block(_locked(ordered[low : low + BLOCK], wait=True), today, done, whole=whole)
        beyond = sorted(near - set(ordered))
        for low in range(0, len(beyond), BLOCK):
            # Not waited for: who edits such a household now would wait for ours. The night job sees to it.
            _check_block(_locked(beyond[low : low + BLOCK], wait=False), today, done, whole=True)
        if done.towns and not whole:
            refresh_towns(done.towns, today=today)
    return done


def evaluate(homes: Mapping[int, Home], today: dt.date) -> dict[Key, Found]:
    """The checks in force on `today` that fail, by (household, member or None, check). Pure."""
    force = in_force(today)
    of_home = [(force[c].card, check, force[c].limit) for c, check in HOME_CHECKS.items() if c in force]
    of_member = [(force[c].card, check, force[c].limit) for c, check in MEMBER_CHECKS.items() if c in force]
    out: dict[Key, Found] = {}
    for pk, home in homes.items():
        for card, check, limit in of_home:
            if (values := check(home, limit)) is not None:
                out[pk, None, card.code] = Found(card, values, home.facts)
        for person in home.living:
            for card, check_member, limit in of_member:
                if (values := check_member(person, home, limit)) is not None:
                    out[pk, person.pk, card.code] = Found(card, values, home.facts)
    return out


def digests_of(code: str, values: Values) -> list[str]:
    """Keyed digests of the values at odds, the current key's first: equal values are known again, none can be read or guessed."""
    text = "\x1f".join((code, *map(str, values))).encode()
    return [key.digest(text).hex() for key in keyring().blind(DIGEST_PLACE)]


def _locked(ids: Sequence[int], *, wait: bool) -> list[int]:
    rows = Household.objects.select_for_update(skip_locked=not wait).filter(pk__in=ids).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _check_block(ids: Sequence[int], today: dt.date, done: Checked, *, whole: bool) -> set[int]:
    """Check one block of locked households; returns households outside it that must be looked at (none for `whole`)."""
    if not ids:
        return set()
    block = _Block(ids, today)
    block.write(done)
    return set() if whole else block.no_longer_sharing() | block.newly_sharing()


class _Block:
    """One block: what fails now, what stands from before, and the difference."""

    def __init__(self, ids: Sequence[int], today: dt.date) -> None:
        self.ids, self.today = ids, today
        self.found = evaluate(homes_of(ids, today), today)
        self.digests = {key: digests_of(key[2], f.values) for key, f in self.found.items()}
        kept = {_key(f): f for f in CheckFinding.objects.filter(household_id__in=ids).exclude(state="cleared")}
        self.fresh = [self._finding(key, f) for key, f in self.found.items() if key not in kept]
        self.gone = [f for key, f in kept.items() if key not in self.found]
        self.held = [f for key, f in kept.items() if key in self.found]
        self.changed = [f for f in self.held if f.digest not in self.digests[_key(f)]]
        self.old_digests = {f.digest for f in (*self.gone, *self.changed) if f.code in SHARED}

    def write(self, done: Checked) -> None:
        """Insert, clear, reopen and bring up to date; counts go into `done`."""
        lapsed = [f for f in self.held if f.state == "accepted" and f.accepted_until is not None and f.accepted_until <= self.today]
        moved = [f for f in self.held if _placed(f) != self.found[_key(f)].facts[1 : 1 + len(PLACES)]]
        touched = (*self.fresh, *self.gone, *self.changed, *lapsed, *moved)
        towns = {f.town_id for f in touched if f.severity == "error"} | {self.found[_key(f)].facts.town_id for f in moved}
        done.towns |= {t for t in towns if t is not None}
        CheckFinding.objects.bulk_create(self.fresh, batch_size=500)
        self._clear()
        done.reopened += self._reopen([f for f in self.changed if f.state == "accepted"], CHANGED)
        done.reopened += self._reopen([f for f in lapsed if f not in self.changed], EXPIRED)
        self._renew()
        done.households += len(self.ids)
        done.found += len(self.fresh)
        done.cleared += len(self.gone)

    def newly_sharing(self) -> set[int]:
        """Households outside that hold an ID or telephone which now stands twice, and have no finding of it yet."""
        out: set[int] = set()
        for code, (model, name) in SHARED.items():
            new = [_key(f) for f in (*self.fresh, *self.changed) if f.code == code]
            if new:
                digests = {self.digests[key][0] for key in new}
                tags = {bytes.fromhex(self.found[key].values[0]) for key in new}
                told = CheckFinding.objects.exclude(state="cleared").filter(code=code, digest__in=digests)
                out |= others_holding(model, name, tags, but=self.ids) - set(told.values_list("household_id", flat=True))
        return out

    def no_longer_sharing(self) -> set[int]:
        """Households outside whose finding rested on what stood here before; where enough of them are left to share it they need no look."""
        if not self.old_digests:
            return set()
        rows = CheckFinding.objects.exclude(state="cleared").filter(digest__in=self.old_digests, code__in=SHARED)
        left: dict[tuple[str, str], set[int]] = {}
        for code, digest, household in rows.exclude(household_id__in=self.ids).values_list("code", "digest", "household_id"):
            left.setdefault((code, digest), set()).add(household)
        force = in_force(self.today)
        return {h for (code, _), homes in left.items() if code not in force or len(homes) < force[code].limit for h in homes}

    def _finding(self, key: Key, found: Found) -> CheckFinding:
        card, places = found.card, dict(zip(PLACES, found.facts[1 : 1 + len(PLACES)], strict=True))
        what = {"code": card.code, "severity": card.severity, "field": found.field, "group": card.group, "digest": self.digests[key][0]}
        return CheckFinding(household_id=key[0], member_id=key[1], found_on=self.today, **what, **places)

    def _clear(self) -> None:
        if self.gone:
            rows = CheckFinding.objects.filter(pk__in=[f.pk for f in self.gone])
            rows.update(state="cleared", cleared_on=self.today, version=F("version") + 1, updated_at=timezone.now())

    def _reopen(self, rows: Sequence[CheckFinding], reason: str) -> int:
        """End what a person had accepted; this the audit names."""
        system, keys, done = Scope.system(SYSTEM), [f.pk for f in rows], 0
        for low in range(0, len(keys), BLOCK):
            done += change_many(
                CheckFinding.objects.within(system).filter(pk__in=keys[low : low + BLOCK]),
                forget_acceptance,
                by=system,
                verb=FINDING.moves["reopen"].verb,
                today=self.today,
                fields=("state", *ACCEPTED),
                reason=reason,
            )
        return done

    def _renew(self) -> None:
        """Digest, card and place of findings that stay, where they differ."""
        differing = []
        for finding in self.held:
            found, digests = self.found[_key(finding)], self.digests[_key(finding)]
            before = (finding.digest, finding.severity, finding.field, finding.group, *_placed(finding))
            if finding.digest not in digests:
                finding.digest = digests[0]
            finding.severity, finding.field, finding.group = found.card.severity, found.field, found.card.group
            for name, value in zip(PLACES, found.facts[1 : 1 + len(PLACES)], strict=True):
                setattr(finding, name, value)
            if before != (finding.digest, finding.severity, finding.field, finding.group, *_placed(finding)):
                differing.append(finding)
        CheckFinding.objects.bulk_update(differing, RENEWED, batch_size=500)


def forget_acceptance(finding: CheckFinding) -> None:
    """Open again: who accepted it and why is on the audit."""
    finding.state, finding.accepted_reason, finding.accepted_by = "open", "", ""
    finding.accepted_on = finding.accepted_until = None


def _key(finding: CheckFinding) -> Key:
    return finding.household_id, finding.member_id, finding.code


def _placed(finding: CheckFinding) -> tuple[int | None, ...]:
    return tuple(getattr(finding, name) for name in PLACES)
