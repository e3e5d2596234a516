"""The findings block of the record page: pure shaping, as record.py."""

from __future__ import annotations

from dataclasses import dataclass

from shouwang.ledgers.registry.checks.cards import SEVERITIES, TONES, cards
from shouwang.ledgers.registry.finding_links import field_label, mend_url
from shouwang.ledgers.registry.models import CheckFinding
from shouwang.ledgers.registry.record import Family, finding_words


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding as the block draws it; `acceptable` also tells that it is open."""

    finding: CheckFinding
    words: str
    severity: str
    tone: str
    field: str
    remedy: str
    mend_url: str
    acceptable: bool

    @property
    def open(self) -> bool:
        """Whether something is to be done."""
        return self.finding.state == "open"


def lines(f: Family) -> list[FindingLine]:
    """The findings that stand, the open errors first."""
    return [
        FindingLine(
            finding=x,
            words=finding_words(x),
            severity=SEVERITIES[x.severity],
            tone=TONES[x.severity],
            field=field_label(x.field),
            remedy=cards()[x.code].remedy,
            mend_url=mend_url(x),
            acceptable=x.state == "open" and cards()[x.code].acceptable,
        )
        for x in f.findings
    ]
