"""Reads of departments' data: freshness, deliveries, questions, letters, and the source rows of a household."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Case, Count, Exists, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from shouwang.engine.feeds import Feed, feed, feeds
from shouwang.kernel.clock import business_now
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange import lake, watch
from shouwang.ledgers.exchange.conflicts import Conflict, found_in
from shouwang.ledgers.exchange.intake import counties_of
from shouwang.ledgers.exchange.models import Delivery, FeedAgreement, Letter, MatchQuestion
from shouwang.ledgers.exchange.policies import MATCH, VIEW, group_of
from shouwang.ledgers.registry import queries as registry
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.policies import VIEW as VIEW_HOUSEHOLD
from shouwang.ledgers.registry.policies import seen_groups

SHOWN_AT_MOST = 200
M = TypeVar("M", bound=Model)


def lake_folder() -> Path:
    """The folder whose ``feeds/`` a snapshot takes over."""
    return lake.root()


WORDS = {
    "ok": ("按期", "g"),
    "due": ("未到期", "b"),
    "late": ("逾期", "r"),
    "failing": ("读取失败", "r"),
    "list": ("发函比对", ""),
    "inside": ("部门内部比对", ""),
}


def catalogue(scope: Scope) -> QuerySet[FeedAgreement]:
    """Agreements in scope that have not ended, with `last_period`, `last_received`, `on_time` and `unread` of today."""
    today = business_now().date()
    mine = Delivery.objects.filter(agreement=OuterRef("pk"))
    done = mine.filter(state__in=("done", "expired")).order_by("-period", "-received_on")
    return (
        agreements(scope)
        .filter(until=None)
        .annotate(
            last_period=Subquery(done.values("period")[:1]),
            last_received=Subquery(done.values("received_on")[:1]),
            on_time=Case(When(watch.delivered(today), then=Value(True)), default=Value(False)),
            unread=Exists(mine.filter(state="unread")),
        )
    )


def state_of(row: Any, today: dt.date) -> str:
    """How fresh a row of the catalogue is: a key of WORDS."""
    if row.way != FeedAgreement.Way.FILE:
        return str(row.way)
    if not row.on_time:
        return "failing" if row.unread else "late"
    return "ok" if row.last_period and row.last_period >= row.declared.last_period(today) else "due"


@dataclass(frozen=True)
class Freshness:
    """How fresh one feed of one place is: feed code, last period and when it came (None = never), a key of WORDS."""

    feed: str
    region: str
    last_period: dt.date | None
    last_received: dt.date | None
    state: str


def freshness(scope: Scope, today: dt.date) -> list[Freshness]:
    """Every agreement in scope that has not ended; one query."""
    rows: Any = catalogue(scope).order_by("region__level", "region__code", "feed")
    return [Freshness(r.feed, r.region.name, r.last_period, r.last_received, state_of(r, today)) for r in rows]


def unused(scope: Scope, today: dt.date) -> list[Feed]:
    """Feeds of the catalogue that the person's own place has not agreed on."""
    home = scope.home
    if home is None:
        return []
    used = set(FeedAgreement.objects.filter(Q(until=None) | Q(until__gt=today), region_id=home.id).values_list("feed", flat=True))
    return [f for f in feeds().values() if f.code not in used]


def agreements(scope: Scope, permission: str = VIEW) -> QuerySet[FeedAgreement]:
    """Agreements in scope."""
    rows: Any = FeedAgreement.objects
    found: QuerySet[FeedAgreement] = rows.within(scope, permission).select_related("office__region", "region")
    return found


def agreement(scope: Scope, pk: int, permission: str = VIEW) -> FeedAgreement:
    """One agreement; raises OutOfScope."""
    return _one(agreements(scope, permission), pk)


def deliveries(scope: Scope) -> QuerySet[Delivery]:
    """Deliveries in scope."""
    rows: Any = Delivery.objects
    found: QuerySet[Delivery] = rows.within(scope).select_related("office", "region", "agreement")
    return found


