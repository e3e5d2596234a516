"""The town's review (初审)."""

from __future__ import annotations

import datetime as dt

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.monitoring import policies
from shouwang.ledgers.monitoring.actions.checks import authorised
from shouwang.ledgers.monitoring.actions.steps import step
from shouwang.ledgers.monitoring.models import MonitoringCase


def review(case: MonitoringCase, *, by: Scope, today: dt.date, version: int | None = None) -> MonitoringCase:
    """Pass a case on to the county, by somebody else than who checked it. Raises Refused where the authorisation is missing."""
    last = case.verifications.first()
    policies.check_second_person(by, [last.checker_id_of_user] if last else [])
    if not authorised(case):
        raise Refused("没有农户签字的授权承诺书，不能初审通过。请退回村（社区）补传，或在本页上传后再初审。")
    return step(case, "review", by=by, today=today, version=version)
