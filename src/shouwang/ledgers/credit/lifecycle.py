"""States and moves: the loan, the change of its term, the subsidy run and each of its payments, the claim on the risk fund."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.lifecycle import Lifecycle, Move, State
from shouwang.ledgers.credit.policies import APPLY, DECIDE, SUBSIDY

COUNTY, BANK = "区（县）扶贫办", "银行（由区（县）扶贫办跟进登记）"


def _move(sources: str, target: str, label: str, code: str, sentence: str, permission: str, *, reason: bool = False) -> Move:
    return Move(tuple(sources.split()), target, label, Verb(f"credit.{code}", sentence, permission, needs_reason=reason))


LOAN = Lifecycle(
    name="小额信贷",
    initial="applied",
    states={
        "applied": State("待资格审核", f"{COUNTY}：核对户属性、额度和用途", "o"),
        "passed": State("待银行审批", f"{BANK}：及时审批", "o"),
        "approved": State("待放款", f"{BANK}：及时发放", "b"),
        "released": State("已放款", "借款人：按期还本付息", "g"),
        "settled": State("已结清", "无", ""),
        "refused": State("未通过", "无", "r", final=True),
        "withdrawn": State("已撤回", "无", "", final=True),
    },
    moves={
        "pass": _move("applied", "passed", "资格审核通过", "loan.pass", "审核通过贷款资格", DECIDE),
        "refuse": _move("applied", "refused", "资格不符", "loan.refuse", "审核认为不符合贷款资格", DECIDE, reason=True),
        "approve": _move("passed", "approved", "登记银行同意", "loan.approve", "登记银行同意贷款", DECIDE),
        "decline": _move("passed approved", "refused", "登记银行未同意", "loan.decline", "登记银行未同意贷款", DECIDE, reason=True),
        "release": _move("approved", "released", "登记放款", "loan.release", "登记银行放款", DECIDE),
        "settle": _move("released", "settled", "结清", "loan.settle", "还清贷款，结清", DECIDE),
        "reopen": _move("settled", "released", "撤销结清", "loan.reopen", "因撤回误登的还款，恢复为已放款", DECIDE, reason=True),
        "withdraw": _move("applied passed approved", "withdrawn", "撤回申请", "loan.withdraw", "撤回了贷款申请", APPLY, reason=True),
    },
)

TERMS = Lifecycle(
    name="期限变更",
    initial="asked",
    states={
        "asked": State("待银行决定", f"{BANK}：答复是否同意", "o"),
        "owing": State("已同意，材料待补", "村（社区）、借款人：补齐材料", "b"),
        "done": State("已办结", "无", "g", final=True),
        "declined": State("未同意", "无", "r", final=True),
    },
    moves={
        "agree": _move("asked", "owing", "登记银行同意", "terms.agree", "登记银行同意期限变更", DECIDE),
        "complete": _move("owing", "done", "材料已补齐", "terms.complete", "期限变更材料已补齐", APPLY),
        "decline": _move("asked", "declined", "登记银行未同意", "terms.decline", "登记银行未同意期限变更", DECIDE, reason=True),
    },
)

RUN = Lifecycle(
    name="贴息批次",
    initial="computed",
    states={
        "computed": State("待复核", f"{COUNTY}另一名经办人或负责人：复核", "o"),
        "checked": State("待公示", f"{COUNTY}：公示", "b"),
        "posted": State("公示中", f"{COUNTY}：公示期满出具拨付文件", "b"),
        "ordered": State("待拨付", "财政部门：拨付（由扶贫办登记）", "o"),
        "paid": State("已拨付，待对账", f"{COUNTY}：导入银行发放结果核对", "b"),
        "closed": State("已对账", "无", "g", final=True),
        "dropped": State("已作废", "无", "", final=True),
    },
    moves={
        "check": _move("computed", "checked", "复核无误", "run.check", "复核了贴息清单", SUBSIDY),
        "post": _move("checked", "posted", "开始公示", "run.post", "公示了贴息清单", SUBSIDY),
        "order": _move("posted", "ordered", "公示期满，送财政拨付", "run.order", "公示期满，送财政部门拨付", SUBSIDY),
        "pay": _move("ordered", "paid", "登记已拨付", "run.pay", "登记贴息资金已拨付", SUBSIDY),
        "close": _move("paid", "closed", "对账完毕", "run.close", "与银行发放结果对账完毕", SUBSIDY),
        "drop": _move("computed checked posted", "dropped", "作废重算", "run.drop", "作废了贴息批次", SUBSIDY, reason=True),
    },
)

PAYMENT = Lifecycle(
    name="贴息发放",
    initial="due",
    states={
        "due": State("待发放", "财政部门、银行：发放", "b"),
        "paid": State("已发放", "无", "g", final=True),
        "failed": State("发放失败", "村（社区）：通知本人补材料", "r"),
        "fixed": State("已更正，待重发", f"{COUNTY}：送银行重新发放", "o"),
    },
    moves={
        "pay": _move("due fixed", "paid", "已发放", "item.pay", "发放了贴息", SUBSIDY),
        "fail": _move("due fixed", "failed", "发放失败", "item.fail", "贴息发放失败", SUBSIDY),
        "fix": _move("failed", "fixed", "更正账户", "item.fix", "更正了收款账户，待重发", APPLY),
    },
)

CLAIM = Lifecycle(
    name="风险补偿",
    initial="claimed",
    states={
        "claimed": State("待审定", f"{COUNTY}、风险补偿金管理单位：审定", "o"),
        "compensated": State("已代偿", "银行、村（社区）：继续追偿", "b"),
        "recovered": State("已追回", "无", "g", final=True),
        "declined": State("不予补偿", "无", "", final=True),
    },
    moves={
        "compensate": _move("claimed", "compensated", "登记代偿", "claim.compensate", "用风险补偿金代偿", DECIDE),
        "decline": _move("claimed", "declined", "不予补偿", "claim.decline", "不予风险补偿", DECIDE, reason=True),
        "recover": _move("compensated", "recovered", "全部追回", "claim.recovered", "代偿资金全部追回", DECIDE),
    },
)
CYCLES = (LOAN, TERMS, RUN, PAYMENT, CLAIM)
MOVE_VERBS = tuple(m.verb for cycle in CYCLES for m in cycle.moves.values())
