"""The form of a simulation. It is sent by GET, so that a result has an address of its own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django import forms

from shouwang.ledgers.monitoring.watch import book
from shouwang.ledgers.monitoring.watch.simulating import MEASURES, SOURCES
from shouwang.ledgers.registry.codes import in_words, words

WHO = (("all", "全部农户"), ("yes", "监测对象"), ("no", "非监测对象"))
SPLIT = re.compile(r"[、,，;；\s]+")


class ScenarioForm(forms.Form):
    """What falls, by how much, for how long, where and for whom; what is given back."""

    source = forms.ChoiceField(label="哪项收入下降", choices=tuple(SOURCES.items()), initial="out_wage")
    product = forms.CharField(
        label="只看某种产品", max_length=20, required=False, help_text="只用于生产经营性收入，按农业农村部门的品种名称，如“狮头鹅”。"
    )
    percents = forms.CharField(label="下降百分比（%）", max_length=60, initial="40", help_text="可填几个并列比较，如“20、40、60”。")
    months = forms.CharField(label="持续月数", max_length=40, initial="2", help_text="可填几个，如“1、2、3”；一年按 12 个月。")
    region = forms.ChoiceField(label="发生在", required=False)
    who = forms.ChoiceField(label="涉及", initial="all")
    risk = forms.ChoiceField(label="只看有此风险的户", required=False)
    measure = forms.ChoiceField(label="帮扶措施", choices=tuple(MEASURES.items()), required=False)
    amount = forms.DecimalField(
        label="措施标准", min_value=0, max_digits=9, decimal_places=2, required=False, help_text="元；补偿填百分比。"
    )
    post_months = forms.IntegerField(label="岗位月数", min_value=0, max_value=12, required=False)
    under = forms.ChoiceField(
        label="给冲击后低于哪条线的户", choices=(("monitoring", "监测范围"), ("poverty", "贫困线")), initial="monitoring"
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["who"].choices = [(code, in_words(word, today)) for code, word in WHO]  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["region"].choices = places  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["risk"].choices = [("", "不限"), *words("risk", on=today).items()]  # type: ignore[attr-defined]  # the same

    def clean_percents(self) -> list[int]:
        """Whole numbers from 1 to 100."""
        return self._numbers("percents", lambda n: 1 <= n <= 100, "下降百分比须是 1 至 100 的整数")

    def clean_months(self) -> list[int]:
        """Whole numbers from 1 to 12."""
        return self._numbers("months", lambda n: 1 <= n <= 12, "持续月数须是 1 至 12 的整数")

    def _numbers(self, name: str, good: Callable[[int], bool], said: str) -> list[int]:
        parts = [p.rstrip("%％") for p in SPLIT.split(self.cleaned_data[name].strip()) if p]
        if bad := [p for p in parts if not p.isdecimal() or len(p) > 3 or not good(int(p))]:
            raise forms.ValidationError(f"“{bad[0]}”不能用：{said}。")
        return sorted({int(p) for p in parts})

    def clean(self) -> dict[str, Any]:
        """A measure needs its amount; no more scenarios than one pass takes."""
        data = super().clean() or {}
        if data.get("measure") and data.get("amount") is None:
            self.add_error("amount", "请填写措施标准：金额填元，补偿填百分比。")
        if data.get("measure") == "post" and not data.get("post_months"):
            self.add_error("post_months", "请填写岗位安排几个月（1 至 12）。")
        if data.get("measure") == "refund" and (data.get("amount") or 0) > 100:
            self.add_error("amount", "补偿比例不能超过 100%。")
        most = book.value("scenarios_at_once", on=self.today)
        if (many := len(data.get("percents", [])) * len(data.get("months", []))) > most:
            self.add_error("percents", f"一共 {many} 个情景，超过一次 {most} 个的上限。请减少百分比或月数。")
        return data
