"""What is wrong with a set of rules, found before anything is run: a rule that cannot match is an error, not silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from shouwang.engine.bounds import multiplier, threshold
from shouwang.engine.catalog import EPOCH, Feature, FeatureCatalog
from shouwang.engine.errors import Problem
from shouwang.engine.params import Params
from shouwang.engine.rules import AGE, AMONG, EQUAL, KINDS, OPERATORS, ORDER, PRESENCE, VALUES, Condition, Group, Rule, RuleSet
from shouwang.engine.snapshot import RISK_BITS, Snapshot

NUMBERS = (*ORDER, *EQUAL)
ALLOWED = {
    "money": NUMBERS,
    "count": NUMBERS,
    "number": NUMBERS,
    "flag": EQUAL,
    "code": (*EQUAL, *AMONG),
    "day": AGE,
}
BRANCHES = 256
FAR = 1 << 62


def validate(
    rules: RuleSet, params: Params, catalog: FeatureCatalog, asof: dt.date, counties: Iterable[int], snapshot: Snapshot | None = None
) -> list[Problem]:
    """Every fault of the rules in force on the day in the counties; with a snapshot also feeds that have no rows in a rule's window. [] = may run."""
    places = sorted(set(counties))
    problems: list[Problem] = []
    found: dict[tuple[str, int], tuple[Rule, list[int]]] = {}
    for county in places:
        for rule in rules.in_force(asof, county).rules:
            found.setdefault((rule.id, rule.version), (rule, []))[1].append(county)
    if not found:
        return [Problem("", "", str(asof), "这一天没有一条规则生效", "检查规则的 valid_from、valid_to 和 region")]
    for rule, where in found.values():
        problems += check(rule, params, catalog, asof, where, snapshot)
    return problems


def check(
    rule: Rule, params: Params, catalog: FeatureCatalog, asof: dt.date, counties: Sequence[int], snapshot: Snapshot | None = None
) -> list[Problem]:
    """Every fault of one rule; used by the rule desk while it is written."""
    problems = list(_rule_faults(rule, catalog))
    for c in rule.when.conditions():
        problems += _condition_faults(rule, c, catalog)
    if problems:
        return problems
    for county in counties:
        for c in rule.when.conditions():
            problems += _parameter_faults(rule, c, params, catalog, asof, county)
    if problems:
        return _once(problems)
    for county in counties:
        problems += _never(rule, params, catalog, asof, county)
    if snapshot is not None:
        problems += _empty_feeds(rule, catalog, asof, snapshot)
    return _once(problems)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))


def _rule_faults(rule: Rule, catalog: FeatureCatalog) -> Iterator[Problem]:
    if rule.kind not in KINDS:
        yield Problem(rule.id, "kind", rule.kind, "类别不认识", f"改为 {'、'.join(KINDS)} 之一")
    if rule.kind == "risk" and rule.risk not in RISK_BITS:
        yield Problem(rule.id, "risk", rule.risk, "风险类型不认识", f"改为 {'、'.join(RISK_BITS)} 之一")
    if rule.valid_to is not None and rule.valid_to <= rule.valid_from:
        yield Problem(rule.id, "valid_to", str(rule.valid_to), "失效日期不晚于生效日期，规则永远不会生效", "改正两个日期")
    if len(rule.fields) > VALUES:
        yield Problem(rule.id, "when", str(len(rule.fields)), f"一条规则最多用 {VALUES} 个字段", "拆成两条规则")
    for m in rule.material:
        if m.field not in rule.fields:
            yield Problem(rule.id, m.field, "material", "实质变化所看的字段不在规则的条件里", f"改为 {'、'.join(rule.fields)} 之一")
        if not m.percent and not m.amount:
            yield Problem(rule.id, m.field, "0", "实质变化的幅度为 0，任何变化都会重新打开线索", "写明 percent 或 amount")
    for name in rule.fields:
        if name not in catalog.features:
            near = [f for f in catalog.features if f[:4] == name[:4]]
            yield Problem(
                rule.id, name, "", "特征目录中没有这个字段", f"改为目录中的字段{'，相近的有：' + '、'.join(near[:5]) if near else ''}"
            )


