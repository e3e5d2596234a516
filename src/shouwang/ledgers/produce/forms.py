"""Forms of the ledger: they clean and say what is wrong; nothing is saved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from shouwang.kernel.regions.models import Region
from shouwang.kernel.tables import whole
from shouwang.ledgers.produce.codes import choices, entries, word
from shouwang.ledgers.produce.models import Buyer, Campaign, Demand, Supplier
from shouwang.ledgers.produce.quantity import grams_of, kilograms
from shouwang.ledgers.registry.forms import Sections, day_field
from shouwang.ledgers.registry.identity import clean_number, phone_problem

LINE = re.compile(r"0\d{2,3}-?\d{7,8}|[48]00\d{7}|9\d{4,5}")
STORY_HELP = "印在产品卡上，写“村民”“种植户”，不写姓名、电话和住址。"
WEIGHT_HELP = "写明单位：3000公斤、6000斤、3吨；系统统一折成公斤。"


class WeightField(forms.CharField):
    """A weight with its unit, as whole grams; what cannot be read is said with the remedy."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, max_length=30, **options)

    def clean(self, value: Any) -> Any:
        """Whole grams; None where left empty."""
        said = super().clean(value)
        if not said:
            return None
        try:
            return grams_of(said)
        except ValueError as remedy:
            raise forms.ValidationError(str(remedy)) from None


class FenField(forms.DecimalField):
    """元 with two places, as whole 分."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label=label, min_value=Decimal("0.01"), max_digits=12, decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        """Whole 分; None where left empty."""
        found = super().clean(value)
        return None if found is None else int(found * 100)


def _chosen(form: forms.Form, name: str, options: Iterable[tuple[str, str]]) -> None:
    form.fields[name].choices = list(options)  # type: ignore[attr-defined]  # a choice field, declared in the class


def village_choices(rows: Iterable[Region]) -> list[tuple[str, str]]:
    """Villages under their towns' names; wider places say so."""
    return [(str(r.pk), f"{r.town.name} {r.name}" if r.town and r.level == Region.VILLAGE else f"{r.name}（跨村）") for r in rows]


def _blank(form: forms.Form, name: str, options: Iterable[tuple[str, str]]) -> None:
    """A choice that must be made: nothing stands chosen."""
    _chosen(form, name, [("", "请选择"), *options])


def _only(form: forms.Form, name: str, options: Sequence[tuple[str, str]]) -> None:
    """A choice that stands chosen only where there is no other."""
    (_chosen if len(options) == 1 else _blank)(form, name, options)


