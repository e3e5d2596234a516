"""What must fit together in one person's facts: the same rules for the form, the phone and the workbook. Pure but for the rulebook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from shouwang.ledgers.registry.checks.cards import in_force
from shouwang.ledgers.registry.codes import rule, word
from shouwang.ledgers.registry.identity import age_on

Problem = tuple[str, str]
OLDEST = 120


class Limits(NamedTuple):
    """The values of the day that the rules need."""

    male: frozenset[str]
    female: frozenset[str]
    school: tuple[int, int]
    post: tuple[int, int]


@lru_cache(maxsize=8)
def limits(today: dt.date) -> Limits:
    """Those in force on `today` (rulebook/registry_codes.yaml, registry_checks.yaml)."""
    force = in_force(today)
    male, female = (frozenset(rule(f"{s}_relations", on=today).value) for s in ("male", "female"))
    return Limits(
        male,
        female,
        tuple(rule("compulsory_school_ages", on=today).value),
        (force["under_age_work"].limit, force["over_age_post"].limit - 1),
    )


def member_problems(v: Mapping[str, Any], today: dt.date) -> list[Problem]:
    """(field, words with the remedy) of what contradicts itself; a field that is not in `v` is not asked after."""
    held = limits(today)
    birth = v.get("birth_date")
    age = age_on(birth, today) if birth else None
    return [*_birth(birth, age, today), *_relation(v, held, today), *_school(v, held, age), *_health(v), *_post(v, held, age)]


def _birth(birth: dt.date | None, age: int | None, today: dt.date) -> list[Problem]:
    if age is None or 0 <= age <= OLDEST:
        return []
    return [("birth_date", f"出生日期 {birth} 应在 {today.year - OLDEST} 年至今天之间。请按身份证或出生证核对。")]


def _relation(v: Mapping[str, Any], held: Limits, today: dt.date) -> list[Problem]:
    out = []
    relation, sex = v.get("relation"), v.get("sex")
    if (relation in held.male and sex == "female") or (relation in held.female and sex == "male"):
        said = word("relation", relation, on=today)
        out.append(("relation", f"与户主关系“{said}”和性别“{word('sex', sex, on=today)}”矛盾。请核对两处。"))
    joined, birth = v.get("joined_on"), v.get("birth_date")
    if joined and birth and joined < birth:
        out.append(("joined_on", f"加入日期 {joined} 早于出生日期 {birth}。请核对后重填。"))
    return out


def _school(v: Mapping[str, Any], held: Limits, age: int | None) -> list[Problem]:
    if "school_status" not in v or age is None:
        return []
    low, high = held.school
    out = v["school_status"] == "not_in_school" and low <= age <= high
    if not v.get("out_of_school_reason") or out:
        return []
    words = f"只有 {low} 至 {high} 周岁的非在校生填写未上学原因（该成员 {age} 周岁）。请清空此项或核对在校生状况。"
    return [("out_of_school_reason", words)]


def _health(v: Mapping[str, Any]) -> list[Problem]:
    if "disability_type" not in v:
        return []
    out = []
    kind, grade = v.get("disability_type"), v.get("disability_grade")
    if (kind is None) != (grade is None):
        out.append(("disability_grade", "残疾类别和残疾等级须同时填写。请按残疾人证补齐，没有残疾的两项都选“无”或留空。"))
    if v.get("health") == "disabled" and kind is None:
        out.append(("disability_type", "健康状况为“残疾”，须填写残疾类别和等级。请按残疾人证填写。"))
    return out


def _post(v: Mapping[str, Any], held: Limits, age: int | None) -> list[Problem]:
    out = []
    post, months = v.get("public_post") or "none", v.get("public_post_months") or 0
    if post == "none" and months:
        out.append(("public_post_months", f"没有公益性岗位，岗位月数应为 0，现为 {months}。请核对两处。"))
    low, high = held.post
    if post != "none" and age is not None and not low <= age <= high:
        out.append(("public_post", f"该成员 {age} 周岁，公益性岗位人员应为 {low} 至 {high} 周岁。请核对出生日期或岗位。"))
    if months > 12:
        out.append(("public_post_months", f"岗位月数 {months} 超过 12。请填写近一年内的在岗月数。"))
    return out
