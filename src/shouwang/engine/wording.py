"""Rules and values in plain Chinese: the rule desk, a lead's page and the manifest say the same words."""

from __future__ import annotations

import datetime as dt

from shouwang.engine.catalog import EPOCH, Feature, FeatureCatalog
from shouwang.engine.params import Params
from shouwang.engine.rules import AMONG, OPERATORS, PRESENCE, Condition, Group, Rule

TIMES = {(3, 2): "1.5 倍", (1, 2): "一半", (5, 2): "2.5 倍"}


def render(rule: Rule, params: Params, catalog: FeatureCatalog, *, on: dt.date, region: int | str) -> str:
    """The rule in words with the thresholds in force on the day at the place: `人均年收入小于监测范围（5,000 元）`. One line; groups in brackets.

    What the catalogue or the parameters do not know is shown under its own name: a draft can be read before it is correct.
    """
    return _node(rule.when, params, catalog, on, region, top=True)


def condition(c: Condition, params: Params, catalog: FeatureCatalog, *, on: dt.date, region: int | str) -> str:
    """One comparison in words."""
    f = catalog.features.get(c.field)
    name = f.name if f else c.field
    if c.op in PRESENCE:
        return f"{name}{OPERATORS[c.op]}"
    right = _right(c, f, params, catalog, on, region)
    if c.op == "older":
        return f"{name}{OPERATORS[c.op]}{' ' if right[:1].isdigit() else ''}{right}"
    if c.op == "within":
        return f"{name}{OPERATORS[c.op]}{right}内"
    if f is not None and f.kind == "flag":
        return f"{name}：{'是' if c.value == (c.op == 'eq') else '否'}"
    return f"{name}{OPERATORS[c.op]}{' ' if right[:1].isdigit() else ''}{right}"


def value(number: int | None, feature: Feature) -> str:
    """A feature's value as people read it; null is 无数据."""
    if number is None:
        return "无数据"
    if feature.kind == "money":
        return money(number)
    if feature.kind == "flag":
        return "是" if number else "否"
    if feature.kind == "code":
        return (feature.words or {}).get(feature.codes[number - 1], "") if 0 < number <= len(feature.codes) else "目录以外的代码"
    if feature.kind == "day":
        return str(EPOCH + dt.timedelta(number))
    if feature.unit == "1/100亩":
        return f"{number // 100}.{number % 100:02d} 亩"
    return f"{number:,} {feature.unit}".rstrip()


def money(fen: int) -> str:
    """分 as 元, exact: 500000 → `5,000 元`, 1050 → `10.50 元`."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // 100:,}{f'.{whole % 100:02d}' if whole % 100 else ''} 元"


def _node(node: Condition | Group, params: Params, catalog: FeatureCatalog, on: dt.date, region: int | str, *, top: bool = False) -> str:
    if isinstance(node, Condition):
        return condition(node, params, catalog, on=on, region=region)
    if len(node.items) == 1:
        return _node(node.items[0], params, catalog, on, region, top=top)
    parts = [_node(i, params, catalog, on, region) for i in node.items]
    text = ("，或者" if node.any else "，并且").join(parts)
    return text if top else f"（{text}）"


def _right(c: Condition, f: Feature | None, params: Params, catalog: FeatureCatalog, on: dt.date, region: int | str) -> str:
    if c.op in AMONG or (f is not None and f.kind == "code"):
        codes = c.value if isinstance(c.value, tuple) else (str(c.value),)
        return "、".join(((f.words or {}) if f else {}).get(code, code) for code in codes)
    if c.param:
        found = params.find(c.param, on, region)
        text = (
            f"{found.label}（{_amount(found.value, found.unit)}{'，待核实' if found.unverified else ''}）"
            if found
            else f"{c.param}（此地此日无值）"
        )
    elif c.other:
        text = catalog.features[c.other].name if c.other in catalog.features else c.other
    else:
        text = _amount(c.value if isinstance(c.value, int) else 0, "天" if f is not None and f.kind == "day" else f.unit if f else "")
    by = f"×{catalog.features[c.by].name if c.by in catalog.features else c.by}" if c.by else ""
    return f"{text}{by}{_times(c, params, on, region)}"


def _times(c: Condition, params: Params, on: dt.date, region: int | str) -> str:
    if c.percent:
        found = params.find(c.percent, on, region)
        return f"的 {found.value} %{'（待核实）' if found.unverified else ''}" if found else f"的 {c.percent}（此地此日无值）"
    if (c.times, c.per) == (1, 1):
        return ""
    if c.per == 1:
        return f"的 {c.times} 倍"
    if c.per == 100:
        return f"的 {c.times} %"
    return f"的{' ' if (c.times, c.per) != (1, 2) else ''}{TIMES.get((c.times, c.per), f'{c.per} 分之 {c.times}')}"


def _amount(number: int, unit: str) -> str:
    if unit == "分":
        return money(number)
    if unit == "1/100亩":
        return f"{number // 100} 亩" if number % 100 == 0 else f"{number // 100}.{number % 100:02d} 亩"
    return f"{number:,} {unit}".rstrip()
