"""What the monitoring ledger says of itself to the portal, the exports and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.monitoring.following import on_household_change
from shouwang.ledgers.monitoring.lifecycle import CASE, CYCLE_VERBS, LEAD
from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.monitoring.policies import OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.monitoring.tables import CASES, LEADS
from shouwang.ledgers.monitoring.watch import declared

GROUP = "防返贫监测"
LEDGER = Ledger(
    code="monitoring",
    title=GROUP,
    models=(Lead, MonitoringCase, *declared.MODELS),
    tables=(LEADS, CASES),
    lifecycles=(CASE, LEAD, *declared.LIFECYCLES),
    verbs=(*OWN_VERBS, *CYCLE_VERBS, *declared.VERBS),
    permissions={**PERMISSIONS, **declared.PERMISSIONS},
    menu=(
        MenuItem("监测个案", "monitoring_cases", "radar-2", VIEW, GROUP),
        MenuItem("监测线索", "monitoring_leads", "flag", VIEW, GROUP),
        *declared.MENU,
    ),
    on_household_change=on_household_change,
)
