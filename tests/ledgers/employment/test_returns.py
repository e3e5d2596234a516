"""The bank's results of subsidies: paid, come back, another amount, the same file twice, and every wrong row named."""

import datetime as dt

import pytest
from django.db import transaction

from shouwang.kernel.audit.models import Event
from shouwang.kernel.columns.fields import Line
from shouwang.kernel.columns.sheet import Bundle, Context
from shouwang.kernel.imports import actions as desk
from shouwang.kernel.imports.models import Import
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.worklist.models import WorkItem
from shouwang.ledgers.employment import subsidy_queries, subsidy_views
from shouwang.ledgers.employment.actions import subsidies
from shouwang.ledgers.employment.intake.returns import RETURNS
from tests.factories.accounts import make_user, scope
from tests.factories.employment import TODAY, add_record, make_employer, make_worker
from tests.kernel.imports.files import upload_of, work, xlsx

BY, SECOND = Scope.system("核验"), Scope.system("复核")
LATER = TODAY + dt.timedelta(3)


@pytest.fixture
def clerk(city):
    return scope(make_user("county", city.offices["440513-fpb"], "office_clerk"), LATER)


def approved(city, village):
    """A claim of 400.01 that waits to be paid."""
    worker = make_worker(village, status="out_city")
    add_record(worker)
    claim = subsidies.claim_for_worker(worker, {"kind": "transport", "starts_on": TODAY, "ends_on": None}, by=BY, today=TODAY)
    rate = {"kind": "transport", "band": "out_city", "amount": 40_001, "valid_from": dt.date(2020, 1, 1), "document": "汕人社〔2020〕9号"}
    subsidies.enter_rate(city.city, rate, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    return subsidies.approve(claim, by=SECOND, today=TODAY)


def firms(city, village):
    """A firm's claim of 600.00 that waits to be paid."""
    firm = make_employer(village.town)
    rate = {"kind": "absorb", "band": "", "amount": 30_000, "valid_from": dt.date(2020, 1, 1), "document": "汕人社〔2020〕9号"}
    subsidies.enter_rate(city.city, rate, by=BY, today=TODAY)
    claim = subsidies.claim_for_employer(firm, {"kind": "absorb", "persons": 2, "starts_on": TODAY, "ends_on": None}, by=BY, today=TODAY)
    subsidies.check(claim, by=BY, today=TODAY)
    return subsidies.approve(claim, by=SECOND, today=TODAY)


def row(claim, **kw):
    """A payment that arrived; None takes a cell out."""
    usual = {
        "code": claim.worker.member.code, "kind": claim.kind, "result": "paid", "amount": claim.amount, "voucher": "2020-17", "on": LATER,
    }  # fmt: skip
    return {k: v for k, v in {**usual, **kw}.items() if v is not None}


def back(claim, **kw):
    """A payment that came back."""
    return row(claim, result="failed", failure="dormant", amount=None, voucher=None, **kw)


def judged(by, *rows, writing=False):
    context = Context(by, LATER, frozenset(f.key for f in RETURNS.fields), writing=writing)
    bundles = {}
    for n, values in enumerate(rows, 2):
        bundles.setdefault(RETURNS.bundle(values), Bundle(RETURNS.bundle(values), [])).lines.append(Line(n, dict(values)))
    return RETURNS.judge(list(bundles.values()), context)


def written(by, *rows):
    context = Context(by, LATER, frozenset(), writing=True)
    with transaction.atomic():
        return RETURNS.write([p for p in judged(by, *rows) if p.sound and not p.idle], context)


def said(plans):
    return [f"{e.field}：{e.remedy}" for p in plans for line in p.bundle.lines for e in line.errors]


def open_items(claim):
    return set(WorkItem.objects.filter(record_id=str(claim.pk), state="open").values_list("kind", flat=True))


def test_payment_that_arrived_is_paid_and_known_the_second_time(city, village, clerk):
    claim = approved(city, village)
    written(clerk, row(claim))
    claim.refresh_from_db()
    assert (claim.state, claim.paid_on, claim.voucher, open_items(claim)) == ("paid", LATER, "2020-17", set())
    assert judged(clerk, row(claim))[0].idle
    assert "与本行不一致" in said(judged(clerk, row(claim, amount=1)))[0]


def test_payment_that_came_back_goes_to_the_village_and_stays_known_after_it_was_paid_again(city, village, clerk):
    claim = approved(city, village)
    assert judged(clerk, back(claim))[0].changes == {2: ["登记发放失败：账户休眠，须补本人持身份证到网点激活账户"]}
    written(clerk, back(claim))
    claim.refresh_from_db()
    assert (claim.state, claim.failure, claim.failed_on, claim.paid_on) == ("failed", "dormant", LATER, None)
    assert open_items(claim) == {subsidies.FAILED}
    assert judged(clerk, back(claim))[0].idle
    subsidies.correct(claim, "已激活账户", by=BY, today=LATER)
    assert judged(clerk, back(claim))[0].idle
    assert "不晚于该日" in said(judged(clerk, row(claim)))[0]
    subsidies.pay(claim, LATER, "2020-18", by=BY, today=LATER)
    assert judged(clerk, back(claim))[0].idle
    assert not written(clerk, back(claim))


def test_payment_registered_by_hand_may_come_back_by_the_file(city, village, clerk):
    claim = subsidies.pay(approved(city, village), TODAY, "2020-17", by=BY, today=TODAY)
    written(clerk, back(claim))
    claim.refresh_from_db()
    assert (claim.state, claim.voucher) == ("failed", "")


def test_another_amount_is_not_paid_but_stands_on_the_countys_list_until_it_is(city, village, clerk):
    claim = approved(city, village)
    short = row(claim, amount=40_000)
    assert judged(clerk, short)[0].changes == {2: ["金额与批准不符：银行 400.00 元，批准 400.01 元；列入待办，补足或更正后再登记发放"]}
    written(clerk, short)
    claim.refresh_from_db()
    assert (claim.state, claim.returned, open_items(claim)) == ("approved", 40_000, {subsidies.WORK, subsidies.DIFFERENCE})
    facts = {f["label"]: f for f in subsidy_views.claim(claim, clerk, LATER)["facts"]}
    assert (facts["银行发放金额"]["value"], facts["银行发放金额"]["note"]) == ("400.00 元", "与批准相差 -0.01 元")
    assert list(subsidy_queries.short(subsidy_queries.claims(clerk))) == [claim]
    item = WorkItem.objects.get(kind=subsidies.DIFFERENCE)
    assert (item.office.code, item.title) == ("440513-fpb", f"外出务工交通补贴发放金额不符：人编号 {claim.worker.member.code}")
    assert Event.objects.filter(verb="employment.subsidy.difference", record_id=str(claim.pk)).count() == 1
    assert judged(clerk, short)[0].idle
    written(clerk, row(claim))
    claim.refresh_from_db()
    assert (claim.state, claim.returned, open_items(claim)) == ("paid", None, set())


def test_firms_are_known_by_their_name_as_the_lists_export_has_them(city, village, clerk):
    claim = firms(city, village)
    said_of = {"code": "用工单位", "employer": str(claim.employer), "kind": "absorb", "result": "failed", "failure": "number", "on": LATER}
    written(clerk, said_of)
    claim.refresh_from_db()
    assert (claim.state, WorkItem.objects.get(kind=subsidies.FAILED).office.code) == ("failed", "440513100-zf")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"code": "P0"}, "人编号：没有已批准的这项补贴"),
        ({"code": None}, "人编号：个人申领的须填人编号，单位申领的须填用工单位"),
        ({"kind": "job_start"}, "没有已批准的这项补贴"),
        ({"starts": dt.date(2019, 1, 1)}, "没有已批准的这项补贴"),
        ({"name": "别人"}, "姓名：与该人编号登记的姓名不一致"),
        ({"amount": None}, "发放金额：发放成功的须填发放金额"),
        ({"voucher": None}, "拨付凭证：发放成功的须填拨付凭证"),
        ({"result": "failed"}, "失败原因：发放失败的须填失败原因"),
        ({"on": LATER + dt.timedelta(1)}, "发放日期：须在申领日期 2020-02-17 与今天 2020-02-20 之间"),
        ({"on": TODAY - dt.timedelta(1)}, "发放日期：须在申领日期 2020-02-17 与今天 2020-02-20 之间"),
    ],
)
def test_a_wrong_row_is_named_with_its_remedy_and_changes_nothing(city, village, clerk, wrong, words):
    claim = approved(city, village)
    found = said(judged(clerk, row(claim, **wrong)))
    assert any(words in text for text in found), found
    assert not written(clerk, row(claim, **wrong))
    claim.refresh_from_db()
    assert claim.state == "approved"


