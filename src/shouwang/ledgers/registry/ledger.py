"""What the registry says of itself to the portal, the exports, the API and the conformance suite."""

from __future__ import annotations

from shouwang.kernel.ledger import Ledger, MenuItem
from shouwang.ledgers.registry.change_tables import CHANGES, LOOKALIKE_PAIRS
from shouwang.ledgers.registry.codes import worded
from shouwang.ledgers.registry.figures import FIGURES
from shouwang.ledgers.registry.finding_figures import FINDING_FIGURES
from shouwang.ledgers.registry.finding_tables import FINDINGS
from shouwang.ledgers.registry.intake.export import SHEET
from shouwang.ledgers.registry.intake.incomes import INCOMES
from shouwang.ledgers.registry.intake.people import PEOPLE
from shouwang.ledgers.registry.lifecycle import (
    CHANGE,
    CHANGE_VERBS,
    FINDING,
    FINDING_VERBS,
    LOOKALIKE,
    MONITORING,
    REGISTRATION,
    STATUS_VERBS,
)
from shouwang.ledgers.registry.models import (
    CheckFinding,
    Difference,
    HelperAssignment,
    Household,
    HouseholdChange,
    IncomeStatement,
    LookAlike,
    Member,
    MemberChange,
    Paper,
    ProgrammeStatus,
    Reconciliation,
    Visit,
)
from shouwang.ledgers.registry.policies import EDIT, LOOKALIKES, OWN_VERBS, PERMISSIONS, VIEW
from shouwang.ledgers.registry.reconcile.tables import DIFFERENCES, RECONCILIATIONS
from shouwang.ledgers.registry.tables import HOUSEHOLDS, MEMBERS
from shouwang.ledgers.registry.visit_tables import VISITS

LEDGER = Ledger(
    code="registry",
    title="户档案",
    models=(
        Household,
        Member,
        IncomeStatement,
        ProgrammeStatus,
        HelperAssignment,
        CheckFinding,
        HouseholdChange,
        MemberChange,
        LookAlike,
        Visit,
        Paper,
        Reconciliation,
        Difference,
    ),
    tables=(HOUSEHOLDS, MEMBERS, SHEET, FINDINGS, CHANGES, LOOKALIKE_PAIRS, VISITS, RECONCILIATIONS, DIFFERENCES),
    lifecycles=(REGISTRATION, MONITORING, FINDING, CHANGE, LOOKALIKE),
    figures=worded((*FIGURES, *FINDING_FIGURES)),
    verbs=(*OWN_VERBS, *STATUS_VERBS, *FINDING_VERBS, *CHANGE_VERBS),
    permissions=PERMISSIONS,
    sheets=(PEOPLE, INCOMES),
    menu=(
        MenuItem("户档案", "registry_households", "home-heart", VIEW, "户档案"),
        MenuItem("家庭成员", "registry_members", "users", VIEW, "户档案"),
        MenuItem("走访台账", "registry_visits", "shoe", VIEW, "户档案"),
        MenuItem("Excel 导入", "imports", "file-import", EDIT, "户档案"),
        MenuItem("数据核查", "registry_findings", "list-check", VIEW, "户档案"),
        MenuItem("疑似重复", "registry_lookalikes", "copy", LOOKALIKES, "户档案"),
        MenuItem("户变动", "registry_changes", "sitemap", VIEW, "户档案"),
        MenuItem("上级系统比对", "registry_reconciliations", "arrows-exchange", EDIT, "户档案"),
        MenuItem("差异清单", "registry_differences", "git-merge", EDIT, "户档案"),
        MenuItem("明白卡打印", "registry_cards", "certificate", EDIT, "户档案"),
    ),
)
