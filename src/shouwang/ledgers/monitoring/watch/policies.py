"""Who may do what with rules, sweeps and simulations, and the acts they leave."""

from __future__ import annotations

from shouwang.kernel.audit.verbs import Verb

RULES, AUTHOR, APPROVE = "monitoring.rules.view", "monitoring.rules.author", "monitoring.rules.approve"
SWEEP, SIMULATE = "monitoring.sweep", "monitoring.simulate"
PERMISSIONS = {
    RULES: "查看监测规则、阈值和历次筛查",
    AUTHOR: "拟定监测规则和阈值（本区划，只能加严不能放宽），试算和回测",
    APPROVE: "审批本区划的监测规则和阈值（不得审批自己拟定的）",
    SWEEP: "发起筛查（本区划）",
    SIMULATE: "收入冲击模拟（本区划）",
}

SAVE_RULE = Verb("monitoring.rule.save", "拟定了规则", AUTHOR)
RECORD_TRIAL = Verb("monitoring.rule.try", "试算了规则", AUTHOR)
RECORD_BACKTEST = Verb("monitoring.rule.backtest", "回测了规则", AUTHOR)
PROPOSE_THRESHOLD = Verb("monitoring.threshold.propose", "提出了阈值调整", AUTHOR)
START_SWEEP = Verb("monitoring.sweep.start", "发起了筛查", SWEEP)
FINISH_SWEEP = Verb("monitoring.sweep.finish", "筛查有了结果", SWEEP)
SAVE_SCENARIO = Verb("monitoring.scenario.save", "保存了模拟情景", SIMULATE)
EXPORT_SIMULATION = Verb("monitoring.scenario.export", "导出了模拟结果", SIMULATE)
START_SIMULATION = Verb("monitoring.simulation.start", "发起了后台模拟", SIMULATE)
KEEP_SIMULATION = Verb("monitoring.simulation.keep", "后台模拟有了结果", SIMULATE)
OWN_VERBS = (
    SAVE_RULE, RECORD_TRIAL, RECORD_BACKTEST, PROPOSE_THRESHOLD, START_SWEEP, FINISH_SWEEP, SAVE_SCENARIO, EXPORT_SIMULATION,
    START_SIMULATION, KEEP_SIMULATION,
)  # fmt: skip
