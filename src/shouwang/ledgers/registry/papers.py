"""The catalogue of a household's file: which papers it must hold, and which it lacks. One definition for page, list and figure.

Each paper is a dated rule of rulebook/household_papers.yaml; its conditions become filters here and are evaluated by the database only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from shouwang.kernel.attachments.models import Attachment
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book, lookup
from shouwang.ledgers.registry.models import Household, Member, Paper, Visit
from shouwang.ledgers.registry.policies import EDIT, REVEAL, seen_groups
from shouwang.ledgers.registry.queries import living_now, on_file, years_before

BOOK = "household_papers"
NEED, KEPT = "need_", "kept_"


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper of the catalogue as it stands on a day; `months` 0 = stands until replaced."""

    code: str
    name: str
    per: str
    group: str
    when: tuple[Mapping[str, Any], ...]
    months: int
    kept_by: str
    source: str
    unverified: bool

    @property
    def of_member(self) -> bool:
        """Whether each member to whom it applies has one."""
        return self.per == "member"

    def valid_until(self, dated_on: dt.date) -> dt.date | None:
        """The last day a paper of that date stands; None without a limit."""
        return months_after(dated_on, self.months) - dt.timedelta(days=1) if self.months else None


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day `months` later (earlier where negative), or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for back in range(4):
        try:
            return dt.date(year, month + 1, day.day - back)
        except ValueError:
            continue
    raise ValueError(day)


@lru_cache(maxsize=64)
def catalogue(on: dt.date) -> tuple[Entry, ...]:
    """The papers in force on a day, in the order of the rulebook."""
    out = []
    for code in book(BOOK):
        try:
            found = lookup(BOOK, code, on=on)
        except LookupError:
            continue  # not asked for yet, or no longer
        v = found.value
        out.append(
            Entry(
                code=code,
                name=v["name"],
                per=v["per"],
                group=v["group"],
                when=tuple(v["when"]),
                months=v.get("months", 0),
                kept_by=v.get("kept_by", ""),
                source=found.source,
                unverified=found.unverified,
            )
        )
    return tuple(out)


def entry(code: str, on: dt.date) -> Entry | None:
    """The paper of that code; None where the day's catalogue has none."""
    return next((e for e in catalogue(on) if e.code == code), None)


def needed(wanted: Entry, today: dt.date) -> Q:
    """Which households (members) on file must have the paper; the filter applies to Household (Member)."""
    reach = Q(pk__in=[])
    for conditions in wanted.when:
        part = Q()
        for name, value in conditions.items():
            part &= _condition(name, value, today)
        reach = reach | part if conditions else ~Q(pk__in=[])
    return reach


def _condition(name: str, value: Any, today: dt.date) -> Q:
    if name == "members":
        inside = Q()
        for key, said in value.items():
            inside &= _condition(key, said, today)
        return Q(Exists(living_now(Member.objects.filter(household=OuterRef("pk"))).filter(inside)))
    if name == "age":
        low, high = value
        reach = Q() if low is None else Q(birth_date__lte=years_before(today, low))
        return reach if high is None else reach & Q(birth_date__gt=years_before(today, high + 1))
    if value == "known":
        return Q(**{f"{name}__isnull": False})
    return Q(**{name: value}) if isinstance(value, bool) else Q(**{f"{name}__in": value})


def in_force(today: dt.date) -> Q:
    """Papers that stand on the day: kept and not run out, or waived."""
    return Q(state=Paper.State.WAIVED) | Q(Q(valid_until=None) | Q(valid_until__gte=today), state=Paper.State.KEPT)


def visits_within(today: dt.date, months: int) -> QuerySet[Visit]:
    """Visits that reached the household within the last months and were not corrected since."""
    rows: QuerySet[Visit] = Visit.objects.filter(reach="reached", correction=None, visited_on__gt=months_after(today, -months))
    return rows.filter(visited_on__lte=today)


def lacking(wanted: Entry, today: dt.date) -> Q:
    """The households that must have the paper and do not, as a filter on Household."""
    held = Paper.objects.filter(in_force(today), code=wanted.code)
    if wanted.of_member:
        people = living_now(Member.objects.filter(household=OuterRef("pk"))).filter(needed(wanted, today))
        return Q(Exists(people.filter(~Exists(held.filter(member=OuterRef("pk"))))))
    short = needed(wanted, today) & Q(~Exists(held.filter(household=OuterRef("pk"), member=None)))
    if wanted.kept_by == "visits":
        short &= Q(~Exists(visits_within(today, wanted.months).filter(household=OuterRef("pk"))))
    return short