def _condition_faults(rule: Rule, c: Condition, catalog: FeatureCatalog) -> Iterator[Problem]:
    f = catalog.features.get(c.field)
    if f is None:
        return
    if c.op not in (*ALLOWED[f.kind], *PRESENCE):
        yield Problem(
            rule.id, c.field, c.op, f"“{f.name}”不能用运算符“{OPERATORS[c.op]}”", f"可用：{'、'.join((*ALLOWED[f.kind], *PRESENCE))}"
        )
        return
    if c.op in PRESENCE:
        return
    if c.field == c.other:
        yield Problem(rule.id, c.field, c.other, "字段与自己比较", "换一个字段")
    other = catalog.features.get(c.other)
    if other is not None and (other.kind != f.kind and {other.kind, f.kind} - {"count", "number"}):
        yield Problem(rule.id, c.field, c.other, "两个字段的类型不同，不能比较", "换成同类的字段")
    if c.by and c.by in catalog.features and catalog.features[c.by].kind != "count":
        yield Problem(rule.id, c.field, c.by, "by 须是人数、次数一类的字段", "换成 persons 之类")
    if not c.param and not c.other:
        yield from _value_faults(rule, c, f)


def _value_faults(rule: Rule, c: Condition, f: Feature) -> Iterator[Problem]:
    values = c.value if isinstance(c.value, tuple) else (c.value,)
    if (c.op in AMONG) != isinstance(c.value, tuple):
        yield Problem(rule.id, c.field, str(c.value), "in、not_in 的值是一列代码，其他运算符只有一个值", "改正这一条件的值")
    elif f.kind == "code":
        for value in values:
            if f.code_of(str(value)) is None:
                yield Problem(rule.id, c.field, str(value), f"“{f.name}”没有这个代码", f"可用：{'、'.join(f.codes)}")
    elif f.kind == "flag" and not isinstance(c.value, bool):
        yield Problem(rule.id, c.field, str(c.value), "是否型字段的值须是 true 或 false", "改为 true 或 false")
    elif f.kind != "flag" and (isinstance(c.value, bool) or not isinstance(c.value, int)):
        yield Problem(rule.id, c.field, str(c.value), f"“{f.name}”的值须是整数（{f.unit or '天'}）", "金额写分")
    elif c.op in (*ORDER, *AGE) and c.value == 0:
        yield Problem(rule.id, c.field, "0", "阈值为 0", "“有”写成 ge 1，“没有”写成 eq 0 或 missing")


def _parameter_faults(rule: Rule, c: Condition, params: Params, catalog: FeatureCatalog, asof: dt.date, county: int) -> Iterator[Problem]:
    f = catalog.features[c.field]
    wanted = "分" if f.kind == "money" else "天" if f.kind == "day" else f.unit
    for name, unit in ((c.param, wanted), (c.percent, "%")):
        if not name:
            continue
        found = params.find(name, asof, county)
        if name not in params.by_name:
            yield Problem(rule.id, c.field, name, "参数表中没有这个参数", f"可用：{'、'.join(params.by_name)}")
        elif found is None:
            yield Problem(rule.id, c.field, name, f"参数在 {county} 于 {asof} 没有生效的值", "在参数表中补上该地该日的值和来源")
        elif found.unit != unit:
            yield Problem(rule.id, c.field, name, f"参数的单位是“{found.unit}”，字段的单位是“{unit}”", "换一个参数，或改正参数的单位")
        elif found.value <= 0:
            yield Problem(
                rule.id,
                c.field,
                str(found.value),
                f"参数 {name} 在 {county} 于 {asof} 的阈值为 {found.value}",
                "改正参数表中的值：阈值须大于 0",
            )


def _never(rule: Rule, params: Params, catalog: FeatureCatalog, asof: dt.date, county: int) -> Iterator[Problem]:
    """A branch of alternatives that no household can ever meet."""
    for branch in branches(rule.when)[:BRANCHES]:
        for name in dict.fromkeys(c.field for c in branch):
            atoms = [c for c in branch if c.field == name]
            if why := _contradiction(atoms, params, catalog.features[name], asof, county):
                said = "、".join(_short(c, params, catalog.features[name], asof, county) for c in atoms)
                yield Problem(rule.id, name, said, f"{why}，这一支永远不会命中", "改正阈值，或把条件放进“任一”组")


