"""Parts of the record page: income line by line, guarantees, members. Pure shaping, as record.py."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.audit.queries import in_words
from shouwang.kernel.privacy.classes import Group
from shouwang.ledgers.registry.codes import word
from shouwang.ledgers.registry.income import PROPERTY_FIELDS, TRANSFER_FIELDS, after_medical, below, per_capita
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import LAND_FIELDS, WATER_FIELDS, Household, IncomeStatement, Member, label_of
from shouwang.ledgers.registry.record import HIDDEN, Family, Item, housing_item, reveal_url


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the income derivation: sign, label, amount in yuan; `strong` for results, `sub` for parts of the line above."""

    sign: str
    label: str
    amount: Decimal | None
    strong: bool = False
    sub: bool = False
    note: str = ""


def derivation(s: IncomeStatement, household: Household, today: dt.date) -> list[Step]:
    """How the income per head comes about, line by line, and how it stands to the line of the household's standard system."""
    yuan = Decimal(100)

    def part(sign: str, name: str, **kw: Any) -> Step:
        return Step(sign, label_of(s, name), Decimal(getattr(s, name)) / yuan, **kw)

    steps = [part("", "wage"), part("+", "business")]
    for title, names in (("财产性收入", PROPERTY_FIELDS), ("转移性收入", TRANSFER_FIELDS)):
        steps.append(Step("+", title, Decimal(sum(getattr(s, n) for n in names)) / yuan))
        steps += [part("", n, sub=True) for n in names if getattr(s, n)]
    steps.append(part("−", "business_expense"))
    steps.append(Step("=", "家庭纯收入", Decimal(s.net) / yuan, strong=True))
    steps.append(Step("÷", f"共同生活 {s.persons} 人", None))
    steps.append(Step("=", "人均纯收入", s.per_head, strong=True))
    line = line_of(household.standard_system, on=today, region=household.region.code)
    gap = s.per_head - Decimal(line.value)
    verdict = "低于" if below(s.net, s.persons, line.value) else "不低于"
    mark = "（待核实）" if line.unverified else ""
    steps.append(Step("", f"收入线 {line.value:,} {line.unit}{mark}", gap, note=f"{verdict}收入线，相差见右；依据：{line.source}"))
    if s.out_of_pocket or s.claims_paid:
        rest = after_medical(s.net, s.out_of_pocket, s.claims_paid)
        steps += [part("−", "out_of_pocket"), part("+", "claims_paid")]
        steps.append(Step("=", "扣除自付、加理赔后人均", per_capita(rest, s.persons), strong=True))
    return steps


def guarantees(f: Family) -> list[Item]:
    """House, water, electricity, toilet, road, land."""
    if not f.see(Group.HOUSING):
        return [Item("住房饮水和生产生活条件", HIDDEN, wide=True)]
    h = f.household
    known = {True: ("是", "g"), False: ("否", "r"), None: ("未核实", "o")}
    out = [Item("住房安全等级", *housing_item(f)), Item("住房面积", h.housing_area, "㎡")]
    for name in (*WATER_FIELDS, "electricity", "sanitary_toilet", "paved_access"):
        text, tone = known[getattr(h, name)]
        out.append(Item(label_of(h, name), text, tone=tone))
    out.append(Item("与村主干路距离", h.road_distance, "公里"))
    if f.see(Group.INCOME):
        out += [Item(label_of(h, n).replace("（亩）", ""), getattr(h, n), "亩") for n in LAND_FIELDS]
    return out


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One row of the members' table, masked and withheld as this person sees it."""

    member: Member
    relation: str
    sex: str
    age: str
    id_number: str
    id_reveal: str
    health: str
    labour: str
    school: str
    insurance: str
    assistance: str
    left: str


def member_lines(f: Family) -> list[MemberLine]:
    """Members as the table shows them: beside a masked ID only the year of birth, or the two together would give the day away."""
    day = f.today

    def shown(group: str, text: str) -> str:
        return text if f.see(group) else HIDDEN

    def health(m: Member) -> str:
        text = word("health", m.health, on=day)
        if m.disability_type:
            text += f"（{word('disability_type', m.disability_type, on=day)}{word('disability_grade', m.disability_grade, on=day)}）"
        return text

    return [
        MemberLine(
            member=m,
            relation=word("relation", m.relation, on=day),
            sex=word("sex", m.sex, on=day),
            age=f"{m.age(day)}（{m.birth_date.year}）",
            id_number=shown(Group.IDENTITY, str(m.id_number) if m.id_number else word("id_type", m.id_type, on=day)),
            id_reveal=reveal_url("member", m, "id_number", f, Group.IDENTITY),
            health=shown(Group.HEALTH, health(m)),
            labour=shown(Group.LABOUR, word("labour", m.labour, on=day)),
            school=shown(Group.EDUCATION, word("school_status", m.school_status, on=day)),
            insurance=shown(Group.HEALTH, word("insurance", m.insurance, on=day)),
            assistance=shown(Group.ASSISTANCE, word("assistance", m.assistance, on=day)),
            left=f"{m.left_on} {word('left_reason', m.left_reason, on=day)}" if m.left_on else "",
        )
        for m in f.members
    ]


def entry(event: Event, subjects: dict[tuple[str, str], str]) -> dict[str, Any]:
    """An act as blocks/timeline.html draws it: on its business day, at the real time of day, with the person it concerns.

    What changed is named; the values of personal and sensitive fields are not repeated. A read that reveals stands out.
    """
    on_behalf = f"（代{event.on_behalf_of}）" if event.on_behalf_of else ""
    concerns = subjects.get((event.ledger, event.record_id), "")
    return {
        "at": dt.datetime.combine(event.business_at, timezone.localtime(event.recorded_at).timetz()),
        "text": event.sentence + (f"（{concerns}）" if concerns else ""),
        "office": event.office_name,
        "who": event.actor_name + on_behalf,
        "reason": event.reason,
        "changes": in_words(event.changes, apps.get_model(event.ledger)),
        "correction": event.verb.endswith(".correct"),
        "tone": "o" if event.verb == "registry.field.reveal" else "",
    }


def subjects_of(f: Family) -> dict[tuple[str, str], str]:
    """{(ledger, record id): whom or what it is} of everything that belongs to the household."""
    rows: list[Any] = [*f.members, *f.helpers]
    out = {(r._meta.label_lower, str(r.pk)): r.name for r in rows}
    return out | {(s._meta.label_lower, str(s.pk)): str(s) for s in f.incomes}
