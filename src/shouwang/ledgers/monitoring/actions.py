"""Every write of the monitoring ledger that others call: leads come in here, one by one or as a sweep's set."""

from __future__ import annotations

from shouwang.ledgers.monitoring.intake import Found, Recorded, record_lead, record_leads

__all__ = ["Found", "Recorded", "record_lead", "record_leads"]
