"""A post opens where work may restart, as ledger impact says of its workplace."""

import datetime as dt

import pytest
from django.test import Client

from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import restart
from shouwang.ledgers.employment.actions import batches, posts
from shouwang.ledgers.employment.matching import fitting, market
from shouwang.ledgers.employment.models import Post, Trip
from tests.factories.accounts import make_user, sign_in
from tests.factories.employment import TODAY, add_record, make_employer, make_plan, make_post, make_worker
from tests.factories.impact import make_level
from tests.ledgers.employment.test_batches import planned, prepared
from tests.ledgers.employment.test_posts import POST

BY = Scope.system("核验")
THERE = {"place_code": "441900", "place_name": "广东省东莞市", "place_detail": "长安镇"}


def opened(post, today=TODAY):
    return posts.verify_post(post, by=BY, today=today).state


def refused(post, today=TODAY):
    with pytest.raises(Refused) as no:
        posts.verify_post(post, by=BY, today=today)
    post.refresh_from_db()
    assert (post.state, post.verified_on) == ("draft", None)
    return no.value.message


@pytest.mark.parametrize("kind", ["company", "project", "work_relief"])
def test_post_where_work_may_not_restart_does_not_open_and_says_why(village, kind):
    make_level(village, "high")
    words = refused(make_post(village, kind=kind, state="draft"))
    assert words.startswith("现在不能开放招聘：潮阳区")
    for part in ("自 2020-02-17 起为高风险（省卫生健康委通告，2020-02-17 公布）：暂缓开工复工", "依据：《关于科学防治", "等级下调后再开放"):
        assert part in words


def test_post_opens_when_the_level_has_come_down(village):
    make_level(village, "high")
    post = make_post(village, state="draft")
    refused(post)
    make_level(village, "medium", TODAY + dt.timedelta(3))
    assert opened(post, TODAY + dt.timedelta(3)) == "open"
    assert "落实防控条件后有序开工复工" in restart.condition(post, TODAY + dt.timedelta(3))


def test_level_elsewhere_counts_where_it_is_known_and_holds_nobody_up_where_not(village):
    make_level(village, "high")
    post = make_post(village, state="draft", **THERE)
    assert (restart.barrier(post, TODAY), restart.condition(post, TODAY)) == ("", "")
    make_level(village, "high", unit_code="441900", unit_name="东莞市", document="广东省通告")
    assert "广东省东莞市长安镇自 2020-02-17 起为高风险（广东省通告" in refused(post)


@pytest.mark.parametrize("kw", [{"kind": "welfare"}, {"kind": "farm"}, {"at_home": True}])
def test_welfare_posts_farm_work_and_work_at_home_wait_for_no_restart(village, kw):
    make_level(village, "high")
    assert opened(make_post(village, state="draft", **kw)) == "open"


def test_before_levels_are_published_the_places_approval_is_asked_for(village):
    day = dt.date(2020, 2, 5)
    post = make_post(village, state="draft", start_on=day)
    words = refused(post, day)
    assert "尚未公布风险等级：企业不早于 2 月 9 日 24 时复工，此后经当地批准" in words
    assert "请在岗位上填写复工批准文件" in words
    post.restart_approval = "潮阳复工〔2020〕3号"
    post.save()
    assert opened(post, day) == "open"


def test_approval_does_not_go_past_a_published_level(village):
    make_level(village, "high")
    refused(make_post(village, state="draft", restart_approval="潮阳复工〔2020〕3号"))


def test_in_quiet_times_nothing_is_asked(village):
    post, day = make_post(village, state="draft"), dt.date(2019, 6, 3)
    assert (restart.barrier(post, day), restart.condition(post, day)) == ("", "")
    assert opened(post, day) == "open"


def test_open_post_may_be_corrected_after_the_level_rose_but_not_moved_to_such_a_place(village):
    post = make_post(village)
    make_level(village, "high", unit_code="441900", unit_name="东莞市")
    with pytest.raises(Refused, match=r"东莞市.*高风险") as no:
        posts.save_post(post, POST, by=BY, today=TODAY)
    assert no.value.field == "place"
    there = make_post(village, **THERE)
    assert posts.save_post(there, POST, by=BY, today=TODAY).wage == POST["wage"]


