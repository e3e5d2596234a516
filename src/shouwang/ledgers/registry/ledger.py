"""What the registry says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.registry.figures import FIGURES
from shouwang.ledgers.registry.lifecycle import MONITORING, REGISTRATION, STATUS_VERBS
from shouwang.ledgers.registry.models import (
    Difference,
    HelperAssignment,
    Household,
    IncomeStatement,
    Member,
    Paper,
    ProgrammeStatus,
    Reconciliation,
    Visit,
)
from shouwang.ledgers.registry.policies import EDIT, OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.registry.reconcile.tables import DIFFERENCES, RECONCILIATIONS
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.ledgers.registry.visit_tables import VISITS

LEDGER = Ledger(
    code="registry",
    title="户档案",
    models=(Household, Member, IncomeStatement, ProgrammeStatus, HelperAssignment, Visit, Paper, Reconciliation, Difference),
    tables=(HOUSEHOLDS, MEMBERS, VISITS, RECONCILIATIONS, DIFFERENCES),
    lifecycles=(REGISTRATION, MONITORING),
    figures=FIGURES,
    verbs=(*OWN_VERBS, *STATUS_VERBS),
    permissions=PERMISSIONS,
    menu=(
        MenuItem("户档案", "registry_households", "home-heart", VIEW, "户档案"),
        MenuItem("家庭成员", "registry_members", "users", VIEW, "户档案"),
        MenuItem("走访台账", "registry_visits", "shoe", VIEW, "户档案"),
        MenuItem("明白卡打印", "registry_cards", "certificate", EDIT, "户档案"),
        MenuItem("数据比对", "registry_reconciliations", "arrows-exchange", EDIT, "户档案"),
        MenuItem("差异清单", "registry_differences", "git-merge", EDIT, "户档案"),
    ),
)
