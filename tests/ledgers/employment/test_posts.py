"""Employers, posts, offers: what may be registered, who is placed, when a post closes."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.actions import labour, posts
from shouwang.ledgers.employment.models import Offer, Post, PriorityPlace, WorkRecord
from shouwang.ledgers.impact.models import ImpactRecord
from tests.factories.employment import TODAY, add_offer, add_record, make_employer, make_post, make_worker

BY = Scope.system("核验")
POST = {
    "title": "缝纫工",
    "kind": "company",
    "places": 3,
    "wage": 380_000,
    "industry": "textile",
    "skill": "sewing",
    "age_min": 18,
    "age_max": 50,
    "sex": "",
    "sex_ground": "",
    "effort": 2,
    "conditions": "",
    "hours": 8,
    "board": True,
    "at_home": False,
    "poor_only": False,
    "start_on": TODAY,
    "close_on": None,
    "restart_approval": "",
    "place": "东莞市长安镇",
}


def draft(region):
    post = Post(employer=make_employer(region))
    post.put_in(region)
    return post


def test_post_waits_to_be_verified_and_then_hires(village):
    made = posts.save_post(draft(village), POST, by=BY, today=TODAY)
    assert (made.state, made.place_code) == ("draft", "441900")
    done = posts.verify_post(made, by=BY, today=TODAY)
    assert (done.state, done.verified_on, done.verified_by) == ("open", TODAY, "核验")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"places": 0}, "places"),
        ({"wage": 5_000}, "wage"),
        ({"sex": "female"}, "sex_ground"),
        ({"age_max": 17}, "age_max"),
        ({"close_on": dt.date(2020, 2, 1)}, "close_on"),
        ({"place": "深圳"}, "place"),
    ],
)
def test_impossible_post_is_refused(village, change, field):
    with pytest.raises(Refused) as no:
        posts.save_post(draft(village), POST | change, by=BY, today=TODAY)
    assert no.value.field == field
    assert not Post.objects.exists()


def test_employer_stands_once(village):
    employer = make_employer(village)
    said = {"name": employer.name, "kind": "company", "credit_code": "", "address": "", "contact": "林", "contact_line": "1"}
    from shouwang.ledgers.employment.models import Employer

    with pytest.raises(Refused, match="已登记"):
        posts.save_employer(Employer(), said, village, by=BY, today=TODAY)


def test_accepted_offer_becomes_work_and_fills_the_post(village):
    post = make_post(village, places=1)
    worker = make_worker(village, status="wants")
    offer = posts.offer_post(worker, post, by=BY, today=TODAY)
    post.refresh_from_db()
    assert (post.state, post.taken) == ("filled", 1)
    row = posts.accept_offer(offer, TODAY, by=BY, today=TODAY)
    worker.refresh_from_db()
    assert (row.post_id, row.channel, row.monthly_income, row.planned) == (post.pk, "company", 350_000, False)
    assert (worker.status, worker.place_code, worker.reason) == ("in_county", "440513", "")


def test_start_to_come_is_planned_work(village):
    offer = add_offer(make_worker(village, status="wants"), make_post(village))
    assert posts.accept_offer(offer, TODAY + dt.timedelta(3), by=BY, today=TODAY).planned


def test_full_post_refuses_another(village):
    post = make_post(village, places=1)
    posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    with pytest.raises(Refused, match="已招满"):
        posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    assert Offer.objects.count() == 1


def test_declined_post_hires_again_and_is_not_offered_to_the_same_person(village):
    post, worker = make_post(village, places=1), make_worker(village, status="wants")
    offer = posts.offer_post(worker, post, by=BY, today=TODAY)
    with pytest.raises(Refused, match="原因"):
        posts.decline_offer(offer, "whatever", by=BY, today=TODAY)
    posts.decline_offer(offer, "wage", by=BY, today=TODAY)
    post.refresh_from_db()
    assert (post.state, post.taken) == ("open", 0)
    with pytest.raises(Refused, match="谢绝过"):
        posts.offer_post(worker, post, by=BY, today=TODAY)


def test_second_offer_waits_for_the_first_answer(village):
    worker = make_worker(village, status="wants")
    posts.offer_post(worker, make_post(village), by=BY, today=TODAY)
    with pytest.raises(Refused, match="没有答复"):
        posts.offer_post(worker, make_post(village), by=BY, today=TODAY)


def test_acceptance_over_running_work_is_refused_and_changes_nothing(village):
    worker = make_worker(village, status="out_city")
    add_record(worker)
    offer = add_offer(worker, make_post(village))
    with pytest.raises(Refused, match="重叠"):
        posts.accept_offer(offer, TODAY, by=BY, today=TODAY)
    offer.refresh_from_db()
    assert (offer.state, WorkRecord.objects.count()) == ("sent", 1)


def test_closing_a_post_takes_its_offers_back(village):
    post = make_post(village)
    offer = posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    post.refresh_from_db()
    posts.close_post(post, reason="停产", by=BY, today=TODAY)
    offer.refresh_from_db()
    assert offer.state == "withdrawn"


def test_places_cannot_go_below_those_taken(village):
    post = make_post(village, places=2)
    posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    posts.offer_post(make_worker(village, status="wants"), post, by=BY, today=TODAY)
    with pytest.raises(Refused, match="不能少于 2"):
        posts.save_post(post, POST | {"places": 1}, by=BY, today=TODAY)


def test_priority_is_for_towns_and_villages_once(city, village):
    posts.set_priority(village, document="名单", by=BY, today=TODAY)
    with pytest.raises(Refused, match="不必重复"):
        posts.set_priority(village, document="名单", by=BY, today=TODAY)
    with pytest.raises(Refused, match="镇（街道）或村"):
        posts.set_priority(city.city, document="名单", by=BY, today=TODAY)
    posts.end_priority(PriorityPlace.objects.get(), reason="摘牌", by=BY, today=TODAY + dt.timedelta(1))
    assert PriorityPlace.objects.get().until == TODAY + dt.timedelta(1)


def test_person_held_home_is_written_into_impact_once_and_ended_by_work(village):
    worker = make_worker(village, status="out_city", place_code="441900", place_name="广东省东莞市", wage=400_000)
    for reason in ("not_restarted", "no_transport"):
        labour.survey(worker, {"status": "wants", "reason": reason}, by=BY, today=TODAY)
    impact = ImpactRecord.objects.get()
    assert (impact.cause, impact.expected, impact.now, impact.loss, impact.recovered_on) == ("work_blocked", 400_000, 0, 400_000, None)
    labour.survey(worker, {"status": "in_county", "place": ""}, by=BY, today=TODAY + dt.timedelta(5))
    impact.refresh_from_db()
    assert impact.recovered_on == TODAY + dt.timedelta(5)


def test_reason_that_is_none_of_the_epidemic_is_no_impact(village):
    labour.survey(make_worker(village), {"status": "wants", "reason": "no_skill"}, by=BY, today=TODAY)
    assert not ImpactRecord.objects.exists()
