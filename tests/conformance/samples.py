"""How the suite fills each table of the catalog. A table without a sample turns the suite red."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from shouwang.engine.feeds import feeds
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.regions.models import Region
from shouwang.kernel.testing import Sample
from shouwang.ledgers.dispatch import models as dispatch
from shouwang.ledgers.exchange.models import FeedAgreement
from tests.factories import employment
from tests.factories import produce as goods
from tests.factories.credit import add_claim, add_figure, add_item, add_money, add_term_change, make_borrowers, make_loan, make_run
from tests.factories.exchange import make_agreement, make_delivery, make_letter, make_question
from tests.factories.impact import add_impact, add_measure, add_survey, make_level, make_shock
from tests.factories.monitoring import add_batch, add_case, add_discrepancy, add_follow_up, add_lead, add_posting
from tests.factories.registry import (
    add_change,
    add_difference,
    add_finding,
    add_income,
    add_member,
    add_pair,
    add_status,
    add_visit,
    make_household,
    make_reconciliation,
)

TODAY = dt.date(2020, 2, 17)
NOW = dt.datetime(2020, 2, 17, 14, 5, tzinfo=timezone.get_default_timezone())
LATER = NOW + dt.timedelta(days=3)
_numbers = itertools.count(1)


def _placed(row: Any, region: Region) -> Any:
    row.put_in(region)
    row.save()
    return row


def _office(region: Region) -> Office:
    return Office.objects.get(region=region)


def household(region: Region) -> Any:
    """A poor household of one, with telephone and income."""
    made = make_household(region, head_name="陈试样", phone="13800138000")
    add_member(made)
    add_income(made, wage=380_000)
    add_status(made)
    return made


def member(region: Region) -> Any:
    """A person with number and telephone."""
    return add_member(make_household(region), name="林试样", id_number="440513197001010017", phone="13900139000")


def finding(region: Region) -> Any:
    """A member's, and of the group everyone sees."""
    home = make_household(region, head_name="陈试样")
    return add_finding(home, member=add_member(home), code="relation_sex", severity="error", field="member.relation")


def household_change(region: Region) -> Any:
    """A split inside the village."""
    old, new = household(region), household(region)
    return add_change(old, new)


def lookalike(region: Region) -> Any:
    """Two members of the village."""
    return add_pair(member(region), member(region))


def visit(region: Region) -> Any:
    """A visit with a need, met and unmet in turn."""
    return add_visit(make_household(region, head_name="吴试样"), met="吴试样", needs="缺种苗农资", next_step="报镇")


def reconciliation(region: Region) -> Any:
    return make_reconciliation(region)


def difference(region: Region) -> Any:
    return add_difference(make_household(region), make_reconciliation(region))


def agreement(region: Region) -> Any:
    """One feed of the place; another feed each time."""
    used = FeedAgreement.objects.filter(region=region).values_list("feed", flat=True)
    return make_agreement(region, _office(region), next(c for c in feeds() if c not in used))


def delivery(region: Region) -> Any:
    return make_delivery(agreement(region))


def match_question(region: Region) -> Any:
    """About a member of the village."""
    return make_question(delivery(region), member(region))


def letter(region: Region) -> Any:
    return make_letter(agreement(region), state="sent")


def monitoring_case(region: Region) -> Any:
    return add_case(make_household(region, head_name="吴试样"))


def follow_up(region: Region) -> Any:
    return add_follow_up(make_household(region, head_name="吴试样"))


def discrepancy(region: Region) -> Any:
    return add_discrepancy(make_household(region, head_name="吴试样"))


def monitored(region: Region) -> Any:
    made = make_household(region, head_name="吴试样")
    add_status(made, programme="monitoring", standing="borderline", risks="illness")
    return made


def posting(region: Region) -> Any:
    return add_posting(region)


def batch(region: Region) -> Any:
    return add_batch(region)


def monitoring_lead(region: Region) -> Any:
    return add_lead(make_household(region, head_name="吴试样"))


def worker(region: Region) -> Any:
    """One who would go out and cannot."""
    return employment.make_worker(region, name="黄试样", status="wants", phone="13700137000", wage=None, wish="anywhere")


def work_record(region: Region) -> Any:
    return employment.add_record(worker(region))


def training(region: Region) -> Any:
    return employment.add_training(worker(region))


def post(region: Region) -> Any:
    return employment.make_post(region)


def offer(region: Region) -> Any:
    return employment.add_offer(worker(region), post(region))


def match_line(region: Region) -> Any:
    return employment.add_line(employment.make_plan(region), worker(region), post(region))


