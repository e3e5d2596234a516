"""Forms of departments' data. They clean; nothing is saved."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from shouwang.engine.feeds import Feed
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.accounts.queries import offices_in_force
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.exchange.letters import AUDIENCES
from shouwang.ledgers.exchange.models import FeedAgreement
from shouwang.ledgers.registry.forms import day_field

PERIODS_BACK = 24


class AgreementForm(forms.Form):
    """Which feed, from which office, in which way."""

    feed = forms.ChoiceField(label="数据")
    office = forms.ModelChoiceField(Office.objects.none(), label="提供部门", empty_label="请选择")
    way = forms.ChoiceField(label="取得方式", choices=FeedAgreement.Way.choices, widget=forms.RadioSelect, initial="file")
    note_said = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, unused: list[Feed], region: Region, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feed"].choices = [(f.code, f.name) for f in unused]  # type: ignore[attr-defined]  # a choice field, declared above
        own = offices_in_force(today).filter(region=region, kind__in=(Office.Kind.DEPARTMENT, Office.Kind.LEAD)).order_by("kind", "rank")
        self.fields["office"].queryset = own  # type: ignore[attr-defined]  # a choice field, declared above


class SendForm(forms.Form):
    """Which period; the file is read beside the form."""

    period = forms.ChoiceField(label="报送期")
    nothing = forms.BooleanField(label="本期无数据（零报告）", required=False)

    def __init__(self, *args: Any, feed: Feed, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The period that is running may be sent too; one not over yet is rare, an older one is a late file.
        at, listed = feed.last_period(today), []
        for _ in range(PERIODS_BACK):
            if feed.kept_until(at) > today:
                listed.append(at)
            at = feed.previous(at)
        self.fields["period"].choices = [(f"{p:%Y-%m}", _named(feed, p)) for p in listed]  # type: ignore[attr-defined]  # as above

    def clean_period(self) -> dt.date:
        """The first day of the month chosen."""
        return dt.date.fromisoformat(f"{self.cleaned_data['period']}-01")


def _named(feed: Feed, period: dt.date) -> str:
    return f"{period.year} 年第 {period.month // 3} 季度" if feed.period == "quarter" else f"{period.year} 年 {period.month} 月"


class LetterForm(forms.Form):
    """What for, about whom, by when."""

    purpose = forms.CharField(label="比对用途", max_length=200, min_length=4, initial="做好防止返贫动态监测工作")
    audience = forms.ChoiceField(label="名单范围", choices=list(AUDIENCES.items()), widget=forms.RadioSelect, initial="registered")
    answer_by = day_field("反馈期限")
    destroy_by = day_field("名单销毁期限")
