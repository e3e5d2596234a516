"""A snapshot that a stranger wrote by hand from docs/algorithms/sweep.md: it runs, or what is wrong is said and nothing is left behind."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from shouwang.cli.sweep import sweep
from shouwang.engine.errors import SweepRefused
from shouwang.engine.params import Params
from shouwang.engine.snapshot import Snapshot

COUNTY, DAY, NUMBER = 440513, dt.date(2020, 1, 15), 12
HOUSEHOLDS = {
    "household": list(range(1, NUMBER + 1)), "county": [COUNTY] * NUMBER, "town": [440513100] * NUMBER, "village": [440513100001] * NUMBER,
    "income_fen": [300_000 + 50_000 * i for i in range(NUMBER)], "water_safe": [True] * NUMBER, "housing_grade": ["a"] * NUMBER,
}  # fmt: skip
SETTLEMENTS = {
    "person": [None] * NUMBER, "household": list(range(1, NUMBER + 1)), "day": [DAY] * NUMBER, "own_fen": [2_000_000] * NUMBER,
}  # fmt: skip
RULE = """
- id: poor_and_ill
  version: 1
  name: 收入低且自付高
  kind: risk
  risk: illness
  valid_from: 2019-01-01
  when: {all: [{field: income_fen, op: lt, param: line_monitoring}, {field: medical_own_12m, op: gt, value: 100000}, {field: water_safe, op: eq, value: true}]}
  source: 本局