def trip(region: Region) -> Any:
    batch = employment.make_batch(region)
    return employment.add_trip(batch, employment.add_vehicle(batch, region.county), employment.add_destination(batch))


def traveller(region: Region) -> Any:
    ride = trip(region)
    return employment.add_traveller(ride.batch, ride.destination, worker(region), trip=ride, seat=1)


def trace_release(region: Region) -> Any:
    return employment.add_release(trip(region))


def retention(region: Region) -> Any:
    return employment.add_follow_up(work_record(region))


def everywhere(_row: Any, _place: Any) -> bool:
    """Posts and employers are shown to everyone who may see the ledger."""
    return True


def notice(region: Region) -> Any:
    number = next(_numbers)
    values = {"title": f"通知{number}", "text": "做好春耕。", "text_digest": str(number), "received_on": TODAY}
    return _placed(dispatch.Notice(office=_office(region), **values), region)


def task(region: Region) -> Any:
    duty = dispatch.Duty.objects.create(notice=notice(region), position=1, text="做好春耕", due_at=LATER)
    office = _office(region)
    return _placed(dispatch.Task(duty=duty, office=office, assigner=office.parent or office, due_at=LATER, issued_at=NOW), region)


def request(region: Region) -> Any:
    return _placed(dispatch.ReportRequest(office=_office(region), title="情况报告", cut_off=NOW, due_at=LATER), region)


def report(region: Region) -> Any:
    """A sent one: reports in hand are the reporting office's own."""
    asked = request(region)
    made = dispatch.Report(
        request=asked, office=_office(region), title="情况报告", main_recipient="市扶贫办", state="submitted", submitted_at=NOW
    )
    return _placed(made, region)


def suggestion(region: Region) -> Any:
    return _placed(dispatch.Suggestion(report=report(region), position=1, text="增加种苗供应"), region)


def bulletin(region: Region) -> Any:
    values = {"title": "通报", "body": "正文", "drafted_by": "核验", "drafted_on": TODAY}
    return _placed(dispatch.Bulletin(office=_office(region), **values), region)


def loan(region: Region) -> Any:
    return make_loan(make_borrowers(region))


def term_change(region: Region) -> Any:
    return add_term_change(loan(region))


def bank_figure(region: Region) -> Any:
    return add_figure(loan(region))


def subsidy_run(region: Region) -> Any:
    """One a period in a county: each sample begins on a day of its own."""
    start = dt.date(2000, 1, 1) + dt.timedelta(days=next(_numbers))
    return make_run(region, start=start, end=start + dt.timedelta(days=90))


def subsidy_item(region: Region) -> Any:
    """Failed, so that every column says something."""
    run = subsidy_run(region)
    return add_item(run, loan(region), state="failed", failure="name", failed_on=TODAY)


def risk_claim(region: Region) -> Any:
    return add_claim(loan(region))


def workshop(region: Region) -> Any:
    """Reviewed this month; every second is watched, and misses a test."""
    watched = next(_numbers) % 2 == 0
    found = {"workers": 12, "poor_workers": 5, "steady": 3, "reviewed_on": TODAY, "unmet": ["没有正常开工"] if watched else []}
    return employment.make_workshop(region, **found, **({"state": "watched", "buffer_until": LATER.date()} if watched else {}))


def appointment(region: Region) -> Any:
    """On post; every second term ends this month."""
    ends = {"ends_on": LATER.date()} if next(_numbers) % 2 else {}
    return employment.add_appointment(worker(region), **ends, days_worked=20, paid=80_000)


