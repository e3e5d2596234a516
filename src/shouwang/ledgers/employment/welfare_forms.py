"""Forms of terms on public-welfare posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from shouwang.ledgers.employment.forms import day_field, yuan, yuan_field
from shouwang.ledgers.employment.models import WelfareAppointment
from shouwang.ledgers.employment.welfare import past


class RenewalForm(forms.Form):
    """How much longer, and why."""

    ends_on = day_field("续聘至（届满日期）", help_text="届满日期当日不在岗。")
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, appointment: WelfareAppointment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["ends_on"] = past(appointment.ends_on, 3)


class EndForm(forms.Form):
    """The last day's morrow, and why."""

    left_on = day_field("离岗日期", help_text="该日起不在岗；务工记录同时登记离岗。")
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, appointment: WelfareAppointment, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["left_on"] = min(appointment.ends_on, today)


class MonthForm(forms.Form):
    """Days and pay of one month of the term."""

    month = forms.DateField(
        label="月份", input_formats=["%Y-%m", "%Y-%m-%d"], widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m")
    )
    days = forms.IntegerField(label="出勤天数", min_value=0, max_value=31)
    pay = yuan_field("已发报酬")

    def __init__(self, *args: Any, appointment: WelfareAppointment, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({"month": today.replace(day=1), "pay": yuan(appointment.pay)})
