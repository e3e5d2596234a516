"""The lives of a lot and of an order."""

from __future__ import annotations

from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.produce import policies

LOT = Lifecycle(
    name="滞销批次",
    initial="open",
    states={
        "open": State("待销", "村（社区）、镇（街道）", "o"),
        "closed": State("已销号", "归档", "g", final=True),
        "withdrawn": State("已撤下", "归档", "", final=True),
    },
    moves={
        "close": Move(("open",), "closed", "销号", policies.CLOSE_LOT),
        "withdraw": Move(("open",), "withdrawn", "撤下", policies.WITHDRAW_LOT),
        "reopen": Move(("closed", "withdrawn"), "open", "恢复", policies.REOPEN_LOT),
    },
)
ORDER = Lifecycle(
    name="订单",
    initial="ordered",
    states={
        "ordered": State("已下单", "卖方（发货）", "b"),
        "shipped": State("已发货", "采购方（收货）", "c"),
        "received": State("已收货", "采购方（结算）", "o"),
        "settled": State("已结算", "归档", "g", final=True),
        "cancelled": State("已取消", "归档", "", final=True),
    },
    moves={
        "ship": Move(("ordered",), "shipped", "发货", policies.SHIP),
        "receive": Move(("shipped",), "received", "收货", policies.RECEIVE),
        "settle": Move(("received",), "settled", "结算", policies.SETTLE),
        "cancel": Move(("ordered",), "cancelled", "取消", policies.CANCEL),
    },
)
