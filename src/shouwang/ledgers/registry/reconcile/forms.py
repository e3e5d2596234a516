"""Forms of the comparison. They clean; nothing is saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from shouwang.ledgers.registry.forms import day_field
from shouwang.ledgers.registry.reconcile.queries import WHERE_WORDS, systems


class UploadForm(forms.Form):
    """Which system, and of which day the export is; the file is read beside the form."""

    system = forms.ChoiceField(label="对方系统")
    taken_on = day_field("数据导出日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].choices = list(systems(today).items())  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["taken_on"].initial = today


class DecisionForm(forms.Form):
    """Where a difference is corrected."""

    where = forms.ChoiceField(label="更正地点", choices=list(WHERE_WORDS.items()), widget=forms.RadioSelect)
    note = forms.CharField(label="处理说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
