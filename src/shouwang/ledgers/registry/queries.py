"""Reads of the registry. Everything a person sees comes through `within(scope)`; the named sets are shared by lists and figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shouwang.kernel.accounts.models import Office, User
from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.queries import Entry, timeline
from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.models import Record
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.codes import rule
from shouwang.ledgers.registry.lines import below_q, lines
from shouwang.ledgers.registry.models import (
    WATER_FIELDS,
    HelperAssignment,
    Household,
    HouseholdChange,
    IncomeStatement,
    LookAlike,
    Member,
    OfHousehold,
    ProgrammeStatus,
    Visit,
)
from shouwang.ledgers.registry.policies import EDIT, LOOKALIKES, REVEAL_FIELD, VIEW

M = TypeVar("M", bound=OfHousehold)
IN_REGISTRATION = ("poor", "newly_poor", "exited", "relapsed")
STILL_POOR = ("poor", "newly_poor", "relapsed")
WATCHED = ("unstable", "borderline", "sudden")
# Sets that the row itself decides: a list keeps those outside as cheaply as those inside.
REGISTERED = Q(registration__in=IN_REGISTRATION)
UNDER_WATCH = Q(monitoring__in=WATCHED)
UNSAFE_HOUSING = Q(housing_grade__in=("c", "d"), housing_lived_in=True)
WATER_OPEN = reduce(or_, (Q(**{field: False}) for field in WATER_FIELDS))
FOUND_AT_MOST = 20
PLACES = ("region_id", "city_id", "county_id", "town_id", "village_id")
LISTED = (
    *("uid", "code", "head_name", "hamlet", "phone", "updated_at", "registration", "monitoring", "main_cause", "housing_grade"),
    *("housing_lived_in", *WATER_FIELDS, *PLACES),
)
# Sub-selects and not joins: a count drops the former with the annotation, the latter it keeps.
PLACE_NAMES = {
    f"{level}_name": Subquery(Region.objects.filter(pk=OuterRef(f"{level}_id")).order_by().values("name"))
    for level in ("county", "town", "village")
}

# The last day somebody of the household was reached.
LAST_VISIT = Subquery(
    Visit.objects.filter(household=OuterRef("pk"), reach="reached", correction=None).order_by("-visited_on").values("visited_on")[:1]
)


def households(scope: Scope) -> QuerySet[Household]:
    """Households in scope with what a list shows: place names, living members, last income, helpers in force.

    Only the columns of the list are read: a column that wants another field costs a query a row, which the conformance suite finds.
    """
    living = Member.objects.filter(household=OuterRef("pk"), left_on=None).order_by().values("household").annotate(n=Count("pk"))
    incomes = IncomeStatement.objects.filter(is_latest=True).only("household_id", "net", "persons")
    helpers = HelperAssignment.objects.filter(until=None).only("household_id", "name").order_by("-since", "-pk")
    return (
        current(Household.objects.within(scope))
        .only(*LISTED)
        .annotate(persons=Coalesce(Subquery(living.values("n"), output_field=IntegerField()), 0), last_visit=LAST_VISIT, **PLACE_NAMES)
        .prefetch_related(Prefetch("incomes", incomes, to_attr="latest_incomes"), Prefetch("helpers", helpers, to_attr="open_helpers"))
    )


def members(scope: Scope) -> QuerySet[Member]:
    """Living members in scope with household and place names."""
    found: QuerySet[Member] = Member.objects.within(scope).filter(left_on=None).select_related("household").annotate(**PLACE_NAMES)
    return found


def household(scope: Scope, pk: int, permission: str = VIEW) -> Household:
    """One household; raises OutOfScope where the permission does not reach it."""
    found = Household.objects.within(scope, permission).select_related("region", "county", "town", "village").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def of_household(model: type[M], scope: Scope, pk: int, permission: str = EDIT) -> M:
    """One member, income statement or helper assignment with its household; raises OutOfScope."""
    rows: Any = model._default_manager
    found: M | None = rows.within(scope, permission).select_related("household__region").filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def household_by_code(scope: Scope, code: str, permission: str) -> Household:
    """The household of that number; raises Refused in words where there is none that the permission reaches."""
    found = Household.objects.within(scope, permission).select_related("region", "county", "town", "village").filter(code=code).first()
    if found is None:
        raise Refused(f"没有户编号为“{code}”的户，或不在您的办理权限范围内。请核对户编号；跨区（县）的由市办理。", field="other")
    return found


def changes(scope: Scope) -> QuerySet[HouseholdChange]:
    """Changes from or to the places of the scope, with both households and both places."""
    return HouseholdChange.objects.within(scope).select_related("source", "target", "region__town", "origin__town")


def change(scope: Scope, pk: int) -> HouseholdChange:
    """One change with its members; raises OutOfScope."""
    beside = ("county", "town", "origin__county", "source__region", "target__region")
    with rls.everywhere():  # of the two households, and the members between them, one side may lie out of reach
        rows = changes(scope).select_related(*beside).prefetch_related("members__member__household")
        found = rows.filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def changes_of(household: Household) -> list[HouseholdChange]:
    """What became of the household and where it came from, the youngest first."""
    rows = HouseholdChange.objects.filter(Q(source=household) | Q(target=household))
    beside = rows.select_related("source", "target", "region", "town", "origin__town").prefetch_related("members__member")
    with rls.everywhere():  # the other household may have moved out of reach; what happened here stays told
        return list(beside.order_by("-effective", "-pk"))


PAIR_SIDES = tuple(f"{side}_{row}" for side in ("left", "right") for row in ("member__household", "member__village", "household__village"))


def lookalikes(scope: Scope) -> QuerySet[LookAlike]:
    """Pairs of the scope with both sides."""
    return LookAlike.objects.within(scope).select_related(*PAIR_SIDES)


def lookalike(scope: Scope, pk: int) -> LookAlike:
    """One pair; raises OutOfScope."""
    found = lookalikes(scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def next_lookalike(scope: Scope, pair: LookAlike) -> int | None:
    """The pair to look at after this one: the most alike that waits."""
    rows = LookAlike.objects.within(scope).filter(state="open").exclude(pk=pair.pk)
    return rows.order_by("-points", "-pk").values_list("pk", flat=True).first()


def counties_to_search(scope: Scope) -> list[Region]:
    """The counties the person's places are, hold or lie in."""
    places = [p.id for p in scope.places(LOOKALIKES)]
    held = Region.objects.filter(scope.q(LOOKALIKES), level=Region.COUNTY)
    around = Region.objects.filter(level=Region.COUNTY, pk__in=Region.objects.filter(pk__in=places).values("county_id"))
    return list((held | around).order_by("code"))


