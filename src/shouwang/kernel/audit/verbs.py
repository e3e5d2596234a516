"""A verb: the name of an act, the sentence that shows it, and the permission it needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verb:
    """`code` is ``ledger.record.deed``; `sentence` completes “某某…” on a time line; `permission` "" = decided by the caller's policy.

    `needs_reason` refuses the act without a reason; `reversible` lists it among the acts that can be undone.
    """

    code: str
    sentence: str
    permission: str = ""
    needs_reason: bool = False
    reversible: bool = False
