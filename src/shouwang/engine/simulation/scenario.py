"""What a scenario says: which income falls, by how much, for how long, where and for whom, and what is given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTS: Final = ("out_wage", "local_wage", "business", "transfer", "property")
SOURCES: Final = ("wage", *PARTS)  # wage = both kinds
FULL: Final = 1200  # percent × months of a year: a part of the income that is lost entirely
LINES: Final = ("poverty", "monitoring")
STAGES: Final = ("before", "shock", "measures")


class ScenarioError(ValueError):
    """A scenario or a snapshot that cannot be computed; the message names the field, the value and the remedy."""


@dataclass(frozen=True, slots=True)
class Shock:
    """`source` falls by `percent` (a rise is negative) for `months` of the year; with `product`, only of households that make it."""

    source: str
    percent: int
    months: int
    product: str = ""

    def __post_init__(self) -> None:
        """Raises ScenarioError."""
        if self.source not in SOURCES:
            raise ScenarioError(f"收入来源“{self.source}”不存在。可用：{'、'.join(SOURCES)}。")
        if not -100 <= self.percent <= 100:
            raise ScenarioError(f"降幅 {self.percent}% 不在 -100% 至 100% 之间。")
        if not 0 <= self.months <= 12:
            raise ScenarioError(f"持续 {self.months} 个月不在 0 至 12 之间：收入按 12 个月计算。")
        if self.product and self.source != "business":
            raise ScenarioError(f"产品“{self.product}”只与生产经营性收入有关，请把收入来源改为生产经营性收入。")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is given back to shocked households that the shock left under `line`.

    relief: `amount` 分 a person, once. post: `amount` 分 a month for `months`, one a household with able labour. refund: `amount` percent of the loss.
    """

    kind: str
    amount: int
    months: int = 0
    line: str = "monitoring"

    def __post_init__(self) -> None:
        """Raises ScenarioError."""
        if self.kind not in ("relief", "post", "refund"):
            raise ScenarioError(f"措施“{self.kind}”不存在。可用：relief、post、refund。")
        if self.line not in LINES:
            raise ScenarioError(f"收入线“{self.line}”不存在。可用：{'、'.join(LINES)}。")
        if self.amount < 0 or (self.kind == "refund" and self.amount > 100):
            raise ScenarioError(f"措施数额 {self.amount} 无效：金额不小于 0，补偿比例为 0 至 100。")
        if not 0 <= self.months <= 12:
            raise ScenarioError(f"岗位 {self.months} 个月不在 0 至 12 之间。")


@dataclass(frozen=True, slots=True)
class Scenario:
    """Shocks and measures, over `region` (a code of county, town or village; "" = everywhere) and households of the scope.

    `monitored`: only them (True), only others (False), all (None). `risk_mask`: at least one of these bits; 0 = any household.
    """

    name: str
    shocks: tuple[Shock, ...]
    measures: tuple[Measure, ...] = ()
    region: str = ""
    monitored: bool | None = None
    risk_mask: int = 0

    def __post_init__(self) -> None:
        """Raises ScenarioError."""
        for part in PARTS:
            taken = weight(self, part)
            if taken > FULL:
                raise ScenarioError(f"“{self.name}”对同一项收入的几次冲击合计超过其全年收入（{taken * 100 // FULL}%）。请减小降幅或月数。")
        if self.region and (not self.region.isdigit() or len(self.region) not in (6, 9, 12)):
            raise ScenarioError(f"区划“{self.region}”不是 6、9 或 12 位代码。")


def weight(scenario: Scenario, part: str, *, product: bool | None = None) -> int:
    """Percent × months that a part of the income loses; with `product` only of shocks tied to one (True) or to none (False)."""
    hit = (s for s in scenario.shocks if s.source == part or (s.source == "wage" and part.endswith("_wage")))
    return sum(s.percent * s.months for s in hit if product is None or bool(s.product) == product)
