"""The invented people: what must hold for every seed, and that a seed says everything."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.demo import identity, names
from shouwang.demo.kinship import YEAR
from shouwang.demo.means import INCOMES
from shouwang.demo.people import BLOCK, MARK, RELATIONS, WORDS, People, Village, blocks, shared_out, weighted
from shouwang.demo.traits import ages_on
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.income import INCOME_FIELDS

TODAY = dt.date(2020, 2, 17)
NOW = np.datetime64(TODAY, "D")
VILLAGES = [
    Village("440513101201", community=False, weight=3.0, listed=True),
    Village("440513100001", community=True, weight=1.0),
    Village("440514101201", community=False, weight=2.0),
]


def draw(seed: int = 1, households: int = 600) -> People:
    return next(blocks(VILLAGES, households, seed=seed, today=TODAY))


def same(one: Any, other: Any) -> bool:
    """Deep equality of blocks; NaT equals NaT."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(np.array_equal(one.astype(str), other.astype(str)))


def check_digit(number: str) -> str:
    """GB 11643-1999 written out, apart from the vectorised form under test."""
    total = sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(number[:17]))
    return "10X98765432"[total % 11]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_ids_are_valid_and_agree_with_district_birth_and_sex(seed: int) -> None:
    people = draw(seed)
    m = people.members
    holders = np.flatnonzero(m["id_number"] != "")
    assert len(holders) > 0.98 * len(m["id_number"])
    assert len(np.unique(m["id_number"][holders])) == len(holders)
    for i in holders:
        number = str(m["id_number"][i])
        village = VILLAGES[people.households["village"][m["household"][i]]]
        assert number[:6] == village.code[:6]
        assert number[6:14] == str(m["birth_date"][i]).replace("-", "")
        assert int(number[16]) % 2 == int(m["male"][i])
        assert number[17] == check_digit(number)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_every_household_has_one_head_and_consistent_kin(seed: int) -> None:
    people = draw(seed)
    m = people.members
    home, relation, born = m["household"], m["relation"], m["birth_date"].astype(np.int64)
    assert np.array_equal(home[relation == RELATIONS.index("head")], np.arange(len(people.households["code"])))
    head = born[relation == 0][home]
    gap = (born - head) / YEAR
    by = {name: relation == number for number, name in enumerate(RELATIONS)}
    assert np.abs(gap[by["spouse"]]).max() <= 13
    assert gap[by["son"] | by["daughter"]].min() >= 18
    assert gap[by["grandson"] | by["granddaughter"]].min() >= 36
    assert gap[by["father"] | by["mother"] | by["husbands_father"] | by["husbands_mother"]].max() <= -18
    spouse = dict(zip(home[by["spouse"]], born[by["spouse"]], strict=True))
    for row in np.flatnonzero(by["son"] | by["daughter"]):
        if home[row] in spouse:
            assert born[row] - spouse[home[row]] >= 18 * YEAR
    for word in ("son", "grandson", "father", "husbands_father"):
        assert m["male"][by[word]].all()
    for word in ("daughter", "daughter_in_law", "granddaughter", "mother", "husbands_mother"):
        assert not m["male"][by[word]].any()
    head_male = m["male"][relation == 0][home]
    assert (m["male"][by["spouse"]] != head_male[by["spouse"]]).all()
    assert head_male[by["father"] | by["mother"]].all()
    assert not head_male[by["husbands_father"] | by["husbands_mother"]].any()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_traits_agree_with_age_and_with_one_another(seed: int) -> None:
    m = draw(seed).members
    age = ages_on(m["birth_date"].astype(np.int64), NOW)
    assert np.array_equal(age, m["age"])
    assert age.min() >= 0
    assert age.max() <= 103
    labour = np.array(WORDS["labour"])[m["labour"]]
    school = np.array(WORDS["school_status"])[m["school_status"]]
    assert (labour[(age < 16) | (age >= 70)] == "none").all()
    assert (m["public_post"][age < 16] == 0).all()
    assert (m["public_post"][age >= 70] == 0).all()
    assert ((m["public_post_months"] > 0) == (m["public_post"] > 0)).all()
    assert ((m["disability_type"] > 0) == (m["health"] == WORDS["health"].index("disabled"))).all()
    assert ((m["disability_type"] > 0) == (m["disability_grade"] > 0)).all()
    assert set(age[school == "primary"]) <= set(range(6, 13))
    assert set(age[school == "bachelor"]) <= set(range(18, 24))
    reasons = m["out_of_school_reason"] > 0
    assert (school[reasons] == "not_in_school").all()
    assert ((age[reasons] >= 6) & (age[reasons] <= 15)).all()
    assert (m["pension"][age < 16] == 0).all()
    gone = ~np.isnat(m["left_on"])
    assert (gone == (m["left_reason"] > 0)).all()
    assert (m["left_on"][gone] >= m["joined_on"][gone]).all()
    assert (m["joined_on"] >= m["birth_date"]).all()
    assert (m["joined_on"] <= NOW).all()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_money_adds_up_and_fits_the_standing(seed: int) -> None:
    people = draw(seed)
    here = np.isnat(people.members["left_on"])
    living = np.bincount(people.members["household"][here], minlength=600)
    for window in people.incomes:
        assert set(INCOMES) == set(INCOME_FIELDS)
        assert np.array_equal(sum(window[k] for k in INCOMES) - window["business_expense"], window["net"])
        assert np.array_equal(window["persons"], living)
        assert all((window[k] >= 0).all() for k in window if k != "net")
    each = people.incomes[0]["net"] / people.incomes[0]["persons"] / 100
    h = people.households
    standing = np.array(WORDS["registration"])[h["registration"]]
    assert each[standing == "poor"].mean() < 4_000
    assert (each[(standing == "exited") & (h["monitoring"] == 0)] >= 4_000).mean() > 0.97


