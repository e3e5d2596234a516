"""Forms of delegation and handover: they clean what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from shouwang.kernel.accounts.models import User
from shouwang.kernel.accounts.queries import office_people

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """A colleague and a period in whole days; `ends` is the day after the last one."""

    taker = forms.ModelChoiceField(User.objects.none(), label="B角")
    starts = forms.DateField(label="起始日期", widget=DATE)
    last_day = forms.DateField(label="最后一天", widget=DATE)
    reason = forms.CharField(label="事由", max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = office_people(user, above=True)  # type: ignore[attr-defined]  # a ModelChoiceField


class HandoverForm(forms.Form):
    """Who takes over, from which day, and what was promised to households."""

    taker = forms.ModelChoiceField(User.objects.none(), label="接收人")
    effective = forms.DateField(label="交接日期", widget=DATE)
    promises = forms.CharField(
        label="对群众的承诺", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text="逐户写明：答应了谁、什么事、何时办到。没有也请写“无”。",
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taker"].queryset = office_people(user)  # type: ignore[attr-defined]  # a ModelChoiceField


def day_after(day: dt.date | None) -> dt.date | None:
    """The half-open end of a period whose last day is `day`."""
    return day + dt.timedelta(1) if day else None
