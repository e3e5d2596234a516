"""The commands `notice parse` and `deadline`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from shouwang.cli.notice import deadline, notice

DATA = Path(__file__).parents[1] / "data" / "notices"


def run(command: object, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, list(arguments))  # type: ignore[arg-type]  # both are click commands
    return result.exit_code, result.stdout, result.stderr


def test_parse_as_json() -> None:
    code, out, _ = run(notice, "parse", str(DATA / "12.txt"), "--json")
    assert code == 0
    assert json.loads(out)["doc_number"] == "湛农通〔2019〕111号"


def test_parse_for_reading() -> None:
    code, out, _ = run(notice, "parse", str(DATA / "notice.txt"))
    assert code == 0
    assert "发文字号：汕农扶组〔2020〕3号" in out
    assert "[末·报送·主送机关→市扶贫办] 【2020-02-20】" in out
    assert "联系人：张三 00000000 office@example.org" in out


def test_parse_shows_what_to_check(tmp_path: Path) -> None:
    file = tmp_path / "通知.txt"
    file.write_text("各区扶贫办：\n请于2月30日前报送。\n青川市扶贫办\n2020年2月14日\n", "utf-8")
    _, out, _ = run(notice, "parse", str(file))
    assert "请核对：“2月30日前”是不存在的日期" in out


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "文件是空的"), ("不是通知。".encode(), "不像公文通知"), (b"\x89PNG\0", "不支持这种文件")]
)
def test_parse_refuses_in_plain_words(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    code, out, err = run(notice, "parse", str(file), "--json")
    assert (code, out) == (2, "")
    assert message in err
    assert str(file) in err


def test_parse_of_a_file_that_is_not_there() -> None:
    code, _, err = run(notice, "parse", "/nowhere/通知.txt")
    assert code == 2
    assert "找不到文件" in err


@pytest.mark.parametrize(
    ("phrase", "answer"),
    [
        ("2月20日前", {"due": "2020-02-20", "time": None, "recurrence": None}),
        ("明日12时前", {"due": "2020-02-15", "time": "12:00", "recurrence": None}),
        ("每周五", {"due": None, "time": None, "recurrence": "FREQ=WEEKLY;BYDAY=FR"}),
        ("收到批复后10日内", {"due": None, "time": None, "recurrence": None}),
    ],
)
def test_deadline_as_json(phrase: str, answer: dict[str, str | None]) -> None:
    code, out, _ = run(deadline, phrase, "--base", "2020-02-14", "--json")
    assert (code, json.loads(out)) == (0, answer)


def test_deadline_for_reading() -> None:
    assert run(deadline, "6月30日24时", "--base", "2020-02-14")[1] == "2020-06-30 24:00\n"
    assert run(deadline, "每季度末", "--base", "2020-02-14")[1].startswith("定期")
    assert run(deadline, "尽快", "--base", "2020-02-14")[1] == "没有说明具体时限\n"


def test_deadline_flags_a_day_that_cannot_be() -> None:
    code, out, err = run(deadline, "2月30日前", "--base", "2020-02-14", "--json")
    assert (code, json.loads(out)["due"]) == (0, None)
    assert "不存在的日期" in err


@pytest.mark.parametrize("base", ["2020-02-30", "昨天", ""])
def test_deadline_refuses_a_base_that_is_no_date(base: str) -> None:
    code, _, err = run(deadline, "3日内", "--base", base)
    assert code == 2
    assert "不是有效日期" in err


def test_the_commands_load_neither_django_nor_heavy_libraries() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from shouwang.cli.notice import notice, deadline\n"
        f"CliRunner().invoke(notice, ['parse', {str(DATA / '12.txt')!r}])\n"
        "CliRunner().invoke(deadline, ['3个工作日内', '--base', '2020-02-14'])\n"
        "print([m for m in ('django', 'pdfplumber', 'docx', 'ofdkit', 'holidays', 'pyarrow', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True)  # noqa: S603 - fixed program
    assert done.stdout.strip() == "[]"
