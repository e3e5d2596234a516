"""Rules → Ibis expressions, once for every county and day: features, then hits (bit masks), then leads. Both back ends run these same expressions.

`features`  one row a household: household, county, town, village, every feature needed (int64 or null)
`hits`      the rows of `features` with at least one rule met, and a mask of 62 rules each (`mask0`, `mask1`, …)
`leads`     rule, version, household, county, town, village, v1..v6: the values of the rule's fields in its order

What changes with day and county (days of windows, thresholds) is a name in the expression, given by `Names`: on DuckDB a macro, on Spark a literal.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import ibis

from shouwang.engine.bounds import Bounds, constant, seen_names, window_name
from shouwang.engine.catalog import EPOCH, Feature, FeatureCatalog, Joined, Where
from shouwang.engine.rules import VALUES, Condition, Group, Rule
from shouwang.engine.snapshot import PLACE, columns

BITS = 62
LEAD = ("rule", "version", *PLACE, *(f"v{i + 1}" for i in range(VALUES)))
UNKNOWN = 999  # of a code in the packed number of `latest`
COMPARE = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne}


class Names(Protocol):
    """Where days and numbers that change between counties come from."""

    def day(self, name: str) -> Any:
        """A date expression."""

    def number(self, name: str) -> Any:
        """An int64 expression."""


class Macros:
    """DuckDB: a call without arguments; the back end defines the macro of that name before each county, and DuckDB folds it to a constant."""

    def day(self, name: str) -> Any:
        """A call that returns a date."""
        return _call(name, dt.date)

    def number(self, name: str) -> Any:
        """A call that returns an int64."""
        return _call(name, int)


class Literals:
    """Spark: the values themselves."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def day(self, name: str) -> Any:
        """A date literal."""
        return ibis.literal(self.bounds.days[name])

    def number(self, name: str) -> Any:
        """An int64 literal."""
        return ibis.literal(self.bounds.numbers[name], type="int64")


@functools.cache
def _call(name: str, returned: type) -> Any:
    def macro() -> Any: ...

    macro.__name__ = name
    macro.__annotations__ = {"return": returned}
    return ibis.udf.scalar.builtin(macro)()


@dataclass(frozen=True, slots=True)
class Plan:
    """The three expressions and the columns of each source that they read; `joined`: sources read by person, under `every_` and their name."""

    features: Any
    hits: Any
    leads: Any
    reads: Mapping[str, tuple[str, ...]]
    joined: frozenset[str]
    codes: tuple[str, ...]
    masks: int


def compile_rules(rules: Sequence[Rule], catalog: FeatureCatalog, names: Names, dense: Collection[str] = ()) -> Plan:
    """Expressions for the rules; their fields must be in the catalogue (`checking.validate`). `dense`: feeds of which most households have rows (the answer is
    the same without, the work more)."""
    wanted = catalog.needed(tuple(dict.fromkeys(f for r in rules for f in r.fields)))
    make = _Features(wanted, names, dense)
    features = make.table()
    stored = ibis.table({**dict.fromkeys(PLACE, "int64"), **{f.code: "int64" for f in wanted}}, name="features")
    masks = [_mask(rules[start : start + BITS], stored, catalog, names) for start in range(0, len(rules), BITS)]
    masked = stored.mutate(**{f"mask{i}": m for i, m in enumerate(masks)})
    hits = masked.filter(functools.reduce(operator.or_, (masked[f"mask{i}"] != 0 for i in range(len(masks)))))
    kept = ibis.table(hits.schema(), name="hits")
    leads = ibis.union(*(_lead(r, i, kept) for i, r in enumerate(rules)), distinct=False) if len(rules) > 1 else _lead(rules[0], 0, kept)
    return Plan(features, hits, leads, make.reads(), frozenset(make.joined), tuple(f.code for f in wanted), len(masks))


