"""Tying the rows of a department to persons: exact numbers, points, probabilities; what stays open is for a person to decide.

Columns in, columns out (Arrow, DuckDB in memory). It knows no Django and writes nothing to disk: identity stays in this process.
"""

from shouwang.engine.matching.match import UNDECIDED, WAYS, Matched, match

__all__ = ["UNDECIDED", "WAYS", "Matched", "match"]
