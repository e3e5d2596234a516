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


def test_subsidy_in_parts():
    found = asked(
        *("subsidy", "--principal", "60000", "--rate", "4.35", "--start", "2019-12-21", "--end", "2020-06-21", "--calendar", "20:3,6,9,12"),
        *("--repay", "2020-03-21:20000", "--overdue", "2020-05-01:2020-05-11"),
    )
    assert [(p["days"], p["subsidy"]) for p in found["periods"]] == [(91, 549.79), (82, 396.34)]
    assert found["own"] == round(found["interest"] - found["subsidy"], 2)
    assert any("逾期期间不贴息" in line for line in found["lines"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("interest", "--principal", "x", "--rate", "4.35", "--start", "2020-01-01", "--end", "2020-02-01"), "不是有效金额"),
        (("interest", "--principal", "1", "--rate", "4.35", "--start", "2020-02-01", "--end", "2020-02-01"), "没有可计的天数"),
        (("extend", "--maturity", "2020-01-01", "--on", "2001-01-01"), "没有可用的规定"),
        (
            ("subsidy", "--principal", "1", "--rate", "4", "--start", "2020-01-01", "--end", "2020-02-01", "--calendar", "32:1"),
            "贴息结算期",
        ),
        (
            ("subsidy", "--principal", "1", "--rate", "4", "--start", "2020-01-01", "--end", "2020-02-01", "--repay", "2020-01-05"),
            "写法不对",
        ),
    ],
)
def test_bad_input_ends_with_words_and_code_2(words, said):
    done = CliRunner().invoke(credit, list(words))
    assert (done.exit_code, said in done.output) == (2, True)


def test_nothing_of_django_is_loaded():
    code = "import shouwang.cli.credit, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own interpreter
