"""部门数: a number a department published, to be held against ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch.models import Statement

STATED = Verb("dispatch.statement.state", "登记部门数", "dispatch.report.draft")


def state(office: Office, values: Mapping[str, Any], *, by: Scope, today: dt.date) -> Statement:
    """Store the office's own number of a figure on a day; the same day again replaces it, both numbers in the audit."""
    if values["figure"] not in figures.installed():
        raise Refused("请选择指标。", field="figure")
    if values["as_of"] > today:
        raise Refused(f"数据日期 {values['as_of']} 晚于今天。请填写数据实际截至的日期。", field="as_of")
    key = {"office": office, "figure": values["figure"], "region": office.region, "as_of": values["as_of"]}
    row = Statement.objects.filter(**key).first() or Statement(**key)
    row.put_in(office.region)
    row.number, row.source = values["number"], values["source"]
    fields = {"number": values["number"], "source": values["source"]}
    with change(row, by=by, verb=STATED, today=today) as kept:
        for name, value in fields.items():
            setattr(kept, name, value)
        return kept
