"""Forms of the rule desk and the simulation. They clean; nothing is saved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict

from shouwang.engine.catalog import Feature
from shouwang.engine.rules import AMONG, OPERATORS, PRESENCE, Condition, Group, Rule
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.registry.codes import words
from shouwang.ledgers.registry.forms import day_field

ROWS, SPARE = 12, 2
GROUPS = (("1", "第一组"), ("2", "第二组"), ("3", "第三组"))
BETWEEN = (("all", "各组都要满足"), ("any", "满足任一组即可"))
WITHIN = (("all", "组内都要满足"), ("any", "组内满足任一条即可"))
AGAINST = (("value", "数值"), ("param", "参数（阈值）"), ("other", "另一字段"))
WAYS = {"rises": "升高", "falls": "降低", "changes": "变化"}
PERCENT = re.compile(r"(\d{1,5})\s*[%％]?")


class RuleForm(forms.Form):
    """What a rule says of itself, and how its groups are joined; its conditions stand in `ConditionForm`s below it."""

    name = forms.CharField(label="规则名称", max_length=60)
    risk = forms.ChoiceField(label="风险类型")
    valid_from = day_field("生效日期")
    source = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号，或会议和日期。")
    between = forms.ChoiceField(label="组与组之间", choices=BETWEEN, required=False, initial="all")
    within = forms.ChoiceField(label="每组之内", choices=WITHIN, required=False, initial="all")
    material_field = forms.ChoiceField(label="办结后再次提示，看哪一项", help_text="须是规则条件里用到的字段。")
    material_way = forms.ChoiceField(label="怎样变化", choices=tuple(WAYS.items()))
    material_percent = forms.IntegerField(label="变化幅度（%）", min_value=1, max_value=1000, initial=20)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["risk"].choices = list(words("risk", on=today).items())  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["material_field"].choices = features()  # type: ignore[attr-defined]  # the same


class ConditionForm(forms.Form):
    """One comparison: field, operator, and what it is held against. A row without a field is no row."""

    group = forms.ChoiceField(label="组", choices=GROUPS, required=False, initial="1")
    field = forms.ChoiceField(label="字段", required=False)
    op = forms.ChoiceField(label="运算符", choices=tuple(OPERATORS.items()), required=False)
    against = forms.ChoiceField(label="与什么比", choices=AGAINST, required=False)
    value = forms.CharField(label="数值", max_length=120, required=False)
    param = forms.ChoiceField(label="参数", required=False)
    other = forms.ChoiceField(label="另一字段", required=False)
    percent = forms.CharField(label="的百分之几", max_length=8, required=False)
    by = forms.BooleanField(label="乘以家庭人口", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False})
        for name in ("field", "other"):
            self.fields[name].choices = features()  # type: ignore[attr-defined]  # choice fields, declared above
        self.fields["param"].choices = [("", "--"), *((k, v[0].label) for k, v in book.published_params().by_name.items())]  # type: ignore[attr-defined]  # the same

    def clean(self) -> dict[str, Any]:
        """`read`: the condition as the engine writes it, or None for an empty row."""
        data = super().clean() or {}
        data["read"] = None
        feature = book.catalog().features.get(data.get("field", ""))
        if feature is None or self.errors:
            return data
        row: dict[str, Any] = {"field": feature.code, "op": data["op"]}
        if data["op"] not in PRESENCE:
            against = data.get("against") or "value"
            row[against] = self._value(feature, data) if against == "value" else data.get(against, "")
            if row[against] in ("", None, []) and not self.errors:
                self.add_error(against, f"请填写“{dict(AGAINST)[against]}”，或改选与什么比。")
            if (percent := self._percent(data)) != 100:
                row |= {"times": percent, "per": 100}
            if data.get("by"):
                row["by"] = "persons"
        data["read"] = None if self.errors else row
        return data

    def _percent(self, data: Mapping[str, Any]) -> int:
        said = (data.get("percent") or "").strip()
        found = PERCENT.fullmatch(said) if said else None
        if said and (found is None or int(found[1]) < 1):
            self.add_error("percent", f"“{said}”不是百分数。请填写整数，例如 150 表示 1.5 倍。")
        return int(found[1]) if found else 100

    def _value(self, feature: Feature, data: Mapping[str, Any]) -> Any:
        said = (data.get("value") or "").strip()
        if not said:
            return None
        if feature.kind == "code":
            names = {w: c for c, w in (feature.words or {}).items()}
            codes = [names.get(p, p) for p in re.split(r"[、,，\s]+", said) if p]
            if wrong := [c for c in codes if c not in feature.codes]:
                self.add_error("value", f"“{wrong[0]}”不是“{feature.name}”的取值。可填：{'、'.join((feature.words or {}).values())}。")
                return None
            return codes if data["op"] in AMONG else codes[0]
        if feature.kind == "flag":
            if said not in ("是", "否"):
                self.add_error("value", f"“{feature.name}”只能填“是”或“否”。")
                return None
            return said == "是"
        return self._number(feature, said)

    def _number(self, feature: Feature, said: str) -> int | None:
        try:
            number = Decimal(said.replace(",", "").replace("，", ""))
        except InvalidOperation:
            self.add_error("value", f"“{said}”不是数字。请填写数字{'（元）' if feature.kind == 'money' else ''}。")
            return None
        whole = number * 100 if feature.kind == "money" else number
        if not whole.is_finite() or whole != int(whole) or abs(whole) >= 10**15:
            self.add_error("value", f"“{said}”不能用：{'金额最多两位小数' if feature.kind == 'money' else '须是整数'}。")
            return None
        return int(whole)


class ThresholdForm(forms.Form):
    """A stricter value of a parameter at the own place."""

    param = forms.ChoiceField(label="参数")
    amount = forms.DecimalField(label="新值", max_digits=14, decimal_places=2, help_text="金额填元；其他按参数的单位填整数。")
    valid_from = day_field("生效日期")
    source = forms.CharField(label="依据", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = ((k, f"{v[0].label}（{'元' if v[0].unit == '分' else v[0].unit}）") for k, v in book.published_params().by_name.items())
        self.fields["param"].choices = list(listed)  # type: ignore[attr-defined]  # a choice field, declared above

    def clean(self) -> dict[str, Any]:
        """`value`: whole, money in 分."""
        data = super().clean() or {}
        known = book.published_params().by_name.get(data.get("param", ""))
        amount = data.get("amount")
        if known and amount is not None:
            whole = amount * 100 if known[0].unit == "分" else amount
            if whole != int(whole):
                self.add_error("amount", f"“{known[0].label}”须是整数（{known[0].unit}）。")
            data["value"] = int(whole)
        return data


def features() -> list[tuple[str, str]]:
    """Fields to choose from, with an empty first line."""
    return [
        ("", "--"),
        *((c, f"{f.name}（{'元' if f.unit == '分' else f.unit}）" if f.unit else f.name) for c, f in book.catalog().features.items()),
    ]


def conditions(post: QueryDict | None, rule: Rule | None = None, *, more: bool = False) -> list[ConditionForm]:
    """The rows of a form posted, of a rule, or empty ones; `more` adds spare rows."""
    if post is not None:
        count = min(int(post.get("rows", "0")) if post.get("rows", "").isdecimal() else 0, ROWS)
        if more:
            return [ConditionForm(initial=_typed(post, n), prefix=f"c{n}") for n in range(min(count + SPARE, ROWS))]
        return [ConditionForm(post, prefix=f"c{n}") for n in range(count)]
    rows = list(_initial(rule)) if rule else []
    return [ConditionForm(prefix=f"c{n}", initial=rows[n] if n < len(rows) else {}) for n in range(min(len(rows) + SPARE, ROWS))]


def _typed(post: QueryDict, n: int) -> dict[str, Any]:
    names = ConditionForm.base_fields
    return {name: post.get(f"c{n}-{name}", "") for name in names if f"c{n}-{name}" in post}


def when_of(between: str, within: str, rows: Iterable[ConditionForm]) -> dict[str, Any]:
    """The tree of the rows: groups joined by `between`, their rows by `within`."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row.cleaned_data.get("read"):
            groups.setdefault(row.cleaned_data.get("group") or "1", []).append(row.cleaned_data["read"])
    parts = [g[0] if len(g) == 1 else {within or "all": g} for _, g in sorted(groups.items())]
    return {between or "all": parts} if len(parts) != 1 or "field" in parts[0] else parts[0]