class _Features:
    """Each source aggregated once per household and joined to the household."""

    def __init__(self, wanted: Sequence[Feature], names: Names, dense: Collection[str] = ()) -> None:
        self.names, self.dense = names, dense
        self.wanted = wanted
        self.used: dict[str, set[str]] = {}
        self.joined: set[str] = set()
        self.groups: dict[tuple[str, Joined | None], list[Feature]] = {}
        for f in wanted:
            if f.source and f.source != "households":
                self.groups.setdefault((f.source, f.joined), []).append(f)

    def reads(self) -> dict[str, tuple[str, ...]]:
        """{source: columns}."""
        return {source: tuple(sorted(used)) for source, used in self.used.items()}

    def table(self) -> Any:
        """The expression of `features`."""
        own = [f for f in self.wanted if f.source == "households"]
        base = self.source("households", {*PLACE, *(f.column for f in own)})
        many: list[tuple[Any, Sequence[Feature]]] = []
        few: list[tuple[Any, Sequence[Feature]]] = []
        for (source, joined), asked in self.groups.items():
            full = joined is None and source in {"persons", *self.dense}
            (many if full else few).append((self.aggregate(source, joined, asked), asked))
        wide = base
        values: dict[str, Any] = {name: base[name] for name in PLACE} | {f.code: _own(base[f.column], f) for f in own}
        for part, features in (*many, *_merged(few)):
            wide = wide.left_join(part, "household")
            values |= {f.code: _emptied(part[f.code], f) for f in features}
        direct = wide.select(**values)
        sums = {f.code: _sum(direct, f) for f in self.wanted if f.terms}
        return direct.mutate(**sums) if sums else direct

    def source(self, name: str, used: set[str], by_person: bool = False) -> Any:
        """The table of a source with the columns that are read, under the name by which the back end registers it. `by_person`: with the rows of households
        that are not looked at too, as a few persons are asked for next: that costs less than looking up every row's household first."""
        self.used.setdefault(name, set()).update(used)
        self.joined |= {name} if by_person else set()
        return ibis.table({c: t for c, t in columns(name).items() if c in used}, name=f"{'every_' if by_person else ''}{table_name(name)}")

    def aggregate(self, source: str, joined: Joined | None, features: Sequence[Feature]) -> Any:
        """One row a household with a column for each of the features, all from one pass over the source."""
        used = {"household", *(f.column for f in features if f.column), *_filtered(w for f in features for w in f.where)}
        table = self.source(
            source, used | ({"day"} if source != "persons" else set()) | ({"person"} if joined else set()), joined is not None
        )
        if source != "persons":
            table = table.filter(self.within(table, seen_names(source, joined is not None)))
        if joined is not None:
            table = self.join(source, table, joined)
        alone = len(features) == 1
        if alone and features[0].where:
            table = table.filter([self.condition(table, w) for w in features[0].where])
        several = source != "persons" and len({f.window for f in features}) > 1
        measures = {}
        for f in features:
            parts = [] if alone else [self.condition(table, w) for w in f.where]
            parts += [self.within(table, window_name(f.window))] if several else []
            measures[f.code] = _measure(table, f, functools.reduce(operator.and_, parts) if parts else None)
        return table.group_by("household").aggregate(**measures)

    def within(self, table: Any, names: tuple[str, str]) -> Any:
        """Days between the two bounds."""
        return (table.day >= self.names.day(names[0])) & (table.day <= self.names.day(names[1]))

    def join(self, source: str, table: Any, joined: Joined) -> Any:
        """Rows whose person has a row in the other feed; rows of a feed only from the day of the first such row on."""
        other = self.source(joined.feed, {"person", "day", *_filtered(joined.where)})
        chosen = other.filter([self.within(other, window_name(joined.window)), *(self.condition(other, w) for w in joined.where)])
        since = chosen.group_by(since_person=chosen.person).aggregate(since_day=chosen.day.min())
        if source == "persons":
            return table.semi_join(since, table.person == since.since_person)
        dated = table.join(since, table.person == since.since_person)  # one row a person: no row is doubled
        return dated.filter(dated.day >= dated.since_day)

    def condition(self, table: Any, w: Where) -> Any:
        """A filter on one row. Unknown lets no row pass (null in a filter is false); only `ne` and `not_in` let it pass: what is not known is not that value."""
        if w.column == "age":
            lived = self.names.number("asof_month") - table.birth_year * 12 - table.birth_month
            return lived >= 12 * w.value if w.op == "ge" else lived < 12 * w.value
        column = table[w.column]
        if w.op in ("missing", "known"):
            return column.isnull() if w.op == "missing" else column.notnull()
        if w.op in ("in", "not_in"):
            found = column.isin(list(w.value))
            return found if w.op == "in" else (~found).fill_null(True)
        met = COMPARE[w.op](column, w.value)
        return met.fill_null(True) if w.op == "ne" else met


def _filtered(wheres: Iterable[Where]) -> Iterator[str]:
    for w in wheres:
        yield from ("birth_year", "birth_month") if w.column == "age" else (w.column,)


# A join of a table that few households stand in cuts each batch of rows in two, and twenty of them cut it to shreds: measured, half of a sweep's CPU.
def _merged(parts: Sequence[tuple[Any, Sequence[Feature]]]) -> list[tuple[Any, Sequence[Feature]]]:
    """One table of many that few households stand in."""
    if len(parts) < 2:
        return list(parts)
    features = [f for _, mine in parts for f in mine]
    nothing = ibis.null("int64")
    rows = [
        part.select("household", **{f.code: part[f.code].cast("int64") if f in mine else nothing for f in features}) for part, mine in parts
    ]
    every = ibis.union(*rows, distinct=False)
    return [(every.group_by("household").aggregate(**{f.code: every[f.code].max() for f in features}), features)]


