"""Checks of a household: (home, limit) → the stored values at odds, or None."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from shouwang.ledgers.registry.checks.facts import Home, Named, Values
from shouwang.ledgers.registry.identity import phone_problem


def no_living_members(home: Home, _limit: Any) -> Values | None:
    """Nobody lives in it."""
    return None if home.living else (len(home.left),)


def no_head(home: Home, _limit: Any) -> Values | None:
    """People, but no head, and never one."""
    missing = home.living and home.head is None and not any(p.relation == "head" for p in home.left)
    return tuple(p.pk for p in home.living) if missing else None


def head_left(home: Home, _limit: Any) -> Values | None:
    """The head has gone, and nobody took the place."""
    gone = [p.pk for p in home.left if p.relation == "head"]
    return tuple(gone) if home.living and home.head is None and gone else None


def head_name_differs(home: Home, _limit: Any) -> Values | None:
    """The household bears another name than its head."""
    head = home.head
    return (home.facts.head_name, head.name) if head is not None and head.name != home.facts.head_name else None


def two_spouses(home: Home, limit: Any) -> Values | None:
    """More spouses than one."""
    spouses = [p.pk for p in home.living if p.relation == "spouse"]
    return tuple(spouses) if len(spouses) > limit else None


def no_phone(home: Home, _limit: Any) -> Values | None:
    """No telephone number of the household."""
    return None if home.facts.phone_tag else ("",)


def household_phone_format(home: Home, _limit: Any) -> Values | None:
    """Neither a mobile number nor a landline with its area code; a value that does not open counts."""
    facts = home.facts
    return (facts.phone_tag.hex(),) if facts.phone_tag and phone_problem(facts.phone_text or "") else None


def household_phone_shared(home: Home, limit: Any) -> Values | None:
    """Several households give the same number."""
    tag = home.facts.phone_tag
    return (tag.hex(),) if tag and home.around.home_phones.get(tag, 0) >= limit else None


def posts_many(home: Home, limit: Any) -> Values | None:
    """More public posts than a household may hold."""
    posts = [(p.pk, p.public_post) for p in home.living if p.public_post != "none"]
    return tuple(posts) if len(posts) > limit else None


def no_labour_with_labour(home: Home, _limit: Any) -> Values | None:
    """Recorded as without labour, and somebody not in school is able to work."""
    able = [(p.pk, p.labour) for p in home.living if p.labour in home.around.able_labour and p.school_status == "not_in_school"]
    return tuple(able) if home.facts.no_labour and able else None


def kind_without_assistance(home: Home, _limit: Any) -> Values | None:
    """A dibao or tekun household in which nobody draws it."""
    kind = home.facts.kind
    return (kind,) if kind in ("dibao", "tekun") and home.living and not any(p.assistance == kind for p in home.living) else None


def assistance_without_kind(home: Home, _limit: Any) -> Values | None:
    """An ordinary household in which somebody draws dibao or tekun."""
    drawing = [(p.pk, p.assistance) for p in home.living if p.assistance != "none"]
    return (home.facts.kind, *drawing) if home.facts.kind == "general" and drawing else None


def dibao_income_without_member(home: Home, _limit: Any) -> Values | None:
    """Dibao money in the last window and nobody who draws it."""
    latest = home.latest
    paid = latest is not None and latest.transfer_dibao > 0 and home.living and not any(p.assistance == "dibao" for p in home.living)
    return (latest.pk, latest.transfer_dibao) if paid and latest is not None else None


def _first(fields: Mapping[str, Any], odd: Callable[[Any], bool]) -> Named | None:
    """The first field that is odd and the values of all, or None."""
    name = next((name for name, value in fields.items() if odd(value)), "")
    return Named(f"household.{name}", tuple(fields.values())) if name else None


def land_large(home: Home, limit: Any) -> Values | None:
    """One kind of land beyond the limit."""
    return _first(home.facts.lands, lambda land: land is not None and land > limit)


def road_far(home: Home, limit: Any) -> Values | None:
    """Farther from the village's main road than the limit."""
    far = home.facts.road_distance
    return (far,) if far is not None and far > limit else None


def housing_unsafe(home: Home, limit: Any) -> Values | None:
    """Living in a house of an unsafe grade."""
    facts = home.facts
    return (facts.housing_grade,) if facts.housing_grade in limit and facts.housing_lived_in else None


def housing_unknown(home: Home, _limit: Any) -> Values | None:
    """On file, and nobody graded the house."""
    return ("",) if home.on_file and not home.facts.housing_grade else None


