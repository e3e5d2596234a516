"""`shouwang credit interest|subsidy|extend`: the arithmetic of the microcredit by hand, without a database."""

from __future__ import annotations

import datetime as dt
import json
import sys
from decimal import Decimal
from typing import Any

import click

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.arithmetic import days, interest, money, subsidy, terms

BAD_INPUT = 2
CALENDARS = {
    "quarter": days.Calendar(20, (3, 6, 9, 12)),
    "year": days.Calendar(20, (12,)),
    "oct-sep": days.Calendar(30, (9,)),
}


class _Day(click.ParamType):  # type: ignore[type-arg]  # click makes it generic for type checkers only
    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            return dt.date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"“{value}”不是有效日期，请写成 2020-02-14 的形式。", param, ctx)


class _Credit(click.Group):
    """Turns a refusal into one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refused as no:
            click.echo(no.message, err=True)
            sys.exit(BAD_INPUT)


DAY = _Day()
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
principal = click.option("--principal", required=True, metavar="元", help="本金，元。")
rate = click.option("--rate", required=True, metavar="%", help="年利率，4.35 表示 4.35%。")
basis = click.option("--basis", type=int, default=360, show_default=True, help="360：年利率÷360×实际天数；365：按年利率。")


@click.group(cls=_Credit)
def credit() -> None:
    """小额信贷：计息、贴息、延长还款期限，逐行列出算式。"""


def _shown(fen: int) -> float:
    return float(Decimal(fen) / 100)


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for key, value in result.items():
        for line in value if isinstance(value, list) else [f"{key}：{value}"]:
            click.echo(line if isinstance(line, str) else "  ".join(f"{k}={v}" for k, v in line.items() if k != "lines"))


@credit.command("interest")
@principal
@rate
@click.option("--start", type=DAY, required=True, help="起息日（含）。")
@click.option("--end", type=DAY, required=True, help="止息日（不含）。")
@basis
@click.option("--repay", multiple=True, metavar="日期:元", help="期间还本，可多次。")
@as_json
def interest_command(principal: str, rate: str, start: dt.date, end: dt.date, basis: int, repay: tuple[str, ...], as_json: bool) -> None:
    """一笔本金在一段日期内的利息。"""
    loan = _loan(principal, rate, start, end, basis, repay)
    found = interest.interest(loan, days.Period(start, end))
    result = {"interest": _shown(found.fen), "days": found.days, "basis": basis, "principal": _shown(loan.principal)}
    _print({**result, "rate": float(Decimal(loan.rate) / 10_000), "formula": interest.BASES[basis], "lines": list(found.lines)}, as_json)


@credit.command("subsidy")
@principal
@rate
@click.option("--start", type=DAY, required=True, help="放款日（含）。")
@click.option("--end", type=DAY, required=True, help="算到哪天（不含）。")
@click.option("--maturity", type=DAY, help="到期日；不填与 --end 相同。到期后不贴息。")
@basis
@click.option("--calendar", default="quarter", show_default=True, metavar="quarter|year|oct-sep|DD:MM,MM", help="贴息结算期。")
@click.option("--ceiling", default="50000", show_default=True, metavar="元", help="贴息本金上限。")
@click.option("--rate-cap", default="", metavar="%", help="贴息利率上限；不填按合同利率。")
@click.option("--repay", multiple=True, metavar="日期:元", help="还本（含提前还款），可多次。")
@click.option("--overdue", multiple=True, metavar="起:止", help="逾期期间（止不含），可多次。")
@click.option("--not-entitled", is_flag=True, help="放款时不符合贴息条件。")
@as_json
def subsidy_command(
    principal: str, rate: str, start: dt.date, end: dt.date, maturity: dt.date | None, basis: int, calendar: str, ceiling: str,
    rate_cap: str, repay: tuple[str, ...], overdue: tuple[str, ...], not_entitled: bool, as_json: bool,
) -> None:  # fmt: skip
    """一笔贷款各结算期的贴息，以及不贴息的部分和原因。"""
    loan = _loan(principal, rate, start, maturity or end, basis, repay)
    days.in_order(start, end)
    late = tuple(days.in_order(*(_day(d, "overdue") for d in _pair(p, "overdue")), field="overdue") for p in overdue)
    cap = money.ppm_of(rate_cap, field="rate_cap") if rate_cap else None
    what = subsidy.Terms(money.fen_of(ceiling, field="ceiling"), cap, not not_entitled, late)
    settled = subsidy.settlements(loan, what, _calendar(calendar), until=end)
    result: dict[str, Any] = {
        "subsidy": _shown(sum(s.subsidy for s in settled)),
        "interest": _shown(sum(s.interest for s in settled)),
        "own": _shown(sum(s.own for s in settled)),
        "days": sum(s.days for s in settled),
        "basis": basis,
        "periods": [_settled(s) for s in settled],
    }
    _print({**result, "lines": [line for s in settled for line in s.lines]}, as_json)


def _settled(s: subsidy.Settlement) -> dict[str, Any]:
    return {
        "start": str(s.period.start), "end": str(s.period.end), "days": s.days, "interest": _shown(s.interest),
        "subsidy": _shown(s.subsidy), "own": _shown(s.own), "lines": list(s.lines),
    }  # fmt: skip


@credit.command("extend")
@click.option("--maturity", type=DAY, required=True, help="到期日（续贷、展期的按续贷、展期后的到期日）。")
@click.option("--on", type=DAY, required=True, help="办理日期，按当日有效的规定判断。")
@as_json
def extend_command(maturity: dt.date, on: dt.date, as_json: bool) -> None:
    """一笔贷款在某日能否延长还款期限、最迟延到哪天、依据哪个文件。"""
    try:
        found = terms.deferral(maturity, on)
    except LookupError:
        raise Refused(f"{on} 早于扶贫小额信贷政策（2014-12-10 起），没有可用的规定。请核对日期。", field="on") from None
    latest = found.latest.isoformat() if found.latest else None
    _print({"eligible": found.eligible, "latest_maturity": latest, "rule": found.rule, "why": found.why}, as_json)


def _loan(principal: str, rate: str, start: dt.date, maturity: dt.date, basis: int, repay: tuple[str, ...]) -> interest.Loan:
    parts = [_pair(p, "repay") for p in repay]
    repaid = tuple(sorted((_day(d, "repay"), money.fen_of(y, field="repay", name="还款金额")) for d, y in parts))
    return interest.Loan(money.fen_of(principal, name="本金"), money.ppm_of(rate), start, maturity, basis, repaid)


def _pair(said: str, field: str) -> tuple[str, str]:
    left, mark, right = said.partition(":")
    if not mark:
        raise Refused(f"--{field} “{said}”写法不对。请写成“2020-06-01:10000”（还款）或“2020-06-01:2020-06-11”（逾期起止）。", field=field)
    return left, right


def _day(said: str, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said.strip())
    except ValueError:
        raise Refused(f"--{field} 中的“{said}”不是有效日期，请写成 2020-02-14 的形式。", field=field) from None


def _calendar(said: str) -> days.Calendar:
    if said in CALENDARS:
        return CALENDARS[said]
    day, _, months = said.partition(":")
    try:
        return days.Calendar(_in(day, 31), tuple(sorted(_in(m, 12) for m in months.split(","))))
    except ValueError:
        raise Refused(
            f"贴息结算期“{said}”无效。可用 quarter（季末月20日）、year（12月20日）、oct-sep（9月30日），或自定末日如 25:6,12。",
            field="calendar",
        ) from None


def _in(said: str, most: int) -> int:
    number = int(said)
    if not 1 <= number <= most:
        raise ValueError(said)
    return number
