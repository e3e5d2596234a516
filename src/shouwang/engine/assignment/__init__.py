"""Matching of workers to posts: `settings` out of the rulebook, `solve(Request) -> Plan`, `check(Request, Plan)`."""
