"""`shouwang credit interest|subsidy|extend|rate`: the arithmetic of the microcredit by hand, without a database."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

import click

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.arithmetic import days, interest, money, rates, subsidy, terms

T = TypeVar("T")
BAD_INPUT = 2
WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = (1990, 2099)
CALENDARS = {
    "quarter": days.Calendar(20, (3, 6, 9, 12)),
    "year": days.Calendar(20, (12,)),
    "oct-sep": days.Calendar(30, (9,)),
}


class _Day(click.ParamType):  # type: ignore[type-arg]  # click makes it generic for type checkers only
    name = "日期"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        try:
            return _date(str(value))
        except ValueError as no:
            self.fail(str(no), param, ctx)


def _date(said: str) -> dt.date:
    """A day written 2020-02-14; raises ValueError in words."""
    text = said.strip()
    try:
        day = dt.date.fromisoformat(text) if WRITTEN.fullmatch(text) else None
    except ValueError:
        raise ValueError(f"“{said}”这一天不存在。请核对年月日。") from None
    if day is None:
        raise ValueError(f"“{said}”不是有效日期，请写成 2020-02-14 的形式。")
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"“{said}”的年份不在 {YEARS[0]} 至 {YEARS[1]} 之间，疑为误填。请核对日期。")
    return day


class _Credit(click.Group):
    """Turns a refusal or a wrong use into one line in Chinese and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refused as no:
            words = no.message
        except click.UsageError as no:
            words = _misused(no)
        click.echo(words, err=True)
        sys.exit(BAD_INPUT)


def _misused(no: click.UsageError) -> str:
    """What click has to say, in our words."""
    name = no.param.opts[0] if isinstance(no, click.BadParameter) and no.param else ""
    help_at = no.ctx.command_path if no.ctx else "shouwang credit"
    if isinstance(no, click.MissingParameter):
        words = f"缺少 {name}。请补上。"
    elif isinstance(no, click.BadParameter):
        return f"{name} {no.message}"
    elif isinstance(no, click.NoSuchOption):
        words = f"没有“{no.option_name}”这个选项。"
    elif isinstance(no, click.BadOptionUsage):
        words = f"{no.option_name} 后面没有填值。请补上。"
    elif no.ctx and isinstance(no.ctx.command, _Credit):
        words = f"没有这个命令。可用 {'、'.join(no.ctx.command.list_commands(no.ctx))}。"
    else:
        words = f"多了或写错了参数（{no.message}）。"
    return f"{words}用法见 {help_at} --help"


LABELS = {
    "interest": "利息", "days": "天数", "basis": "计息基数", "principal": "本金", "rate": "年利率", "formula": "公式", "subsidy": "贴息",
    "own": "自付", "eligible": "能否延长还款期限", "latest_maturity": "最迟到期日", "rule": "依据", "why": "说明", "name": "口径",
    "source": "依据", "unverified": "待核实",
}  # fmt: skip
DAY = _Day()
as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
principal = click.option("--principal", required=True, metavar="元", help="本金，元。")
rate = click.option("--rate", required=True, metavar="%", help="年利率，4.35（或 4.35%）表示 4.35%。")
basis = click.option("--basis", default="360", metavar="360|365", show_default=True, help="360：年利率÷360×实际天数；365：按年利率。")


@click.group(cls=_Credit)
def credit() -> None:
    """小额信贷：计息、贴息、延长还款期限、利率上限，逐行列出算式和依据。"""


def _shown(fen: int) -> float:
    return float(Decimal(fen) / 100)


