"""What the record page says of a household: who, where, since when, why poor, what it enjoys, what it lacks, who helps.

Pure shaping of rows already read in scope; `see(group)` says which field groups this person may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from shouwang.kernel.privacy.classes import Group
from shouwang.ledgers.registry.checks.cards import cards
from shouwang.ledgers.registry.codes import rule, standing_word, word
from shouwang.ledgers.registry.income import below
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import (
    WATER_FIELDS,
    CheckFinding,
    HelperAssignment,
    Household,
    IncomeStatement,
    Member,
    ProgrammeStatus,
)

HIDDEN = "无权查看"
WATER_WORDS = {"water_quantity": "水量", "water_quality": "水质", "water_access": "取水方便程度", "water_reliability": "供水稳定程度"}
See = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Item:
    """One pair of the description grid."""

    label: str
    value: Any
    unit: str = ""
    note: str = ""
    tone: str = ""
    wide: bool = False
    reveal_url: str = ""
    href: str = ""


@dataclass(frozen=True)
class Family:
    """A household with the rows the page shows; `income` is the last window."""

    household: Household
    members: Sequence[Member]
    incomes: Sequence[IncomeStatement]
    statuses: Sequence[ProgrammeStatus]
    helpers: Sequence[HelperAssignment]
    today: dt.date
    see: See
    may_reveal: bool = False
    may_call: bool = False
    findings: Sequence[CheckFinding] = ()
    may_edit: bool = False
    living: list[Member] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "living", [m for m in self.members if m.left_on is None])

    @property
    def income(self) -> IncomeStatement | None:
        """The last window."""
        return next((s for s in self.incomes if s.is_latest), None)

    @property
    def head(self) -> Member | None:
        """The head, where one is recorded."""
        return next((m for m in self.living if m.relation == "head"), None)

    def names(self, members: Sequence[Member]) -> str:
        """Their names in one phrase."""
        return "、".join(m.name for m in members)


def reveal_url(kind: str, record: Any, name: str, family: Family, group: str) -> str:
    """Where the whole value of a sealed field may be asked for; "" where this person may not or there is none."""
    stored = getattr(record, name)
    if not (family.may_reveal or (family.may_call and name == "phone")) or not family.see(group) or stored is None:
        return ""
    return reverse("registry_reveal", args=[kind, record.pk, name])


def summary(f: Family) -> list[Item]:
    """The grid at the head of the page."""
    h, day = f.household, f.today
    head = f.head
    who = f"{h.head_name}（{word('sex', head.sex, on=day)}，{head.age(day)} 岁）" if head else f"{h.head_name}（未登记户主成员）"
    open_statuses = [s for s in f.statuses if s.until is None]
    since = "；".join(f"{s.since} {standing_of(s, day)}" for s in open_statuses)
    causes = "、".join(word("cause", c, on=day) for c in h.causes)
    # Twelve pairs and then the wide ones: rows of three and rows of two both come out whole.
    return [
        Item("户主", who),
        _phone(f),
        Item("家庭人口", len(f.living), "人", f"劳动力 {_labour(f)} 人" if f.see(Group.LABOUR) else ""),
        _income(f),
        Item("主要致贫原因", causes if f.see(Group.BASE) else HIDDEN),
        Item("认定（纳入）时间", since if f.see(Group.BASE) else HIDDEN),
        Item("住房", *housing_item(f)),
        Item("饮水", *_water(f)),
        Item("标准体系", word("standard_system", h.standard_system, on=day) if f.see(Group.BASE) else HIDDEN),
        Item("户类型", word("household_kind", h.kind, on=day) if f.see(Group.ASSISTANCE) else HIDDEN),
        Item("收入核查", (str(f.income.checked_on) if f.income else None) if f.see(Group.INCOME) else HIDDEN),
        Item("采集", f"{h.collector_name or '--'}　{h.collected_on or ''}".strip()),
        Item("享受政策", "；".join(enjoys(f)), wide=True),
        Item("帮扶责任人", _helper(f), wide=True),
    ]


def _phone(f: Family) -> Item:
    if not f.see(Group.CONTACT):
        return Item("联系电话", HIDDEN)
    h = f.household
    return Item("联系电话", str(h.phone) if h.phone else None, reveal_url=reveal_url("household", h, "phone", f, Group.CONTACT))


def _labour(f: Family) -> int:
    able = rule("able_labour", on=f.today).value
    youngest = rule("working_ages", on=f.today).value["male"][0]
    return sum(m.labour in able and m.school_status == "not_in_school" and m.age(f.today) >= youngest for m in f.living)


def _income(f: Family) -> Item:
    label = "人均纯收入"
    if not f.see(Group.INCOME):
        return Item(label, HIDDEN)
    if f.income is None:
        return Item(label, None)
    low = below_line(f)
    return Item(label, f"{f.income.per_head:,}", "元", "低于收入线" if low else "", "r" if low else "")


def below_line(f: Family) -> bool:
    """Whether the last window lies under the household's line today."""
    line = line_of(f.household.standard_system, on=f.today, region=f.household.region.code)
    return f.income is not None and below(f.income.net, f.income.persons, line.value)


