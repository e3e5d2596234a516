"""Subsidies: amounts by date and place, nothing computed where none is known, exact to the 分, two persons, no second claim."""

import datetime as dt

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from shouwang.kernel.errors import NotPermitted, Refused
from shouwang.kernel.models import Setting
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.testing import holding
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import subsidies as worth
from shouwang.ledgers.employment import subsidy_queries, subsidy_views
from shouwang.ledgers.employment.actions import subsidies
from shouwang.ledgers.employment.models import SubsidyClaim, SubsidyRate
from shouwang.ledgers.employment.place_figures import SUBSIDY_FIGURES
from tests.factories.accounts import make_user, scope, sign_in
from tests.factories.employment import TODAY, add_record, make_employer, make_worker

FAILED, PAID, OPEN = (next(f for f in SUBSIDY_FIGURES if f.code == f"employment.subsidies_{name}") for name in ("failed", "paid", "open"))
BY, SECOND = Scope.system("核验"), Scope.system("复核")
ONCE = {"starts_on": TODAY, "ends_on": None}
RATE = {"kind": "transport", "band": "out_city", "amount": 40_001, "valid_from": dt.date(2020, 1, 1), "document": "汕人社〔2020〕9号"}


def away(village, **kw):
    """A worker in Dongguan since 2019."""
    worker = make_worker(village, status="out_city")
    add_record(worker, **kw)
    return worker


def transport(worker):
    return subsidies.claim_for_worker(worker, {"kind": "transport", **ONCE}, by=BY, today=TODAY)


def test_amounts_of_guangdong_are_not_known_and_nothing_is_computed(village):
    claim = transport(away(village))
    assert (claim.band, claim.starts_on, claim.ends_on) == ("out_city", dt.date(2020, 1, 1), dt.date(2021, 1, 1))
    with pytest.raises(Refused, match="金额未录入，待核实"):
        subsidies.check(claim, by=BY, today=TODAY)
    claim.refresh_from_db()
    assert (claim.state, claim.amount, claim.basis) == ("applied", None, [])
    for kind in worth.kinds(TODAY).values():
        assert worth.rate(kind.code, "out_city" if kind.bands else "", village, TODAY).amount is None


def test_amounts_of_lujiang_are_its_own_and_begin_in_2020():
    values = [lookup(worth.BOOK, "transport", on=d, region="340124").value for d in (dt.date(2019, 12, 31), dt.date(2020, 1, 1))]
    assert values == [None, {"out_province": 50_000, "out_city": 40_000, "cross_district": 30_000}]


def test_claim_goes_from_application_to_payment_to_the_cent(city, village):
    claim = transport(away(village))
    subsidies.enter_rate(city.at("440513"), RATE, by=BY, today=TODAY)
    item = WorkItem.objects.get(kind=subsidies.WORK)
    assert (item.action, item.office.region_id) == ("审核", village.county_id)
    assert claim.worker.member.name not in item.title
    clerk = scope(make_user("clerk", city.offices["440513-fpb"], "office_clerk", name="区经办"))
    checked = subsidies.check(claim, by=clerk, today=TODAY)
    assert (checked.amount, checked.basis[-1]) == (40_001, "400.01 × 1 × 1 = 400.01 元")
    assert "汕人社〔2020〕9号" in checked.basis[0]
    with pytest.raises(Refused, match="另一人批准"):
        subsidies.approve(claim, by=clerk, today=TODAY)
    subsidies.approve(claim, by=SECOND, today=TODAY)
    for day, words in ((TODAY + dt.timedelta(1), "晚于今天"), (TODAY - dt.timedelta(1), "早于申领日期")):
        with pytest.raises(Refused, match=words):
            subsidies.pay(claim, day, "2020-17", by=BY, today=TODAY)
    paid = subsidies.pay(claim, TODAY, "2020-17", by=BY, today=TODAY)
    item.refresh_from_db()
    assert (paid.state, paid.paid_on, paid.voucher, paid.checked_by, paid.approved_by) == (
        "paid",
        TODAY,
        "2020-17",
        clerk.user_name,
        "复核",
    )
    assert item.state == "done"


