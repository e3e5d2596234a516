"""Parts of the record page: income line by line, guarantees, members. Pure shaping, as record.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shouwang.kernel.privacy.classes import Group
from shouwang.ledgers.registry.codes import word
from shouwang.ledgers.registry.income import PROPERTY_FIELDS, TRANSFER_FIELDS, after_medical, below, per_capita
from shouwang.ledgers.registry.lines import line_of
from shouwang.ledgers.registry.models import LAND_FIELDS, WATER_FIELDS, Household, IncomeStatement, Member, Visit, label_of
from shouwang.ledgers.registry.papers import Slot
from shouwang.ledgers.registry.record import HIDDEN, Family, Item, housing_item, reveal_url
from shouwang.ledgers.registry.visits import visit_word


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


def subjects_of(f: Family, visits: Iterable[Visit], slots: Iterable[Slot]) -> dict[tuple[str, str], str]:
    """{(ledger, record id): whom or what it is} of everything that belongs to the household."""
    rows: list[Any] = [*f.members, *f.helpers]
    out = {(r._meta.label_lower, str(r.pk)): r.name for r in rows}
    out |= {(s.paper._meta.label_lower, str(s.paper.pk)): s.label for s in slots if s.paper and f.see(s.entry.group)}
    return out | {(s._meta.label_lower, str(s.pk)): str(s) for s in (*f.incomes, *visits)}


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit on the record page; `original` is the row it corrects."""

    visit: Visit
    means: str
    reach: str
    tone: str
    result: str
    needs: str
    next_step: str
    original: Visit | None
    may_answer: bool


def visit_lines(f: Family, visits: Sequence[Visit], *, may_visit: bool) -> list[VisitLine]:
    """The visits in force, the latest first; each that corrects another carries it along."""
    old = {v.pk: v for v in visits}
    sees = f.see(Group.CASE)
    return [
        VisitLine(
            visit=v,
            means=visit_word("visit_means", v.means, f.today),
            reach=visit_word("visit_reach", v.reach, f.today),
            tone="g" if v.reach == "reached" else "o",
            result=v.result if sees else HIDDEN,
            needs=v.needs if sees else "",
            next_step=v.next_step if sees else "",
            original=old.get(v.corrects_id or 0) if sees else None,
            may_answer=bool(may_visit and sees and v.needs and v.need_met_on is None),
        )
        for v in visits
        if not hasattr(v, "correction")
    ]


def namesake_words(rows: Iterable[Household]) -> list[str]:
    """Other heads of the village with the same name: hamlet, year of birth, household number."""
    out = []
    for h in rows:
        head = next(iter(h.heads), None)  # type: ignore[attr-defined]  # prefetched by queries.namesakes
        out.append("，".join(t for t in (h.hamlet or "未填小组", f"{head.birth_date.year} 年生" if head else "", h.code) if t))
    return out