def water_open(home: Home, _limit: Any) -> Values | None:
    """One of quantity, quality, access, reliability does not reach the standard."""
    return _first(home.facts.water, lambda reached: reached is False)


def water_unknown(home: Home, _limit: Any) -> Values | None:
    """On file, and one of the four was never looked at."""
    return _first(home.facts.water, lambda reached: reached is None) if home.on_file else None


def no_helper(home: Home, _limit: Any) -> Values | None:
    """空档户: on file and nobody looks after it."""
    return (home.facts.registration, home.facts.monitoring) if home.on_file and not home.helped else None


def village_dissolved(home: Home, _limit: Any) -> Values | None:
    """The village is in no release of this year."""
    last = home.facts.last_year
    return (home.facts.region_id, last) if last is not None and last < home.around.today.year else None


def standing_conflict(home: Home, _limit: Any) -> Values | None:
    """Unstable is who left poverty, borderline who was never in it."""
    facts = home.facts
    unstable = facts.monitoring == "unstable" and facts.registration != "exited"
    borderline = facts.monitoring == "borderline" and facts.registration not in ("", "removed")
    return (facts.registration, facts.monitoring) if unstable or borderline else None


def watched_without_risk(home: Home, _limit: Any) -> Values | None:
    """Watched, for no risk."""
    watching = home.watching
    return (watching.since, watching.standing) if watching is not None and not watching.risks.strip(", ") else None


def illness_without_expense(home: Home, _limit: Any) -> Values | None:
    """Poor or at risk through illness, and nothing paid for it in the last window."""
    latest = home.latest
    return (latest.pk, latest.out_of_pocket) if latest is not None and latest.out_of_pocket == 0 and home.suffers("illness") else None


def disability_without_member(home: Home, _limit: Any) -> Values | None:
    """Poor or at risk through disability, and nobody is disabled."""
    disabled = any(p.health == "disabled" or p.disability_type is not None for p in home.living)
    return _causes(home) if home.living and not disabled and home.suffers("disability") else None


def schooling_without_student(home: Home, _limit: Any) -> Values | None:
    """Poor or at risk through schooling, and nobody is in school."""
    studying = any(p.school_status != "not_in_school" for p in home.living)
    return _causes(home) if home.living and not studying and home.suffers("schooling") else None


def _causes(home: Home) -> Values:
    watching = home.watching
    return home.facts.main_cause, home.facts.other_causes, watching.risks if watching else "", *(p.pk for p in home.living)


def income_missing(home: Home, _limit: Any) -> Values | None:
    """On file and no window of income."""
    return ("",) if home.on_file and home.latest is None else None


def income_old(home: Home, limit: Any) -> Values | None:
    """On file, and the last window ended so many months ago that the next should be there."""
    latest = home.latest
    if latest is None or not home.on_file:
        return None
    return (latest.window_end,) if _months_after(latest.window_end, limit) <= home.around.today else None


def _months_after(day: dt.date, months: int) -> dt.date:
    """The first of the month so many months on: windows end on a first."""
    years, month = divmod(day.month - 1 + months, 12)
    return dt.date(day.year + years, month + 1, 1)


def income_high_at_entry(home: Home, limit: Any) -> Values | None:
    """Taken in (poor or watched) though the window before it shows more than `limit` yuan per head."""
    for standing in home.standings:
        if standing.standing not in ("poor", "newly_poor", "relapsed", "unstable", "borderline", "sudden"):
            continue
        before = next((w for w in home.incomes if w.window_end <= standing.since), None)
        if before is not None and before.net > limit * 100 * before.persons:
            return before.pk, before.net, before.persons, standing.since
    return None


def income_persons_differ(home: Home, _limit: Any) -> Values | None:
    """Reckoned over another number of people than live there."""
    latest = home.latest
    return (latest.persons, len(home.living)) if latest is not None and home.living and latest.persons != len(home.living) else None


HOME_CHECKS: Mapping[str, Callable[[Home, Any], Values | None]] = {
    check.__name__: check
    for check in (
        no_living_members,
        no_head,
        head_left,
        head_name_differs,
        two_spouses,
        no_phone,
        household_phone_format,
        household_phone_shared,
        posts_many,
        no_labour_with_labour,
        kind_without_assistance,
        assistance_without_kind,
        dibao_income_without_member,
        land_large,
        road_far,
        housing_unsafe,
        housing_unknown,
        water_open,
        water_unknown,
        no_helper,
        village_dissolved,
        standing_conflict,
        watched_without_risk,
        illness_without_expense,
        disability_without_member,
        schooling_without_student,
        income_missing,
        income_old,
        income_high_at_entry,
        income_persons_differ,
    )
}
