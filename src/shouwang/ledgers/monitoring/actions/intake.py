"""Leads come in: set-wise, idempotent on (rule, household, evidence), merged into one case per household."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from shouwang.kernel.audit.actions import change_many, create_many
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies, work
from shouwang.ledgers.monitoring.lifecycle import LEAD, OPEN
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.monitoring.rules import due, rule
from shouwang.ledgers.registry.codes import words
from shouwang.ledgers.registry.models import Household, ProgrammeStatus

PIECE = 500


@dataclass(frozen=True, slots=True)
class Found:
    """One lead as it is said: `household` is its id; rule leads carry `rule`, `rule_hash` and `evidence`, others a `description`."""

    household: int
    source: str
    risk: str
    found_on: dt.date
    level: str = "yellow"
    rule: str = ""
    rule_version: int = 0
    rule_hash: str = ""
    evidence: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    department: str = ""
    description: str = ""
    reporter: str = ""
    complains: bool = False
    green: bool = False


@dataclass(slots=True)
class Recorded:
    """What became of the leads: `leads` written, `cases` opened for them, `merged` into open cases, `repeated` known with the same
    evidence (decided ones included: nothing is written), `known` of households watched for that risk already."""

    leads: list[Lead] = field(default_factory=list)
    cases: list[MonitoringCase] = field(default_factory=list)
    merged: int = 0
    repeated: int = 0
    known: int = 0


def record_lead(found: Found, *, by: Scope, today: dt.date) -> Recorded:
    """Record one lead; see `record_leads`."""
    return record_leads([found], by=by, today=today)


def record_leads(found: Iterable[Found], *, by: Scope, today: dt.date) -> Recorded:
    """Record leads set-wise, one transaction per 500; each household's leads share one open case, opened where there is none.

    A lead of a rule whose (household, rule, evidence) is stored already, whatever was decided, is counted as repeated and not written;
    one with other evidence takes the place of an open lead of the same rule. Raises Refused for a lead that lacks what it must say or
    has an unknown risk or a day to come, OutOfScope where the permission does not reach the household; a refused piece writes nothing.
    """
    every = list(found)
    for one in every:
        _check(one, today)
    out = Recorded()
    for start in range(0, len(every), PIECE):
        with transaction.atomic():
            _record(every[start : start + PIECE], out, by, today)
    return out


def _check(one: Found, today: dt.date) -> None:
    if one.risk not in words("risk", on=today):
        raise Refused(f"风险类型“{one.risk}”不在 {today} 的代码表内。请重新选择风险类型。", field="risk")
    if one.found_on > today:
        raise Refused(f"发现日期 {one.found_on} 晚于今天 {today}。请填写实际发现的日期。", field="found_on")
    if one.rule and not (one.evidence and one.rule_hash):
        raise Refused(f"规则“{one.rule}”的线索缺少规则摘要或证据摘要，不能登记。请重新运行筛查。", field="evidence")
    if not one.rule and len(one.description.strip()) < 4:
        raise Refused("请写明发现的情况（至少 4 个字，例如“户主车祸住院，自付约 3 万元”）。", field="description")


def _record(found: Sequence[Found], out: Recorded, by: Scope, today: dt.date) -> None:
    homes = _households({f.household for f in found}, by)
    seen = _stored(found)
    fresh: list[Found] = []
    for one in found:
        key = (one.household, one.rule, one.evidence)
        if one.rule and key in seen:
            out.repeated += 1
            continue
        seen.add(key)
        fresh.append(one)
    watched = _watched_risks(homes)
    cases = _open_cases(homes)
    known = [f for f in fresh if f.risk in watched.get(f.household, ()) and f.household not in cases]
    going = [f for f in fresh if f not in known]
    opened = _open(going, homes, cases, by, today)
    _supersede(going, by, today)
    rows = [_lead(f, homes[f.household], None, today) for f in known]
    rows += [_lead(f, homes[f.household], (opened.get(f.household) or cases[f.household]), today) for f in going]
    out.leads += create_many(rows, by=by, verb=policies.RECORD_LEAD, today=today)
    out.cases += list(opened.values())
    out.known += len(known)
    out.merged += sum(f.household in cases for f in going)
    _raise_level(going, cases, by, today)
    work.refresh(opened.values(), today=today, kinds=("reported",))


def _households(ids: set[int], by: Scope) -> dict[int, Household]:
    rows = Household.objects.within(by, policies.REPORT).select_related("county").filter(pk__in=ids)
    homes = {h.pk: h for h in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(homes) < len(ids):
        raise OutOfScope
    for home in homes.values():
        if home.closed_on is not None:
            raise Refused(f"户编号 {home.code} 的户已于 {home.closed_on} 并入他户，不能登记线索。请登记在并入后的户上。", field="household")
    return homes


def _stored(found: Sequence[Found]) -> set[tuple[int, str, str]]:
    ids = {f.household for f in found if f.rule}
    return set(Lead.objects.filter(household_id__in=ids).exclude(rule="").values_list("household_id", "rule", "evidence")) if ids else set()


def _watched_risks(homes: Mapping[int, Household]) -> dict[int, set[str]]:
    """{household id: risks it is watched for} of those under watch."""
    rows = ProgrammeStatus.objects.filter(household_id__in=homes, programme="monitoring", until=None).exclude(standing="cleared")
    return {home: set(risks.split(",")) for home, risks in rows.values_list("household_id", "risks")}


def _open_cases(homes: Mapping[int, Household]) -> dict[int, MonitoringCase]:
    return {c.household_id: c for c in MonitoringCase.objects.select_for_update().filter(household_id__in=homes, state__in=OPEN)}


def _open(
    found: Sequence[Found], homes: Mapping[int, Household], cases: Mapping[int, MonitoringCase], by: Scope, today: dt.date
) -> dict[int, MonitoringCase]:
    """Cases for the households that have none, by household id."""
    wanted: dict[int, list[Found]] = {}
    for one in found:
        if one.household not in cases:
            wanted.setdefault(one.household, []).append(one)
    dues: dict[tuple[str, str], dt.date] = {}

    def until(name: str, region: str) -> dt.date:
        if (name, region) not in dues:
            dues[name, region] = due(name, today, region=region)
        return dues[name, region]

    rows = []
    for pk, leads in wanted.items():
        home = homes[pk]
        county = home.county.code if home.county else ""
        green = any(f.green for f in leads)
        case = MonitoringCase(
            purpose="include",
            level="red" if any(f.level == "red" for f in leads) else "yellow",
            risks=",".join(dict.fromkeys(f.risk for f in leads)),
            opened_on=today,
            due_on=until("check", county),
            whole_due_on=until("whole", county),
            green=green,
            green_due_on=until("green_papers", county) if green else None,
            lowest=min(_lowest(f, today) for f in leads),
        )
        case.put_beside(home)
        rows.append(case)
    return {c.household_id: c for c in create_many(rows, by=by, verb=policies.OPEN_CASE, today=today)}


def _lowest(one: Found, today: dt.date) -> int:
    """The lowest level that may see the lead: a complaint about a cadre stays above the cadre."""
    usual = int(rule("lowest_level", on=today).value.get(one.source, Region.VILLAGE))
    return min(usual, int(rule("complaint_level", on=today).value)) if one.complains else usual


def _lead(one: Found, home: Household, case: MonitoringCase | None, today: dt.date) -> Lead:
    lead = Lead(
        case=case,
        source=one.source,
        department=one.department[:40],
        rule=one.rule,
        rule_version=one.rule_version,
        rule_hash=one.rule_hash,
        values=dict(one.values),
        evidence=one.evidence,
        risk=one.risk,
        level=one.level,
        found_on=one.found_on,
        description=one.description.strip()[:500],
        reporter=one.reporter[:40],
        complains=one.complains,
        lowest=_lowest(one, today),
        state="open" if case else "known",
        decided_on=None if case else today,
    )
    lead.put_beside(home)
    return lead


def _supersede(found: Sequence[Found], by: Scope, today: dt.date) -> None:
    """Open leads of the same rule and household give way to the new evidence."""
    rules: dict[str, list[int]] = {}
    for one in found:
        if one.rule:
            rules.setdefault(one.rule, []).append(one.household)
    for name, homes in rules.items():
        older = Lead.objects.filter(rule=name, household_id__in=homes, state="open")
        decide(older, "supersede", by=by, today=today)


def decide(rows: Any, move: str, *, by: Scope, today: dt.date, reason_code: str = "") -> int:
    """Move open leads set-wise; the caller has checked the case they belong to. Returns how many."""
    step = LEAD.moves[move]

    def apply(lead: Lead) -> None:
        LEAD.check(lead, move)
        lead.state, lead.decided_on, lead.reason_code = step.target, today, reason_code

    return change_many(rows, apply, by=by, verb=step.verb, today=today, fields=["state", "decided_on", "reason_code"])


def _raise_level(found: Sequence[Found], cases: Mapping[int, MonitoringCase], by: Scope, today: dt.date) -> None:
    """A case that more leads join takes the redder level, the further risks and the green way."""
    joined: dict[int, list[Found]] = {}
    for one in found:
        if one.household in cases:
            joined.setdefault(one.household, []).append(one)
    if not joined:
        return

    def apply(case: MonitoringCase) -> None:
        leads = joined[case.household_id]
        if any(f.level == "red" for f in leads):
            case.level = "red"
        if case.state == "reported":
            case.risks = ",".join(dict.fromkeys((*case.risk_codes, *(f.risk for f in leads))))
        if any(f.green for f in leads) and not case.green:
            case.green, case.green_due_on = True, due("green_papers", today, region=county_code(case))

    rows = MonitoringCase.objects.filter(pk__in=[cases[h].pk for h in joined])
    change_many(rows, apply, by=by, verb=policies.JOIN_CASE, today=today, fields=["level", "risks", "green", "green_due_on"])


def county_code(case: MonitoringCase) -> str:
    """The code of the county a case lies in, by which clocks are looked up; "" where it has none."""
    return case.county.code if case.county else ""
