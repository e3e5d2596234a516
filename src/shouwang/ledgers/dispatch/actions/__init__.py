"""Every write of dispatch."""
