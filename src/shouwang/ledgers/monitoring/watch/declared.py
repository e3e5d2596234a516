"""What the watch adds to the declaration of the monitoring ledger."""

from __future__ import annotations

from shouwang.kernel.ledger import MenuItem
from shouwang.ledgers.monitoring.models import RuleVersion, SavedScenario, SimulationRun, SweepRun, ThresholdChange
from shouwang.ledgers.monitoring.watch.lifecycle import MOVE_VERBS, PROPOSAL
from shouwang.ledgers.monitoring.watch.policies import OWN_VERBS, PERMISSIONS, RULES, SIMULATE

GROUP = "防返贫监测"
MODELS = (RuleVersion, ThresholdChange, SweepRun, SavedScenario, SimulationRun)
LIFECYCLES = (PROPOSAL,)
VERBS = (*OWN_VERBS, *MOVE_VERBS)
MENU = (
    MenuItem("规则", "monitoring_rules", "gavel", RULES, GROUP),
    MenuItem("筛查", "monitoring_sweeps", "refresh", RULES, GROUP),
    MenuItem("收入冲击模拟", "monitoring_simulation", "trending-down", SIMULATE, GROUP),
)
__all__ = ["LIFECYCLES", "MENU", "MODELS", "PERMISSIONS", "VERBS"]
