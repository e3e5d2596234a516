"""Features: what a rule may ask of a household, each one number. `rulebook/features.yaml` names source, aggregate, filter and window of each.

Every feature is a whole number or null ("no data", which is not zero): money in 分, flags 0/1, codes by their place in `codes` from 1 (-1 = a code the
catalogue does not know), days as days since 1970-01-01. Kinds: `money count number flag code day`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from shouwang.engine.errors import Problem, SweepRefused, refuse
from shouwang.engine.reading import entries
from shouwang.engine.rules import digest
from shouwang.engine.snapshot import RISK_BITS, columns

KINDS = ("money", "count", "number", "flag", "code", "day")
AGGREGATES = ("rows", "sum", "max", "min", "latest")
WHERE = ("eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "missing", "known")
EPOCH = dt.date(1970, 1, 1)
EVER = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """Days of a feed that count. `months` or `days` back from the as-of day, both ends included; `back`: the whole window that many months earlier;
    `whole`: complete calendar months, ending with the month before. Without months and days: everything up to the as-of day, never beyond it."""

    months: int = 0
    days: int = 0
    back: int = 0
    whole: bool = False

    def bounds(self, asof: dt.date) -> tuple[dt.date, dt.date]:
        """First and last day."""
        if self.whole:
            last = asof.replace(day=1) - dt.timedelta(1)
            last = months_before(last.replace(day=1), self.back)
            last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
            return months_before(last.replace(day=1), self.months - 1), last
        last = months_before(asof, self.back)
        if self.days:
            return last - dt.timedelta(self.days - 1), last
        return (months_before(last, self.months) + dt.timedelta(1), last) if self.months else (EVER, last)


@dataclass(frozen=True, slots=True)
class Where:
    """A filter on one column of the source; `age` stands for the complete years of a person at the as-of day."""

    column: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Keep only rows whose person also has a row in `feed` (filtered, within `window`); rows of a feed only from the day of the first such row on."""

    feed: str
    where: tuple[Where, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of a household. `source`: households, persons, a feed, or "" where it is the sum of `terms` ({feature: whole number})."""

    code: str
    name: str
    kind: str
    unit: str
    source: str
    column: str = ""
    aggregate: str = ""
    where: tuple[Where, ...] = ()
    window: Window = Window()
    joined: Joined | None = None
    empty_is_zero: bool = False
    codes: tuple[str, ...] = ()
    words: Mapping[str, str] | None = None
    bit: int | None = None
    terms: tuple[tuple[str, int], ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def is_feed(self) -> bool:
        """Whether it is aggregated from a feed."""
        return self.source not in ("", "households", "persons")

    @property
    def rolls_by_month(self) -> bool:
        """Whether it depends on ages."""
        return any(w.column == "age" for w in self.where)

    def code_of(self, word: str) -> int | None:
        """The number of a code, None where the feature knows none such."""
        return self.codes.index(word) + 1 if word in self.codes else None


@dataclass(frozen=True, slots=True)
class FeatureCatalog:
    """All features by code."""

    features: Mapping[str, Feature]
    digest: str

    @classmethod
    def load(cls, path: Path | None = None) -> FeatureCatalog:
        """From the file, the published one by default. Raises SweepRefused with every fault in it."""
        return cls.of(entries(path or files("shouwang.rulebook").joinpath("features.yaml"), "特征"))

    @classmethod
    def of(cls, raw: Mapping[str, Mapping[str, Any]]) -> FeatureCatalog:
        """From data."""
        found = {str(code): _read(str(code), entry) for code, entry in raw.items()}
        problems = [p for f in found.values() for p in _faults(f, found)]
        if problems:
            raise SweepRefused(problems)
        return cls(found, digest(raw))

    def needed(self, codes: tuple[str, ...]) -> tuple[Feature, ...]:
        """The features named and those they are sums of, each once, terms before sums. Codes must be known."""
        out: dict[str, Feature] = {}

        def take(code: str) -> None:
            feature = self.features[code]
            for term, _ in feature.terms:
                take(term)
            out.setdefault(code, feature)

        for code in codes:
            take(code)
        return tuple(out.values())


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _wheres(raw: Any) -> tuple[Where, ...]:
    return tuple(Where(w["column"], w["op"], tuple(w["value"]) if isinstance(w.get("value"), list) else w.get("value")) for w in raw or ())


def _read(code: str, raw: Mapping[str, Any]) -> Feature:
    if missing := [key for key in ("name", "kind") if not raw.get(key)]:
        raise refuse(f"特征缺少 {'、'.join(missing)}", "补上这一项", field=code)
    try:
        return _feature(code, raw)
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise refuse(
            f"特征写得不对（{fault}）",
            "where 的每一项写 column、op、value，window 只写 months、days、back、whole，codes 写成 {代码: 名称}",
            field=code,
        ) from fault


def _feature(code: str, raw: Mapping[str, Any]) -> Feature:
    joined = raw.get("joined")
    words = raw.get("codes")
    return Feature(
        code=code,
        name=str(raw["name"]),
        kind=str(raw["kind"]),
        unit=str(raw.get("unit", "")),
        source=str(raw.get("source", "")),
        column=str(raw.get("column", "")),
        aggregate=str(raw.get("aggregate", "")),
        where=_wheres(raw.get("where")),
        window=Window(**raw.get("window", {})),
        joined=Joined(joined["feed"], _wheres(joined.get("where")), Window(**joined.get("window", {}))) if joined else None,
        empty_is_zero=raw.get("empty") == "zero",
        codes=tuple(str(c) for c in words or ()),
        words={str(c): str(w) for c, w in words.items()} if words else None,
        bit=RISK_BITS.get(raw["bit"], -1) if "bit" in raw else None,
        terms=tuple((raw.get("terms") or {}).items()),
        optional=tuple(raw.get("optional", ())),
    )


def _faults(f: Feature, found: Mapping[str, Feature]) -> list[Problem]:
    if f.kind not in KINDS:
        return [Problem("", f.code, f.kind, "特征的类型不认识", f"改为 {'、'.join(KINDS)} 之一")]
    if f.terms:
        return [
            Problem("", f.code, t, "特征目录中没有这一项，或它本身是合计", "只能合计直接取得的特征")
            for t, _ in f.terms
            if t not in found or found[t].terms
        ]
    try:
        known = columns(f.source)
    except LookupError:
        return [Problem("", f.code, f.source, "没有这个数据源", "改为 households、persons 或数据目录（feeds.yaml）中的一个")]
    out = []
    used = [w.column for w in f.where if not (w.column == "age" and f.source == "persons")] + ([f.column] if f.column else [])
    out += [Problem("", f.code, c, f"{f.source} 没有这一列", f"可用的列：{'、'.join(known)}") for c in used if c not in known]
    out += [Problem("", f.code, w.op, "筛选的运算符不认识", f"可用：{'、'.join(WHERE)}") for w in f.where if w.op not in WHERE]
    out += [
        Problem("", f.code, w.op, "年龄只能用 ge（满几岁）和 lt（不满几岁）", "改写这一筛选")
        for w in f.where
        if w.column == "age" and w.op not in ("ge", "lt")
    ]
    if f.source != "households" and f.aggregate not in AGGREGATES:
        out.append(Problem("", f.code, f.aggregate, "汇总方式不认识", f"改为 {'、'.join(AGGREGATES)} 之一"))
    if (f.kind == "code" or f.aggregate == "latest") and not f.codes:
        out.append(Problem("", f.code, "", "代码型特征没有代码表", "补上 codes"))
    if f.bit == -1:
        out.append(Problem("", f.code, "bit", "没有这一风险", f"可用：{'、'.join(RISK_BITS)}"))
    if f.joined and f.joined.feed not in _feed_names():
        out.append(Problem("", f.code, f.joined.feed, "数据目录中没有这一项数据", "改为 feeds.yaml 中的一个"))
    return out


def _feed_names() -> tuple[str, ...]:
    from shouwang.engine.feeds import feeds

    return tuple(feeds())