def _own(column: Any, f: Feature) -> Any:
    """A registry column of the household as int64."""
    if f.bit is not None:
        return ibis.ifelse(column.isnull(), None, ((column & (1 << f.bit)) != 0).cast("int64"))
    if f.kind == "code":
        return ibis.ifelse(column.isnull(), None, _coded(column, f, -1))
    return _days(column) if f.kind == "day" else column.cast("int64")


def _measure(table: Any, f: Feature, where: Any) -> Any:
    if f.aggregate == "rows":
        return table.count(where=where)
    column = table[f.column]
    if f.aggregate == "latest":
        known = column.notnull()
        packed = _days(table.day) * 1000 + _coded(column, f, UNKNOWN)
        return packed.max(where=known if where is None else known & where)
    return getattr(column.cast("int64"), f.aggregate)(where=where)


def evidence(f: Feature, names: Names, household: int) -> tuple[Any, dict[str, tuple[str, ...]]]:
    """The rows of the household that the feature counts, as an expression, and {source: columns} that it reads. Of feeds and members only."""
    make = _Features([f], names)
    table = make.source(f.source, set(columns(f.source)))
    table = table.filter(table.household == ibis.literal(household, type="int64"))
    if f.is_feed:
        table = table.filter(make.within(table, window_name(f.window)))
    if f.joined is not None:
        table = make.join(f.source, table, f.joined)
    rows = table.filter([make.condition(table, w) for w in f.where]) if f.where else table
    return rows, make.reads()


def table_name(source: str) -> str:
    """The name under which a back end registers a source."""
    return source if source in ("households", "persons") else f"feed_{source}"


def _days(column: Any) -> Any:
    return column.delta(ibis.literal(EPOCH), unit="day").cast("int64")


def _coded(column: Any, f: Feature, unknown: int) -> Any:
    return column.cases(*((code, i + 1) for i, code in enumerate(f.codes)), else_=unknown).cast("int64")


def _emptied(value: Any, f: Feature) -> Any:
    if f.aggregate == "latest":
        code = value % 1000
        value = ibis.ifelse(code == UNKNOWN, -1, code)
    if f.empty_is_zero:
        return value.fill_null(0).cast("int64")
    return (value.nullif(0) if f.aggregate == "rows" else value).cast("int64")


def _sum(table: Any, f: Feature) -> Any:
    parts = [table[t].fill_null(0) * n if t in f.optional else table[t] * n for t, n in f.terms]
    return functools.reduce(operator.add, parts).cast("int64")


# Null in a mask's CASE counts as not met. As the tree knows no negation, that equals "each comparison with an unknown value is false".
def _mask(rules: Sequence[Rule], table: Any, catalog: FeatureCatalog, names: Names) -> Any:
    bits = (
        ibis.ifelse(_met(r.when, table, catalog, names), ibis.literal(1 << i, type="int64"), ibis.literal(0, type="int64"))
        for i, r in enumerate(rules)
    )
    return functools.reduce(operator.add, bits)


def _met(node: Condition | Group, table: Any, catalog: FeatureCatalog, names: Names) -> Any:
    if isinstance(node, Group):
        join = operator.or_ if node.any else operator.and_
        return functools.reduce(join, (_met(i, table, catalog, names) for i in node.items))
    left, f = table[node.field], catalog.features[node.field]
    if node.op in ("missing", "known"):
        return left.isnull() if node.op == "missing" else left.notnull()
    if isinstance(node.value, tuple):
        found = left.isin([f.code_of(v) for v in node.value])
        return found if node.op == "in" else ~found
    right = _right(node, table, f, names)
    if node.op in ("older", "within"):
        today = names.number("asof_day")
        return left <= today - right if node.op == "older" else (left >= today - right) & (left <= today)
    return COMPARE[node.op](left * (100 if node.percent else node.per), right)


def _right(c: Condition, table: Any, f: Feature, names: Names) -> Any:
    if c.param:
        right = names.number(f"p_{c.param}")
    elif c.other:
        right = table[c.other]
    else:
        right = ibis.literal(constant(c, f), type="int64")
    if c.percent:
        right = right * names.number(f"p_{c.percent}")
    elif c.times != 1:
        right = right * c.times
    return right * table[c.by] if c.by else right


def _lead(rule: Rule, place: int, hits: Any) -> Any:
    mask, bit = divmod(place, BITS)
    mine = hits.filter((hits[f"mask{mask}"] & (1 << bit)) != 0)
    nothing = ibis.null("int64")
    values = {f"v{i + 1}": mine[rule.fields[i]] if i < len(rule.fields) else nothing for i in range(VALUES)}
    said = {"rule": ibis.literal(rule.id), "version": ibis.literal(rule.version, type="int64")}
    return mine.select(**said, **{p: mine[p] for p in PLACE}, **values)
