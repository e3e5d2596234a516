"""Forms of the administration pages: they clean what was typed and save nothing."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from shouwang.kernel.accounts.forms import DATE
from shouwang.kernel.accounts.models import Office, User, normal_username
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.administration.queries import offices_within, regions_within
from shouwang.kernel.privacy import Group
from shouwang.kernel.regions.scope import Scope


class NamedField(forms.CharField):
    """An office or region typed as code or name and found inside `rows`: a drop-down of 1,100 villages helps nobody."""

    rows: QuerySet[Any]
    what = "机构"

    def clean(self, value: Any) -> Any:
        """The record, or None where nothing was typed."""
        typed = super().clean(value).strip()
        if not typed:
            return None
        names = Q(code=typed) | Q(name=typed)
        names |= Q(code=typed.ljust(12, "0")) if self.what == "区划" else Q(short_name=typed)
        found = list(self.rows.filter(names)[:2])
        if not found:
            raise ValidationError(f"您的管理范围内没有{self.what}“{typed}”。请填写完整的代码或名称。")
        if len(found) > 1:
            raise ValidationError(f"有多个{self.what}叫“{typed}”。请改填代码。")
        return found[0]

    def prepare_value(self, value: Any) -> Any:
        """The code of the record that the field starts with."""
        return value.code if isinstance(value, Model) else value  # type: ignore[attr-defined]  # offices and regions have codes


class RegionField(NamedField):
    """A region typed as code or name."""

    what = "区划"


class UserNameField(forms.RegexField):
    """A user name as it is stored."""

    def to_python(self, value: Any) -> str:
        """The name, however it was typed."""
        return normal_username(super().to_python(value))


class OfficeForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """An office; its region is fixed when it is made."""

    region = RegionField(label="所在区划", help_text="填区划代码或名称，决定机构的层级。")
    parent = NamedField(label="上级机构", required=False, help_text="填机构代码或名称。")
    successor = NamedField(label="后继机构", required=False, help_text="机构改革后承接职责的机构，填代码或名称。")
    aliases = forms.CharField(label="别名", required=False, max_length=200, help_text="来文中的其他写法，用顿号隔开。")
    sections = (
        ("基本情况", ("code", "name", "short_name", "kind", "region", "parent", "aliases")),
        ("存续", ("valid_from", "valid_to", "successor", "rank"), "撤销日期当天起机构不再存在。"),
        ("公文", ("doc_prefix", "red_head", "signature", "contact_line")),
    )

    class Meta:
        model = Office
        fields = [
            *("code", "name", "short_name", "kind", "parent", "doc_prefix", "red_head", "signature", "contact_line", "aliases"),
            *("valid_from", "valid_to", "successor", "rank"),
        ]
        widgets = {"valid_from": DATE, "valid_to": DATE}

    def __init__(self, *args: Any, scope: Scope, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = offices_within(scope, permission)
        if self.instance.pk:
            del self.fields["region"], self.fields["code"]
            self.initial["aliases"] = "、".join(self.instance.aliases)
            self.initial["parent"], self.initial["successor"] = self.instance.parent, self.instance.successor
            if self.instance.parent:
                within = within | Office.objects.filter(pk=self.instance.parent.pk).select_related("region", "parent")
        else:
            self.fields["region"].rows = regions_within(scope, permission)  # type: ignore[attr-defined]  # the field declared above
        for name in ("parent", "successor"):
            self.fields[name].rows = within  # type: ignore[attr-defined]  # the same

    def clean_aliases(self) -> list[str]:
        """The names without blanks."""
        return [a for a in re.split(r"[、,，;；\s]+", self.cleaned_data["aliases"]) if a]


class UserForm(forms.ModelForm):  # type: ignore[type-arg]  # the same
    """An account; the user name is fixed when it is made."""

    username = UserNameField(
        r"^[a-z0-9][a-z0-9_.\-]{2,29}$", label="用户名", help_text="3 到 30 位小写字母、数字、点、横线，建成后不能改。",
        error_messages={"invalid": "用户名只能用小写字母、数字、点、横线，长度 3 到 30 位。例如：cy.zhang"},
    )  # fmt: skip
    office = NamedField(label="所在机构", help_text="填机构代码或名称。")
    sections = (
        ("账号", ("username", "name", "office", "duty", "title")),
        ("使用", ("is_active", "second_factor_required")),
    )

    class Meta:
        model = User
        fields = ["username", "name", "office", "duty", "title", "is_active", "second_factor_required"]

    def __init__(self, *args: Any, scope: Scope, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].rows = offices_within(scope, permission)  # type: ignore[attr-defined]  # the field declared above
        if self.instance.pk:
            del self.fields["username"]
            self.initial["office"] = self.instance.office


class GrantForm(forms.Form):
    """A role for a person: where, from when, until when, which field groups."""

    role = forms.ChoiceField(label="角色")
    region = RegionField(label="区划", required=False, help_text="填区划代码或名称；“帮扶责任人”留空。")
    start = forms.DateField(label="起始日期", widget=DATE)
    last_day = forms.DateField(label="最后一天", required=False, widget=DATE, help_text="留空为长期。")
    groups = forms.MultipleChoiceField(
        label="字段组", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选则按角色的默认范围。"
    )
    words = forms.CharField(label="说明", required=False, max_length=200)

    def __init__(self, *args: Any, scope: Scope, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r.code, r.name) for r in roles().values()]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["groups"].choices = [(g.value, g.label) for g in Group]  # type: ignore[attr-defined]  # the same
        self.fields["region"].rows = regions_within(scope, permission)  # type: ignore[attr-defined]  # the field declared above
