"""Sealing and verifying the audit chain."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import time
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from shouwang.cli.audit import append_anchor, read_anchors
from shouwang.kernel.audit import seal
from shouwang.kernel.audit.models import Event, Seal
from shouwang.kernel.audit.seal import GENESIS, Sealer, digest_of, leaf, marks_of, merkle_root, read_marks
from shouwang.kernel.audit.verify import Verdict, seal_first, verify
from shouwang.kernel.errors import Refused
from tests.kernel.audit.support import COLUMNS, NOW, TODAY, copy_row, raw, sealed_chain, tamper, write_events

pytestmark = pytest.mark.django_db


def check(**kw: object) -> Verdict:
    return verify(now=NOW + dt.timedelta(hours=1), **kw)  # type: ignore[arg-type]  # only anchors is ever passed


def test_a_sound_chain_verifies_and_counts_every_row() -> None:
    sealed_chain(57, 10)
    verdict = check()
    assert (verdict.rows, verdict.blocks, verdict.unsealed, verdict.problems) == (57, 6, 0, [])
    assert verdict.head == Seal.objects.order_by("-first_id")[0].digest


def test_ranges_touch_and_every_block_names_the_one_before() -> None:
    sealed_chain(25, 10)
    blocks = list(Seal.objects.all())
    assert blocks[0].first_id == 1
    assert blocks[0].previous == GENESIS
    for earlier, later in itertools.pairwise(blocks):
        assert later.first_id == earlier.last_id + 1
        assert later.previous == earlier.digest


def test_an_empty_table_has_nothing_to_seal_and_nothing_wrong() -> None:
    assert Sealer().tick(NOW) == 0
    assert (check().rows, check().head, check().problems) == (0, GENESIS, [])


def test_a_second_tick_without_new_events_writes_no_block() -> None:
    sealed_chain(5, 10)
    assert Sealer().tick(NOW) == 0
    assert Seal.objects.count() == 1


def test_ids_lost_by_a_rollback_leave_no_finding() -> None:
    write_events(3)
    with pytest.raises(RuntimeError), transaction.atomic():
        write_events(4)
        raise RuntimeError
    last = write_events(2)[-1]
    copy_row(last, last + 5)  # a gap, as a rolled-back transaction leaves it on PostgreSQL
    assert Sealer(4).tick(NOW) == 6
    assert check().problems == []


@pytest.mark.parametrize("column", sorted(COLUMNS))
def test_a_change_of_any_column_names_the_row(column: str) -> None:
    ids = sealed_chain(30, 7)
    raw(f"UPDATE audit_event SET {column} = %s WHERE id = %s", COLUMNS[column], ids[11])  # noqa: S608 - constants
    assert [(p.kind, p.first) for p in check().problems] == [("row_changed", ids[11])]


def test_1000_random_tampers_are_all_found_at_their_row() -> None:
    ids, rng = sealed_chain(40, 9), random.Random(20200217)  # noqa: S311 - a repeatable test
    for number in range(1000):
        point = transaction.savepoint()
        kind, row = tamper(rng, ids)
        found = {(p.kind, p.first) for p in check().problems}
        transaction.savepoint_rollback(point)
        assert (kind, row) in found, f"tamper {number}: {kind} at {row} gave {found}"
    assert check().problems == []


def test_a_deleted_last_row_of_the_chain_is_missing() -> None:
    ids = sealed_chain(20, 10)
    raw("DELETE FROM audit_event WHERE id = %s", ids[-1])
    assert [(p.kind, p.first) for p in check().problems] == [("row_missing", ids[-1])]


SEAL_COLUMNS = {"count": 3, "root": "a" * 64, "previous": "b" * 64, "digest": "c" * 64, "sealed_at": NOW.replace(year=2021)}


@pytest.mark.parametrize("column", [*sorted(SEAL_COLUMNS), "marks", "last_id"])
def test_a_change_of_any_column_of_a_block_is_found(column: str) -> None:
    sealed_chain(30, 10)
    second = Seal.objects.order_by("first_id")[1]
    value = {"marks": bytes(second.marks[:-1]) + bytes([second.marks[-1] ^ 1]), "last_id": second.last_id - 2}.get(
        column, SEAL_COLUMNS.get(column)
    )
    raw(f"UPDATE audit_seal SET {column} = %s WHERE id = %s", value, second.pk)  # noqa: S608 - constants
    assert {p.kind for p in check().problems} & {"block_changed", "block_missing"}


def test_marks_rewritten_to_hide_the_row_still_leave_the_block_guilty() -> None:
    ids = sealed_chain(10, 10)
    raw("UPDATE audit_event SET reason = %s WHERE id = %s", "伪造", ids[4])
    block = Seal.objects.get()
    rows = list(seal.leaves(0, ids[-1]))
    forged = marks_of([r[0] for r in rows], [r[1] for r in rows], block.first_id)
    raw("UPDATE audit_seal SET marks = %s", forged)
    assert [p.kind for p in check().problems] == ["block_changed"]


def test_a_block_recomputed_after_a_change_breaks_the_link_of_the_next() -> None:
    ids = sealed_chain(20, 10)
    raw("UPDATE audit_event SET reason = %s WHERE id = %s", "伪造", ids[2])
    block = Seal.objects.order_by("first_id")[0]
    rows = list(seal.leaves(0, block.last_id))
    block.root = merkle_root([r[1] for r in rows])
    forged = marks_of([r[0] for r in rows], [r[1] for r in rows], block.first_id)
    raw("UPDATE audit_seal SET root = %s, digest = %s, marks = %s WHERE id = %s", block.root, digest_of(block), forged, block.pk)
    problems = check().problems
    assert [(p.kind, p.first) for p in problems] == [("block_changed", ids[10])]
    assert "不相接" in problems[0].words


def test_a_removed_block_is_named_by_its_range() -> None:
    ids = sealed_chain(30, 10)
    raw("DELETE FROM audit_seal WHERE first_id = %s", ids[10])
    assert ("block_missing", ids[10], ids[19]) in {(p.kind, p.first, p.last) for p in check().problems}


def test_a_cut_tail_is_found_against_an_anchor(tmp_path: Path) -> None:
    ids, file = sealed_chain(30, 10), tmp_path / "anchors.jsonl"
    append_anchor(file, NOW)
    write_events(10, start=30)
    Sealer(10).tick(NOW)
    append_anchor(file, NOW)
    assert check(anchors=read_anchors(file)).problems == []
    raw("DELETE FROM audit_seal WHERE first_id > %s", ids[19])
    raw("DELETE FROM audit_event WHERE id > %s", ids[19])
    assert check().problems == []  # the chain alone cannot know what once followed
    lost = check(anchors=read_anchors(file)).problems
    assert [(p.kind, p.first) for p in lost] == [("anchor_lost", ids[29]), ("anchor_lost", ids[29] + 10)]
    assert "第 1 行" in lost[0].words


def test_a_chain_rewritten_from_the_start_is_found_against_an_anchor(tmp_path: Path) -> None:
    ids, file = sealed_chain(20, 10), tmp_path / "anchors.jsonl"
    append_anchor(file, NOW)
    raw("DELETE FROM audit_seal")
    raw("UPDATE audit_event SET actor_name = %s WHERE id = %s", "他人", ids[3])
    Sealer(10).tick(NOW)
    assert check().problems == []
    assert [p.kind for p in check(anchors=read_anchors(file)).problems] == ["anchor_lost"]


def test_rows_left_unsealed_for_long_are_reported() -> None:
    ids = sealed_chain(20, 10)
    raw("DELETE FROM audit_seal WHERE first_id > %s", ids[9])
    problems = check().problems
    assert [(p.kind, p.first, p.last) for p in problems] == [("unsealed", ids[10], ids[19])]
    young = verify(now=NOW)
    assert (young.unsealed, young.problems) == (10, [])


def test_an_anchor_file_that_is_damaged_is_refused_with_its_line(tmp_path: Path) -> None:
    sealed_chain(3, 10)
    file = tmp_path / "anchors.jsonl"
    append_anchor(file, NOW)
    file.write_text(file.read_text() + "不是锚点\n")
    with pytest.raises(Refused, match="第 2 行"):
        read_anchors(file)
    with pytest.raises(Refused, match="无法读取"):
        read_anchors(tmp_path / "absent")


def test_anchoring_before_anything_is_sealed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="还没有已封存"):
        append_anchor(tmp_path / "anchors.jsonl", NOW)


def test_a_block_that_overlaps_the_one_before_is_found() -> None:
    ids = sealed_chain(30, 10)
    second = Seal.objects.order_by("first_id")[1]
    raw("UPDATE audit_seal SET first_id = %s WHERE id = %s", second.first_id - 3, second.pk)
    assert "重叠" in " ".join(p.words for p in check().problems if p.first == ids[7])


def test_marks_of_an_impossible_length_do_not_stop_the_verification() -> None:
    ids = sealed_chain(10, 10)
    raw("UPDATE audit_seal SET marks = %s", b"12345")
    raw("UPDATE audit_event SET reason = %s WHERE id = %s", "伪造", ids[4])
    assert read_marks(b"12345", 1) == {}
    assert {p.kind for p in check().problems} == {"row_added"}  # no row is known any more; the block is guilty all the same


def test_sealing_first_gives_up_where_it_cannot_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    write_events(3)
    waits: list[float] = []
    monkeypatch.setattr("shouwang.kernel.audit.verify.time.sleep", waits.append)
    monkeypatch.setattr(Sealer, "_final", lambda _: 0)
    seal_first(NOW + dt.timedelta(hours=1))
    assert waits == [0.5] * 20


def test_two_sealers_cannot_both_seal_a_range(monkeypatch: pytest.MonkeyPatch) -> None:
    write_events(10)
    late = Sealer(10)
    block = late._next_block(late._final(), NOW)
    assert Sealer(10).tick(NOW) == 10
    monkeypatch.setattr(late, "_next_block", lambda *_: block)
    assert late.tick(NOW) == 0
    assert Seal.objects.count() == 1
    assert check().problems == []


def test_events_and_blocks_refuse_to_be_changed_through_the_models() -> None:
    sealed_chain(2, 10)
    for model in (Event, Seal):
        row = model.objects.all()[0]
        for act in (row.save, row.delete, model.objects.all().delete, lambda m=model: m.objects.update(pk=9)):
            with pytest.raises(TypeError):
                act()


def test_a_row_that_holds_no_json_is_found_and_does_not_stop_the_verification() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses such a value itself")
    ids = sealed_chain(5, 10)
    raw("PRAGMA ignore_check_constraints = ON")
    try:
        raw("UPDATE audit_event SET changes = %s WHERE id = %s", "{", ids[1])
    finally:
        raw("PRAGMA ignore_check_constraints = OFF")  # the connection goes on to other tests
    assert [(p.kind, p.first) for p in check().problems] == [("row_changed", ids[1])]


def test_verify_reads_50000_rows_a_second() -> None:
    sealed_chain(10_000, seal.BLOCK_ROWS)
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        assert check().problems == []
        best = max(best, 10_000 / (time.process_time() - start))
    assert best >= 50_000


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40), st.data())
def test_the_root_depends_on_every_leaf_its_place_and_the_count(hashes: list[bytes], data: st.DataObject) -> None:
    root = merkle_root(hashes)
    place = data.draw(st.integers(0, len(hashes) - 1))
    assert merkle_root([*hashes[:place], bytes(32), *hashes[place + 1 :]]) != root or hashes[place] == bytes(32)
    assert len(hashes) == 1 or merkle_root(hashes[:-1]) != root
    assert hashes == hashes[::-1] or merkle_root(hashes[::-1]) != root


@given(st.sets(st.integers(1, 2**31), min_size=1, max_size=30))
def test_marks_give_back_the_ids_they_were_made_of(ids: set[int]) -> None:
    ordered = sorted(ids)
    found = [i.to_bytes(8, "big") * 4 for i in ordered]
    assert read_marks(marks_of(ordered, found, ordered[0]), ordered[0]) == {i: i.to_bytes(8, "big") for i in ordered}


def test_a_leaf_is_the_same_however_the_database_words_the_json_and_the_second() -> None:
    row = [1, "2020-02-17 01:30:00", "2020-02-17", None, '{"a": [1, 2.0], "b": ["\\u65e7", "新"]}', *[""] * 11]
    other = [1, "2020-02-17 01:30:00.000000", "2020-02-17", None, '{"b":["旧","新"],"a":[1,2.0]}', *[""] * 11]
    assert leaf(row) == leaf(other)
    assert leaf([*row[:15], "x"]) != leaf(row)
    assert TODAY.isoformat() == row[2]
