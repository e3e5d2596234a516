"""Who may do what with the microcredit. The bank decides and reckons, the office checks, finance pays: what they said is entered here."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

VIEW, APPLY, DECIDE, SUBSIDY, EXPORT = "credit.view", "credit.apply", "credit.decide", "credit.subsidy", "credit.export"
PERMISSIONS = {
    VIEW: "查看小额信贷台账、贴息和逾期（账号脱敏）",
    APPLY: "登记贷款申请、展期续贷和延期申请、补交材料、更正发放失败的账户",
    DECIDE: "审核贷款资格，登记银行的审批、放款、还款、逾期和代偿，导入银行数据",
    SUBSIDY: "计算、复核、公示贴息，出具拨付文件（复核须另一人），核对发放结果",
    EXPORT: "导出小额信贷台账",
}

APPLY_LOAN = Verb("credit.loan.apply", "登记了贷款申请", APPLY)
RENEW_LOAN = Verb("credit.loan.renew", "以续贷发放了新贷款", DECIDE)
CHANGE_TERM = Verb("credit.loan.term", "变更了贷款期限", DECIDE)
RECORD_REPAYMENT = Verb("credit.repayment.record", "登记了还款", DECIDE)
TAKE_BACK = Verb("credit.repayment.take_back", "撤回了误登的还款", DECIDE, needs_reason=True)
TAKE_LOAN = Verb("credit.loan.take", "导入了贷款", DECIDE)
UNDO_LOAN = Verb("credit.loan.undo", "撤回了导入的贷款", DECIDE, needs_reason=True)
DEFAULT = Verb("credit.loan.default", "登记了逾期情况", DECIDE)
ASK_TERMS = Verb("credit.terms.ask", "提出了期限变更申请", APPLY)
TAKE_FIGURE = Verb("credit.figure.take", "导入了银行数", DECIDE)
UNDO_FIGURE = Verb("credit.figure.undo", "撤回了导入的银行数", DECIDE, needs_reason=True)
SETTLE_FIGURE = Verb("credit.figure.settle", "处理了与银行的差异", DECIDE, needs_reason=True)
COMPUTE = Verb("credit.run.compute", "计算了贴息", SUBSIDY)
ITEM = Verb("credit.item.compute", "列入了贴息清单", SUBSIDY)
PAYMENT_FILE = Verb("credit.run.file", "下载了贴息拨付文件（含完整账号）", SUBSIDY)
RESULT = Verb("credit.item.result", "登记了发放结果", SUBSIDY)
CORRECT_ACCOUNT = Verb("credit.account.correct", "更正了收款账户", APPLY, needs_reason=True)
CLAIM = Verb("credit.claim.file", "提出了风险补偿申请", DECIDE)
RECOVER = Verb("credit.claim.recover", "登记了代偿后追回", DECIDE)
PLAN_PARTS = Verb("credit.loan.parts", "登记了分期还本计划", DECIDE)
DROP_PARTS = Verb("credit.loan.parts_end", "期限变更，未还的分期并入新到期日", DECIDE)
MOVE_FUND = Verb("credit.fund.move", "登记了风险补偿金收支", DECIDE)
VERBS = (
    APPLY_LOAN,
    RENEW_LOAN,
    CHANGE_TERM,
    RECORD_REPAYMENT,
    TAKE_BACK,
    TAKE_LOAN,
    UNDO_LOAN,
    DEFAULT,
    ASK_TERMS,
    TAKE_FIGURE,
    UNDO_FIGURE,
    SETTLE_FIGURE,
    COMPUTE,
    ITEM,
    PAYMENT_FILE,
    RESULT,
    CORRECT_ACCOUNT,
    CLAIM,
    RECOVER,
    MOVE_FUND,
    PLAN_PARTS,
    DROP_PARTS,
)