def test_one_claim_twice_in_a_file_is_taken_once(city, village, clerk):
    claim = approved(city, village)
    rows = (row(claim), row(claim, starts=claim.starts_on), row(claim))
    plans = judged(clerk, *rows)
    assert [p.sound for p in plans] == [False, False]
    assert said(plans) == ["补贴项目：与第 2 行是同一笔补贴，只能填一行。请删去其一。"] * 2
    written(clerk, *rows[:2])
    claim.refresh_from_db()
    assert claim.state == "paid"


def test_two_that_wait_need_the_day_they_begin(city, village, clerk):
    claim = approved(city, village)
    type(claim).objects.filter(pk=claim.pk).update(starts_on=dt.date(2019, 1, 1), ends_on=dt.date(2020, 1, 1))
    second = subsidies.claim_for_worker(claim.worker, {"kind": "transport", "starts_on": TODAY, "ends_on": None}, by=BY, today=TODAY)
    subsidies.check(second, by=BY, today=TODAY)
    subsidies.approve(second, by=SECOND, today=TODAY)
    assert "期间起：该项目有 2 笔待发放" in said(judged(clerk, row(claim)))[0]
    written(clerk, row(claim, starts=dt.date(2019, 1, 1)))
    claim.refresh_from_db()
    second.refresh_from_db()
    assert (claim.state, second.state) == ("paid", "approved")


