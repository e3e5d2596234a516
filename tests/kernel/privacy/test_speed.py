"""Sealing and masking are quick enough for an import and for a list page. Limits are loose: the machine is shared."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import pytest

from shouwang.kernel.privacy import Sealed
from tests.kernel.privacy.sample import Person

pytestmark = pytest.mark.usefixtures("vault")


def best_of(runs: int, act: Callable[[], object]) -> float:
    """CPU seconds of the quickest run."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        act()
        times.append(time.process_time() - start)
    return min(times)


def test_ninety_thousand_cells_are_sealed_in_five_seconds() -> None:
    spec, uid = Person._meta.get_field("id_number").spec, uuid.uuid4()
    tenth = best_of(3, lambda: [spec.seal(f"{n:018d}", uid) for n in range(9_000)])
    assert tenth * 10 <= 5


def test_a_list_page_of_fifty_rows_with_two_fields_is_masked_in_two_milliseconds() -> None:
    people = [Person(name=str(n), id_number=f"{n:018d}", phone=f"139{n:08d}") for n in range(50)]
    stored = [(s.stored, s.spec, s.uid) for p in people for s in (p.id_number, p.phone)]

    def page() -> list[str]:
        return [str(Sealed(*s)) for s in stored]

    assert page()[:2] == ["000000********0000", "139****0000"]
    assert best_of(7, page) <= 0.002
