"""The watch over every household: rules as data, one sweep over columns, two back ends. Knows neither Django nor the kernel.

How to call it (each module imports DuckDB or Ibis only inside the functions that need them, so that a site starts light)::

    from shouwang.engine.catalog import FeatureCatalog
    from shouwang.engine.params import Params
    from shouwang.engine.rules import RuleSet
    from shouwang.engine.snapshot import Snapshot

    rules, params, catalog = RuleSet.load(), Params.load(), FeatureCatalog.load()   # the published rulebook; or .load(folder)
    snapshot = Snapshot.open(folder)                                                # docs/algorithms/sweep.md says what is in it

    from shouwang.engine.checking import validate      # -> list[Problem], before any run; a run refuses with the same list
    from shouwang.engine.wording import render         # render(rule, params, catalog, on=, region=) -> the rule in plain Chinese
    from shouwang.engine.sweep import evaluate, run    # run(snapshot, rules, params, catalog, out=, asof=, ...) -> Manifest and files
                                                       # evaluate(...) -> Arrow table of leads in memory (dry run)
    from shouwang.engine.explain import explain        # one lead: values, thresholds, source rows, what would have kept it silent
    from shouwang.engine.backtest import backtest      # precision and recall of each rule over past snapshots
    from shouwang.engine.material import changed       # has the evidence of a decided lead changed materially?
"""