def test_nearest_office_and_latest_day_win_and_a_claim_is_judged_by_its_own_day(city, village):
    county, town = city.at("440513"), village.town
    for place, amount, day in (
        (city.city, 10_000, dt.date(2020, 2, 1)),
        (county, 20_000, dt.date(2020, 1, 1)),
        (county, 30_000, dt.date(2020, 2, 10)),
        (county, 90_000, dt.date(2020, 3, 1)),
    ):
        subsidies.enter_rate(place, RATE | {"amount": amount, "valid_from": day}, by=BY, today=TODAY)
    found = [worth.rate("transport", "out_city", village, d).amount for d in (dt.date(2019, 12, 31), dt.date(2020, 1, 15), TODAY)]
    assert found == [None, 20_000, 30_000]
    assert worth.rate("transport", "out_city", city.at("440514"), TODAY).amount == 10_000
    assert worth.rate("transport", "out_province", town, TODAY).amount is None


def test_amount_entered_again_is_put_right_and_checked_claims_keep_theirs(city, village):
    claim = transport(away(village))
    subsidies.enter_rate(city.city, RATE, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    subsidies.enter_rate(city.city, RATE | {"amount": 50_000}, by=BY, today=TODAY)
    claim.refresh_from_db()
    assert (SubsidyRate.objects.get().amount, claim.amount) == (50_000, 40_001)
    back = subsidies.send_back(claim, reason="标准已更新", by=BY, today=TODAY)
    assert (back.state, back.amount, back.checked_by) == ("applied", None, "")
    assert subsidies.check(claim, by=BY, today=TODAY).amount == 50_000


@pytest.mark.parametrize(
    ("change", "field"), [({"band": ""}, "band"), ({"kind": "job_start"}, "band"), ({"kind": "none"}, "band"), ({"amount": 0}, "amount")]
)
def test_impossible_amount_is_refused(city, change, field):
    with pytest.raises(Refused) as no:
        subsidies.enter_rate(city.city, RATE | change, by=BY, today=TODAY)
    assert (no.value.field, SubsidyRate.objects.count()) == (field, 0)


def test_work_at_home_is_no_work_away(village):
    worker = away(village, place_code="440513", place_name="广东省汕头市潮阳区")
    with pytest.raises(Refused, match="没有在本区（县）以外务工"):
        transport(worker)
    with pytest.raises(Refused, match="没有在本区（县）以外务工"):
        transport(make_worker(village))


def test_second_claim_of_a_year_is_refused_but_not_after_a_refusal(village):
    worker = away(village)
    claim = transport(worker)
    with pytest.raises(Refused, match="不能重复申领"):
        transport(worker)
    subsidies.refuse(claim, reason="不符合条件", by=BY, today=TODAY)
    assert WorkItem.objects.get(kind=subsidies.WORK).state == "dropped"
    assert transport(worker).state == "applied"
    last = {"kind": "transport", "starts_on": dt.date(2019, 5, 1), "ends_on": None}
    assert subsidies.claim_for_worker(worker, last, by=BY, today=TODAY).starts_on == dt.date(2019, 1, 1)


def test_months_of_an_employer_count_persons_and_do_not_overlap(city, village):
    firm = make_employer(village, kind="workshop")
    said = {"kind": "workshop", "persons": 7, "starts_on": dt.date(2019, 11, 1), "ends_on": dt.date(2020, 2, 1)}
    for change, field in (
        ({"persons": 0}, "persons"),
        ({"ends_on": None}, "ends_on"),
        ({"ends_on": dt.date(2019, 11, 1)}, "ends_on"),
        ({"ends_on": dt.date(2020, 3, 1)}, "ends_on"),
        ({"kind": "transport"}, "kind"),
        ({"starts_on": dt.date(2020, 2, 18)}, "starts_on"),
    ):
        with pytest.raises(Refused) as no:
            subsidies.claim_for_employer(firm, said | change, by=BY, today=TODAY)
        assert no.value.field == field
    assert not SubsidyClaim.objects.exists()
    claim = subsidies.claim_for_employer(firm, said, by=BY, today=TODAY)
    with pytest.raises(Refused, match="不能重复申领"):
        subsidies.claim_for_employer(firm, said | {"starts_on": dt.date(2020, 1, 1)}, by=BY, today=TODAY)
    subsidies.claim_for_employer(firm, said | {"starts_on": dt.date(2019, 10, 1), "ends_on": dt.date(2019, 11, 1)}, by=BY, today=TODAY)
    rate = {"kind": "workshop", "band": "", "amount": 33_333, "valid_from": dt.date(2019, 1, 1), "document": "文件"}
    subsidies.enter_rate(city.city, rate, by=BY, today=TODAY)
    assert subsidies.check(claim, by=BY, today=TODAY).amount == 33_333 * 3 * 7
    assert (claim.household_id, claim.region_id) == (None, village.pk)


def test_who_only_arranges_does_not_approve(city, village):
    claim = transport(away(village))
    subsidies.enter_rate(city.city, RATE, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    clerk = holding("employment.arrange", city.at("440513").place)
    with pytest.raises(NotPermitted):
        subsidies.approve(claim, by=clerk, today=TODAY)
    with pytest.raises(NotPermitted):
        subsidies.enter_rate(city.at("440513"), RATE, by=clerk, today=TODAY)


@settings(max_examples=40)
@given(first=st.integers(1, 24), more=st.integers(1, 24), amount=st.integers(1, 999_999), persons=st.integers(1, 500))
def test_a_period_in_two_parts_is_worth_what_the_whole_is(first, more, amount, persons):
    kind = worth.Kind("workshop", "扶贫车间吸纳补贴", "employer", "month")
    start = dt.date(2018, 1, 1)
    middle, end = (dt.date(2018 + n // 12, n % 12 + 1, 1) for n in (first, first + more))
    parts = [worth.quantity(kind, *span) * amount * persons for span in ((start, middle), (middle, end))]
    assert sum(parts) == worth.quantity(kind, start, end) * amount * persons


def paid(city, village):
    """A claim paid on the day, with the clerk of the county having checked it."""
    claim = transport(away(village))
    subsidies.enter_rate(city.city, RATE, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    subsidies.approve(claim, by=SECOND, today=TODAY)
    return subsidies.pay(claim, TODAY, "2020-17", by=BY, today=TODAY)


def lines(**kw):
    return [(i.office.code, i.action, i.state) for i in WorkItem.objects.filter(**kw).select_related("office").order_by("pk")]


def test_payment_that_the_bank_returned_goes_to_the_village_and_is_paid_again(city, village):
    claim, later = paid(city, village), TODAY + dt.timedelta(3)
    assert subsidy_queries.open_claims(SubsidyClaim.objects.all()).count() == 0
    failed = subsidies.fail(claim, "dormant", later, by=BY, today=later)
    assert (failed.state, failed.failure, failed.failed_on, failed.paid_on, failed.voucher) == ("failed", "dormant", later, None, "")
    assert subsidy_views.paper(failed) == "2020-02-20 发放失败：账户休眠。须补：本人持身份证到网点激活账户。"
    assert lines(kind=subsidies.FAILED) == [(f"{village.code}-cwh", "通知补材料", "open")]
    item = WorkItem.objects.get(kind=subsidies.FAILED)
    assert item.title == f"外出务工交通补贴发放失败：人编号 {claim.worker.member.code}"
    assert [f.rows(later).count() for f in (FAILED, PAID, OPEN)] == [1, 0, 1]
    with pytest.raises(Refused, match="不能重复申领"):
        transport(claim.worker)
    officer = scope(make_user("village", city.offices[f"{village.code}-cwh"], "village_officer"))
    fixed = subsidies.correct(claim, "已持身份证到网点激活账户", by=officer, today=later)
    assert (fixed.state, fixed.correction, subsidy_views.paper(fixed)) == ("approved", "已持身份证到网点激活账户", "")
    assert lines(kind=subsidies.FAILED) == [(f"{village.code}-cwh", "通知补材料", "done")]
    assert lines(kind=subsidies.WORK, state="open") == [("440513-fpb", "发放", "open")]
    with pytest.raises(Refused, match="早于上次发放失败的日期 2020-02-20"):
        subsidies.pay(claim, TODAY, "2020-18", by=BY, today=later)
    again = subsidies.pay(claim, later, "2020-18", by=BY, today=later)
    assert (again.state, again.paid_on, again.voucher, again.amount) == ("paid", later, "2020-18", 40_001)
    assert [f.rows(later).count() for f in (FAILED, PAID, OPEN)] == [0, 1, 0]
    assert not WorkItem.objects.filter(state="open", ledger="employment.subsidyclaim").exists()


def test_employers_failed_payment_goes_to_the_town(city, village):
    firm = make_employer(village.town)
    subsidies.enter_rate(city.city, RATE | {"kind": "absorb", "band": ""}, by=BY, today=TODAY)
    claim = subsidies.claim_for_employer(firm, {"kind": "absorb", "persons": 2, **ONCE}, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    subsidies.approve(claim, by=SECOND, today=TODAY)
    subsidies.pay(claim, TODAY, "2020-17", by=BY, today=TODAY)
    subsidies.fail(claim, "number", TODAY, by=BY, today=TODAY)
    assert lines(kind=subsidies.FAILED) == [("440513100-zf", "通知补材料", "open")]


def test_failure_needs_a_reason_a_day_after_the_payment_and_a_payment(city, village):
    claim = paid(city, village)
    for failure, day, field in (
        ("", TODAY, "failure"),
        ("none", TODAY, "failure"),
        ("name", TODAY - dt.timedelta(1), "failed_on"),
        ("name", TODAY + dt.timedelta(1), "failed_on"),
        ("name", dt.date(1990, 1, 1), "failed_on"),
    ):
        with pytest.raises(Refused) as no:
            subsidies.fail(claim, failure, day, by=BY, today=TODAY)
        assert no.value.field == field
    claim.refresh_from_db()
    assert (claim.state, claim.paid_on, WorkItem.objects.filter(kind=subsidies.FAILED).count()) == ("paid", TODAY, 0)
    subsidies.fail(claim, "name", TODAY, by=BY, today=TODAY)
    with pytest.raises(Refused):
        subsidies.fail(claim, "name", TODAY, by=BY, today=TODAY)


def test_reason_stays_in_its_words_when_a_later_list_leaves_it_out(city, village, monkeypatch):
    known, later = worth.failures(TODAY), TODAY + dt.timedelta(400)
    monkeypatch.setattr(worth, "failures", lambda on: known if on <= TODAY else {})
    claim = subsidies.fail(paid(city, village), "closed", TODAY, by=BY, today=TODAY)
    assert "账户已销户" in subsidy_views.paper(claim)
    Setting.objects.create(key="demo.business_date", value=later.isoformat())
    client = sign_in(Client(), make_user("later", city.offices["440513-fpb"], "office_clerk"))
    for path in ("/employment/subsidies/", f"/employment/subsidies/{claim.pk}/"):
        page = client.get(path)
        assert (page.status_code, "账户已销户" in page.content.decode()) == (200, True), path


@pytest.mark.parametrize("words", [" ", "新卡号 6228 4800 1234 5678 已交", "身份证 440513198001011234"])
def test_correction_says_what_was_done_and_holds_no_number(city, village, words):
    claim = subsidies.fail(paid(city, village), "closed", TODAY, by=BY, today=TODAY)
    with pytest.raises(Refused) as no:
        subsidies.correct(claim, words, by=BY, today=TODAY)
    assert no.value.field == "correction"
    claim.refresh_from_db()
    assert (claim.state, claim.correction) == ("failed", "")


def test_failed_payment_that_cannot_be_sent_again_goes_back(city, village):
    claim = subsidies.fail(paid(city, village), "closed", TODAY, by=BY, today=TODAY)
    back = subsidies.send_back(claim, reason="无法重新发放", by=BY, today=TODAY)
    assert (back.state, back.amount) == ("applied", None)
    assert lines(kind=subsidies.FAILED) == [(f"{village.code}-cwh", "通知补材料", "dropped")]
    assert subsidies.refuse(claim, reason="本人放弃", by=BY, today=TODAY).state == "refused"


def test_pages_of_a_failed_payment_for_county_and_village(city, village):
    Setting.objects.create(key="demo.business_date", value=TODAY.isoformat())
    claim = paid(city, village)
    county = sign_in(Client(), make_user("county", city.offices["440513-fpb"], "office_clerk"))
    officer = sign_in(Client(), make_user("village", city.offices[f"{village.code}-cwh"], "village_officer"))
    page = f"/employment/subsidies/{claim.pk}/"
    assert f"{page}failed/" in county.get(page).content.decode()
    assert "账户已销户（须补：新开账户的存折（卡）复印件）" in county.get(f"{page}failed/").content.decode()
    assert county.post(f"{page}failed/", {"failure": "closed", "failed_on": "2020-02-17"}).status_code == 302
    assert officer.get(f"{page}failed/").status_code == 403
    text = officer.get(page).content.decode()
    assert "2020-02-17 发放失败：账户已销户。须补：新开账户的存折（卡）复印件。" in text
    assert f"{page}correct/" in text
    assert claim.worker.member.code in county.get("/employment/subsidies/?state=failed").content.decode()
    assert claim.worker.member.code in county.get("/employment/subsidies/?failure=closed").content.decode()
    assert officer.post(f"{page}correct/", {"correction": "卡号 6228480012345678"}).status_code == 422
    assert officer.post(f"{page}correct/", {"correction": "已交新存折复印件"}).status_code == 302
    assert "已交新存折复印件" in county.get(page).content.decode()
