"""What a household seems to be owed (应享未享): derived from what is recorded, each a hint to check and nothing decided.

Sources of the limits: rulebook/entitlements.yaml, registry_codes.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.rulebook import lookup
from shouwang.ledgers.registry.codes import rule, word
from shouwang.ledgers.registry.models import Visit
from shouwang.ledgers.registry.record import WATER_WORDS, Family, below_line, standing

BOOK = "entitlements"


@dataclass(frozen=True, slots=True)
class Hint:
    """One line: what is open, whom it concerns, where to go."""

    text: str
    href: str = ""
    tone: str = "o"


def owed(f: Family, visits: Iterable[Visit] = ()) -> list[Hint]:
    """Everything that looks open, policy by policy, then the needs a visit found; only from field groups this person sees."""
    return [*_income(f), *_health(f), *_schooling(f), *_living(f), *_support(f), *_needs(f, visits)]


def _income(f: Family) -> list[Hint]:
    out = []
    if f.see(Group.INCOME) and below_line(f):
        out.append(Hint("人均纯收入低于收入线", tone="r"))
    if f.see(Group.ASSISTANCE) and f.see(Group.LABOUR):
        helped = any(m.assistance != "none" for m in f.living)
        if f.household.no_labour and not helped:
            out.append(Hint("整户无劳动能力，未享受低保（特困）兜底"))
    if f.see(Group.ASSISTANCE) and f.see(Group.IDENTITY):
        age = int(lookup(BOOK, "pension_age", on=f.today).value)
        if late := [m for m in f.living if m.age(f.today) >= age and m.pension != "drawing"]:
            out.append(Hint(f"满 {age} 周岁未领取养老金：{f.names(late)}"))
    return out


def _health(f: Family) -> list[Hint]:
    if not f.see(Group.HEALTH):
        return []
    out = []
    if some := [m for m in f.living if m.insurance == "none"]:
        out.append(Hint(f"未参加基本医保：{f.names(some)}", tone="r"))
    if some := [m for m in f.living if m.insurance != "none" and not m.illness_insurance]:
        out.append(Hint(f"未参加大病保险：{f.names(some)}"))
    if some := [m for m in f.living if m.health == "severe" and not m.medical_help]:
        out.append(Hint(f"患大病未享受医疗救助：{f.names(some)}"))
    grades = lookup(BOOK, "severe_disability", on=f.today).value
    if f.see(Group.ASSISTANCE) and (some := [m for m in f.living if m.disability_grade in grades and m.assistance == "none"]):
        out.append(Hint(f"重度残疾未享受低保（特困），并核对护理补贴：{f.names(some)}"))
    return out


def _schooling(f: Family) -> list[Hint]:
    if not f.see(Group.EDUCATION):
        return []
    low, high = rule("compulsory_school_ages", on=f.today).value
    out = [m for m in f.living if m.school_status == "not_in_school" and low <= m.age(f.today) <= high]
    if not out:
        return []
    why = "、".join(f"{m.name}（{word('out_of_school_reason', m.out_of_school_reason, on=f.today)}）" for m in out)
    return [Hint(f"义务教育阶段未上学：{why.replace('（--）', '（原因未填）')}", tone="r")]


def _living(f: Family) -> list[Hint]:
    h, out = f.household, []
    if not f.see(Group.HOUSING):
        return []
    if h.housing_grade in ("c", "d") and h.housing_lived_in:
        out.append(Hint(f"住 {word('housing_grade', h.housing_grade, on=f.today)} 危房，未改造", tone="r"))
    if bad := [words for n, words in WATER_WORDS.items() if getattr(h, n) is False]:
        out.append(Hint(f"饮水不达标：{'、'.join(bad)}", tone="r"))
    return out


def _support(f: Family) -> list[Hint]:
    if standing(f.household) and not [x for x in f.helpers if x.until is None]:
        return [Hint("空档户：没有帮扶责任人", reverse("registry_assign_helper", args=[f.household.pk]) if f.may_edit else "", "r")]
    return []


def _needs(f: Family, visits: Iterable[Visit]) -> list[Hint]:
    if not f.see(Group.CASE):
        return []
    unanswered = [v for v in visits if v.needs and v.need_met_on is None and not hasattr(v, "correction")]
    return [Hint(f"{v.visited_on} 走访发现：{v.needs}", "#visits") for v in unanswered]
