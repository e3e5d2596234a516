"""Pairs inside the registry: nothing that could be one person is passed over for speed."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations

from shouwang.ledgers.registry.evidence import scale
from shouwang.ledgers.registry.lookalike_search import member_pairs
from shouwang.ledgers.registry.lookalikes import told
from shouwang.ledgers.registry.models import Member
from tests.factories.accounts import City
from tests.factories.registry import add_member, make_household

TODAY = dt.date(2020, 2, 17)
NAMES = (
    "曾志明",
    "增智铭",
    "曾志朋",
    "曾明",
    "林永财",
    "林水财",
    "林永材",
    "林",
    "琳",
    "陈大文",
    "陈太文",
    "单小丽",
    "单小莉",
    "欧阳明",
    "欧阳铭",
    "",
)


def test_pairs_of_one_birth_are_those_of_a_comparison_of_everyone(city: City) -> None:
    rng = random.Random(11)  # noqa: S311 - draws test data, no secrets
    home = make_household(next(v for v in city.villages if v.code.startswith("440513")))
    other = make_household(next(v for v in city.villages if v.code.startswith("440513") and v.pk != home.region_id))
    for n in range(120):
        born = dt.date(1970, 1, 1 + n % 3)
        add_member(
            rng.choice((home, other)),
            name=rng.choice(NAMES),
            relation="other",
            id_number=None,
            phone=None,
            birth_date=born,
            sex=rng.choice(("male", "female")),
        )
    rules = scale(TODAY)
    everyone = list(Member.objects.filter(left_on=None).order_by("pk"))
    wanted = {(a.pk, b.pk): told(a, b, same_phone=False, same_id=False) for a, b in combinations(everyone, 2)}
    # Of one name's sound in one village the birth may differ; elsewhere it is what pairs are looked for by.
    beside = {
        pair: codes
        for pair, codes in wanted.items()
        if rules.of(codes) >= rules.threshold
        and ("birth_same" in codes or ({"name_same", "name_sound"} & codes and "village_same" in codes))
    }
    found = member_pairs(home.county_id, today=TODAY)
    assert len(found) > 100
    assert {pair: codes for pair, codes in found.items() if pair in beside} == beside
