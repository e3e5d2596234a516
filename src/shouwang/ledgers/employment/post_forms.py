"""Forms of employers, posts and places that go first."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms

from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import restart
from shouwang.ledgers.employment.codes import choices
from shouwang.ledgers.employment.forms import PLACE_HELP, CodedForm, Sections, day_field, yuan, yuan_field
from shouwang.ledgers.employment.models import Employer, Post
from shouwang.ledgers.employment.policies import ARRANGE


def places(scope: Scope, lowest: int, highest: int = 2) -> list[tuple[str, str]]:
    """Regions of the levels at which the permission to arrange is held, as form choices."""
    found = Region.objects.filter(scope.q(ARRANGE), level__gte=highest, level__lte=lowest).order_by("level", "rank", "code")
    return [(str(r.pk), r.name) for r in found]


class EmployerForm(CodedForm):
    """An employer."""

    name = forms.CharField(label="单位名称", max_length=80)
    kind = forms.ChoiceField(label="类别")
    credit_code = forms.RegexField(
        r"^[0-9A-HJ-NPQRTUWXY]{18}$", label="统一社会信用代码", required=False, error_messages={"invalid": "统一社会信用代码应为 18 位数字和大写字母。请核对，或先不填。"}
    )  # fmt: skip
    address = forms.CharField(label="地址", max_length=120, required=False)
    contact = forms.CharField(label="联系人", max_length=40)
    contact_line = forms.CharField(label="招工电话", max_length=40, help_text="单位公开的招工电话。")
    region = forms.ChoiceField(label="登记所在区划")
    lists = {"kind": ("employer_kind", "请选择")}

    def __init__(self, *args: Any, scope: Scope, today: dt.date, employer: Employer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        region: Any = self.fields["region"]
        region.choices = places(scope, Region.TOWN)
        if employer is not None:
            del self.fields["region"]
            self.initial.update({name: getattr(employer, name) for name in self.fields})


class PostForm(CodedForm):
    """A post; where the work is not elsewhere it is where the employer is registered."""

    title = forms.CharField(label="岗位名称", max_length=60)
    kind = forms.ChoiceField(label="岗位来源")
    industry = forms.ChoiceField(label="行业")
    places = forms.IntegerField(label="招聘人数", min_value=1, max_value=100_000)
    wage = yuan_field("月工资")
    start_on = day_field("上岗日期")
    close_on = day_field("招聘截止", required=False)
    place = forms.CharField(label="工作地", max_length=60, required=False, help_text=f"在单位登记地工作的不填。{PLACE_HELP}")
    restart_approval = forms.CharField(label="复工批准文件", max_length=80, required=False)
    board = forms.BooleanField(label="提供住宿", required=False)
    at_home = forms.BooleanField(label="可居家完成", required=False)
    hours = forms.IntegerField(label="每日工时", min_value=1, max_value=12, initial=8)
    effort = forms.TypedChoiceField(label="劳动强度", coerce=int, initial=2)
    conditions = forms.MultipleChoiceField(label="作业条件", required=False, widget=forms.CheckboxSelectMultiple)
    skill = forms.ChoiceField(label="技能要求", required=False)
    age_min = forms.IntegerField(label="年龄下限", min_value=16, max_value=80, initial=16)
    age_max = forms.IntegerField(label="年龄上限", min_value=16, max_value=80, required=False)
    sex = forms.ChoiceField(label="性别要求", choices=(("", "不限"), ("male", "男"), ("female", "女")), required=False)
    sex_ground = forms.ChoiceField(label="限定性别的法定理由", required=False)
    poor_only = forms.BooleanField(label="只招贫困劳动力", required=False)
    lists = {
        "kind": ("employer_kind", "请选择"),
        "industry": ("industry", "请选择"),
        "effort": ("effort", None),
        "conditions": ("work_conditions", None),
        "skill": ("skill", "不限"),
        "sex_ground": ("sex_ground", "无"),
    }
    money = ("wage",)
    sections: ClassVar[Sections] = (
        ("岗位", ("title", "kind", "industry", "places", "wage", "start_on", "close_on")),
        ("地点和条件", ("place", "restart_approval", "board", "at_home", "hours", "effort", "conditions")),
        (
            "要求",
            ("skill", "age_min", "age_max", "sex", "sex_ground", "poor_only"),
            "没有法定理由的，不得限定性别（就业促进法第二十七条）。",
        ),
    )

    def __init__(self, *args: Any, today: dt.date, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.initial.setdefault("kind", post.employer.kind)
        self.fields["restart_approval"].help_text = restart_help(post, today)
        if post.pk:
            names = [n for n in self.fields if n not in ("place", "conditions", "wage")]
            self.initial.update({name: getattr(post, name) for name in names})
            self.initial.update(
                {"place": post.place_name + post.place_detail, "wage": yuan(post.wage), "conditions": post.conditions.split(",")}
            )

    def said(self) -> dict[str, Any]:
        """As the action takes it: conditions joined."""
        return super().said() | {"conditions": ",".join(self.cleaned_data["conditions"])}


def restart_help(post: Post, today: dt.date) -> str:
    """When the document is needed, and what is said of the workplace as it stands."""
    said = restart.barrier(post, today) or restart.condition(post, today)
    return (
        f"工作地没有公布风险等级、复工须经当地批准的填写。现工作地：{said}" if said else "工作地没有公布风险等级、复工须经当地批准的填写。"
    )


class PriorityForm(forms.Form):
    """A town or village that goes first."""

    region = forms.ChoiceField(label="镇（街道）或村（社区）")
    document = forms.CharField(label="依据文件", max_length=120)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = [("", "请选择"), *places(scope, Region.VILLAGE, Region.TOWN)]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class PlanForm(forms.Form):
    """Whose workers are matched."""

    region = forms.ChoiceField(label="参加匹配的劳动力所在区划")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        region: Any = self.fields["region"]
        region.choices = places(scope, Region.TOWN)


def decline_choices(today: dt.date) -> list[tuple[str, str]]:
    """Why somebody does not want a post."""
    return choices("decline_reason", today)
