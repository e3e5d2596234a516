"""How the suite fills each table of the catalog. A table without a sample turns the suite red."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from shouwang.kernel.accounts.models import Office
from shouwang.kernel.regions.models import Region
from shouwang.kernel.testing import Sample
from shouwang.ledgers.dispatch import models as dispatch
from tests.factories.monitoring import add_batch, add_case, add_follow_up, add_lead, add_posting
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


def monitoring_case(region: Region) -> Any:
    return add_case(make_household(region, head_name="吴试样"))


def follow_up(region: Region) -> Any:
    return add_follow_up(make_household(region, head_name="吴试样"))


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
    "monitoring_leads": Sample(monitoring_lead),
    "monitoring_cases": Sample(monitoring_case),
    "monitoring_follow_ups": Sample(follow_up),
    "monitored": Sample(monitored),
    "monitoring_postings": Sample(posting),
    "monitoring_batches": Sample(batch),
    "notices": Sample(notice),
    "tasks": Sample(task),
    "requests": Sample(request),
    "reports": Sample(report),
    "suggestions": Sample(suggestion),
    "bulletins": Sample(bulletin),
}
