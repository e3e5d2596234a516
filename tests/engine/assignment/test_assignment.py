"""The matching against brute force, the refusals, and a checker that notices what is wrong."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st

from shouwang.bench.jobs import instance, rules
from shouwang.engine.assignment import Forbid, Pin, Plan, Post, Request, Settings, Worker, barriers, check, flow, resolve, solve
from shouwang.engine.assignment.model import ANYWHERE, CITY, COUNTY, PROVINCE, TOWN, VILLAGE
from shouwang.engine.assignment.pairs import BIT, Pairs
from shouwang.engine.assignment.reasons import CODES, distance, parts
from shouwang.engine.refused import PlanRefused

ON = dt.date(2020, 3, 2)
HOME = "440513101201"


def worker(key: str = "w", **fields: object) -> Worker:
    return Worker(**{"key": key, "birth": dt.date(1985, 5, 1), "place": HOME, "sex": "female", **fields})  # type: ignore[arg-type]  # fields of the test


def post(key: str = "p", **fields: object) -> Post:
    return Post(**{"key": key, "employer": f"e-{key}", "place": HOME, "places": 1, "wage": 300_000, **fields})  # type: ignore[arg-type]  # fields of the test


def request(workers: list[Worker], posts: list[Post], **fields: object) -> Request:
    return Request(**{"on": ON, "workers": tuple(workers), "posts": tuple(posts), "settings": rules(), **fields})  # type: ignore[arg-type]  # fields of the test


def brute(req: Request) -> tuple[tuple[int, ...], int]:
    """The best (placed by tier, score) of every way to place the workers."""
    s = req.settings
    fits = {(w.key, p.key): not barriers(w, p, s, req.on) for w in req.workers for p in req.posts}
    best: tuple[tuple[int, ...], int] = ((0,) * len(s.tiers), 0)
    for way in itertools.product([None, *req.posts], repeat=len(req.workers)):
        used = [p.key for p in way if p]
        if any(used.count(p.key) > p.places for p in req.posts) or any(
            p and not fits[w.key, p.key] for w, p in zip(req.workers, way, strict=True)
        ):
            continue
        counts = [0] * len(s.tiers)
        score = 0
        for w, p in zip(req.workers, way, strict=True):
            if p:
                counts[s.tier(w)] += 1
                score += sum(parts(w, p, s, req.on).values())
        best = max(best, (tuple(counts), score))
    return best


def result(plan: Plan) -> tuple[tuple[int, ...], int]:
    return tuple(t.placed for t in plan.tiers), plan.score


@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))
@run(max_examples=60, deadline=None)
def test_plan_is_the_best_of_all_ways(seed, workers, posts, best):
    made = instance(workers, posts, seed=seed)
    made = replace(
        made, settings=replace(made.settings, best=best, start_slack=30), posts=tuple(replace(p, welfare=False) for p in made.posts)
    )
    plan = solve(made)
    assert result(plan) == brute(made)
    assert (plan.proof.graph, plan.proof.loss, plan.proof.unplaced_loss, plan.proof.priority_kept) == ("all", 0, 0, True)
    assert check(made, plan) == ()


@given(st.integers(0, 10_000))
@run(max_examples=15, deadline=None)
def test_blocks_say_what_single_pairs_say(seed):
    made = instance(40, 25, seed=seed)
    pairs = Pairs(made)
    masks, scores = pairs.mask(slice(0, pairs.n)), pairs.score(slice(0, pairs.n))
    for i, j in itertools.product(range(pairs.n), range(pairs.m)):
        w, p = pairs.workers[i], pairs.posts[j]
        assert tuple(c for c in CODES if masks[i, j] & BIT[c]) == barriers(w, p, made.settings, made.on)
        assert scores[i, j] == sum(parts(w, p, made.settings, made.on).values())


def test_larger_plan_is_checked_and_priced(monkeypatch):
    made = instance(600, 90, seed=5)
    plan = solve(made)
    assert check(made, plan) == ()
    assert plan.score_without - plan.score == sum(t.price for t in plan.tiers)
    assert all(t.price >= 0 for t in plan.tiers)
    first = plan.tiers[0]
    assert first.placed >= first.placed_without
    assert sum(t.placed for t in plan.tiers) == sum(t.placed_without for t in plan.tiers) == len(plan.placements)
    monkeypatch.setattr(flow, "SAMPLE", 10)
    assert result(solve(replace(made, settings=replace(made.settings, best=2)))) == result(plan)
    few = solve(replace(made, settings=replace(made.settings, best=2)), complete=False)
    assert few.proof.optimal
    assert few.proof.graph == "best"
    assert sum(t.placed for t in few.tiers) <= len(plan.placements)
    assert few.proof.unplaced_loss >= len(plan.placements) - len(few.placements)


def test_prices_refuse_a_matching_that_is_not_optimal():
    pairs = Pairs(request([worker("a"), worker("b", last_employer="e-good")], [post("good"), post("poor", wage=200_000)]))
    graph, _ = flow.best_of(pairs, 10, np.zeros(pairs.m, dtype=np.int64))
    bonus = flow.ranks(pairs.tiers, 3, flow.gap_of(pairs))
    best = flow.solve(graph, bonus)
    price = flow.prices(graph, bonus, best)
    assert price is not None
    assert flow.bound(graph, bonus, price) == flow.profit(graph, bonus, best)
    assert flow.prices(graph, bonus, best[::-1].copy()) is None
    with pytest.raises(ValueError, match="no arc"):
        flow.profit(flow.Graph(2, pairs.caps, graph.worker[:1], graph.post[:1], graph.score[:1]), bonus, best)


def test_poor_worker_goes_first_and_the_price_is_told():
    made = request([worker("rich", last_employer="e-p"), worker("poor", poor=True)], [post()])
    plan = solve(made)
    assert plan.post_of() == {"poor": "p"}
    assert (plan.unplaced[0].worker, plan.unplaced[0].reason) == ("rich", "full")
    assert [(t.name, t.placed, t.placed_without, t.price) for t in plan.tiers] == [
        ("poor_listed", 0, 0, 0), ("poor", 1, 0, 100), ("listed", 0, 0, 0), ("other", 0, 1, 0),
    ]  # fmt: skip


def test_checker_notices_a_prioritised_worker_left_behind_a_chain():
    workers = [worker("poor", poor=True, place="440513101299", reach=TOWN), worker("mid"), worker("rich")]
    posts = [post("near"), post("far", place="440514101201", board=True)]
    made = request(workers, posts)
    plan = solve(made)
    assert plan.post_of()["poor"] == "near"
    swapped = {"mid": "near", "rich": "far"}
    scores = {(w.key, p.key): parts(w, p, made.settings, ON) for w in workers for p in posts}
    bad = tuple(
        replace(plan.placements[0], worker=w, post=p, parts=scores[w, p], score=sum(scores[w, p].values())) for w, p in swapped.items()
    )
    forged = replace(plan, placements=bad, unplaced=(replace(plan.unplaced[0], worker="poor"),), score=sum(p.score for p in bad))
    assert check(made, plan) == ()
    assert check(made, forged) == ("有优先人员未安排，而其可胜任的岗位空着或给了次优先人员",)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: replace(p, score=p.score + 1), "得分"),
        (lambda p: replace(p, placements=p.placements + p.placements[:1]), "人员与请求不一致"),
        (lambda p: replace(p, placements=(replace(p.placements[0], post="q"), *p.placements[1:])), "年龄不合"),
        (lambda p: replace(p, loads=()), "名额统计"),
        (lambda p: replace(p, placements=tuple(replace(x, pinned=True) for x in p.placements)), "标为指定"),
    ],
)
def test_checker_notices_a_forged_plan(change, words):
    made = request([worker("a"), worker("b")], [post("p", places=2), post("q", age_max=30)])
    plan = solve(made)
    assert check(made, plan) == ()
    assert any(words in w for w in check(made, change(plan)))


def test_same_request_gives_the_same_plan():
    made = instance(150, 30, seed=4)
    assert solve(made) == solve(made)


def test_child_is_refused():
    with pytest.raises(PlanRefused, match="未满 16 周岁") as no:
        solve(request([worker("child", birth=dt.date(2004, 3, 3)), worker("grown")], [post()]))
    assert (no.value.who, no.value.field) == (("child",), "birth")
    assert solve(request([worker(birth=dt.date(2004, 3, 2))], [post()])).post_of() == {"w": "p"}


def test_pupil_is_refused():
    with pytest.raises(PlanRefused, match="在校学生") as no:
        solve(request([worker(pupil=True)], [post()]))
    assert no.value.who == ("w",)


@pytest.mark.parametrize(
    ("workers", "posts", "words"),
    [
        ([], [post()], "没有人员"),
        ([worker()], [], "没有岗位"),
        ([worker(), worker()], [post()], "出现两次"),
        ([worker()], [post(places=-1)], "小于 0"),
        ([worker()], [post(age_min=50, age_max=40)], "年龄上限小于下限"),
        ([worker()], [post(effort=9)], "劳动强度"),
    ],
)
def test_impossible_request_is_refused(workers, posts, words):
    with pytest.raises(PlanRefused, match=words):
        solve(request(workers, posts))


@pytest.mark.parametrize(
    ("who", "what", "code"),
    [
        ({}, {"age_max": 30}, "age"),
        ({"birth": dt.date(2003, 5, 1)}, {"effort": 3}, "minor"),
        ({"birth": dt.date(2003, 5, 1)}, {"conditions": frozenset({"night"})}, "minor"),
        ({}, {"sex": "male", "sex_ground": "mine"}, "sex"),
        ({"strength": 1}, {}, "health"),
        ({"avoids": frozenset({"dust"})}, {"conditions": frozenset({"dust"})}, "health"),
        ({}, {"skills": frozenset({"sewing"})}, "skill"),
        ({"reach": COUNTY}, {"place": "440300000000", "board": True}, "distance"),
        ({}, {"place": "440300000000"}, "board"),
        ({"care": True}, {"place": "440300000000", "board": True}, "care"),
        ({"wish_wage": 300_100}, {}, "wage"),
        ({"hours": 6}, {}, "hours"),
        ({"free_from": dt.date(2020, 3, 6)}, {"start": ON}, "start"),
        ({}, {"poor_only": True}, "poor_only"),
        ({"birth": dt.date(1950, 3, 2)}, {"welfare": True}, "welfare"),
        ({"cadre_family": True}, {"welfare": True}, "welfare"),
    ],
)
def test_unplaced_worker_is_told_what_binds(who, what, code):
    made = request([worker(**who)], [post(**what)])
    plan = solve(made)
    assert [(u.reason, u.feasible, u.freed) for u in plan.unplaced] == [(code, 0, {code: 1})]
    assert "放宽这一项有 1 个合适岗位" in plan.unplaced[0].words
    assert check(made, plan) == ()


def test_several_barriers_at_once_are_told():
    plan = solve(request([worker(strength=1, wish_wage=400_000)], [post()]))
    assert (plan.unplaced[0].reason, plan.unplaced[0].freed) == ("nothing", {})
    assert solve(request([worker()], [post(places=0)])).unplaced[0].reason == "no_posts"


def test_sex_without_a_lawful_ground_is_not_applied_and_said():
    plan = solve(request([worker(sex="female")], [post(sex="male", sex_ground="habit")]))
    assert plan.post_of() == {"w": "p"}
    assert "没有法定理由" in plan.notices[0]


def test_pin_forbid_and_decline():
    workers, posts = [worker("a"), worker("b")], [post("p"), post("q", wage=200_000, employer="e-p")]
    assert solve(request(workers, posts, pins=(Pin("a", "q"),))).post_of() == {"a": "q", "b": "p"}
    plan = solve(request(workers, posts, forbids=(Forbid("a", "p"),)))
    assert plan.post_of() == {"a": "q", "b": "p"}
    made = request(workers, posts, forbids=(Forbid("a", employer="e-p"),))
    plan = solve(made)
    assert plan.post_of() == {"b": "p"}
    assert (plan.unplaced[0].worker, plan.unplaced[0].reason) == ("a", "declined")
    assert check(made, plan) == ()


@pytest.mark.parametrize(
    ("pins", "forbids", "words"),
    [
        ((Pin("a", "male"),), (), "限定性别"),
        ((Pin("a", "p"), Pin("b", "p")), (), "只招 1 人"),
        ((Pin("a", "p"), Pin("a", "q")), (), "两个岗位"),
        ((Pin("x", "p"),), (), "不在方案中"),
        ((Pin("a", "p"),), (Forbid("a", "p"),), "已谢绝"),
    ],
)
def test_pin_that_cannot_be_kept_is_refused(pins, forbids, words):
    posts = [post("p"), post("q"), post("male", sex="male", sex_ground="mine")]
    with pytest.raises(PlanRefused, match=words):
        solve(request([worker("a"), worker("b")], posts, pins=pins, forbids=forbids))


def test_pinned_worker_does_not_break_the_priority_check():
    made = request([worker("rich"), worker("poor", poor=True)], [post()], pins=(Pin("rich", "p"),))
    plan = solve(made)
    assert plan.post_of() == {"rich": "p"}
    assert plan.placements[0].pinned
    assert check(made, plan) == ()


def test_one_public_welfare_post_a_household():
    workers = [worker("a", household="h", poor=True), worker("b", household="h", poor=True, strength=1)]
    made = request(workers, [post("p", welfare=True, effort=1, places=2)])
    plan = solve(made)
    assert plan.post_of() == {"b": "p"}
    assert plan.unplaced[0].reason == "welfare"
    assert check(made, plan) == ()
    pinned = solve(replace(made, pins=(Pin("a", "p"),)))
    assert pinned.post_of() == {"a": "p"}


def test_household_is_given_as_many_public_welfare_posts_as_it_may():
    home = [worker(k, household="h", poor=True, strength=n) for n, k in enumerate("abc", 1)]
    lesser = worker("other", household="g", strength=1)
    made = request([lesser, *home], [post("p", welfare=True, effort=1, places=2)], welfare_places={"h": 2})
    plan = solve(made)
    assert plan.post_of() == {"a": "p", "b": "p"}
    assert {u.worker: u.reason for u in plan.unplaced} == {"c": "welfare", "other": "full"}
    assert plan.proof.priority_kept
    assert check(made, plan) == ()
    given_away = solve(replace(made, welfare_places={}))
    assert given_away.post_of() == {"a": "p", "other": "p"}
    assert check(made, given_away) == ("有优先人员未安排，而其可胜任的岗位空着或给了次优先人员",)
    assert check(replace(made, welfare_places={}), plan) == ("户 h 安排了 2 个公益性岗位，至多 1 个",)
    assert solve(replace(made, welfare_places={"h": 0})).post_of() == {"other": "p"}


@given(st.lists(st.tuples(st.sampled_from("gh"), st.booleans()), min_size=1, max_size=5), st.integers(0, 2), st.integers(1, 3))
@run(max_examples=30, deadline=None)
def test_plan_under_a_household_limit_is_the_best_of_all_ways(rows, limit, places):
    workers = [worker(f"w{i}", household=home, poor=poor, strength=1) for i, (home, poor) in enumerate(rows)]
    made = request(workers, [post("p", welfare=True, effort=1, places=places)], welfare_places={"g": limit, "h": 1})
    plan = solve(made)
    best: tuple[int, int] = (0, 0)
    for taken in itertools.product((False, True), repeat=len(rows)):
        of = [row for row, yes in zip(rows, taken, strict=True) if yes]
        if len(of) <= places and sum(h == "g" for h, _ in of) <= limit and sum(h == "h" for h, _ in of) <= 1:
            best = max(best, (sum(poor for _, poor in of), sum(not poor for _, poor in of)))
    assert (plan.tiers[1].placed, plan.tiers[3].placed) == best
    assert check(made, plan) == ()


def test_new_plan_keeps_old_posts_when_staying_counts():
    made = instance(200, 40, seed=9)
    before = solve(made)
    lost = before.placements[0].post
    smaller = replace(made, posts=tuple(replace(p, places=0) if p.key == lost else p for p in made.posts))
    touched = {p.worker for p in before.placements if p.post == lost}
    after = solve(resolve(smaller, before, stay=2_000))
    assert touched <= set(after.changed)
    assert len(after.changed) < len(solve(resolve(smaller, before, stay=0)).changed) or set(after.changed) == touched
    assert check(resolve(smaller, before, stay=2_000), after) == ()


@pytest.mark.parametrize(
    ("home", "work", "far"),
    [
        (HOME, HOME, VILLAGE), (HOME, "440513101299", TOWN), (HOME, "440513000000", COUNTY), (HOME, "440514101201", CITY),
        (HOME, "4403", PROVINCE), (HOME, "440300000000", PROVINCE), (HOME, "350200000000", ANYWHERE), ("440513000000", "440513000000", COUNTY),
    ],
)  # fmt: skip
def test_distance_is_read_off_the_codes(home, work, far):
    assert distance(home, work) == far


def test_settings_come_from_the_rulebook():
    found = rules()
    assert isinstance(found, Settings)
    assert (found.working_age, found.best, sum((found.weights.near, found.weights.wage, found.weights.wish, found.weights.skill, found.weights.known))) == (
        16, 30, 1000,
    )  # fmt: skip


def test_ranks_put_tiers_in_order():
    assert flow.ranks(np.array([0, 1, 2, 3]), 3, 10).tolist() == [40, 30, 20, 10]
    assert flow.ranks(np.array([0, 1, 2, 3]), 1, 10).tolist() == [20, 10, 10, 10]
