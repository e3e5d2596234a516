"""Every write of the monitoring ledger. Other ledgers, the sweep and the command line bring leads by record_lead and record_leads."""

from __future__ import annotations

from shouwang.ledgers.monitoring.actions.intake import Found, Recorded, record_lead, record_leads

__all__ = ["Found", "Recorded", "record_lead", "record_leads"]