def test_causes_are_borne_out_by_the_members() -> None:
    people = draw(households=4_000)
    m, h = people.members, people.households
    here = np.isnat(m["left_on"])
    health = np.array(WORDS["health"])[m["health"]]
    cause = np.array(WORDS["main_cause"])[h["main_cause"]]
    for word, kinds in (("disability", ["disabled"]), ("illness", ["chronic", "severe"])):
        bearers = set(m["household"][here & np.isin(health, kinds)])
        assert set(np.flatnonzero(cause == word)) <= bearers
    assert (h["main_cause"] != h["other_cause"]).all()


def test_statuses_open_once_and_match_the_repeated_columns() -> None:
    people = draw(households=6_000)
    s, h = people.statuses, people.households
    still = np.isnat(s["until"])
    for number, column in enumerate(("registration", "monitoring")):
        mine = still & (s["programme"] == number)
        rows = s["household"][mine]
        assert len(np.unique(rows)) == len(rows)
        assert np.array_equal(np.sort(rows), np.flatnonzero(h[column] > 0))
        stored = np.array(WORDS[column])[h[column][rows]]
        assert np.array_equal(stored, np.array(WORDS["standing"])[s["standing"][mine]])
    assert (s["until"][~still] >= s["since"][~still]).all()
    assert (s["since"] <= NOW).all()
    assert (s["risk"][s["programme"] == 1] > 0).all()


def test_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    one, again, other = draw(7), draw(7), draw(8)
    for part in ("households", "members", "incomes", "statuses", "helpers"):
        assert same(getattr(one, part), getattr(again, part))
    assert not same(one.members, other.members)


def test_blocks_cover_all_households_with_codes_and_ids_given_once() -> None:
    parts = list(blocks(VILLAGES, BLOCK + 50, seed=3, today=TODAY))
    assert [p.first for p in parts] == [0, BLOCK]
    for table in ("households", "members"):
        codes = np.concatenate([getattr(p, table)["code"] for p in parts])
        assert len(np.unique(codes)) == len(codes)
    ids = np.concatenate([p.members["id_number"] for p in parts])
    phones = np.concatenate([p.households["phone"] for p in parts])
    assert len(np.unique(ids[ids != ""])) == (ids != "").sum()
    told = phones[phones > 0]
    assert len(np.unique(told)) == len(told) > 0.95 * BLOCK


def test_phones_lie_in_the_segment_of_no_operator() -> None:
    people = draw()
    told = np.concatenate([people.households["phone"], people.members["phone"], people.helpers["phone"]])
    assert set(told[told > 0] // 10**8) == {154}
    assert MARK == "演示数据"


def test_households_are_shared_out_by_weight_exactly() -> None:
    counts = shared_out(VILLAGES, 601)
    assert counts.sum() == 601
    assert counts.tolist() == [300, 101, 200]


def test_one_surname_villages_have_a_dominant_lineage() -> None:
    rng = np.random.default_rng(5)
    lineages = names.draw_lineages(rng, np.zeros(200, dtype=bool))
    village = np.repeat(np.arange(200, dtype=np.int32), 300)
    drawn = names.lineage_of(rng, lineages, village).reshape(200, 300)
    top = np.array([np.bincount(row).max() / 300 for row in drawn])
    assert 0.4 < (top > 0.8).mean() < 0.8


def test_weights_prefer_the_south_and_the_listed_villages() -> None:
    codes = [f"440513{t}{v}" for t in range(100, 110) for v in range(201, 212)] + [
        f"44051100{t}00{v}" for t in range(1, 9) for v in range(1, 9)
    ]
    drawn = weighted(codes, seed=2)
    assert [v.code for v in drawn] == sorted(codes)
    assert sum(v.listed for v in drawn) == 37
    assert not any(v.listed for v in drawn if v.community)
    mean = {
        kind: np.mean([v.weight for v in drawn if (v.listed, v.code[:6]) == kind])
        for kind in ((True, "440513"), (False, "440513"), (False, "440511"))
    }
    assert mean[True, "440513"] > 2.5 * mean[False, "440513"] > 10 * mean[False, "440511"]


def test_a_full_birth_day_is_an_error_and_not_a_doubled_id() -> None:
    orders = identity.OrderNumbers(1)
    day = np.full(499, np.datetime64("1980-05-05"))
    first = orders.take(np.zeros(499, dtype=np.int64), day, np.ones(499, dtype=bool))
    assert len(np.unique(first)) == 499
    with pytest.raises(ValueError, match="order numbers"):
        orders.take(np.zeros(1, dtype=np.int64), day[:1], np.ones(1, dtype=bool))


@pytest.mark.parametrize(("villages", "today"), [([], TODAY), (VILLAGES, dt.date(2019, 12, 31))])
def test_impossible_orders_are_refused(villages: list[Village], today: dt.date) -> None:
    with pytest.raises(ValueError, match=r"village|2020-02-01"):
        next(blocks(villages, 10, seed=1, today=today))


def test_every_code_is_one_of_the_rulebook() -> None:
    lists = {
        "education": "education",
        "school_status": "school_status",
        "out_of_school_reason": "out_of_school_reason",
        "health": "health",
        "labour": "labour",
        "insurance": "insurance",
        "pension": "pension",
        "public_post": "public_post",
        "kind": "household_kind",
        "registration": "registration_standing",
        "monitoring": "monitoring_standing",
        "main_cause": "cause",
        "other_cause": "cause",
        "risk": "risk",
        "housing_grade": "housing_grade",
        "relation": "relation",
        "left_reason": "left_reason",
        "assistance": "assistance",
        "id_type": "id_type",
        "programme": "programme",
    }
    assert lists.keys() | {"standing"} == WORDS.keys()
    for column, name in lists.items():
        known = set(lookup("registry_codes", name, on=TODAY).value)
        assert set(WORDS[column]) - {""} <= known, column
    both = {c for n in ("registration_standing", "monitoring_standing") for c in lookup("registry_codes", n, on=TODAY).value}
    assert set(WORDS["standing"]) <= both
