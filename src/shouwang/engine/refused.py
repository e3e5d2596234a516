"""What a planner does not do, with the reason in Chinese. The ledger turns it into its own refusal."""

from __future__ import annotations


class PlanRefused(Exception):  # noqa: N818 - it is an answer, not a fault
    """Input that no plan may be made of: `who` are the keys of the persons, posts or vehicles concerned, `field` the input that is wrong."""

    def __init__(self, message: str, *, who: tuple[str, ...] = (), field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.who = who
        self.field = field
