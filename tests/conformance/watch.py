"""Records of the watch for the matrix: own rules and thresholds of city and district, a sweep, saved scenarios."""

from __future__ import annotations

from typing import Any

from tests.factories import watch


def watch_records(world: Any) -> None:
    """A draft, a version and a threshold awaiting approval, one in force, a sweep and a scenario of the city, two districts and another city."""
    for code in ("4405", "440513", "440510", "4451"):
        region = next(o.region for o in world.city.offices.values() if o.code == f"{code}-fpb")
        world.add("rule_draft", region.code, lambda c, r=region: watch.make_rule_version(r, name=c))
        world.add("rule_waiting", region.code, lambda c, r=region: watch.make_rule_version(r, name=c, state="submitted"))
        world.add("rule_approved", region.code, lambda c, r=region: watch.make_rule_version(r, name=c, state="approved", approver="核验"))
        world.add("threshold", region.code, lambda c, r=region: watch.make_threshold_change(r, source=c))
        world.add("sweep", region.code, lambda c, r=region: watch.make_sweep_run(r, started_by=c))
        world.add("scenario", region.code, lambda c, r=region: watch.save_scenario(r, c))
