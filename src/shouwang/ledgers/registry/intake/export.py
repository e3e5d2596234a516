"""The registry as the import's own workbook: the same columns, masked, to change and hand back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shouwang.kernel.columns.fields import Field
from shouwang.kernel.privacy.classes import classify
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Column, Table
from shouwang.ledgers.registry.intake.columns import HOUSEHOLD_COLUMNS, MEMBER_COLUMNS
from shouwang.ledgers.registry.intake.fields import FIELDS
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.policies import EXPORT, VIEW
from shouwang.ledgers.registry.queries import PLACE_NAMES
from shouwang.ledgers.registry.tables import MEMBERS

FROM_HOME = {"code": "code", "registration": "registration", **HOUSEHOLD_COLUMNS}


def people(scope: Scope) -> QuerySet[Member]:
    """Living members in scope with all of their household, household by household."""
    found: QuerySet[Member] = Member.objects.within(scope).filter(left_on=None).select_related("household").annotate(**PLACE_NAMES)
    return found


def _said(field: Field, value: Any, on: dt.date) -> Any:
    """A stored value as the import reads it back."""
    if value in (None, ""):
        return None
    if field.kind == "choice" and field.choices is not None:
        listed = field.choices(on)
        return "、".join(str(listed.get(c, c)) for c in str(value).split(","))
    return value


def _value(field: Field) -> Callable[[Any, dt.date], Any]:
    if field.key in ("county", "town", "village"):
        return lambda row, _on: getattr(row, f"{field.key}_name")
    home = FROM_HOME.get(field.key, "")
    if home:
        return lambda row, on: _said(field, getattr(row.household, home), on)
    name = "code" if field.key == "member_code" else field.key
    return lambda row, on: _said(field, getattr(row, name), on)


def _column(field: Field) -> Column:
    kind = {"number": "num", "whole": "num", "date": "date"}.get(field.kind, "text")
    home = field.key in FROM_HOME
    name = FROM_HOME.get(field.key) or ("code" if field.key == "member_code" else field.key)
    said = classify(Household if home else Member).get(name)
    group = said.group.value if said and (said.level > 0) else ""
    mask = said.mask.value if said and said.mask else ""
    return Column(field.key, field.label, _value(field), kind=kind, group="" if mask == "name" else group, mask=mask)


# A day of birth beside a masked number would give the number away; standings have no single date and document.
LEFT_OUT = frozenset({"since", "document", "birth_date"})
COLUMNS = tuple(_column(f) for f in FIELDS if f.key not in LEFT_OUT)
SHEET = Table(
    key="registry_sheet",
    title="户和成员（导入模板列）",
    base=people,
    permission=VIEW,
    export_permission=EXPORT,
    url_name="registry_sheet",
    unit="人",
    ordering=("household_id", "pk"),
    row_url=lambda row: reverse("registry_household", args=[row.household_id]),
    definition="本人授权范围内户档案的现有成员，一行一人，列与导入模板一致；证件号码、电话、姓名、住址按规定脱敏，带星号的内容导回时视为未改。",
    empty="还没有成员。请先登记或导入户档案。",
    columns=COLUMNS,
    filters=tuple(f for f in MEMBERS.filters if f.key in ("region", "registration")),
)
assert set(MEMBER_COLUMNS) <= {c.key for c in COLUMNS} | LEFT_OUT  # noqa: S101 - a column that import knows and export does not would be lost
