"""One lead in full: each comparison with its value and threshold, the rows behind it, and what would have kept the rule silent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from shouwang.engine.bounds import bounds_of, constant, multiplier, scanned
from shouwang.engine.catalog import EPOCH, Feature, FeatureCatalog
from shouwang.engine.errors import refuse
from shouwang.engine.feeds import feeds
from shouwang.engine.params import Params
from shouwang.engine.rules import AGE, AMONG, EQUAL, PRESENCE, Condition, Group, Rule
from shouwang.engine.snapshot import Snapshot, listed
from shouwang.engine.wording import condition, render, value

OPPOSITE = {"lt": "达到", "le": "超过", "gt": "不超过", "ge": "小于", "eq": "不是", "ne": "是", "in": "不属于", "not_in": "属于"}


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: in words, the value found, the smallest or largest value that meets the threshold (None for sets and presence), whether it is met,
    and how it would not be (`unless`)."""

    field: str
    name: str
    words: str
    value: int | None
    value_words: str
    threshold: int | None
    met: bool
    unless: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Source rows that a field counts: source (`persons` or a feed), its name, at most `limit` of `total` rows as {column: value}."""

    field: str
    name: str
    source: str
    source_name: str
    total: int
    rows: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`unless`: the smallest change that keeps the rule silent, as sentences; all of them together are needed."""

    rule: str
    version: int
    words: str
    household: int
    county: int
    asof: dt.date
    fired: bool
    compared: tuple[Compared, ...]
    rows: tuple[Rows, ...]
    unless: tuple[str, ...]


def explain(
    snapshot: Snapshot,
    rule: Rule,
    params: Params,
    catalog: FeatureCatalog,
    household: int,
    asof: dt.date,
    *,
    county: int = 0,
    limit: int = 200,
) -> Explanation:
    """Explain the rule for the household at the day, whether it fires or not. `county` 0: looked up. Raises SweepRefused for a household not in the snapshot."""
    from shouwang.engine.duck import Duck

    duck = Duck(threads=1)
    try:
        place = county or _county(duck, snapshot, household)
        features = catalog.needed(rule.fields)
        bounds = bounds_of([rule], features, params, asof, place)
        with duck.county(snapshot, place, [rule], catalog, bounds, [household], keep_all=True):
            found = duck.rows("SELECT * FROM features").to_pylist()
            fired = duck.number("SELECT count(*) FROM leads") == 1
        if not found:
            raise refuse("快照中没有这一户", "检查户和县；户可能已迁出或并户", value=str(household))
        values = {f: found[0][f] for f in rule.fields}
        compared = [_compared(c, values, params, catalog, asof, place) for c in rule.when.conditions()]
        rows = tuple(
            r for f in features if f.source not in ("", "households") for r in [_rows(duck, snapshot, place, f, household, asof, limit)]
        )
    finally:
        duck.close()
    unless = _unless(rule.when, iter(compared), values)[1] if fired else ()
    words = render(rule, params, catalog, on=asof, region=place)
    return Explanation(rule.id, rule.version, words, household, place, asof, fired, tuple(compared), rows, unless)


def _county(duck: Any, snapshot: Snapshot, household: int) -> int:
    for county in snapshot.counties:
        files = snapshot.registry("households", county)
        if files and duck.number(f"SELECT count(*) FROM read_parquet({listed(files)}) WHERE household = {int(household)}"):  # noqa: S608 - our own file names
            return county
    raise refuse("快照中没有这一户", "检查户；户可能已迁出或并户", value=str(household))


def _rows(duck: Any, snapshot: Snapshot, county: int, f: Feature, household: int, asof: dt.date, limit: int) -> Rows:
    import ibis

    from shouwang.engine.compiler import Macros, evidence

    expression, reads = evidence(f, Macros(), household)
    duck.register(snapshot, county, reads, scanned([f], asof))
    sql = str(ibis.to_sql(expression, dialect="duckdb"))
    order = "day DESC, person" if f.is_feed else "person"
    found = duck.rows(f"SELECT * FROM ({sql}) ORDER BY {order} LIMIT {int(limit)}").to_pylist()  # noqa: S608 - compiled from the catalogue
    total = len(found) if len(found) < limit else duck.number(f"SELECT count(*) FROM ({sql})")  # noqa: S608 - compiled from the catalogue
    source_name = feeds()[f.source].name if f.is_feed else "家庭成员"
    return Rows(f.code, f.name, f.source, source_name, total, tuple(found))


