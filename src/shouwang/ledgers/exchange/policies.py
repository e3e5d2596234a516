"""Who may do what with departments' data, and the acts that are recorded."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.privacy.classes import Group

VIEW, SEND, MANAGE, MATCH = "exchange.view", "exchange.send", "exchange.manage", "exchange.match"
PERMISSIONS = {
    VIEW: "查看部门数据目录、报送情况和比对函（不含个人信息）",
    SEND: "报送部门数据：上传、核对预检结果、确认、撤回本部门的数据",
    MANAGE: "管理部门数据：约定报送方式，办理比对函，代收和撤回数据",
    MATCH: "核对部门数据中的待定人员",
}
# Who may see a feed's rows about somebody: holders of the field group that the same facts have in the household file; else the case's.
GROUPS = {
    **dict.fromkeys(("medical_settlement", "insurance_enrolment", "disability", "serious_illness"), Group.HEALTH),
    **dict.fromkeys(("payroll", "credit", "production", "disaster"), Group.INCOME),
    **dict.fromkeys(("employment", "fiscal_payroll"), Group.LABOUR),
    **dict.fromkeys(("housing", "water", "property"), Group.HOUSING),
    "pupils": Group.EDUCATION,
    "social_aid": Group.ASSISTANCE,
}


def group_of(feed: str) -> str:
    """The field group that opens the rows of a feed."""
    return GROUPS.get(feed, Group.CASE)


AGREE = Verb("exchange.agreement.make", "约定了部门数据的报送方式", MANAGE)
END_AGREEMENT = Verb("exchange.agreement.end", "终止了部门数据的报送约定", MANAGE, needs_reason=True)
UPLOAD = Verb("exchange.delivery.upload", "上传了部门数据", SEND)
NO_DATA = Verb("exchange.delivery.none", "报送了“本期无数据”", SEND)
CHECKED = Verb("exchange.delivery.checked", "完成了部门数据预检", SEND)
REFUSE = Verb("exchange.delivery.refuse", "部门数据预检未能进行", SEND)
MAP = Verb("exchange.delivery.map", "保存了部门数据的列对应", SEND)
CONFIRM = Verb("exchange.delivery.confirm", "确认了部门数据入库", SEND)
DONE = Verb("exchange.delivery.done", "完成了部门数据入库", SEND)
DISCARD = Verb("exchange.delivery.discard", "放弃了部门数据", SEND)
WITHDRAW = Verb("exchange.delivery.withdraw", "撤回了部门数据", SEND, needs_reason=True)
REJECTS = Verb("exchange.delivery.rejects", "下载了部门数据的退回文件", SEND)
EXPIRE = Verb("exchange.delivery.expire", "删除了超过保存期限的部门数据")
ASK = Verb("exchange.question.ask", "提出了待核对人员")
DECIDE = Verb("exchange.question.decide", "核对了部门数据中的人员", MATCH)
REOPEN = Verb("exchange.question.reopen", "重新核对部门数据中的人员", MATCH, needs_reason=True)
DRAFT_LETTER = Verb("exchange.letter.draft", "起草了比对函", MANAGE)
SEND_LETTER = Verb("exchange.letter.send", "发出了比对函", MANAGE)
EXPORT_LIST = Verb("exchange.letter.list", "导出了比对名单", MANAGE, needs_reason=True)
ANSWER_LETTER = Verb("exchange.letter.answer", "登记了比对函的答复", MANAGE)
DESTROY = Verb("exchange.letter.destroy", "登记了比对名单已销毁", MANAGE)
CANCEL_LETTER = Verb("exchange.letter.cancel", "作废了比对函", MANAGE, needs_reason=True)
FOLLOW = Verb("exchange.question.follow", "待核对人员随户变动更新")
OWN_VERBS = (
    AGREE, END_AGREEMENT, UPLOAD, NO_DATA, CHECKED, REFUSE, MAP, CONFIRM, DONE, DISCARD, WITHDRAW, REJECTS, EXPIRE, ASK, DECIDE, REOPEN, FOLLOW,
    DRAFT_LETTER, SEND_LETTER, EXPORT_LIST, ANSWER_LETTER, DESTROY, CANCEL_LETTER,
)  # fmt: skip