def timeline_of(record: Record) -> list[Entry]:
    """The acts on one record, the youngest first."""
    return timeline(record._meta.label_lower, str(record.pk))


def found_by_number(scope: Scope, number: str) -> list[Household]:
    """Households in scope one of whose members, or which itself, has exactly that ID or phone number; at most 20."""
    people = Member.objects.within(scope).filter(Q(id_number__blind=number) | Q(phone__blind=number)).values_list("household_id", flat=True)
    own = Household.objects.within(scope).filter(phone__blind=number).values_list("pk", flat=True)
    keys = sorted({*people[:FOUND_AT_MOST], *own[:FOUND_AT_MOST]})[:FOUND_AT_MOST]
    return list(households(scope).filter(pk__in=keys).order_by("code"))


def reveals_today(scope: Scope, today: dt.date) -> int:
    """How many fields this person has had revealed on the business day."""
    return Event.objects.filter(verb=REVEAL_FIELD.code, actor_id=scope.user_id, business_at=today).count()


def helper_users(scope: Scope) -> QuerySet[User]:
    """Active accounts that may be named as helpers: whoever holds the helper's role, in any district; none for who may not assign."""
    if not scope.may(EDIT):
        return User.objects.none()
    return User.objects.filter(is_active=True, grants__role="helper").select_related("office").distinct().order_by("name", "pk")


def sponsor_units(today: dt.date) -> QuerySet[Office]:
    """Offices in force that may stand behind a household: sponsor units, departments, lead offices."""
    kinds = (Office.Kind.UNIT, Office.Kind.DEPARTMENT, Office.Kind.LEAD)
    return Office.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), valid_from__lte=today, kind__in=kinds).order_by(
        "tier", "rank", "code"
    )


def city_code() -> str:
    """The code of the installation's city, by which lines are looked up for sets of households; "" before regions are loaded."""
    return Region.objects.filter(level=Region.CITY).order_by("code").values_list("code", flat=True).first() or ""


# Named sets. Each takes a queryset of households or members and narrows it; figures and list filters use the same ones.


