"""From a sweep's hits of the kinds 待核实信号 and 数据核查 to discrepancies: recorded, cleared when gone, answered by a person, never a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from shouwang.engine.material import changed
from shouwang.engine.rules import Rule
from shouwang.kernel.audit.actions import change_many, create_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies, work
from shouwang.ledgers.monitoring.lifecycle import DISCREPANCY
from shouwang.ledgers.monitoring.models import Discrepancy
from shouwang.ledgers.monitoring.rules import due
from shouwang.ledgers.monitoring.rules import rule as value_of
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.monitoring.watch.recording import Row, department_of, values_of
from shouwang.ledgers.registry.models import Household

PIECE = 500
ANSWERS = ("confirm", "correct", "explain")
CLOCK = "clock_discrepancy"
Known = dict[tuple[int, str], Discrepancy]


@dataclass(slots=True)
class Tally:
    """What became of the hits of a piece: `doubts` found, `new` written, `back` of those said to be corrected, `cleared` that are gone."""

    doubts: int = 0
    new: int = 0
    back: int = 0
    cleared: int = 0


def record(rows: Sequence[Row], rules: Mapping[str, Rule], *, by: Scope, today: dt.date, asof: dt.date) -> Tally:
    """Record one piece of hits (≤ 500 rows) in one transaction; the same hit twice changes nothing.

    What was answered comes again only where its rule says the change is material; 已更正 also where it is still found after the
    patience of the rulebook.
    """
    keys = {r["household"] for r in rows}
    homes = {h.lake_key: h for h in Household.objects.filter(lake_key__in=keys, closed_on=None).select_related("county", "region")}
    known = _known([h.pk for h in homes.values()], {r["rule"] for r in rows})
    patience = dt.timedelta(int(value_of("discrepancy_patience", on=today).value))
    fresh, moved, back = [], {}, []
    for row in rows:
        home, rule = homes.get(row["household"]), rules[row["rule"]]
        if home is None:
            continue  # merged away since the snapshot was taken
        last, values = known.get((home.pk, rule.id)), values_of(rule, row)
        if last is None or last.state == "cleared" or (last.state != "open" and changed(rule, last.values, values)):
            fresh.append(_made(home, rule, values, today, asof))
        elif last.state == "open" and changed(rule, last.values, values):
            moved[last.pk] = (rule, values)
        elif last.state == "corrected" and last.decided_on is not None and asof > last.decided_on + patience:
            back.append(last)
    with transaction.atomic():
        create_many(fresh, by=by, verb=policies.RECORD_DISCREPANCY, today=today)
        _renew(moved, by, today)
        _reopen(back, by, today)
    return Tally(doubts=len(rows), new=len(fresh), back=len(back))


def _known(homes: Collection[int], rules: Collection[str]) -> Known:
    """{(household, rule): the last discrepancy}, whatever became of it."""
    rows = Discrepancy.objects.filter(household_id__in=homes, rule__in=rules).order_by("pk")
    return {(row.household_id, row.rule): row for row in rows}


def _made(home: Household, rule: Rule, values: dict[str, int | None], today: dt.date, asof: dt.date) -> Discrepancy:
    row = Discrepancy(
        kind=rule.kind, rule=rule.id, rule_version=rule.version, rule_hash=rule.digest, values=values, found_on=asof,
        department=department_of(rule, book.catalog()), due_on=_due(home, rule.clock, today),
    )  # fmt: skip
    row.put_beside(home)
    return row


def _due(home: Household, clock: str, today: dt.date) -> dt.date:
    return due((clock or CLOCK).removeprefix("clock_"), today, region=home.county.code if home.county else "")


def _renew(moved: Mapping[int, tuple[Rule, dict[str, int | None]]], by: Scope, today: dt.date) -> None:
    """Open ones whose facts have changed since show the facts of today."""

    def apply(row: Discrepancy) -> None:
        rule, values = moved[row.pk]
        row.values, row.rule_version, row.rule_hash = values, rule.version, rule.digest

    rows = Discrepancy.objects.filter(pk__in=moved)
    change_many(rows, apply, by=by, verb=policies.RECORD_DISCREPANCY, today=today, fields=["values", "rule_version", "rule_hash"])


def _reopen(rows: Sequence[Discrepancy], by: Scope, today: dt.date) -> None:
    days = {row.pk: _due(row.household, "", today) for row in rows}

    def apply(row: Discrepancy) -> None:
        DISCREPANCY.check(row, "reopen")
        row.state, row.decided_on, row.due_on = "open", None, days[row.pk]

    found = Discrepancy.objects.filter(pk__in=days)
    verb = DISCREPANCY.moves["reopen"].verb
    change_many(found, apply, by=by, verb=verb, today=today, fields=["state", "decided_on", "due_on"])


def clear(county: int, hits: Collection[tuple[int, str]], *, ran: Collection[str], by: Scope, today: dt.date) -> int:
    """End the county's open ones that a sweep no longer finds; returns how many. `hits`: (lake key, rule) found, `ran`: rules that were asked.

    A rule that was not asked for want of data says nothing; one that is no longer in the rulebook has nothing left to say.
    """
    standing = {r.id for r in book.rules().rules}
    rows = Discrepancy.objects.filter(county__code__startswith=str(county), state="open")
    found = rows.values_list("pk", "household__lake_key", "rule").order_by("pk")
    gone = [pk for pk, key, rule in found if (rule in ran and (key, rule) not in hits) or rule not in standing]
    for start in range(0, len(gone), PIECE):
        end(rows.filter(pk__in=gone[start : start + PIECE]), by=by, today=today)
    return len(gone)


def end(rows: QuerySet[Discrepancy], *, by: Scope, today: dt.date) -> None:
    """End open ones (≤ 500) that have nothing left to say."""

    def apply(row: Discrepancy) -> None:
        row.state, row.decided_on = "cleared", today

    change_many(rows, apply, by=by, verb=DISCREPANCY.moves["clear"].verb, today=today, fields=["state", "decided_on"])


def refresh(county: int, today: dt.date) -> None:
    """The offices' lines of a county (six digits): one a village or town, however many hits."""
    for pk in Region.objects.filter(code__startswith=str(county), level=Region.COUNTY).values_list("pk", flat=True):
        work.refresh_county(pk, today=today, kinds=(work.DISCREPANCY,))


def answer(found: Discrepancy, move: str, said: str, *, by: Scope, today: dt.date, version: int | None = None) -> Discrepancy:
    """属实, 已更正 or 有正当原因, in words. Raises Refused for another move, too few words, one that is answered; NotPermitted, Stale."""
    if move not in ANSWERS:
        raise Refused("请选择核对结论：属实、已更正或有正当原因。", field="move")
    if len(said.strip()) < 4:
        raise Refused("请写明核对情况（至少 4 个字，例如“车辆已于上月过户”）。", field="said")
    with transaction.atomic():
        with DISCREPANCY.advance(found, move, by=by, today=today, version=version) as locked:
            locked.answer, locked.answered_by, locked.decided_on = said.strip()[:300], by.user_name[:40], today
        work.refresh([locked], today=today, kinds=(work.DISCREPANCY,))
    return locked
