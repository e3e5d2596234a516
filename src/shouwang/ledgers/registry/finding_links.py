"""From a finding to the field to mend: its Chinese name and the form it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from shouwang.ledgers.registry.forms import HouseholdForm, MemberForm
from shouwang.ledgers.registry.models import CheckFinding, HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus, label_of

OWNERS: Mapping[str, type[Any]] = {
    "household": Household,
    "member": Member,
    "income": IncomeStatement,
    "status": ProgrammeStatus,
    "helper": HelperAssignment,
}
# Where on the record page that stands which has no form of its own for the household as a whole.
SECTIONS = {"household": "", "member": "#members", "income": "#income", "status": "#statuses", "helper": ""}


def field_label(field: str) -> str:
    """The Chinese name of an owner.field."""
    owner, _, name = field.partition(".")
    return label_of(OWNERS[owner], name)


def mend_url(finding: CheckFinding) -> str:
    """The form with the field, or the section of the record page from which the field is changed."""
    owner, _, name = finding.field.partition(".")
    home, member = finding.household_id, finding.member_id
    if owner == "household" and name in HouseholdForm.base_fields:
        return f"{reverse('registry_edit', args=[home])}#id_{name}"
    if owner == "member" and member is not None and name in MemberForm.base_fields:
        return f"{reverse('registry_edit_member', args=[member])}#id_{name}"
    if owner == "helper":
        return reverse("registry_assign_helper", args=[home])
    if finding.field == "income.window_end":
        return reverse("registry_record_income", args=[home])
    return reverse("registry_household", args=[home]) + SECTIONS[owner]
