"""What the registry says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.registry.change_tables import CHANGES, LOOKALIKE_PAIRS
from shouwang.ledgers.registry.figures import FIGURES
from shouwang.ledgers.registry.lifecycle import CHANGE, CHANGE_VERBS, LOOKALIKE, MONITORING, REGISTRATION, STATUS_VERBS
from shouwang.ledgers.registry.models import (
    HelperAssignment,
    Household,
    HouseholdChange,
    IncomeStatement,
    LookAlike,
    Member,
    MemberChange,
    ProgrammeStatus,
)
from shouwang.ledgers.registry.policies import LOOKALIKES, OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS

LEDGER = Ledger(
    code="registry",
    title="户档案",
    models=(Household, Member, IncomeStatement, ProgrammeStatus, HelperAssignment, HouseholdChange, MemberChange, LookAlike),
    tables=(HOUSEHOLDS, MEMBERS, CHANGES, LOOKALIKE_PAIRS),
    lifecycles=(REGISTRATION, MONITORING, CHANGE, LOOKALIKE),
    figures=FIGURES,
    verbs=(*OWN_VERBS, *STATUS_VERBS, *CHANGE_VERBS),
    permissions=PERMISSIONS,
    menu=(
        MenuItem("户档案", "registry_households", "home-heart", VIEW, "户档案"),
        MenuItem("家庭成员", "registry_members", "users", VIEW, "户档案"),
        MenuItem("户变动", "registry_changes", "arrows-exchange", VIEW, "户档案"),
        MenuItem("疑似重复", "registry_lookalikes", "copy", LOOKALIKES, "户档案"),
    ),
)
