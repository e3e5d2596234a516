"""What the ledger says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.impact.figures import FIGURES
from shouwang.ledgers.impact.following import on_household_change
from shouwang.ledgers.impact.lifecycle import MEASURE
from shouwang.ledgers.impact.models import (
    CaseReport,
    EpidemicRiskLevel,
    FittedMeasure,
    ImpactRecord,
    ImpactSurvey,
    Shock,
    YearBase,
)
from shouwang.ledgers.impact.policies import ANALYSE, PERMISSIONS, SHOCKS, VERBS, VIEW
from shouwang.ledgers.impact.tables import IMPACTS, LEVEL_HISTORY, MEASURES, SURVEYS
from shouwang.ledgers.registry.codes import worded

LEDGER = Ledger(
    code="impact",
    title="影响分析",
    models=(Shock, YearBase, EpidemicRiskLevel, CaseReport, ImpactRecord, ImpactSurvey, FittedMeasure),
    tables=(IMPACTS, SURVEYS, MEASURES, LEVEL_HISTORY),
    lifecycles=(MEASURE,),
    figures=worded(FIGURES),
    verbs=VERBS,
    permissions=PERMISSIONS,
    menu=(
        MenuItem("影响分析", "impact_analysis", "trending-down", ANALYSE, "疫情影响"),
        MenuItem("风险等级", "impact_levels", "virus", VIEW, "疫情影响"),
        MenuItem("影响台账", "impact_records", "alert-triangle", VIEW, "疫情影响"),
        MenuItem("影响排查", "impact_surveys", "phone", VIEW, "疫情影响"),
        MenuItem("分类施策", "impact_measures", "subtask", VIEW, "疫情影响"),
        MenuItem("冲击事件", "impact_shocks", "bolt", VIEW, "疫情影响"),
        MenuItem("上年同期数", "impact_bases", "calendar-event", SHOCKS, "疫情影响"),
    ),
    on_household_change=on_household_change,
)
