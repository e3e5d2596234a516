"""Forms of the procedure: check, review by the people, posting, determination, measures, follow-ups. They clean; nothing is saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shouwang.ledgers.impact.queries import Allowed
from shouwang.ledgers.monitoring.actions.checks import Judgement, statement_for
from shouwang.ledgers.monitoring.actions.county import Resolution
from shouwang.ledgers.monitoring.actions.village import Meeting
from shouwang.ledgers.monitoring.forms import DayForm
from shouwang.ledgers.monitoring.models import MonitoringCase
from shouwang.ledgers.monitoring.models.care import FINDINGS
from shouwang.ledgers.monitoring.models.procedure import CONCLUSIONS
from shouwang.ledgers.monitoring.rules import rule, words
from shouwang.ledgers.registry.act_forms import AMOUNTS
from shouwang.ledgers.registry.codes import choices, in_words
from shouwang.ledgers.registry.codes import rule as code_rule
from shouwang.ledgers.registry.file_forms import area
from shouwang.ledgers.registry.forms import Sections, day_field
from shouwang.ledgers.registry.income import TRANSFER_FIELDS
from shouwang.ledgers.registry.models import IncomeStatement, label_of
from shouwang.ledgers.registry.visits import visit_word

FILES = "PDF 或照片，20 MB 以内"


def listed(name: str, on: dt.date) -> list[tuple[str, str]]:
    """A code list of the monitoring book as form choices."""
    return list(words(name, on).items())


class CheckForm(DayForm):
    """The check: income by its parts is carried over from the household's file and only changed where it differs."""

    means = forms.ChoiceField(label="核实方式", widget=forms.RadioSelect)
    persons = forms.IntegerField(label="共同生活人数", min_value=1, max_value=30)
    problems = forms.CharField(label="存在的问题（核实到的情况）", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    coping = forms.ChoiceField(label="家庭应对能力", widget=forms.RadioSelect)
    conclusion = forms.ChoiceField(label="结论", choices=CONCLUSIONS, widget=forms.RadioSelect)
    category = forms.ChoiceField(label="监测对象类别", widget=forms.RadioSelect, required=False)
    manner = forms.ChoiceField(label="消除方式", widget=forms.RadioSelect, required=False)
    risks = forms.MultipleChoiceField(label="返贫致贫风险（最多 5 项）", widget=forms.CheckboxSelectMultiple, required=False)
    reason_code = forms.ChoiceField(label="不纳入原因（结论为不纳入时必选）", required=False)
    reasons = forms.CharField(label="综合研判理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    authorisation = forms.FileField(label="授权承诺书（农户签字）", required=False, help_text=f"{FILES}；已上传过的不必重复。")
    sections: ClassVar[Sections] = (
        ("何时、何种方式", ("day", "other_day", "means", "authorisation")),
        (
            "家庭收入",
            ("persons", "wage", "business", "business_expense", "property_dividend", "property_other"),
            "单位：元，按整个周期合计填写。",
        ),
        ("转移性收入", TRANSFER_FIELDS),
        ("医疗等刚性支出", ("out_of_pocket", "claims_paid")),
        ("问题和应对能力", ("problems", "coping", "risks")),
        (
            "综合研判",
            ("conclusion", "category", "manner", "reason_code", "reasons"),
            "收入不能单独作为依据：须结合自付支出、存在问题和应对能力。",
        ),
    )

    def __init__(self, *args: Any, case: MonitoringCase, allowed: Allowed, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.case = case
        self._choices("means", [(m, visit_word("visit_means", m, today)) for m in allowed.visit_means])
        self._choices("coping", listed("coping", today))
        self._choices("risks", choices("risk", on=today))
        self._choices("reason_code", [("", "（不选）"), *listed("reject_reason", today)])
        self.fields["means"].initial = allowed.visit_means[0]
        self.fields["risks"].initial = list(case.risk_codes)
        self._incomes(today)
        if case.purpose == "include":
            registered = case.household.registration == "exited"
            known = dict(choices("monitoring_standing", on=today))
            usual = "unstable" if registered else "borderline"
            self._choices("category", [(c, known[c]) for c in (usual, "sudden") if c in known])
            self.fields["category"].initial = usual
            self.fields["category"].label = in_words("监测对象类别", today)
        else:
            del self.fields["category"], self.fields["risks"]
        if case.purpose == "clear":
            self._choices("manner", listed("clear_manner", today))
        else:
            del self.fields["manner"]

    def _choices(self, name: str, found: list[tuple[str, str]]) -> None:
        self.fields[name].choices = found  # type: ignore[attr-defined]  # choice fields, declared above

    def _incomes(self, today: dt.date) -> None:
        known = statement_for(self.case.household, today)
        most = Decimal(code_rule("income_limit_per_item", on=today).value)
        for name in AMOUNTS:
            field = forms.DecimalField(label=label_of(IncomeStatement, name), min_value=0, max_value=most, max_digits=12, decimal_places=2)
            field.initial = Decimal(getattr(known, name)) / 100 if known else Decimal(0)
            self.fields[name] = field
        living = self.case.household.members.filter(left_on=None).count()
        self.fields["persons"].initial = known.persons if known else living or None

    def amounts(self) -> dict[str, int]:
        """Amounts in 分 by field."""
        return {name: int(self.cleaned_data[name] * 100) for name in AMOUNTS}

    def judgement(self) -> Judgement:
        """The conclusion as the action takes it."""
        said = self.cleaned_data
        going = said["conclusion"] == "include"
        return Judgement(
            checked_on=said["on"],
            means=said["means"],
            conclusion=said["conclusion"],
            problems=said["problems"],
            coping=said["coping"],
            reasons=said["reasons"],
            risks=tuple(said.get("risks", ())) if going else (),
            category=said.get("category", "") if going else "",
            reason_code=said["reason_code"],
            manner=said.get("manner", ""),
        )


class AppraisalForm(DayForm):
    """The minutes of one review by the people; the votes of each case stand beside its name on the page."""

    means = forms.ChoiceField(label="评议方式", widget=forms.RadioSelect)
    expected = forms.IntegerField(label="应到人数", min_value=1, max_value=500, help_text="回避人员不计入。")
    present = forms.IntegerField(label="实到（参加表决）人数", min_value=1, max_value=500)
    recused = forms.CharField(
        label="回避人员", max_length=200, required=False, help_text="评议对象的近亲属须回避，写明姓名和关系；没有的不填。"
    )
    minutes = forms.CharField(label="评议记录", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    paper = forms.FileField(label="签字记录（照片或扫描件）", required=False, help_text=FILES)
    sections: ClassVar[Sections] = (
        ("评议会", ("day", "other_day", "means", "expected", "present", "recused")),
        ("记录", ("minutes", "paper")),
    )

    def __init__(self, *args: Any, gatherings: bool, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        known = words("appraisal_mean_words", today)
        ways = rule("appraisal_means", on=today).value["yes" if gatherings else "no"]
        self.fields["means"].choices = [(w, known[w]) for w in ways]  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["means"].initial = ways[0]

    def meeting(self) -> Meeting:
        """The minutes as the action takes them."""
        said = self.cleaned_data
        return Meeting(said["on"], said["means"], said["expected"], said["present"], said["minutes"], said["recused"])


class PostForm(DayForm):
    """A sheet on the wall."""

    where = forms.CharField(label="张贴地点", max_length=100, initial="村务公开栏")
    sections: ClassVar[Sections] = (("公示", ("day", "other_day", "where")),)


class BatchForm(forms.Form):
    """A batch's name."""

    number = forms.CharField(label="批次名称", max_length=40)


class ResolutionForm(forms.Form):
    """What the meeting decided on."""

    compared_on = day_field("比对日期")
    comparison = forms.CharField(label="比对结果", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    meeting_on = day_field("会议日期")
    document = forms.CharField(label="批复文号", max_length=120)

    def resolution(self) -> Resolution:
        """As the action takes it."""
        said = self.cleaned_data
        return Resolution(said["comparison"], said["compared_on"], said["meeting_on"], said["document"])


class StartForm(forms.Form):
    """Why a case is opened without a lead."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class SettleForm(forms.Form):
    """Who is responsible from now on."""

    officer = forms.CharField(label="监测责任人（镇、村干部）", max_length=40)
    helper = forms.CharField(label="帮扶责任人", max_length=40, required=False, help_text="该户已有帮扶责任人的可不填。")


class MeasureForm(DayForm):
    """One measure."""

    kind = forms.ChoiceField(label="措施类别", widget=forms.RadioSelect)
    risk = forms.ChoiceField(label="针对的风险", required=False)
    content = forms.CharField(label="具体措施", max_length=200)
    provider = forms.CharField(label="责任单位（人）", max_length=60, required=False)
    sections: ClassVar[Sections] = (("措施", ("kind", "risk", "content", "provider")), ("从哪天开始", ("day", "other_day")))

    def __init__(self, *args: Any, risks: list[tuple[str, str]], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["kind"].choices = listed("measure", today)  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["risk"].choices = [("", "（不针对单项风险）"), *risks]  # type: ignore[attr-defined]  # the same


class FollowUpForm(DayForm):
    """A follow-up, tapped on a phone."""

    means = forms.ChoiceField(label="回访方式", widget=forms.RadioSelect)
    finding = forms.ChoiceField(label="风险变化", choices=FINDINGS, widget=forms.RadioSelect, initial="same")
    said = forms.CharField(label="回访情况", max_length=300)
    sections: ClassVar[Sections] = (("何时、何种方式", ("day", "other_day", "means")), ("情况", ("finding", "said")))

    def __init__(self, *args: Any, allowed: Allowed, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["means"].choices = [(m, visit_word("visit_means", m, today)) for m in allowed.visit_means]  # type: ignore[attr-defined]  # a choice field, declared above
        self.fields["means"].initial = allowed.visit_means[0]
        self.fields["said"].widget = area(3, rule("follow_up_phrases", on=today).value)