def current(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Households that stand: those that went into another are kept and counted nowhere."""
    return rows.filter(closed_on=None)


def registered(rows: QuerySet[Household]) -> QuerySet[Household]:
    """In 建档立卡 and not removed."""
    return rows.filter(REGISTERED)


def on_file(rows: QuerySet[Household]) -> QuerySet[Household]:
    """In 建档立卡 or watched: the households the line is held against."""
    return rows.filter(REGISTERED | UNDER_WATCH)


def below_line(rows: QuerySet[Household], today: dt.date) -> QuerySet[Household]:
    """On file, and the last window's income per head is under the line of the household's standard system today."""
    city = city_code()
    if not city:
        return rows.none()  # no regions, so no households, and no line to look up
    reach = Q(pk__in=[])
    for line, systems in lines(on=today, region=city).items():
        poor = IncomeStatement.objects.filter(below_q(line)).values("household_id")
        reach |= Q(standard_system__in=systems, pk__in=poor)
    return on_file(rows).filter(reach)


def with_income(rows: QuerySet[Household]) -> QuerySet[Household]:
    """With a last window; joined, so that a sum over ``incomes`` takes that window only."""
    return rows.filter(incomes__is_latest=True)


def of_risk(code: str, field: str = "risks") -> Q:
    """A comma-separated list of risks holds the code."""
    return (
        Q(**{field: code})
        | Q(**{f"{field}__startswith": f"{code},"})
        | Q(**{f"{field}__endswith": f",{code}"})
        | Q(**{f"{field}__contains": f",{code},"})
    )


def at_risk(rows: QuerySet[Household], codes: Iterable[str]) -> QuerySet[Household]:
    """Those under watch for one of the risks."""
    periods = ProgrammeStatus.objects.filter(reduce(or_, (of_risk(c) for c in codes), Q(pk__in=[])), programme="monitoring", until=None)
    return watched(rows).filter(pk__in=periods.values("household_id"))


def watched(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Watched against relapse or fall into poverty, risk not cleared."""
    return rows.filter(UNDER_WATCH)


def wage_dependent(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Wages are half of the last window's net income or more; without division, and not where there are no wages."""
    latest = IncomeStatement.objects.filter(is_latest=True, wage__gt=0, net__lte=F("wage") * 2)
    return rows.filter(pk__in=latest.values("household_id"))


def with_business(rows: QuerySet[Household]) -> QuerySet[Household]:
    """With income from production or business in the last window."""
    return rows.filter(pk__in=IncomeStatement.objects.filter(is_latest=True, business__gt=0).values("household_id"))


def unsafe_housing(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Living in a house of grade C or D."""
    return rows.filter(UNSAFE_HOUSING)


def water_open(rows: QuerySet[Household]) -> QuerySet[Household]:
    """One of water quantity, quality, access or reliability does not reach the standard; not checked is not counted."""
    return rows.filter(WATER_OPEN)


def without_helper(rows: QuerySet[Household]) -> QuerySet[Household]:
    """空档户: on file and nobody looks after it."""
    return on_file(rows).filter(~Exists(HelperAssignment.objects.filter(household=OuterRef("pk"), until=None)))


def living(rows: QuerySet[Member], day: dt.date) -> QuerySet[Member]:
    """Members on `day`."""
    return rows.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)


def living_now(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Members who have not left."""
    return rows.filter(left_on=None)


def of_registered(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Members of registered households."""
    return rows.filter(household__registration__in=IN_REGISTRATION)


def labour_force(rows: QuerySet[Member], today: dt.date) -> QuerySet[Member]:
    """Able to work (普通、技能、弱或半劳动力), of age 16 or more and not in school."""
    youngest = rule("working_ages", on=today).value["male"][0]
    born = years_before(today, youngest)
    able = rule("able_labour", on=today).value
    return rows.filter(labour__in=able, school_status="not_in_school", birth_date__lte=born)


def out_of_school_for_poverty(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Of compulsory school age, out of school for economic reasons."""
    return rows.filter(out_of_school_reason="poverty")


def uninsured(rows: QuerySet[Member]) -> QuerySet[Member]:
    """Without basic medical insurance."""
    return rows.filter(insurance="none")


def years_before(day: dt.date, years: int) -> dt.date:
    """The day `years` earlier: who was born then or before has that age."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def living_count(household: Household) -> int:
    """How many members live in the household now."""
    return household.members.filter(left_on=None).count()


def statuses(household: Household) -> QuerySet[ProgrammeStatus]:
    """The programme periods of a household, the open ones first, then the latest."""
    return household.statuses.order_by(F("until").desc(nulls_first=True), "-since", "-pk")


def namesakes(scope: Scope, household: Household) -> list[Household]:
    """Other households in scope of the same village whose head has the same name, with the head as `heads`; at most five."""
    heads = Member.objects.filter(relation="head", left_on=None).only("household_id", "birth_date")
    rows = Household.objects.within(scope).filter(village_id=household.village_id, head_name=household.head_name)
    return list(rows.exclude(pk=household.pk).prefetch_related(Prefetch("members", heads, to_attr="heads")).order_by("code")[:5])
