"""Rules as data: YAML or form rows → a validated tree of conditions. What a rule may say is in OPERATORS; nothing else is ever evaluated.

A comparison reads ``field × per  op  (value | param | other) × times × by`` in whole numbers (money in 分). A ratio is written with `times` and `per`,
or as a parameter in % (`percent`: times the parameter, per 100): no threshold is divided, none is a float. A comparison with an unknown value (null) is
false, whatever the operator; only `missing` and `known` ask whether there is a value. There is no negation of a group: each operator has its opposite,
so that "no data" can never turn into a hit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from shouwang.engine.errors import Problem, SweepRefused, refuse
from shouwang.engine.reading import parsed, whole

ORDER = ("lt", "le", "gt", "ge")
EQUAL = ("eq", "ne")
AMONG = ("in", "not_in")
AGE = ("older", "within")  # of a day: at least n days ago / at most n days ago
PRESENCE = ("missing", "known")
OPERATORS = {
    "lt": "小于",
    "le": "不超过",
    "gt": "超过",
    "ge": "达到",
    "eq": "等于",
    "ne": "不等于",
    "in": "属于",
    "not_in": "不属于",
    "older": "已满",
    "within": "在近",
    "missing": "无数据",
    "known": "有数据",
}
KINDS = {"risk": "风险线索", "verify": "待核实信号", "quality": "数据核查"}
VALUES = 6  # columns v1..v6 of a lead: the values of the rule's fields in the order in which they are named
KEYS = {
    "id",
    "version",
    "name",
    "kind",
    "risk",
    "valid_from",
    "valid_to",
    "region",
    "when",
    "material",
    "clock",
    "measures",
    "source",
    "unverified",
    "note",
}
CONDITION_KEYS = {"field", "op", "value", "param", "other", "times", "per", "percent", "by"}

Value = int | bool | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. Exactly one of `value`, `param` (a name in sweep_parameters.yaml) and `other` (a field) stands on the right."""

    field: str
    op: str
    value: Value = None
    param: str = ""
    other: str = ""
    times: int = 1
    per: int = 1
    percent: str = ""
    by: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads, the left one first."""
        return tuple(f for f in (self.field, self.other, self.by) if f)

    def as_data(self) -> dict[str, Any]:
        """The row as YAML and the rule desk's form write it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        right = {"value": value, "param": self.param, "other": self.other, "percent": self.percent, "by": self.by}
        given = {k: v for k, v in right.items() if v is not None and v != ""}
        ratio = {k: v for k, v in (("times", self.times), ("per", self.per)) if v != 1}
        return {"field": self.field, "op": self.op, **given, **ratio}


@dataclass(frozen=True, slots=True)
class Group:
    """All of its items (`any=False`) or at least one (`any=True`)."""

    any: bool
    items: tuple[Condition | Group, ...]

    def conditions(self) -> Iterator[Condition]:
        """Every comparison in reading order."""
        for item in self.items:
            if isinstance(item, Condition):
                yield item
            else:
                yield from item.conditions()

    def as_data(self) -> dict[str, Any]:
        """As YAML writes it."""
        return {"any" if self.any else "all": [item.as_data() for item in self.items]}


