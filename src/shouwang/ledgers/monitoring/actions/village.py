"""What a village does with a case: the review by the people, the public posting, objections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from shouwang.kernel.attachments.actions import attach
from shouwang.kernel.audit.actions import change
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import judging, policies
from shouwang.ledgers.monitoring.actions.intake import county_code
from shouwang.ledgers.monitoring.actions.steps import step
from shouwang.ledgers.monitoring.models import CommunityAppraisal, MonitoringCase, Objection, PublicPosting
from shouwang.ledgers.monitoring.rules import due, rule

MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the minutes say; who stood aside is in neither `expected` nor `present`."""

    held_on: dt.date
    means: str
    expected: int
    present: int
    minutes: str
    recused: str = ""


def record_appraisal(
    village: Region,
    votes: Mapping[MonitoringCase, int],
    said: Meeting,
    *,
    by: Scope,
    today: dt.date,
    uploads: Sequence[UploadedFile[Any]] = (),
) -> CommunityAppraisal:
    """Record one review over some cases of the village (agreeing votes by case) and move each by its votes.

    Raises Refused for a day to come or before a case's check, a meeting where gatherings are banned, too few people, more votes
    than people, a case of another village or step; nothing is written then.
    """
    _check_meeting(village, votes, said, today)
    with transaction.atomic():
        appraisal = CommunityAppraisal(
            recorder=by.user_name[:40], **{n: getattr(said, n) for n in ("held_on", "means", "expected", "present")}
        )
        appraisal.recused, appraisal.minutes = said.recused.strip()[:200], said.minutes.strip()[:1000]
        appraisal.put_in(village)
        with change(appraisal, by=by, verb=policies.RECORD_APPRAISAL, today=today) as made:
            pass
        for upload in uploads:
            attach(made, upload, role=MINUTES, by=by, today=today, verb=policies.RECORD_APPRAISAL)
        share = rule("appraisal_quorum", on=said.held_on).value["pass"]
        for case, agreed in votes.items():
            fields: dict[str, Any] = {"appraisal": made, "agreed": agreed}
            if agreed * share[1] > said.present * share[0]:
                step(case, "appraise", by=by, today=today, **fields)
            else:
                words = f"民主评议同意 {agreed} 票，到会 {said.present} 人，未过半数"
                step(case, "vote_down", by=by, today=today, reason=words, reason_code="voted_down", **fields)
    return made


def _check_meeting(village: Region, votes: Mapping[MonitoringCase, int], said: Meeting, today: dt.date) -> None:
    if not votes:
        raise Refused("没有选择评议的户。请勾选本次评议的户并填写同意票数。", field="case")
    if said.held_on > today:
        raise Refused(f"评议日期 {said.held_on} 晚于今天 {today}。请填写实际评议的日期。", field="held_on")
    judging.check_gathering(village, said.held_on, said.means)
    need = rule("appraisal_quorum", on=said.held_on).value["present"]
    if said.present > said.expected or said.present < 1:
        raise Refused(f"实到 {said.present} 人与应到 {said.expected} 人不符。请核对人数（回避人员不计入）。", field="present")
    if said.present * need[1] < said.expected * need[0]:
        raise Refused(
            f"应到 {said.expected} 人，实到 {said.present} 人，不足{need[1]}分之{need[0]}，评议无效。请重新召开或推迟评议。",
            field="present",
        )
    if len(said.minutes.strip()) < 10:
        raise Refused("须写明评议记录（至少 10 个字）：逐户介绍了什么、有什么意见、结果如何。", field="minutes")
    for case, agreed in votes.items():
        if case.village_id != village.pk:
            raise Refused(f"{case.household.code} 不在本村，不能在本次评议。请取消勾选。", field="case")
        if not 0 <= agreed <= said.present:
            raise Refused(f"{case.household.code} 同意 {agreed} 票，应在 0 与实到 {said.present} 之间。请核对票数。", field="case")
        last = case.verifications.first()
        if last is not None and said.held_on < last.checked_on:
            raise Refused(f"评议日期 {said.held_on} 早于 {case.household.code} 的核实日期 {last.checked_on}。请核对日期。", field="held_on")