def fits(rule: Rule) -> bool:
    """Whether form rows can say it: conditions, or groups of them all joined alike, in at most three groups."""
    tops = _groups(rule)
    flat = all(isinstance(i, Condition) for g in tops for i in g.items)
    plain = all(not c.percent and c.by in ("", "persons") and (c.per in (1, 100) or 100 % c.per == 0) for c in rule.when.conditions())
    return flat and plain and len(tops) <= len(GROUPS) and len({g.any for g in tops if len(g.items) > 1}) <= 1


def _groups(rule: Rule) -> list[Group]:
    """Loose conditions of the top stand together as its first group where it asks for all, each alone where it asks for any."""
    if all(isinstance(i, Condition) for i in rule.when.items):
        return [rule.when]
    return [i if isinstance(i, Group) else Group(False, (i,)) for i in rule.when.items]


def shape_of(rule: Rule) -> dict[str, str]:
    """`between` and `within` of a rule's groups."""
    tops = _groups(rule)
    many = [g for g in tops if len(g.items) > 1]
    return {"between": "any" if len(tops) > 1 and rule.when.any else "all", "within": "any" if many and many[0].any else "all"}


def _initial(rule: Rule) -> Iterable[dict[str, Any]]:
    for n, group in enumerate(_groups(rule), 1):
        for c in group.items:
            if isinstance(c, Condition):
                yield {
                    "group": str(n), "field": c.field, "op": c.op, "against": "param" if c.param else "other" if c.other else "value",
                    "value": _shown(c), "param": c.param, "other": c.other, "by": bool(c.by),
                    "percent": "" if c.times == c.per else str(c.times * 100 // c.per),
                }  # fmt: skip


def _shown(c: Condition) -> str:
    feature = book.catalog().features.get(c.field)
    if c.value is None or feature is None:
        return ""
    if isinstance(c.value, bool):
        return "是" if c.value else "否"
    if isinstance(c.value, int):
        return f"{Decimal(c.value) / 100:f}" if feature.kind == "money" else str(c.value)
    codes = c.value if isinstance(c.value, tuple) else (c.value,)
    return "、".join((feature.words or {}).get(code, code) for code in codes)