@dataclass(frozen=True, slots=True)
class Change:
    """What makes a decided lead worth a second look: `field` rises, falls or changes by at least `percent` % and `amount` (分, or the field's unit)."""

    field: str
    way: str  # rises | falls | changes
    percent: int = 0
    amount: int = 0

    def as_data(self) -> dict[str, Any]:
        """As YAML writes it."""
        return {"field": self.field, "way": self.way, "percent": self.percent, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a rule. In force from `valid_from` until `valid_to` (half-open), in counties whose code starts with `region`."""

    id: str
    version: int
    name: str
    kind: str
    risk: str
    valid_from: dt.date
    valid_to: dt.date | None
    region: str
    when: Group
    material: tuple[Change, ...]
    clock: str
    measures: tuple[str, ...]
    source: str
    unverified: bool
    note: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it reads, each once, in the order of v1..v6."""
        return tuple(dict.fromkeys(f for c in self.when.conditions() for f in c.fields))

    def in_force(self, on: dt.date, county: int) -> bool:
        """Whether it is in force on the day in the county."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to) and str(county).startswith(self.region)

    def as_data(self) -> dict[str, Any]:
        """As YAML writes it; `Rule.read` gives the same rule back."""
        return {
            "id": self.id,
            "version": self.version,
            "name": self.name,
            "kind": self.kind,
            "risk": self.risk,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "region": self.region,
            "when": self.when.as_data(),
            "material": [m.as_data() for m in self.material],
            "clock": self.clock,
            "measures": list(self.measures),
            "source": self.source,
            "unverified": self.unverified,
            "note": self.note,
        }

    @property
    def digest(self) -> str:
        """SHA-256 over everything it says."""
        return digest(self.as_data())

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Rule:
        """A rule from YAML or the rule desk. Raises SweepRefused naming rule, field, value and remedy for anything it may not say."""
        name = str(raw.get("id", ""))
        _known_keys(name, raw, KEYS, "规则")
        for needed in ("id", "version", "name", "kind", "valid_from", "when", "source"):
            if raw.get(needed) in (None, "", {}):
                raise refuse(f"缺少 {needed}", "补上这一项", rule=name, field=needed)
        _check_types(name, raw)
        if raw["kind"] not in KINDS:
            raise refuse("类别不认识", f"改为 {'、'.join(KINDS)} 之一", rule=name, field="kind", value=str(raw["kind"]))
        for key in ("valid_from", "valid_to"):
            if raw.get(key) is not None and not isinstance(raw[key], dt.date):
                raise refuse("不是日期", "写成 2020-03-20 的样子", rule=name, field=key, value=str(raw[key]))
        when = _node(name, raw["when"])
        return cls(
            id=name,
            version=int(raw["version"]),
            name=str(raw["name"]),
            kind=str(raw["kind"]),
            risk=str(raw.get("risk") or ""),
            valid_from=raw["valid_from"],
            valid_to=raw.get("valid_to"),
            region=str(raw.get("region") or ""),
            when=when if isinstance(when, Group) else Group(False, (when,)),
            material=tuple(_change(name, m) for m in raw.get("material") or ()),
            clock=str(raw.get("clock") or ""),
            measures=tuple(raw.get("measures") or ()),
            source=str(raw["source"]),
            unverified=bool(raw.get("unverified", False)),
            note=str(raw.get("note") or ""),
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of one run, in a fixed order (their ids and versions)."""

    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, folder: Path | None = None) -> RuleSet:
        """All `*.yaml` of the folder, the published rulebook's by default. Raises SweepRefused with every fault of every file."""
        found = _published() if folder is None else sorted(folder.glob("*.yaml"))
        kept = [p for p in found if p.name not in ("features.yaml", "sweep_parameters.yaml")]
        if not kept:
            raise refuse("规则目录中没有 .yaml 文件", "检查 --rules 指的目录", value=str(folder))
        return cls.of(row for file in kept for row in _rows(file))

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any] | Rule]) -> RuleSet:
        """Rules from data; a rule's id with its version may stand once."""
        rules: list[Rule] = []
        problems: list[Problem] = []
        for row in rows:
            try:
                rules.append(row if isinstance(row, Rule) else Rule.read(row))
            except SweepRefused as no:
                problems += no.problems
        seen: set[tuple[str, int]] = set()
        for rule in rules:
            if (rule.id, rule.version) in seen:
                problems.append(Problem(rule.id, "version", str(rule.version), "同一规则的同一版本出现两次", "改版本号，或删去其中一条"))
            seen.add((rule.id, rule.version))
        if problems:
            raise SweepRefused(problems)
        return cls(tuple(sorted(rules, key=lambda r: (r.id, r.version))))

    def in_force(self, on: dt.date, county: int) -> RuleSet:
        """The youngest version in force of each rule on the day in the county."""
        best: dict[str, Rule] = {}
        for rule in self.rules:
            if rule.in_force(on, county):
                best[rule.id] = rule
        return RuleSet(tuple(best.values()))

    def without(self, ids: Iterable[str]) -> RuleSet:
        """The same less the rules named."""
        gone = set(ids)
        return RuleSet(tuple(r for r in self.rules if r.id not in gone))

    def rule(self, name: str, version: int | None = None) -> Rule:
        """The rule, its youngest version where none is named. Raises SweepRefused where there is none."""
        found = [r for r in self.rules if r.id == name and version in (None, r.version)]
        if not found:
            raise refuse("没有这条规则", "检查规则编号和版本", rule=name)
        return found[-1]

    @property
    def digest(self) -> str:
        """SHA-256 over all rules."""
        return digest([r.as_data() for r in self.rules])


