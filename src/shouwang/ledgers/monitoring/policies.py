"""Who may do what with leads and cases, and the acts they leave."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import NotPermitted
from shouwang.kernel.regions.scope import Scope

if TYPE_CHECKING:
    from shouwang.ledgers.monitoring.models import MonitoringCase

VIEW, EXPORT = "monitoring.view", "monitoring.export"
REPORT, CHECK, REVIEW, DETERMINE, FOLLOW = (f"monitoring.{deed}" for deed in ("report", "check", "review", "determine", "follow"))
PERMISSIONS = {
    VIEW: "查看防返贫线索、个案和在册对象（按区划或结对帮扶关系；涉及经办干部的举报只对上级可见）",
    REPORT: "登记监测线索（走访发现、群众申请、热线信访）",
    CHECK: "核实线索、登记民主评议和公示、提出风险消除",
    REVIEW: "镇（街道）初审",
    DETERMINE: "区（县）审定：组批、登记比对结果和批复、退回单户",
    FOLLOW: "落实帮扶措施、登记跟踪回访（按区划或结对帮扶关系）",
    EXPORT: "导出防返贫线索、个案和在册对象",
}

# intake.py has checked the permission over the household: who reports a complaint does not see it afterwards.
RECORD_LEAD = Verb("monitoring.lead.record", "登记了监测线索")
RECORD_DISCREPANCY = Verb("monitoring.discrepancy.record", "比对出疑点")
OPEN_CASE = Verb("monitoring.case.open", "发起了监测个案")
CARRY_LEAD = Verb("monitoring.lead.carry", "线索转入返贫（致贫）登记的个案", CHECK)
JOIN_CASE = Verb("monitoring.case.join", "并入了新的线索")
START_CASE = Verb("monitoring.case.start", "提出办理", CHECK, needs_reason=True)
HAND_DOWN = Verb("monitoring.case.hand_down", "交村（社区）核实", CHECK)
AUTHORISE = Verb("monitoring.case.authorise", "上传了授权承诺", CHECK)
CHECK_HOUSEHOLD = Verb("monitoring.verification.record", "登记了核实情况", CHECK)
POSTPONE = Verb("monitoring.case.postpone", "推迟了民主评议", CHECK, needs_reason=True)
RECORD_APPRAISAL = Verb("monitoring.appraisal.record", "登记了民主评议", CHECK)
POST = Verb("monitoring.posting.start", "张贴了公示", CHECK)
CLOSE_POSTING = Verb("monitoring.posting.close", "办结了公示", CHECK)
RAISE_OBJECTION = Verb("monitoring.objection.raise", "登记了公示异议", CHECK)
ANSWER_OBJECTION = Verb("monitoring.objection.answer", "答复了公示异议", CHECK)
OPEN_BATCH = Verb("monitoring.batch.open", "组成了审定批次", DETERMINE)
JOIN_BATCH = Verb("monitoring.case.join_batch", "列入了审定批次", DETERMINE)
ADD_MEASURE = Verb("monitoring.measure.add", "登记了帮扶措施", FOLLOW)
END_MEASURE = Verb("monitoring.measure.end", "结束了帮扶措施", FOLLOW, needs_reason=True)
DROP_FOLLOW_UP = Verb("monitoring.follow_up.drop", "取消了跟踪回访安排", DETERMINE)
PLAN_FOLLOW_UP = Verb("monitoring.follow_up.plan", "安排了跟踪回访", FOLLOW)
FOLLOW_UP = Verb("monitoring.follow_up.record", "登记了跟踪回访", FOLLOW)
OWN_VERBS = (
    RECORD_LEAD,
    RECORD_DISCREPANCY,
    OPEN_CASE,
    JOIN_CASE,
    CARRY_LEAD,
    START_CASE,
    HAND_DOWN,
    AUTHORISE,
    CHECK_HOUSEHOLD,
    POSTPONE,
    RECORD_APPRAISAL,
    POST,
    CLOSE_POSTING,
    RAISE_OBJECTION,
    ANSWER_OBJECTION,
    OPEN_BATCH,
    JOIN_BATCH,
    ADD_MEASURE,
    END_MEASURE,
    PLAN_FOLLOW_UP,
    DROP_FOLLOW_UP,
    FOLLOW_UP,
)

# Whose step it is: sending back is up to whoever has the case.
RETURNS = {"verified": CHECK, "appraised": CHECK, "posted": CHECK, "publicised": REVIEW, "reviewed": DETERMINE, "reported": REVIEW}


def check_return(scope: Scope, case: MonitoringCase) -> None:
    """Whether this person has the case in hand and may send it back or drop it; raises NotPermitted."""
    permission = RETURNS.get(case.state, DETERMINE)
    if not case.covers(scope, permission):
        raise NotPermitted(f"该户正在“{case.get_state_display()}”，须由有“{PERMISSIONS[permission]}”权限的人员办理。")


def check_second_person(scope: Scope, checkers: Collection[int | None]) -> None:
    """Whoever checked a household does not review it; raises NotPermitted."""
    if scope.user_id is not None and scope.user_id in checkers:
        raise NotPermitted("初审须由核实人以外的人办理。请交镇（街道）其他人员或分管领导初审。")
