"""Each named check finds its case and leaves the near miss alone; the cards are whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shouwang.kernel.privacy.classes import Group
from shouwang.ledgers.registry import queries
from shouwang.ledgers.registry.checks.cards import cards, in_force
from shouwang.ledgers.registry.checks.homes import HOME_CHECKS
from shouwang.ledgers.registry.checks.members import MEMBER_CHECKS
from shouwang.ledgers.registry.finding_links import field_label, mend_url
from shouwang.ledgers.registry.models import CheckFinding, HelperAssignment, Household, Member
from tests.factories.accounts import City
from tests.factories.registry import TODAY, add_income, add_status
from tests.ledgers.registry.families import SoundFamily, number, sound_family

Deed = Callable[[SoundFamily], Any]
DAY = dt.timedelta(days=1)
IN_2019 = dt.date(2019, 11, 15)


def head(**values: Any) -> Deed:
    return lambda f: f.put(f.head, **values)


def wife(**values: Any) -> Deed:
    return lambda f: f.put(f.wife, **values)


def child(**values: Any) -> Deed:
    return lambda f: f.put(f.daughter, **values)


def home(**values: Any) -> Deed:
    return lambda f: f.put(f.home, **values)


def income(**values: Any) -> Deed:
    return lambda f: f.put(f.home.incomes.get(), **values)


def both(*deeds: Deed) -> Deed:
    return lambda f: [deed(f) for deed in deeds]


def gone(who: str) -> Deed:
    return lambda f: f.put(getattr(f, who), left_on=TODAY, left_reason="moved")


def all_gone(f: SoundFamily) -> None:
    for who in ("head", "wife", "daughter"):
        gone(who)(f)


def aged(years: int, *, days: int = 0, **values: Any) -> Deed:
    """The wife at that age, her number with her."""
    born = TODAY.replace(year=TODAY.year - years) - days * DAY
    return wife(birth_date=born, id_number=number(born, "female", 7), joined_on=max(born, dt.date(2016, 6, 1)), **values)


def child_aged(born: dt.date, **values: Any) -> Deed:
    return child(birth_date=born, id_number=number(born, "female", 8), joined_on=max(born, dt.date(2016, 6, 1)), **values)


def watched(standing: str = "unstable", risks: str = "illness", since: dt.date = IN_2019) -> Deed:
    """Out of poverty and watched (borderline: never registered)."""

    def deed(f: SoundFamily) -> None:
        f.home.statuses.all().delete()
        f.put(f.home, registration="", standard_system="monitored")
        if standing == "unstable":
            add_status(f.home, standing="exited")
        add_status(f.home, programme="monitoring", standing=standing, since=since, risks=risks)
        f.home.refresh_from_db()

    return deed


def neighbour(**values: Any) -> Deed:
    """Another sound family of the village, its head or household with these values."""

    def deed(f: SoundFamily) -> None:
        other = sound_family(f.home.region)
        other.put(
            other.home if "phone" in values and values.get("at") == "home" else other.wife, **{k: v for k, v in values.items() if k != "at"}
        )

    return deed


ID = number(dt.date(1972, 3, 4), "female", 300)
BROKEN = ID[:17] + ("0" if ID[17] != "0" else "1")
NOTHING: Deed = lambda _f: None  # noqa: E731 - a deed like the others

# code → (what makes it fail, the near miss that does not)
CASES: dict[str, tuple[Deed, Deed]] = {
    "no_living_members": (all_gone, both(gone("wife"), gone("daughter"))),
    "no_head": (head(relation="brother"), NOTHING),
    "head_left": (gone("head"), both(gone("head"), wife(relation="head", name="陈户主"))),
    "head_name_differs": (home(head_name="陈前任"), NOTHING),
    "two_spouses": (child(relation="spouse"), NOTHING),
    "relation_sex": (child(relation="son"), child(relation="other")),
    "age_impossible": (child(birth_date=TODAY + DAY), child(birth_date=TODAY)),
    "joined_before_birth": (child(joined_on=dt.date(2010, 5, 5)), child(joined_on=dt.date(2010, 5, 6))),
    "id_missing": (wife(id_number=None), wife(id_number=None, id_type="household_book")),
    "id_format": (
        wife(id_number=ID[:15]),
        wife(id_number=ID + "41", disability_type=4, disability_grade=1, labour="lost", health="disabled"),
    ),
    "id_date": (wife(id_number="44051319721304002X"), wife(id_number=ID)),
    "id_checksum": (wife(id_number=BROKEN), wife(id_number=BROKEN, id_type="household_book")),
    "id_birth": (wife(birth_date=dt.date(1972, 3, 5)), wife(id_number=ID)),
    "id_sex": (wife(id_number=number(dt.date(1972, 3, 4), "male", 9)), wife(id_number=ID)),
    "id_province": (
        wife(id_number=number(dt.date(1972, 3, 4), "female", 9, "990101")),
        wife(id_number=number(dt.date(1972, 3, 4), "female", 9, "440582")),  # 潮阳市, abolished in 2003
    ),
    "id_twice": (both(wife(id_number=ID), neighbour(id_number=ID)), both(wife(id_number=ID), neighbour(id_number=ID, left_on=TODAY))),
    "disability_number": (
        wife(id_number=ID + "41", disability_type=4, disability_grade=2, health="disabled", labour="lost"),
        wife(id_number=ID + "41", disability_type=4, disability_grade=1, health="disabled", labour="lost"),
    ),
    "no_phone": (home(phone=None), NOTHING),
    "household_phone_format": (home(phone="1540000001"), home(phone="0754-88888888")),
    "member_phone_format": (wife(phone="无"), wife(phone="15912345678")),
    "household_phone_shared": (
        both(home(phone="15900000001"), neighbour(phone="15900000001", at="home")),
        both(home(phone="15900000001"), neighbour(phone="15900000001")),  # a member's, which is another thing
    ),
    "member_phone_shared": (
        both(wife(phone="15900000002"), neighbour(phone="15900000002")),
        both(wife(phone="15900000002"), head(phone="15900000002")),  # in one household
    ),
    "school_age": (child(school_status="junior"), child_aged(dt.date(2008, 2, 17), school_status="junior")),
    "out_of_school": (
        child(school_status="not_in_school", out_of_school_reason="unwilling"),
        child(school_status="not_in_school", out_of_school_reason="illness"),
    ),
    "out_of_school_no_reason": (child(school_status="not_in_school"), child_aged(dt.date(2013, 9, 2), school_status="not_in_school")),
    "uninsured": (child(insurance="none"), child(insurance="employee")),
    "disabled_without_grade": (wife(health="disabled"), wife(health="disabled", disability_type=1, disability_grade=3)),
    "healthy_weak": (wife(labour="weak"), aged(60, labour="weak")),
    "disabled_ordinary": (
        wife(health="disabled", disability_type=1, disability_grade=2),
        wife(health="disabled", disability_type=1, disability_grade=3),
    ),
    "under_age_labour": (child(labour="ordinary"), child_aged(dt.date(2004, 2, 17), labour="ordinary", school_status="junior")),
    "under_age_work": (child(public_post="road"), child_aged(dt.date(2004, 2, 17), public_post="road", school_status="junior")),
    "over_age_post": (aged(70, public_post="road", labour="weak"), aged(69, public_post="road", labour="weak")),
    "posts_many": (both(head(public_post="road"), wife(public_post="cleaning")), head(public_post="road")),
    "no_labour_with_labour": (home(no_labour=True), both(home(no_labour=True), head(labour="lost"), wife(labour="none"))),
    "kind_without_assistance": (home(kind="dibao"), both(home(kind="dibao"), wife(assistance="dibao"))),
    "assistance_without_kind": (wife(assistance="dibao"), both(home(kind="tekun"), wife(assistance="tekun"))),
    "dibao_income_without_member": (
        income(transfer_dibao=100, net=900_100),
        both(income(transfer_dibao=100, net=900_100), home(kind="dibao"), wife(assistance="dibao")),
    ),
    "land_large": (home(arable_land=Decimal("200.01")), home(orchard_land=Decimal(200))),
    "road_far": (home(road_distance=Decimal("5.01")), home(road_distance=Decimal(5))),
    "housing_unsafe": (home(housing_grade="c"), home(housing_grade="d", housing_lived_in=False)),
    "housing_unknown": (home(housing_grade=""), home(housing_grade="b")),
    "water_open": (home(water_quality=False), home(water_access=None)),
    "water_unknown": (home(water_quantity=None), home(water_access=False)),
    "no_helper": (lambda f: f.home.helpers.all().delete(), NOTHING),
    "village_dissolved": (lambda f: f.put(f.home.region, year_to=2019), lambda f: f.put(f.home.region, year_to=2020)),
    "standing_conflict": (both(watched(), home(registration="relapsed")), watched()),
    "watched_without_risk": (watched(risks=""), watched(risks="housing")),
    "illness_without_expense": (both(home(main_cause="illness"), income(out_of_pocket=0)), income(out_of_pocket=0)),
    "disability_without_member": (
        home(other_causes="disability"),
        both(home(other_causes="disability"), wife(health="disabled", disability_type=1, disability_grade=4)),
    ),
    "schooling_without_student": (
        both(watched(risks="no_labour,schooling"), child_aged(dt.date(2015, 1, 1), school_status="not_in_school")),
        watched(risks="schooling"),
    ),
    "income_missing": (lambda f: f.home.incomes.all().delete(), NOTHING),
    "income_old": (
        lambda f: f.put(f.home.incomes.get(), window_start=dt.date(2017, 11, 1), window_end=dt.date(2018, 11, 1)),
        lambda f: f.put(f.home.incomes.get(), window_start=dt.date(2018, 1, 1), window_end=dt.date(2019, 1, 1)),
    ),
    "income_high_at_entry": (
        both(watched(), income(wage=6_000_001, net=6_000_001)),
        both(watched(since=dt.date(2019, 9, 1)), income(wage=6_000_001, net=6_000_001)),  # the window had not ended
    ),
    "income_persons_differ": (income(persons=4), NOTHING),
}


@pytest.fixture
def family(city: City) -> SoundFamily:
    return sound_family(city.villages[0])


def test_a_sound_family_passes_every_check(family: SoundFamily) -> None:
    assert family.codes() == set()


def test_every_card_has_its_function_its_cases_and_its_field(family: SoundFamily) -> None:
    assert set(cards()) == set(HOME_CHECKS) | set(MEMBER_CHECKS) == set(CASES)
    assert not set(HOME_CHECKS) & set(MEMBER_CHECKS)
    for code, card in cards().items():
        assert (card.concerns == "member") == (code in MEMBER_CHECKS), code
        assert field_label(card.field), code
        assert card.remedy.endswith("。"), code
        assert card.group in set(Group), code
        row = CheckFinding(household=family.home, member=family.wife if card.concerns == "member" else None, code=code, field=card.field)
        assert mend_url(row).startswith("/registry/"), code


@pytest.mark.parametrize("code", CASES)
def test_the_check_finds_its_case(family: SoundFamily, code: str) -> None:
    CASES[code][0](family)
    assert code in family.codes()
    found = CheckFinding.objects.get(household=family.home, code=code, member=_concerned(family, code))
    card = cards()[code]
    assert (found.severity, found.field, found.group, found.found_on) == (card.severity, card.field, card.group, TODAY)
    assert found.village_id == family.home.village_id


def _concerned(f: SoundFamily, code: str) -> Member | None:
    """The one member (or None) the case above is about."""
    keys = list(CheckFinding.objects.filter(household=f.home, code=code).values_list("member", flat=True))
    assert len(keys) == 1, code
    assert (keys[0] is not None) == (cards()[code].concerns == "member"), code
    return Member.objects.get(pk=keys[0]) if keys[0] else None


@pytest.mark.parametrize("code", CASES)
def test_the_check_leaves_the_near_miss_alone(family: SoundFamily, code: str) -> None:
    CASES[code][1](family)
    assert code not in family.codes()


def test_a_check_is_in_force_from_its_day_until_it_is_abolished() -> None:
    assert "uninsured" not in in_force(dt.date(2016, 12, 31))
    assert in_force(dt.date(2017, 1, 1))["uninsured"].limit is True
    assert in_force(TODAY)["land_large"].limit == 200


def test_an_abolished_check_clears_its_findings(family: SoundFamily, monkeypatch: pytest.MonkeyPatch) -> None:
    home(road_distance=Decimal(9))(family)
    assert family.codes() == {"road_far"}
    monkeypatch.setattr("shouwang.ledgers.registry.checking.in_force", lambda _day: {})
    assert family.codes() == set()
    assert CheckFinding.objects.get().cleared_on == TODAY


def test_checks_and_named_sets_of_the_lists_agree(city: City) -> None:
    """The page counts what the checks find: unsafe houses, water, helpers, insurance are defined in SQL and in Python alike."""
    spoiled = [sound_family(city.villages[0]) for _ in range(4)]
    home(housing_grade="d")(spoiled[0])
    home(water_quality=False)(spoiled[1])
    HelperAssignment.objects.filter(household=spoiled[2].home).delete()
    wife(insurance="none")(spoiled[3])
    for one in spoiled:
        one.codes()
    everyone = Household.objects.all()
    named = {
        "housing_unsafe": queries.unsafe_housing(everyone),
        "water_open": queries.water_open(everyone),
        "no_helper": queries.without_helper(everyone),
    }
    for code, rows in named.items():
        assert set(rows.values_list("pk", flat=True)) == set(CheckFinding.objects.filter(code=code).values_list("household", flat=True)), (
            code
        )
    assert set(queries.uninsured(Member.objects.all()).values_list("pk", flat=True)) == {spoiled[3].wife.pk}
    assert CheckFinding.objects.get(code="uninsured").member_id == spoiled[3].wife.pk


def test_a_second_window_decides_and_a_young_one_is_no_evidence_for_the_entry(family: SoundFamily) -> None:
    watched()(family)
    family.put(family.home.incomes.get(), is_latest=False, wage=9_000_000, net=9_000_000)
    add_income(family.home, persons=3, checked_on=dt.date(2020, 2, 1), window_type="calendar", wage=900_000, out_of_pocket=1)
    assert family.codes() == {"income_high_at_entry"}


@pytest.mark.parametrize(
    ("spoil", "code", "field"),
    [
        (home(water_area=Decimal(201)), "land_large", "household.water_area"),
        (home(water_reliability=False), "water_open", "household.water_reliability"),
        (home(water_access=None, water_reliability=False), "water_unknown", "household.water_access"),
    ],
)
def test_a_check_over_several_fields_names_the_one_to_mend(family: SoundFamily, spoil: Deed, code: str, field: str) -> None:
    spoil(family)
    family.codes()
    assert CheckFinding.objects.get(code=code).field == field
