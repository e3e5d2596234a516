"""Tables of the ledger."""

from shouwang.ledgers.impact.models.impacts import FittedMeasure, ImpactRecord, ImpactSurvey
from shouwang.ledgers.impact.models.levels import CaseReport, EpidemicRiskLevel
from shouwang.ledgers.impact.models.shocks import Shock, YearBase

__all__ = ["CaseReport", "EpidemicRiskLevel", "FittedMeasure", "ImpactRecord", "ImpactSurvey", "Shock", "YearBase"]
