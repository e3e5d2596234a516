"""Income of a household: the formula and the windows. Pure: no Django, integer 分.

人均纯收入 =（工资性 + 生产经营性 + 财产性 + 转移性 − 生产经营性支出）÷ 共同生活人数, as in the national registration form
(全国扶贫开发信息系统, 2014). Policy papers say 可支配收入, the form says 纯收入: a page prints the word of its document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PROPERTY_FIELDS = ("property_dividend", "property_other")
TRANSFER_FIELDS = (
    "transfer_family_planning",
    "transfer_dibao",
    "transfer_tekun",
    "transfer_pension",
    "transfer_ecological",
    "transfer_other",
)
INCOME_FIELDS = ("wage", "business", *PROPERTY_FIELDS, *TRANSFER_FIELDS)
EXPENSE_FIELDS = ("business_expense",)
SIDE_FIELDS = ("out_of_pocket", "claims_paid")
WINDOW_TYPES = ("oct_sep", "calendar", "rolling")


def net_income(amounts: Mapping[str, int]) -> int:
    """Net income of the household in 分; absent items count as nothing. Raises ValueError for a negative item."""
    for name in (*INCOME_FIELDS, *EXPENSE_FIELDS):
        if amounts.get(name, 0) < 0:
            raise ValueError(f"{name} is negative")
    return sum(amounts.get(n, 0) for n in INCOME_FIELDS) - sum(amounts.get(n, 0) for n in EXPENSE_FIELDS)


def per_capita(net: int, persons: int) -> Decimal:
    """Net income per head in yuan, rounded half up to the 分. For display only: thresholds use `below`."""
    if persons < 1:
        raise ValueError("persons must be at least 1")
    return (Decimal(net) / persons / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def below(net: int, persons: int, line: Decimal | int) -> bool:
    """Whether income per head is under `line` (yuan per head and year), without division: net < line × 100 × persons."""
    return net < Decimal(line) * 100 * persons


def after_medical(net: int, out_of_pocket: int, claims_paid: int) -> int:
    """The second test of 防返贫监测: net income less 合规自付支出 plus pay-outs, in 分."""
    return net - out_of_pocket + claims_paid


@dataclass(frozen=True, slots=True)
class Window:
    """Twelve months, half-open: `start` is the first day, `end` the day after the last."""

    kind: str
    start: dt.date
    end: dt.date

    @property
    def text(self) -> str:
        """`2018-10-01 ～ 2019-09-30`."""
        return f"{self.start} ～ {self.end - dt.timedelta(days=1)}"


def window_of(kind: str, checked_on: dt.date) -> Window:
    """The last whole window of `kind` before `checked_on`.

    oct_sep: 1 October – 30 September (年度动态管理, before 2021, 待核实); calendar: the year before;
    rolling: the 12 months ending the month before the check (a May 2023 check covers 2022-05 to 2023-04).
    Raises ValueError for an unknown kind.
    """
    if kind == "oct_sep":
        year = checked_on.year if checked_on >= dt.date(checked_on.year, 10, 1) else checked_on.year - 1
        return Window(kind, dt.date(year - 1, 10, 1), dt.date(year, 10, 1))
    if kind == "calendar":
        return Window(kind, dt.date(checked_on.year - 1, 1, 1), dt.date(checked_on.year, 1, 1))
    if kind == "rolling":
        end = checked_on.replace(day=1)
        return Window(kind, end.replace(year=end.year - 1), end)
    raise ValueError(f"unknown income window {kind}")


def window_is_whole(kind: str, start: dt.date) -> bool:
    """Whether a window of `kind` may begin on `start`."""
    return start.day == 1 and (kind == "rolling" or (kind == "oct_sep" and start.month == 10) or (kind == "calendar" and start.month == 1))
