"""The check of a household: by allowed means, with authorisation, on the right income, judged as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouwang.kernel.attachments.actions import attach
from shouwang.kernel.attachments.queries import attachments_of
from shouwang.kernel.audit.actions import change, change_many
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import judging, policies, work
from shouwang.ledgers.monitoring.actions.intake import county_code
from shouwang.ledgers.monitoring.actions.steps import step
from shouwang.ledgers.monitoring.clearing import clear_problems
from shouwang.ledgers.monitoring.lifecycle import OPEN
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase, Verification
from shouwang.ledgers.monitoring.rules import due, rule
from shouwang.ledgers.registry import actions as registry
from shouwang.ledgers.registry.codes import rule as code_rule
from shouwang.ledgers.registry.income import after_medical, below, window_of
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import Household, IncomeStatement

AUTHORISATION = "authorisation"
MOVES = {"include": "verify", "reject": "reject", "know": "know"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checker concludes: `conclusion` include (the case goes on), reject or know."""

    checked_on: dt.date
    means: str
    conclusion: str
    problems: str
    coping: str
    reasons: str
    risks: tuple[str, ...] = ()
    category: str = ""
    reason_code: str = ""
    manner: str = ""


def start(household: Household, purpose: str, *, reason: str, by: Scope, today: dt.date) -> MonitoringCase:
    """Open a case without a lead: removal (clear), or registration as poor again (relapse) or newly (fall).

    One that is open for inclusion or removal gives way to registration as poor.

    Raises Refused where another is open, or the household does not meet what the purpose needs; the words name each gap.
    """
    with transaction.atomic():
        held = Household.objects.select_for_update(of=("self",)).select_related("county").get(pk=household.pk)
        before = MonitoringCase.objects.select_for_update(of=("self",)).filter(household=held, state__in=OPEN).first()
        if before is not None and not (_gives_way(before, purpose) and before.covers(by, policies.CHECK)):
            raise Refused("该户已有在办的监测个案，一户同时只办一件。请先办结在办的个案。")
        if purpose == "clear" and (gaps := clear_problems(held, today)):
            raise Refused("不能提出风险消除：" + "；".join(gaps) + "。")
        if purpose in ("relapse", "fall"):
            judging.check_category(held, purpose, "", today)
        county = held.county.code if held.county else ""
        case = MonitoringCase(
            purpose=purpose, opened_on=today, due_on=due("check", today, region=county), whole_due_on=due("whole", today, region=county)
        )
        case.risks, case.category = _watched_as(held) if purpose == "clear" else ("", "")
        case.put_beside(held)
        waiting = _give_way(before, case, by, today) if before is not None else []
        with change(case, by=by, verb=policies.START_CASE, today=today, reason=reason) as made:
            pass
        _carry(waiting, made, by, today)
        work.refresh([made], today=today, kinds=("reported",))
    return made


def _gives_way(case: MonitoringCase, purpose: str) -> bool:
    """A household that falls back while it is watched or checked: the case in hand ends, registration as poor follows."""
    return purpose in ("relapse", "fall") and case.purpose in ("include", "clear")


def _give_way(before: MonitoringCase, case: MonitoringCase, by: Scope, today: dt.date) -> list[int]:
    """End the case in hand; returns its waiting leads, which the new case decides."""
    waiting = list(before.leads.filter(state="open").values_list("pk", flat=True))
    case.level, case.lowest, case.risks = before.level, before.lowest, before.risks
    step(before, "overtake", by=by, today=today, leads=False, batch=None)
    return waiting


def _carry(waiting: Sequence[int], case: MonitoringCase, by: Scope, today: dt.date) -> None:
    def apply(lead: Lead) -> None:
        lead.case = case

    change_many(Lead.objects.filter(pk__in=waiting), apply, by=by, verb=policies.CARRY_LEAD, today=today, fields=["case"])


def _watched_as(household: Household) -> tuple[str, str]:
    period = household.statuses.filter(programme="monitoring", until=None).first()
    return (period.risks, period.standing) if period else ("", "")


def authorise(case: MonitoringCase, uploads: Sequence[UploadedFile[Any]], *, by: Scope, today: dt.date) -> None:
    """Keep the signed 授权承诺 with the case."""
    for upload in uploads:
        attach(case, upload, role=AUTHORISATION, by=by, today=today, verb=policies.AUTHORISE)


def authorised(case: MonitoringCase) -> bool:
    """Whether a signed authorisation is with the case."""
    return attachments_of(case).filter(role=AUTHORISATION).exists()


