"""Forms of visits and papers. They clean and say what is wrong; nothing is saved."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.registry.forms import Sections, day_field
from shouwang.ledgers.registry.models import Visit
from shouwang.ledgers.registry.visit_actions import SAID
from shouwang.ledgers.registry.visits import visit_choices, visit_rule

DAYS = (("0", "今天"), ("1", "昨天"), ("other", "其他日期"))


def pick_day(data: dict[str, Any], other: str, today: dt.date) -> dt.date | None:
    """The day behind 今天, 昨天 or a date of its own; None where the last was chosen and left empty."""
    said = data.get("day")
    found: dt.date | None = data.get(other) if said == "other" else today - dt.timedelta(days=int(said or 0))
    return found


def area(rows: int, phrases: list[str] | None = None) -> forms.Textarea:
    """A text area, with phrases to tap below it."""
    widget = forms.Textarea(attrs={"rows": rows})
    widget.phrases = phrases or []  # type: ignore[attr-defined]  # read by registry/visit.html
    return widget


class VisitForm(forms.Form):
    """A visit: most of it is tapped, not typed."""

    day = forms.ChoiceField(label="走访日期", choices=DAYS, widget=forms.RadioSelect, initial="0")
    visited_on = day_field("其他日期", required=False)
    means = forms.ChoiceField(label="走访方式", widget=forms.RadioSelect)
    reach = forms.ChoiceField(label="接通情况", widget=forms.RadioSelect, initial="reached")
    met = forms.CharField(label="见到（接听）的人", max_length=60, required=False)
    result = forms.CharField(label="走访情况", max_length=500, required=False)
    needs = forms.CharField(
        label="发现的需求", max_length=300, required=False, help_text="没有就不填。填写后进入“待解决需求”，答复后销去。"
    )
    next_step = forms.CharField(label="下一步", max_length=200, required=False)
    reason = forms.CharField(label="更正理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    sections: ClassVar[Sections] = (
        ("何时、何种方式", ("day", "visited_on", "means", "reach", "met")),
        ("情况和需求", ("result", "needs", "next_step")),
        ("更正", ("reason",), "原记录保留，页面上标明“已更正”。"),
    )

    def __init__(self, *args: Any, today: dt.date, visit: Visit | None = None, met: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name in ("means", "reach"):
            self.fields[name].choices = visit_choices(f"visit_{name}", today)  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["met"].widget.phrases = met or []
        self.fields["result"].widget = area(3, visit_rule("visit_phrases", today).value)
        self.fields["needs"].widget = area(2, visit_rule("need_phrases", today).value)
        if visit is None:
            del self.fields["reason"]
            return
        self.initial.update({name: getattr(visit, name) for name in SAID}, day="other")

    def clean(self) -> dict[str, Any]:
        """The day put together from the buttons and the date."""
        data = super().clean() or self.cleaned_data
        data["visited_on"] = pick_day(data, "visited_on", self.today)
        if data["visited_on"] is None and "visited_on" not in self.errors:
            self.add_error("visited_on", "选了“其他日期”，请填写走访的日期。")
        return data

    def said(self) -> dict[str, Any]:
        """The visit's fields as the actions take them."""
        return {name: self.cleaned_data[name] for name in SAID}


class PaperForm(forms.Form):
    """A paper's place in the catalogue, its date and whether it takes the place of what was kept. Files are read beside the form."""

    code = forms.CharField(max_length=24)
    member = forms.IntegerField(required=False)
    day = forms.ChoiceField(choices=DAYS, initial="0")
    dated_on = day_field("材料日期", required=False)
    replace = forms.BooleanField(required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The day put together."""
        data = super().clean() or self.cleaned_data
        data["dated_on"] = pick_day(data, "dated_on", self.today)
        if data["dated_on"] is None:
            self.add_error("dated_on", "选了“其他日期”，请填写材料上的日期。")
        return data
