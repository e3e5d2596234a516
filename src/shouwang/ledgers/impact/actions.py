"""Every write. `record_impacts` and `end_impacts` are the doors of the ledgers above: set-wise, idempotent, inside their transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change_many, create_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import LEVEL_FIELDS, Scope
from shouwang.ledgers.impact.codes import CAUSES, SUBJECTS
from shouwang.ledgers.impact.models import ImpactRecord, Shock
from shouwang.ledgers.impact.policies import END_IMPACT, WRITE_IMPACT
from shouwang.ledgers.registry.models import Household

PIECE = 500
KEYS = ("source_ledger", "source_id", "cause")
KEPT = (
    *("household_id", "member_id", "subject_kind", "subject", "began_on", "period", "expected", "now", "loss", "recovery_on"),
    *("recovered_on", "note"),
)
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Impact:
    """What another ledger says: one cause on one of its records.

    `source_ledger` is the record's label ("produce.lot"), `source_id` its id. The row lies at the household's place, else at `region`.
    Amounts in 分 over `period` (month, year, once); `loss` may be left out where expected and now are known. `subject` names a thing,
    never a person. Saying it again with `recovered_on` ends it, without opens it again.
    """

    cause: str
    source_ledger: str
    source_id: str
    began_on: dt.date
    household_id: int | None = None
    member_id: int | None = None
    region: Region | None = None
    subject_kind: str = "household"
    subject: str = ""
    period: str = "once"
    expected: int | None = None
    now: int | None = None
    loss: int | None = None
    recovery_on: dt.date | None = None
    recovered_on: dt.date | None = None
    note: str = ""

    @property
    def key(self) -> Key:
        """By what it is found again."""
        return (self.source_ledger, self.source_id, self.cause)


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many rows were made, changed, and stood as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


def record_impact(said: Impact, *, by: Scope, today: dt.date) -> Recorded:
    """One impact; see `record_impacts`."""
    return record_impacts([said], by=by, today=today)


def record_impacts(said: Sequence[Impact], *, by: Scope, today: dt.date) -> Recorded:
    """Write impacts: new keys are inserted, known ones brought up to date, equal ones left alone (no audit row).

    The caller's own policy has decided that `by` may write the records they come from. The shock is the latest in force at the place on
    `began_on`, if any. Raises Refused for an impossible amount or a date to come, ValueError for an unknown code, a key said twice, or
    an impact without a place. One transaction; two reads and two writes for each 500.
    """
    _check(said, today)
    made = changed = 0
    # A record of another ledger may be about households that have moved out of the person's reach since: the impact lies beside them.
    with rls.everywhere(), transaction.atomic():
        shocks = list(Shock.objects.select_related("region").order_by("-starts_on", "-pk"))
        for start in range(0, len(said), PIECE):
            one, two = _piece(said[start : start + PIECE], shocks, by, today)
            made, changed = made + one, changed + two
    return Recorded(made, changed, len(said) - made - changed)


def end_impacts(source_ledger: str, source_ids: Collection[str], *, recovered_on: dt.date, by: Scope, today: dt.date) -> int:
    """End every open impact of these source records; returns how many were open. Called by the ledger that wrote them."""
    done, ids = 0, sorted(source_ids)
    for start in range(0, len(ids), PIECE):
        rows = ImpactRecord.objects.filter(source_ledger=source_ledger, source_id__in=ids[start : start + PIECE], recovered_on=None)
        done += change_many(rows, lambda r: _end(r, recovered_on), by=by, verb=END_IMPACT, today=today, fields=("recovered_on",))
    return done


def _end(row: ImpactRecord, day: dt.date) -> None:
    row.recovered_on = max(day, row.began_on)


def _check(said: Sequence[Impact], today: dt.date) -> None:
    keys = [i.key for i in said]
    if len(set(keys)) != len(keys):
        raise ValueError("the same source record and cause is said twice")
    for item in said:
        if item.cause not in CAUSES or item.subject_kind not in SUBJECTS:
            raise ValueError(f"unknown cause {item.cause} or subject {item.subject_kind}")
        if item.household_id is None and item.region is None:
            raise ValueError(f"impact {item.key} has neither household nor region")
        if item.began_on > today:
            raise Refused(f"影响的开始日期 {item.began_on} 晚于今天 {today}。请填写已经发生的日期。", field="began_on")
        if loss_of(item.expected, item.now, item.loss) is not None and (loss_of(item.expected, item.now, item.loss) or 0) < 0:
            raise Refused("现预计比原预计还多，不构成损失。请核对两个数是否填反。", field="now")


def loss_of(expected: int | None, now: int | None, loss: int | None = None) -> int | None:
    """Expected − now in 分 where both are known, else the loss as said; None = not known."""
    return expected - now if expected is not None and now is not None else loss


def _piece(said: Sequence[Impact], shocks: list[Shock], by: Scope, today: dt.date) -> tuple[int, int]:
    homes = Household.objects.in_bulk({i.household_id for i in said if i.household_id})
    found = ImpactRecord.objects.filter(
        source_ledger__in={i.source_ledger for i in said}, source_id__in={i.source_id for i in said}, cause__in={i.cause for i in said}
    )
    wanted = {i.key: i for i in said}
    known = {k: r for r in found if (k := _key(r)) in wanted}
    fresh = [_fill(ImpactRecord(), i, homes, shocks) for i in said if i.key not in known]
    create_many(fresh, by=by, verb=WRITE_IMPACT, today=today)
    rows = ImpactRecord.objects.filter(pk__in=[r.pk for r in known.values()])
    fields = (*KEPT, "shock_id", "region_id", *LEVEL_FIELDS.values())
    names = [f.removesuffix("_id") for f in fields]

    def refresh(row: ImpactRecord) -> None:
        _fill(row, wanted[_key(row)], homes, shocks)

    return len(fresh), change_many(rows, refresh, by=by, verb=WRITE_IMPACT, today=today, fields=names) if known else 0


def _key(row: ImpactRecord) -> Key:
    return (row.source_ledger, row.source_id, row.cause)


def _fill(row: ImpactRecord, said: Impact, homes: dict[Any, Household], shocks: Iterable[Shock]) -> ImpactRecord:
    row.source_ledger, row.source_id, row.cause = said.key
    for name in KEPT:
        setattr(row, name, getattr(said, name))
    row.loss = loss_of(said.expected, said.now, said.loss)
    if said.household_id is not None:
        row.put_beside(homes[said.household_id])
    elif said.region is not None:
        row.put_in(said.region)
    row.shock = next((s for s in shocks if _hits(s, row)), None)
    return row


def _hits(shock: Shock, row: ImpactRecord) -> bool:
    column = LEVEL_FIELDS.get(shock.region.level)
    here = column is None or getattr(row, column) == shock.region_id
    return here and shock.starts_on <= row.began_on and (shock.ends_on is None or row.began_on < shock.ends_on)