def digest(data: Any) -> str:
    """SHA-256 of the data as canonical JSON."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _published() -> list[Any]:
    folder = files("shouwang.rulebook").joinpath("rules")
    return sorted((p for p in folder.iterdir() if p.name.endswith(".yaml")), key=lambda p: p.name)


def _rows(file: Any) -> list[Mapping[str, Any]]:
    rows = parsed(file)
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise refuse("规则文件须是一列规则", "每条规则以“- id:”起头", field=file.name)
    return rows


def _check_types(rule: str, raw: Mapping[str, Any]) -> None:
    """Refuse a value of another kind than its place asks for."""
    for key in ("id", "name", "kind", "risk", "region", "clock", "source", "note"):
        if isinstance(raw.get(key), list | dict | bool):
            raise refuse("须是文字", "写成一行文字", rule=rule, field=key, value=str(raw[key])[:60])
    if not whole(raw["version"], least=1, most=10**6):
        raise refuse("版本须是正整数", "写成 version: 1", rule=rule, field="version", value=str(raw["version"])[:60])
    for key, what in (("material", "实质变化"), ("measures", "建议措施")):
        if not isinstance(raw.get(key) or [], list | tuple):
            raise refuse(f"{what}须是一列", "写成 [ … ]，没有就删去这一项", rule=rule, field=key, value=str(raw[key])[:60])


def _known_keys(rule: str, raw: Mapping[str, Any], known: set[str], what: str) -> None:
    if extra := sorted(str(k) for k in raw if k not in known):
        raise refuse(f"{what}中有不认识的项", f"可用的项：{'、'.join(sorted(known))}", rule=rule, field="、".join(extra))


def _node(rule: str, raw: Any) -> Condition | Group:
    if not isinstance(raw, dict):
        raise refuse(
            "条件须是一组键值", "写成 {field: …, op: …, value: …} 或 {all: […]}、{any: […]}", rule=rule, field="when", value=str(raw)[:60]
        )
    for word in ("all", "any"):
        if word in raw:
            _known_keys(rule, raw, {word}, "条件组")
            if not isinstance(raw[word], list) or not raw[word]:
                raise refuse("条件组是空的", "组里至少放一个条件", rule=rule, field=word)
            return Group(word == "any", tuple(_node(rule, item) for item in raw[word]))
    return _condition(rule, raw)


def _condition(rule: str, raw: Mapping[str, Any]) -> Condition:
    _known_keys(rule, raw, CONDITION_KEYS, "条件")
    name, op = str(raw.get("field", "")), str(raw.get("op", ""))
    if op not in OPERATORS:
        raise refuse("运算符不认识", f"可用的运算符：{'、'.join(OPERATORS)}", rule=rule, field=name, value=op)
    value = raw.get("value")
    if isinstance(value, list):
        value = tuple(str(v) for v in value)
    if isinstance(value, float):
        raise refuse(
            "阈值不能是小数",
            "金额写成整数分，比例写成 times 和 per（如 times: 3, per: 2 即 1.5 倍）",
            rule=rule,
            field=name,
            value=str(value),
        )
    right = [k for k in ("value", "param", "other") if raw.get(k) not in (None, "")]
    if len(right) != (0 if op in PRESENCE else 1):
        wanted = "不带阈值" if op in PRESENCE else "须在 value、param、other 中恰好给出一个"
        raise refuse(f"运算符 {op} {wanted}", "改正这一条件", rule=rule, field=name, value="、".join(right))
    for key in ("times", "per"):
        if not whole(raw.get(key, 1), least=1, most=10**6):
            raise refuse(
                f"{key} 须是正整数，不超过一百万", "比例写成两个整数，如 times: 3, per: 2", rule=rule, field=name, value=str(raw[key])
            )
    if raw.get("percent") and (raw.get("times", 1), raw.get("per", 1)) != (1, 1):
        raise refuse("percent 与 times、per 不能同用", "留下其中一种写法", rule=rule, field=name)
    words = {key: str(raw.get(key) or "") for key in ("param", "other", "percent", "by")}
    return Condition(name, op, value, times=raw.get("times", 1), per=raw.get("per", 1), **words)


def _change(rule: str, raw: Mapping[str, Any]) -> Change:
    if not isinstance(raw, dict):
        raise refuse("实质变化须是一组键值", "写成 {field: …, way: rises, percent: 30}", rule=rule, field="material", value=str(raw)[:60])
    _known_keys(rule, raw, {"field", "way", "percent", "amount"}, "实质变化")
    if raw.get("way") not in ("rises", "falls", "changes"):
        raise refuse(
            "实质变化的方向不认识", "改为 rises、falls 或 changes", rule=rule, field=str(raw.get("field", "")), value=str(raw.get("way"))
        )
    for key in ("percent", "amount"):
        if not whole(raw.get(key, 0)):
            raise refuse(f"{key} 须是整数，不小于 0", "百分数和金额（分）写成整数", rule=rule, field="material", value=str(raw[key])[:60])
    return Change(str(raw.get("field", "")), str(raw["way"]), int(raw.get("percent", 0)), int(raw.get("amount", 0)))
