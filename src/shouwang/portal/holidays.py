"""The editable table of holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet

from shouwang.kernel.audit.actions import change
from shouwang.kernel.audit.verbs import Verb
from shouwang.kernel.errors import Refused
from shouwang.kernel.models import Holiday
from shouwang.kernel.regions.scope import Scope

SET = Verb("settings.holiday", "登记节假日安排", "settings.manage")
ACTORS = (("", "机关事业单位（默认）"), ("enterprise", "企业"), ("school", "学校"))


class HolidayForm(forms.Form):
    """One day that differs from its weekday."""

    day = forms.DateField(label="日期", widget=forms.DateInput(attrs={"type": "date"}))
    working = forms.ChoiceField(label="安排", choices=(("1", "上班（调休）"), ("0", "休息")))
    name = forms.CharField(label="名称", max_length=40)
    actor = forms.ChoiceField(label="适用对象", choices=ACTORS, required=False)
    source = forms.CharField(label="依据", max_length=200, help_text="文件名称、文号和日期。")


def of_year(year: int) -> QuerySet[Holiday]:
    """The days of a year that differ from their weekday."""
    return Holiday.objects.filter(day__year=year).select_related("region").order_by("day", "actor")


def set_day(values: Mapping[str, Any], *, by: Scope, today: dt.date) -> Holiday:
    """Set one day for a kind of actor; what stood before stays in the audit. Clocks that run are counted by the new table from now on."""
    if not 2000 <= values["day"].year <= 2100:
        raise Refused(f"日期“{values['day']}”不在 2000—2100 年之间，请检查年份。", field="day")
    row = Holiday.objects.filter(day=values["day"], actor=values["actor"], region=None).first() or Holiday(
        day=values["day"], actor=values["actor"]
    )
    new = {"working": values["working"] == "1", "name": values["name"], "source": values["source"], "provisional": False}
    if row.pk is None:
        for field, value in new.items():
            setattr(row, field, value)
    with change(row, by=by, verb=SET, today=today) as kept:
        for field, value in new.items():
            setattr(kept, field, value)
    return kept
