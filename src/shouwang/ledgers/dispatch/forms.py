"""Forms of dispatch: they clean input and never save."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from shouwang.kernel import figures
from shouwang.kernel.accounts.models import Office
from shouwang.kernel.clock import business_now
from shouwang.kernel.errors import Refused
from shouwang.ledgers.dispatch import recurring, wording
from shouwang.ledgers.dispatch.models import Duty, Notice, ReportRequest
from shouwang.ledgers.dispatch.models.notices import LEDGERS


class Moment(forms.SplitDateTimeField):
    """A day and an hour; the hour left out means the end of the day."""

    widget = forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(require_all_fields=False, **kwargs)
        self.fields[1].required = False
        messages = {"invalid": "日期不存在或格式不对，请按 2020-02-20 填写。"}
        self.fields[0].error_messages |= messages
        self.fields[1].error_messages |= {"invalid": "时间格式不对，请按 17:00 填写。"}

    def compress(self, data_list: Sequence[Any] | None) -> dt.datetime | None:
        """24:00 of the day where no hour was given."""
        if not data_list or not data_list[0]:
            return None
        hour = data_list[1] if len(data_list) > 1 and data_list[1] else dt.time(23, 59, 59)
        return timezone.make_aware(dt.datetime.combine(data_list[0], hour))


def moment_of(data: Mapping[str, Any], name: str) -> dt.datetime | None:
    """The moment typed into the two fields `name`_0 and `name`_1 outside a form; raises Refused in the field's words."""
    try:
        found: dt.datetime | None = Moment(required=False).clean([data.get(f"{name}_0", ""), data.get(f"{name}_1", "")])
    except forms.ValidationError as wrong:
        raise Refused("".join(wrong.messages), field=name) from wrong
    return found


def number_of(data: Mapping[str, Any]) -> int | None:
    """The number of a document as typed after the year; None where it is left to the system. Raises Refused for anything else."""
    said = str(data.get("number", "")).strip()
    if said and not (said.isdecimal() and len(said) < 6):
        raise Refused(f"文号“{said[:20]}”不是序号。请只填年份后面的数字，例如 12；留空由系统顺编。", field="number")
    return int(said) if said else None


class UploadForm(forms.Form):
    """A notice as a file, with where it came from."""

    file = forms.FileField(
        label="文件", error_messages={"required": "请选择要上传的文件。", "empty": "文件是空的（0 字节）。请检查后重新选择。"}
    )
    source = forms.ChoiceField(label="来源", choices=Notice.Source.choices, initial="own")
    secrecy = forms.ChoiceField(
        label="公开属性", choices=Notice.Secrecy.choices, initial="open", help_text="标有秘密及以上密级的文件不得上传。"
    )


