"""States and moves of notices, tasks, extensions, reports and suggestions."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State


def _verb(code: str, sentence: str, permission: str, *, reason: bool = False) -> Verb:
    return Verb(f"dispatch.{code}", sentence, permission, needs_reason=reason)


ISSUE, REGISTER = "dispatch.notice.issue", "dispatch.notice.register"
WORK, REVIEW = "dispatch.task.work", "dispatch.task.review"
DRAFT, CHECK, SIGN, RECEIVE = "dispatch.report.draft", "dispatch.report.check", "dispatch.report.sign", "dispatch.report.receive"

NOTICE = Lifecycle(
    name="notice",
    initial="read",
    states={
        "read": State("待校核", "经办人", "o"),
        "checked": State("已校核", "经办人", "b"),
        "issued": State("已交办", "承办单位", "b"),
        "closed": State("已办结", "—", "g", final=True),
        "withdrawn": State("已撤回", "—", "n", final=True),
    },
    moves={
        "check": Move(("read",), "checked", "校核完成", _verb("notice.check", "校核完成来文", REGISTER)),
        "reopen": Move(("checked",), "read", "重新校核", _verb("notice.reopen", "重新校核来文", REGISTER)),
        "issue": Move(("checked", "issued"), "issued", "交办任务", _verb("notice.issue", "交办任务", ISSUE)),
        "close": Move(("issued",), "closed", "办结", _verb("notice.close", "办结来文", ISSUE)),
        "withdraw": Move(("read", "checked"), "withdrawn", "撤回", _verb("notice.withdraw", "撤回来文", REGISTER, reason=True)),
    },
)

TASK = Lifecycle(
    name="task",
    initial="issued",
    states={
        "issued": State("待签收", "承办单位", "o"),
        "acknowledged": State("办理中", "承办单位", "b"),
        "submitted": State("待审核", "交办单位", "c"),
        "closed": State("已销号", "—", "g", final=True),
        "cancelled": State("已撤销", "—", "n", final=True),
    },
    moves={
        "acknowledge": Move(("issued",), "acknowledged", "签收", _verb("task.acknowledge", "签收任务", WORK)),
        "submit": Move(("acknowledged",), "submitted", "提交审核", _verb("task.submit", "提交任务审核", WORK)),
        "send_back": Move(("submitted",), "acknowledged", "退回", _verb("task.send_back", "退回任务", REVIEW, reason=True)),
        "close": Move(("submitted",), "closed", "审核销号", _verb("task.close", "审核销号", REVIEW)),
        "reopen": Move(("closed",), "acknowledged", "重新办理", _verb("task.reopen", "重新办理任务", REVIEW, reason=True)),
        "cancel": Move(("issued", "acknowledged"), "cancelled", "撤销", _verb("task.cancel", "撤销任务", REVIEW, reason=True)),
    },
)

EXTENSION = Lifecycle(
    name="due_date_extension",
    initial="pending",
    states={
        "pending": State("待审批", "交办单位", "o"),
        "approved": State("已同意", "—", "g", final=True),
        "refused": State("未同意", "—", "r", final=True),
    },
    moves={
        "approve": Move(("pending",), "approved", "同意延期", _verb("extension.approve", "同意任务延期", REVIEW)),
        "refuse": Move(("pending",), "refused", "不同意", _verb("extension.refuse", "不同意任务延期", REVIEW, reason=True)),
    },
)

REPORT = Lifecycle(
    name="report",
    initial="drafting",
    states={
        "drafting": State("拟稿", "拟稿人", "o"),
        "checking": State("核稿", "核稿人", "b"),
        "countersigning": State("会签", "会签单位", "b"),
        "signing": State("签发", "负责人", "b"),
        "numbering": State("编号", "经办人", "b"),
        "sealing": State("用印", "经办人", "b"),
        "ready": State("待报送", "经办人", "o"),
        "submitted": State("已报送", "上级单位", "c"),
        "accepted": State("已接收", "—", "g", final=True),
    },
    moves={
        "send_to_check": Move(("drafting",), "checking", "送核稿", _verb("report.send_to_check", "送核稿", DRAFT)),
        "ask_countersign": Move(
            ("checking",), "countersigning", "核稿通过，送会签", _verb("report.ask_countersign", "核稿通过并送会签", CHECK)
        ),
        "check_through": Move(("checking",), "signing", "核稿通过，送签发", _verb("report.check_through", "核稿通过并送签发", CHECK)),
        "countersigned": Move(
            ("countersigning",), "signing", "会签完毕", _verb("report.countersigned", "完成会签", "dispatch.report.view")
        ),
        "sign": Move(("signing",), "numbering", "签发", _verb("report.sign", "签发报告", SIGN)),
        "sign_zero": Move(("signing",), "ready", "签发零报告", _verb("report.sign_zero", "签发零报告", SIGN)),
        "give_number": Move(("numbering",), "sealing", "编号", _verb("report.give_number", "编发文号", DRAFT)),
        "seal": Move(("sealing",), "ready", "登记用印件", _verb("report.seal", "登记用印扫描件", DRAFT)),
        "send_back_inside": Move(
            ("checking", "countersigning", "signing"),
            "drafting",
            "退回修改",
            _verb("report.send_back_inside", "退回拟稿人修改", "dispatch.report.view", reason=True),
        ),
        "submit": Move(("ready",), "submitted", "报送", _verb("report.submit", "报送报告", DRAFT)),
        "accept": Move(("submitted",), "accepted", "接收", _verb("report.accept", "接收报告", RECEIVE)),
        "send_back": Move(("submitted",), "drafting", "退回", _verb("report.send_back", "退回报告", RECEIVE, reason=True)),
    },
)

SUGGESTION = Lifecycle(
    name="suggestion",
    initial="written",
    states={
        "written": State("随报告上报", "报送单位", "n"),
        "received": State("待分办", "汇总单位", "o"),
        "assigned": State("待答复", "责任部门", "b"),
        "answered": State("已答复", "—", "g", final=True),
    },
    moves={
        "receive": Move(("written",), "received", "接收建议", _verb("suggestion.receive", "接收建议", RECEIVE)),
        "assign": Move(("received", "assigned"), "assigned", "分办", _verb("suggestion.assign", "分办建议", RECEIVE)),
        "answer": Move(("assigned",), "answered", "答复", _verb("suggestion.answer", "答复建议", WORK)),
    },
)
