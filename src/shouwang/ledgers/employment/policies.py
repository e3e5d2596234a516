"""Who may do what in the employment ledger, and the acts it records."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.ledgers.registry.codes import rule as registry_rule

if TYPE_CHECKING:
    from shouwang.kernel.regions.scope import Scope
    from shouwang.ledgers.employment.models import SubsidyClaim, Workshop
    from shouwang.ledgers.registry.models import Member

VIEW, SURVEY, EXPORT = "employment.view", "employment.survey", "employment.export"
ARRANGE, TRANSPORT, TRACE = "employment.arrange", "employment.transport", "employment.trace"
SUBSIDY = "employment.subsidy"
PERMISSIONS = {
    VIEW: "查看劳动力就业台账（按区划）",
    SURVEY: "摸底劳动力、登记务工记录和培训、补贴发放失败的补正",
    ARRANGE: "登记和核实岗位、匹配、推荐岗位、登记答复，扶贫车间和公益岗位，申领和审核就业补贴",
    SUBSIDY: "批准、退回、发放就业补贴，导入银行发放结果，录入补贴标准",
    TRANSPORT: "编排返岗批次、登记健康申报、发车、到达和移交",
    TRACE: "凭疾控中心公函调阅同车邻近人员，用后删除",
    EXPORT: "导出劳动力就业台账",
}

ENROL = Verb("employment.worker.enrol", "从户档案列入劳动力台账")
SURVEY_WORKER = Verb("employment.worker.survey", "摸底了就业情况", SURVEY)
CONFIRM_WORKER = Verb("employment.worker.confirm", "核实就业情况无变化", SURVEY)
EDIT_WORKER = Verb("employment.worker.edit", "修改了就业条件", SURVEY)
LOG_CALL = Verb("employment.worker.call", "登记了未接通的电话", SURVEY)
WITHDRAW_SURVEY = Verb("employment.worker.withdraw_import", "撤回了导入的摸底结果", SURVEY, needs_reason=True)
RECORD_WORK = Verb("employment.work.record", "登记了务工记录", SURVEY)
START_WORK = Verb("employment.work.start", "登记了到岗", SURVEY)
BRING_TO_WORK = Verb("employment.work.arrive", "随返岗专车到岗", TRANSPORT)
END_WORK = Verb("employment.work.end", "登记了离岗", SURVEY, needs_reason=True)
RECORD_TRAINING = Verb("employment.training.record", "登记了培训", SURVEY)
LABOUR_VERBS = (
    ENROL,
    SURVEY_WORKER,
    CONFIRM_WORKER,
    EDIT_WORKER,
    LOG_CALL,
    WITHDRAW_SURVEY,
    RECORD_WORK,
    START_WORK,
    BRING_TO_WORK,
    END_WORK,
    RECORD_TRAINING,
)
EDIT_EMPLOYER = Verb("employment.employer.edit", "登记了用工单位", ARRANGE)
EDIT_POST = Verb("employment.post.edit", "登记了岗位", ARRANGE)
SET_PRIORITY = Verb("employment.priority_place.set", "列入了优先镇村", ARRANGE)
END_PRIORITY = Verb("employment.priority_place.end", "解除了优先镇村", ARRANGE, needs_reason=True)
COUNT_POST = Verb("employment.post.count", "岗位已占名额更新")
CHOOSE = Verb("employment.choice.set", "指定了匹配安排", ARRANGE)
DROP_CHOICE = Verb("employment.choice.drop", "取消了指定", ARRANGE)
PLACE_WORKER = Verb("employment.work.place", "经推荐上岗", ARRANGE)
POST_VERBS = (EDIT_EMPLOYER, EDIT_POST, COUNT_POST, SET_PRIORITY, END_PRIORITY, CHOOSE, DROP_CHOICE, PLACE_WORKER)
EDIT_BATCH = Verb("employment.batch.edit", "登记了批次的接收地或车辆", TRANSPORT)
ENLIST = Verb("employment.traveller.enlist", "列入了返岗批次", TRANSPORT)
CHECK_HEALTH = Verb("employment.traveller.health", "登记了健康申报和体温", TRANSPORT)
SEAT = Verb("employment.traveller.seat", "编排了座位")
BOARD = Verb("employment.traveller.board", "登记了上车", TRANSPORT)
BREAK = Verb("employment.vehicle.break", "登记了车辆停用", TRANSPORT, needs_reason=True)
WARN_TRIP = Verb("employment.trip.warn", "提示了风险等级变化")
PRINT_TRIP = Verb("employment.trip.print", "打印了乘车名单", TRANSPORT)
RELEASE = Verb("employment.trace.release", "凭公函调阅了同车邻近人员", TRACE, needs_reason=True)
VIEW_TRACE = Verb("employment.trace.view", "查看了邻近人员名单", TRACE)
ERASE = Verb("employment.trace.erase", "删除了调阅的名单", TRACE)
PLAN_CALL = Verb("employment.follow_up.plan", "安排了稳岗跟踪")
ANSWER_CALL = Verb("employment.follow_up.answer", "登记了稳岗跟踪", SURVEY)
BATCH_VERBS = (
    PLAN_CALL,
    ANSWER_CALL,
    EDIT_BATCH,
    ENLIST,
    CHECK_HEALTH,
    SEAT,
    BOARD,
    BREAK,
    WARN_TRIP,
    PRINT_TRIP,
    RELEASE,
    VIEW_TRACE,
    ERASE,
)
EDIT_WORKSHOP = Verb("employment.workshop.edit", "更正了扶贫车间认定信息", ARRANGE)
REVIEW_WORKSHOP = Verb("employment.workshop.review", "核查了扶贫车间", ARRANGE)
WORKSHOP_VERBS = (EDIT_WORKSHOP, REVIEW_WORKSHOP)
RECORD_MONTH = Verb("employment.appointment.month", "登记了公益性岗位出勤和报酬", ARRANGE)
WELFARE_VERBS = (RECORD_MONTH,)
ENTER_RATE = Verb("employment.subsidy_rate.enter", "录入了就业补贴标准", SUBSIDY)
NOTE_DIFFERENCE = Verb("employment.subsidy.difference", "银行发放金额与批准不符，列入待办", SUBSIDY)
SUBSIDY_VERBS = (ENTER_RATE, NOTE_DIFFERENCE)


def check_may_work(member: Member, today: dt.date) -> None:
    """Whether the person may stand in a work record or a plan: of age, no pupil, still a member. Raises Refused."""
    youngest = int(registry_rule("working_ages", on=today).value["male"][0])
    if member.left_on is not None and member.left_on <= today:
        raise Refused(f"{member.name}已于 {member.left_on} 减少，不能登记务工。请核对户档案。", field="member")
    if member.age(today) < youngest:
        raise Refused(
            f"{member.name}未满 {youngest} 周岁（{member.birth_date} 出生），不能登记务工或安排岗位。请核对出生日期。", field="member"
        )
    if member.school_status != "not_in_school":
        raise Refused(f"{member.name}在户档案中为在校生，不能登记务工或安排岗位。已离校的请先更正户档案的在校生状况。", field="member")


def why_workshop_stays(workshop: Workshop, move: str, today: dt.date) -> str:
    """Why a workshop cannot be restored or cleared today, in words; "" = it can. The button and the act ask the same."""
    if move == "clear" and workshop.buffer_until is not None and today < workshop.buffer_until:
        return f"缓冲期至 {workshop.buffer_until}，期满前不得清理。缓冲期内请帮助恢复生产，或妥善安置务工人员。"
    if move != "restore":
        return ""
    if workshop.reviewed_on is None:
        return "还没有核查过，不能恢复。请先登记一次核查。"
    missed = "；".join(workshop.unmet)
    return f"最近一次核查（{workshop.reviewed_on}）未达要求：{missed}。达到后请先登记核查，再恢复。" if missed else ""


def why_not_approve(claim: SubsidyClaim, by: Scope) -> str:
    """Why this person cannot approve, in words; "" = may. Who checked does not approve as well."""
    same = by.user_id is not None and by.user_id == claim.checker_id
    return "本人审核的补贴须由另一人批准。请由同事或上一级批准。" if same else ""
