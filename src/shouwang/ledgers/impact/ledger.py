"""What the ledger says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger
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
from shouwang.ledgers.impact.policies import PERMISSIONS, VERBS

LEDGER = Ledger(
    code="impact",
    title="影响分析",
    models=(Shock, YearBase, EpidemicRiskLevel, CaseReport, ImpactRecord, ImpactSurvey, FittedMeasure),
    lifecycles=(MEASURE,),
    verbs=VERBS,
    permissions=PERMISSIONS,
    on_household_change=on_household_change,
)
