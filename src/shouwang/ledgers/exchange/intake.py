"""A delivery's rows from the file to the lake, piece by piece: counted without writing first, kept once a person has confirmed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shouwang.engine.feeds import Feed
from shouwang.kernel.attachments import store
from shouwang.kernel.audit.actions import create_many
from shouwang.kernel.imports.models import ColumnMapping
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.exchange import lake, policies
from shouwang.ledgers.exchange.models import Delivery, MatchQuestion
from shouwang.ledgers.exchange.reading import OpenedFile, Piece, open_file
from shouwang.ledgers.registry.models import Member

if TYPE_CHECKING:
    import pyarrow as pa

    from shouwang.ledgers.exchange.people import People, Tied

PIECE = 20_000
WAY_FIELDS = {"exact": "exact_rows", "code": "exact_rows", "points": "points_rows", "model": "model_rows", "person": "person_rows"}
PLACES = ("city_id", "county_id", "town_id", "village_id")


@dataclass
class Counts:
    """Rows by what became of them; names are the delivery's fields."""

    of: Counter[str] = field(default_factory=Counter)

    def add(self, piece: Piece, tied: Tied) -> None:
        """One piece more."""
        self.of["rows"] += piece.count
        self.of["error_rows"] += len(piece.faults)
        for _person, way, _bits in tied.persons.values():
            self.of[WAY_FIELDS[way]] += 1
        self.of["open_rows"] += len(tied.open)
        self.of["unknown_rows"] += len(tied.unknown)


def sheet_key(feed: Feed) -> str:
    """Under which name the columns of a feed's files are remembered."""
    return f"feed:{feed.code}"


def opened(delivery: Delivery) -> OpenedFile:
    """The delivery's file by its columns; raises Refused."""
    return open_file(store.load(delivery.digest), delivery.name, delivery.declared, delivery.period, lambda s: mapping_of(delivery, s))


def mapping_of(delivery: Delivery, signature: str) -> Mapping[str, str] | None:
    """What somebody has said of files of this sender with this header."""
    rows = ColumnMapping.objects.filter(sheet=sheet_key(delivery.declared), office_id=delivery.office_id, signature=signature)
    return rows.values_list("columns", flat=True).first()


def tied_rows(feed: Feed, piece: Piece, tied: Tied, questions: Mapping[int, int]) -> pa.Table:
    """The rows of a piece as the lake keeps them: who they are about instead of what was written; unknown ones are left out.

    `questions` gives the question of each open line.
    """
    import pyarrow as pa

    lines = piece.rows["line"].to_pylist()
    keep = [n for n, line in enumerate(lines) if line in tied.persons or line in questions]
    kept = piece.rows.take(pa.array(keep, pa.int64()))
    who = [tied.persons.get(lines[n]) for n in keep]
    own = {
        "line": kept["line"],
        "person": pa.array([w[0] if w else None for w in who], pa.int64()),
        "question": pa.array([None if w else questions[lines[n]] for n, w in zip(keep, who, strict=True)], pa.int64()),
        "way": pa.array([w[1] if w else "person" for w in who], pa.string()),
        "bits": pa.array([w[2] if w else 0 for w in who], pa.int64()),
        "day": kept["day"],
    }
    return pa.table({**own, **{f.code: kept[f.code] for f in feed.fields}}, lake.schema_of(feed))


def ask(delivery: Delivery, tied: Tied, *, by: Scope, today: dt.date) -> dict[int, int]:
    """{line: question} of the open rows; identities not asked about yet become questions. Of hits, unknown ones are kept as outside."""
    lines = {line: tied.asked[line][0] for line, (pk, _) in tied.open.items() if pk is None}
    fresh = {tag: (line, tied.open[line][1]) for line, tag in lines.items()}
    if delivery.hits:
        fresh |= {tied.asked[line][0]: (line, []) for line in tied.unknown if line in tied.asked}
    held = dict(MatchQuestion.objects.filter(city_id=delivery.city_id, tag__in=list(fresh)).values_list("tag", "pk"))
    made = [
        _question(delivery, tag, tied.asked[line][1], candidates, today) for tag, (line, candidates) in fresh.items() if tag not in held
    ]
    for start in range(0, len(made), 500):
        held |= {q.tag: q.pk for q in create_many(made[start : start + 500], by=Scope.system(by.user_name), verb=policies.ASK, today=today)}
    return {line: pk for line, (pk, _) in tied.open.items() if pk is not None} | {line: held[tag] for line, tag in lines.items()}


