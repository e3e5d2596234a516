"""Forms of the acts on a household: income, programme standing, helper, an end. They clean and say what is wrong; nothing is saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.registry.codes import choices, rule
from shouwang.ledgers.registry.forms import RecordForm, Sections, day_field
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS
from shouwang.ledgers.registry.models import HelperAssignment, IncomeStatement, label_of

AMOUNTS = (*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS)


class IncomeForm(forms.Form):
    """One window of income, typed in yuan, given to the action in 分."""

    window_type = forms.ChoiceField(label="周期类型")
    checked_on = day_field("核查日期")
    persons = forms.IntegerField(label="共同生活人数", min_value=1, max_value=30)
    sections: ClassVar[Sections] = (
        ("周期", ("window_type", "checked_on", "persons")),
        ("工资和经营", ("wage", "business", "business_expense"), "单位：元，按整个周期 12 个月合计填写。"),
        ("财产性收入", ("property_dividend", "property_other")),
        ("转移性收入", tuple(n for n in INCOME_FIELDS if n.startswith("transfer_"))),
        ("医疗等刚性支出", ("out_of_pocket", "claims_paid")),
        ("更正", ("reason",)),
    )

    def __init__(self, *args: Any, today: dt.date, statement: IncomeStatement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = Decimal(rule("income_limit_per_item", on=today).value)
        for name in AMOUNTS:
            label = label_of(IncomeStatement, name)
            field = forms.DecimalField(label=f"{label}（元）", min_value=0, max_value=most, max_digits=12, decimal_places=2)
            field.initial = Decimal(getattr(statement, name)) / 100 if statement else Decimal(0)
            self.fields[name] = field
        if statement:
            del self.fields["window_type"], self.fields["checked_on"]
            self.fields["persons"].initial = statement.persons
            self.fields["reason"] = forms.CharField(label="更正理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
            return
        window = self.fields["window_type"]
        assert isinstance(window, forms.ChoiceField)  # noqa: S101 - declared above; for the types
        window.choices = choices("income_window", on=today)
        window.initial = rule("income_window_default", on=today).value

    def amounts(self) -> dict[str, int]:
        """Amounts in 分 by field."""
        return {name: int(self.cleaned_data[name] * 100) for name in AMOUNTS}


class StandingForm(forms.Form):
    """What the decision behind a move says."""

    since = day_field("起始日期")
    document = forms.CharField(label="依据文件", max_length=120, help_text="文号或批复名称，例如：汕阳扶组〔2020〕3号。")
    standard_system = forms.ChoiceField(label="标准体系")
    risks = forms.MultipleChoiceField(label="返贫致贫风险", widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="登记说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, move: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if move.startswith("watch_"):
            self.fields["risks"].choices = choices("risk", on=today)  # type: ignore[attr-defined]  # a choice field, declared above
        else:
            del self.fields["risks"]
        if move.startswith("register"):
            systems = {"gd_relative", "national_registered"}
            listed = [c for c in choices("standard_system", on=today) if c[0] in systems]
            self.fields["standard_system"].choices = listed  # type: ignore[attr-defined]  # the same
            self.fields["standard_system"].initial = "gd_relative"
        else:
            del self.fields["standard_system"]


class HelperForm(RecordForm):
    """Who is to look after the household."""

    class Meta:
        model = HelperAssignment
        fields = ["name", "user", "sponsor_unit", "phone", "since"]

    def __init__(self, *args: Any, users: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = users  # type: ignore[attr-defined]  # a model choice field made from the foreign key
        self.fields["sponsor_unit"].queryset = units  # type: ignore[attr-defined]  # the same
        self.fields["user"].help_text = "责任人有本系统账号的请选择，选后其本人可查看该户。"
        self.fields["since"] = day_field("结对日期", initial=self.today)

    def clean_phone(self) -> Any:
        """A phone number."""
        return self.clean_phone_number("phone")


class EndForm(forms.Form):
    """The day and the reason of an end: of an assignment, or of a membership (then with its kind)."""

    day = day_field("日期")
    left_reason = forms.ChoiceField(label="减少原因")
    reason = forms.CharField(label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, today: dt.date, leaving: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today
        if leaving:
            self.fields["left_reason"].choices = choices("left_reason", on=today)  # type: ignore[attr-defined]  # a choice field, declared above
        else:
            del self.fields["left_reason"]
