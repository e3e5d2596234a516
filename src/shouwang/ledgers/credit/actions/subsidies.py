"""Subsidy runs: computed, checked by a second person, posted, ordered, paid, reconciled; payments that failed are put right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.db import transaction
from django.db.models import Count, Prefetch, Q, Sum

from shouwang.kernel.audit.actions import change, change_many, create_many, note, permit
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.workbooks.writing import new_workbook
from shouwang.ledgers.credit import policies, work
from shouwang.ledgers.credit.arithmetic.days import Period
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.arithmetic.subsidy import settlement, subsidy
from shouwang.ledgers.credit.lifecycle import PAYMENT, RUN
from shouwang.ledgers.credit.models import Loan, SubsidyItem, SubsidyRun
from shouwang.ledgers.credit.queries import mismatched
from shouwang.ledgers.credit.rules import calendar, reckoned, rule, terms, with_facts

PIECE = 500
WITH_FILE = ("ordered", "paid", "closed")
FILE_HEADS = ("序号", "区（县）", "镇（街道）", "村（社区）", "户编号", "合同号", "收款户名", "收款账号", "金额（元）", "备注")


def compute(county: Region, day: dt.date, channel: str, *, by: Scope, today: dt.date) -> SubsidyRun:
    """Reckon the subsidy of the county's settlement in which `day` lies. Raises Refused before it has closed, or where it was reckoned."""
    period = calendar("subsidy_calendar", day, county.code).period_of(day)
    if period.end > today:
        raise Refused(f"结算期 {period} 尚未结束。请在 {period.end} 起计算。", field="day")
    with transaction.atomic():
        Region.objects.select_for_update().get(pk=county.pk)  # two clerks must not reckon one period twice
        clash = SubsidyRun.objects.filter(county=county, start__lt=period.end, end__gt=period.start).exclude(state="dropped").first()
        if clash is not None:
            raise Refused(f"{county.name}已有批次（{clash}）覆盖这段日期，不能重复贴息。要重算的，请先作废原批次。", field="day")
        run = SubsidyRun(start=period.start, end=period.end, channel=channel, computed_by_id=by.user_id, computed_on=today)
        run.put_in(county)
        rows = [row for loan in _loans(run).order_by("village_id", "pk") if (row := _item(loan, period))]
        if not rows:
            raise Refused(f"{county.name}在 {period} 没有可贴息的贷款。请核对放款登记和结算期。", field="day")
        run.count, run.total = len(rows), sum(r.amount for r in rows)
        with change(run, by=by, verb=policies.COMPUTE, today=today) as made:
            pass
        for row in rows:
            row.run = made
        for start in range(0, len(rows), PIECE):
            create_many(rows[start : start + PIECE], by=by, verb=policies.ITEM, today=today)
        work.follow_run(made, "复核贴息清单", today)
    return made


def _loans(run: SubsidyRun) -> Any:
    """Loans that bore interest in the period, with the payments of earlier ones (`before`)."""
    borne = Q(settled_on=None) | Q(settled_on__gt=run.start)
    found = with_facts(Loan.objects.filter(borne, county=run.county, state__in=("released", "settled"), released_on__lt=run.end))
    before = SubsidyItem.objects.filter(dropped=False, run__end__lte=run.start).select_related("run")
    return found.prefetch_related(Prefetch("items", before, to_attr="before"))


def _item(loan: Loan, period: Period) -> SubsidyItem | None:
    """The payment of a loan: of the period, and what earlier payments owe by what is known today. None where nothing is due."""
    settled = settlement(reckoned(loan), terms(loan, period.end), period)
    carried = _carried(loan)
    amount = settled.subsidy + carried
    lines = list(settled.lines)
    if carried:
        lines.append(f"以前各期按现有登记重算，{'补' if carried > 0 else '扣'} {yuan(abs(carried))} 元，本期应贴 {yuan(amount)} 元")
    if amount <= 0:
        return None  # what was paid too much stays owed and is taken off the next time
    item = SubsidyItem(loan=loan, amount=amount, interest=settled.interest, days=settled.days, lines=lines)
    item.put_beside(loan.household)
    return item


def _carried(loan: Any) -> int:
    """What the periods reckoned before would be today, less what they were: a repayment heard of late changes them."""
    known = reckoned(loan)
    return sum(subsidy(known, terms(loan, i.run.end), Period(i.run.start, i.run.end)).fen - i.amount for i in loan.before)