def _compared(c: Condition, values: dict[str, int | None], params: Params, catalog: FeatureCatalog, asof: dt.date, county: int) -> Compared:
    f, mine = catalog.features[c.field], values[c.field]
    said = condition(c, params, catalog, on=asof, region=county)
    limit, right = _limit(c, f, values, params, asof, county)
    met = _met(c, f, mine, right, params, asof, county)
    return Compared(c.field, f.name, said, mine, value(mine, f), limit, met, _otherwise(c, f, mine, limit))


def _right(c: Condition, f: Feature, values: dict[str, int | None], params: Params, asof: dt.date, county: int) -> int | None:
    """The right side in whole numbers, before `per`; None where a field on it has no data."""
    base = values[c.other] if c.other else params.get(c.param, asof, county).value if c.param else constant(c, f)
    by = values[c.by] if c.by else 1
    return None if base is None or by is None else base * multiplier(c, params, asof, county)[0] * by


def _limit(
    c: Condition, f: Feature, values: dict[str, int | None], params: Params, asof: dt.date, county: int
) -> tuple[int | None, int | None]:
    """(the value of the field at which the comparison turns, the right side)."""
    if c.op in PRESENCE or isinstance(c.value, tuple):
        return None, None
    right = _right(c, f, values, params, asof, county)
    if right is None:
        return None, None
    per = multiplier(c, params, asof, county)[1]
    if c.op in AGE:
        return (asof - EPOCH).days - right, right
    turns = {"lt": -(-right // per), "ge": -(-right // per), "le": right // per, "gt": right // per}
    return turns.get(c.op, right // per), right


def _met(c: Condition, f: Feature, mine: int | None, right: int | None, params: Params, asof: dt.date, county: int) -> bool:
    if c.op in PRESENCE:
        return (mine is None) == (c.op == "missing")
    if mine is None:
        return False
    if isinstance(c.value, tuple):
        return (mine in {f.code_of(v) for v in c.value}) == (c.op == "in")
    if right is None:
        return False
    if c.op in AGE:
        today = (asof - EPOCH).days
        return mine <= today - right if c.op == "older" else today - right <= mine <= today
    left = mine * multiplier(c, params, asof, county)[1]
    return {"lt": left < right, "le": left <= right, "gt": left > right, "ge": left >= right, "eq": left == right, "ne": left != right}[
        c.op
    ]


def _otherwise(c: Condition, f: Feature, mine: int | None, limit: int | None) -> str:
    """How this comparison would not be met."""
    if c.op in PRESENCE:
        return f"若{f.name}{'有数据' if c.op == 'missing' else '无数据'}，则不触发"
    now = f"（现为 {value(mine, f)}）"
    if f.kind == "flag":
        return f"若{f.name}为“{'否' if mine else '是'}”{now}，则不触发"
    if c.op in AGE:
        return f"若{f.name}{'晚于' if c.op == 'older' else '早于'} {value(limit, f)}{now}，则不触发"
    if c.op in AMONG and isinstance(c.value, tuple):
        listed = "、".join((f.words or {}).get(v, v) for v in c.value)
        return f"若{f.name}{OPPOSITE[c.op]}{listed}{now}，则不触发"
    return f"若{f.name}{OPPOSITE[c.op]} {value(limit, f)}{now}，则不触发"


def _unless(node: Condition | Group, compared: Any, values: dict[str, int | None]) -> tuple[Fraction, tuple[str, ...]]:
    """(cost, sentences) of the cheapest way to make the node false; cost 0 where it already is. `compared` runs along the conditions in reading order."""
    if isinstance(node, Condition):
        mine: Compared = next(compared)
        if not mine.met:
            return Fraction(0), ()
        if (
            mine.value is None or mine.threshold is None or node.op in EQUAL
        ):  # a flag or code has no distance: anything measurable is nearer
            return Fraction(1), (mine.unless,)
        return Fraction(abs(mine.value - mine.threshold), max(abs(mine.threshold), 1)), (mine.unless,)
    parts = [_unless(i, compared, values) for i in node.items]
    if node.any:
        return sum((p[0] for p in parts), Fraction(0)), tuple(dict.fromkeys(s for p in parts for s in p[1]))
    silent = [p for p in parts if not p[1]]
    return silent[0] if silent else min(parts, key=lambda p: p[0])
