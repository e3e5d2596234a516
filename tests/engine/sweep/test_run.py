"""Files of a run: whole, resumable after a kill, never doubled; a run that cannot be done as asked writes nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shouwang.engine.errors import SweepRefused
from shouwang.engine.rules import RuleSet
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.sweep import Manifest, evaluate, run
from tests.engine.sweep.conftest import BOOK, COUNTIES, DAY, NOW
from tests.engine.sweep.reference import as_set

RULES, PARAMS, CATALOG = BOOK


def leads_of(out: Path):
    return pq.read_table(out / "leads", partitioning=None)


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-c", "from shouwang.cli import main; main()", "sweep", *map(str, words)]


def test_run_writes_the_leads_the_features_of_their_households_and_a_manifest(golden, whole, tmp_path):
    seen = []
    made = run(golden, *BOOK, out=tmp_path / "out", asof=DAY, now=NOW, progress=lambda *at: seen.append(at))
    leads = leads_of(tmp_path / "out")
    assert as_set(leads) == whole
    assert set(leads.column("run").to_pylist()) == {made.run}
    features = pq.read_table(tmp_path / "out" / "features", partitioning=None)
    assert sorted(features.column("household").to_pylist()) == sorted(set(leads.column("household").to_pylist()))
    assert made == Manifest.read(tmp_path / "out")
    assert (made.leads, sum(made.rows_per_rule.values())) == (leads.num_rows, leads.num_rows)
    assert made.thresholds["440513"]["line_monitoring"] == 500_000
    assert seen[-1] == (3, 3, leads.num_rows)
    assert not (tmp_path / "out" / ".work").exists()


def test_a_value_of_a_lead_stands_under_the_field_that_the_manifest_names(golden, tmp_path):
    made = run(golden, *BOOK, out=tmp_path / "out", asof=DAY, now=NOW, counties=COUNTIES[:1])
    fields = next(r["fields"] for r in made.rules if r["id"] == "income_below_line")
    low = [row for row in leads_of(tmp_path / "out").to_pylist() if row["rule"] == "income_below_line"]
    assert fields == ["monitored", "income_fen"]
    assert low
    assert all(row["v1"] == 0 and row["v2"] < 500_000 and row["v3"] is None for row in low)


def test_a_killed_run_goes_on_where_it_was_and_nothing_is_doubled(golden, whole, tmp_path):
    out = tmp_path / "out"
    words = command("run", "--snapshot", golden.folder, "--asof", str(DAY), "--out", out, "--threads", "1")
    here = os.environ | {"PYTHONPATH": "src"}
    with subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=here, text=True) as going:  # noqa: S603 - our own words
        assert going.stderr is not None
        assert going.stderr.readline().startswith("1/3")
        going.send_signal(signal.SIGKILL)
        assert going.wait() == -signal.SIGKILL
    done = sorted(p.name for p in (out / "done").glob("*.json"))
    assert 1 <= len(done) < 3
    assert not Manifest.read(out).complete
    stamp = (out / "done" / done[0]).stat().st_mtime_ns
    made = run(golden, *BOOK, out=out, asof=DAY, now=NOW, resume=True)
    assert as_set(leads_of(out)) == whole  # as_set refuses a lead that stands twice
    assert made.complete
    assert (out / "done" / done[0]).stat().st_mtime_ns == stamp


def test_a_county_cut_off_before_its_mark_is_swept_again(golden, whole, tmp_path):
    out = tmp_path / "out"
    run(golden, *BOOK, out=out, asof=DAY, now=NOW)
    (out / "done" / f"{COUNTIES[2]}.json").unlink()
    (out / "leads" / f"county={COUNTIES[2]}" / "part.parquet").write_bytes(b"half")
    run(golden, *BOOK, out=out, asof=DAY, now=NOW, resume=True)
    assert as_set(leads_of(out)) == whole


def test_results_are_not_overwritten_nor_mixed(golden, tmp_path):
    out = tmp_path / "out"
    run(golden, *BOOK, out=out, asof=DAY, now=NOW, counties=COUNTIES[:1])
    with pytest.raises(SweepRefused, match="已有一次筛查的结果"):
        run(golden, *BOOK, out=out, asof=DAY, now=NOW, counties=COUNTIES[:1])
    with pytest.raises(SweepRefused, match="另一份规则、参数、特征、快照或日期"):
        run(golden, RULES.without(["work_lost"]), PARAMS, CATALOG, out=out, asof=DAY, now=NOW, counties=COUNTIES[:1], resume=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("x")
    with pytest.raises(SweepRefused, match="输出目录不是空的"):
        run(golden, *BOOK, out=tmp_path / "other", asof=DAY, now=NOW)


def test_a_faulty_rule_stops_the_run_before_anything_is_written_or_is_left_out_and_named(golden, whole, tmp_path):
    said = json.loads((golden.folder / "snapshot.json").read_text("utf-8"))
    said["feeds"]["petitions"] = {"from": None, "to": None, "rows": 0}
    folder = tmp_path / "snapshot"
    folder.mkdir()
    for name in ("households", "persons", "feeds"):
        (folder / name).symlink_to(golden.folder / name)
    (folder / "snapshot.json").write_text(json.dumps(said), "utf-8")
    shot = Snapshot.open(folder)
    with pytest.raises(SweepRefused) as no:
        run(shot, *BOOK, out=tmp_path / "out", asof=DAY, now=NOW)
    assert [(p.rule, p.field, p.value) for p in no.value.problems] == [("other_petitions", "petitions_6m", "petitions")]
    assert not (tmp_path / "out").exists()
    made = run(shot, *BOOK, out=tmp_path / "out", asof=DAY, now=NOW, leave_out=True)
    assert [row["rule"] for row in made.left_out] == ["other_petitions"]
    assert as_set(leads_of(tmp_path / "out")) == {x for x in whole if x[0] != "other_petitions"}


def with_county(golden, folder: Path, name: str, write) -> Snapshot:
    """The golden snapshot with another file for the first county's `name` (households or persons)."""
    folder.mkdir()
    for kind in ("households", "persons", "feeds", "snapshot.json"):
        if kind != name:
            (folder / kind).symlink_to(golden.folder / kind)
    (folder / name / f"county={COUNTIES[0]}").mkdir(parents=True)
    write(folder / name / f"county={COUNTIES[0]}" / "part.parquet")
    return Snapshot.open(folder)


