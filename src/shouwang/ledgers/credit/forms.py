"""Forms of the ledger: they clean what was typed (元 and % into whole numbers) and say what is wrong; nothing is saved here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shouwang.kernel.errors import Refused
from shouwang.kernel.pasted import Field, as_date, read_table
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
            return ppm_of(said) if said else None
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
            self.fields[name].choices = [("", "请选择"), *choices(listed, today)]  # type: ignore[attr-defined]  # a choice field, declared above


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


class PartsForm(forms.Form):
    """A plan of instalments: equal parts by their number, or the contract's own, a line each."""

    count = forms.IntegerField(
        label="均分期数",
        min_value=1,
        max_value=36,
        required=False,
        help_text="按贷款期限均分，尾差计入最后一期；各期不等的在下面逐行填写。",
    )
    parts = forms.CharField(
        label="各期应还", required=False, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="一行一期：应还日期、应还本金（元），中间空一格，如“2020-06-20 10000”；也可从 Excel 复制两列粘贴。两项都不填的为到期一次还本。",
    )  # fmt: skip

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_parts(self) -> list[tuple[dt.date, int]]:
        """[(day, 分)]; every wrong line is named."""
        text = self.cleaned_data["parts"]
        if not text.strip():
            return []
        fields = (
            Field("due", "应还日期", required=True, limit=20, parse=lambda v: as_date(v, self.today)),
            Field("principal", "应还本金", required=True, limit=20, parse=_fen),
        )
        lines, errors = read_table("\n".join("\t".join(line.split()) for line in text.splitlines()), fields)
        if errors:
            raise forms.ValidationError([e.words for e in errors])
        return [(line.values["due"], line.values["principal"]) for line in lines]

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        data = super().clean() or self.cleaned_data
        if data.get("count") and data.get("parts"):
            self.add_error("count", "“均分期数”和“各期应还”只填一项。按各期应还登记的，请清空期数。")
        return data


def _fen(said: str) -> int:
    try:
        return fen_of(said)
    except Refused as no:
        raise ValueError(no.message) from None


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


class MoneyForm(AmountForm):
    """An amount of a day."""

    on = day_field("日期")


class FundForm(forms.Form):
    """Money into or out of the risk fund that no claim moved."""

    county = forms.ModelChoiceField(label="区（县）", queryset=Region.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label="收支类型", choices=[("paid_in", "注入"), ("interest", "孳息"), ("withdrawn", "退出")])
    amount = YuanField("金额")
    on = day_field("发生日期")
    document = forms.CharField(label="依据", max_length=120, help_text="文号或凭证；启用系统时先按“注入”登记结存。")

    def __init__(self, *args: Any, counties: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = counties  # type: ignore[attr-defined]  # a model choice field, declared above


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
