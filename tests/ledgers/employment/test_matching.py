"""Plans: who takes part, who goes first, what a person may change, and what is remembered."""

import datetime as dt

import pytest
from django.test import Client

from shouwang.kernel.errors import Refused
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.jobs.run import Run
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import jobs, post_queries
from shouwang.ledgers.employment.actions import matching, posts
from shouwang.ledgers.employment.matching import fitting, market
from shouwang.ledgers.employment.models import MatchLine, Offer
from tests.factories.accounts import make_user, sign_in
from tests.factories.employment import TODAY, add_offer, add_record, make_plan, make_post, make_priority, make_worker

BY = Scope.system("核验")


def solved(region):
    plan = make_plan(region)
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    plan.refresh_from_db()
    return plan


def posts_of(plan):
    return dict(plan.lines.values_list("worker_id", "post_id"))


def test_only_those_who_want_work_and_may_take_part(city, village):
    wants = make_worker(village, status="wants")
    near = make_worker(village, status="cannot", reason="care", wish="near")
    for other in ({"status": "unsurveyed"}, {"status": "out_city"}, {"status": "cannot"}, {"status": "wants", "wish": "none"}):
        make_worker(village, **other)
    make_worker(village, status="wants", school_status="senior", birth_date=dt.date(2003, 5, 1))
    make_worker(village, status="wants", birth_date=dt.date(2005, 5, 1))
    add_offer(make_worker(village, status="wants"), make_post(village))
    add_record(make_worker(village, status="wants"))
    make_worker(city.at("440514103201"), status="wants")
    built = market(make_plan(city.at("440513")), TODAY)
    assert [w.key for w in built.request.workers] == [str(wants.pk), str(near.pk)]
    assert built.skipped == ["还有 1 名劳动力没有摸底，未列入本方案。"]


def test_posts_come_with_the_places_left(village):
    post = make_post(village, places=3)
    make_post(village, state="draft")
    make_post(village, close_on=dt.date(2020, 2, 16))
    posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    assert [(p.key, p.places) for p in market(make_plan(village), TODAY).request.posts] == [(str(post.pk), 2)]


def test_listed_village_goes_first_for_the_last_place(city):
    here, listed = city.at("440513100001"), city.at("440513101201")
    make_priority(listed)
    post = make_post(here, places=1)
    other, first = make_worker(here, status="wants"), make_worker(listed, status="wants")
    plan = solved(city.at("440513"))
    assert posts_of(plan) == {first.pk: post.pk, other.pk: None}
    assert plan.lines.get(worker=other).reason == "full"
    tiers = {t["name"]: (t["workers"], t["placed"], t["price"]) for t in plan.result["tiers"]}
    assert tiers["poor_listed"][:2] == (1, 1)
    assert tiers["poor_listed"][2] > 0
    assert plan.result["proof"]["priority_kept"] is True
    assert plan.result["proof"]["optimal"] is True


def test_pin_holds_and_forbid_holds_in_the_next_solution(village):
    better, worse = make_post(village, wage=500_000), make_post(village, wage=200_000)
    one, two = make_worker(village, status="wants"), make_worker(village, status="wants")
    plan = solved(village)
    assert set(posts_of(plan).values()) == {better.pk}
    matching.choose(plan, one, worse, "pin", by=BY, today=TODAY)
    matching.choose(plan, two, better, "forbid", by=BY, today=TODAY)
    matching.solve_again(plan, by=BY, today=TODAY)
    plan.refresh_from_db()
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    assert posts_of(plan) == {one.pk: worse.pk, two.pk: worse.pk}
    assert plan.lines.get(worker=one).pinned
    assert plan.lines.get(worker=two).changed


def test_pin_that_cannot_be_is_refused_with_the_constraint(village):
    post = make_post(village, skill="sewing")
    make_post(village)
    plan = solved_without(village)
    worker = make_worker(village, status="wants")
    matching.choose(plan, worker, post, "pin", by=BY, today=TODAY)
    with pytest.raises(Refused, match="不具备岗位要求的技能"):
        matching.solve(plan, today=TODAY)


def solved_without(region):
    return make_plan(region, state="solved")


def test_declined_post_is_not_proposed_again(village):
    post, other = make_post(village, wage=500_000), make_post(village)
    worker = make_worker(village, status="wants")
    add_offer(worker, post, state="declined", answered_on=TODAY)
    assert posts_of(solved(village)) == {worker.pk: other.pk}
    assert [(f.post.pk, bool(f.why)) for f in fitting(worker, TODAY)] == [(other.pk, False), (post.pk, True)]


def test_plan_without_anybody_says_so_on_its_page(village):
    make_post(village)
    plan = make_plan(village)
    job = Job.objects.create(
        kind=matching.JOB, args={"plan": plan.pk}, idempotency_key="k", run_after=dt.datetime(2020, 2, 17, tzinfo=dt.UTC), state="running",
        lease_until=dt.datetime(2099, 1, 1, tzinfo=dt.UTC), requested_name="核验", business_at=TODAY,
        created_at=dt.datetime(2020, 2, 17, tzinfo=dt.UTC),
    )  # fmt: skip
    jobs.match(Run(job))
    plan.refresh_from_db()
    assert (plan.state, plan.failure) == ("failed", "方案中没有人员。请先选择有务工意愿的劳动力。")


def test_offers_of_a_plan_go_out_once(village):
    make_post(village, places=2)
    make_worker(village, status="wants"), make_worker(village, status="wants")
    plan = solved(village)
    lines = post_queries.lines(BY).filter(plan=plan)
    assert posts.send_offers(plan, lines, by=BY, today=TODAY) == 2
    assert posts.send_offers(plan, lines, by=BY, today=TODAY) == 0
    assert Offer.objects.filter(plan=plan, state="sent").count() == 2


def test_solving_again_replaces_the_lines(village):
    make_post(village)
    make_worker(village, status="wants")
    plan = solved(village)
    matching.solve_again(plan, by=BY, today=TODAY)
    plan.refresh_from_db()
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    assert MatchLine.objects.filter(plan=plan).count() == 1
    plan.refresh_from_db()
    assert (plan.run, plan.state) == (2, "solved")


def test_plan_page_from_asking_to_offers(city, village):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    client = sign_in(Client(), make_user("clerk", city.offices["440513100-zf"], "town_clerk"))
    post, worker = make_post(village), make_worker(village, status="wants", name="黄求职")
    answer = client.post("/employment/plans/new/", {"region": village.town_id})
    page = client.get(answer["Location"])
    assert "正在后台测算" in page.content.decode()
    plan = page.context["plan"]
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    text = client.get(answer["Location"]).content.decode()
    for words in ("黄求职", "在所搜索的人岗组合内已证明最优", "其他贫困劳动力"):
        assert words in text
    client.post(f"/employment/plans/{plan.pk}/choose/", {"worker": worker.pk, "post": post.pk, "kind": "pin"})
    assert "人工指定" in client.get(answer["Location"]).content.decode()
    assert client.post(f"/employment/plans/{plan.pk}/offers/")["Location"] == "/employment/offers/?state=sent"
    offer = Offer.objects.get()
    assert client.post(f"/employment/offers/{offer.pk}/accept/", {"started_on": "2020-02-17"}).status_code == 302
    worker.refresh_from_db()
    assert worker.status == "in_county"
    for path in ("posts/", f"posts/{post.pk}/", "employers/", f"employers/{post.employer_id}/", "offers/", "lines/", "priority/", "plans/"):
        assert client.get(f"/employment/{path}").status_code == 200
    assert client.get(f"/employment/workers/{worker.pk}/offer/").status_code == 200