def post(village: Region, cases: Sequence[MonitoringCase], *, starts_on: dt.date, where: str, by: Scope, today: dt.date) -> PublicPosting:
    """Put the sheet on the wall for the cases of a village; it hangs for the rulebook's days, the first one counted.

    Raises Refused for no cases, a day to come or before their appraisal, no place, a case of another village or step.
    """
    if not cases:
        raise Refused("没有选择公示的户。请勾选本次公示的户。", field="case")
    if starts_on > today:
        raise Refused(f"公示起始日期 {starts_on} 晚于今天 {today}。请在张贴之日登记。", field="starts_on")
    if len(where.strip()) < 2:
        raise Refused("请写明张贴地点（例如“村委会公示栏”）。", field="where")
    days = int(rule("posting_days", on=starts_on, region=village.code).value)
    with transaction.atomic():
        posting = PublicPosting(starts_on=starts_on, ends_on=starts_on + dt.timedelta(days - 1), where=where.strip()[:100])
        posting.put_in(village)
        with change(posting, by=by, verb=policies.POST, today=today) as made:
            pass
        for case in cases:
            if case.village_id != village.pk:
                raise Refused(f"{case.household.code} 不在本村，不能在本次公示。请取消勾选。", field="case")
            if case.appraisal is not None and starts_on < case.appraisal.held_on:
                raise Refused(f"公示起始日期 {starts_on} 早于评议日期 {case.appraisal.held_on}。请核对日期。", field="starts_on")
            step(case, "post", by=by, today=today, posting=made, due_on=due("close_posting", made.ends_on, region=county_code(case)))
    return made


def raise_objection(case: MonitoringCase, *, content: str, raised_by: str, raised_on: dt.date, by: Scope, today: dt.date) -> Objection:
    """Write down what somebody said against a posted case; the name may stay empty."""
    if case.state != "posted" or case.posting is None:
        raise Refused("该户不在公示中，不能登记异议。公示结束后的反映请作为信访线索登记。")
    if len(content.strip()) < 4:
        raise Refused("请写明异议内容（至少 4 个字）。", field="content")
    if not case.posting.starts_on <= raised_on <= today:
        raise Refused(f"提出日期 {raised_on} 须在公示开始（{case.posting.starts_on}）与今天之间。请核对日期。", field="raised_on")
    objection = Objection(
        case=case,
        posting=case.posting,
        raised_on=raised_on,
        raised_by=raised_by.strip()[:40],
        content=content.strip()[:500],
        due_on=due("objection", raised_on, region=county_code(case)),
        lowest=case.lowest,
    )
    objection.put_beside(case.household)
    with change(objection, by=by, verb=policies.RAISE_OBJECTION, today=today) as made:
        pass
    return made


def answer_objection(objection: Objection, *, answer: str, upheld: bool, by: Scope, today: dt.date) -> Objection:
    """Answer an objection after looking into it; one that holds sends the case back to the check."""
    if len(answer.strip()) < 4:
        raise Refused("请写明核查情况和答复（至少 4 个字）。", field="answer")
    with transaction.atomic():
        with change(objection, by=by, verb=policies.ANSWER_OBJECTION, today=today) as locked:
            if locked.answered_on is not None:
                raise Refused(f"该异议已于 {locked.answered_on} 答复，不能重复答复。", field="answer")
            locked.answer, locked.answered_on, locked.upheld = answer.strip()[:500], today, upheld
        if upheld:
            case = locked.case
            words = f"公示异议成立：{locked.answer}"[:300]
            step(case, "back_to_check", by=by, today=today, reason=words, returns=case.returns + 1, return_reason=words)
    return locked


def close_posting(posting: PublicPosting, *, by: Scope, today: dt.date) -> PublicPosting:
    """After the last day, with every objection answered: the cases still posted go to the town."""
    with transaction.atomic():
        with change(posting, by=by, verb=policies.CLOSE_POSTING, today=today) as locked:
            if locked.closed_on is not None:
                raise Refused(f"该公示已于 {locked.closed_on} 办结。", field="posting")
            if today <= locked.ends_on:
                raise Refused(f"公示到 {locked.ends_on} 24 时期满，不得少于规定天数。请在 {locked.ends_on + dt.timedelta(1)} 以后办结。")
            if waiting := locked.objections.filter(answered_on=None).count():
                raise Refused(f"还有 {waiting} 条异议没有答复。请逐条核查答复后再办结公示。")
            locked.closed_on = today
        for case in locked.cases.filter(state="posted").select_related("household"):
            step(case, "close_posting", by=by, today=today)
    return locked
