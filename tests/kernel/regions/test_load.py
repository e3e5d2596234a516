"""Loading a city from the packaged releases, and outlines for the map."""

from itertools import pairwise

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions import load
from shouwang.kernel.regions.models import Outline, Region, RegionName
from tests.factories.accounts import make_region

pytestmark = pytest.mark.django_db
SHANTOU = ["金平区", "龙湖区", "濠江区", "澄海区", "潮阳区", "潮南区", "南澳县"]


@pytest.fixture(scope="module")
def shantou(django_db_setup, django_db_blocker):  # noqa: ARG001 - the database must stand
    """The real city, once for the module."""
    with django_db_blocker.unblock():
        city = load.load_city("4405", year=2020)
        yield city
        RegionName.objects.all().delete()
        for level in range(5, 0, -1):
            Region.objects.filter(level=level).update(city=None, county=None, town=None)
            Region.objects.filter(level=level).delete()


def test_the_six_districts_and_one_county_stand_in_official_order(shantou):
    found = Region.objects.filter(parent=shantou).order_by("rank", "code")
    assert [r.name for r in found] == SHANTOU
    assert [r.code[:6] for r in found] == ["440511", "440507", "440512", "440515", "440513", "440514", "440523"]


def test_every_division_hangs_below_its_ancestors(shantou):
    for region in Region.objects.select_related("parent", "city", "county", "town"):
        parent = region.parent
        assert (parent is None) == (region.level == Region.PROVINCE)
        if parent is None or region.level == Region.CITY:
            continue
        assert parent.level == region.level - 1
        assert region.city == shantou
        assert region.county is not None
        assert region.code.startswith(region.county.code[:6])
        if region.level >= Region.TOWN:
            assert region.town is not None
            assert region.code.startswith(region.town.code[:9])
        assert region.ancestor_ids()["village_id"] == (region.pk if region.level == Region.VILLAGE else None)


@pytest.mark.usefixtures("shantou")
def test_the_counts_are_those_of_the_release_of_2020():
    path = load.files("shouwang.kernel.regions").joinpath("data", "divisions.parquet")
    with load.as_file(path) as file:
        table = pq.read_table(file)
    low = 4405 * 10**8
    inside = table.filter(pc.and_(pc.greater_equal(table["code"], low), pc.less(table["code"], low + 10**8))).to_pylist()
    for level in (2, 3, 4, 5):
        expected = {f"{r['code']:012d}" for r in inside if r["level"] == level and r["y0"] <= 2020 <= r["y1"]}
        loaded = {r.code for r in Region.objects.filter(level=level) if r.in_force(2020)}
        assert loaded == expected
        assert loaded


@pytest.mark.usefixtures("shantou")
def test_loading_again_adds_nothing():
    before = (Region.objects.count(), RegionName.objects.count())
    load.load_city("4405", year=2020)
    assert (Region.objects.count(), RegionName.objects.count()) == before


@pytest.mark.usefixtures("shantou")
def test_a_division_that_was_renamed_keeps_its_names_by_year():
    for region in Region.objects.filter(names__isnull=False).distinct().prefetch_related("names"):
        years = [(n.year_from, n.year_to) for n in region.names.all()]
        assert all(a[1] < b[0] for a, b in pairwise(years)), region
        current = [n.name for n in region.names.all() if n.year_from <= 2020 <= n.year_to]
        assert current in ([region.name], [])


def test_the_packaged_outlines_are_those_of_the_seven(shantou):
    assert load.load_packaged_outlines() == 7
    assert set(Outline.objects.values_list("region__name", flat=True)) == set(SHANTOU)
    assert Outline.objects.filter(region__parent=shantou, source__contains="审图号").count() == 7
    assert load.load_packaged_outlines() == 7
    assert Outline.objects.count() == 7
    Outline.objects.all().delete()


def test_a_city_without_counties_is_loaded_whole():
    """Dongguan's towns lie right below the city; the release also has the city as a county of the same code."""
    city = load.load_city("4419", year=2020)
    assert (city.level, city.name) == (Region.CITY, "东莞市")
    towns = Region.objects.filter(city=city, level=Region.TOWN)
    assert towns.count() > 20
    assert set(towns.values_list("parent", "county")) == {(city.pk, None)}
    villages = Region.objects.filter(city=city, level=Region.VILLAGE)
    assert not villages.exclude(town__in=towns).exists()


def test_the_year_decides_which_name_stands():
    path = load.files("shouwang.kernel.regions").joinpath("data", "divisions.parquet")
    with load.as_file(path) as file:
        table = pq.read_table(file)
    low = 4401 * 10**8
    rows = table.filter(pc.and_(pc.greater_equal(table["code"], low), pc.less(table["code"], low + 10**8))).to_pylist()
    seen: dict[int, list[dict]] = {}
    for row in rows:
        seen.setdefault(row["code"], []).append(row)
    renamed = next(r for r in seen.values() if len(r) > 1 and r[0]["level"] == 5)
    older, younger = sorted(renamed, key=lambda r: r["y0"])[0], sorted(renamed, key=lambda r: r["y0"])[-1]
    load.load_city("4401", year=older["y1"])
    region = Region.objects.get(code=f"{older['code']:012d}")
    assert region.name == older["name"] != younger["name"]
    assert list(region.names.values_list("name", flat=True)) == [r["name"] for r in sorted(renamed, key=lambda r: r["y0"])]


@pytest.mark.parametrize("code", ["9999", "44", "440513", "abcd", ""])
def test_what_is_no_city_is_refused_with_an_example(code):
    with pytest.raises(Refused, match="请填写四位代码，例如汕头市为 4405"):
        load.load_city(code)
    assert not Region.objects.filter(level=Region.CITY).exclude(code="440500000000").exists()


def test_outlines_must_be_a_collection_and_unknown_codes_are_not_counted():
    make_region("4406", "佛山市", Region.CITY)
    with pytest.raises(Refused, match="FeatureCollection"):
        load.load_outlines({"type": "Feature"}, source="测试")
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    features = [{"type": "Feature", "properties": p, "geometry": square} for p in ({"adcode": 440600}, {"adcode": "999999"}, {})]
    assert load.load_outlines({"type": "FeatureCollection", "features": features}, source="测试") == 1
    assert Outline.objects.get().geometry == square
