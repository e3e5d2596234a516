"""Hostile, broken and odd files: each is refused in words or read right; no worker dies, no child grows."""

import io
import json
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, replace

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.workbooks import LIMITS, mark, read
from shouwang.kernel.workbooks.reading import QUIET, _answer
from tests.kernel.workbooks import makers
from tests.kernel.workbooks.hostile import CASES, READ

CPU = 2.0  # seconds, of this process and its children: the wall clock tells of the machine's other work, too
MEMORY = 512 * 1024  # kB
# No program writes these: a parser that forgives reads them, but what is where is not clear enough to write into.
NOT_MARKED = {"rows out of order", "row not closed", "cell in another row than its own"}
GOOD = makers.by_hand('<row r="1">' + makers.text("A1", "甲") + '<c r="B1"><v>2</v></c></row>')


def cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


@pytest.mark.parametrize("name", CASES)
def test_file_is_refused_in_words_or_read_right(name):
    make, expected = CASES[name]
    content = make()
    used = cpu()
    if isinstance(expected, str):
        with pytest.raises(Refused, match=expected) as refused:
            read(content, "表.xlsx")
        assert refused.value.field == "file"
        assert refused.value.message.endswith("。")
    else:
        assert list(read(content, "表.xlsx").sheets[0].rows) == expected
    assert cpu() - used <= (CPU if isinstance(expected, str) else 2 * CPU)


def test_there_are_sixty_and_more():
    assert len(CASES) >= 60
    assert sum(isinstance(e, str) for _, e in CASES.values()) >= 50


@pytest.mark.parametrize("name", CASES)
def test_marking_it_is_refused_or_gives_a_file_that_reads(name):
    make, expected = CASES[name]
    content = make()
    if isinstance(expected, str) or name in NOT_MARKED:
        with suppress(Refused):
            mark(content, "表", {1: {0: "有误"}})
        return
    sheet = read(content, "表").sheets[0]
    marked = mark(content, sheet.name, {sheet.first_row: {0: "有误"}})
    if not sheet.rows:
        return
    again, width = read(marked, "表").sheets[0], len(sheet.rows[0])
    assert filled(again, width) == filled(sheet, width)
    assert again.rows[sheet.first_row - again.first_row][-1] == "错误说明：有误"


def filled(sheet, width: int) -> dict[int, list]:
    """Rows with cells, as wide as said, by their numbers."""
    return {n: row[:width] for n, row in enumerate(sheet.rows, sheet.first_row) if any(c is not None for c in row[:width])}


# A process counts the size of whoever started it as its own largest: so a small one starts the child, and not the test runner.
WEIGH = """
import resource, subprocess, sys
command = [sys.executable, "-I", "-m", "shouwang.kernel.workbooks.child", sys.argv[1]]
subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
LARGE = ("one long string 30,000 times", "row of 50 MB", "tail of 40 MB", "a million empty rows with a style", "string of 6 MB")


@pytest.mark.parametrize("name", LARGE)
def test_child_stays_small(name):
    command = [sys.executable, "-I", "-c", WEIGH, json.dumps(asdict(LIMITS))]
    done = subprocess.run(command, input=CASES[name][0](), capture_output=True, env=QUIET, check=True)  # noqa: S603 - our own
    assert int(done.stdout) <= MEMORY


@pytest.mark.parametrize(
    "limits",
    [
        replace(LIMITS, memory=60 * 1024 * 1024),
        replace(LIMITS, wall=0),
        replace(LIMITS, cpu=0),
        replace(LIMITS, answer=100),
        replace(LIMITS, inflated=100),
    ],
    ids=["memory", "wall", "cpu", "answer", "inflated"],
)
def test_child_that_runs_out_is_a_refusal_and_the_next_file_is_read(limits):
    content = makers.of_rows([[f"第{n}行", n] for n in range(3_000)])
    with pytest.raises(Refused, match=r"文件|表格"):
        read(content, "表.xlsx", limits=limits)
    assert list(read(GOOD, "表.xlsx").sheets[0].rows) == READ


def test_cell_limit_counts_all_sheets():
    content = makers.by_hand(makers.text("A1", "甲").join(('<row r="1">', '</row><row r="9"><c r="J9"><v>1</v></c></row>')))
    assert len(read(content, "表.xlsx", limits=replace(LIMITS, cells=90)).sheets[0].rows) == 9
    with pytest.raises(Refused, match="范围过大"):
        read(content, "表.xlsx", limits=replace(LIMITS, cells=89))


def test_file_never_touches_the_disk(tmp_path, monkeypatch):
    """The folder the child works in stays empty, also while it works."""
    seen = []

    def look(out, limits):
        first = out.readline()
        seen.append([p.name for p in tmp_path.rglob("*") if p.is_file()])
        return _answer(io.BytesIO(first + out.read()), limits)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("shouwang.kernel.workbooks.reading._answer", look)
    assert list(read(GOOD, "表.xlsx").sheets[0].rows) == READ
    assert (seen, list(tmp_path.iterdir())) == ([[]], [])