"""
SAID = {
    "schema": 1,
    "asof": "2020-02-17",
    "counties": [COUNTY],
    "feeds": {"medical_settlement": {"from": "2020-01-15", "to": "2020-01-15", "rows": 12}},
}


@pytest.fixture
def stranger(tmp_path):
    """Writes the snapshot with some columns (None: left out) and words of snapshot.json replaced; returns what `sweep run` answers."""

    def write(households=None, settlements=None, said=None, rules=RULE, options=(), **how):
        for kind, rows, more in (
            (f"households/county={COUNTY}", HOUSEHOLDS, households),
            (f"feeds/medical_settlement/county={COUNTY}/period=2020-01", SETTLEMENTS, settlements),
        ):
            place = tmp_path / "snapshot" / kind
            place.mkdir(parents=True, exist_ok=True)
            columns = {name: values for name, values in (rows | (more or {})).items() if values is not None}
            pq.write_table(pa.table(columns), place / "theirs.parquet", **how)
        (tmp_path / "snapshot" / "snapshot.json").write_text(json.dumps(SAID | (said or {})), "utf-8")
        (tmp_path / "rules").mkdir(exist_ok=True)
        (tmp_path / "rules" / "ours.yaml").write_bytes(rules if isinstance(rules, bytes) else rules.encode())
        words = [
            "run",
            "--snapshot",
            tmp_path / "snapshot",
            "--rules",
            tmp_path / "rules",
            "--asof",
            "2020-02-17",
            "--out",
            tmp_path / "out",
            *options,
        ]
        return CliRunner().invoke(sweep, [str(w) for w in words], catch_exceptions=False)

    return write


@pytest.mark.parametrize(
    ("households", "settlements"),
    [
        ({}, {}),
        ({"income_fen": pa.array(HOUSEHOLDS["income_fen"], pa.int32()), "county": pa.array([COUNTY] * NUMBER, pa.uint32())}, {}),
        ({"income_fen": [float(v) for v in HOUSEHOLDS["income_fen"]], "water_safe": [1] * NUMBER}, {}),
        ({"income_fen": [str(v) for v in HOUSEHOLDS["income_fen"]], "water_safe": ["true"] * NUMBER}, {}),
        ({"housing_grade": pa.array(["a"] * NUMBER).dictionary_encode(), "theirs": ["备注"] * NUMBER}, {}),
        ({"housing_grade": None}, {"day": ["2020-01-15"] * NUMBER}),
        ({}, {"day": pa.array([dt.datetime(2020, 1, 15, 9)] * NUMBER, pa.timestamp("ns"))}),  # noqa: DTZ001 - as pandas writes a day
        ({}, {"person": None}),
    ],
)
@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_files_of_any_writer_give_the_same_leads(stranger, tmp_path, households, settlements, compression):
    said = stranger(households, settlements, compression=compression)
    assert (said.exit_code, "4 条线索" in said.output) == (0, True), said.output
    assert sorted(pq.read_table(tmp_path / "out" / "leads", partitioning=None)["household"].to_pylist()) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("households", "settlements", "words"),
    [
        ({"income_fen": None}, {}, "字段 income_fen：households/county=440513/theirs.parquet 缺这一列。补上这一列（整数）"),
        ({"county": None}, {}, "目录名里的县代码不算，文件里也要写 county 列"),
        ({"income_fen": [3000.5] * NUMBER}, {}, "字段 income_fen，值 3000.5：households/county=440513/theirs.parquet 中有 12 个不是整数的值。写成整数，金额以分为单位"),
        ({"income_fen": ["3000.5"] * NUMBER}, {}, "字段 income_fen，值 3000.5"),
        ({"income_fen": ["三千"] + ["1"] * (NUMBER - 1)}, {}, "字段 income_fen，值 三千：households/county=440513/theirs.parquet 中有 1 个不是整数的值"),
        ({"income_fen": [[1]] * NUMBER}, {}, "字段 income_fen，值 [1]"),
        ({"income_fen": [float("nan")] * NUMBER}, {}, "字段 income_fen，值 nan"),
        ({"water_safe": [2] * NUMBER}, {}, "字段 water_safe，值 2：households/county=440513/theirs.parquet 中有 12 个不是真假的值"),
        ({"water_safe": ["是"] * NUMBER}, {}, "字段 water_safe，值 是"),
        ({}, {"day": ["2020年1月15日"] * NUMBER}, "字段 day，值 2020年1月15日：feeds/medical_settlement/county=440513/period=2020-01/theirs.parquet"),
        ({}, {"day": [20200115] * NUMBER}, "字段 day，值 20200115"),
        ({"household": [1] * NUMBER}, {}, "字段 household，值 1：households/county=440513 中有 11 行的户键重复。每户只留一行"),
        ({"household": [None, *range(2, NUMBER + 1)]}, {}, "households/county=440513 中有 1 行没有户键"),
        ({"county": [440514] * NUMBER}, {}, "households/county=440513 中有 12 行的县代码不是 440513"),
    ],
)  # fmt: skip
def test_what_would_be_bent_is_refused_with_file_column_value_and_remedy(stranger, tmp_path, households, settlements, words):
    said = stranger(households, settlements)
    assert (said.exit_code, words in said.output) == (2, True), said.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"schema": 2}, "快照的格式是第 2 版，本程序读第 1 版"),
        ({"schema": "1"}, "本程序读第 1 版（写成数字）"),
        ({"asof": "2020/02/17"}, "字段 asof，值 2020/02/17：snapshot.json：不是日期。写成 2020-02-17 的样子"),
        ({"counties": []}, "字段 counties，值 []：snapshot.json：快照没有列出县"),
        ({"counties": [4405]}, "字段 counties，值 4405：snapshot.json：不是六位县级代码"),
        ({"counties": [COUNTY, 440514]}, "值 440514：households/county=440514 中没有 .parquet 文件"),
        ({"feeds": {"weather": {"rows": 1}}}, "字段 feeds，值 weather：snapshot.json：数据目录（feeds.yaml）中没有这项部门数据，可用：medical_settlement"),
        ({"feeds": {"payroll": {"rows": "1"}}}, "字段 payroll：snapshot.json：部门数据须写明起止日期和行数"),
        ({"feeds": {"payroll": {"from": "2020年", "to": None, "rows": 1}}}, "字段 payroll.from，值 2020年：snapshot.json：不是日期"),
        ({"feeds": {}}, "快照中没有这项部门数据"),
    ],
)  # fmt: skip
def test_a_snapshot_that_says_what_cannot_be_is_refused_with_the_field(stranger, tmp_path, said, words):
    answer = stranger(said=said)
    assert (answer.exit_code, words in answer.output) == (2, True), answer.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("version: 1", "version: eins"), "规则 poor_and_ill，字段 version，值 eins：版本须是正整数"),
        (("kind: risk", "kind: [risk]"), "字段 kind，值 ['risk']：须是文字"),
        (("source: 本局", "source: 本局\n  material: true"), "字段 material，值 True：实质变化须是一列"),
        (("source: 本局", "source: 本局\n  material: [1]"), "字段 material，值 1：实质变化须是一组键值"),
        (("source: 本局", "source: 本局\n  material: [{field: income_fen, way: rises, percent: a}]"), "percent 须是整数"),
        (("source: 本局", "source: 本局\n  measures: 5"), "字段 measures，值 5：建议措施须是一列"),
        (("param: line_monitoring", "param: line_monitoring, times: 99999999999999999999"), "times 须是正整数，不超过一百万"),
        (("2019-01-01", "2019-02-30"), "字段 ours.yaml：文件中有不存在的日期"),
        (("{all: [", "{all: [["), "字段 ours.yaml：文件不是合法的 YAML（第"),
    ],
)  # fmt: skip
def test_a_slip_in_a_rule_is_told_with_its_place(stranger, tmp_path, change, words):
    answer = stranger(rules=RULE.replace(*change))
    assert (answer.exit_code, words in answer.output) == (2, True), answer.output
    assert not (tmp_path / "out").exists()


def test_rules_in_another_encoding_are_told(stranger):
    assert "字段 ours.yaml：文件不是 UTF-8 编码" in stranger(rules=RULE.encode("gb18030")).output


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("features.yaml", "x: [", "字段 features.yaml：文件不是合法的 YAML"),
        ("features.yaml", "- x", "特征文件须是一组“名称"),
        ("features.yaml", "x: {kind: count}", "字段 x：特征缺少 name"),
        ("features.yaml", "x: {name: 甲, kind: count, source: persons, aggregate: rows, window: {weeks: 3}}", "字段 x：特征写得不对"),
        ("sweep_parameters.yaml", "", "参数文件须是一组“名称"),
        ("sweep_parameters.yaml", "x: 5", "字段 x，值 5：参数的这一项须是一组键值"),
        ("sweep_parameters.yaml", "x: {name: 甲, unit: 元}", "字段 x：参数没有 values"),
        ("sweep_parameters.yaml", "x: {name: 甲, unit: 元, from: nothing.there}", "字段 x：参数没有 values"),
        ("sweep_parameters.yaml", "x: {name: 甲, unit: 元, values: [{valid_from: 2019, value: 5, source: 本局}]}", "valid_from 不是日期"),
        ("sweep_parameters.yaml", "x: {name: 甲, unit: 元, values: [{valid_from: 2019-01-01, value: 5}]}", "缺少 source"),
    ],
)  # fmt: skip
def test_a_slip_in_features_or_thresholds_is_told(stranger, tmp_path, name, text, words):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / name).write_text(text, "utf-8")
    answer = stranger()
    assert (answer.exit_code, words in answer.output) == (2, True), answer.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--memory", "lots"), "字段 memory，值 lots：内存的写法不对。写成 512MB、4GB 的样子"),
        (("--backend", "spark"), "字段 "),
        (("--threads", "-1"), "Invalid value for '--threads'"),
        (("--since", ".", "--leave-out"), "不带 --leave-out"),
    ],
)  # fmt: skip
def test_a_slip_in_an_option_is_told_and_leaves_nothing(stranger, tmp_path, options, words):
    answer = stranger(options=options)
    assert (answer.exit_code, words in answer.output) == (2, True), answer.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_stood_before_is_left_as_it_was(stranger, tmp_path):
    (tmp_path / "out").mkdir()
    assert stranger(options=("--memory", "lots")).exit_code == 2
    assert list((tmp_path / "out").iterdir()) == []
    assert stranger().exit_code == 0


def test_a_folder_that_cannot_be_written_is_told(stranger, tmp_path):
    (tmp_path / "out").symlink_to(tmp_path / "nowhere" / "deeper")
    assert "输出目录写不进去" in stranger().output


@pytest.mark.parametrize("text", [b"\xff\xfe1", b"999999999999999999999999\n", b"12 34\n", b"--5\n"])
def test_a_list_of_households_that_is_none_is_told(stranger, tmp_path, text):
    assert stranger().exit_code == 0
    (tmp_path / "keys.txt").write_bytes(text)
    answer = stranger(options=("--since", tmp_path / "out", "--households", tmp_path / "keys.txt"))
    assert (answer.exit_code, "keys.txt" in answer.output) == (2, True), answer.output


def test_a_record_of_a_county_done_that_is_broken_is_told(stranger, tmp_path):
    assert stranger().exit_code == 0
    (tmp_path / "out" / "done" / f"{COUNTY}.json").write_text('{"x": 1}')
    answer = stranger(options=("--resume",))
    assert (answer.exit_code, "这个县做完的记录读不懂" in answer.output) == (2, True)


def test_a_snapshot_with_a_byte_order_mark_is_read(stranger, tmp_path):
    stranger()
    file = tmp_path / "snapshot" / "snapshot.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert Snapshot.open(tmp_path / "snapshot").counties == (COUNTY,)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SweepRefused, match="不是 UTF-8 编码的 JSON"):
        Snapshot.open(tmp_path / "snapshot")


def test_published_thresholds_are_read_as_before():
    assert Params.load().get("line_monitoring", dt.date(2020, 2, 17), COUNTY).value == 500_000
