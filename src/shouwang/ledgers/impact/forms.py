"""Forms of the ledger: they clean and say what is wrong; nothing is saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shouwang.kernel import figures
from shouwang.kernel.clock import business_now
from shouwang.kernel.pasted import Field, read_table
from shouwang.kernel.regions.models import Region
from shouwang.ledgers.impact.codes import choices
from shouwang.ledgers.impact.level_actions import Published
from shouwang.ledgers.registry.file_forms import DAYS, pick_day
from shouwang.ledgers.registry.forms import Sections, day_field

WHOLE = Decimal("0.01")


def yuan_field(label: str, **options: Any) -> forms.DecimalField:
    """元 with at most two places, not negative; `fen` makes it 分."""
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=2, required=False, **options)


def fen(value: Decimal | None) -> int | None:
    """元 as exact 分."""
    return None if value is None else int(value.quantize(WHOLE) * 100)


class SurveyForm(forms.Form):
    """A quick survey by telephone: most of it is tapped."""

    day = forms.ChoiceField(label="排查日期", choices=DAYS, widget=forms.RadioSelect, initial="0")
    surveyed_on = day_field("其他日期", required=False)
    means = forms.ChoiceField(label="排查方式", widget=forms.RadioSelect, initial="phone")
    causes = forms.MultipleChoiceField(
        label="受到哪些影响", required=False, widget=forms.CheckboxSelectMultiple, help_text="一项都不勾，登记为“未受影响”。"
    )
    expected = yuan_field("原预计每月收入（元）")
    now = yuan_field("现在每月收入（元）", help_text="两项都填时记入“收入下降”，损失为两数之差。")
    recovery_on = day_field("预计恢复日期", required=False)
    note = forms.CharField(label="情况说明", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    sections: ClassVar[Sections] = (
        ("何时、何种方式", ("day", "surveyed_on", "means")),
        ("影响情况", ("causes", "expected", "now", "recovery_on", "note"), "已由就业、产销、信贷等台账写入的影响不用再勾。"),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["means"].choices = choices("survey_means", today)  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["causes"].choices = choices("causes", today)  # type: ignore[attr-defined]  # the same

    def clean(self) -> dict[str, Any]:
        """The day put together; both amounts or neither."""
        data = super().clean() or self.cleaned_data
        data["surveyed_on"] = pick_day(data, "surveyed_on", self.today)
        if data["surveyed_on"] is None and "surveyed_on" not in self.errors:
            self.add_error("surveyed_on", "选了“其他日期”，请填写排查的日期。")
        if (data.get("expected") is None) != (data.get("now") is None):
            self.add_error("now", "原预计和现在的收入须同时填写，才能算出减少多少。")
        return data

    def said(self) -> dict[str, Any]:
        """As the action takes it: amounts in 分."""
        kept = {k: self.cleaned_data[k] for k in ("surveyed_on", "means", "causes", "recovery_on", "note")}
        return kept | {k: fen(self.cleaned_data[k]) for k in ("expected", "now")}


OTHERS = (
    Field("name", "县级单元", ("名称", "区县"), required=True, limit=60),
    Field("code", "代码", ("区划代码",), required=True, limit=12),
    Field("level", "风险等级", ("等级",), required=True, limit=6),
)


class LevelsForm(forms.Form):
    """A published list: a drop-down for each county of ours, and lines for units elsewhere where the person may enter them."""

    document = forms.CharField(label="公布文件", max_length=200, help_text="发文单位、文件名或通告标题。")
    published_on = day_field("公布日期")
    from_on = day_field("起始日期", help_text="自哪一天起执行；同一单元同一天重新登记视为更正。")
    others = forms.CharField(
        label="外市的县级单元", required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="从 Excel 复制三列粘贴：县级单元、代码（六位）、风险等级。返岗目的地在外省的在此登记；东莞、中山填市名和市代码。",
    )  # fmt: skip

    def __init__(self, *args: Any, units: list[Region], elsewhere: bool, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.units = today, units
        if not elsewhere:
            del self.fields["others"]
        self.words = {v: k for k, v in choices("levels", today)}
        for unit in units:
            options = [("", "本次未公布"), *choices("levels", today)]
            self.fields[f"unit_{unit.pk}"] = forms.ChoiceField(label=unit.name, choices=options, required=False)
        names = tuple(f"unit_{u.pk}" for u in units)
        self.sections: Sections = (
            ("公布文件", ("document", "published_on", "from_on")),
            *((("本市各区（县）" if n == 0 else ""), names[n : n + 7]) for n in range(0, len(names), 7)),
            *([("外市", ("others",))] if elsewhere else []),
        )

    def clean_others(self) -> list[Published]:
        """Lines of units elsewhere; every wrong one is named."""
        text = self.cleaned_data["others"]
        if not text.strip():
            return []
        lines, errors = read_table(text, OTHERS)
        out, wrong = [], [e.words for e in errors]
        for line in lines:
            name, code, level = (str(line.values[k] or "") for k in ("name", "code", "level"))
            known = self.words.get(level) or self.words.get(f"{level}风险")
            if known is None:
                wrong.append(f"第 {line.row} 行“风险等级”的值“{level}”：应为{'、'.join(self.words)}。")
            elif not (code.isdecimal() and len(code) in (6, 12)):
                wrong.append(f"第 {line.row} 行“代码”的值“{code}”：应为六位县级（或地级市）区划代码。")
            else:
                out.append(Published(code[:6], name, known))
        if wrong:
            raise forms.ValidationError(wrong)
        return out

    def published(self) -> list[Published]:
        """All units of the list."""
        ours = [(u, self.cleaned_data.get(f"unit_{u.pk}")) for u in self.units]
        return [Published(u.code[:6], u.name, str(level)) for u, level in ours if level] + list(self.cleaned_data.get("others", []))


class CasesForm(forms.Form):
    """A county's counts for a day."""

    county = forms.ChoiceField(label="区（县）")
    day = day_field("通报日期")
    fresh = forms.IntegerField(label="新增确诊（例）", min_value=0, max_value=1_000_000)
    total = forms.IntegerField(label="累计确诊（例）", min_value=0, max_value=1_000_000)
    cluster = forms.BooleanField(label="14 天内有聚集性疫情", required=False)
    document = forms.CharField(label="来源", max_length=200)

    def __init__(self, *args: Any, units: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [(str(u.pk), u.name) for u in units]  # type: ignore[attr-defined]  # a choice field, declared above


class ShockForm(forms.Form):
    """A shock at the person's place."""

    name = forms.CharField(label="名称", max_length=60)
    code = forms.SlugField(label="代码", max_length=30, help_text="字母、数字和短横，如 epidemic-2020。")
    kind = forms.ChoiceField(label="类别")
    region = forms.ChoiceField(label="范围")
    starts_on = day_field("开始日期")
    baseline_on = day_field("基准日", help_text="变化从这一天算起，一般为通知印发或事件发生前的最后一次统计日。")
    document = forms.CharField(label="依据文件", max_length=200)

    def __init__(self, *args: Any, places: list[Region], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices("shock_kinds", today)  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["region"].choices = [(str(r.pk), r.name) for r in places]  # type: ignore[attr-defined]  # the same


class BaseForm(forms.Form):
    """A number of the year before."""

    figure = forms.ChoiceField(label="指标")
    region = forms.ChoiceField(label="区划")
    year = forms.IntegerField(label="年份", min_value=2014, max_value=2100)
    number = forms.DecimalField(label="数值", min_value=0, max_digits=14, decimal_places=2, help_text="按指标的单位填写，金额填元。")
    document = forms.CharField(label="来源", max_length=200)

    def __init__(self, *args: Any, places: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [f for f in figures.installed(business_now().date()).values() if not f.denominator]
        self.fields["figure"].choices = [(f.code, f"{f.name}（{f.unit}）") for f in chosen]  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["region"].choices = [(str(r.pk), r.name) for r in places]  # type: ignore[attr-defined]  # the same

    def clean(self) -> dict[str, Any]:
        """The number in the figure's exact unit."""
        data = super().clean() or self.cleaned_data
        figure, number = figures.installed().get(data.get("figure", "")), data.get("number")
        if figure is not None and number is not None:
            exact = number * figure.scale
            if exact != int(exact):
                self.add_error("number", f"{figure.name}的单位是{figure.unit}，应填整数，填写的是 {number}。")
            data["amount"] = int(exact)
        return data
