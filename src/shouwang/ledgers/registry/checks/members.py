"""Checks of one living member: (person, home, limit) → the stored values at odds, or None."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from shouwang.kernel.privacy.normal import check_character
from shouwang.ledgers.registry.checks.facts import Home, Person, Values
from shouwang.ledgers.registry.identity import age_on, phone_problem, split_disability_number


def _born(number: str) -> dt.date | None:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def relation_sex(p: Person, home: Home, _limit: Any) -> Values | None:
    """A son who is a woman, a spouse of the head's own sex."""
    around = home.around
    if p.relation in (around.male_relations if p.sex == "female" else around.female_relations):
        return p.relation, p.sex
    head = home.head if p.relation == "spouse" else None
    return (p.relation, p.sex, head.sex) if head is not None and head.sex == p.sex else None


def age_impossible(p: Person, _home: Home, limit: Any) -> Values | None:
    """Born after today, or longer ago than people live."""
    return None if limit[0] <= p.age <= limit[1] else (p.birth_date,)


def joined_before_birth(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Joined the household before being born."""
    return (p.joined_on, p.birth_date) if p.joined_on < p.birth_date else None


def id_missing(p: Person, _home: Home, _limit: Any) -> Values | None:
    """A resident's identity card without its number."""
    return (p.id_type,) if p.id_type == "resident" and not p.id_tag else None


def id_format(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Neither 18 characters nor the 20 of a disability certificate; a value that does not open counts."""
    return (p.id_tag.hex(),) if p.id_type == "resident" and p.id_tag and not p.number else None


def id_date(p: Person, home: Home, _limit: Any) -> Values | None:
    """Digits 7–14 are no day that has come."""
    if not p.number:
        return None
    born = _born(p.number)
    return (p.id_tag.hex(),) if born is None or born > home.around.today else None


def id_checksum(p: Person, _home: Home, _limit: Any) -> Values | None:
    """The last character is not the one GB 11643-1999 computes."""
    return (p.id_tag.hex(),) if p.number and check_character(p.number[:17]) != p.number[17] else None


def id_birth(p: Person, _home: Home, _limit: Any) -> Values | None:
    """The day in the number is another than the day of birth."""
    born = _born(p.number) if p.number else None
    return (p.id_tag.hex(), p.birth_date) if born is not None and born != p.birth_date else None


def id_sex(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Digit 17 is odd for men, even for women."""
    return (p.id_tag.hex(), p.sex) if p.number and (int(p.number[16]) % 2 == 1) != (p.sex == "male") else None


def id_province(p: Person, _home: Home, limit: Any) -> Values | None:
    """The first two digits are of no province; districts come and go, and their old codes stay valid."""
    return (p.id_tag.hex(),) if p.number and p.number[:2] not in limit else None


def id_twice(p: Person, home: Home, limit: Any) -> Values | None:
    """The same number on several living members, of this household or another."""
    return (p.id_tag.hex(),) if p.id_tag and home.around.ids.get(p.id_tag, 0) >= limit else None


def disability_number(p: Person, _home: Home, _limit: Any) -> Values | None:
    """The certificate's number says another type or grade than is recorded."""
    _, kind, grade = split_disability_number(p.id_text or "")
    at_odds = kind is not None and (kind, grade) != (p.disability_type, p.disability_grade)
    return (p.id_tag.hex(), p.disability_type, p.disability_grade) if at_odds else None


def member_phone_format(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Neither a mobile number nor a landline with its area code; a value that does not open counts."""
    return (p.phone_tag.hex(),) if p.phone_tag and phone_problem(p.phone_text or "") else None


def member_phone_shared(p: Person, home: Home, limit: Any) -> Values | None:
    """The number stands with members of several households."""
    return (p.phone_tag.hex(),) if p.phone_tag and home.around.member_phones.get(p.phone_tag, 0) >= limit else None


def school_age(p: Person, _home: Home, limit: Any) -> Values | None:
    """Too young or too old for the stage; stages without a range are not judged."""
    ages = limit.get(p.school_status)
    return (p.school_status, p.birth_date) if ages and not ages[0] <= p.age <= ages[1] else None


def _of_school_age(p: Person, home: Home, limit: Any) -> bool:
    """Of compulsory age when the school year began: who turns six in winter starts next autumn."""
    today = home.around.today
    start = dt.date(today.year - (today.month < limit["month"]), limit["month"], 1)
    return bool(limit["ages"][0] <= age_on(p.birth_date, start) <= limit["ages"][1])


def out_of_school(p: Person, home: Home, limit: Any) -> Values | None:
    """Of compulsory age, not in school, for a reason the law does not excuse."""
    out = p.school_status == "not_in_school" and p.out_of_school_reason not in ("", *limit["excused"])
    return (p.out_of_school_reason, p.birth_date) if out and _of_school_age(p, home, limit) else None


def out_of_school_no_reason(p: Person, home: Home, limit: Any) -> Values | None:
    """Of compulsory age, not in school, and nobody wrote why."""
    out = p.school_status == "not_in_school" and not p.out_of_school_reason
    return (p.school_status, p.birth_date) if out and _of_school_age(p, home, limit) else None


def uninsured(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Without basic medical insurance."""
    return (p.insurance,) if p.insurance == "none" else None


def disabled_without_grade(p: Person, _home: Home, _limit: Any) -> Values | None:
    """Disabled, but of no type and grade."""
    return (p.health,) if p.health == "disabled" and p.disability_type is None else None


def healthy_weak(p: Person, _home: Home, limit: Any) -> Values | None:
    """Healthy, of working age, not in school, and yet not a whole worker."""
    weak = p.health == "healthy" and p.labour in ("weak", "lost", "none") and p.school_status == "not_in_school"
    return (p.labour, p.health, p.birth_date) if weak and limit[0] <= p.age <= limit[1] else None


def disabled_ordinary(p: Person, _home: Home, limit: Any) -> Values | None:
    """Gravely disabled and an ordinary worker."""
    return (p.labour, p.disability_grade) if p.labour == "ordinary" and p.disability_grade in limit else None


def under_age_labour(p: Person, home: Home, limit: Any) -> Values | None:
    """A child counted as a worker."""
    return (p.labour, p.birth_date) if p.age < limit and p.labour in home.around.able_labour else None


def under_age_work(p: Person, _home: Home, limit: Any) -> Values | None:
    """A child on a public post, or out of school to work."""
    works = p.public_post != "none" or p.out_of_school_reason == "work"
    return (p.public_post, p.out_of_school_reason, p.birth_date) if works and p.age < limit else None


def over_age_post(p: Person, _home: Home, limit: Any) -> Values | None:
    """On a public post beyond its age."""
    return (p.public_post, p.birth_date) if p.public_post != "none" and p.age >= limit else None


MEMBER_CHECKS: Mapping[str, Callable[[Person, Home, Any], Values | None]] = {
    check.__name__: check
    for check in (
        relation_sex,
        age_impossible,
        joined_before_birth,
        id_missing,
        id_format,
        id_date,
        id_checksum,
        id_birth,
        id_sex,
        id_province,
        id_twice,
        disability_number,
        member_phone_format,
        member_phone_shared,
        school_age,
        out_of_school,
        out_of_school_no_reason,
        uninsured,
        disabled_without_grade,
        healthy_weak,
        disabled_ordinary,
        under_age_labour,
        under_age_work,
        over_age_post,
    )
}