def check_household(
    case: MonitoringCase,
    said: Judgement,
    amounts: Mapping[str, int],
    *,
    persons: int,
    by: Scope,
    today: dt.date,
    uploads: Sequence[UploadedFile[Any]] = (),
    version: int | None = None,
) -> Verification:
    """Record a check and move the case by its conclusion; amounts in 分 of the window that the day asks for.

    Raises Refused for means the risk level does not allow, a missing authorisation (绿色通道 brings it later), a judgement that stands on
    income alone, a household that cannot be what the case wants, risks missing; all or nothing is written.
    """
    before = int(rule("check_before_days", on=today).value)
    if said.checked_on > today or said.checked_on < case.opened_on - dt.timedelta(before):
        raise Refused(f"核实日期 {said.checked_on} 不合理：不能晚于今天，也不能早于发起前 {before} 天。请核对日期。", field="checked_on")
    judging.check_means(case.county or case.region, said.checked_on, said.means)
    judging.check_judgement(case.purpose, said.conclusion, said.coping, said.reason_code, said.problems, said.reasons)
    with transaction.atomic():
        if said.conclusion == "include":
            _check_going_on(case, said, today)
        authorise(case, uploads, by=by, today=today)
        if said.conclusion == "include" and not case.green and not authorised(case):
            raise Refused("还没有上传农户签字的授权承诺书。请拍照上传；走绿色通道的可后补。", field="authorisation")
        statement = _income(case.household, amounts, persons, said.checked_on, by, today)
        found = _found(case, said, statement, by)
        if said.conclusion == "include" and case.purpose in ("relapse", "fall") and not (found.below or found.below_after):
            raise Refused(
                f"人均纯收入 {statement.per_head:,} 元，不低于标准 {found.line:,} 元，不能登记返贫（致贫）。请作为监测对象办理。",
                field="conclusion",
            )
        with change(found, by=by, verb=policies.CHECK_HOUSEHOLD, today=today) as made:
            pass
        fields: dict[str, Any] = {"reason_code": said.reason_code if said.conclusion == "reject" else ""}
        if said.conclusion == "include":
            fields |= {"risks": ",".join(said.risks), "category": said.category, "lowest": Region.VILLAGE}
        reason = said.reasons if said.conclusion == "reject" else ""
        step(case, MOVES[said.conclusion], by=by, today=today, reason=reason, version=version, **fields)
    return made


def _check_going_on(case: MonitoringCase, said: Judgement, today: dt.date) -> None:
    judging.check_category(case.household, case.purpose, said.category, today)
    if case.purpose == "clear":
        if gaps := clear_problems(case.household, today):
            raise Refused("不能建议风险消除：" + "；".join(gaps) + "。", field="conclusion")
        if not said.manner:
            raise Refused("风险消除须选择消除方式（帮扶消除、自然消除）。", field="manner")
        return
    if case.purpose == "include" and not said.risks:
        raise Refused("建议纳入的须至少有一项返贫致贫风险。请勾选风险类型。", field="risks")
    most = int(code_rule("risks_per_household", on=today).value)
    if len(said.risks) > most:
        raise Refused(f"勾选了 {len(said.risks)} 项风险，最多 {most} 项。请保留主要风险。", field="risks")


def income_window(day: dt.date) -> tuple[str, dt.date]:
    """Type and start of the window a check on the day looks at: 10 月至次年 9 月 before 2021, rolling 12 months since."""
    kind = str(code_rule("income_window_default", on=day).value)
    return kind, window_of(kind, day).start


def statement_for(household: Household, day: dt.date) -> IncomeStatement | None:
    """The income recorded for that window, if any."""
    kind, start_on = income_window(day)
    found: IncomeStatement | None = household.incomes.filter(window_type=kind, window_start=start_on).first()
    return found


def _income(household: Household, amounts: Mapping[str, int], persons: int, day: dt.date, by: Scope, today: dt.date) -> IncomeStatement:
    known = statement_for(household, day)
    if known is None:
        return registry.record_income(
            household, amounts, persons=persons, window_type=income_window(day)[0], checked_on=day, by=by, today=today
        )
    if known.persons == persons and all(getattr(known, n) == v for n, v in amounts.items()):
        return known
    return registry.correct_income(known, amounts, persons=persons, reason="监测核实更正", by=by, today=today, version=None)


def _found(case: MonitoringCase, said: Judgement, statement: IncomeStatement, by: Scope) -> Verification:
    poor = case.purpose in ("relapse", "fall")
    system = (case.household.standard_system if case.purpose == "relapse" else "gd_relative") if poor else "monitored"
    line = line_of(system, on=said.checked_on, region=county_code(case) or case.region.code)
    rest = after_medical(statement.net, statement.out_of_pocket, statement.claims_paid)
    found = Verification(
        case=case,
        checked_on=said.checked_on,
        means=said.means,
        checker=by.user_name[:40],
        checker_id_of_user=by.user_id,
        income=statement,
        line=line.value,
        line_source=(line.source + ("（待核实）" if line.unverified else ""))[:200],
        below=below(statement.net, statement.persons, line.value),
        below_after=below(rest, statement.persons, line.value),
        problems=said.problems.strip()[:500],
        coping=said.coping,
        risks=",".join(said.risks),
        category=said.category,
        manner=said.manner,
        conclusion=said.conclusion,
        reasons=said.reasons.strip()[:500],
        lowest=case.lowest,
    )
    found.put_beside(case.household)
    return found