def test_open_post_takes_no_part_in_a_plan_while_work_may_not_restart_there(village, django_assert_num_queries):
    worker, near, far = make_worker(village, status="wants", wish="anywhere"), make_post(village), make_post(village, **THERE)
    plan = make_plan(village)
    assert {p.key for p in market(plan, TODAY).request.posts} == {str(near.pk), str(far.pk)}
    make_level(village, "high", unit_code="441900", unit_name="东莞市")
    built = market(plan, TODAY)
    assert [p.key for p in built.request.posts] == [str(near.pk)]
    assert "有 1 个岗位的工作地到上岗日（已过的为今天）不能开工复工，未列入本方案。原因见各岗位。" in built.skipped
    assert {f.post.pk: f.why for f in fitting(worker, TODAY)} == {near.pk: "", far.pk: "工作地到上岗日不能开工复工"}
    with django_assert_num_queries(1):
        assert restart.held([near, far], TODAY) == {far.pk}


@pytest.mark.parametrize(("now", "then", "shut"), [("low", "high", True), ("high", "low", False), ("low", "low", False)])
def test_post_that_starts_later_goes_by_the_level_published_for_its_day(village, now, then, shut):
    start = TODAY + dt.timedelta(10)
    make_level(village, now, TODAY)
    make_level(village, then, start, published_on=TODAY)
    post = make_post(village, state="draft", start_on=start)
    assert restart.held([post], TODAY) == ({post.pk} if shut else set())
    if not shut:
        assert opened(post) == "open"
        return
    words = refused(post)
    assert "潮阳区海门镇到上岗日 2020-02-27，自 2020-02-27 起为高风险（省卫生健康委通告，2020-02-17 公布）" in words
    assert "等级下调后再开放，或与用工单位改定上岗日期" in words
    make_worker(village, status="wants", wish="anywhere")
    Post.objects.filter(pk=post.pk).update(state="open")
    built = market(make_plan(village), TODAY)
    assert (built.request.posts, "到上岗日" in built.skipped[0]) == ((), True)


def test_level_that_ends_before_the_day_of_work_holds_nothing_and_one_that_comes_after_it_neither(village):
    make_level(village, "high", TODAY + dt.timedelta(20), published_on=TODAY)
    assert restart.held([make_post(village, start_on=TODAY + dt.timedelta(19))], TODAY) == set()
    assert restart.held([make_post(village, start_on=TODAY + dt.timedelta(20))], TODAY) != set()


def test_bus_to_a_place_where_work_is_forbidden_on_the_day_it_begins_does_not_leave(village):
    batch, _place, _bus, rows = prepared(village, seats=20)
    make_level(village, "low", TODAY, unit_code="441900", unit_name="东莞市")
    planned(batch)
    trip = Trip.objects.get()
    post = make_post(village, **THERE, start_on=TODAY + dt.timedelta(3))
    for row in rows[:2]:
        add_record(row.worker, planned=True, started_on=TODAY + dt.timedelta(3), post=post)
    make_level(village, "high", TODAY + dt.timedelta(2), published_on=TODAY, unit_code="441900", unit_name="东莞市")
    batches.board(trip, {r.pk for r in rows}, by=BY, today=trip.day)
    with pytest.raises(Refused, match=r"不能发车：2 人的工作地到上岗日不能开工：广东省东莞市自 2020-02-19 起为高风险.*改定上岗日期"):
        batches.depart(trip, by=BY, today=trip.day)
    batches.board(trip, {rows[2].pk}, by=BY, today=trip.day)
    assert batches.depart(trip, by=BY, today=trip.day).state == "departed"


def test_page_and_form_say_what_holds_the_post_or_on_what_it_opens(city, village):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    client = sign_in(Client(), make_user("clerk", city.offices["440513100-zf"], "town_clerk"))
    make_level(village, "high", TODAY)
    post = make_post(village, state="draft", employer=make_employer(village.town))
    post.put_in(village.town)
    post.save()
    text = client.get(f"/employment/posts/{post.pk}/").content.decode()
    assert "现在不能开放招聘：潮阳区" in text
    assert "/verify/" not in text
    assert "高风险" in client.post(f"/employment/posts/{post.pk}/verify/", follow=True).content.decode()
    post.refresh_from_db()
    assert post.state == "draft"
    post.place_code, post.place_name = "440514", "潮南区"
    post.save()
    make_level(village, "medium", TODAY, unit_code="440514", unit_name="潮南区")
    for path in ("", "edit/"):
        assert "落实防控条件后有序开工复工（依据：" in client.get(f"/employment/posts/{post.pk}/{path}").content.decode()
