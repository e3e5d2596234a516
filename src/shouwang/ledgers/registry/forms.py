"""Forms of the registry: they clean what was typed and say what is wrong; nothing is saved here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.validators import MinValueValidator

from shouwang.kernel.privacy.classes import classify
from shouwang.kernel.privacy.fields import EncryptedTextField
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry.checks.cards import in_force
from shouwang.ledgers.registry.codes import choices, rule, word
from shouwang.ledgers.registry.identity import age_on, clean_number, id_problem, phone_problem, split_disability_number
from shouwang.ledgers.registry.models import Household, Member
from shouwang.ledgers.registry.policies import EDIT

YES_NO = (("", "未核实"), ("true", "是"), ("false", "否"))
Sections = tuple[tuple[Any, ...], ...]


def day_field(label: str, **options: Any) -> forms.DateField:
    """A day, picked or typed as 2020-02-17."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A form over a record: only the fields whose group the person sees, sealed ones shown as their mask and kept where untouched.

    `lists` maps fields to code lists of the rulebook; the words are those of `today`.
    """

    lists: ClassVar[Mapping[str, str]] = {}
    optional_lists: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        classes = classify(self._meta.model)
        for name in list(self.fields):
            if name in classes and not scope.sees(EDIT, classes[name].group):
                del self.fields[name]
        for name, listed in self.lists.items():
            if name in self.fields:
                old = self.fields[name]
                blank = "未填" if name in self.optional_lists else None
                self.fields[name] = forms.ChoiceField(
                    label=old.label, choices=choices(listed, on=today, blank=blank), required=blank is None, initial=old.initial
                )

    def clean_sealed(self, name: str) -> Any:
        """The text typed into a sealed field, or the stored value where the mask was left as it is."""
        typed = str(self.cleaned_data.get(name) or "").strip()
        held = getattr(self.instance, name, None)
        return held if held is not None and typed == str(held) else typed

    def clean_phone_number(self, name: str) -> Any:
        """As `clean_sealed`, with the form of a phone number."""
        found = self.clean_sealed(name)
        if isinstance(found, str) and found:
            found = clean_number(found) if not found.startswith("0") else found
            if problem := phone_problem(found):
                raise forms.ValidationError(problem)
        return found

    def values(self) -> dict[str, Any]:
        """What an action sets: every field of the form; untouched sealed values are left out."""
        return {
            k: v
            for k, v in self.cleaned_data.items()
            if not (isinstance(self._meta.model._meta.get_field(k), EncryptedTextField) and not isinstance(v, str))
        }

    def _post_clean(self) -> None:
        # Django would write the values into the instance here, and validate it; the action does that on the locked row.
        return


HOUSEHOLD_SECTIONS: Sections = (
    ("基本情况", ("hamlet", "address", "phone", "kind", "main_cause", "other_causes", "no_labour")),
    ("土地", ("arable_land", "forest_land", "returned_land", "orchard_land", "pasture_land", "water_area"), "单位：亩，没有的填 0。"),
    ("住房", ("housing_grade", "housing_lived_in", "housing_area")),
    ("饮水安全", ("water_quantity", "water_quality", "water_access", "water_reliability"), "没有核实过的选“未核实”，不要选“否”。"),
    ("生产生活条件", ("electricity", "sanitary_toilet", "paved_access", "road_distance")),
    ("采集", ("collector_name", "collector_phone", "collected_on")),
)
MEMBER_SECTIONS: Sections = (
    ("基本情况", ("name", "relation", "sex", "birth_date", "ethnic_group", "id_type", "id_number")),
    ("联系和加入", ("phone", "joined_on")),
    ("教育", ("education", "school_status", "out_of_school_reason")),
    ("健康和医疗", ("health", "disability_type", "disability_grade", "insurance", "illness_insurance", "medical_help")),
    ("劳动和保障", ("labour", "skills", "pension", "assistance", "public_post", "public_post_months")),
)


class HouseholdForm(RecordForm):
    """The household's own facts."""

    lists = {"kind": "household_kind", "housing_grade": "housing_grade", "main_cause": "cause"}
    optional_lists = ("housing_grade", "main_cause")
    sections = HOUSEHOLD_SECTIONS

    class Meta:
        model = Household
        fields = [name for _title, names, *_note in HOUSEHOLD_SECTIONS for name in names]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.NullBooleanField):
                self.fields[name] = forms.TypedChoiceField(
                    label=field.label, choices=YES_NO, required=False, coerce=lambda v: v == "true", empty_value=None
                )
                self.initial[name] = "" if self.initial.get(name) is None else str(self.initial[name]).lower()
            if isinstance(field, forms.DecimalField):
                field.validators.append(MinValueValidator(0, "不能小于 0，填写的是 %(show_value)s。没有的填 0。"))
        if "collected_on" in self.fields:
            self.fields["collected_on"] = day_field("采集日期", required=False)
        if "other_causes" in self.fields:
            self.fields["other_causes"] = forms.MultipleChoiceField(
                label="其他致贫原因", choices=choices("cause", on=self.today), required=False, widget=forms.CheckboxSelectMultiple
            )
            self.initial["other_causes"] = [c for c in (self.instance.other_causes or "").split(",") if c]

    def clean_phone(self) -> Any:
        """A phone number, or the stored one."""
        return self.clean_phone_number("phone")

    def clean_collector_phone(self) -> Any:
        """A phone number, or the stored one."""
        return self.clean_phone_number("collector_phone")

    def clean_other_causes(self) -> str:
        """Stored as codes joined by commas; the main cause is not repeated."""
        main = self.cleaned_data.get("main_cause")
        return ",".join(c for c in self.cleaned_data["other_causes"] if c != main)

    def clean_collected_on(self) -> dt.date | None:
        """Not in the future."""
        day: dt.date | None = self.cleaned_data["collected_on"]
        if day and day > self.today:
            raise forms.ValidationError(f"采集日期 {day} 晚于今天 {self.today}。请填写实际采集日期。")
        return day


