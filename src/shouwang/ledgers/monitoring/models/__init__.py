"""Tables of the monitoring ledger."""

from shouwang.ledgers.monitoring.models.care import FollowUp, Measure
from shouwang.ledgers.monitoring.models.cases import MonitoringCase
from shouwang.ledgers.monitoring.models.discrepancies import Discrepancy
from shouwang.ledgers.monitoring.models.leads import Lead
from shouwang.ledgers.monitoring.models.procedure import CommunityAppraisal, DeterminationBatch, Objection, PublicPosting, Verification
from shouwang.ledgers.monitoring.models.watch import RuleVersion, SavedScenario, SimulationRun, SweepRun, ThresholdChange

__all__ = [
    "CommunityAppraisal",
    "DeterminationBatch",
    "Discrepancy",
    "FollowUp",
    "Lead",
    "Measure",
    "MonitoringCase",
    "Objection",
    "PublicPosting",
    "RuleVersion",
    "SavedScenario",
    "SimulationRun",
    "SweepRun",
    "ThresholdChange",
    "Verification",
]