def delivery(scope: Scope, pk: int) -> Delivery:
    """One delivery; raises OutOfScope."""
    return _one(deliveries(scope), pk)


def file_of(scope: Scope, record_id: str) -> Delivery | None:
    """Whose file it is: who may send the feed may open it, nobody else."""
    rows: Any = Delivery.objects
    found: Delivery | None = rows.within(scope, "exchange.send").filter(pk=int(record_id)).first()
    return found


def list_of(scope: Scope, record_id: str) -> Letter | None:
    """Whose list it is: who manages letters may open it."""
    rows: Any = Letter.objects
    found: Letter | None = rows.within(scope, "exchange.manage").filter(pk=int(record_id)).first()
    return found


def letters(scope: Scope, permission: str = VIEW) -> QuerySet[Letter]:
    """Letters in scope."""
    rows: Any = Letter.objects
    found: QuerySet[Letter] = rows.within(scope, permission).select_related("office", "region", "agreement")
    return found


def letter(scope: Scope, pk: int, permission: str = VIEW) -> Letter:
    """One letter; raises OutOfScope."""
    return _one(letters(scope, permission), pk)


def questions(scope: Scope) -> QuerySet[MatchQuestion]:
    """Questions in scope; those without any candidate are nobody's to decide and not listed."""
    found: QuerySet[MatchQuestion] = (
        MatchQuestion.objects.within(scope, MATCH)
        .exclude(candidates=[])
        .select_related("first__office", "member", "county", "town", "village")
    )
    return found


def question(scope: Scope, pk: int) -> MatchQuestion:
    """One question; raises OutOfScope."""
    return _one(questions(scope), pk)


def candidate(scope: Scope, said: str) -> Member:
    """The member a form names; raises Refused where none was chosen, OutOfScope where it is out of sight."""
    if not said.isdecimal() or len(said) > 11:
        raise Refused("还没有选择是哪一位候选人。请选择后再提交；都不是的，点“都不是”。", field="member")
    found: Member = _one(Member.objects.within(scope), int(said))
    return found


def next_question(scope: Scope, done: MatchQuestion) -> int | None:
    """The next open one below it, else the first."""
    rows = questions(scope).filter(state="open").exclude(pk=done.pk).order_by("-pk").values_list("pk", flat=True)
    found: int | None = rows.filter(pk__lt=done.pk).first() or rows.first()
    return found


def _one(rows: QuerySet[M], pk: int) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


@dataclass(frozen=True)
class SourceRow:
    """One row of a feed about a household: who (code of the member, "" = the household), when, what it says, how it was tied."""

    period: str
    member: str
    day: dt.date
    said: list[tuple[str, str]]
    way: str
    delivery: int
    line: int


def source_rows(
    scope: Scope, household: Household, since: dt.date, until: dt.date, codes: tuple[str, ...] = ()
) -> list[tuple[Feed, list[SourceRow]]]:
    """The rows of some feeds (all without `codes`) about a household, the latest first, at most 200 a feed. Raises OutOfScope.

    A feed is left out where the person does not see the same facts in the household file.
    """
    if not household.covers(scope, VIEW_HOUSEHOLD):
        raise OutOfScope
    see = seen_groups(scope, household, VIEW_HOUSEHOLD)
    members = dict(Member.objects.filter(household=household).values_list("lake_key", "code"))
    counties = [str(household.county.code)[:6]] if household.county else counties_of(household.region)
    out: list[tuple[Feed, list[SourceRow]]] = []
    con = lake.connection()
    try:
        for known in (feed(c) for c in codes or tuple(feeds()) if see(group_of(c))):
            files = lake.partitions(known.code, counties, since, until)
            if files and (rows := _rows_of(con, known, files, household.lake_key, members)):
                out.append((known, rows))
    finally:
        con.close()
    return out


