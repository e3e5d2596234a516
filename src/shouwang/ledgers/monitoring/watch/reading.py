"""The registry's rows of one county as columns under pseudonymous keys (docs/algorithms/sweep.md): no name, number, telephone or address."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from shouwang.engine.snapshot import HOUSEHOLDS, PERSONS, RISK_BITS
from shouwang.kernel.privacy.fields import BlindTag
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring.models import Measure
from shouwang.ledgers.monitoring.rules import rule
from shouwang.ledgers.monitoring.watch.policies import SWEEP
from shouwang.ledgers.registry.models import CheckFinding, HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus
from shouwang.ledgers.registry.queries import labour_force, living_now

CHUNK = 5_000
WATCHED = ("unstable", "borderline", "sudden")
ID_CHECKS = ("id_missing", "id_format", "id_date", "id_checksum", "id_birth", "id_sex", "id_twice")
WATER = ("water_quantity", "water_quality", "water_access", "water_reliability")
HOMES = (
    "pk", "lake_key", "town__code", "village__code", "kind", "standard_system", "registration", "monitoring", "housing_grade", *WATER, "arable_land",
    "road_distance",
)  # fmt: skip
PEOPLE = (
    "pk", "lake_key", "household__lake_key", "birth_date", "sex", "relation", "school_status", "health", "labour", "insurance", "disability_type",
    "disability_grade", "public_post", "tag", "numbered",
)  # fmt: skip
TRANSFERS = ("transfer_family_planning", "transfer_dibao", "transfer_tekun", "transfer_pension", "transfer_ecological", "transfer_other")
AMOUNTS = (
    "persons",
    "wage",
    "business",
    "business_expense",
    "out_of_pocket",
    "claims_paid",
    "net",
    "property_dividend",
    "property_other",
    *TRANSFERS,
)


def households(county: Region, *, by: Scope, today: dt.date) -> Any:
    """An Arrow table of the county's households. What stands nowhere is null: no statement is not an income of zero."""
    counted, able = _members(county, by, today)
    incomes, last = _incomes(county, by)
    standing = _standing(county, by)
    measures, developing = _measures(county, by, today)
    helped = set(_rows(HelperAssignment, county, by, "household_id", until=None))
    rows = []
    for values in _rows(Household, county, by, *HOMES, closed_on=None):
        home = dict(zip(HOMES, values, strict=True))
        pk = home["pk"]
        rows.append(
            {
                "household": home["lake_key"],
                "county": int(county.code[:6]),
                "town": int(home["town__code"][:9]),
                "village": int(home["village__code"]),
                "household_class": home["kind"],
                "standard_system": home["standard_system"],
                "monitored": home["monitoring"] in WATCHED,
                "exited": home["registration"] == "exited",
                "persons": counted[pk],
                "able_labour": able[pk],
                "housing_grade": home["housing_grade"] or None,
                "water_safe": _all_known([home[w] for w in WATER]),
                "land_mu_100": None if home["arable_land"] is None else int(home["arable_land"] * 100),
                "road_m": None if home["road_distance"] is None else int(home["road_distance"] * 1000),
                "has_helper": pk in helped,
                "measures": measures[pk],
                "development_measures": developing[pk],
                **standing.get(pk, {"risk_mask": 0}),
                **_money(incomes.get(pk), last.get(pk)),
            }
        )
    return _table(rows, HOUSEHOLDS)


def persons(county: Region, *, by: Scope) -> Any:
    """An Arrow table of the county's living members. Work and wages are joined from the feeds."""
    doubted = set(_rows(CheckFinding, county, by, "member_id", ~Q(state="cleared"), code__in=ID_CHECKS))
    people = living_now(Member.objects.within(by, SWEEP).filter(county=county, household__closed_on=None))
    rows = []
    for values in people.annotate(tag=BlindTag("phone"), numbered=BlindTag("id_number")).values_list(*PEOPLE).iterator(CHUNK):
        one = dict(zip(PEOPLE, values, strict=True))
        born: dt.date = one["birth_date"]
        rows.append(
            {
                "person": one["lake_key"],
                "household": one["household__lake_key"],
                "birth_year": born.year,
                "birth_month": born.month,
                "sex": one["sex"],
                "relation": one["relation"],
                "school_stage": one["school_status"],
                "health": one["health"],
                "labour": one["labour"],
                "insured": one["insurance"] != "none",
                "disability_type": one["disability_type"],
                "disability_grade": one["disability_grade"],
                "public_post": one["public_post"] != "none",
                "public_posts": int(one["public_post"] != "none"),
                "id_ok": one["numbered"] is not None and one["pk"] not in doubted,
                "phone_group": _group(one["tag"]),
            }
        )
    return _table(rows, {k: v for k, v in PERSONS.items() if k not in ("work_status", "work_place", "wage_fen")})


