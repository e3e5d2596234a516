"""A pair side by side: each field of both, masked and withheld as the person sees it, marked where they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.registry import policies
from shouwang.ledgers.registry.codes import standing_word, word
from shouwang.ledgers.registry.evidence import in_words
from shouwang.ledgers.registry.models import Household, LookAlike, Member
from shouwang.ledgers.registry.pairs import sides
from shouwang.ledgers.registry.policies import VIEW
from shouwang.ledgers.registry.record import HIDDEN


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both sides; `differs` marks it."""

    label: str
    left: str
    right: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What the page draws. `homes` are the two households, `actions` where a decision leads."""

    title: str
    evidence: str
    lines: tuple[Line, ...]
    names: tuple[str, str]
    keys: tuple[int, int]
    homes: tuple[Household, Household]
    merges: tuple[tuple[str, str], ...]
    gone: str


Field = tuple[str, str, Callable[[Any], str]]


def compared(pair: LookAlike, scope: Scope, today: dt.date) -> Compared:
    """The pair as this person sees it: identity numbers as masks, which are compared whole behind them."""
    left, right = sides(pair)
    homes = tuple(row.household if isinstance(row, Member) else row for row in (left, right))
    see = [policies.seen_groups(scope, home, VIEW) for home in homes]
    fields = MEMBER_FIELDS if isinstance(left, Member) else HOUSEHOLD_FIELDS
    lines = []
    for label, group, value in fields(today):
        if group and not (see[0](group) and see[1](group)):
            lines.append(Line(label, HIDDEN, HIDDEN, False))
            continue
        one, other = value(left), value(right)
        differs = (left.phone != right.phone) if label == "联系电话" else (one != other)
        if label == "证件号码" and isinstance(left, Member) and isinstance(right, Member):
            differs = left.id_number != right.id_number
        lines.append(Line(label, one or "--", other or "--", differs))
    names = (left.name, right.name) if isinstance(left, Member) and isinstance(right, Member) else tuple(h.head_name for h in homes)
    merges = _merges(homes) if all(h.covers(scope, policies.RESHAPE) for h in homes) else ()
    return Compared(
        pair.get_kind_display(), in_words(pair.codes, on=today) if see[0](Group.BASE) else HIDDEN, tuple(lines), (names[0], names[1]),
        (left.pk, right.pk), (homes[0], homes[1]), merges, _gone(left, right),
    )  # fmt: skip


def _merges(homes: tuple[Household, ...]) -> tuple[tuple[str, str], ...]:
    """The two ways in which two standing households may be merged."""
    one, other = homes
    if one.pk == other.pk or one.closed_on or other.closed_on:
        return ()
    return tuple(
        (f"{a.head_name} 家庭（{a.code}）并入 {b.head_name} 家庭（{b.code}）", f"{reverse('registry_merge', args=[a.pk])}?into={b.code}")
        for a, b in ((one, other), (other, one))
    )


def _gone(left: Member | Household, right: Member | Household) -> str:
    out = [
        f"{row.name}已于 {row.left_on} 减少" if isinstance(row, Member) else f"{row.head_name} 家庭已于 {row.closed_on} 销户"
        for row in (left, right)
        if (row.left_on if isinstance(row, Member) else row.closed_on)
    ]
    return "；".join(out)


def MEMBER_FIELDS(today: dt.date) -> tuple[Field, ...]:  # noqa: N802 - a table whose words depend on the day
    """What tells two people apart."""
    return (
        ("姓名", "", lambda m: m.name),
        ("人编号", "", lambda m: m.code),
        ("性别", Group.BASE, lambda m: word("sex", m.sex, on=today)),
        ("出生年份", Group.BASE, lambda m: f"{m.birth_date.year}（{m.age(today)} 岁）"),
        ("证件号码", Group.IDENTITY, lambda m: str(m.id_number or "")),
        ("联系电话", Group.CONTACT, lambda m: str(m.phone or "")),
        ("与户主关系", Group.BASE, lambda m: word("relation", m.relation, on=today)),
        ("所在户", "", lambda m: f"{m.household.head_name} 家庭（{m.household.code}）"),
        ("所在村", "", lambda m: " ".join(str(p) for p in (m.county, m.town, m.village) if p)),
        ("村民小组", "", lambda m: m.household.hamlet),
        ("户属性", Group.BASE, lambda m: standing_word(m.household.registration, m.household.monitoring, on=today)),
        ("加入日期", "", lambda m: str(m.joined_on)),
    )


def HOUSEHOLD_FIELDS(today: dt.date) -> tuple[Field, ...]:  # noqa: N802 - the same
    """What tells two households apart."""
    return (
        ("户主", "", lambda h: h.head_name),
        ("户编号", "", lambda h: h.code),
        ("所在村", "", lambda h: " ".join(str(p) for p in (h.county, h.town, h.village) if p)),
        ("村民小组", "", lambda h: h.hamlet),
        ("联系电话", Group.CONTACT, lambda h: str(h.phone or "")),
        ("属性", Group.BASE, lambda h: standing_word(h.registration, h.monitoring, on=today)),
        ("家庭成员", Group.BASE, lambda h: "、".join(sorted(m.name for m in h.members.all() if m.left_on is None))),
        ("帮扶责任人", "", lambda h: "、".join(x.name for x in h.helpers.all() if x.until is None)),
    )
