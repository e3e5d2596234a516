"""Tables of the monitoring ledger."""

from shouwang.ledgers.monitoring.models.cases import MonitoringCase
from shouwang.ledgers.monitoring.models.leads import Lead
from shouwang.ledgers.monitoring.models.watch import RuleVersion, SavedScenario, SweepRun, ThresholdChange

__all__ = ["Lead", "MonitoringCase", "RuleVersion", "SavedScenario", "SweepRun", "ThresholdChange"]
