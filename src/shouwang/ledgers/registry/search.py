"""Search by name, pinyin or number: from what a person typed to households and members in scope."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from shouwang.kernel.filters import Invalid
from shouwang.kernel.privacy.masks import MaskKind, mask
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.tables import Found
from shouwang.ledgers.registry import name_index
from shouwang.ledgers.registry.models import HelperAssignment, Household, Member
from shouwang.ledgers.registry.policies import VIEW
from shouwang.ledgers.registry.spelling import Terms, read_terms

MOST = 3_000
CODE_DIGITS = 20
# A whole ID or phone number: it must not stand in an address. Numbers of households and members are 17 and 19 digits.
_NUMBER = re.compile(r"(1[3-9]\d{9}|\d{15}|\d{17}[\dxX])", re.ASCII)
_ASIDE = re.compile(r"[\s\-－—]+")
EXACT = "搜索栏不接受完整的证件号码或电话，以免留在网址里，本次未搜索。请用本页的“精确查找”。"
UNREADABLE = "搜索“{}”中没有可以查找的内容，已忽略。请输入姓名、拼音（首字母至少两个）或户编号。"
TOO_MANY = "符合的人超过 {:,} 人，只在其中 {:,} 人里查找。请再多输几个字，或先选所在区划。"


@dataclass(frozen=True, slots=True)
class Matches:
    """The ids a search by name came to; `more` says that there were too many and not all were looked at."""

    members: dict[int, int]
    more: bool


def find_households(scope: Scope, region: Region | None, text: str) -> Found:
    """Households one of whose members, present or past, bears the name; or whose number begins with the digits."""
    terms = _terms(text)
    if not terms.named:
        return Found(_code(terms), terms)
    found = _matches(scope, region, terms)
    return Found(_code(terms) & Q(pk__in=sorted(set(found.members.values()))), terms, _note(found))


def find_members(scope: Scope, region: Region | None, text: str) -> Found:
    """Members who bear the name, or whose number begins with the digits."""
    terms = _terms(text)
    if not terms.named:
        return Found(_code(terms), terms)
    found = _matches(scope, region, terms)
    return Found(_code(terms) & Q(pk__in=sorted(found.members)), terms, _note(found))


def show_matches(rows: Iterable[Household], found: Found) -> None:
    """Set `matched` on the rows: which members met the search, masked, where it is not the head alone; one query."""
    held = {row.pk: row for row in rows}
    terms: Terms = found.terms
    if not terms.named or not held:
        return
    seen: dict[int, list[str]] = {}
    people = Member.objects.filter(household__in=held).order_by("household_id", "pk")
    for home, name, spelling, relation, left in people.values_list("household_id", "name", "spelled", "relation", "left_on"):
        if terms.meet(spelling):
            gone = "（已减少）" if left else ""
            seen.setdefault(home, []).append(f"{mask(MaskKind.NAME, name)}{'（户主）' if relation == 'head' and not left else gone}")
    for pk, words in seen.items():
        held[pk].matched = "、".join(words)  # type: ignore[attr-defined]  # for the list's column only


def _terms(text: str) -> Terms:
    if _NUMBER.fullmatch(_ASIDE.sub("", text)):
        raise Invalid(EXACT)
    terms = read_terms(text)
    if (not terms.named and not terms.code) or any(len(a) < 2 for one in terms.letters for a in one):
        raise Invalid(UNREADABLE.format(text[:20]))
    return terms


def _code(terms: Terms) -> Q:
    """Numbers that begin with the digits, as a range: a LIKE uses no index on either database."""
    if not terms.code:
        return Q()
    return Q(code__gte=terms.code, code__lte=terms.code[:CODE_DIGITS].ljust(CODE_DIGITS, "9"))


def _note(found: Matches) -> str:
    return TOO_MANY.format(MOST, MOST) if found.more else ""


def _matches(scope: Scope, region: Region | None, terms: Terms) -> Matches:
    """Candidates of the places the scope and the filter name, and of the households assigned to the person."""
    members: dict[int, int] = {}
    more = False
    places = [] if scope.everything else scope.places(VIEW)
    if scope.everything or places:
        marks = [] if scope.everything or any(p.level not in name_index.MARKS for p in places) else [[_mark(p.level, p.id) for p in places]]
        if region is not None and region.level in name_index.MARKS:
            marks.append([_mark(region.level, region.pk)])
        rows = name_index.candidates([" ".join(p) for p in terms.phrases], [list(one) for one in terms.letters], marks, MOST + 1)
        members, more = dict(rows[:MOST]), len(rows) > MOST
    if any(h.assigned and VIEW in h.permissions for h in scope.holds):
        members |= _assigned(scope, terms)
    return Matches(members, more)


def _assigned(scope: Scope, terms: Terms) -> dict[int, int]:
    """The few households somebody looks after are read and held against the terms here."""
    if scope.user_id is None:
        return {}
    mine = HelperAssignment.objects.filter(user_id=scope.user_id, until=None).values("household_id")
    people = Member.objects.filter(household_id__in=mine).values_list("pk", "household_id", "spelled")
    return {pk: home for pk, home, spelling in people if terms.meet(spelling)}


def _mark(level: int, pk: int) -> str:
    return f"{name_index.MARKS[level]}{pk}"
