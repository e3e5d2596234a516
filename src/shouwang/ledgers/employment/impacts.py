"""务工受阻: what the labour ledger itself writes into impact, so that nobody types it twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.codes import epidemic_reasons
from shouwang.ledgers.employment.models import Worker
from shouwang.ledgers.impact.actions import Impact, end_impacts, record_impacts

SOURCE, CAUSE = "employment.worker", "work_blocked"


def blocked(worker: Worker, on: dt.date) -> bool:
    """Whether the person wants to go out and the epidemic keeps them home."""
    return worker.status == "wants" and worker.reason in epidemic_reasons(on)


def impact_of(worker: Worker, began_on: dt.date, *, usual: int | None) -> Impact:
    """The impact of somebody held at home: the usual wage, else the one wished for, against nothing, a month."""
    expected = usual or worker.wish_wage
    return Impact(
        cause=CAUSE,
        source_ledger=SOURCE,
        source_id=str(worker.pk),
        began_on=began_on,
        household_id=worker.household_id,
        member_id=worker.member_id,
        subject_kind="worker",
        period="month",
        expected=expected,
        now=0 if expected else None,
    )


def tell(worker: Worker, before: bool, usual: int | None, *, by: Scope, today: dt.date) -> None:
    """After a survey: a person newly held home is written down, one at work again is closed; called inside its transaction."""
    now = blocked(worker, today)
    if now and not before:
        record_impacts([impact_of(worker, today, usual=usual)], by=by, today=today)
    elif before and not now:
        end_impacts(SOURCE, {str(worker.pk)}, recovered_on=today, by=by, today=today)


def tell_all(workers: Iterable[Worker], *, by: Scope, today: dt.date) -> int:
    """Impacts of many surveyed at one time (the demonstration); returns how many were written."""
    said = [impact_of(w, w.surveyed_on or today, usual=None) for w in workers if blocked(w, today)]
    return record_impacts(said, by=by, today=today).created