def branches(node: Condition | Group) -> list[tuple[Condition, ...]]:
    """The alternatives of a rule, each a set of comparisons that must all hold; at most BRANCHES of them."""
    if isinstance(node, Condition):
        return [(node,)]
    if node.any:
        return [b for item in node.items for b in branches(item)][:BRANCHES]
    out: list[tuple[Condition, ...]] = [()]
    for item in node.items:
        out = [(*a, *b) for a in out for b in branches(item)][:BRANCHES]
    return out


def _contradiction(atoms: Sequence[Condition], params: Params, f: Feature, asof: dt.date, county: int) -> str:
    if any(c.op == "missing" for c in atoms):
        if f.empty_is_zero:
            return "没有记录的户这一项计为 0，不会无数据"
        return "既要无数据又要比较数值" if any(c.op != "missing" for c in atoms) else ""
    low, high = {"flag": (0, 1), "count": (0, FAR), "code": (-1, len(f.codes))}.get(f.kind, (-FAR, FAR))
    barred: set[int] = set()
    allowed: set[int] | None = None
    for c in atoms:
        if c.op in AMONG:
            among = {f.code_of(str(v)) or 0 for v in c.value} if isinstance(c.value, tuple) else set()
            allowed, barred = (among if allowed is None else allowed & among, barred) if c.op == "in" else (allowed, barred | among)
        elif c.op in OPERATORS and c.op not in PRESENCE and not c.other and not c.by:
            lo, hi, out = _interval(c, params, f, asof, county)
            low, high, barred = max(low, lo), min(high, hi), barred | out
    if allowed is not None and not {v for v in allowed if low <= v <= high} - barred:
        return "代码互相矛盾"
    if low > high or (low == high and low in barred):
        return "阈值互相矛盾" if len(atoms) > 1 else "阈值超出这一字段可能的范围"
    return ""


def _interval(c: Condition, params: Params, f: Feature, asof: dt.date, county: int) -> tuple[int, int, set[int]]:
    right = threshold(c, params, f, asof, county) or 0
    per = multiplier(c, params, asof, county)[1]
    today = (asof - EPOCH).days
    if c.op == "eq":
        return (right // per, right // per, set()) if right % per == 0 else (1, 0, set())
    spans = {
        "lt": (-FAR, (right - 1) // per),
        "le": (-FAR, right // per),
        "gt": (right // per + 1, FAR),
        "ge": (-(-right // per), FAR),
        "older": (-FAR, today - right),
        "within": (today - right, today),
    }
    low, high = spans.get(c.op, (-FAR, FAR))
    return low, high, {right // per} if c.op == "ne" and right % per == 0 else set()


def _short(c: Condition, params: Params, f: Feature, asof: dt.date, county: int) -> str:
    if c.op in PRESENCE:
        return OPERATORS[c.op]
    if isinstance(c.value, tuple):
        return f"{OPERATORS[c.op]} {'/'.join(c.value)}"
    right = threshold(c, params, f, asof, county)
    return f"{OPERATORS[c.op]} {c.other if right is None else right}"


def _empty_feeds(rule: Rule, catalog: FeatureCatalog, asof: dt.date, snapshot: Snapshot) -> Iterator[Problem]:
    for f in catalog.needed(rule.fields):
        wanted = ([(f.source, f.window)] if f.is_feed else []) + ([(f.joined.feed, f.joined.window)] if f.joined else [])
        for feed, window in wanted:
            first, last = window.bounds(asof)
            span = snapshot.feeds.get(feed)
            if span is None or not span.rows or span.first is None or span.last is None:
                yield Problem(rule.id, f.code, feed, "快照中没有这项部门数据", "先接入并生成快照，或把规则停用到数据到齐")
            elif span.last < first or span.first > last:
                message = f"部门数据只有 {span.first} 至 {span.last}，窗口 {max(first, dt.date(1970, 1, 1))} 至 {last} 内没有一行"
                yield Problem(rule.id, f.code, feed, message, "检查数据的年份，或补接这一时段的数据")