def _print(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for key, value in result.items():
        if key == "lines":
            click.echo("算式：")
            click.echo("\n".join(f"  {line}" for line in value))
        elif key == "periods":
            click.echo("\n".join(_in_words(row) for row in value))
        else:
            click.echo(f"{LABELS[key]}：{_said(key, value)}")


def _in_words(row: dict[str, Any]) -> str:
    money = "，".join(f"{LABELS[k]} {_said(k, row[k])}" for k in ("interest", "subsidy", "own"))
    return f"{row['start']} 至 {row['end']}（不含）：{money}，贴息 {row['days']} 天"


def _said(key: str, value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if key == "rate":
        return f"{value:g}%"
    return f"{value:,.2f} 元" if isinstance(value, float) else "无" if value is None else str(value)


@credit.command("interest")
@principal
@rate
@click.option("--start", type=DAY, required=True, help="起息日（含）。")
@click.option("--end", type=DAY, required=True, help="止息日（不含）。")
@basis
@click.option("--repay", multiple=True, metavar="日期:元", help="期间还本，可多次。")
@as_json
def interest_command(principal: str, rate: str, start: dt.date, end: dt.date, basis: str, repay: tuple[str, ...], as_json: bool) -> None:
    """一笔本金在一段日期内的利息。"""
    days.in_order(start, end)
    loan = _loan(principal, rate, start, end, basis, repay)
    found = interest.interest(loan, days.Period(start, end))
    result = {"interest": _shown(found.fen), "days": found.days, "basis": loan.basis, "principal": _shown(loan.principal)}
    _print(
        {**result, "rate": float(Decimal(loan.rate) / 10_000), "formula": interest.BASES[loan.basis], "lines": list(found.lines)}, as_json
    )


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
    principal: str, rate: str, start: dt.date, end: dt.date, maturity: dt.date | None, basis: str, calendar: str, ceiling: str,
    rate_cap: str, repay: tuple[str, ...], overdue: tuple[str, ...], not_entitled: bool, as_json: bool,
) -> None:  # fmt: skip
    """一笔贷款各结算期的贴息，以及不贴息的部分和原因。"""
    days.in_order(start, end)
    loan = _loan(principal, rate, start, maturity or end, basis, repay)
    late = tuple(_late(p, start) for p in overdue)
    cap = money.ppm_of(rate_cap, field="rate_cap", name="贴息利率上限") if rate_cap else None
    what = subsidy.Terms(money.fen_of(ceiling, field="ceiling", name="贴息本金上限"), cap, not not_entitled, late)
    settled = subsidy.settlements(loan, what, _calendar(calendar), until=end)
    result: dict[str, Any] = {
        "subsidy": _shown(sum(s.subsidy for s in settled)),
        "interest": _shown(sum(s.interest for s in settled)),
        "own": _shown(sum(s.own for s in settled)),
        "days": sum(s.days for s in settled),
        "basis": loan.basis,
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
@click.option("--before", type=DAY, help="已延长过还款期限的：延长前的到期日，月数从该日起算。")
@click.option("--on", type=DAY, required=True, help="办理日期，按当日有效的规定判断。")
@as_json
def extend_command(maturity: dt.date, before: dt.date | None, on: dt.date, as_json: bool) -> None:
    """一笔贷款在某日能否延长还款期限、最迟延到哪天、依据哪个文件。"""
    if before and before > maturity:
        raise Refused(f"--before 延长前的到期日 {before} 晚于到期日 {maturity}。请核对两个日期。", field="before")
    found = _in_force(on, lambda: terms.deferral(maturity, on, before=before))
    latest = found.latest.isoformat() if found.latest else None
    _print({"eligible": found.eligible, "latest_maturity": latest, "rule": found.rule, "why": found.why}, as_json)


@credit.command("rate")
@click.option("--on", type=DAY, required=True, help="放款日期。")
@click.option("--months", required=True, metavar="月", help="期限，月。")
@as_json
def rate_command(on: dt.date, months: str, as_json: bool) -> None:
    """某日放款、某一期限的利率上限（也是贴息利率上限）：2021-03-04 前按基准利率，以后按 LPR。"""
    if not months.isascii() or not months.isdigit() or not 1 <= int(months[:5]) <= 36:
        raise Refused(f"期限“{months}”无效。请填写 1 至 36 之间的月数。", field="months")
    cap = _in_force(on, lambda: rates.rate_cap(on, int(months)))
    _print({"rate": float(Decimal(cap.ppm) / 10_000), "name": cap.name, "source": cap.source, "unverified": cap.unverified}, as_json)


def _in_force(on: dt.date, asked: Callable[[], T]) -> T:
    try:
        return asked()
    except LookupError:
        raise Refused(f"{on} 早于扶贫小额信贷政策（2014-12-10 起），没有可用的规定。请核对日期。", field="on") from None


def _loan(principal: str, rate: str, start: dt.date, maturity: dt.date, basis: str, repay: tuple[str, ...]) -> interest.Loan:
    parts = [_pair(p, "repay") for p in repay]
    repaid = tuple(sorted((_day(d, "repay"), money.fen_of(y, field="repay", name="还款金额")) for d, y in parts))
    whole = int(basis) if basis.isascii() and basis.isdigit() else basis
    return interest.Loan(money.fen_of(principal, name="本金"), money.ppm_of(rate), start, maturity, interest.check_basis(whole), repaid)


def _late(said: str, start: dt.date) -> days.Period:
    """A time overdue; raises Refused for one that begins before release."""
    begins, ends = (_day(d, "overdue") for d in _pair(said, "overdue"))
    if begins < start:
        raise Refused(f"逾期起 {begins} 早于放款日期 {start}。请核对：放款之前不会逾期。", field="overdue")
    return days.in_order(begins, ends, field="overdue", names=("逾期起", "逾期止"))


def _pair(said: str, field: str) -> tuple[str, str]:
    left, mark, right = said.partition(":")
    if not mark:
        raise Refused(f"--{field} “{said}”写法不对。请写成“2020-06-01:10000”（还款）或“2020-06-01:2020-06-11”（逾期起止）。", field=field)
    return left, right


def _day(said: str, field: str) -> dt.date:
    try:
        return _date(said)
    except ValueError as no:
        raise Refused(f"--{field} 中的{no}", field=field) from None


def _calendar(said: str) -> days.Calendar:
    if said in CALENDARS:
        return CALENDARS[said]
    day, _, months = said.partition(":")
    try:
        return days.Calendar(_in(day, 31), tuple(sorted({_in(m, 12) for m in months.split(",")})))
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
