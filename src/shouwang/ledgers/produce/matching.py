"""Lots to demands: the exact best plan by min-cost flow. Pure: knows neither Django nor the ledger.

Quantities are whole kilograms, scores whole 分 a kilogram. A link exists where product, price, cold chain and time allow it; what it
carries scores urgency + (price − fee). The plan's total score is the greatest there is (OR-Tools min-cost flow, integral, optimal).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NEAR, CITY, OUTSIDE = "same_county", "city", "outside"


@dataclass(frozen=True, slots=True)
class Offer:
    """A lot: `days_left` until the latest saleable day, `floor` the lowest price in 分 a kilogram, `urgency` now, soon or normal."""

    id: int
    product: str
    kilograms: int
    floor: int
    days_left: int
    urgency: str
    county: int | None
    needs_cold: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A demand: `price` in 分 a kilogram, `county` of the buyer (None: outside the city), `cold` whether it fetches with a cold chain."""

    id: int
    product: str
    kilograms: int
    price: int
    county: int | None
    cold: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """So much of a lot to a demand, at the demand's price; `fee` and `days` of the way, `score` of a kilogram."""

    offer: int
    wish: int
    kilograms: int
    price: int
    fee: int
    days: int
    score: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The best plan: proposals, the total score, and why an offer got nothing where no link existed for it."""

    proposals: tuple[Proposal, ...]
    score: int
    reasons: Mapping[int, str]


def way(offer: Offer, wish: Wish) -> str:
    """How far: same county, within the city, outside."""
    if wish.county is None:
        return OUTSIDE
    return NEAR if wish.county == offer.county else CITY


def link(offer: Offer, wish: Wish, rule: Mapping[str, int]) -> Proposal | str:
    """The link of a lot and a demand with its score, or why there is none, in words."""
    if offer.product != wish.product:
        return "没有采购该产品的需求"
    if wish.price < offer.floor:
        return "需求出价低于最低价"
    if offer.needs_cold and not wish.cold:
        return "需要冷链，需求方没有冷链"
    far = way(offer, wish)
    days, fee = rule[f"days_{far}"], rule[f"fee_{far}"]
    if days + rule["spare_days"] > offer.days_left:
        return "来不及在最迟可售日前送到"
    score = rule[offer.urgency] + wish.price - offer.floor - fee
    if score <= 0:
        return "运费高于售价"
    return Proposal(offer.id, wish.id, min(offer.kilograms, wish.kilograms), wish.price, fee, days, score)


REASONS = ("没有采购该产品的需求", "需求出价低于最低价", "需要冷链，需求方没有冷链", "来不及在最迟可售日前送到", "运费高于售价")


def best_plan(offers: Sequence[Offer], wishes: Sequence[Wish], rule: Mapping[str, int]) -> Plan:
    """The plan with the greatest total score: no other split of the kilograms scores more. Raises RuntimeError if the solver fails."""
    from ortools.graph.python import min_cost_flow

    links: list[Proposal] = []
    reasons: dict[int, str] = {}
    for offer in offers:
        found = [link(offer, wish, rule) for wish in wishes]
        good = [x for x in found if isinstance(x, Proposal)]
        links += good
        if not good:
            reasons[offer.id] = max((x for x in found if isinstance(x, str)), key=REASONS.index, default=REASONS[0])
    if not links:
        return Plan((), 0, reasons)
    flow = min_cost_flow.SimpleMinCostFlow()
    left = {o.id: n for n, o in enumerate(offers, 2)}
    right = {w.id: n for n, w in enumerate(wishes, 2 + len(offers))}
    for offer in offers:
        flow.add_arc_with_capacity_and_unit_cost(0, left[offer.id], offer.kilograms, 0)
    for wish in wishes:
        flow.add_arc_with_capacity_and_unit_cost(right[wish.id], 1, wish.kilograms, 0)
    arcs = [flow.add_arc_with_capacity_and_unit_cost(left[x.offer], right[x.wish], x.kilograms, -x.score) for x in links]
    total = sum(o.kilograms for o in offers)
    flow.add_arc_with_capacity_and_unit_cost(0, 1, total, 0)  # what is not sold
    flow.set_node_supply(0, total)
    flow.set_node_supply(1, -total)
    if (status := flow.solve()) != flow.OPTIMAL:
        raise RuntimeError(f"min-cost flow ended with status {status}")
    taken = [(x, flow.flow(arc)) for x, arc in zip(links, arcs, strict=True)]
    chosen = tuple(Proposal(x.offer, x.wish, kg, x.price, x.fee, x.days, x.score) for x, kg in taken if kg)
    return Plan(chosen, sum(p.kilograms * p.score for p in chosen), reasons)
