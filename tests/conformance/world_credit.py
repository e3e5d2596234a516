"""Loans of the small world: one for each household, with all that hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.factories import credit, registry

if TYPE_CHECKING:
    from tests.conformance.world import World


def fill(world: World) -> None:
    """Where the households lie by now."""
    for target in list(world.targets["household"]):
        _of(world, target.row, target.code)


def _of(world: World, household: Any, code: str) -> None:
    """A loan, and the application of a second member."""
    more = {"household": household}
    loan = world.add("loan", code, lambda _canary: credit.make_loan(household), **more)
    other = registry.add_member(household, relation="spouse", sex="female")
    world.add("application", code, lambda _canary: credit.make_loan(household, borrower=other, state="applied"), **more)
    world.add("repayment", code, lambda _canary: credit.add_repayment(loan), **more)
    world.add("term_change", code, lambda _canary: credit.add_term_change(loan), **more)
    world.add("bank_figure", code, lambda _canary: credit.add_figure(loan), **more)
    county = household.region.county
    runs = {t.row.region_id: t.row for t in world.targets["subsidy_run"]}
    run = runs.get(county.pk) or world.add("subsidy_run", county.code, lambda _canary: credit.make_run(county))
    world.add("subsidy_item", code, lambda _canary: credit.add_item(run, loan), **more)
    world.add("risk_claim", code, lambda _canary: credit.add_claim(loan), **more)
