"""The registry held against another official system's export: what differs, and where it must be corrected."""
