"""The columns of the workbook of households and members."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial

from shouwang.kernel.columns.fields import Field
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.codes import words

HOME, PERSON, STANDING = "户信息", "成员信息", "项目状态（仅新增户）"


def _list(name: str) -> Callable[[dt.date], Mapping[str, str]]:
    return partial(_words, name)


def _other_words(name: str) -> Callable[[dt.date], Mapping[str, str]]:
    """Words that offices' own files use for a code (rulebook/registry_intake.yaml)."""
    return lambda on: lookup("registry_intake", name, on=on).value


def _words(name: str, on: dt.date) -> Mapping[str, str]:
    return words(name, on=on)


def _standings(on: dt.date) -> Mapping[str, str]:
    return {k: v for k, v in words("registration_standing", on=on).items() if k != "removed"}


def _land(key: str, label: str) -> Field:
    return Field(key, label, "number", unit="亩", group=HOME)


FIELDS = (
    Field(
        "code", "户编号", "code", required=True, aliases=("户号", "家庭编号", "户编码"), limit=20, group=HOME, note="6 至 20 位数字或字母"
    ),
    Field("county", "区（县）", aliases=("县区", "区县", "县", "县（区）", "县（市、区）"), limit=40, group=HOME),
    Field("town", "镇（街道）", aliases=("乡镇", "乡（镇）", "镇", "街道"), limit=40, group=HOME),
    Field(
        "village",
        "村（社区）",
        aliases=("行政村", "村", "村居", "村名称", "村（居）"),
        limit=40,
        group=HOME,
        note="新增户必填；填现行村（社区）全称或 12 位区划代码",
    ),
    Field("hamlet", "村民小组", aliases=("自然村", "村组", "组", "村民小组（自然村）"), limit=40, group=HOME),
    Field("address", "住址", aliases=("家庭住址", "详细地址"), group=HOME),
    Field("home_phone", "户联系电话", "phone", aliases=("家庭联系电话", "户主电话"), group=HOME),
    Field("kind", "户类型", "choice", choices=_list("household_kind"), group=HOME),
    Field("main_cause", "主要致贫原因", "choice", choices=_list("cause"), aliases=("致贫原因",), group=HOME),
    Field("other_causes", "其他致贫原因", "choice", choices=_list("cause"), many=True, group=HOME),
    Field("no_labour", "整户无劳动能力", "flag", aliases=("整户无劳动能力兜底保障户",), group=HOME),
    _land("arable_land", "耕地"),
    _land("forest_land", "林地"),
    _land("returned_land", "退耕还林"),
    _land("orchard_land", "林果"),
    _land("pasture_land", "牧草地"),
    _land("water_area", "水面"),
    Field(
        "housing_grade",
        "住房安全等级",
        "choice",
        choices=_list("housing_grade"),
        synonyms=_other_words("housing_grade"),
        aliases=("危房等级", "住房等级"),
        group=HOME,
    ),
    Field("housing_lived_in", "是否居住", "flag", group=HOME),
    Field("housing_area", "住房面积", "number", unit="㎡", group=HOME),
    Field("water_quantity", "水量达标", "flag", group=HOME),
    Field("water_quality", "水质达标", "flag", group=HOME),
    Field("water_access", "取水方便", "flag", group=HOME),
    Field("water_reliability", "供水稳定", "flag", group=HOME),
    Field("electricity", "生活用电", "flag", aliases=("是否通生活用电",), group=HOME),
    Field("sanitary_toilet", "卫生厕所", "flag", aliases=("是否有卫生厕所",), group=HOME),
    Field("paved_access", "入户路硬化", "flag", group=HOME),
    Field("road_distance", "与村主干路距离", "number", unit="公里", group=HOME),
    Field("collector_name", "采集人", "name", limit=40, group=HOME),
    Field("collector_phone", "采集人电话", "phone", group=HOME),
    Field("collected_on", "采集日期", "date", group=HOME),
    Field(
        "registration", "建档立卡属性", "choice", choices=_standings, aliases=("脱贫属性",), group=STANDING, note="区（县）及以上机构填写"
    ),
    Field("since", "认定时间", "date", aliases=("识别时间", "建档时间"), group=STANDING),
    Field("document", "认定依据文件", group=STANDING, note="批复文号或文件名称"),
    Field("member_code", "人编号", "code", aliases=("个人编号",), limit=24, group=PERSON, note="新增成员可不填，由系统编号"),
    Field("name", "姓名", "name", required=True, aliases=("成员姓名", "家庭成员姓名"), limit=40, group=PERSON),
    Field(
        "relation",
        "与户主关系",
        "choice",
        required=True,
        choices=_list("relation"),
        synonyms=_other_words("relation"),
        aliases=("家庭关系", "关系"),
        group=PERSON,
    ),
    Field("sex", "性别", "choice", choices=_list("sex"), group=PERSON, note="不填的按证件号码"),
    Field("ethnic_group", "民族", "choice", choices=_list("ethnic_group"), synonyms=_other_words("ethnic_group"), group=PERSON),
    Field(
        "id_type", "证件类型", "choice", choices=_list("id_type"), synonyms=_other_words("id_type"), group=PERSON, note="不填的按居民身份证"
    ),
    Field("id_number", "证件号码", "id", aliases=("身份证号", "身份证号码", "公民身份号码", "身份证", "残疾人证号"), group=PERSON),
    Field("birth_date", "出生日期", "date", aliases=("出生年月日",), group=PERSON, note="不填的按证件号码"),
    Field("phone", "成员联系电话", "phone", aliases=("联系电话", "手机号", "电话"), group=PERSON),
    Field("education", "文化程度", "choice", choices=_list("education"), synonyms=_other_words("education"), group=PERSON),
    Field(
        "school_status",
        "在校生状况",
        "choice",
        choices=_list("school_status"),
        synonyms=_other_words("school_status"),
        aliases=("在校生情况",),
        group=PERSON,
    ),
    Field(
        "out_of_school_reason",
        "未上学原因",
        "choice",
        choices=_list("out_of_school_reason"),
        group=PERSON,
        aliases=("义务教育阶段未上学原因",),
    ),
    Field("health", "健康状况", "choice", choices=_list("health"), synonyms=_other_words("health"), group=PERSON),
    Field("disability_type", "残疾类别", "choice", choices=_list("disability_type"), group=PERSON),
    Field("disability_grade", "残疾等级", "choice", choices=_list("disability_grade"), group=PERSON),
    Field("labour", "劳动能力", "choice", choices=_list("labour"), synonyms=_other_words("labour"), aliases=("劳动技能",), group=PERSON),
    Field("skills", "技能特长", limit=60, group=PERSON),
    Field(
        "insurance",
        "基本医疗保险",
        "choice",
        choices=_list("insurance"),
        synonyms=_other_words("insurance"),
        aliases=("基本医保", "医疗保险"),
        group=PERSON,
    ),
    Field("illness_insurance", "大病保险", "flag", group=PERSON),
    Field(
        "pension", "基本养老保险", "choice", choices=_list("pension"), synonyms=_other_words("pension"), aliases=("养老保险",), group=PERSON
    ),
    Field(
        "assistance",
        "低保（特困）",
        "choice",
        choices=_list("assistance"),
        synonyms=_other_words("assistance"),
        aliases=("低保", "社会救助"),
        group=PERSON,
    ),
    Field("medical_help", "医疗救助", "flag", group=PERSON),
    Field("public_post", "公益性岗位", "choice", choices=_list("public_post"), aliases=("公益岗位",), group=PERSON),
    Field("public_post_months", "公益性岗位月数", "whole", unit="月", group=PERSON),
    Field("joined_on", "加入日期", "date", group=PERSON, note="新增成员不填的按导入当日"),
)