def check(run: SubsidyRun, *, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """A second person checks: everything is reckoned again, by columns, and must be what the list says."""
    with transaction.atomic(), RUN.advance(run, "check", by=by, today=today, version=version) as locked:
        if by.user_id is not None and by.user_id == locked.computed_by_id:
            raise Refused("复核须由计算人以外的另一人办理。请交同事或负责人复核。")
        if differing := again(locked):
            raise Refused(f"计算之后有 {differing} 笔贷款的还款、期限或逾期有变动，清单与现有登记不一致。请作废重算。")
        locked.checked_by_id = by.user_id
        work.follow_run(locked, "公示贴息清单", today)
    return locked


def again(run: SubsidyRun) -> int:
    """How many loans of the run would be paid another amount if it were reckoned now; by the set-wise reckoning."""
    from shouwang.ledgers.credit.arithmetic.setwise import events, subsidies  # numpy takes long to load: not at the site's start

    found = list(_loans(run).order_by("pk"))
    listed = dict(run.items.values_list("loan_id", "amount"))
    if not found:
        return len(listed)
    fresh = subsidies(events((reckoned(x), terms(x, run.end)) for x in found), [run.start, run.end])[:, 0]
    due = {loan.pk: int(n) + _carried(loan) for loan, n in zip(found, fresh, strict=True)}
    return sum(1 for pk in {*due, *listed} if max(0, due.get(pk, 0)) != listed.get(pk, 0))


def post(run: SubsidyRun, *, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """The public posting begins today."""
    with transaction.atomic(), RUN.advance(run, "post", by=by, today=today, version=version) as locked:
        locked.posted_on = today
        work.follow_run(locked, "公示期满后送财政拨付", today)
    return locked


def order(run: SubsidyRun, *, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """The posting is over: the list goes to finance."""
    with transaction.atomic(), RUN.advance(run, "order", by=by, today=today, version=version) as locked:
        days = int(rule("posting_days", today).value)
        assert locked.posted_on is not None  # noqa: S101 - the state before sets it
        if today < (due := locked.posted_on + dt.timedelta(days=days)):
            raise Refused(f"公示自 {locked.posted_on} 起，不少于 {days} 天。请在 {due} 起办理；有异议的先核实或作废重算。")
        locked.ordered_on = today
        work.follow_run(locked, "下载拨付文件送财政，登记拨付", today)
    return locked


def pay(run: SubsidyRun, *, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """Finance has paid out to the bank; whether each household got it, the bank's results say."""
    with transaction.atomic(), RUN.advance(run, "pay", by=by, today=today, version=version) as locked:
        locked.paid_on = today
        work.follow_run(locked, "导入银行发放结果并对账", today)
    return locked


def close(run: SubsidyRun, *, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """Every payment has a result and every amount is the one ordered; failed payments go on by themselves."""
    with transaction.atomic(), RUN.advance(run, "close", by=by, today=today, version=version) as locked:
        open_items = locked.items.filter(state="due").count()
        if open_items:
            raise Refused(f"还有 {open_items} 笔没有发放结果。请导入银行发放结果，或逐笔登记后再对账。")
        wrong = mismatched(locked.items.all()).count()
        if wrong:
            raise Refused(f"还有 {wrong} 笔银行发放金额与清单不符。请与银行核对，改正后再对账。")
        work.done(locked, work.RUN, today)
    return locked


def drop(run: SubsidyRun, *, reason: str, by: Scope, today: dt.date, version: int | None = None) -> SubsidyRun:
    """The run is void; the period may be reckoned anew."""
    with transaction.atomic(), RUN.advance(run, "drop", by=by, today=today, reason=reason, version=version) as locked:
        verb = RUN.moves["drop"].verb
        for ids in _pieces(list(locked.items.values_list("pk", flat=True))):
            rows = SubsidyItem.objects.filter(pk__in=ids)
            change_many(rows, _void, by=by, verb=verb, today=today, fields=("dropped",), reason=reason)
        work.done(locked, work.RUN, today, dropped=True)
    return locked


def _void(item: SubsidyItem) -> None:
    item.dropped = True


def _pieces(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[i : i + PIECE] for i in range(0, len(ids), PIECE)]


def payment_file(run: SubsidyRun, *, by: Scope, today: dt.date) -> bytes:
    """The workbook for finance and bank, with whole account numbers; that it was made is on the audit. Raises Refused before posting is over."""
    permit(run, by=by, verb=policies.PAYMENT_FILE)
    if run.state not in WITH_FILE:
        raise Refused(f"批次当前为“{run.get_state_display()}”，公示期满送拨后才能下载拨付文件。")
    out = BytesIO()
    rows = run.items.select_related("household", "loan", "county", "town", "village").exclude(state="paid").order_by("village_id", "pk")
    with new_workbook(out) as book:
        page, money = book.add_worksheet("贴息拨付"), book.add_format({"num_format": "#,##0.00"})
        for column, head in enumerate(FILE_HEADS):
            page.write_string(0, column, head)
        for n, item in enumerate(rows.iterator(chunk_size=PIECE), 1):
            loan = item.loan
            number = loan.account.reveal() if loan.account else ""
            places = [p.name if p else "" for p in (item.county, item.town, item.village)]
            texts = [str(n), *places, item.household.code, loan.contract, loan.account_name, number]
            for column, text in enumerate(texts):
                page.write_string(n, column, text)
            page.write_number(n, 8, item.amount / 100, money)
            page.write_string(n, 9, "" if number or run.channel == "bank" else "缺收款账号")
    counted = run.items.exclude(state="paid").aggregate(n=Count("pk"), total=Sum("amount"))
    changes = {"笔数": counted["n"], "金额（元）": yuan(counted["total"] or 0)}
    note(run, by=by, verb=policies.PAYMENT_FILE, today=today, changes=changes)
    return out.getvalue()


def result(
    item: SubsidyItem, *, paid: bool, on: dt.date, amount: int | None = None, failure: str = "", by: Scope, today: dt.date,
    version: int | None = None,
) -> SubsidyItem:  # fmt: skip
    """What became of one payment, as the bank says: paid (with the amount, 分) or failed for a reason of the rulebook."""
    with transaction.atomic(), PAYMENT.advance(item, "pay" if paid else "fail", by=by, today=today, version=version) as locked:
        run = locked.run
        if run.state not in ("paid", "closed"):
            raise Refused(f"批次当前为“{run.get_state_display()}”，拨付之后才有发放结果。请先登记拨付。", field="paid")
        if not (run.paid_on or on) <= on <= today:
            raise Refused(f"发放日期 {on} 须在拨付日 {run.paid_on} 与今天之间。请核对。", field="on")
        if paid:
            locked.paid_on, locked.returned = on, locked.amount if amount is None else amount
            work.done(locked, work.FAILED, today)
            if locked.returned != locked.amount:
                work.ask_mismatch(locked, today)
        else:
            if failure not in rule("failures", today).value:
                raise Refused("发放失败须选择原因（户名不符、账户休眠、已销户、身份证过期、其他）。", field="failure")
            locked.failure, locked.failed_on, locked.returned = failure, on, None
            work.ask_account(locked, today)
    return locked


def put_right(item: SubsidyItem, *, returned: int, reason: str, by: Scope, today: dt.date) -> SubsidyItem:
    """The bank has corrected the amount it paid (分)."""
    with transaction.atomic(), change(item, by=by, verb=policies.SETTLE_FIGURE, today=today, reason=reason) as locked:
        if locked.state != "paid" or locked.returned == locked.amount:
            raise Refused("该笔没有金额差异。请刷新页面查看。", field="returned")
        if returned != locked.amount:
            raise Refused(f"更正后的金额 {yuan(returned)} 元仍与清单 {yuan(locked.amount)} 元不符。请与银行核对。", field="returned")
        locked.returned = returned
        work.done(locked, work.DIFFERENCE, today)
    return locked


def correct_account(
    item: SubsidyItem, *, account_name: str, account: str, reason: str, by: Scope, today: dt.date, version: int | None = None
) -> SubsidyItem:
    """The household brought the paper: name and number (empty = as before) are put right and the payment waits to be sent again."""
    with transaction.atomic():
        with PAYMENT.advance(item, "fix", by=by, today=today, version=version) as locked:
            work.done(locked, work.FAILED, today)
        loan = Loan.objects.get(pk=locked.loan_id)
        with change(loan, by=by, verb=policies.CORRECT_ACCOUNT, today=today, reason=reason) as held:
            held.account_name = account_name.strip()[:40] or held.account_name
            if account.strip():
                held.account = check_account(account)
    work.tell_account(locked, today)
    return locked


def check_account(said: str) -> str:
    """A card or passbook number: 8 to 32 digits; raises Refused without repeating it."""
    number = said.replace(" ", "").replace("-", "")
    if not number.isascii() or not number.isdigit() or not 8 <= len(number) <= 32:
        raise Refused("收款账号应为 8 至 32 位数字。请对照存折（卡）重新填写。", field="account")
    return number
