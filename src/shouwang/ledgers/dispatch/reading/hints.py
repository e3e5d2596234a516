"""Which ledger a duty concerns, by a scored vocabulary (rulebook/ledger_hints.yaml)."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

import yaml

FALLBACK = "dispatch"
_ALSO = 0.6  # a ledger is named beside the best one from this share of its score on


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[re.Pattern[str], dict[str, tuple[tuple[str, int], ...]]]:
    """One pattern for all words (looked for at every position), and for each word the ledgers it speaks for."""
    raw = yaml.safe_load(files("shouwang.rulebook").joinpath("ledger_hints.yaml").read_text("utf-8"))
    weights: dict[str, tuple[tuple[str, int], ...]] = {}
    for ledger, words in raw["ledgers"].items():
        for word, weight in words.items():
            weights[str(word)] = (*weights.get(str(word), ()), (ledger, int(weight)))
    longest_first = sorted(weights, key=len, reverse=True)
    return re.compile("(?=(" + "|".join(map(re.escape, longest_first)) + "))"), weights


def _words(text: str) -> frozenset[str]:
    return frozenset(_vocabulary()[0].findall(text))


@lru_cache(maxsize=256)
def _heading_words(heading: str) -> frozenset[str]:
    """The words of a heading, which all duties below it share."""
    return _words(heading)


def ledgers_for(text: str, heading: str = "") -> tuple[str, ...]:
    """The ledgers a duty concerns, best first, at least one: words count by weight, those of the heading half."""
    weights = _vocabulary()[1]
    scores: dict[str, int] = {}
    for words, factor in ((_words(text), 2), (_heading_words(heading), 1)):
        for word in words:
            for ledger, weight in weights[word]:
                scores[ledger] = scores.get(ledger, 0) + factor * weight
    if not scores:
        return (FALLBACK,)
    best = max(scores.values())
    return tuple(sorted((name for name, score in scores.items() if score >= _ALSO * best), key=lambda name: (-scores[name], name)))