class LotForm(forms.Form):
    """A backlog, on one screen of a phone: what, whose, how much, until when."""

    product = forms.ChoiceField(label="品种")
    unsold = WeightField("滞销量", help_text=WEIGHT_HELP)
    until_on = day_field("最迟可售日")
    region = forms.ChoiceField(label="所在村（社区）", help_text="跨几个村的选镇（街道）或区（县）。")
    seller_kind = forms.ChoiceField(label="主体类型")
    seller = forms.CharField(label="主体名称", max_length=60, help_text="村名、合作社或企业名；农户填“××村农户”，不写姓名。")
    asked_price = FenField("意向价（元/公斤）")
    floor_price = FenField("最低价（元/公斤）", required=False, help_text="不填同意向价。")
    cold_chain = forms.BooleanField(label="需要冷链", required=False)
    expected = WeightField("预计产量", required=False)
    harvested = WeightField("已采收、库存", required=False)
    area = forms.DecimalField(label="面积（亩）", min_value=0, max_digits=9, decimal_places=2, required=False)
    heads = forms.IntegerField(label="存栏（只、头）", min_value=0, required=False)
    from_on = day_field("上市日期", required=False, help_text="不填为今天。")
    quality = forms.CharField(label="品质、认证", max_length=80, required=False)
    spec = forms.CharField(label="规格", max_length=60, required=False)
    storage = forms.CharField(label="储存", max_length=60, required=False)
    site = forms.CharField(label="地点", max_length=80, required=False)
    national = forms.BooleanField(label="列入国家扶贫产品目录", required=False)
    local = forms.BooleanField(label="当地帮扶农产品", required=False)
    contact = forms.CharField(label="联系人", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    story = forms.CharField(
        label="产品故事", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=STORY_HELP
    )
    sections: ClassVar[Sections] = (
        ("必填", ("product", "unsold", "until_on", "region", "seller_kind", "seller", "asked_price")),
        ("价格和储运", ("floor_price", "cold_chain", "storage", "from_on")),
        ("产量和品质", ("expected", "harvested", "area", "heads", "quality", "spec", "site")),
        ("联系和产品卡", ("contact", "phone", "national", "local", "story")),
    )

    def __init__(self, *args: Any, villages: Iterable[Region], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        _blank(self, "product", choices("products", today))
        _blank(self, "seller_kind", [c for c in choices("sellers", today) if c[0] != "outside"])
        _only(self, "region", village_choices(villages))

    def clean_phone(self) -> str | None:
        """A phone number or nothing."""
        said = clean_number(self.cleaned_data["phone"])
        if said and (problem := phone_problem(said)):
            raise forms.ValidationError(problem)
        return said or None

    def said(self) -> dict[str, Any]:
        """As the action takes it."""
        data = {k: v for k, v in self.cleaned_data.items() if k != "region"}
        data["floor_price"] = data["floor_price"] or data["asked_price"]
        data["from_on"] = data["from_on"] or min(self.today, data["until_on"])
        return data


class RecountForm(forms.Form):
    """A lot counted again."""

    unsold = WeightField("滞销量", help_text=WEIGHT_HELP)
    asked_price = FenField("意向价（元/公斤）")
    floor_price = FenField("最低价（元/公斤）")
    until_on = day_field("最迟可售日")
    spec = forms.CharField(label="规格", max_length=60, required=False)
    quality = forms.CharField(label="品质、认证", max_length=80, required=False)
    story = forms.CharField(
        label="产品故事", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=STORY_HELP
    )
    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    @staticmethod
    def of(lot: Any) -> dict[str, Any]:
        """What the form starts with."""
        return {
            "unsold": f"{kilograms(lot.unsold):f}公斤", "asked_price": f"{Decimal(lot.asked_price) / 100:.2f}", "floor_price": f"{Decimal(lot.floor_price) / 100:.2f}",
            "until_on": lot.until_on, "spec": lot.spec, "quality": lot.quality, "story": lot.story,
        }  # fmt: skip


class ShareForm(forms.Form):
    """A household behind a lot."""

    code = forms.CharField(label="户编号", max_length=20)
    share = WeightField("份额", help_text=WEIGHT_HELP)


class OrderForm(forms.Form):
    """An order on a lot."""

    buyer = forms.ChoiceField(label="采购方")
    grams = WeightField("订购量", help_text=WEIGHT_HELP)
    price = FenField("单价（元/公斤）")
    campaign = forms.ChoiceField(label="活动", required=False)
    demand = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, buyers: QuerySet[Buyer], campaigns: QuerySet[Campaign], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.buyers, self.campaigns = buyers, campaigns
        selling = entries("channels", today)
        _blank(
            self, "buyer", [(str(b.pk), f"{b.name}（{word('channels', b.channel, today)}）") for b in buyers if selling[b.channel]["sells"]]
        )
        _chosen(self, "campaign", [("", "不属于活动"), *((str(c.pk), c.name) for c in campaigns)])

    def said(self, demands: QuerySet[Demand]) -> dict[str, Any]:
        """As the action takes it; `demands` are those the order may be for."""
        data = self.cleaned_data
        buyer = self.buyers.get(pk=data["buyer"])
        return {
            "buyer": buyer, "grams": data["grams"], "price": data["price"],
            "campaign": self.campaigns.filter(pk=whole(data["campaign"])).first(),
            "demand": demands.filter(pk=whole(data["demand"]), buyer=buyer).first(),
        }  # fmt: skip


class StepForm(forms.Form):
    """The next step of an order."""

    on = day_field("日期", required=False)
    grams = WeightField("实收量", required=False)
    fen = FenField("结算金额（元）", required=False)
    reason = forms.CharField(max_length=300, required=False)


class PurchaseForm(forms.Form):
    """A unit's own purchase."""

    buyer = forms.ChoiceField(label="采购单位")
    channel = forms.ChoiceField(label="渠道")
    goods = forms.CharField(label="采购内容", max_length=80)
    seller_kind = forms.ChoiceField(label="卖方类型")
    seller = forms.CharField(label="卖方", max_length=60)
    fen = FenField("金额（元）")
    on = day_field("采购日期")

    def __init__(self, *args: Any, buyers: Iterable[Buyer], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "buyer", [(str(b.pk), b.name) for b in buyers])
        _chosen(self, "channel", choices("channels", today))
        _chosen(self, "seller_kind", choices("sellers", today))


class BuyerForm(forms.Form):
    """A buyer."""

    name = forms.CharField(label="名称", max_length=80)
    channel = forms.ChoiceField(label="渠道")
    aliases = forms.CharField(label="别名", max_length=200, required=False, help_text="多个用顿号分开；同一家的不同叫法登记为别名。")
    outside = forms.BooleanField(label="在市外收货", required=False)
    cold = forms.BooleanField(label="自有冷链", required=False)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "channel", choices("channels", today))


class DemandForm(forms.Form):
    """What a buyer wants."""

    buyer = forms.ChoiceField(label="采购方")
    product = forms.ChoiceField(label="品种")
    wanted = WeightField("需求量", help_text=WEIGHT_HELP)
    price = FenField("出价（元/公斤）")
    until_on = day_field("截止日期")
    region = forms.ChoiceField(label="收货区（县）")

    def __init__(self, *args: Any, buyers: Iterable[Buyer], places: Iterable[Region], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        selling = entries("channels", today)
        _chosen(self, "buyer", [(str(b.pk), b.name) for b in buyers if selling[b.channel]["sells"]])
        _blank(self, "product", choices("products", today))
        _chosen(self, "region", [(str(r.pk), r.name) for r in places])


class CampaignForm(forms.Form):
    """A campaign."""

    name = forms.CharField(label="名称", max_length=80)
    kind = forms.ChoiceField(label="类型")
    venue = forms.CharField(label="地点（平台）", max_length=80, required=False)
    starts_on = day_field("开始日期")
    ends_on = day_field("结束日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "kind", choices("campaigns", today))


class ResultForm(forms.Form):
    """The results of a campaign."""

    sold = FenField("现场销售额（元）", required=False)
    signed = FenField("签约额（元）", required=False)
    result = forms.CharField(label="成效", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class NeedForm(forms.Form):
    """What a village needs for spring ploughing; the day comes from the crop calendar unless another is given."""

    region = forms.ChoiceField(label="村（社区）")
    crop = forms.ChoiceField(label="作物")
    item = forms.ChoiceField(label="农资")
    amount = forms.DecimalField(
        label="需求量",
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        help_text="种苗、化肥、农膜填公斤，农机填台班，用工填工日。",
    )
    needed_by = day_field("最迟到位日期", required=False, help_text="不填按作物时令：种苗、农机、用工为播种日，化肥、农膜为移栽日。")

    def __init__(self, *args: Any, villages: Iterable[Region], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        _only(self, "region", village_choices(villages))
        _blank(self, "crop", choices("crops", today))
        _blank(self, "item", choices("inputs", today))

    def clean(self) -> dict[str, Any]:
        """The day by the crop calendar."""
        data = super().clean() or self.cleaned_data
        if not data.get("needed_by") and data.get("crop") and data.get("item"):
            said = entries("crops", self.today)[data["crop"]]["sow" if data["item"] in ("seed", "machinery", "labour") else "plant"]
            data["needed_by"] = dt.date.fromisoformat(f"{self.today.year}-{said}")
        return data


class DeliveryForm(forms.Form):
    """What arrived."""

    supplier = forms.ModelChoiceField(label="供应商", queryset=Supplier.objects.none(), empty_label="请选择")
    amount = forms.DecimalField(label="到货量", min_value=Decimal("0.01"), max_digits=12, decimal_places=2)
    arrived_on = day_field("到货日期")

    def __init__(self, *args: Any, suppliers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supplier"].queryset = suppliers  # type: ignore[attr-defined]  # a model choice field, declared above


class SupplierForm(forms.Form):
    """A supplier of inputs."""

    name = forms.CharField(label="名称", max_length=80, help_text="农资店、公司、合作社、农机队的名称，不写个人姓名。")
    goods = forms.MultipleChoiceField(label="供应农资", widget=forms.CheckboxSelectMultiple)
    address = forms.CharField(label="地点", max_length=80)
    contact_line = forms.CharField(label="单位电话", max_length=20, required=False, help_text="填单位的办公、门店电话，不填个人手机。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _chosen(self, "goods", choices("inputs", today))

    def clean_contact_line(self) -> str:
        """A firm's line: no mobile number of a person."""
        said = clean_number(self.cleaned_data["contact_line"])
        if said and not LINE.fullmatch(said):
            raise forms.ValidationError(
                f"“{said[:3]}…”不是单位电话。请填写区号加号码（如 0754-87871234）或 400、95 开头的服务号；个人手机不登记。"
            )
        return said
