"""The plan is the best there is: held against every split of small cases."""

from __future__ import annotations

from itertools import product as every

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.ledgers.produce.matching import Offer, Proposal, Wish, best_plan, link

RULE = {"now": 600, "soon": 300, "normal": 100, "fee_same_county": 10, "fee_city": 25, "fee_outside": 80}
RULE |= {"days_same_county": 0, "days_city": 1, "days_outside": 2, "spare_days": 1}


def offer(n=1, kg=10, **kw):
    return Offer(
        n, kw.pop("product", "guava"), kg, kw.pop("floor", 300), kw.pop("days", 10), kw.pop("urgency", "normal"), kw.pop("county", 1), **kw
    )


def wish(n=1, kg=10, **kw):
    return Wish(n, kw.pop("product", "guava"), kg, kw.pop("price", 380), kw.pop("county", 1), **kw)


def brute(offers, wishes):
    """The best total of every split of whole kilograms."""
    pairs = [(o, w, x) for o in offers for w in wishes if isinstance(x := link(o, w, RULE), Proposal)]
    best = 0
    for split in every(*(range(x.kilograms + 1) for *_, x in pairs)):
        gave, got = {}, {}
        for (o, w, _), kg in zip(pairs, split, strict=True):
            gave[o.id], got[w.id] = gave.get(o.id, 0) + kg, got.get(w.id, 0) + kg
        if all(gave.get(o.id, 0) <= o.kilograms for o in offers) and all(got.get(w.id, 0) <= w.kilograms for w in wishes):
            best = max(best, sum(kg * x.score for (*_, x), kg in zip(pairs, split, strict=True)))
    return best


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["now", "soon", "normal"]), st.integers(1, 2), st.integers(0, 4)),
        min_size=1,
        max_size=2,
    ),
    st.lists(st.tuples(st.integers(1, 4), st.integers(280, 420), st.sampled_from([1, 2, None])), min_size=1, max_size=2),
)
def test_plan_scores_what_the_best_of_all_splits_scores(lots, demands):
    offers = [offer(n, kg, urgency=u, county=c, days=d) for n, (kg, u, c, d) in enumerate(lots)]
    wishes = [wish(n, kg, price=p, county=c) for n, (kg, p, c) in enumerate(demands)]
    plan = best_plan(offers, wishes, RULE)
    assert plan.score == brute(offers, wishes)
    for o in offers:
        assert sum(p.kilograms for p in plan.proposals if p.offer == o.id) <= o.kilograms
    for w in wishes:
        assert sum(p.kilograms for p in plan.proposals if p.wish == w.id) <= w.kilograms


def test_urgent_lot_goes_first_where_demand_is_short():
    plan = best_plan([offer(1), offer(2, urgency="now")], [wish(1, kg=10)], RULE)
    assert [(p.offer, p.kilograms) for p in plan.proposals] == [(2, 10)]


def test_greedy_choice_is_not_taken_where_another_pays_more():
    """The dearest link first would leave the second lot, which only one demand can fetch in time, with nothing."""
    offers = [offer(1, 10, days=10), offer(2, 10, days=1)]
    wishes = [wish(1, 10, price=400, county=1), wish(2, 10, price=390, county=2)]
    assert {(p.offer, p.wish) for p in best_plan(offers, wishes, RULE).proposals} == {(1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("lot", "demand", "why"),
    [
        ({}, {"product": "olive"}, "没有采购该产品的需求"),
        ({"floor": 381}, {}, "需求出价低于最低价"),
        ({"needs_cold": True}, {}, "需要冷链，需求方没有冷链"),
        ({"days": 1}, {"county": 2}, "来不及在最迟可售日前送到"),
        ({"days": 0}, {}, "来不及在最迟可售日前送到"),
        ({"floor": 380}, {"county": None, "price": 380}, None),
    ],
)
def test_lot_that_gets_nothing_is_told_why(lot, demand, why):
    plan = best_plan([offer(**lot)], [wish(**demand)], RULE)
    assert plan.reasons.get(1) == why


def test_nothing_wanted_is_no_plan():
    assert best_plan([offer()], [], RULE).proposals == ()
    assert best_plan([], [wish()], RULE).score == 0
