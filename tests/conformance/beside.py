"""Records of higher ledgers that lie beside a household of the world, each with a canary; one line a ledger in `add`."""

from __future__ import annotations

from typing import Any

from tests.factories import monitoring

KINDS = ("case", "lead")  # what follows a household that has moved


def add(world: Any, household: Any, code: str) -> None:
    """What hangs on one household."""
    case = world.add("case", code, lambda canary: monitoring.add_case(household, officer=canary), household=household)
    world.add("lead", code, lambda canary: monitoring.add_lead(household, case, department=canary), household=household)
