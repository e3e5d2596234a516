"""Notices with the traps of real ones: see cases.py and shortened.py; and the published samples with their expected answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shouwang.ledgers.dispatch.reading import NoticeReading, read_file, read_notice
from tests.ledgers.dispatch.reading.cases import CASES, Case
from tests.ledgers.dispatch.reading.shortened import SHORTENED

DATA = Path(__file__).parents[3] / "data" / "notices"
EXPECTED = {name.split("/")[-1]: want for name, want in json.loads((DATA / "expected.json").read_text("utf-8")).items()}


def due_days(reading: NoticeReading) -> list[tuple[str, str]]:
    return sorted((d.due.isoformat(), d.by) for d in reading.duties if d.due and d.by != "issuer" and not d.recurrence)


@pytest.mark.parametrize("case", [*CASES, *SHORTENED], ids=[case.name for case in (*CASES, *SHORTENED)])
def test_made_up_notice(case: Case) -> None:
    reading = read_notice(case.text, today=None)
    assert reading.doc_number == case.number
    assert reading.title == case.title or case.title is None
    assert sorted(reading.issuers) == sorted(case.issuers)
    assert (reading.signed_date.isoformat() if reading.signed_date else None) == case.signed
    assert case.recipients is None or reading.recipients == case.recipients
    assert (len(reading.contacts), len(reading.attachments)) == (case.contacts, case.attachments)
    counted = {level: sum(h.level == level for h in reading.headings) for level in case.headings}
    assert counted == case.headings
    assert due_days(reading) == sorted(case.due)
    assert sum(1 for d in reading.duties if d.recurrence) == case.recurring
    assert any(case.warned in warning for warning in reading.warnings) or not case.warned


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_published_sample(name: str) -> None:
    want = EXPECTED[name]
    reading = read_file(DATA / name, today=None).to_json()
    for key in ("title", "doc_number", "issuers", "recipients", "signed_date"):
        assert key not in want or reading[key] == want[key]
    for key in ("contacts", "attachments"):
        assert len(reading[key]) == want[key]
    for level, count in want.get("headings", {}).items():
        assert sum(h["level"] == int(level) for h in reading["headings"]) == count
    duties = [d for d in reading["duties"] if d["due"] and d["by"] != "issuer" and not d["recurrence"]]
    assert sorted((d["due"], d["by"]) for d in duties) == sorted((d["due"], d["by"]) for d in want["due"])
    kinds = sorted(d["kind"] for d in want["due"] if "kind" in d)
    assert not kinds or sorted(d["kind"] for d in duties) == kinds
