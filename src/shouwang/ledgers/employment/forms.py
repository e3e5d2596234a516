"""Forms of the employment ledger. They clean and say what is wrong; nothing is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.employment.codes import choices, fen
from shouwang.ledgers.employment.models import Worker

Sections = tuple[tuple[Any, ...], ...]
PLACE_HELP = "如“广东省深圳市宝安区”；东莞、中山写到市和镇（街道）。"


def day_field(label: str, **options: Any) -> forms.DateField:
    """A day, picked or typed as 2020-02-17."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def yuan_field(label: str, **options: Any) -> forms.DecimalField:
    """An amount in yuan with a numeric keypad."""
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "min": "0"})
    return forms.DecimalField(label=f"{label}（元）", min_value=0, max_digits=9, decimal_places=2, widget=widget, **options)


def yuan(amount: int | None) -> str:
    """分 as the text of a yuan field."""
    return "" if amount is None else f"{amount / 100:.2f}".removesuffix(".00")


class CodedForm(forms.Form):
    """A form whose choice fields take their words from the ledger's code lists of the day."""

    lists: ClassVar[Mapping[str, tuple[str, str | None]]] = {}
    money: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for name, (listed, blank) in self.lists.items():
            self.fields[name].choices = choices(listed, today, blank)  # type: ignore[attr-defined]  # choice fields, declared below

    def said(self) -> dict[str, Any]:
        """The cleaned values as the actions take them: money in 分."""
        return {k: fen(v) if k in self.money else v for k, v in self.cleaned_data.items()}


class SurveyForm(CodedForm):
    """The quick survey: seven fields, most of them tapped."""

    status = forms.ChoiceField(label="现在的状况", widget=forms.RadioSelect)
    reason = forms.ChoiceField(label="没有务工的原因", required=False)
    place = forms.CharField(label="务工地", max_length=60, required=False, help_text=PLACE_HELP)
    wage = yuan_field("月收入", required=False)
    skill = forms.ChoiceField(label="技能", required=False)
    wish = forms.ChoiceField(label="就业意愿", required=False)
    wish_wage = yuan_field("期望月收入", required=False)
    lists = {
        "status": ("work_status", None),
        "reason": ("no_work_reason", "未选"),
        "skill": ("skill", "未填"),
        "wish": ("wish", "未填"),
    }
    money = ("wage", "wish_wage")
    sections: ClassVar[Sections] = (
        ("状况", ("status", "reason")),
        ("在外务工的", ("place", "wage")),
        ("技能和意愿", ("skill", "wish", "wish_wage")),
    )

    def __init__(self, *args: Any, worker: Worker, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        status: Any = self.fields["status"]
        status.choices = [c for c in status.choices if c[0] != "unsurveyed"]
        self.initial.update({name: getattr(worker, name) for name in ("status", "reason", "skill", "wish")})
        self.initial.update(
            {"place": worker.place_name + worker.place_detail, "wage": yuan(worker.wage), "wish_wage": yuan(worker.wish_wage)}
        )


class WorkForm(CodedForm):
    """A stretch of work."""

    planned = forms.BooleanField(label="计划务工（尚未上岗）", required=False)
    started_on = day_field("上岗日期")
    ended_on = day_field("离岗日期", required=False, help_text="仍在岗的不填。")
    place = forms.CharField(label="务工地", max_length=60, help_text=PLACE_HELP)
    employer = forms.CharField(label="务工单位", max_length=80)
    industry = forms.ChoiceField(label="行业")
    monthly_income = yuan_field("月收入")
    channel = forms.ChoiceField(label="就业渠道")
    contract = forms.ChoiceField(label="合同期限")
    point_to_point = forms.BooleanField(label="乘“点对点”专车返岗", required=False)
    transport_aid = yuan_field("交通费补助", required=False)
    service_need = forms.CharField(label="服务需求", max_length=120, required=False)
    lists = {"industry": ("industry", "请选择"), "channel": ("work_channel", "请选择"), "contract": ("contract", None)}
    money = ("monthly_income", "transport_aid")
    sections: ClassVar[Sections] = (
        ("起止和地点", ("planned", "started_on", "ended_on", "place")),
        ("单位和收入", ("employer", "industry", "monthly_income", "channel", "contract")),
        ("返岗服务", ("point_to_point", "transport_aid", "service_need")),
    )


class TrainingForm(CodedForm):
    """A course."""

    subject = forms.CharField(label="培训内容", max_length=80)
    skill = forms.ChoiceField(label="技能")
    started_on = day_field("开始日期")
    days = forms.IntegerField(label="天数", min_value=1)
    organiser = forms.CharField(label="组织单位", max_length=80)
    certificate = forms.CharField(label="证书", max_length=80, required=False)
    lists = {"skill": ("skill", "请选择")}


class FollowUpForm(forms.Form):
    """What a call found."""

    outcome = forms.ChoiceField(label="结果", choices=(("there", "仍在岗"), ("left", "已离岗")), widget=forms.RadioSelect)
    note = forms.CharField(label="情况", max_length=120, required=False, help_text="已离岗的写明原因，务工记录同时登记离岗。")


class CircumstancesForm(CodedForm):
    """What matching has to know and no telephone call should ask twice."""

    care_duty = forms.BooleanField(label="需照料家人，不能住厂", required=False)
    cadre_family = forms.BooleanField(label="村干部或其家属（不安排公益性岗位）", required=False)
    at_work_last_year = forms.TypedChoiceField(
        label="上年是否务工",
        choices=(("", "未核实"), ("true", "是"), ("false", "否")),
        required=False,
        coerce=lambda v: v == "true",
        empty_value=None,
    )

    def __init__(self, *args: Any, worker: Worker, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        said = worker.at_work_last_year
        self.initial.update({"care_duty": worker.care_duty, "cadre_family": worker.cadre_family})
        self.initial.update({"at_work_last_year": "" if said is None else str(said).lower()})
