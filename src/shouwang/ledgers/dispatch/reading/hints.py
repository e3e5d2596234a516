"""Which ledger a duty concerns, by a scored vocabulary (rulebook/ledger_hints.yaml)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import yaml

FALLBACK = "dispatch"
_ALSO = 0.6  # a ledger is named beside the best one from this share of its score on


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath("ledger_hints.yaml").read_text("utf-8"))
    return tuple((ledger, tuple((str(word), int(weight)) for word, weight in words.items())) for ledger, words in raw["ledgers"].items())


def ledgers_for(text: str, heading: str = "") -> tuple[str, ...]:
    """The ledgers a duty concerns, best first, at least one: words count by weight, those of the heading half."""
    scores = {ledger: sum(w * (2 * (word in text) + (word in heading)) for word, w in words) for ledger, words in _vocabulary()}
    best = max(scores.values())
    if best == 0:
        return (FALLBACK,)
    ranked = sorted((ledger for ledger, score in scores.items() if score >= _ALSO * best), key=lambda name: -scores[name])
    return tuple(ranked)
