"""What the monitoring ledger says of itself to the portal, the exports and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.monitoring.discrepancy_table import DISCREPANCIES
from shouwang.ledgers.monitoring.figures import FIGURES
from shouwang.ledgers.monitoring.following import on_household_change
from shouwang.ledgers.monitoring.lifecycle import CYCLE_VERBS, CYCLES
from shouwang.ledgers.monitoring.models import (
    CommunityAppraisal,
    DeterminationBatch,
    Discrepancy,
    FollowUp,
    Lead,
    Measure,
    MonitoringCase,
    Objection,
    PublicPosting,
    Verification,
)
from shouwang.ledgers.monitoring.policies import OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.monitoring.record_tables import BATCHES, MONITORED, POSTINGS
from shouwang.ledgers.monitoring.rules import term
from shouwang.ledgers.monitoring.story import household_section
from shouwang.ledgers.monitoring.tables import CASES, FOLLOW_UPS, LEADS
from shouwang.ledgers.monitoring.watch import declared
from shouwang.ledgers.registry.codes import worded

GROUP = "防返贫监测"
LEDGER = Ledger(
    code="monitoring",
    title=GROUP,
    models=(
        Lead,
        MonitoringCase,
        Verification,
        CommunityAppraisal,
        PublicPosting,
        Objection,
        DeterminationBatch,
        Measure,
        FollowUp,
        Discrepancy,
        *declared.MODELS,
    ),
    tables=(LEADS, CASES, FOLLOW_UPS, MONITORED, POSTINGS, BATCHES, DISCREPANCIES),
    lifecycles=(*CYCLES, *declared.LIFECYCLES),
    figures=worded(FIGURES),
    verbs=(*OWN_VERBS, *CYCLE_VERBS, *declared.VERBS),
    permissions={**PERMISSIONS, **declared.PERMISSIONS},
    menu=(
        MenuItem("监测个案", "monitoring_cases", "radar-2", VIEW, GROUP),
        MenuItem("监测线索", "monitoring_leads", "flag", VIEW, GROUP),
        MenuItem("监测对象", "monitored", "heart-handshake", VIEW, GROUP, lambda day: term("object", day)),
        MenuItem("跟踪回访", "monitoring_follow_ups", "calendar-event", VIEW, GROUP),
        MenuItem("公示", "monitoring_postings", "speakerphone", VIEW, GROUP),
        MenuItem("比对疑点", "monitoring_discrepancies", "git-merge", VIEW, GROUP),
        MenuItem("规则成效", "monitoring_outcomes", "chart-bar", VIEW, GROUP),
        MenuItem("审定批次", "monitoring_batches", "gavel", VIEW, GROUP),
        *declared.MENU,
    ),
    on_household_change=on_household_change,
    household_section=household_section,
)
