"""What the employment ledger says of itself to the portal, the exports and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.employment.figures import FIGURES
from shouwang.ledgers.employment.following import on_household_change
from shouwang.ledgers.employment.intake.surveys import SURVEYS
from shouwang.ledgers.employment.models import Training, Worker, WorkRecord
from shouwang.ledgers.employment.policies import LABOUR_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.employment.tables.labour import RECORDS, TRAININGS, WORKERS

GROUP = "务工就业"
LEDGER = Ledger(
    code="employment",
    title="务工就业",
    models=(Worker, WorkRecord, Training),
    tables=(WORKERS, RECORDS, TRAININGS),
    figures=FIGURES,
    verbs=LABOUR_VERBS,
    permissions=PERMISSIONS,
    sheets=(SURVEYS,),
    menu=(
        MenuItem("劳动力台账", "employment_workers", "users-group", VIEW, GROUP),
        MenuItem("务工记录", "employment_records", "briefcase", VIEW, GROUP),
        MenuItem("培训台账", "employment_trainings", "school", VIEW, GROUP),
    ),
    on_household_change=on_household_change,
)