def held_on(scope: Scope, household: Household, today: dt.date) -> list[tuple[Feed, str]]:
    """(feed, last period) that departments have sent of the household's district and the person may see of it; reads no row."""
    see = seen_groups(scope, household, VIEW_HOUSEHOLD)
    county = str(household.county.code)[:6] if household.county else ""
    last = {f.code: lake.last_period(f.code, county, today) for f in feeds().values() if county and see(group_of(f.code))}
    return [(f, last[f.code]) for f in feeds().values() if last.get(f.code)]


def _rows_of(con: Any, known: Feed, files: list[str], key: int, members: dict[int, str]) -> list[SourceRow]:
    columns = ", ".join(f.code for f in known.fields)
    sql = f"SELECT filename, person, day, way, delivery, line, {columns} FROM read_parquet(?, filename = true) WHERE household = ? ORDER BY day DESC, line LIMIT ?"  # noqa: S608 - names of our own catalogue
    ways = words_of("ways")
    return [
        SourceRow(
            period=Path(name).parent.name.removeprefix("period="),
            member=members.get(person, ""),
            day=day,
            said=[(f.label, shown(f, value)) for f, value in zip(known.fields, values, strict=True)],
            way=str(ways.get(way, way)),
            delivery=pk,
            line=line,
        )
        for name, person, day, way, pk, line, *values in con.execute(sql, [files, key, SHOWN_AT_MOST]).fetchall()
    ]


def shown(field: Any, value: Any) -> str:
    """A stored value in words; "--" = no data, which is not 0."""
    if value is None:
        return "--"
    if field.choices:
        return str(field.choices.get(str(value), value))
    if field.type == "money":
        return f"{value / 100:,.2f} 元"
    if field.type == "area":
        return f"{value / 100:,.2f} ㎡"
    if field.type == "flag":
        return "是" if value else "否"
    return f"{value:,} {field.unit}" if field.type == "whole" and field.unit != "年" else str(value)


def words_of(name: str) -> dict[str, str]:
    """A list of words of rulebook/matching.yaml."""
    from shouwang.engine.matching.chinese import book  # heavy

    found: dict[str, str] = book()[name]
    return found


def household(scope: Scope, pk: int) -> Household:
    """The household whose source rows are wanted; raises OutOfScope."""
    return registry.household(scope, pk)


def contradictions(scope: Scope, period: dt.date) -> list[tuple[Conflict, Household, Member | None]]:
    """What feeds say against one another about the persons of the scope in a period, at most 200 lines."""
    places = scope.places(VIEW)
    counties = sorted({c for p in places for c in _counties(p.id)}) if not scope.everything else _counties(None)
    found = found_in(counties, period)
    homes = {h.lake_key: h for h in _visible(scope, [c.household for c in found])}
    people = {m.lake_key: m for m in Member.objects.filter(lake_key__in=[c.person for c in found if c.person])}
    return [(c, homes[c.household], people.get(c.person or 0)) for c in found if c.household in homes]


def _visible(scope: Scope, keys: list[int]) -> list[Household]:
    return list(Household.objects.within(scope).filter(lake_key__in=keys[:500]).select_related("town", "village"))


def _counties(region: int | None) -> list[str]:
    if region is None:
        return [c[:6] for c in Region.objects.filter(level=Region.COUNTY).values_list("code", flat=True)]
    return counties_of(Region.objects.select_related("county").get(pk=region))


def by_way(scope: Scope) -> dict[str, int]:
    """How many rows in scope were tied in which way."""
    names = ("exact_rows", "points_rows", "model_rows", "person_rows", "open_rows", "unknown_rows")
    found = deliveries(scope).filter(state="done").order_by().aggregate(**{n: Sum(n) for n in names})
    return {n: int(found[n] or 0) for n in names}


def open_count(scope: Scope, url_name: str) -> int | None:
    """The number beside a menu item."""
    if url_name == "exchange_questions":
        return questions(scope).filter(state="open").order_by().aggregate(n=Count("pk"))["n"] or None
    if url_name == "exchange_letters":
        return letters(scope).filter(state__in=("sent", "answered")).order_by().aggregate(n=Count("pk"))["n"] or None
    return None
