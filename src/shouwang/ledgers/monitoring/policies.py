"""Who may do what with leads and cases, and the acts they leave."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

VIEW, EXPORT = "monitoring.view", "monitoring.export"
REPORT, CHECK, REVIEW, DETERMINE, FOLLOW = (f"monitoring.{deed}" for deed in ("report", "check", "review", "determine", "follow"))
PERMISSIONS = {
    VIEW: "查看防返贫监测线索、个案和监测对象（按区划或结对帮扶关系；涉及经办干部的举报只对上级可见）",
    REPORT: "登记监测线索（走访发现、群众申请、热线信访）",
    CHECK: "核实线索、登记民主评议和公示、提出风险消除",
    REVIEW: "镇（街道）初审",
    DETERMINE: "区（县）审定：组批、登记比对结果和批复、退回单户",
    FOLLOW: "落实帮扶措施、登记跟踪回访（按区划或结对帮扶关系）",
    EXPORT: "导出监测线索、个案和监测对象",
}

# intake.py has checked the permission over the household: who reports a complaint does not see it afterwards.
RECORD_LEAD = Verb("monitoring.lead.record", "登记了监测线索")
OPEN_CASE = Verb("monitoring.case.open", "发起了监测个案")
JOIN_CASE = Verb("monitoring.case.join", "并入了新的线索")
OWN_VERBS = (RECORD_LEAD, OPEN_CASE, JOIN_CASE)
