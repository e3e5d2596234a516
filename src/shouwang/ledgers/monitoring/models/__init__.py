"""Tables of the monitoring ledger."""

from shouwang.ledgers.monitoring.models.cases import MonitoringCase
from shouwang.ledgers.monitoring.models.leads import Lead

__all__ = ["Lead", "MonitoringCase"]
