"""主送 to offices: group words of the field, names and aliases; what is no office is said and never guessed."""

from __future__ import annotations

import datetime as dt

import pytest

from shouwang.ledgers.dispatch import recipients
from tests.factories.accounts import make_office, make_region
from tests.factories.dispatch import TODAY, Stage

DISTRICTS = ["440513-fpb", "440514-fpb"]
DEPARTMENTS = ["4405-nyj", "4405-rsj"]
TOWNS = ["440513100-zf", "440513101-zf", "440514101-zf", "440514103-zf"]


def resolved(made: Stage, phrase: str, issuer: str = "4405-fpb", today: dt.date = TODAY) -> tuple[list[str], list[str]]:
    found = recipients.resolve(phrase, made.office(issuer), today)
    return [o.code for o in found.offices], found.unknown


@pytest.mark.parametrize(
    ("phrase", "codes", "unknown"),
    [
        ("各区（县）扶贫开发领导小组", DISTRICTS, []),
        ("各区县人民政府", DISTRICTS, []),
        ("各县（市、区）人民政府", DISTRICTS, []),
        ("市扶贫开发领导小组成员单位，各区（县）扶贫开发领导小组", [*DEPARTMENTS, *DISTRICTS], []),
        ("各区（县）人民政府，市直有关单位", [*DEPARTMENTS, *DISTRICTS], []),
        ("市直各单位、各有关部门", DEPARTMENTS, []),
        ("各镇（街道）", TOWNS, []),
        ("各区（县）、镇（街道）", [*DISTRICTS, *TOWNS], []),
        ("各镇人民政府、街道办事处", TOWNS, []),
        ("市农业农村局", ["4405-nyj"], []),
        ("汕头市农业农村局、市人力资源和社会保障局：", DEPARTMENTS, []),
        ("潮阳区扶贫办", ["440513-fpb"], []),
        ("潮阳区扶贫开发领导小组办公室；潮阳区扶贫办", ["440513-fpb"], []),
        ("市火星局、潮阳区扶贫办", ["440513-fpb"], ["市火星局"]),
        ("有关企业", [], ["有关企业"]),
        ("", [], []),
        ("、，；", [], []),
    ],
)
def test_phrases(made, phrase, codes, unknown):
    assert resolved(made, phrase) == (codes, unknown)


def test_seen_from_a_district_the_same_words_mean_its_own(made):
    assert resolved(made, "各镇（街道），区直各单位", "440513-fpb") == (["440513-nyj", "440513-rsj", *TOWNS[:2]], [])
    assert resolved(made, "各区（县）人民政府", "440513-fpb") == (TOWNS[:2], [])


def test_the_issuer_never_addresses_itself(made):
    assert resolved(made, "市扶贫办、市农业农村局") == (["4405-nyj"], [])


def test_aliases_count_and_offices_that_are_gone_do_not(made):
    office = made.office("4405-nyj")
    office.aliases = ["市扶贫产业专班"]
    office.save()
    assert resolved(made, "市扶贫产业专班") == (["4405-nyj"], [])
    office.valid_to = TODAY
    office.save()
    assert resolved(made, "市农业农村局、市直各部门") == (["4405-rsj"], ["市农业农村局"])


def test_of_several_offices_of_one_name_the_nearest_is_meant_or_none(made):
    """Two towns are called 和平镇: a district means its own, the city must say which."""
    for county in made.city.counties:
        town = make_region(f"{county.code[:6]}150", "和平镇", 4, county)
        parent = made.office(f"{county.code[:6]}-fpb")
        name = f"{county.name}和平镇人民政府"
        made.city.offices[f"{town.code[:9]}-zf"] = make_office(f"{town.code[:9]}-zf", name, town, "town", parent, short_name="和平镇")
    assert resolved(made, "和平镇", "440514-fpb") == (["440514150-zf"], [])
    assert resolved(made, "和平镇") == ([], ["和平镇"])
    assert resolved(made, "潮阳区和平镇人民政府") == (["440513150-zf"], [])


def test_the_name_of_another_city_is_no_noise(made):
    assert resolved(made, "揭阳市农业农村局") == ([], ["揭阳市农业农村局"])
