"""Pages of the monitoring ledger."""