class NoticeForm(forms.Form):
    """What was read of a notice's head, corrected."""

    title = forms.CharField(label="标题", max_length=200, error_messages={"required": "请填写标题。"})
    doc_number = forms.CharField(label="发文字号", max_length=60, required=False)
    issuers = forms.CharField(label="署名单位", required=False, help_text="多个单位用顿号分开。")
    recipients = forms.CharField(label="主送", max_length=500, required=False)
    signed_date = forms.DateField(label="成文日期", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.ChoiceField(label="来源", choices=Notice.Source.choices)
    secrecy = forms.ChoiceField(label="公开属性", choices=Notice.Secrecy.choices)

    def clean_issuers(self) -> list[str]:
        """The names as a list."""
        return [x.strip() for x in self.cleaned_data["issuers"].replace("，", "、").split("、") if x.strip()]


def figure_choices() -> list[tuple[str, str]]:
    """Every figure of the catalog in the words of the business day, an empty one first."""
    return [("", "不关联"), *((f.code, f"{f.name}（{f.unit}）") for f in figures.installed(business_now().date()).values())]


class DutyForm(forms.Form):
    """One duty, corrected or new."""

    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        ("任务", ("text", "clause", "kind", "by", "to")),
        ("时限", ("due_at", "due_text", "recurrence")),
        ("台账与指标", ("ledger", "figure", "target")),
    )
    text = forms.CharField(label="任务内容", widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": "请填写任务内容。"})
    clause = forms.CharField(label="条款", max_length=40, required=False)
    kind = forms.ChoiceField(label="类型", choices=Duty.Kind.choices)
    by = forms.ChoiceField(label="承担者", choices=Duty.By.choices)
    to = forms.CharField(label="报送对象", max_length=80, required=False)
    due_at = Moment(label="办理期限", required=False, help_text="不填时间即当日 24 时。")
    due_text = forms.CharField(label="期限原文", max_length=80, required=False)
    recurrence = forms.CharField(label="周期", max_length=40, required=False, help_text="例如每周五、每月5日；只办一次的留空。")
    ledger = forms.ChoiceField(label="对应台账", choices=[("", "未确定"), *LEDGERS], required=False)
    figure = forms.ChoiceField(label="关联指标", required=False, help_text="关联后进度从台账自动读取，不用填报。")
    target = forms.DecimalField(label="目标值", required=False, max_digits=14, decimal_places=2)

    def __init__(self, *args: Any, base: dt.date, kept: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.base, self.kept = base, kept  # what a recurrence is counted from; the rule that stands
        self.fields["figure"].choices = figure_choices()  # type: ignore[attr-defined]  # a ChoiceField, filled from the catalog

    def clean(self) -> dict[str, Any]:
        """A target needs its figure; a report needs its deadline."""
        data = super().clean() or {}
        try:
            data["recurrence"] = recurring.from_words(data.get("recurrence", ""), self.base, self.kept)
        except Refused as no:
            self.add_error("recurrence", no.message)
        if data.get("target") is not None and not data.get("figure"):
            self.add_error("target", "填写目标值须先选择关联指标。")
        if data.get("kind") == Duty.Kind.REPORT and not data.get("due_at") and not data.get("recurrence"):
            self.add_error("due_at", "报送任务须有期限或周期。")
        return data


class ExtensionForm(forms.Form):
    """任务延期."""

    asked_due = Moment(label="申请延至", error_messages={"required": "请填写申请延至的日期。"})
    reason = forms.CharField(
        label="延期理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "请填写延期理由。"}
    )


class RequestForm(forms.Form):
    """A report asked outside a notice."""

    sections: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        ("报送要求", ("title", "direction", "cut_off", "due_at")),
        ("内容", ("parts", "figures", "questions")),
        ("报送单位", ("recipients",)),
    )
    title = forms.CharField(label="报告标题", max_length=200, error_messages={"required": "请填写报告标题。"})
    direction = forms.ChoiceField(label="来源", choices=ReportRequest.Direction.choices)
    cut_off = Moment(label="数据截至时间", error_messages={"required": "请填写数据截至时间。"})
    due_at = Moment(label="报送期限", error_messages={"required": "请填写报送期限。"})
    parts = forms.CharField(
        label="文字部分", required=False, initial="疫情影响分析、采取的应对举措、相关建议", help_text="用顿号分开；不需要文字的留空。"
    )
    figures = forms.MultipleChoiceField(
        label="指标", required=False, widget=forms.CheckboxSelectMultiple, help_text="由系统按截至时间自动带出，下级不用填。"
    )
    questions = forms.CharField(
        label="须填报的其他事项",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一项。系统已有的数不得再向下收集。",
    )
    recipients = forms.ModelMultipleChoiceField(
        label="报送单位",
        queryset=Office.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个报送单位。"},
    )

    def __init__(self, *args: Any, offices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipients"].queryset = offices  # type: ignore[attr-defined]  # a ModelMultipleChoiceField
        self.fields["figures"].choices = figure_choices()[1:]  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean(self) -> dict[str, Any]:
        """The cut-off lies before the deadline."""
        data = super().clean() or {}
        if data.get("cut_off") and data.get("due_at") and data["cut_off"] > data["due_at"]:
            self.add_error("cut_off", "数据截至时间晚于报送期限。请改早。")
        return data

    def values(self) -> dict[str, Any]:
        """What `open_request` takes."""
        data = self.cleaned_data
        return data | {"parts": wording.parts_from_words(data["parts"]), "questions": data["questions"].splitlines()}


class StatementForm(forms.Form):
    """A number a department published on its own footing."""

    figure = forms.ChoiceField(label="指标", error_messages={"required": "请选择指标。"})
    as_of = forms.DateField(
        label="数据日期", widget=forms.DateInput(attrs={"type": "date"}), error_messages={"invalid": "日期不存在，请按 2020-02-17 填写。"}
    )
    number = forms.DecimalField(label="部门数", max_digits=16, decimal_places=2, min_value=0)
    source = forms.CharField(label="来源文件", max_length=120, help_text="文件名称和文号，例如统计快报。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figure"].choices = [("", "请选择"), *figure_choices()[1:]]  # type: ignore[attr-defined]  # a ChoiceField, filled from the catalog
