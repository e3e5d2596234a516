"""Forms of splits, merges, transfers and moves: one part for each member, then the basis. They clean; nothing is saved here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import Q

from shouwang.kernel.regions.models import Region
from shouwang.ledgers.registry.codes import choices, word
from shouwang.ledgers.registry.forms import day_field
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.reshape_checks import Basis

STAY, GO, DUPLICATE = "stay", "go", "duplicate"
BASIS_PART = ("依据", ("effective", "document", "reason"), "生效日期、依据文件将写入户变动记录，两户档案都能查到。")
Way = Sequence[tuple[str, str]]


class OtherForm(forms.Form):
    """Which other household."""

    other = forms.CharField(label="另一户的户编号", max_length=20, help_text="在户档案列表或户档案页姓名下方可以看到户编号。")

    def clean_other(self) -> str:
        """Without spaces."""
        return str(self.cleaned_data["other"]).strip()


class BasisForm(forms.Form):
    """The day, the document, the reason."""

    effective = day_field("生效日期")
    document = forms.CharField(label="依据文件", max_length=120, help_text="文号、户口簿变更日期、分户协议等，例如：汕阳扶组〔2020〕3号。")
    reason = forms.CharField(label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    sections: tuple[tuple[Any, ...], ...] = (BASIS_PART,)

    def __init__(self, data: Any = None, *, today: dt.date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"effective": today, **(initial or {})})
        self.today = today

    def basis(self) -> Basis:
        """As the actions take it; after `is_valid`."""
        said = self.cleaned_data
        return Basis(said["effective"], said["document"], said["reason"])


class FamilyForm(BasisForm):
    """One part for each member: where they go (`ways`) and their relation to the head of the household they will be in."""

    def add_members(self, members: Iterable[Member], ways: Way, *, prefix: str = "") -> None:
        """Add the parts of the members of one household; without ways only the relation is asked."""
        parts = []
        for m in members:
            names = [f"relation_{m.pk}"]
            if ways:
                self.fields[f"way_{m.pk}"] = forms.ChoiceField(label="去向", choices=ways, initial=ways[0][0])
                names.insert(0, f"way_{m.pk}")
            self.fields[names[-1]] = forms.ChoiceField(
                label="与户主关系", choices=choices("relation", on=self.today), initial=m.relation if not prefix or not ways else "other"
            )
            about = f"{word('relation', m.relation, on=self.today)}，{word('sex', m.sex, on=self.today)}，{m.age(self.today)} 岁"
            parts.append((f"{prefix}{m.name}（{about}）", tuple(names)))
        self.sections = (*parts, *self.sections)

    def going(self, way: str) -> dict[int, str]:
        """{member id: relation} of those who go that way."""
        ids = [int(n.removeprefix("way_")) for n in self.fields if n.startswith("way_") and self.cleaned_data[n] == way]
        return {pk: self.cleaned_data[f"relation_{pk}"] for pk in ids}

    def everyone(self) -> dict[int, str]:
        """{member id: relation} of all."""
        return {int(n.removeprefix("relation_")): v for n, v in self.cleaned_data.items() if n.startswith("relation_")}


class SplitForm(FamilyForm):
    """分户."""

    hamlet = forms.CharField(label="新户村民小组", max_length=40, required=False, help_text="不填则与原户相同。")
    address = forms.CharField(label="新户住址", max_length=120, required=False, help_text="不填则与原户相同。")
    inherit = forms.BooleanField(label="新户沿用原户的建档立卡、监测状态", required=False, initial=True)
    helpers = forms.BooleanField(label="新户沿用原户的帮扶责任人", required=False, initial=True)
    sections = (
        (
            "新户",
            ("hamlet", "address", "inherit", "helpers"),
            "新户编号按所在村顺编；收入留在原户，新户另行核算。不沿用状态的由区（县）办理。",
        ),
        BASIS_PART,
    )

    def __init__(self, data: Any = None, *, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.add_members(members, ((STAY, "留在原户"), (GO, "分到新户")))


class MergeForm(FamilyForm):
    """并户."""

    inherit = forms.BooleanField(label="现户沿用被并入户的建档立卡、监测状态（现户没有的）", required=False)
    sections = (
        (
            "项目状态",
            ("inherit",),
            "被并入户的项目状态和结对帮扶到生效日期为止，现户的不变。两户状态不同的，由区（县）依据审定文件办理。",
        ),
        BASIS_PART,
    )

    def __init__(self, data: Any = None, *, here: Sequence[Member], there: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.add_members(there, (), prefix="现户 ")
        self.add_members(here, ((GO, "并入现户"), (DUPLICATE, "重复登记，注销")), prefix="并入 ")

    def staying_or_going(self) -> dict[int, str]:
        """Everyone who will be in the merged household."""
        twice = self.going(DUPLICATE)
        return {pk: relation for pk, relation in self.everyone().items() if pk not in twice}


class TransferForm(FamilyForm):
    """成员转户."""

    def __init__(self, data: Any = None, *, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.add_members(members, ((STAY, "留在原户"), (GO, "转入另一户")))


class MoveForm(BasisForm):
    """迁移."""

    region = forms.ChoiceField(label="迁入的村（社区）")
    hamlet = forms.CharField(label="迁入村民小组", max_length=40, required=False)
    address = forms.CharField(label="迁入住址", max_length=120, required=False)
    sections = (("迁往", ("region", "hamlet", "address"), "迁往您管辖范围以外的，提交后由迁入地接收，接收后生效。户编号不变。"), BASIS_PART)

    def __init__(self, data: Any = None, *, household: Household, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; for the types
        field.choices = [("", "请选择"), *villages_by_town(household, self.today)]

    def clean_region(self) -> Region:
        """The village itself."""
        return Region.objects.get(pk=self.cleaned_data["region"])


def villages_by_town(household: Household, today: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages of the city in force, under their town, those of the household's own district first; its own village is left out."""
    in_force = Q(year_to=None) | Q(year_to__gte=today.year)
    rows = Region.objects.filter(in_force, city=household.city_id, level=Region.VILLAGE, year_from__lte=today.year)
    groups: dict[str, list[tuple[str, str]]] = {}
    found = rows.exclude(pk=household.region_id).select_related("county", "town").order_by("code")
    for village in sorted(found, key=lambda v: (v.county_id != household.county_id, v.town_id != household.town_id, v.code)):
        groups.setdefault(f"{village.county} {village.town}", []).append((str(village.pk), village.name))
    return list(groups.items())


class DecisionForm(forms.Form):
    """The reason of a step on a change, or of a decision about a pair."""

    reason = forms.CharField(label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