def _question(delivery: Delivery, tag: str, said: str, candidates: list[list[int]], today: dt.date) -> MatchQuestion:
    made = MatchQuestion(feed=delivery.feed, first=delivery, tag=tag, candidates=candidates, asked_on=today)
    made.said = said
    made.state = MatchQuestion.State.OPEN if candidates else MatchQuestion.State.OUTSIDE
    put_among(made, [c[0] for c in candidates], delivery)
    return made


def put_among(question: MatchQuestion, members: list[int], delivery: Delivery) -> None:
    """Let the question lie in the smallest region that holds all its candidates, the delivery's own place without any."""
    rows = list(Member.objects.filter(pk__in=members).values(*PLACES))
    place = delivery.region_id
    found: dict[str, int | None] = {p: getattr(delivery, p) for p in PLACES}
    for level in PLACES if rows else ():
        ids = {r[level] for r in rows}
        if len(ids) != 1 or None in ids:
            found |= dict.fromkeys(PLACES[PLACES.index(level) :], None)
            break
        found[level] = place = next(iter(ids))
    question.region_id = place
    for level, value in found.items():
        setattr(question, level, value)


def standing(feed: str, period: dt.date) -> list[int]:
    """The deliveries whose rows make the feed's period, the earliest first."""
    rows = Delivery.objects.filter(feed=feed, period=period, state="done").order_by("pk")
    return list(rows.values_list("pk", flat=True))


def answers(feed: str) -> dict[int, int | None]:
    """{question: lake key of its answer} of the answered ones."""
    rows = MatchQuestion.objects.filter(state="linked", feed=feed).values_list("pk", "member__lake_key")
    return dict(rows)


def already_there(con: Any, delivery: Delivery, rows: pa.Table) -> int:
    """How many of a delivery's rows stand in the feed's period already, equal in person, day and every column."""
    feed = delivery.declared
    lake.load(con, feed, [pk for pk in standing(delivery.feed, delivery.period) if pk != delivery.pk], answers(feed.code))
    con.register("fresh", rows)
    said = ["person", "day", *(f.code for f in feed.fields)]
    same = " AND ".join(f"h.{c} IS NOT DISTINCT FROM f.{c}" for c in (*said, "nth"))
    nth = f"row_number() OVER (PARTITION BY {', '.join(said)} ORDER BY line) AS nth"
    found: int = con.execute(
        f"WITH f AS (SELECT *, {nth} FROM fresh WHERE person IS NOT NULL), h AS (SELECT * FROM held) SELECT count(*) FROM f JOIN h ON {same}"  # noqa: S608 - names of our own catalogue
    ).fetchone()[0]
    return found


def rebuild(feed: Feed, period: dt.date) -> dict[str, int]:
    """Make the feed's partitions of a period anew from the deliveries that stand; returns rows by county. Safe to repeat."""
    con = lake.connection()
    try:
        lake.load(con, feed, standing(feed.code, period), answers(feed.code))
        return lake.compact(con, feed, period, _homes(lake.persons_held(con)))
    finally:
        con.close()


def _homes(keys: list[int]) -> pa.Table:
    """(person, household, county) of these persons as the registry has them today."""
    import pyarrow as pa

    columns = ("lake_key", "household__lake_key", "county__code")
    rows: list[Any] = []
    if len(keys) > 50_000:
        wanted = frozenset(keys)
        rows = [r for r in Member.objects.values_list(*columns).iterator(chunk_size=20_000) if r[0] in wanted]
    else:
        for start in range(0, len(keys), 500):
            rows += Member.objects.filter(lake_key__in=keys[start : start + 500]).values_list(*columns)
    return pa.table(
        {
            "person": pa.array([r[0] for r in rows], pa.int64()),
            "household": pa.array([r[1] for r in rows], pa.int64()),
            "county": pa.array([str(r[2] or "")[:6] for r in rows], pa.string()),
        }
    )


def counties_of(region: Region) -> list[str]:
    """The six-digit codes of the counties in a region."""
    if region.level >= Region.COUNTY:
        return [str(region.county.code)[:6]] if region.county else [region.code[:6]]
    place = {"city": region} if region.level == Region.CITY else {}
    return [c[:6] for c in Region.objects.filter(level=Region.COUNTY, **place).order_by("code").values_list("code", flat=True)]


def people_of(delivery: Delivery) -> People:
    """The members of the place that collects the feed."""
    from shouwang.ledgers.exchange.people import People

    return People(delivery.region)
