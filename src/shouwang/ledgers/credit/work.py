"""The ledger's lines on the work lists: to the county's lead office, or to village and town where a household must be seen."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.models import Record
from shouwang.kernel.regions.models import Placed
from shouwang.kernel.worklist import actions as worklist
from shouwang.kernel.worklist.clocks import day_end, due_from_rule, morning
from shouwang.ledgers.credit.models import BankFigure, Loan, SubsidyItem, SubsidyRun, TermChange
from shouwang.ledgers.registry.reshape_items import office_of

CHECK, RELEASE, PAPERS, DIFFERENCE, FAILED, RUN = (
    *("credit.check", "credit.release", "credit.papers", "credit.difference", "credit.failed"),
    "credit.run",
)


def county_office(place: Placed, today: dt.date) -> Office | None:
    """The lead office of the county, where there is none of the city."""
    return office_of(place.county_id, Office.Kind.LEAD, today) or office_of(place.city_id, Office.Kind.LEAD, today)


def village_office(place: Placed, today: dt.date) -> Office | None:
    """The village, where it has no office the town, then the county."""
    return (
        office_of(place.village_id, Office.Kind.VILLAGE, today)
        or office_of(place.town_id, Office.Kind.TOWN, today)
        or county_office(place, today)
    )


def _assign(
    record: Record, office: Office | None, kind: str, title: str, action: str, url: str, due: dt.datetime | None, today: dt.date
) -> None:
    if office is not None:
        worklist.assign(record, office, kind=kind, title=title, action=action, url=url, due_at=due, now=morning(today))


def done(record: Record, kind: str, today: dt.date, *, dropped: bool = False) -> None:
    """The record's lines of a kind are off the lists."""
    worklist.finish(record, now=morning(today), kind=kind, dropped=dropped)


def ask_check(loan: Loan, today: dt.date) -> None:
    """An application waits for the county."""
    due, url = due_from_rule("credit_check", morning(today)), reverse("credit_loan", args=[loan.pk])
    _assign(loan, county_office(loan, today), CHECK, f"贷款申请待资格审核：户编号 {loan.household.code}", "审核贷款资格", url, due, today)


def ask_release(loan: Loan, today: dt.date) -> None:
    """及时发放: the clock from the check to the release runs at the county, which follows the bank."""
    due, url = due_from_rule("credit_release", morning(today)), reverse("credit_loan", args=[loan.pk])
    title = f"小额信贷及时发放：户编号 {loan.household.code}"
    _assign(loan, county_office(loan, today), RELEASE, title, "跟进银行审批、放款并登记", url, due, today)


def ask_papers(change: TermChange, today: dt.date) -> None:
    """Papers of an agreed change of term are still owed."""
    due = day_end(change.papers_due) if change.papers_due else None
    title = f"{change.get_kind_display()}材料待补：户编号 {change.household.code}"
    url = reverse("credit_term", args=[change.pk])
    _assign(change, village_office(change, today), PAPERS, title, "通知本人补交材料", url, due, today)


def ask_difference(figure: BankFigure, today: dt.date) -> None:
    """The bank reckoned something else."""
    due, url = due_from_rule("credit_difference", morning(today)), reverse("credit_figure", args=[figure.pk])
    title = f"与银行数有差异：合同 {figure.loan.contract} {figure.start} 起"
    _assign(figure, county_office(figure, today), DIFFERENCE, title, "与银行核对差异", url, due, today)


def ask_mismatch(item: SubsidyItem, today: dt.date) -> None:
    """The bank paid another amount than was ordered."""
    due, url = due_from_rule("credit_difference", morning(today)), reverse("credit_item", args=[item.pk])
    title = f"贴息发放金额不符：合同 {item.loan.contract}"
    _assign(item, county_office(item, today), DIFFERENCE, title, "与银行核对发放金额", url, due, today)


def ask_account(item: SubsidyItem, today: dt.date) -> None:
    """A payment failed: back to the village for the paper needed."""
    due, url = due_from_rule("credit_failed", morning(today)), reverse("credit_item", args=[item.pk])
    title = f"贴息发放失败：户编号 {item.household.code}"
    _assign(item, village_office(item, today), FAILED, title, "通知本人补材料并更正账户", url, due, today)


def tell_account(item: SubsidyItem, today: dt.date) -> None:
    """The county hears that a payment may be sent again."""
    office = county_office(item, today)
    if office is not None:
        words = f"户编号 {item.household.code} 的收款账户已更正，请送银行重新发放。"
        worklist.tell(office, words, now=morning(today), url=reverse("credit_item", args=[item.pk]))


def follow_run(run: SubsidyRun, what: str, today: dt.date) -> None:
    """What the county owes next on a run."""
    url = reverse("credit_run", args=[run.pk])
    title = f"{run.region.name}贴息批次 {run.start} 至 {run.end - dt.timedelta(days=1)}：{what}"
    _assign(run, county_office(run, today), RUN, title, what, url, None, today)
