"""Routes of the watch, below the monitoring ledger's."""

from django.urls import URLPattern, URLResolver, path

from shouwang.ledgers.monitoring.watch.pages import rules, simulation, sweeps

urlpatterns: list[URLPattern | URLResolver] = [
    path("rules/", rules.rules, name="monitoring_rules"),
    path("rules/new/", rules.new, name="monitoring_rule_new"),
    path("rules/thresholds/", rules.thresholds, name="monitoring_thresholds"),
    path("rules/thresholds/new/", rules.threshold_new, name="monitoring_threshold_new"),
    path("rules/thresholds/<int:pk>/<slug:move>/", rules.threshold_move, name="monitoring_threshold_move"),
    path("rules/versions/<int:pk>/", rules.version, name="monitoring_rule_version"),
    path("rules/versions/<int:pk>/edit/", rules.edit, name="monitoring_rule_edit"),
    path("rules/versions/<int:pk>/follow/", rules.follow, name="monitoring_rule_follow"),
    path("rules/versions/<int:pk>/try/", rules.attempt, name="monitoring_rule_try"),
    path("rules/versions/<int:pk>/backtest/", rules.backtest, name="monitoring_rule_backtest"),
    path("rules/versions/<int:pk>/<slug:move>/", rules.move, name="monitoring_rule_move"),
    path("rules/<slug:name>/", rules.rule, name="monitoring_rule"),
    path("sweeps/", sweeps.sweeps, name="monitoring_sweeps"),
    path("sweeps/start/", sweeps.start, name="monitoring_sweep_start"),
    path("sweeps/<int:pk>/", sweeps.sweep, name="monitoring_sweep"),
    path("simulation/", simulation.simulation, name="monitoring_simulation"),
    path("simulation/start/", simulation.start, name="monitoring_simulation_start"),
    path("simulation/save/", simulation.save, name="monitoring_simulation_save"),
    path("simulation/export/", simulation.export, name="monitoring_simulation_export"),
    path("simulation/<int:pk>/", simulation.saved, name="monitoring_scenario"),
]
