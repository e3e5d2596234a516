"""Leads and cases for tests. Every person is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.monitoring.lifecycle import CASE
from shouwang.ledgers.monitoring.models import (
    CommunityAppraisal,
    DeterminationBatch,
    Discrepancy,
    FollowUp,
    Lead,
    Measure,
    MonitoringCase,
    Objection,
    PublicPosting,
)
from shouwang.ledgers.registry.models import Household

TODAY = dt.date(2020, 2, 17)
DAY = dt.timedelta(1)


def add_case(household: Household, *, state: str = "reported", **kw: Any) -> MonitoringCase:
    """A case that came to `state` today, without what led there."""
    closed = CASE.states[state].final
    usual: dict[str, Any] = {"risks": "illness", "opened_on": TODAY, "due_on": TODAY + 7 * DAY, "whole_due_on": TODAY + 30 * DAY}
    usual |= {"closed_on": TODAY} if closed else {}
    usual |= {"reason_code": "untrue"} if state == "rejected" else {}
    usual |= {"determined_on": TODAY, "document": "区扶组〔2020〕9号", "category": "borderline"} if state == "determined" else {}
    case = MonitoringCase(state=state, **{**usual, **kw})
    case.put_beside(household)
    case.save()
    return case


def add_lead(household: Household, case: MonitoringCase | None = None, *, source: str = "patrol", **kw: Any) -> Lead:
    """An open lead of a patrol, of the case where one is given."""
    usual: dict[str, Any] = {"risk": "illness", "found_on": TODAY, "description": "大病住院，自付费用高", "reporter": "林走访"}
    lead = Lead(case=case, source=source, **{**usual, **kw})
    lead.put_beside(household)
    lead.save()
    return lead


def paper(name: str = "授权承诺书.pdf") -> SimpleUploadedFile:
    """A small PDF to upload."""
    return SimpleUploadedFile(name, b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n", content_type="application/pdf")


def add_follow_up(household: Household, **kw: Any) -> FollowUp:
    """A visit planned for a month from now."""
    planned = FollowUp(**{"due_on": TODAY + 30 * DAY, **kw})
    planned.put_beside(household)
    planned.save()
    return planned


def add_measure(household: Household, **kw: Any) -> Measure:
    """A health measure in force."""
    measure = Measure(**{"kind": "health", "risk": "illness", "content": "慢性病报销", "since": TODAY, **kw})
    measure.put_beside(household)
    measure.save()
    return measure


def add_discrepancy(household: Household, **kw: Any) -> Discrepancy:
    """An open one: wages far above the income that is registered."""
    usual = {"kind": "verify", "rule": "verify_high_wages", "rule_version": 1, "rule_hash": "0" * 64, "values": {"income_fen": 300_000}}
    found = Discrepancy(**{**usual, "department": "人社", "found_on": TODAY, "due_on": TODAY + 5 * DAY, **kw})
    found.put_beside(household)
    found.save()
    return found


def add_posting(village: Region, **kw: Any) -> PublicPosting:
    """A posting of the last days, over since yesterday."""
    posting = PublicPosting(**{"starts_on": TODAY - 6 * DAY, "ends_on": TODAY - 2 * DAY, "where": "村务公开栏", **kw})
    posting.put_in(village)
    posting.save()
    return posting


def add_objection(case: MonitoringCase, posting: PublicPosting, **kw: Any) -> Objection:
    """An objection nobody has answered."""
    values = {"content": "该户有小汽车", "raised_on": TODAY - DAY, "due_on": TODAY + DAY, **kw}
    objection = Objection(case=case, posting=posting, **values)
    objection.put_beside(case.household)
    objection.save()
    return objection


def add_appraisal(village: Region, **kw: Any) -> CommunityAppraisal:
    """A review by telephone."""
    usual = {"held_on": TODAY, "means": "phone", "expected": 30, "present": 24, "minutes": "逐户介绍，多数同意。", "recorder": "林记录"}
    made = CommunityAppraisal(**{**usual, **kw})
    made.put_in(village)
    made.save()
    return made


def add_batch(region: Region, **kw: Any) -> DeterminationBatch:
    """A batch in preparation; it lies where it is put, usually a county."""
    batch = DeterminationBatch(
        **{"number": f"第{DeterminationBatch.objects.count() + 1}批", "prepared_by": "林经办", "prepared_on": TODAY, **kw}
    )
    batch.put_in(region)
    batch.save()
    return batch
