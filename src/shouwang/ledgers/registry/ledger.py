"""What the registry says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.registry.figures import FIGURES
from shouwang.ledgers.registry.lifecycle import MONITORING, REGISTRATION, STATUS_VERBS
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member, Paper, ProgrammeStatus, Visit
from shouwang.ledgers.registry.policies import EDIT, OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.ledgers.registry.visit_tables import VISITS

LEDGER = Ledger(
    code="registry",
    title="户档案",
    models=(Household, Member, IncomeStatement, ProgrammeStatus, HelperAssignment, Visit, Paper),
    tables=(HOUSEHOLDS, MEMBERS, VISITS),
    lifecycles=(REGISTRATION, MONITORING),
    figures=FIGURES,
    verbs=(*OWN_VERBS, *STATUS_VERBS),
    permissions=PERMISSIONS,
    menu=(
        MenuItem("户档案", "registry_households", "home-heart", VIEW, "户档案"),
        MenuItem("家庭成员", "registry_members", "users", VIEW, "户档案"),
        MenuItem("走访台账", "registry_visits", "shoe", VIEW, "户档案"),
        MenuItem("明白卡打印", "registry_cards", "certificate", EDIT, "户档案"),
    ),
)
