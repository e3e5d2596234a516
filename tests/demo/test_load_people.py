"""The invented people in the database: whole, sealed, resumable, in bounded pieces."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection

from shouwang.demo import load_people as module
from shouwang.demo.load_people import Backing, HelperAccount, load_people
from shouwang.kernel.audit.models import Event
from shouwang.kernel.errors import Refused
from shouwang.kernel.privacy.keys import keyring, make_missing_keys
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.income import INCOME_FIELDS, net_income
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member, ProgrammeStatus
from tests.factories.accounts import City, make_region, make_user, scope, small_city

pytestmark = pytest.mark.django_db
TODAY = dt.date(2020, 2, 17)


@pytest.fixture
def city() -> Iterator[City]:
    keyring().forget()
    make_missing_keys()
    yield small_city()
    keyring().forget()


def load(city: City, households: int = 60, seed: int = 4, **kw: object) -> module.Loaded:
    return load_people(city.city, households, seed=seed, today=TODAY, by=Scope.system(), **kw)  # type: ignore[arg-type]  # options of the call under test


def test_every_row_lies_where_its_household_lies(city: City) -> None:
    done = load(city)
    assert done.households == Household.objects.count() == 60
    assert done.members == Member.objects.count() > 120
    codes = {v.pk: v.code for v in city.villages}
    for household in Household.objects.prefetch_related("members", "incomes", "statuses", "helpers"):
        assert household.code.startswith(codes[household.village_id])
        assert household.city_id == city.city.pk
        place = (household.region_id, household.city_id, household.county_id, household.town_id, household.village_id)
        for row in (*household.members.all(), *household.incomes.all(), *household.statuses.all(), *household.helpers.all()):
            assert (row.region_id, row.city_id, row.county_id, row.town_id, row.village_id) == place
        assert household.members.filter(relation="head", left_on=None).get().name == household.head_name
        assert household.collector_name == "演示数据"


def test_sealed_fields_are_unreadable_in_the_table_and_found_by_exact_search(city: City) -> None:
    load(city)
    member = Member.objects.filter(id_number__isnull=False).first()
    assert member is not None
    number = member.id_number.reveal()
    assert (len(number), number[6:14]) == (18, f"{member.birth_date:%Y%m%d}")
    assert Member.objects.filter(id_number__blind=number).get() == member
    household = Household.objects.filter(phone__isnull=False).order_by("code").first()
    assert household is not None
    phone = household.phone.reveal()
    assert phone.startswith("154")
    assert list(Household.objects.filter(phone__blind=phone)) == [household]
    assert str(household.phone) == f"{phone[:3]}****{phone[-4:]}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, phone FROM registry_member")
        stored = b"".join(bytes(cell) for row in cursor.fetchall() for cell in row if cell is not None)
    assert number.encode() not in stored
    assert phone.encode() not in stored


def test_repeated_columns_follow_the_open_statuses_and_incomes_follow_the_formula(city: City) -> None:
    load(city, 300)
    for programme in ("registration", "monitoring"):
        stored = dict(ProgrammeStatus.objects.filter(programme=programme, until=None).values_list("household_id", "standing"))
        assert stored == dict(Household.objects.exclude(**{programme: ""}).values_list("pk", programme))
    assert IncomeStatement.objects.count() == 600
    assert IncomeStatement.objects.filter(is_latest=True).count() == 300
    for row in IncomeStatement.objects.values("net", "business_expense", *INCOME_FIELDS)[:50]:
        assert net_income(row) == row["net"]
    latest = IncomeStatement.objects.filter(is_latest=True).first()
    assert latest is not None
    assert (latest.window_start, latest.window_end) == (dt.date(2018, 10, 1), dt.date(2019, 10, 1))


def test_loading_again_adds_nothing_and_a_killed_load_goes_on(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 20)
    seen: list[tuple[int, int]] = []

    def stop_after_two(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(city, progress=stop_after_two)
    assert Household.objects.count() == 40
    assert seen == [(20, 60), (40, 60)]
    assert load(city).households == 20
    assert load(city).households == 0
    assert Household.objects.count() == 60


def test_each_piece_leaves_one_audit_row(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 25)
    load(city)
    events = Event.objects.filter(verb="demo.people.load").order_by("id")
    assert [e.changes["户数"] for e in events] == [25, 25, 10]
    assert sum(e.changes["人数"] for e in events) == Member.objects.count()


def test_keys_go_on_after_the_load(city: City) -> None:
    load(city, 10)
    last = Household.objects.order_by("-pk").first()
    assert last is not None
    fresh = Household(code="H1", head_name="陈新增")
    fresh.put_in(city.villages[0])
    fresh.save()
    assert fresh.pk == last.pk + 1


def test_backing_gives_accounts_and_sponsor_units(city: City) -> None:
    user = make_user("helper-x", city.offices["4405-nyj"], "helper", name="许联络")
    code = city.villages[2].code
    backing = Backing(units={code: city.offices["4405-nyj"].pk}, accounts={code: HelperAccount(user.pk, user.name, 6)})
    load(city, 200, backing=backing)
    mine = Household.objects.within(scope(user))
    assert 4 <= mine.count() <= 6
    assert {h.village_id for h in mine} == {city.villages[2].pk}
    assert set(HelperAssignment.objects.filter(village=city.villages[2]).values_list("sponsor_unit__code", flat=True)) == {"4405-nyj"}
    assert not HelperAssignment.objects.exclude(village=city.villages[2]).exclude(sponsor_unit=None).exists()


def test_a_city_without_villages_is_refused() -> None:
    with pytest.raises(Refused, match="还没有村"):
        load_people(make_region("4406", "佛山市", 2), 5, seed=1, today=TODAY, by=Scope.system())
