"""A lower office may add, not relax: published rules are locked, and a threshold may only move to where it finds more households."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.engine.params import Params
from shouwang.engine.rules import RuleSet
from shouwang.kernel.errors import Refused

# Which way a threshold finds more: upward where a household is found below it, downward where it is found above it.
UP, DOWN = ("lt", "le", "within"), ("gt", "ge", "older")


def directions(param: str, rules: RuleSet) -> set[int]:
    """{1}: a higher value finds more; {-1}: a lower one; both or none: it cannot be said, and the threshold is locked."""
    found = set()
    for rule in rules.rules:
        for c in rule.when.conditions():
            if param in (c.param, c.percent):
                found.add(1 if c.op in UP else -1 if c.op in DOWN else 0)
    return found


def check_threshold(param: str, value: int, *, on: dt.date, counties: Iterable[str], rules: RuleSet, params: Params) -> None:
    """Raises Refused where the change would relax what is in force in one of the counties, or leave open whether it does."""
    if value <= 0:
        raise Refused(f"阈值不能是 {value}：阈值为 0 或负数的规则要么全部命中要么永不命中。请填写大于 0 的整数。", field="value")
    ways = directions(param, rules)
    if len(ways) != 1 or ways == {0}:
        why = "没有规则用到它" if not ways else "有的规则用它作下限、有的作上限，改动会在某处放宽"
        raise Refused(f"参数“{param}”由省级锁定，不能在本地调整：{why}。如需调整，请向上级提出。", field="param")
    way = ways.pop()
    for county in counties:
        now = params.find(param, on, county)
        if now is None:
            raise Refused(f"参数“{param}”在 {county} 于 {on} 没有生效的值，不能调整。请先在规则库补上。", field="param")
        if (value - now.value) * way <= 0:
            said = "高于" if way > 0 else "低于"
            shown, unit = (f"{now.value / 100:,.2f}", "元") if now.unit == "分" else (f"{now.value:,}", now.unit)
            raise Refused(
                f"“{now.label}”现行 {shown} {unit}，省级规定只能加严不能放宽：新值须{said}现行值。请改大改严后再提交。", field="value"
            )
