"""Forms of the ledger: they clean what was typed (元 and % into whole numbers) and say what is wrong; nothing is saved here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.credit.actions.subsidies import check_account
from shouwang.ledgers.credit.arithmetic.interest import BASES
from shouwang.ledgers.credit.arithmetic.money import fen_of, ppm_of
from shouwang.ledgers.credit.rules import choices
from shouwang.ledgers.impact.codes import word as impact_word
from shouwang.ledgers.impact.models import ImpactRecord
from shouwang.ledgers.registry.forms import Sections, day_field
from shouwang.ledgers.registry.models import Member


class YuanField(forms.CharField):
    """Money in 元; cleaned to whole 分."""

    def __init__(self, label: str, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=f"{label}（元）", max_length=16, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """分, None where nothing is required and given."""
        said = super().clean(value)
        try:
            return fen_of(said) if said else None
        except Refused as no:
            raise forms.ValidationError(no.message) from None


class RateField(forms.CharField):
    """A yearly rate in %; cleaned to millionths."""

    def __init__(self, label: str, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(label=f"{label}（%）", max_length=10, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """Millionths, None where nothing is required and given."""
        said = super().clean(value)
        try:
            return ppm_of(said.removesuffix("%")) if said else None
        except Refused as no:
            raise forms.ValidationError(no.message) from None


def plain_yuan(fen: int) -> str:
    """分 as a form shows them: no separators."""
    return f"{Decimal(fen) / 100:.2f}"


class CodeForm(forms.Form):
    """Which household."""

    code = forms.CharField(label="户编号", max_length=20, help_text="可在“户贷款情况”中查找，直接点该户的“登记申请”。")


class AccountMixin(forms.Form):
    """A name and number of an account."""

    account_name = forms.CharField(label="收款户名", max_length=40, required=False, help_text="按银行登记的写法（生僻字以银行为准）。")
    account = forms.CharField(label="收款账号", max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))

    def clean_account(self) -> str:
        """Digits only; never repeated in a message."""
        said = str(self.cleaned_data.get("account") or "")
        try:
            return check_account(said) if said else ""
        except Refused as no:
            raise forms.ValidationError(no.message) from None


class ApplicationForm(AccountMixin):
    """An application for a loan."""

    borrower = forms.ModelChoiceField(label="借款人", queryset=Member.objects.none(), empty_label="请选择")
    bank = forms.ChoiceField(label="贷款银行")
    amount = YuanField("申请金额")
    months = forms.IntegerField(label="期限（月）", min_value=1, max_value=60)
    purpose = forms.ChoiceField(label="贷款用途")
    purpose_note = forms.CharField(label="用途说明", max_length=120, required=False)
    self_used = forms.BooleanField(label="已核实由本户自用、自还（户借、户用、户还），不转给企业或合作社", required=False)
    sections: ClassVar[Sections] = (
        ("借款人和银行", ("borrower", "bank")),
        ("金额和用途", ("amount", "months", "purpose", "purpose_note", "self_used")),
        ("贴息收款账户", ("account_name", "account"), "先收后贴的地区须填；账号加密保存，页面只显示末四位。"),
    )

    def __init__(self, *args: Any, today: dt.date, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["borrower"].queryset = members  # type: ignore[attr-defined]  # a model choice field, declared above
        self.fields["borrower"].label_from_instance = lambda m: m.name  # type: ignore[attr-defined]  # the same
        for name, listed in (("bank", "banks"), ("purpose", "purposes")):
            self.fields[name].choices = choices(listed, today)  # type: ignore[attr-defined]  # a choice field, declared above


class ApproveForm(forms.Form):
    """The bank agrees."""

    decided_on = day_field("银行审批日期")
    amount = YuanField("银行同意的金额")


class ReleaseForm(forms.Form):
    """The bank paid out."""

    contract = forms.CharField(label="合同号（借据号）", max_length=40)
    released_on = day_field("放款日期")
    rate = RateField("年利率")
    basis = forms.TypedChoiceField(label="计息基数", choices=list(BASES.items()), coerce=int, initial=360)


class RepaymentForm(forms.Form):
    """Principal came back."""

    paid_on = day_field("还款日期")
    principal = YuanField("归还本金", help_text="只填本金；利息以银行数为准。全部还清即结清。")


class DefaultForm(forms.Form):
    """The bank reports arrears."""

    since = day_field("逾期（欠息）起始日")
    until = day_field("终止日", required=False, help_text="还在逾期的不填；补清后用同一起始日再登记一次终止日。")


class AskForm(forms.Form):
    """A longer term is asked for."""

    new_maturity = day_field("新到期日")
    impact = forms.ModelChoiceField(
        label="影响记录",
        queryset=ImpactRecord.objects.none(),
        required=False,
        empty_label="没有合适的，按下面的原因登记一条",
        help_text="延长还款期限以受影响情况为依据。",
    )
    ground = forms.CharField(label="还款困难的原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, today: dt.date, kind: str, impacts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "deferral":
            del self.fields["impact"]
            self.fields["ground"].label = "申请原因"
            return
        field: Any = self.fields["impact"]
        field.queryset = impacts
        field.label_from_instance = lambda i: f"{impact_word('causes', i.cause, today)}（{i.began_on} 起）"


class AgreeForm(forms.Form):
    """The bank agrees to a longer term."""

    decided_on = day_field("银行决定日期")
    new_rate = RateField("新年利率", required=False, help_text="利率不变的不填；只能降低。")
    contract = forms.CharField(label="新合同号", max_length=40, help_text="续贷另签合同。")
    papers_ready = forms.BooleanField(label="书面材料已齐", required=False, help_text="特殊时期可先办理、后补材料，系统按期限提醒。")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != "renewal":
            del self.fields["contract"]


class RunForm(forms.Form):
    """Which settlement is to be reckoned."""

    county = forms.ModelChoiceField(label="区（县）", queryset=Region.objects.none(), empty_label=None)
    day = day_field("结算期内任一天", help_text="按当地贴息结算期（缺省随银行季末月 20 日结息）自动取整期，须已结束。")
    channel = forms.ChoiceField(label="贴息方式")

    def __init__(self, *args: Any, today: dt.date, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a model choice field, declared above
        self.fields["channel"].choices = choices("subsidy_channel", today)  # type: ignore[attr-defined]  # a choice field, declared above


class ResultForm(forms.Form):
    """What became of a payment."""

    paid = forms.TypedChoiceField(label="发放结果", choices=[("1", "已发放"), ("0", "发放失败")], coerce=lambda v: v == "1")
    on = day_field("银行处理日期")
    amount = YuanField("银行发放金额", required=False, help_text="不填按清单金额。")
    failure = forms.ChoiceField(label="失败原因", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["failure"].choices = [("", "（发放失败时选择）"), *choices("failures", today)]  # type: ignore[attr-defined]  # a choice field


class AccountForm(AccountMixin):
    """The account put right."""

    reason = forms.CharField(label="更正依据", max_length=300, widget=forms.Textarea(attrs={"rows": 2}), help_text="如“已核对本人新存折”。")


class AmountForm(forms.Form):
    """One amount."""

    amount = YuanField("金额")


class CorrectedForm(forms.Form):
    """The bank has corrected what it paid."""

    returned = YuanField("银行更正后的发放金额")
    reason = forms.CharField(label="核对说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class NoteForm(forms.Form):
    """How a difference came about."""

    note = forms.CharField(
        label="差异原因和处理",
        max_length=300,
        min_length=4,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="保存时按现有登记重新复算。",
    )
