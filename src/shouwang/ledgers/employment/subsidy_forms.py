"""Forms of employment subsidies."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import subsidies
from shouwang.ledgers.employment.codes import word
from shouwang.ledgers.employment.forms import day_field, yuan_field
from shouwang.ledgers.employment.policies import SUBSIDY


class ClaimForm(forms.Form):
    """What is claimed and for when; `persons` only of an employer."""

    kind = forms.ChoiceField(label="补贴项目")
    persons = forms.IntegerField(label="人数（人）", min_value=1, max_value=10_000, help_text="实际吸纳的贫困劳动力。")
    starts_on = day_field("期间起", help_text="一次性补贴填事项发生日期；按年的填该年任意一天。")
    ends_on = day_field("期间止", required=False, help_text="只有按月的补贴须填写；该日不计。")

    def __init__(self, *args: Any, who: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "请选择"), *subsidies.of(who)(today)]
        self.initial["starts_on"] = today
        if who == "worker":
            del self.fields["persons"]


class PaidForm(forms.Form):
    """When the money went out."""

    paid_on = day_field("发放日期")
    voucher = forms.CharField(label="拨付凭证号", max_length=60)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["paid_on"] = today


class FailedForm(forms.Form):
    """What the bank returned, and when."""

    failure = forms.ChoiceField(label="银行退回的原因")
    failed_on = day_field("失败日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        failure: Any = self.fields["failure"]
        failure.choices = [
            ("", "请选择"),
            *((code, f"{name}（须补：{paper}）") for code, (name, paper) in subsidies.failures(today).items()),
        ]
        self.initial["failed_on"] = today


class CorrectionForm(forms.Form):
    """What was put right."""

    correction = forms.CharField(
        label="补正情况", max_length=120, help_text="补了什么材料、账户怎样更正。账号、证件号码只交发放单位，不要写在这里。"
    )


class RateForm(forms.Form):
    """An amount with the document it rests on."""

    region = forms.ChoiceField(label="适用区划")
    kind = forms.ChoiceField(label="补贴项目")
    band = forms.ChoiceField(label="务工地分档", required=False, help_text="只有按务工地分档的项目须选择。")
    amount = yuan_field("金额", help_text="每人每次、每年或每月，依项目而定。")
    valid_from = day_field("起始日期")
    document = forms.CharField(label="依据文件", max_length=160, help_text="文件名称和文号。")

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = subsidies.kinds(today).values()
        places = Region.objects.filter(scope.q(SUBSIDY), level__gte=Region.CITY, level__lte=Region.COUNTY).order_by("level", "rank", "code")
        bands = dict.fromkeys(b for k in found for b in k.bands)
        choices = {
            "region": [(str(r.pk), r.name) for r in places],
            "kind": [("", "请选择"), *((k.code, k.name) for k in found)],
            "band": [("", "不分档"), *((b, word("work_status", b, today)) for b in bands)],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
