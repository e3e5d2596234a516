"""Forms of the monitoring ledger: they clean what was typed and say what is wrong; nothing is saved here."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.monitoring.rules import rule
from shouwang.ledgers.registry.codes import choices
from shouwang.ledgers.registry.file_forms import DAYS, area, pick_day
from shouwang.ledgers.registry.forms import Sections, day_field

SAID_BY = (("patrol", "走访排查"), ("application", "农户申请"), ("hotline", "12317 热线"), ("petition", "信访"), ("department", "部门转来"))


class DayForm(forms.Form):
    """A form with a day: 今天, 昨天 or another."""

    day = forms.ChoiceField(label="日期", choices=DAYS, widget=forms.RadioSelect, initial="0")
    other_day = day_field("其他日期", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The day put together from the buttons and the date."""
        data = super().clean() or self.cleaned_data
        if "day" in data:
            data["on"] = pick_day(data, "other_day", self.today)
            if data["on"] is None and "other_day" not in self.errors:
                self.add_error("other_day", "选了“其他日期”，请填写日期。")
        return data


class LeadForm(DayForm):
    """A lead: on a phone, most of it tapped."""

    source = forms.ChoiceField(label="线索来源", choices=SAID_BY, widget=forms.RadioSelect, initial="patrol")
    risk = forms.ChoiceField(label="风险类型", widget=forms.RadioSelect)
    level = forms.ChoiceField(label="紧急程度", choices=(("yellow", "一般"), ("red", "紧急")), widget=forms.RadioSelect, initial="yellow")
    description = forms.CharField(label="发现的情况", max_length=500)
    department = forms.CharField(label="转来的部门", max_length=40, required=False, help_text="部门转来的填写，例如“区医保局”。")
    green = forms.BooleanField(label="走绿色通道：事故、灾害情况清楚，先帮扶，后补手续", required=False)
    complains = forms.BooleanField(label="反映了村、镇经办干部：转区（县）或 12317 办理，村、镇看不到", required=False)
    sections: ClassVar[Sections] = (
        ("什么情况", ("risk", "description", "level")),
        ("来源和日期", ("source", "department", "day", "other_day")),
        ("特别情形", ("green", "complains")),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["risk"].choices = choices("risk", on=today)  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["description"].widget = area(3, rule("lead_phrases", on=today).value)

    def clean(self) -> dict[str, Any]:
        """The green way is for accidents and disasters; a department's lead names the department."""
        data = super().clean()
        green = rule("green_risks", on=self.today).value
        if data.get("green") and data.get("risk") and data["risk"] not in green:
            self.add_error("green", "绿色通道只用于意外事故和自然灾害。请改选风险类型，或取消勾选。")
        if data.get("source") == "department" and not data.get("department", "").strip():
            self.add_error("department", "部门转来的线索须填写部门名称。")
        return data
