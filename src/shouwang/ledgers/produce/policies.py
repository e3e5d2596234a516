"""Who may do what with backlogs, buyers, orders, payments and spring ploughing."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

VIEW, EDIT, TRADE, EXPORT = "produce.view", "produce.edit", "produce.trade", "produce.export"
PERMISSIONS = {
    VIEW: "查看产销台账：滞销批次、订单、兑付、采购方、春耕备耕",
    EDIT: "登记滞销批次、订单进展、兑付到户、春耕备耕",
    TRADE: "登记采购方、采购需求、消费扶贫活动和单位采购，按匹配方案下单",
    EXPORT: "导出产销台账",
}

LIST_LOT = Verb("produce.lot.list", "登记了滞销批次", EDIT)
RECOUNT_LOT = Verb("produce.lot.recount", "更新了滞销批次的数量、价格、期限或产品卡文字", EDIT, needs_reason=True)
ADD_HOME = Verb("produce.lot.add_household", "登记了涉及户", EDIT)
ADD_PICTURE = Verb("produce.lot.picture", "上传了产品图片", EDIT)
CLOSE_LOT = Verb("produce.lot.close", "滞销批次销号", EDIT)
WITHDRAW_LOT = Verb("produce.lot.withdraw", "撤下了滞销批次", EDIT, needs_reason=True)
REOPEN_LOT = Verb("produce.lot.reopen", "恢复了滞销批次", EDIT, needs_reason=True)
PLACE_ORDER = Verb("produce.order.place", "登记了订单", EDIT)
SHIP = Verb("produce.order.ship", "登记了发货", EDIT)
RECEIVE = Verb("produce.order.receive", "登记了收货", EDIT)
SETTLE = Verb("produce.order.settle", "登记了结算", EDIT)
CANCEL = Verb("produce.order.cancel", "取消了订单", EDIT, needs_reason=True)
BUY = Verb("produce.order.buy", "登记了单位采购", TRADE)
PAY = Verb("produce.payment.record", "登记了兑付到户", EDIT)
ADD_BUYER = Verb("produce.buyer.add", "登记了采购方", TRADE)
ADD_DEMAND = Verb("produce.demand.add", "登记了采购需求", TRADE)
END_DEMAND = Verb("produce.demand.end", "结束了采购需求", TRADE)
ADD_CAMPAIGN = Verb("produce.campaign.add", "登记了消费扶贫活动", TRADE)
END_CAMPAIGN = Verb("produce.campaign.result", "登记了活动成效", TRADE)
ADD_NEED = Verb("produce.need.add", "登记了备耕需求", EDIT)
ADD_SUPPLIER = Verb("produce.supplier.add", "登记了农资供应商", EDIT)
ADD_DELIVERY = Verb("produce.delivery.add", "登记了农资到货", EDIT)
WITHDRAW_IMPORT = Verb("produce.lot.withdraw_import", "撤回了导入的滞销批次", EDIT, needs_reason=True)
VERBS = (
    *(LIST_LOT, RECOUNT_LOT, ADD_HOME, ADD_PICTURE, CLOSE_LOT, WITHDRAW_LOT, REOPEN_LOT),
    *(PLACE_ORDER, SHIP, RECEIVE, SETTLE, CANCEL, BUY, PAY),
    *(ADD_BUYER, ADD_DEMAND, END_DEMAND, ADD_CAMPAIGN, END_CAMPAIGN, ADD_NEED, ADD_SUPPLIER, ADD_DELIVERY, WITHDRAW_IMPORT),
)