def test_another_countys_claim_is_not_found_and_a_village_may_not_import(city, village):
    claim = approved(city, village)
    other = scope(make_user("other", city.offices["440514-fpb"], "office_clerk"), LATER)
    assert "不在您的管理范围内" in said(judged(other, row(claim)))[0]
    officer = scope(make_user("village", city.offices[f"{village.code}-cwh"], "village_officer"), LATER)
    assert "不在您的管理范围内" in said(judged(officer, row(claim)))[0]


def test_many_rows_cost_no_more_queries(city, village, clerk, django_assert_num_queries):
    claims = [approved(city, village) for _ in range(3)]
    for n in (1, 3):
        with django_assert_num_queries(1):
            judged(clerk, *(row(c) for c in claims[:n]))


def test_file_of_the_bank_goes_through_the_desk_once(city, village, clerk):
    claim, firm = approved(city, village), firms(city, village)
    content = xlsx(
        [
            ["人员编号", "单位名称", "补贴项目", "发放结果", "金额", "失败原因", "入账日期", "流水号"],
            [claim.worker.member.code, None, "外出务工交通补贴", "成功", "400.01", None, "2020-02-20", "Y1"],
            [None, str(firm.employer), "一次性吸纳就业补贴", "失败", None, "账户休眠", "2020-02-20", None],
            ["P0", None, "外出务工交通补贴", "成功", "1", None, "2020-02-20", "Y3"],
        ]
    )
    for counts, states in (({"update": 2, "error": 1}, ("paid", "failed")), ({"same": 2, "error": 1}, ("paid", "failed"))):
        batch = desk.upload(RETURNS, upload_of(content), by=clerk, today=LATER)
        work()
        batch = Import.objects.get(pk=batch.pk)
        assert {k: n for k, n in batch.counts.items() if n} == counts
        if "update" in counts:
            desk.confirm(batch, by=clerk, today=LATER, version=batch.version)
            work()
        claim.refresh_from_db()
        firm.refresh_from_db()
        assert (claim.state, firm.state) == states
    assert Event.objects.filter(verb="employment.subsidy.pay", record_id=str(claim.pk)).count() == 1