def _rows(model: Any, county: Region, by: Scope, *wanted: Any, **narrow: Any) -> Iterable[Any]:
    fields = [w for w in wanted if isinstance(w, str)]
    rows = model.objects.within(by, SWEEP).filter(*(w for w in wanted if isinstance(w, Q)), county=county, **narrow)
    found: Iterable[Any] = rows.values_list(*fields, flat=len(fields) == 1).iterator(CHUNK)
    return found


def _members(county: Region, by: Scope, today: dt.date) -> tuple[Counter[int], Counter[int]]:
    """Living members and labour of each household."""
    living = living_now(Member.objects.within(by, SWEEP).filter(county=county))
    return (
        Counter(living.values_list("household_id", flat=True).iterator(CHUNK)),
        Counter(labour_force(living, today).values_list("household_id", flat=True).iterator(CHUNK)),
    )


def _incomes(county: Region, by: Scope) -> tuple[dict[int, dict[str, int]], dict[int, tuple[int, int]]]:
    """The latest statement of each household, and (net, persons) of the last one before it whose window does not overlap."""
    latest: dict[int, dict[str, int]] = {}
    starts: dict[int, dt.date] = {}
    for pk, start, *amounts in _rows(IncomeStatement, county, by, "household_id", "window_start", *AMOUNTS, is_latest=True):
        latest[pk], starts[pk] = dict(zip(AMOUNTS, amounts, strict=True)), start
    last: dict[int, tuple[dt.date, int, int]] = {}
    for pk, end, net, people in _rows(IncomeStatement, county, by, "household_id", "window_end", "net", "persons", is_latest=False):
        if pk in starts and end <= starts[pk] and (pk not in last or end > last[pk][0]):
            last[pk] = (end, net, people)
    return latest, {pk: (net, people) for pk, (_, net, people) in last.items()}


def _money(said: dict[str, int] | None, last: tuple[int, int] | None) -> dict[str, int | None]:
    if said is None:
        return {}
    return {
        "income_fen": said["net"] // said["persons"],
        "income_year_fen": said["net"],
        "last_income_fen": last[0] // last[1] if last else None,
        "wage_income_fen": said["wage"],
        "business_income_fen": said["business"],
        "transfer_income_fen": sum(said[t] for t in TRANSFERS),
        "property_income_fen": said["property_dividend"] + said["property_other"],
        "expense_fen": said["business_expense"],
        "self_paid_fen": said["out_of_pocket"],
        "compensation_fen": said["claims_paid"],
    }


def _standing(county: Region, by: Scope) -> dict[int, dict[str, Any]]:
    """Days and risks of the programmes: when out of poverty, watched since, cleared on."""
    found: dict[int, dict[str, Any]] = defaultdict(lambda: {"risk_mask": 0})
    names = ("household_id", "programme", "standing", "since", "until", "risks")
    for pk, programme, standing, since, until, risks in _rows(ProgrammeStatus, county, by, *names):
        row = found[pk]
        if programme == "registration" and standing == "exited" and until is None:
            row["exit_day"] = since
        if programme == "monitoring" and standing in WATCHED:
            row["identified_day"] = max(since, row.get("identified_day", since))
            if until is None:
                row["risk_mask"] = sum(1 << RISK_BITS[r] for r in set(risks.split(",")) if r in RISK_BITS)
        if programme == "monitoring" and standing == "cleared" and until is None:
            row["cleared_day"] = since
    return found


def _measures(county: Region, by: Scope, today: dt.date) -> tuple[Counter[int], Counter[int]]:
    """Measures in force of each household, and those of them that develop (开发式)."""
    developing = set(rule("development_measures", on=today).value)
    rows = list(_rows(Measure, county, by, "household_id", "kind", until=None))
    return Counter(pk for pk, _ in rows), Counter(pk for pk, kind in rows if kind in developing)


def _all_known(parts: list[bool | None]) -> bool | None:
    """True if all are, False if one is not, unknown otherwise."""
    if False in parts:
        return False
    return None if None in parts else True


def _group(tag: Any) -> int | None:
    """Equal telephones share a number, from which neither the telephone nor its search tag follows."""
    return None if tag is None else int.from_bytes(hashlib.sha256(b"lake" + bytes(tag)).digest()[:8]) >> 1


def _table(rows: list[dict[str, Any]], types: Any) -> Any:
    import pyarrow as pa

    stored = {"int64": pa.int64(), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}
    schema = pa.schema([(name, stored[kind]) for name, kind in types.items()])
    return pa.Table.from_pylist(rows, schema)
