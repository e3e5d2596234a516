"""States and moves of the employment ledger's records."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State

ARRANGE = "employment.arrange"

VERIFY_POST = Verb("employment.post.verify", "核实了岗位", ARRANGE)
CLOSE_POST = Verb("employment.post.close", "关闭了岗位", ARRANGE, needs_reason=True)
FILL_POST = Verb("employment.post.fill", "岗位已招满")
REOPEN_POST = Verb("employment.post.reopen", "重新开放了岗位", ARRANGE, needs_reason=True)
FREE_POST = Verb("employment.post.free", "岗位有人离岗，重新开放")
POST = Lifecycle(
    name="岗位",
    initial="draft",
    states={
        "draft": State("待核实", "登记单位", "o"),
        "open": State("招聘中", "就业工作机构", "g"),
        "filled": State("已招满", "就业工作机构", "b"),
        "closed": State("已关闭", "就业工作机构", "", final=True),
    },
    moves={
        "verify": Move(("draft",), "open", "核实，开放招聘", VERIFY_POST),
        "fill": Move(("open",), "filled", "招满", FILL_POST),
        "free": Move(("filled",), "open", "有人离岗", FREE_POST),
        "close": Move(("draft", "open", "filled"), "closed", "关闭", CLOSE_POST),
        "reopen": Move(("closed",), "draft", "重新开放", REOPEN_POST),
    },
)

SEND_OFFER = Verb("employment.offer.send", "推荐了岗位", ARRANGE)
ACCEPT_OFFER = Verb("employment.offer.accept", "接受了推荐的岗位", ARRANGE)
DECLINE_OFFER = Verb("employment.offer.decline", "谢绝了推荐的岗位", ARRANGE, needs_reason=True)
WITHDRAW_OFFER = Verb("employment.offer.withdraw", "撤回了推荐", ARRANGE, needs_reason=True)
OFFER = Lifecycle(
    name="岗位推荐",
    initial="sent",
    states={
        "sent": State("待答复", "本人", "o"),
        "accepted": State("已接受", "就业工作机构", "g", final=True),
        "declined": State("已谢绝", "就业工作机构", "r", final=True),
        "withdrawn": State("已撤回", "就业工作机构", "", final=True),
    },
    moves={
        "accept": Move(("sent",), "accepted", "接受", ACCEPT_OFFER),
        "decline": Move(("sent",), "declined", "谢绝", DECLINE_OFFER),
        "withdraw": Move(("sent",), "withdrawn", "撤回", WITHDRAW_OFFER),
    },
)

ASK_PLAN = Verb("employment.plan.ask", "发起了人岗匹配", ARRANGE)
KEEP_PLAN = Verb("employment.plan.solve", "人岗匹配已算出")
FAIL_PLAN = Verb("employment.plan.fail", "人岗匹配未能算出")
AGAIN_PLAN = Verb("employment.plan.again", "调整后重新匹配", ARRANGE)
PLAN = Lifecycle(
    name="匹配方案",
    initial="asked",
    states={
        "asked": State("计算中", "系统", "b"),
        "solved": State("已算出", "就业工作机构", "g", final=True),
        "failed": State("未算出", "就业工作机构", "r"),
    },
    moves={
        "solve": Move(("asked",), "solved", "算出", KEEP_PLAN),
        "fail": Move(("asked",), "failed", "未算出", FAIL_PLAN),
        "again": Move(("solved", "failed"), "asked", "重新匹配", AGAIN_PLAN),
    },
)
TRANSPORT = "employment.transport"
OPEN_BATCH = Verb("employment.batch.open", "建立了返岗批次", TRANSPORT)
ASK_BATCH = Verb("employment.batch.ask", "发起了批次编排", TRANSPORT)
KEEP_BATCH = Verb("employment.batch.plan", "批次已编排")
FAIL_BATCH = Verb("employment.batch.fail", "批次未能编出")
CLOSE_BATCH = Verb("employment.batch.close", "办结了返岗批次", TRANSPORT)
BATCH = Lifecycle(
    name="返岗批次",
    initial="draft",
    states={
        "draft": State("准备中", "经办单位", "o"),
        "asked": State("编排中", "系统", "b"),
        "planned": State("已编排", "经办单位", "g"),
        "failed": State("未编出", "经办单位", "r"),
        "closed": State("已办结", "经办单位", "", final=True),
    },
    moves={
        "ask": Move(("draft", "planned", "failed"), "asked", "编排", ASK_BATCH),
        "plan": Move(("asked",), "planned", "编出", KEEP_BATCH),
        "fail": Move(("asked",), "failed", "未编出", FAIL_BATCH),
        "close": Move(("planned",), "closed", "办结", CLOSE_BATCH),
    },
)
PLAN_TRIP = Verb("employment.trip.plan", "编排了班次")
DEPART = Verb("employment.trip.depart", "发车", TRANSPORT)
ARRIVE = Verb("employment.trip.arrive", "到达", TRANSPORT)
HAND_OVER = Verb("employment.trip.hand_over", "向接收地移交", TRANSPORT)
TRIP = Lifecycle(
    name="班次",
    initial="planned",
    states={
        "planned": State("待发车", "经办单位", "o"),
        "departed": State("途中", "随车联络员", "b"),
        "arrived": State("已到达", "接收单位", "g"),
        "handed": State("已移交", "接收单位", "g", final=True),
    },
    moves={
        "depart": Move(("planned",), "departed", "发车", DEPART),
        "arrive": Move(("departed",), "arrived", "到达", ARRIVE),
        "hand_over": Move(("arrived",), "handed", "移交", HAND_OVER),
    },
)
RECOGNISE = Verb("employment.workshop.recognise", "认定了扶贫车间", ARRANGE)
WATCH_WORKSHOP = Verb("employment.workshop.watch", "转为监测待处置", ARRANGE, needs_reason=True)
RESTORE_WORKSHOP = Verb("employment.workshop.restore", "恢复为正常运行", ARRANGE, needs_reason=True)
CLEAR_WORKSHOP = Verb("employment.workshop.clear", "清理了扶贫车间", ARRANGE, needs_reason=True)
RECOGNISE_AGAIN = Verb("employment.workshop.recognise_again", "重新认定了扶贫车间", ARRANGE, needs_reason=True)
WORKSHOP = Lifecycle(
    name="扶贫车间",
    initial="normal",
    states={
        "normal": State("正常运行", "镇（街道）", "g"),
        "watched": State("监测待处置", "区（县）", "o"),
        "cleared": State("清理", "区（县）", "", final=True),
    },
    moves={
        "watch": Move(("normal",), "watched", "转为监测待处置", WATCH_WORKSHOP),
        "restore": Move(("watched",), "normal", "恢复正常运行", RESTORE_WORKSHOP),
        "clear": Move(("watched",), "cleared", "清理", CLEAR_WORKSHOP),
        "recognise_again": Move(("cleared",), "normal", "重新认定", RECOGNISE_AGAIN),
    },
)
APPOINT = Verb("employment.appointment.open", "聘用到公益性岗位")
RENEW = Verb("employment.appointment.renew", "续聘了公益性岗位", ARRANGE, needs_reason=True)
END_APPOINTMENT = Verb("employment.appointment.end", "终止了公益性岗位聘用", ARRANGE, needs_reason=True)
LAPSE = Verb("employment.appointment.lapse", "公益性岗位聘用随离岗终止")
APPOINTMENT = Lifecycle(
    name="公益岗位聘用",
    initial="active",
    states={
        "active": State("聘用中", "镇（街道）", "g"),
        "ended": State("已终止", "镇（街道）", "", final=True),
    },
    moves={
        "renew": Move(("active",), "active", "续聘", RENEW),
        "end": Move(("active",), "ended", "终止", END_APPOINTMENT),
        "lapse": Move(("active",), "ended", "随离岗终止", LAPSE),
    },
)
GRANT, SURVEY_LABOUR = "employment.subsidy", "employment.survey"
APPLY_SUBSIDY = Verb("employment.subsidy.apply", "登记了就业补贴申领", ARRANGE)
CHECK_SUBSIDY = Verb("employment.subsidy.check", "审核了就业补贴", ARRANGE)
APPROVE_SUBSIDY = Verb("employment.subsidy.approve", "批准了就业补贴", GRANT)
PAY_SUBSIDY = Verb("employment.subsidy.pay", "登记了就业补贴发放", GRANT)
FAIL_SUBSIDY = Verb("employment.subsidy.fail", "登记了就业补贴发放失败", GRANT)
FIX_SUBSIDY = Verb("employment.subsidy.fix", "登记了发放失败的补正，待重发", SURVEY_LABOUR)
RETURN_SUBSIDY = Verb("employment.subsidy.send_back", "退回了就业补贴", GRANT, needs_reason=True)
REFUSE_SUBSIDY = Verb("employment.subsidy.refuse", "不予就业补贴", GRANT, needs_reason=True)
SUBSIDY = Lifecycle(
    name="就业补贴申领",
    initial="applied",
    states={
        "applied": State("待审核", "镇（街道）、区（县）", "o"),
        "checked": State("待批准", "区（县）", "o"),
        "approved": State("待发放", "区（县）", "b"),
        "paid": State("已发放", "区（县）", "g", final=True),
        "failed": State("发放失败", "村（社区）：通知本人补材料", "r"),
        "refused": State("不予补贴", "区（县）", "", final=True),
    },
    moves={
        "check": Move(("applied",), "checked", "审核通过", CHECK_SUBSIDY),
        "approve": Move(("checked",), "approved", "批准", APPROVE_SUBSIDY),
        "pay": Move(("approved",), "paid", "登记发放", PAY_SUBSIDY),
        "fail": Move(("paid",), "failed", "发放失败", FAIL_SUBSIDY),
        "fix": Move(("failed",), "approved", "补正后重发", FIX_SUBSIDY),
        "send_back": Move(("checked", "approved", "failed"), "applied", "退回重审", RETURN_SUBSIDY),
        "refuse": Move(("applied", "checked"), "refused", "不予补贴", REFUSE_SUBSIDY),
    },
)
_CYCLES = (POST, OFFER, PLAN, BATCH, TRIP, WORKSHOP, APPOINTMENT, SUBSIDY)
LIFECYCLE_VERBS = (
    *(m.verb for cycle in _CYCLES for m in cycle.moves.values()),
    *(SEND_OFFER, ASK_PLAN, OPEN_BATCH, PLAN_TRIP, RECOGNISE, APPOINT, APPLY_SUBSIDY),
)