class MemberForm(RecordForm):
    """A member: identity against birth and sex, relation against sex, school and disability in themselves."""

    lists = {
        n: n
        for n in (
            "relation",
            "sex",
            "ethnic_group",
            "id_type",
            "education",
            "school_status",
            "out_of_school_reason",
            "health",
            "insurance",
            "labour",
            "pension",
            "assistance",
            "public_post",
        )
    }
    optional_lists = ("education", "out_of_school_reason")
    sections = MEMBER_SECTIONS

    class Meta:
        model = Member
        fields = [name for _title, names in MEMBER_SECTIONS for name in names]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("disability_type", "disability_grade"):
            if name in self.fields:
                listed = choices(name, on=self.today, blank="无")
                self.fields[name] = forms.TypedChoiceField(
                    label=self.fields[name].label, choices=listed, required=False, coerce=int, empty_value=None
                )
        for name in ("birth_date", "joined_on"):
            if name in self.fields:
                self.fields[name] = day_field(str(self.fields[name].label))

    def clean_phone(self) -> Any:
        """A phone number, or the stored one."""
        return self.clean_phone_number("phone")

    def clean_birth_date(self) -> dt.date:
        """A day that has come, of someone alive."""
        day: dt.date = self.cleaned_data["birth_date"]
        if not 0 <= age_on(day, self.today) <= 120:
            raise forms.ValidationError(f"出生日期 {day} 应在 {self.today.year - 120} 年至今天之间。请按身份证或出生证核对。")
        return day

    def clean(self) -> dict[str, Any]:
        """What fits together, each problem at the field to mend."""
        data = super().clean() or self.cleaned_data
        self._clean_id(data)
        self._clean_relation(data)
        self._clean_school(data)
        self._clean_health_and_work(data)
        return data

    def _clean_id(self, data: dict[str, Any]) -> None:
        if "id_number" not in data:
            return
        found = self.clean_sealed("id_number")
        if not isinstance(found, str):
            data["id_number"] = found
            stored = found.reveal()
            if data.get("id_type") == "resident" and (problem := id_problem(stored, birth=data.get("birth_date"), sex=data.get("sex", ""))):
                self.add_error("birth_date" if "出生日期" in problem else "sex", problem)
            return
        number, kind, grade = split_disability_number(clean_number(found))
        data["id_number"] = number
        if kind and "disability_type" in data:
            data["disability_type"], data["disability_grade"] = kind, grade
        if data.get("id_type") != "resident":
            return
        if not number:
            self.add_error("id_number", "证件类型为居民身份证，须填写证件号码。尚未办理的，请把证件类型改为户口簿或无证件。")
        elif problem := id_problem(number, birth=data.get("birth_date"), sex=data.get("sex", "")):
            self.add_error("id_number", problem)

    def _clean_relation(self, data: dict[str, Any]) -> None:
        relation, sex = data.get("relation"), data.get("sex")
        male, female = (rule(f"{s}_relations", on=self.today).value for s in ("male", "female"))
        if (relation in male and sex == "female") or (relation in female and sex == "male"):
            words = word("relation", relation, on=self.today)
            self.add_error("relation", f"与户主关系“{words}”和性别“{word('sex', sex, on=self.today)}”矛盾。请核对两处。")
        if data.get("joined_on") and data.get("birth_date") and data["joined_on"] < data["birth_date"]:
            self.add_error("joined_on", f"加入日期 {data['joined_on']} 早于出生日期 {data['birth_date']}。请核对后重填。")

    def _clean_school(self, data: dict[str, Any]) -> None:
        if "school_status" not in data or not data.get("birth_date"):
            return
        low, high = rule("compulsory_school_ages", on=self.today).value
        age = age_on(data["birth_date"], self.today)
        out = data["school_status"] == "not_in_school" and low <= age <= high
        if data.get("out_of_school_reason") and not out:
            self.add_error(
                "out_of_school_reason",
                f"只有 {low} 至 {high} 周岁的非在校生填写未上学原因（该成员 {age} 周岁）。请清空此项或核对在校生状况。",
            )

    def _clean_health_and_work(self, data: dict[str, Any]) -> None:
        kind, grade = data.get("disability_type"), data.get("disability_grade")
        if "disability_type" in data and (kind is None) != (grade is None):
            self.add_error("disability_grade", "残疾类别和残疾等级须同时填写。请按残疾人证补齐，没有残疾的两项都选“无”。")
        if data.get("health") == "disabled" and kind is None and "disability_type" in data:
            self.add_error("disability_type", "健康状况为“残疾”，须填写残疾类别和等级。请按残疾人证填写。")
        post, months = data.get("public_post", "none"), data.get("public_post_months") or 0
        if post == "none" and months:
            self.add_error("public_post_months", f"没有公益性岗位，岗位月数应为 0，现为 {months}。请核对两处。")
        force = in_force(self.today)
        low, high = force["under_age_work"].limit, force["over_age_post"].limit - 1
        if post != "none" and data.get("birth_date") and not low <= (age := age_on(data["birth_date"], self.today)) <= high:
            self.add_error("public_post", f"该成员 {age} 周岁，公益性岗位人员应为 {low} 至 {high} 周岁。请核对出生日期或岗位。")
        if months > 12:
            self.add_error("public_post_months", f"岗位月数 {months} 超过 12。请填写近一年内的在岗月数。")
