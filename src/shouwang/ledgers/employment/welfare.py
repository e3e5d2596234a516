"""Limits of public-welfare posts (rulebook/welfare_posts.yaml, job_matching.welfare_age): who may hold one, for how long, for how much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.kernel.errors import Refused
from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.employment.models import WelfareAppointment, Worker
from shouwang.ledgers.registry.models import Member

BOOK = "welfare_posts"


def rule(name: str, on: dt.date, region: str) -> Rule:
    """A limit at the region code on the day; raises LookupError."""
    return lookup(BOOK, name, on=on, region=region)


def months_between(start: dt.date, end: dt.date) -> int:
    """Months of [start, end), a begun one counting whole: 17 February to 17 August are six, to the 18th seven."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months + (end.day > start.day)


def past(day: dt.date, months: int) -> dt.date:
    """The day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
    return dt.date(year, month + 1, min(day.day, last))


def holders(household_ids: Iterable[int]) -> dict[int, set[int]]:
    """{household id: ids of its members on a public-welfare post}, by appointments of this ledger and by the registry."""
    ids = list(household_ids)
    active = WelfareAppointment.objects.filter(household__in=ids, state="active").values_list("household_id", "worker__member_id")
    filed = Member.objects.filter(household__in=ids, left_on=None).exclude(public_post="none").values_list("household_id", "pk")
    out: dict[int, set[int]] = {}
    for household, member in (*active, *filed):
        out.setdefault(household, set()).add(member)
    return out


def places_left(workers: Iterable[Worker], on: dt.date) -> dict[int, int]:
    """{household id: public-welfare posts its members may still be given}. Workers come with region."""
    rows = list(workers)
    held = holders({w.household_id for w in rows})
    return {w.household_id: max(0, int(rule("per_household", on, w.region.code).value) - len(held.get(w.household_id, ()))) for w in rows}


def months_used(worker_ids: Iterable[int]) -> dict[int, int]:
    """{worker id: months of ended terms, all told}; the running one is the renewal's own matter."""
    out: dict[int, int] = {}
    rows = WelfareAppointment.objects.filter(worker__in=list(worker_ids), state="ended", left_on__isnull=False)
    for worker, start, left in rows.values_list("worker_id", "starts_on", "left_on"):
        if left is not None:
            out[worker] = out.get(worker, 0) + months_between(start, left)
    return out


def barriers(workers: Iterable[Worker], on: dt.date) -> dict[int, str]:
    """{worker id: the limit that keeps the worker from a public-welfare post, in words}; who may hold one is absent.

    Workers come with member and region. Few queries, however many they are.
    """
    rows = list(workers)
    held, used = holders({w.household_id for w in rows}), months_used(w.pk for w in rows)
    found = {w.pk: _barrier(w, held.get(w.household_id, set()), used.get(w.pk, 0), on) for w in rows}
    return {pk: words for pk, words in found.items() if words}


def _barrier(worker: Worker, held: set[int], used: int, on: dt.date) -> str:
    region = worker.region.code
    most, total = int(rule("per_household", on, region).value), int(rule("total_months", on, region).value)
    if words := standing_barrier(worker, on):
        return words
    if worker.member_id in held:
        return "一人一岗，本人已在公益性岗位"
    if len(held) >= most:
        return f"一户至多 {most} 人在公益性岗位，同户已有 {len(held)} 人"
    if used >= total:
        return f"一人累计至多 {total} 个月，本人已在岗 {used} 个月"
    return ""


def standing_barrier(worker: Worker, on: dt.date) -> str:
    """Age, or family of a village cadre, in words; "" = neither. It bars a renewal too."""
    region, age = worker.region.code, worker.member.age(on)
    oldest = int(lookup("job_matching", "welfare_age", on=on, region=region).value)
    if age >= oldest:
        return f"年满 {oldest} 周岁不安排公益性岗位，本人 {age} 周岁"
    if worker.cadre_family and rule("cadres_barred", on, region).value:
        return "村干部及其家属不安排公益性岗位"
    return ""


def pay_barrier(pay: int, on: dt.date, region: str) -> str:
    """What is wrong with the monthly pay (分) of a public-welfare post, in words; "" = nothing."""
    low, high = (int(v) for v in rule("monthly_pay", on, region).value)
    if low <= pay <= high:
        return ""
    return f"公益性岗位月报酬 {pay / 100:,.2f} 元不在 {low // 100:,} 至 {high // 100:,} 元之间"


def check_may_hold(worker: Worker, pay: int, on: dt.date) -> None:
    """Raise Refused naming the limit that keeps the worker from a public-welfare post of this pay."""
    if words := barriers([worker], on).get(worker.pk) or pay_barrier(pay, on, worker.region.code):
        raise Refused(f"不能安排公益性岗位：{words}。请另选人员或岗位；情况有变的先更正户档案或就业条件。", field="post")


def check_term(worker: Worker, start: dt.date, end: dt.date | None, on: dt.date) -> dt.date:
    """The end of a term from `start`; raises Refused for none, one too short or too long, or more months than a person may have in all."""
    region = worker.region.code
    low, high = (int(v) for v in rule("term_months", on, region).value)
    if end is None:
        raise Refused("公益性岗位须填写聘期届满日期。", field="ends_on")
    if end < past(start, low):
        raise Refused(f"聘期 {start} ～ {end} 不足 {low} 个月。一次聘期为 {low} 至 {high} 个月，请改届满日期。", field="ends_on")
    if end > past(start, high):
        raise Refused(f"聘期 {start} ～ {end} 超过 {high} 个月。一次聘期为 {low} 至 {high} 个月，请改届满日期。", field="ends_on")
    check_total(worker, start, end, on)
    return end


def check_total(worker: Worker, start: dt.date, end: dt.date, on: dt.date) -> None:
    """Raise Refused where the term and those before it are more months than a person may have."""
    total, used = int(rule("total_months", on, worker.region.code).value), months_used([worker.pk]).get(worker.pk, 0)
    if (months := used + months_between(start, end)) > total:
        raise Refused(f"连同以前的聘期累计 {months} 个月，超过一人累计至多 {total} 个月。请改届满日期，或另选人员。", field="ends_on")