def incomplete(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """档案缺件: on file, and a paper of the day's catalogue is missing or has run out."""
    short = Q(pk__in=[])
    for wanted in catalogue(today):
        short |= lacking(wanted, today)
    return on_file(rows).filter(short)


def complete(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """On file with every paper the day's catalogue asks for."""
    kept = on_file(rows)
    for wanted in catalogue(today):
        kept = kept.filter(~lacking(wanted, today))
    return kept


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the file: a paper of the catalogue, of the household or of one member. `paper` is None before anybody entered one."""

    entry: Entry
    member: Member | None
    needed: bool
    paper: Paper | None
    by_visit: bool
    today: dt.date
    files: tuple[Attachment, ...] = ()

    @property
    def status(self) -> str:
        """kept, expired, waived, missing or unneeded; as `lacking` decides for sets."""
        held = self.paper
        state = held.state if held else Paper.State.WITHDRAWN
        if state == Paper.State.WAIVED:
            return "waived"
        expired = held is not None and held.valid_until is not None and held.valid_until < self.today
        if (state == Paper.State.KEPT and not expired) or self.by_visit:
            return "kept"
        if state == Paper.State.KEPT:
            return "expired"
        return "missing" if self.needed else "unneeded"

    @property
    def badge(self) -> tuple[str, str]:
        """Word and tone of the status."""
        return {
            "kept": ("已归档", "g"), "expired": ("已过期", "o"), "waived": ("不需要", "n"), "missing": ("缺件", "r"), "unneeded": ("无须归档", "n"),
        }[self.status]  # fmt: skip

    @property
    def open(self) -> bool:
        """Whether it counts as 缺件."""
        return self.needed and self.status in ("missing", "expired")

    @property
    def label(self) -> str:
        """The paper's name, and whose it is."""
        return f"{self.entry.name}（{self.member.name}）" if self.member else self.entry.name


def asked_of(household: Household, today: dt.date) -> tuple[dict[str, bool], dict[int, dict[str, bool]]]:
    """What the catalogue asks of a household and of each living member: {need_code / kept_code: bool}, and by member id. Two queries."""
    homes, people = {}, {}
    for wanted in catalogue(today):
        if wanted.of_member:
            people[NEED + wanted.code] = _flag(needed(wanted, today))
            continue
        homes[NEED + wanted.code] = _flag(needed(wanted, today))
        if wanted.kept_by == "visits":
            homes[KEPT + wanted.code] = _flag(Q(Exists(visits_within(today, wanted.months).filter(household=OuterRef("pk")))))
    filed = on_file(Household.objects.filter(pk=household.pk)).annotate(**homes).values(*homes).first()
    rows = living_now(Member.objects.filter(household=household)).annotate(**people).values("pk", *people) if filed else ()
    return dict(filed or {}), {row.pop("pk"): row for row in rows}


def _flag(condition: Q) -> Any:
    return ExpressionWrapper(condition, output_field=BooleanField())


def slots(household: Household, today: dt.date) -> list[Slot]:
    """The household's file: every paper of the day's catalogue, members in the order they joined, with what is kept. Five queries."""
    homes, people = asked_of(household, today)
    held = {(p.member_id, p.code): p for p in household.papers.all()}
    files = files_of(list(held.values()))
    living = list(living_now(household.members.all()).order_by("id"))
    out = []
    for wanted in catalogue(today):
        for member in living if wanted.of_member else [None]:
            asked = people.get(member.pk, {}) if member else homes
            paper = held.get((member.pk if member else None, wanted.code))
            out.append(
                Slot(
                    entry=wanted,
                    member=member,
                    needed=bool(asked.get(NEED + wanted.code)),
                    paper=paper,
                    by_visit=bool(asked.get(KEPT + wanted.code)),
                    today=today,
                    files=files.get(paper.pk, ()) if paper else (),
                )
            )
    return out


def files_of(papers: list[Paper]) -> dict[int, tuple[Attachment, ...]]:
    """The files of some papers by paper id; one query."""
    found: dict[int, tuple[Attachment, ...]] = {}
    rows = Attachment.objects.filter(ledger=Paper._meta.label_lower, record_id__in=[str(p.pk) for p in papers])
    for row in rows.order_by("id"):
        found[int(row.record_id)] = (*found.get(int(row.record_id), ()), row)
    return found


def tally(found: list[Slot]) -> dict[str, int]:
    """How many papers are asked for and how many of them are open."""
    asked = [s for s in found if s.needed]
    short = sum(s.open for s in asked)
    return {"asked": len(asked), "open": short, "kept": len(asked) - short}


def visible(found: list[Slot], see: Callable[[str], bool]) -> list[Slot]:
    """The slots whose name gives nothing away to this person."""
    return [s for s in found if see(s.entry.group)]


def paper_of(scope: Scope, record_id: str) -> Paper | None:
    """The paper whose file a person may open: who keeps the household's file or may see masked fields whole, and sees the paper's group.

    Copies of certificates carry numbers that every other page masks.
    """
    rows: Any = Paper.objects
    for permission in (EDIT, REVEAL):
        found: Paper | None = rows.within(scope, permission).select_related("household").filter(pk=int(record_id)).first()
        if found is None:
            continue
        group = GROUPS.get(found.code, "identity")
        if seen_groups(scope, found.household, permission)(group):
            return found
    return None


GROUPS = {code: rules[-1].value["group"] for code, rules in book(BOOK).items()}
