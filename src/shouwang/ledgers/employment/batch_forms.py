"""Forms of departures."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.forms import PLACE_HELP, day_field
from shouwang.ledgers.employment.models import BatchDestination, Traveller
from shouwang.ledgers.employment.policies import TRANSPORT

PLATE = re.compile(r"^[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}$")


def held_places(scope: Scope, lowest: int) -> list[tuple[str, str]]:
    """Regions at which departures may be arranged."""
    found = Region.objects.filter(scope.q(TRANSPORT), level__gte=Region.CITY, level__lte=lowest).order_by("level", "rank", "code")
    return [(str(r.pk), r.name) for r in found]


class BatchForm(forms.Form):
    """A batch."""

    name = forms.CharField(label="批次名称", max_length=60)
    region = forms.ChoiceField(label="区划")
    day_from = day_field("首日")
    day_to = day_field("末日")
    day_cap = forms.IntegerField(label="每日发送上限（人）", min_value=0, required=False, help_text="错峰用，不设的留空。")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = held_places(scope, Region.TOWN)


class DestinationForm(forms.Form):
    """A receiving place."""

    place = forms.CharField(label="接收地", max_length=60, help_text=PLACE_HELP)
    approval = forms.CharField(label="联防联控批准文号", max_length=60, required=False, help_text="没有批准文号的，不向该地发送。")
    cap = forms.IntegerField(label="每日接收上限（人）", min_value=0, required=False)
    receiver = forms.CharField(label="接收单位", max_length=60, required=False)
    receiver_line = forms.CharField(label="接收单位电话", max_length=40, required=False)
    days_away = forms.IntegerField(label="车辆往返天数", min_value=1, max_value=10, initial=2)

    def __init__(self, *args: Any, row: BatchDestination, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row.pk:
            self.initial.update(
                {n: getattr(row, n) for n in ("approval", "cap", "receiver", "receiver_line", "days_away")}, place=row.place_name
            )


class VehicleForm(forms.Form):
    """A bus."""

    plate = forms.CharField(label="车牌号", max_length=12)
    seats = forms.IntegerField(label="核定座位（不含司机）", min_value=0, max_value=100)
    region = forms.ChoiceField(label="服务的区（县）")

    def __init__(self, *args: Any, counties: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = counties

    def clean_plate(self) -> str:
        """Capital letters, no spaces."""
        said = re.sub(r"[\s·.]", "", str(self.cleaned_data["plate"])).upper()
        if not PLATE.match(said):
            raise forms.ValidationError(f"车牌号“{said}”不像车牌。请写成“粤D12345”。")
        return said


class HealthForm(forms.Form):
    """Health of one traveller, on one screen of a phone."""

    declared = forms.BooleanField(label="已作健康申报（14 天内无发热、无疫区和病例接触）", required=False)
    temperature = forms.DecimalField(
        label="体温（℃）",
        max_digits=3,
        decimal_places=1,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.1"}),
    )
    quarantine_until = day_field("隔离至", required=False, help_text="隔离期最后一天，次日起可出行。")
    group = forms.CharField(label="同行组", max_length=12, required=False, help_text="同组的人同车同日，如“夫妻1”。")

    def __init__(self, *args: Any, row: Traveller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.update({n: getattr(row, n) for n in self.fields})


class ReleaseForm(forms.Form):
    """The disease-control centre's letter."""

    seat = forms.IntegerField(label="病例座位号", min_value=1, max_value=100)
    letter = forms.CharField(label="疾控中心公函文号", max_length=60)
    letter_on = day_field("公函日期")


class BreakForm(forms.Form):
    """A bus out of service."""

    day = day_field("自何日起停用")
    reason = forms.CharField(label="停用原因", max_length=120)
