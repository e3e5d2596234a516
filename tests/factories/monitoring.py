"""Leads and cases for tests. Every person is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shouwang.ledgers.monitoring.models import Lead, MonitoringCase
from shouwang.ledgers.registry.models import Household

TODAY = dt.date(2020, 2, 17)
DAY = dt.timedelta(1)


def add_case(household: Household, *, state: str = "reported", **kw: Any) -> MonitoringCase:
    """A case that came to `state` today, without what led there."""
    closed = state in ("done", "rejected", "known", "withdrawn")
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
