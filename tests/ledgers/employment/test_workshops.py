"""Workshops: recognised once, reviewed in time, watched with a buffer, cleared with their posts."""

import datetime as dt

import pytest

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import workshop_queries as queries
from shouwang.ledgers.employment.actions import posts, workshops
from shouwang.ledgers.employment.models import Workshop, WorkshopReview
from tests.factories.employment import TODAY, add_record, make_employer, make_post, make_worker, make_workshop
from tests.factories.impact import make_level, make_shock

BY = Scope.system("核验")
GOOD = {"running": True, "workers": 12, "poor_workers": 5, "steady": 3, "problems": ""}


def test_recognition_stands_once_and_only_for_a_workshop(village):
    firm = make_employer(village)
    said = {"document": "潮阳扶组〔2019〕3号", "recognised_on": dt.date(2019, 5, 1)}
    with pytest.raises(Refused, match="类别不是扶贫车间"):
        workshops.recognise(firm, said, by=BY, today=TODAY)
    firm.kind = "workshop"
    firm.save()
    with pytest.raises(Refused, match="晚于今天"):
        workshops.recognise(firm, said | {"recognised_on": TODAY + dt.timedelta(1)}, by=BY, today=TODAY)
    made = workshops.recognise(firm, said, by=BY, today=TODAY)
    assert (made.state, made.region_id, made.workers) == ("normal", village.pk, None)
    with pytest.raises(Refused, match="不必重复"):
        workshops.recognise(firm, said, by=BY, today=TODAY)


def test_review_keeps_what_was_found_and_names_tests_missed(village):
    workshop = make_workshop(village)
    workshops.review(workshop, GOOD, by=BY, today=TODAY)
    workshop.refresh_from_db()
    assert (workshop.workers, workshop.poor_workers, workshop.steady, workshop.unmet, workshop.reviewed_on) == (12, 5, 3, [], TODAY)
    later = TODAY + dt.timedelta(7)
    row = workshops.review(workshop, GOOD | {"workers": 20, "poor_workers": 5, "steady": 2}, by=BY, today=later)
    assert row.unmet == ["贫困劳动力 5 人，占比低于 30%", "稳定务工的贫困劳动力 2 人，少于 3 人"]
    workshop.refresh_from_db()
    assert (workshop.state, workshop.unmet) == ("normal", row.unmet)  # a person decides


def test_share_at_the_limit_is_met(village):
    assert queries.missed(make_workshop(village), queries.People(10, 3, 3), running=True, day=TODAY) == []
    assert queries.missed(make_workshop(village), queries.People(9, 3, 3), running=False, day=TODAY) == [
        "没有正常开工",
        "务工人数 9 人，少于 10 人",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"poor_workers": 13}, "poor_workers"), ({"steady": 6}, "steady"), ({"running": False}, "problems")],
)
def test_review_that_contradicts_itself_is_refused(village, change, field):
    workshop = make_workshop(village)
    with pytest.raises(Refused) as no:
        workshops.review(workshop, GOOD | change, by=BY, today=TODAY)
    assert no.value.field == field
    workshop.refresh_from_db()
    assert (WorkshopReview.objects.count(), workshop.reviewed_on) == (0, None)


def test_second_review_of_a_day_is_refused(village):
    workshop = make_workshop(village)
    workshops.review(workshop, GOOD, by=BY, today=TODAY)
    with pytest.raises(Refused, match="不能重复"):
        workshops.review(workshop, GOOD, by=BY, today=TODAY)


def test_review_is_due_monthly_in_the_epidemic_and_quarterly_without(city, village):
    workshop = make_workshop(village)
    assert queries.period(workshop, TODAY) == (dt.date(2020, 1, 1), dt.date(2020, 4, 1))
    make_shock(city.city)
    assert queries.period(workshop, TODAY) == (dt.date(2020, 2, 1), dt.date(2020, 3, 1))
    assert queries.period(workshop, dt.date(2020, 12, 5)) == (dt.date(2020, 12, 1), dt.date(2021, 1, 1))


def test_due_review_is_a_line_of_the_town_until_it_is_made(city, village):
    make_shock(city.city)
    workshop = make_workshop(village)
    make_workshop(village, state="cleared")
    assert workshops.ask_reviews(by=BY, today=TODAY) == 1
    assert workshops.ask_reviews(by=BY, today=TODAY) == 0
    item = WorkItem.objects.get(kind=workshops.REVIEW)
    assert (item.office.region_id, item.due_at.date(), item.state) == (village.town_id, dt.date(2020, 2, 29), "open")
    # What is late stays late: next month does not move it on.
    assert workshops.ask_reviews(by=BY, today=dt.date(2020, 3, 2)) == 0
    workshops.review(workshop, GOOD, by=BY, today=dt.date(2020, 3, 2))
    item.refresh_from_db()
    assert item.state == "done"
    assert workshops.ask_reviews(by=BY, today=dt.date(2020, 3, 3)) == 0
    assert workshops.ask_reviews(by=BY, today=dt.date(2020, 4, 1)) == 1


