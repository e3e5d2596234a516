"""Tables of the registry: household, member, income statement, programme status, helper assignment; check findings;
what became of households and members (changes) and pairs that may be the same (look-alikes); visits, papers; comparisons
with other systems and their differences.

Every row carries the ancestor ids of its village (Placed), so that scope is an equality. Codes are those of
rulebook/registry_codes.yaml; their words depend on the date and are not stored.
"""

from shouwang.ledgers.registry.models.changes import HouseholdChange, MemberChange
from shouwang.ledgers.registry.models.households import (
    HelperAssignment,
    Household,
    HouseholdQuerySet,
    OfHousehold,
    OfHouseholdQuerySet,
    assigned_to,
)
from shouwang.ledgers.registry.models.lookalikes import LookAlike
from shouwang.ledgers.registry.models.members import Member
from shouwang.ledgers.registry.models.papers import Paper
from shouwang.ledgers.registry.models.programmes import PER_HEAD, IncomeStatement, ProgrammeStatus
from shouwang.ledgers.registry.models.quality import CheckFinding
from shouwang.ledgers.registry.models.reconciling import Difference, Reconciliation
from shouwang.ledgers.registry.models.shared import HOUSING_FIELDS, LAND_FIELDS, STANDARD_SYSTEMS, WATER_FIELDS, label_of
from shouwang.ledgers.registry.models.visits import Visit

__all__ = [
    "HOUSING_FIELDS",
    "LAND_FIELDS",
    "PER_HEAD",
    "STANDARD_SYSTEMS",
    "WATER_FIELDS",
    "CheckFinding",
    "Difference",
    "HelperAssignment",
    "Household",
    "HouseholdChange",
    "HouseholdQuerySet",
    "IncomeStatement",
    "LookAlike",
    "Member",
    "MemberChange",
    "OfHousehold",
    "OfHouseholdQuerySet",
    "Paper",
    "ProgrammeStatus",
    "Reconciliation",
    "Visit",
    "assigned_to",
    "label_of",
]