def test_a_damaged_file_is_said_in_words(golden, tmp_path):
    shot = with_county(golden, tmp_path / "snapshot", "persons", lambda path: path.write_bytes(b"PAR1 cut off"))
    with pytest.raises(SweepRefused, match=r"值 persons/county=440507/part.parquet：不是 Parquet 文件，或只写了一半"):
        evaluate(shot, *BOOK, asof=DAY, counties=COUNTIES[:1])
    with pytest.raises(SweepRefused, match=r"没有 snapshot.json"):
        Snapshot.open(tmp_path)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("income_year_fen", 9_000_000_000_000_000_000, "440507 的数据中有超出范围的数值"),
        ("income_fen", "六千元", r"字段 income_fen，值 六千元：households/county=440507/part.parquet 中有 \d+ 个不是整数的值"),
        ("income_fen", None, "字段 income_fen：households/county=440507/part.parquet 缺这一列"),
    ],
)
def test_a_number_beyond_all_bounds_text_or_a_missing_column_are_said_in_words(golden, tmp_path, column, value, words):
    table = pq.read_table(golden.registry("households", COUNTIES[0])[0])
    left = table.drop_columns([column])
    changed = left if value is None else left.append_column(column, pa.array([value] * len(table)))
    shot = with_county(golden, tmp_path / "snapshot", "households", lambda path: pq.write_table(changed, path))
    with pytest.raises(SweepRefused, match=words):
        evaluate(shot, *BOOK, asof=DAY, counties=COUNTIES[:1])


def test_command_says_what_is_wrong_and_leaves_with_2(golden, tmp_path):
    words = command("run", "--snapshot", golden.folder, "--asof", "2030-02-17", "--out", tmp_path / "out")
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": "src"})  # noqa: S603 - our own words
    assert done.returncode == 2
    assert "规则 other_petitions，字段 petitions_6m，值 petitions：部门数据只有 2019-01-01 至 2020-02-17" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_county_without_a_rule_of_its_own_is_not_swept(golden, tmp_path):
    rules = RuleSet.of([replace(r, region="440513") for r in RULES.rules if r.id == "income_below_line"])
    made = run(golden, rules, PARAMS, CATALOG, out=tmp_path / "it's here", asof=DAY, now=NOW)
    assert made.counties == [440513]
    assert made.leads > 0