def subsidy(region: Region) -> Any:
    """A claim; every second is paid, of every kind in turn."""
    number = next(_numbers)
    paid = {"state": "paid", "amount": 40_001, "paid_on": TODAY, "basis": ["依据"]} if number % 2 else {}
    return employment.add_claim(worker(region), kind=("transport", "job_start")[number // 2 % 2], **paid)


def impact(region: Region) -> Any:
    """An open one with amounts, of every cause in turn."""
    cause = ("work_blocked", "unsold", "stopped", "loan", "income", "wildlife", "return_limited")[next(_numbers) % 7]
    return add_impact(make_household(region, head_name="许试样"), cause, expected=300_000, now=100_000, loss=200_000, note="核验")


def surveyed(region: Region) -> Any:
    """A household on file that was asked."""
    made = household(region)
    add_survey(made, make_shock(region), affected=True)
    return made


def fitted(region: Region) -> Any:
    """In hand and done in turn."""
    done = {"state": "done", "done_on": TODAY, "result": "核验"} if next(_numbers) % 2 else {}
    return add_measure(make_household(region, head_name="郭试样"), **done)


def risk_level(region: Region) -> Any:
    """Public: everyone sees it, wherever it lies."""
    number = next(_numbers)
    return make_level(region, ("low", "medium", "high")[number % 3], unit_code=f"{number:06d}")


def lot(region: Region) -> Any:
    """Waiting and closed in turn, with a household and a settled order."""
    closed = {"state": "closed", "closed_on": TODAY, "clear_days": 8} if next(_numbers) % 2 else {}
    made = goods.make_lot(region, contact="蔡试样", phone="13700137000", **closed)
    goods.put_behind(made, make_household(region))
    goods.make_settled(made, goods.make_buyer(region))
    return made


def order(region: Region) -> Any:
    """Just placed and settled without a payment in turn, of a lot with a household behind it."""
    waiting = goods.make_lot(region)
    goods.put_behind(waiting, make_household(region))
    buyer = goods.make_buyer(region, ("supermarket", "canteen", "base", "online")[next(_numbers) % 4])
    return goods.make_settled(waiting, buyer) if next(_numbers) % 2 else goods.make_order(waiting, buyer)


def payment(region: Region) -> Any:
    home = make_household(region, head_name="谢试样")
    made = goods.make_settled(goods.make_lot(region), goods.make_buyer(region))
    return goods.add_payment(made, home)


def demand(region: Region) -> Any:
    return goods.make_demand(goods.make_buyer(region), region)


def need(region: Region) -> Any:
    """Half supplied; of a year of its own, since a village needs a thing once a year."""
    made = goods.make_need(region, year=2000 + next(_numbers) % 60)
    goods.add_delivery(made)
    return made


SAMPLES = {
    "households": Sample(household),
    "members": Sample(member),
    "registry_sheet": Sample(member),
    "findings": Sample(finding),
    "household_changes": Sample(household_change),
    "lookalikes": Sample(lookalike),
    "visits": Sample(visit),
    "reconciliations": Sample(reconciliation),
    "differences": Sample(difference),
    "feed_catalogue": Sample(agreement),
    "deliveries": Sample(delivery),
    "match_questions": Sample(match_question),
    "letters": Sample(letter),
    "workers": Sample(worker),
    "work_records": Sample(work_record),
    "trainings": Sample(training),
    "employers": Sample(employment.make_employer, everywhere),
    "posts": Sample(post, everywhere),
    "priority_places": Sample(lambda region: employment.make_priority(region, until=dt.date(2021, 1, 1))),
    "offers": Sample(offer),
    "match_plans": Sample(employment.make_plan),
    "match_lines": Sample(match_line),
    "follow_ups": Sample(retention),
    "workshops": Sample(workshop),
    "appointments": Sample(appointment),
    "subsidies": Sample(subsidy),
    "batches": Sample(employment.make_batch),
    "trips": Sample(trip),
    "travellers": Sample(traveller),
    "trace_releases": Sample(trace_release),
    "impacts": Sample(impact),
    "impact_surveys": Sample(surveyed),
    "fitted_measures": Sample(fitted),
    "risk_levels": Sample(risk_level, seen=lambda _row, _place: True),
    "lots": Sample(lot),
    "orders": Sample(order),
    "payments": Sample(payment),
    "demands": Sample(demand, seen=lambda _row, _place: True),
    "buyers": Sample(goods.make_buyer, seen=lambda _row, _place: True),
    "campaigns": Sample(goods.make_campaign),
    "input_needs": Sample(need),
    "suppliers": Sample(goods.make_supplier, seen=lambda _row, _place: True),
    "monitoring_leads": Sample(monitoring_lead),
    "monitoring_cases": Sample(monitoring_case),
    "monitoring_follow_ups": Sample(follow_up),
    "monitored": Sample(monitored),
    "monitoring_postings": Sample(posting),
    "monitoring_batches": Sample(batch),
    "monitoring_discrepancies": Sample(discrepancy),
    "notices": Sample(notice),
    "tasks": Sample(task),
    "requests": Sample(request),
    "reports": Sample(report),
    "suggestions": Sample(suggestion),
    "bulletins": Sample(bulletin),
    "credit_loans": Sample(loan),
    "credit_terms": Sample(term_change),
    "credit_households": Sample(lambda region: loan(region).household),
    "credit_figures": Sample(bank_figure),
    "credit_runs": Sample(subsidy_run),
    "credit_items": Sample(subsidy_item),
    "credit_claims": Sample(risk_claim),
    "credit_fund": Sample(add_money),
}
