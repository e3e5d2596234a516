"""Public-welfare posts: each limit is named, in the plan and by hand; terms with months, renewed, ended, announced."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import welfare, welfare_queries
from shouwang.ledgers.employment.actions import labour, matching, posts, terms
from shouwang.ledgers.employment.actions.welfare import end_appointment
from shouwang.ledgers.employment.matching import fitting
from shouwang.ledgers.employment.models import Offer, Post, WelfareAppointment, WelfareMonth, WorkRecord
from tests.factories.employment import (
    TODAY,
    add_appointment,
    add_line,
    add_offer,
    add_worker,
    make_employer,
    make_plan,
    make_post,
    make_worker,
)
from tests.factories.registry import add_member
from tests.ledgers.employment.test_posts import POST

BY = Scope.system("核验")
AUGUST = dt.date(2020, 8, 17)


def welfare_post(region, **kw):
    return make_post(region, **{"kind": "welfare", "wage": 100_000, "title": "保洁员", "places": 5, **kw})


def barred(worker):
    """Every way to the post: by hand, and what the plan says."""
    post = welfare_post(worker.region)
    with pytest.raises(Refused, match="不能安排公益性岗位") as no:
        posts.offer_post(worker, post, by=BY, today=TODAY)
    assert no.value.field == "post"
    assert not Offer.objects.exists()
    plan = make_plan(worker.region)
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    assert plan.lines.filter(worker=worker, post=post).count() == 0
    return no.value.message


def test_seventy_is_too_old(village):
    worker = make_worker(village, status="wants", birth_date=dt.date(1950, 2, 17), health="healthy")
    assert "年满 70 周岁不安排公益性岗位，本人 70 周岁" in barred(worker)
    assert welfare.barriers([make_worker(village, status="wants", birth_date=dt.date(1950, 2, 18))], TODAY) == {}


def test_family_of_a_cadre_is_kept_out(village):
    worker = make_worker(village, status="wants")
    labour.set_circumstances(worker, {"care_duty": False, "at_work_last_year": None, "cadre_family": True}, by=BY, today=TODAY)
    worker.refresh_from_db()
    assert "村干部及其家属" in barred(worker)


def test_one_of_a_household(village):
    first = make_worker(village, status="in_county")
    add_appointment(first)
    second = add_worker(first.household, member=add_member(first.household, relation="son"), status="wants")
    assert "一户至多 1 人在公益性岗位，同户已有 1 人" in barred(second)
    assert "公益性岗位，同户已有" in next(f.why for f in fitting(second, TODAY))


def test_plan_gives_a_household_as_many_posts_as_the_rule_allows(village, monkeypatch):
    (one,) = book("welfare_posts")["per_household"]
    monkeypatch.setitem(book("welfare_posts"), "per_household", (replace(one, value=2),))
    first = make_worker(village, status="wants")
    sons = [add_worker(first.household, member=add_member(first.household, relation="son"), status="wants") for _ in range(2)]
    other = make_worker(village, status="wants")
    post, plan = welfare_post(village, places=3), make_plan(village)
    matching.keep(plan, matching.solve(plan, today=TODAY), by=BY, today=TODAY)
    given = set(plan.lines.filter(post=post).values_list("worker", flat=True))
    assert len(given & {first.pk, *(s.pk for s in sons)}) == 2
    assert other.pk in given
    plan.refresh_from_db()
    assert plan.result["proof"]["priority_kept"]
    assert posts.send_offers(plan, plan.lines.exclude(post=None).select_related("household"), by=BY, today=TODAY) == 3
    for offer in Offer.objects.filter(worker__in=[first, *sons]).select_related("worker__household"):
        posts.accept_offer(offer, TODAY, ends_on=AUGUST, by=BY, today=TODAY)
    (left,) = {first, *sons} - {o.worker for o in Offer.objects.select_related("worker")}
    with pytest.raises(Refused, match="一户至多 2 人在公益性岗位，同户已有 2 人"):
        posts.offer_post(left, welfare_post(village), by=BY, today=TODAY)


def test_household_with_one_on_a_post_is_given_one_more_under_a_limit_of_two(village, monkeypatch):
    (one,) = book("welfare_posts")["per_household"]
    monkeypatch.setitem(book("welfare_posts"), "per_household", (replace(one, value=2),))
    first = make_worker(village, status="in_county")
    add_appointment(first)
    sons = [add_worker(first.household, member=add_member(first.household, relation="son"), status="wants") for _ in range(2)]
    welfare_post(village)
    found = matching.solve(make_plan(village), today=TODAY)["plan"]
    assert [p.worker for p in found.placements] in ([str(s.pk)] for s in sons)


def test_one_post_a_person_also_where_only_the_registry_knows(village):
    worker = make_worker(village, status="wants")
    worker.member.public_post = "road"
    worker.member.save()
    assert "一人一岗" in barred(worker)


def test_months_in_all_are_limited(village):
    worker = make_worker(village, status="wants")
    for year in (2016, 2017, 2018):
        start = dt.date(year, 1, 1)
        add_appointment(worker, starts_on=start, ends_on=dt.date(year + 1, 1, 1), state="ended", left_on=dt.date(year + 1, 1, 1))
    assert "一人累计至多 36 个月，本人已在岗 36 个月" in barred(worker)


def test_pay_out_of_bounds_is_refused_on_the_post_and_takes_no_part_in_a_plan(village):
    post = Post(employer=make_employer(village, kind="welfare"))
    post.put_in(village)
    with pytest.raises(Refused, match=r"月报酬 2,000.00 元不在 300 至 1,550 元之间") as no:
        posts.save_post(post, POST | {"kind": "welfare", "wage": 200_000, "place": ""}, by=BY, today=TODAY)
    assert no.value.field == "wage"
    worker = make_worker(village, status="wants")
    dear = welfare_post(village, wage=200_000)
    with pytest.raises(Refused, match="月报酬"):
        posts.offer_post(worker, dear, by=BY, today=TODAY)
    built = matching.market(make_plan(village), TODAY)
    assert (built.request.posts, built.skipped) == ((), ["有 1 个公益性岗位月报酬不在规定范围内，未列入本方案。请核对岗位的月工资。"])


def test_limits_of_another_province_are_its_own():
    assert welfare.pay_barrier(70_000, TODAY, "220100") == "公益性岗位月报酬 700.00 元不在 800 至 1,000 元之间"
    assert welfare.pay_barrier(70_000, TODAY, "440513") == ""
    assert not welfare.rule("term_months", TODAY, "220100").unverified


def test_acceptance_opens_a_term_and_every_limit_is_checked_once_more(village):
    worker = make_worker(village, status="wants")
    offer = posts.offer_post(worker, welfare_post(village), by=BY, today=TODAY)
    for end, words in ((None, "须填写聘期届满日期"), (dt.date(2020, 3, 1), "不足 1 个月"), (dt.date(2021, 2, 18), "超过 12 个月")):
        with pytest.raises(Refused, match=words) as no:
            posts.accept_offer(offer, TODAY, ends_on=end, by=BY, today=TODAY)
        assert no.value.field == "ends_on"
    offer.refresh_from_db()
    assert (offer.state, WorkRecord.objects.count()) == ("sent", 0)
    row = posts.accept_offer(offer, TODAY, ends_on=AUGUST, by=BY, today=TODAY)
    term = WelfareAppointment.objects.get()
    assert (term.record_id, term.starts_on, term.ends_on, term.pay, term.state) == (row.pk, TODAY, AUGUST, 100_000, "active")


def test_second_member_who_accepts_is_refused_and_nothing_is_written(village):
    first = make_worker(village, status="wants")
    second, post = add_worker(first.household, member=add_member(first.household, relation="son"), status="wants"), welfare_post(village)
    offers = [posts.offer_post(w, post, by=BY, today=TODAY) for w in (first, second)]
    posts.accept_offer(offers[0], TODAY, ends_on=AUGUST, by=BY, today=TODAY)
    with pytest.raises(Refused, match="一户至多 1 人"):
        posts.accept_offer(offers[1], TODAY, ends_on=AUGUST, by=BY, today=TODAY)
    offers[1].refresh_from_db()
    assert (offers[1].state, WelfareAppointment.objects.count()) == ("sent", 1)


def test_plan_lines_that_a_limit_overtook_are_not_offered(village):
    worker, free, post = make_worker(village, status="wants"), make_worker(village, status="wants"), welfare_post(village)
    plan = make_plan(village)
    lines = [add_line(plan, w, post) for w in (worker, free)]
    worker.cadre_family = True
    worker.save()
    assert posts.send_offers(plan, lines, by=BY, today=TODAY) == 1
    assert Offer.objects.get().worker_id == free.pk


def test_months_add_up_and_entering_one_again_puts_it_right(village):
    term = add_appointment(make_worker(village, status="in_county"), starts_on=dt.date(2020, 1, 20), ends_on=AUGUST)
    terms.record_month(term, dt.date(2020, 1, 25), 10, 40_001, by=BY, today=TODAY)
    terms.record_month(term, dt.date(2020, 2, 1), 15, 60_000, by=BY, today=TODAY)
    terms.record_month(term, dt.date(2020, 1, 1), 12, 48_000, by=BY, today=TODAY)
    term.refresh_from_db()
    assert (term.days_worked, term.paid, WelfareMonth.objects.count()) == (27, 108_000, 2)
    for month, days, pay, field in (
        (dt.date(2020, 1, 1), 13, 100, "days"),  # 20 to 31 January are twelve days
        (dt.date(2020, 2, 1), 27, 100, "days"),
        (dt.date(2020, 2, 1), 20, 100_001, "pay"),
        (dt.date(2020, 3, 1), 20, 100, "month"),
        (dt.date(2019, 12, 1), 20, 100, "month"),
    ):
        with pytest.raises(Refused) as no:
            terms.record_month(term, month, days, pay, by=BY, today=TODAY)
        assert no.value.field == field
    term.refresh_from_db()
    assert (term.days_worked, term.paid) == (27, 108_000)


def test_named_sets_part_the_terms_by_day(village):
    on, soon, over, ended = (make_worker(village, status="in_county") for _ in range(4))
    add_appointment(on, ends_on=TODAY + dt.timedelta(31))
    add_appointment(soon, ends_on=TODAY + dt.timedelta(30))
    add_appointment(over, ends_on=TODAY)
    add_appointment(ended, ends_on=TODAY, state="ended", left_on=TODAY)
    rows = WelfareAppointment.objects.all()
    names = (welfare_queries.on_post, welfare_queries.expiring, welfare_queries.expired, welfare_queries.to_settle)
    assert [{r.worker_id for r in f(rows, TODAY)} for f in names] == [{on.pk, soon.pk}, {soon.pk}, {over.pk}, {soon.pk, over.pk}]


def test_end_of_a_term_is_a_line_of_the_town_until_it_is_renewed(village):
    term = add_appointment(make_worker(village, status="in_county"), ends_on=TODAY + dt.timedelta(30))
    add_appointment(make_worker(village, status="in_county"), ends_on=TODAY + dt.timedelta(31))
    assert (terms.ask_expiring(by=BY, today=TODAY), terms.ask_expiring(by=BY, today=TODAY)) == (1, 0)
    item = WorkItem.objects.get(kind=terms.KIND)
    assert (item.record_id, item.office.region_id, item.due_at.date()) == (str(term.pk), village.town_id, TODAY + dt.timedelta(29))
    assert term.worker.member.name not in item.title
    with pytest.raises(Refused, match="不晚于原届满日期"):
        terms.renew(term, term.ends_on, reason="续", by=BY, today=TODAY)
    with pytest.raises(Refused, match="至多 12 个月"):
        terms.renew(term, welfare.past(term.ends_on, 12) + dt.timedelta(1), reason="续", by=BY, today=TODAY)
    with pytest.raises(Refused, match="理由"):
        terms.renew(term, welfare.past(term.ends_on, 3), reason="", by=BY, today=TODAY)
    done = terms.renew(term, welfare.past(term.ends_on, 3), reason="表现良好", by=BY, today=TODAY)
    item.refresh_from_db()
    assert (done.ends_on, done.renewals, item.state) == (dt.date(2020, 6, 18), 1, "done")


def test_nobody_is_renewed_past_the_age_limit_or_the_months_in_all(village):
    old = make_worker(village, status="in_county", birth_date=dt.date(1950, 2, 17))
    with pytest.raises(Refused, match=r"年满 70 周岁.*请办理终止"):
        terms.renew(add_appointment(old, ends_on=TODAY), AUGUST, reason="续", by=BY, today=TODAY)
    long = add_appointment(make_worker(village, status="in_county"), starts_on=dt.date(2017, 8, 1), ends_on=TODAY)
    with pytest.raises(Refused, match="累计 37 个月"):
        terms.renew(long, AUGUST, reason="续", by=BY, today=TODAY)


def test_ending_a_term_ends_the_work_and_frees_the_place(village):
    worker, post = make_worker(village, status="wants"), welfare_post(village, places=1)
    posts.accept_offer(posts.offer_post(worker, post, by=BY, today=TODAY), TODAY, ends_on=AUGUST, by=BY, today=TODAY)
    term, later = WelfareAppointment.objects.get(), TODAY + dt.timedelta(40)
    post.refresh_from_db()
    assert post.state == "filled"
    with pytest.raises(Refused, match="晚于今天"):
        end_appointment(term, later + dt.timedelta(1), reason="期满", by=BY, today=later)
    end_appointment(term, later, reason="本人外出务工", by=BY, today=later)
    post.refresh_from_db()
    term.refresh_from_db()
    row = WorkRecord.objects.get()
    assert (term.state, term.left_on, row.ended_on, row.left_reason, post.state, post.taken) == (
        "ended",
        later,
        later,
        "本人外出务工",
        "open",
        0,
    )


def test_work_that_ends_takes_the_term_with_it(village):
    term = add_appointment(make_worker(village, status="in_county"))
    labour.end_work(term.record, TODAY, reason="患病", by=BY, today=TODAY)
    term.refresh_from_db()
    assert (term.state, term.left_on) == ("ended", TODAY)


@given(start=st.dates(dt.date(2019, 1, 1), dt.date(2030, 12, 31)), months=st.integers(0, 40))
def test_a_term_of_so_many_months_counts_as_many(start, months):
    assert welfare.months_between(start, welfare.past(start, months)) == months


def test_other_posts_have_no_term(village):
    offer = add_offer(make_worker(village, status="wants"), make_post(village))
    posts.accept_offer(offer, TODAY, by=BY, today=TODAY)
    assert not WelfareAppointment.objects.exists()
