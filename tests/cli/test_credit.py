"""The arithmetic by hand, without a database."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from shouwang.cli.credit import credit


def asked(*words: str) -> dict:
    done = CliRunner().invoke(credit, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_interest_of_a_quarter_and_of_a_year():
    base = ("interest", "--principal", "50000", "--rate", "4.35")
    quarter = asked(*base, "--start", "2019-12-21", "--end", "2020-03-21", "--basis", "360")
    assert (quarter["interest"], quarter["days"]) == (549.79, 91)
    year = ("--start", "2019-01-01", "--end", "2020-01-01")
    assert asked(*base, *year, "--basis", "360")["interest"] == 2205.21
    assert asked(*base, *year, "--basis", "365")["interest"] == 2175.0


def test_extend_by_date():
    assert asked("extend", "--maturity", "2019-12-31", "--on", "2020-03-01")["eligible"] is False
    found = asked("extend", "--maturity", "2020-01-01", "--on", "2020-03-01")
    assert (found["eligible"], found["latest_maturity"]) == (True, "2020-07-01")
    assert asked("extend", "--maturity", "2020-01-01", "--on", "2020-07-03")["latest_maturity"] == "2021-03-31"


def test_months_of_a_deferral_count_from_the_first_day_due():
    twice = ("extend", "--maturity", "2020-07-20", "--before", "2020-01-20")
    assert asked(*twice, "--on", "2020-06-01")["eligible"] is False
    assert asked(*twice, "--on", "2020-07-03")["latest_maturity"] == "2021-03-31"


def test_subsidy_in_parts():
    found = asked(
        *("subsidy", "--principal", "60000", "--rate", "4.35", "--start", "2019-12-21", "--end", "2020-06-21", "--calendar", "20:3,6,9,12"),
        *("--repay", "2020-03-21:20000", "--overdue", "2020-05-01:2020-05-11"),
    )
    assert [(p["days"], p["subsidy"]) for p in found["periods"]] == [(91, 549.79), (82, 396.34)]
    assert found["own"] == round(found["interest"] - found["subsidy"], 2)
    assert any("逾期期间不贴息" in line for line in found["lines"])


def test_parts_of_a_subsidy_are_never_below_zero_and_sum_up_by_any_calendar():
    """60,000 with 20,000 repaid: one quarter once left −0.01 to the household."""
    base = (
        "subsidy",
        "--principal",
        "60000",
        "--rate",
        "4.35",
        "--start",
        "2019-03-02",
        "--end",
        "2020-12-21",
        "--repay",
        "2019-12-10:20000",
    )
    quarter, year, other = (asked(*base, "--calendar", c) for c in ("quarter", "oct-sep", "25:6,12"))
    for found in (quarter, year, other):
        assert all(p[k] >= 0 for p in found["periods"] for k in ("interest", "subsidy", "own"))
        assert round(sum(p["own"] for p in found["periods"]), 2) == found["own"] == round(found["interest"] - found["subsidy"], 2)
        assert (found["subsidy"], found["interest"]) == (quarter["subsidy"], quarter["interest"])


def test_rate_by_date_and_term():
    assert asked("rate", "--on", "2020-05-01", "--months", "12")["rate"] == 4.35
    found = asked("rate", "--on", "2021-03-04", "--months", "36")
    assert (found["rate"], found["unverified"]) == (4.65, False)


@pytest.mark.parametrize(
    ("maturity", "on"),
    [("2019-12-31", "2020-02-12"), ("2020-01-01", "2020-02-11"), ("2021-03-31", "2020-07-03"), ("2021-03-30", "2021-04-01")],
)
def test_not_extended(maturity, on):
    found = asked("extend", "--maturity", maturity, "--on", on)
    assert (found["eligible"], found["latest_maturity"]) == (False, None)
    assert found["rule"] and found["why"]


def test_words_for_people_have_units():
    done = CliRunner().invoke(
        credit, ["interest", "--principal", "50,000", "--rate", "4.35%", "--start", "2019-12-21", "--end", "2020-03-21"]
    )
    assert done.output.splitlines()[:5] == ["利息：549.79 元", "天数：91", "计息基数：360", "本金：50,000.00 元", "年利率：4.35%"]


BASE = ("interest", "--principal", "50000", "--rate", "4.35")
DAYS = ("--start", "2020-01-01", "--end", "2020-02-01")
PARTS = ("subsidy", "--principal", "60000", "--rate", "4.35", *DAYS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("interest", "--principal", "x", "--rate", "4.35", *DAYS), "本金“x”不是有效金额"),
        (("interest", "--principal", "0", "--rate", "4.35", *DAYS), "本金 0.00 元须大于零"),
        (("interest", "--principal", "-1", "--rate", "4.35", *DAYS), "本金“-1”超出范围"),
        (("interest", "--principal", "1e999999999", "--rate", "4.35", *DAYS), "本金“1e999999999”不是有效金额"),
        (("interest", "--principal", "50000", "--rate", "0.0435", *DAYS), "疑把百分数写成了小数"),
        ((*BASE, "--start", "2020-02-01", "--end", "2020-02-01"), "止期 2020-02-01 不晚于起期 2020-02-01"),
        ((*BASE, "--start", "2020-02-02", "--end", "2020-02-01"), "没有可计的天数"),
        ((*BASE, "--start", "2020-02-30", "--end", "2020-03-01"), "--start “2020-02-30”这一天不存在"),
        ((*BASE, "--start", "2020/02/20", "--end", "2020-03-01"), "--start “2020/02/20”不是有效日期"),
        ((*BASE, "--start", "2020-W10-1", "--end", "2020-04-01"), "不是有效日期"),
        ((*BASE, "--start", "0001-01-01", "--end", "2020-04-01"), "疑为误填"),
        ((*BASE, *DAYS, "--basis", "366"), "计息基数“366”无效"),
        ((*BASE, *DAYS, "--basis", "abc"), "计息基数“abc”无效"),
        ((*BASE, "--start", "2020-01-01"), "缺少 --end"),
        ((*BASE, *DAYS, "--bassi", "360"), "没有“--bassi”这个选项"),
        ((*BASE, *DAYS, "--basis"), "--basis 后面没有填值"),
        ((*BASE, *DAYS, "了"), "多了或写错了参数"),
        (("intrest",), "没有这个命令。可用 extend、interest、rate、subsidy"),
        (("extend", "--maturity", "2020-01-01", "--on", "2001-01-01"), "没有可用的规定"),
        (("extend", "--maturity", "9999-12-31", "--on", "2020-03-01"), "疑为误填"),
        (("extend", "--maturity", "2020-01-01", "--before", "2020-01-02", "--on", "2020-03-01"), "晚于到期日"),
        (("rate", "--on", "2020-01-01", "--months", "48"), "期限“48”无效"),
        ((*PARTS, "--calendar", "32:1"), "贴息结算期"),
        ((*PARTS, "--maturity", "2019-12-31"), "到期日期 2019-12-31 不晚于放款（起息）日期 2020-01-01"),
        ((*PARTS, "--repay", "2020-01-05"), "写法不对"),
        ((*PARTS, "--repay", "2019-12-31:1"), "早于放款日期"),
        ((*PARTS, "--repay", "2020-01-05:60000.01"), "超过贷款本金"),
        ((*PARTS, "--overdue", "2020-01-05:2020-01-04"), "逾期止 2020-01-04 不晚于逾期起 2020-01-05"),
        ((*PARTS, "--overdue", "2019-12-05:2020-01-04"), "早于放款日期"),
        ((*PARTS, "--ceiling", "-1"), "贴息本金上限“-1”超出范围"),
        ((*PARTS, "--rate-cap", "x"), "贴息利率上限“x”不是有效的百分数"),
    ],
)
def test_bad_input_ends_with_words_and_code_2(words, said):
    done = CliRunner().invoke(credit, list(words))
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert "Error" not in done.output


def test_nothing_of_django_is_loaded():
    code = "import shouwang.cli.credit, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter
