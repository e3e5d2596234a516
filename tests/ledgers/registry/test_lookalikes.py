"""Incoming rows against the registry: what is found, what is not, and at what cost."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.evidence import of_births, of_ids
from shouwang.ledgers.registry.lookalikes import PersonKey, likely_same
from shouwang.ledgers.registry.models import Member
from tests.factories.accounts import City, make_user, scope
from tests.factories.registry import add_member, make_household
from tests.ledgers.registry.dirty import again, number_of, populate

SYSTEM = Scope.system("核验")
BIRTH = dt.date(1970, 1, 1)
ID = number_of("440513", BIRTH, 17)


@pytest.fixture
def member(city: City) -> Member:
    return add_member(make_household(city.villages[0], code="H1"), name="曾志明", id_number=ID, phone="15400000001")


def row(member: Member, **kw: object) -> PersonKey:
    """The member as an incoming row, with one thing else."""
    return replace(PersonKey(member.name, "male", BIRTH, ID, None, member.village_id), **kw)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("change", "evidence"),
    [
        ({}, ("id_same", "name_same", "birth_same", "village_same")),
        ({"name": "完全不同", "birth_date": None}, ("id_same", "village_same", "name_other")),
        ({"id_number": None}, ("name_same", "birth_same", "village_same")),
        ({"id_number": None, "name": "增智铭"}, ("birth_same", "name_sound", "village_same")),
        ({"id_number": number_of("440573", BIRTH, 17)}, ("id_near", "name_same", "birth_same", "village_same")),
        ({"id_number": number_of("440513", BIRTH, 71)}, ("id_near", "name_same", "birth_same", "village_same")),
        ({"id_number": ID[:17] + ("1" if ID[17] != "1" else "2")}, ("id_near", "name_same", "birth_same", "village_same")),
        ({"id_number": None, "birth_date": dt.date(1971, 1, 1)}, ("name_same", "birth_near", "village_same")),
        ({"id_number": None, "birth_date": None, "phone": "154-0000-0001"}, ("name_same", "phone_same", "village_same")),
        ({"id_number": None, "household_code": "H1"}, ("name_same", "birth_same", "household_same", "village_same")),
    ],
)
def test_evidence_of_one_person(member: Member, change: dict[str, object], evidence: tuple[str, ...]) -> None:
    ((found,),) = likely_same([row(member, **change)], scope=SYSTEM).values()
    assert (found.member_id, found.evidence, found.sure) == (member.pk, evidence, True)


@pytest.mark.parametrize(
    "change",
    [
        {"id_number": number_of("440582", BIRTH, 301)},  # a namesake of the same village and day, with a number of their own
        {"id_number": number_of("440513", BIRTH, 18), "name": "曾志强"},  # a twin: the number differs in one digit
        {"id_number": None, "sex": "female"},
        {"id_number": None, "name": "曾志强"},
        {"id_number": None, "birth_date": dt.date(1988, 7, 23)},
    ],
)
def test_another_person_is_not_taken_for_the_member(member: Member, change: dict[str, object]) -> None:
    assert likely_same([row(member, **change)], scope=SYSTEM) == {}


def test_two_who_fit_alike_are_both_shown_and_neither_is_sure(city: City, member: Member) -> None:
    add_member(make_household(city.villages[0]), name="曾志明")
    (found,) = likely_same([row(member, id_number=None)], scope=SYSTEM).values()
    assert [(m.points, m.sure) for m in found] == [(6, False), (6, False)]


def test_who_is_out_of_scope_or_has_left_is_not_found(city: City, member: Member) -> None:
    other = scope(make_user("other", city.offices["440514101-zf"], "town_clerk"))
    assert likely_same([row(member)], scope=other) == {}
    Member.objects.filter(pk=member.pk).update(left_on=dt.date(2020, 1, 1))
    assert likely_same([row(member)], scope=SYSTEM) == {}


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        (ID, ID, "id_same"),
        (ID, ID[:17] + "0", "id_near"),
        ("440513197001010017", "440531197001010017", "id_near"),
        ("440513197001010017", "440513197001010117", "id_near"),
        ("440513197001010017", "440513197001011117", "id_other"),
        ("440513197001010017", "440153197001010017", "id_near"),
        ("440513197001010017", "150403197001010017", "id_other"),
        (ID, "", ""),
        (ID, "A1234567", ""),
    ],
)
def test_numbers_side_by_side(one: str, other: str, what: str) -> None:
    assert of_ids(one, other) == what


def test_births_side_by_side() -> None:
    day = dt.date(1970, 3, 5)
    others = (day, dt.date(1970, 5, 3), dt.date(1970, 3, 6), dt.date(1980, 3, 5), dt.date(1981, 3, 5), None)
    assert [of_births(day, o) for o in others] == ["birth_same", "birth_near", "birth_near", "birth_near", "birth_other", ""]


class TestDirtySet:
    """Four in five of 1,500 rows are members of a registry of 6,000 with a slip, the rest strangers, twins and namesakes among them."""

    def test_nearly_everyone_is_found_and_nobody_is_mistaken(self, city: City) -> None:
        rng = random.Random(2020)  # noqa: S311 - draws test data, no secrets
        villages = [v for v in city.villages if v.code.startswith("440513")]
        incoming = again(populate(villages, 6_000, rng), villages, 1_500, rng)
        found = likely_same(incoming.rows, scope=SYSTEM)
        sure = {i: m[0].member_id for i, m in found.items() if m[0].sure}
        right = [i for i, pk in sure.items() if incoming.truth[i] == pk]
        known = [i for i, pk in enumerate(incoming.truth) if pk is not None]
        single = [i for i in known if " " not in incoming.slips[i]]
        missed = Counter(incoming.slips[i] for i in known if i not in right).most_common()
        recall, of_single = len(right) / len(known), len(set(right) & set(single)) / len(single)
        precision = len(right) / len(sure)
        print(f"recall {recall:.4f}, with one slip {of_single:.4f}, precision {precision:.4f}, missed {missed}")
        assert of_single >= 0.995
        assert recall >= 0.9
        assert precision >= 0.998

    def test_a_block_costs_a_handful_of_queries(self, city: City) -> None:
        rng = random.Random(7)  # noqa: S311 - draws test data, no secrets
        villages = [v for v in city.villages if v.code.startswith("440513")]
        incoming = again(populate(villages, 3_000, rng), villages, 1_000, rng)
        with CaptureQueriesContext(
            connection,
        ) as few:
            likely_same(incoming.rows[:200], scope=SYSTEM)
        with CaptureQueriesContext(connection) as many:
            likely_same(incoming.rows, scope=SYSTEM)
        assert len(few) <= 8
        assert len(many) <= 16
        started = time.process_time()
        likely_same(incoming.rows, scope=SYSTEM)
        spent = (time.process_time() - started) * 1_000 / len(incoming.rows)
        print(f"{spent:.3f} ms a row")
        assert spent <= 0.5  # 0.15 on a quiet machine (docs/algorithms/lookalikes.md); this guards against loops over rows
