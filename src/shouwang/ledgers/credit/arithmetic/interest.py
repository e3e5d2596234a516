"""Interest by actual days: what accrues is summed up exactly and rounded once, so that the parts of a period are the whole of it.

The sum of balance × rate × days (计息积数) is a whole number. Interest until a day is that sum divided and rounded half up; interest of a
period is the difference of two such. However a period is cut, the parts add up to the same 分.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shouwang.kernel.errors import Refused
from shouwang.ledgers.credit.arithmetic.days import Period, between, in_order
from shouwang.ledgers.credit.arithmetic.money import MILLION, half_up, percent, yuan

BASES = {360: "年利率÷360×实际天数", 365: "年利率÷365×实际天数（按年利率）"}


@dataclass(frozen=True, slots=True)
class Segment:
    """Days over which `balance` (分) and `rate` (millionths a year) do not change; `why` is for the derivation."""

    period: Period
    balance: int
    rate: int
    why: str = ""

    @property
    def product(self) -> int:
        """balance × rate × days: exact, 分 × millionths × days."""
        return self.balance * self.rate * self.period.days

    def within(self, period: Period) -> Segment:
        """The part of it in a period."""
        return Segment(self.period.meet(period), self.balance, self.rate, self.why)


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure in 分 with the days it stands on and the lines that derive it."""

    fen: int
    days: int
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loan:
    """What interest needs to know: the principal lent on `start`, due on `maturity`; what was repaid, when; how the rate changed.

    `repaid` and `rates` are (day, 分) and (day, millionths): from that day on the balance is smaller, the rate another.
    """

    principal: int
    rate: int
    start: dt.date
    maturity: dt.date
    basis: int = 360
    repaid: tuple[tuple[dt.date, int], ...] = ()
    rates: tuple[tuple[dt.date, int], ...] = field(default=())

    def __post_init__(self) -> None:
        check_basis(self.basis)
        in_order(self.start, self.maturity, field="maturity", names=("放款（起息）日期", "到期日期"))
        if self.principal <= 0:
            raise Refused(f"本金 {yuan(self.principal)} 元须大于零。请核对。", field="principal")
        for day, fen in self.repaid:
            if day < self.start:
                raise Refused(f"还款日期 {day} 早于放款日期 {self.start}。请核对：放款之前不会有还款。", field="repaid")
            if fen <= 0:
                raise Refused(f"{day} 的还款金额 {yuan(fen)} 元须大于零。请核对。", field="repaid")
        if (paid := sum(fen for _day, fen in self.repaid)) > self.principal:
            raise Refused(f"还款合计 {yuan(paid)} 元，超过贷款本金 {yuan(self.principal)} 元。请核对还款记录。", field="repaid")

    def balance_on(self, day: dt.date) -> int:
        """The principal owed during the day, 分: what is repaid on a day bears no interest that day."""
        return self.principal - sum(fen for paid, fen in self.repaid if paid <= day) if day >= self.start else 0

    def rate_on(self, day: dt.date) -> int:
        """The rate during the day."""
        return max(((d, r) for d, r in self.rates if d <= day), default=(self.start, self.rate))[1]

    def segments(self, period: Period, cuts: Iterable[dt.date] = ()) -> list[Segment]:
        """The period from release on, cut wherever balance or rate changes and at `cuts`."""
        start = max(self.start, period.start)
        if period.end <= start:
            return []
        marks = {d for d, _ in (*self.repaid, *self.rates)} | set(cuts)
        days = [start, *(d for d in marks if start < d < period.end), period.end]
        return [Segment(p, self.balance_on(p.start), self.rate_on(p.start)) for p in between(days)]


def check_basis(basis: int | str) -> int:
    """360 or 365; raises Refused for another."""
    if not isinstance(basis, int) or basis not in BASES:
        raise Refused(f"计息基数“{basis}”无效。只能是 360（日利率＝年利率÷360）或 365（按年利率）。", field="basis")
    return basis


def settle(product: int, basis: int) -> int:
    """A sum of products as 分."""
    return half_up(product, MILLION * basis)


def share(before: int, product: int, basis: int) -> int:
    """What a period adds, 分, when `before` has accrued earlier."""
    return settle(before + product, basis) - settle(before, basis)


def derived(segments: Sequence[Segment], basis: int) -> list[str]:
    """One line a segment: 2019-12-21 ～ 2020-03-20，50,000.00元×4.35%×91天÷360＝549.79元."""
    out = []
    for s in segments:
        if not s.balance:
            out.append(f"{s.period}，{s.period.days}天：{s.why or '已还清'}")
            continue
        said = f"（{s.why}）" if s.why else ""
        exact = f"{yuan(s.balance)}元×{percent(s.rate)}×{s.period.days}天÷{basis}"
        out.append(f"{s.period}，{exact}＝{exactly(s.product, basis)}元{said}")
    return out


def exactly(product: int, basis: int) -> str:
    """A sum of products as unrounded 元 to six places, cut and not rounded: enough to see where the 分 fell."""
    micro, rest = divmod(product * 10_000, MILLION * basis)
    text = f"{micro // 1_000_000:,}.{micro % 1_000_000:06d}"
    return text + "…" if rest else text.rstrip("0").ljust(text.index(".") + 3, "0")


def interest(loan: Loan, period: Period) -> Amount:
    """Interest of the loan in a period of any length, 分, with its derivation."""
    before = sum(s.product for s in loan.segments(Period(loan.start, period.start)))
    parts = loan.segments(period)
    product = sum(s.product for s in parts)
    fen = share(before, product, loan.basis)
    lines = [*derived(parts, loan.basis), _total(fen, before, product, loan.basis)]
    return Amount(fen, sum(s.period.days for s in parts), tuple(lines))


def _total(fen: int, before: int, product: int, basis: int) -> str:
    """How the unrounded parts became the figure; says so where earlier rounding is made good."""
    if not before:
        return f"利息合计 {exactly(product, basis)} 元，四舍五入到分＝{yuan(fen)} 元"
    total, earlier = settle(before + product, basis), settle(before, basis)
    return f"利息：累计 {exactly(before + product, basis)} 元取整 {yuan(total)} 元，减以前各期累计 {yuan(earlier)} 元＝{yuan(fen)} 元"
