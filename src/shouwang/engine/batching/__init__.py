"""Departures in batches: `rules` out of the rulebook, `solve(Problem) -> BatchPlan`, `replan`, `check(Problem, BatchPlan)`."""
