"""The lives of a delivery and of a letter of comparison."""

from __future__ import annotations

from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.exchange import policies as p

DELIVERY = Lifecycle(
    name="部门数据报送",
    initial="checking",
    states={
        "checking": State("预检中", "系统：逐行核对，不入库", "b"),
        "unread": State("无法预检", "报送人：调整列对应或更换文件", "r"),
        "checked": State("待确认", "报送人：核对结果后确认", "o"),
        "writing": State("入库中", "系统：分批入库", "b"),
        "done": State("已入库", "报送人：退回的行改正后再报", "g"),
        "withdrawn": State("已撤回", "无", "", final=True),
        "discarded": State("已放弃", "无", "", final=True),
        "expired": State("已到期删除", "无", "", final=True),
    },
    moves={
        "checked": Move(("checking",), "checked", "完成预检", p.CHECKED),
        "refuse": Move(("checking",), "unread", "无法预检", p.REFUSE),
        "again": Move(("unread", "checked"), "checking", "重新预检", p.MAP),
        "confirm": Move(("checked",), "writing", "确认入库", p.CONFIRM),
        "done": Move(("writing",), "done", "完成入库", p.DONE),
        "discard": Move(("unread", "checked", "checking"), "discarded", "放弃", p.DISCARD),
        "withdraw": Move(("done",), "withdrawn", "撤回", p.WITHDRAW),
        "expire": Move(("done",), "expired", "到期删除", p.EXPIRE),
    },
)
LETTER = Lifecycle(
    name="比对函",
    initial="draft",
    states={
        "draft": State("草稿", "经办人：核对名单范围后发出", "o"),
        "sent": State("待反馈", "对方部门：比对并反馈", "b"),
        "answered": State("待销毁", "对方部门：到期销毁名单并回执", "o"),
        "closed": State("已办结", "无", "g", final=True),
        "cancelled": State("已作废", "无", "", final=True),
    },
    moves={
        "send": Move(("draft",), "sent", "登记发出", p.SEND_LETTER),
        "answer": Move(("sent",), "answered", "登记反馈", p.ANSWER_LETTER),
        "destroy": Move(("answered",), "closed", "登记已销毁", p.DESTROY),
        "cancel": Move(("draft",), "cancelled", "作废", p.CANCEL_LETTER),
    },
)
