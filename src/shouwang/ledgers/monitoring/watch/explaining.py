"""Why a lead was found: the rule in words, value against threshold, the rows behind it, what would have kept it silent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shouwang.engine.errors import SweepRefused
from shouwang.engine.explain import Compared, Explanation, Rows, explain
from shouwang.engine.feeds import FeedField, feeds
from shouwang.engine.rules import Rule
from shouwang.engine.snapshot import Snapshot
from shouwang.engine.wording import money, render, value
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange.policies import group_of
from shouwang.ledgers.monitoring.models import Discrepancy, Lead
from shouwang.ledgers.monitoring.policies import VIEW
from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.monitoring.watch.snapshot import snapshots
from shouwang.ledgers.registry.codes import words
from shouwang.ledgers.registry.models import Member
from shouwang.ledgers.registry.policies import VIEW as VIEW_HOUSEHOLD
from shouwang.ledgers.registry.policies import seen_groups

SHOWN = 30
# Columns of a member that a feature may count by: label, code list, field group.
MEMBER = {
    "relation": ("与户主关系", "relation", Group.BASE),
    "school_stage": ("在校生状况", "school_status", Group.EDUCATION),
    "health": ("健康状况", "health", Group.HEALTH),
    "labour": ("劳动能力", "labour", Group.LABOUR),
    "insured": ("参加医保", "", Group.HEALTH),
    "disability_grade": ("残疾等级", "disability_grade", Group.HEALTH),
    "public_post": ("公益性岗位", "", Group.LABOUR),
    "wage_fen": ("月工资（元）", "", Group.LABOUR),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Rows behind one field: heads and cells; `hidden` says why there are none to see."""

    name: str
    source: str
    total: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """`compared` from the snapshot of the lead's day; without it (past its term) only the stored `values` are left."""

    rule: Rule
    words: str
    asof: dt.date | None
    compared: tuple[Compared, ...]
    sources: tuple[Source, ...]
    unless: tuple[str, ...]
    values: tuple[tuple[str, str], ...]


def explained(lead: Lead | Discrepancy, scope: Scope, today: dt.date) -> Explained | None:
    """The explanation of a rule's lead or discrepancy for this person; None where no rule found it, or the person does not see the case's fields."""
    see = seen_groups(scope, lead.household, VIEW)
    rule = next((r for r in book.rules().rules if (r.id, r.version) == (lead.rule, lead.rule_version)), None)
    if rule is None or not see(Group.CASE):
        return None
    county = int(str(lead.county.code)[:6]) if lead.county else 0
    found = _found(lead, rule, county)
    stored = tuple((f.name, value(lead.values.get(code), f)) for code in rule.fields if (f := book.catalog().features.get(code)))
    if found is None:
        said = render(rule, book.params(), book.catalog(), on=lead.found_on, region=county)
        return Explained(rule, said, None, (), (), (), stored)
    names = _names(found, scope)
    sources = tuple(_source(r, see, names, today) for r in found.rows if r.total)
    return Explained(rule, found.words, found.asof, found.compared, sources, found.unless, stored)


def _found(lead: Lead | Discrepancy, rule: Rule, county: int) -> Explanation | None:
    shot = _shot(lead.found_on, county)
    if shot is None:
        return None
    try:
        return explain(shot, rule, book.params(), book.catalog(), lead.household.lake_key, shot.asof, county=county, limit=SHOWN)
    except SweepRefused:
        return None  # the household came into this district, or the feed went past its term, since


def _shot(day: dt.date, county: int) -> Snapshot | None:
    """The snapshot the lead was found in; none where it is past its term."""
    return next((s for s in snapshots() if s.asof == day and county in s.counties), None)


def _names(found: Explanation, scope: Scope) -> dict[int, str]:
    """{lake key: masked name} of the members that the rows name, as far as the person may see them."""
    keys = {row["person"] for r in found.rows for row in r.rows if row.get("person")}
    seen = Member.objects.within(scope, VIEW_HOUSEHOLD).filter(lake_key__in=keys)
    return {key: mask(MaskKind.NAME, name) for key, name in seen.values_list("lake_key", "name")}


def _source(rows: Rows, see: Callable[[str], bool], names: Mapping[int, str], today: dt.date) -> Source:
    if rows.source == "persons":
        return _members(rows, see, names, today)
    if not see(group_of(rows.source)):
        return Source(rows.name, rows.source_name, rows.total, (), (), "您没有查看这类数据明细的权限。")
    fields = feeds()[rows.source].fields
    heads = ("日期", "成员", *(f"{f.label}（元）" if f.type == "money" else f.label for f in fields))
    cells = ((str(r["day"]), names.get(r.get("person") or 0, "--"), *(_cell(f, r.get(f.code)) for f in fields)) for r in rows.rows)
    return Source(rows.name, rows.source_name, rows.total, heads, tuple(cells))


def _members(rows: Rows, see: Callable[[str], bool], names: Mapping[int, str], today: dt.date) -> Source:
    feature = book.catalog().features[rows.field]
    used = [c for c in dict.fromkeys([*(w.column for w in feature.where), feature.column]) if c in MEMBER and see(MEMBER[c][2])]
    heads = ("成员", "出生年份", *(MEMBER[c][0] for c in used))
    cells = ((names.get(r["person"], "--"), str(r["birth_year"]), *(_code(c, r.get(c), today) for c in used)) for r in rows.rows)
    return Source(rows.name, "户档案", rows.total, heads, tuple(cells))


def _cell(field: FeedField, stored: Any) -> str:
    if stored is None:
        return "--"
    if field.type == "money":
        return money(int(stored)).removesuffix(" 元")
    if field.type == "area":
        return f"{int(stored) / 100:,.2f}"
    if isinstance(stored, bool):
        return "是" if stored else "否"
    return (field.choices or {}).get(str(stored), str(stored))


def _code(column: str, stored: Any, today: dt.date) -> str:
    listed = MEMBER[column][1]
    if stored is None:
        return "--"
    if isinstance(stored, bool):
        return "是" if stored else "否"
    if column == "wage_fen":
        return money(int(stored)).removesuffix(" 元")
    known = {str(k): v for k, v in words(listed, on=today).items()} if listed else {}
    return known.get(str(stored), str(stored))
