"""The explicit list of ledgers, in menu order, and the figures they define."""

from __future__ import annotations

from shouwang.kernel.columns.sheet import Sheet
from shouwang.kernel.figures import Figure
from shouwang.kernel.ledger import Ledger
from shouwang.ledgers.dispatch.ledger import LEDGER as DISPATCH
from shouwang.ledgers.impact.ledger import LEDGER as IMPACT
from shouwang.ledgers.monitoring.ledger import LEDGER as MONITORING
from shouwang.ledgers.registry.ledger import LEDGER as REGISTRY

LEDGERS: tuple[Ledger, ...] = (DISPATCH, REGISTRY, IMPACT, MONITORING)
FIGURES: tuple[Figure, ...] = tuple(f for ledger in (REGISTRY, IMPACT, MONITORING, DISPATCH) for f in ledger.figures)
SHEETS: tuple[Sheet, ...] = tuple(s for ledger in LEDGERS for s in ledger.sheets)

# Figures of the home page and the metrics of the map, by code.
HOME_FIGURES = (
    "registry.households",
    "registry.persons",
    "registry.not_exited_households",
    "registry.without_helper_households",
    "dispatch.tasks_closed_rate",
    "dispatch.tasks_overdue",
)
MAP_FIGURES = (
    "registry.households",
    "registry.not_exited_households",
    "registry.monitored_households",
    "monitoring.cases_open",
    "dispatch.tasks_closed_rate",
)