def test_watched_workshop_recovers_only_by_a_review_that_meets_all(village):
    workshop = make_workshop(village)
    watched = workshops.watch(workshop, reason="停工", by=BY, today=TODAY)
    assert (watched.state, watched.buffer_until) == ("watched", TODAY + dt.timedelta(90))
    assert WorkItem.objects.get(kind=workshops.BUFFER).state == "open"
    with pytest.raises(Refused, match="还没有核查过"):
        workshops.restore(workshop, reason="复工", by=BY, today=TODAY)
    workshops.review(workshop, GOOD | {"workers": 5}, by=BY, today=TODAY)
    with pytest.raises(Refused, match="少于 10 人"):
        workshops.restore(workshop, reason="复工", by=BY, today=TODAY)
    workshops.review(workshop, GOOD, by=BY, today=TODAY + dt.timedelta(1))
    back = workshops.restore(workshop, reason="复工", by=BY, today=TODAY + dt.timedelta(1))
    assert (back.state, back.buffer_until, WorkItem.objects.get(kind=workshops.BUFFER).state) == ("normal", None, "done")


def test_workshop_is_cleared_after_its_buffer_and_hires_nobody_more(village):
    workshop = make_workshop(village)
    post = make_post(village, employer=workshop.employer, kind="workshop")
    with pytest.raises(Refused, match="须为：监测待处置"):
        workshops.clear(workshop, reason="停产", by=BY, today=TODAY)
    workshops.watch(workshop, reason="停工", by=BY, today=TODAY)
    with pytest.raises(Refused, match="缓冲期至 2020-05-17"):
        workshops.clear(workshop, reason="停产", by=BY, today=TODAY + dt.timedelta(89))
    with pytest.raises(Refused, match="理由"):
        workshops.clear(workshop, reason="", by=BY, today=TODAY + dt.timedelta(90))
    workshops.clear(workshop, reason="停产", by=BY, today=TODAY + dt.timedelta(90))
    workshop.refresh_from_db()
    post.refresh_from_db()
    assert (workshop.state, workshop.buffer_until, post.state) == ("cleared", None, "closed")
    with pytest.raises(Refused, match="已清理"):
        workshops.review(workshop, GOOD, by=BY, today=TODAY + dt.timedelta(91))
    again = workshops.recognise_again(workshop, reason="恢复", by=BY, today=TODAY + dt.timedelta(100))
    assert (again.state, again.recognised_on, again.workers) == ("normal", TODAY + dt.timedelta(100), None)


def test_workshop_post_of_an_employer_not_recognised_cannot_open(village):
    firm = make_employer(village, kind="workshop")
    post = make_post(village, employer=firm, kind="workshop", state="draft")
    make_level(village)
    with pytest.raises(Refused, match="没有认定为扶贫车间"):
        posts.verify_post(post, by=BY, today=TODAY)
    make_workshop(village, employer=firm)
    assert posts.verify_post(post, by=BY, today=TODAY).state == "open"


def test_form_begins_with_the_people_the_ledger_knows(village):
    workshop = make_workshop(village)
    post = make_post(village, employer=workshop.employer, kind="workshop", places=9)
    long, paid, fresh, other = (make_worker(village, status="in_county", registered=n < 3) for n in range(4))
    add_record(long, post=post, started_on=dt.date(2019, 11, 1), monthly_income=100_000)
    add_record(paid, post=post, started_on=dt.date(2020, 1, 10), monthly_income=450_000)
    add_record(fresh, post=post, started_on=dt.date(2020, 2, 10), monthly_income=200_000)
    add_record(other, post=post, started_on=dt.date(2019, 1, 1))
    assert queries.known_people(workshop, BY, TODAY) == queries.People(4, 3, 2)
    assert queries.known_people(make_workshop(village), BY, TODAY) == queries.People(0, 0, 0)


def test_rules_of_a_province_stand_under_its_code(village):
    from shouwang.kernel.rulebook import lookup

    before, eased = (lookup("workshops", "steady_months", on=d, region="210100") for d in (dt.date(2020, 1, 1), TODAY))
    assert (before.value, eased.value, eased.unverified) == (6, 3, False)
    assert queries.rule("steady_months", make_workshop(village), TODAY).unverified
    assert Workshop.objects.count() == 1