def housing_item(f: Family) -> tuple[str | None, str, str, str]:
    """Value, unit, note and tone of the housing grade."""
    h = f.household
    if not f.see(Group.HOUSING):
        return HIDDEN, "", "", ""
    if not h.housing_grade:
        return None, "", "", ""
    note = "" if h.housing_lived_in else "不在此居住"
    return (
        word("housing_grade", h.housing_grade, on=f.today),
        "",
        note,
        "r" if h.housing_grade in ("c", "d") and h.housing_lived_in else "g",
    )


def _water(f: Family) -> tuple[str | None, str, str, str]:
    if not f.see(Group.HOUSING):
        return HIDDEN, "", "", ""
    bad = [words for n, words in WATER_WORDS.items() if getattr(f.household, n) is False]
    if bad:
        return "不达标", "", "、".join(bad), "r"
    return ("达标", "", "", "g") if all(getattr(f.household, n) for n in WATER_FIELDS) else ("未核实", "", "", "o")


def enjoys(f: Family) -> list[str]:
    """Policies the household enjoys, as far as this person may see them."""
    out = []
    if f.see(Group.ASSISTANCE):
        for code in ("dibao", "tekun"):
            if n := sum(m.assistance == code for m in f.living):
                out.append(f"{word('assistance', code, on=f.today)} {n} 人")
        if n := sum(m.pension == "drawing" for m in f.living):
            out.append(f"领取养老金 {n} 人")
    if f.see(Group.HEALTH):
        if n := sum(m.medical_help for m in f.living):
            out.append(f"医疗救助 {n} 人")
        if n := sum(m.insurance != "none" for m in f.living):
            out.append(f"基本医保 {n} 人")
    if f.see(Group.LABOUR) and (posts := [m for m in f.living if m.public_post != "none"]):
        out.append(f"公益性岗位 {len(posts)} 人（{f.names(posts)}）")
    return out


def lacks(f: Family) -> list[str]:
    """What is missing or to be verified, one phrase each: the open findings. An income under the line is said with what is owed."""
    return [finding_words(x) for x in f.findings if x.state == "open"]


def finding_words(finding: CheckFinding) -> str:
    """The name of the check, with the member it concerns."""
    return cards()[finding.code].name + (f"（{finding.member.name}）" if finding.member else "")


def standing(h: Household) -> bool:
    """Whether the household is in 建档立卡 or watched."""
    return h.registration not in ("", "removed") or h.monitoring not in ("", "cleared")


def _helper(f: Family) -> str | None:
    held = [x for x in f.helpers if x.until is None]
    return "；".join(f"{x.name}{f'（{x.sponsor_unit}）' if x.sponsor_unit else ''}，{x.since} 起" for x in held) or None


def standing_of(s: ProgrammeStatus, day: dt.date) -> str:
    """The word of a standing: in the vocabulary of `day` while it lasts, of its own last day once over."""
    on = day if s.until is None else max(s.since, s.until - dt.timedelta(days=1))
    return word(f"{s.programme}_standing", s.standing, on=on)


def meta(f: Family) -> list[str]:
    """The grey line under the name: code, place, hamlet, helper."""
    h = f.household
    place = " ".join(str(p) for p in (h.county, h.town, h.village) if p)
    helper = next((x.name for x in f.helpers if x.until is None), "")
    return [t for t in (h.code, place, h.hamlet, f"帮扶责任人 {helper}" if helper else "空档户") if t]


def tags(f: Family) -> list[dict[str, str]]:
    """The badges beside the name."""
    h = f.household
    todo = [x for x in f.findings if x.state == "open" and x.severity != "hint"]
    tone = "r" if any(x.severity == "error" for x in todo) else "o"
    check = [{"text": f"待核查 {len(todo)} 处", "tone": tone}] if todo else []
    if not f.see(Group.BASE):
        return check
    out = [{"text": standing_word(h.registration, h.monitoring, on=f.today), "tone": "c" if standing(h) else ""}]
    if f.see(Group.ASSISTANCE) and h.kind != "general":
        out.append({"text": word("household_kind", h.kind, on=f.today), "tone": "b"})
    return out + check
