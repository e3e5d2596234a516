"""Who may do what with shocks, risk levels, impacts and measures."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

VIEW, RECORD, LEVELS, SHOCKS, EXPORT = "impact.view", "impact.record", "impact.levels", "impact.shocks", "impact.export"
ANALYSE = "impact.analyse"
PERMISSIONS = {
    VIEW: "查看影响台账、风险等级、分类施策（按区划或结对帮扶关系）",
    ANALYSE: "查看影响分析（按区划的务工、销售、项目、帮扶各项指标）",
    RECORD: "登记影响排查、恢复情况，落实分类施策措施（按区划或结对帮扶关系）",
    LEVELS: "登记公布的疫情风险等级和病例通报",
    SHOCKS: "登记冲击事件（疫情、台风、价格大跌等）和上年同期数",
    EXPORT: "导出影响台账",
}

# Impacts are written by other ledgers too, whose own policy has decided by then: hence no permission of their own.
WRITE_IMPACT = Verb("impact.record.write", "登记了影响")
END_IMPACT = Verb("impact.record.end", "登记影响已消除")
RECOVER = Verb("impact.record.recover", "登记影响已消除", RECORD)
COMPENSATE = Verb("impact.record.compensate", "登记了养殖退出补偿进展", RECORD)
SURVEY = Verb("impact.survey.record", "登记了影响排查", RECORD)
TAKE_MEASURE = Verb("impact.measure.take", "采取了分类施策措施", RECORD)
FINISH_MEASURE = Verb("impact.measure.finish", "落实了分类施策措施", RECORD)
DROP_MEASURE = Verb("impact.measure.drop", "撤下了分类施策措施", RECORD, needs_reason=True)
PUBLISH_LEVEL = Verb("impact.level.publish", "登记了公布的风险等级", LEVELS)
CORRECT_LEVEL = Verb("impact.level.correct", "更正了登记的风险等级", LEVELS)
REPORT_CASES = Verb("impact.cases.report", "登记了病例通报", LEVELS)
REGISTER_SHOCK = Verb("impact.shock.register", "登记了冲击事件", SHOCKS)
END_SHOCK = Verb("impact.shock.end", "登记冲击事件结束", SHOCKS)
SET_BASE = Verb("impact.base.set", "登记了上年同期数", SHOCKS)
VERBS = (
    WRITE_IMPACT,
    END_IMPACT,
    RECOVER,
    COMPENSATE,
    SURVEY,
    TAKE_MEASURE,
    FINISH_MEASURE,
    DROP_MEASURE,
    PUBLISH_LEVEL,
    CORRECT_LEVEL,
    REPORT_CASES,
    REGISTER_SHOCK,
    END_SHOCK,
    SET_BASE,
)
