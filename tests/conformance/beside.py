"""Records of higher ledgers that lie beside a household of the world, each with a canary; one line a ledger in `add`."""

from __future__ import annotations

from typing import Any

from tests.factories import monitoring

KINDS = ("case", "lead", "objection", "measure", "follow_up", "discrepancy")  # what follows a household that has moved


def add(world: Any, household: Any, code: str) -> None:
    """What hangs on one household."""
    case = world.add("case", code, lambda canary: monitoring.add_case(household, officer=canary), household=household)
    world.add("lead", code, lambda canary: monitoring.add_lead(household, case, department=canary), household=household)
    posting = world.add("posting", code, lambda canary: monitoring.add_posting(household.region, where=canary))
    world.add("objection", code, lambda canary: monitoring.add_objection(case, posting, content=canary), household=household)
    world.add("measure", code, lambda canary: monitoring.add_measure(household, provider=canary), household=household)
    world.add("follow_up", code, lambda canary: monitoring.add_follow_up(household, by_name=canary), household=household)
    world.add("discrepancy", code, lambda canary: monitoring.add_discrepancy(household, department=canary), household=household)
    world.add("appraisal", code, lambda canary: monitoring.add_appraisal(household.region, recorder=canary))
    world.add("batch", code, lambda canary: monitoring.add_batch(household.region, document=canary))
