"""A verb: the name of an act, the sentence that shows it, and the permission it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """`code` is ``ledger.record.deed``; `sentence` completes “某某…” on a time line; `permission` "" = decided by the caller's policy.

    `needs_reason` refuses the act without a reason; `reversible` lists it among the acts that can be undone; `dated` puts the sentence in
    the words of a day, where words change with it.
    """

    code: str
    sentence: str
    permission: str = ""
    needs_reason: bool = False
    reversible: bool = False
    dated: Callable[[str, dt.date], str] | None = None

    def said(self, day: dt.date) -> str:
        """The sentence as it is written on `day`."""
        return self.dated(self.sentence, day) if self.dated else self.sentence
