"""Longer terms as three acts: deferral (延长还款期限), extension (展期), renewal (续贷). Which rule holds is a matter of the day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from shouwang.kernel.rulebook import Rule, lookup
from shouwang.ledgers.credit.arithmetic.days import add_months

BOOK = "credit"


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the act is open on the day, until when the loan may run then, by which rule, and why not."""

    eligible: bool
    latest: dt.date | None
    rule: str
    why: str
    count_limit: int | None = None


def deferral(maturity: dt.date, on: dt.date, *, before: dt.date | None = None, region: str = "") -> Answer:
    """Whether a loan due on `maturity` may be deferred on the day `on`, and to when at the latest.

    `before`: when it was due before it was ever deferred; months count from there, so that deferrals do not add up.
    Whether the household is in trouble through the shock is not asked here; a deferral does not count as an extension.
    """
    rule = lookup(BOOK, "deferral", on=on, region=region)
    said: dict[str, Any] = rule.value
    if not said.get("open"):
        return Answer(False, None, rule.source, str(said["why"]))
    first = said["maturing_from"]
    if maturity < first:
        return Answer(False, None, rule.source, f"到期日 {maturity} 早于 {first}，不在延长还款期限的范围内。")
    latest = said["until"] if "until" in said else add_months(before or maturity, int(said["months"]))
    deferred = f"（延长前 {before} 到期）" if before not in (None, maturity) else ""
    if latest <= maturity:
        return Answer(False, None, rule.source, f"到期日 {maturity} 不早于最迟可延至的 {latest}{deferred}，没有可延的期限。")
    return Answer(True, latest, rule.source, f"{maturity} 到期{deferred}，最迟可延至 {latest}。")


def extension(start: dt.date, first_maturity: dt.date, maturity: dt.date, on: dt.date, used: int) -> Answer:
    """Whether a loan may be extended on the day; `used` is how often it was, deferrals not counted.

    A short loan (up to a year) by its own term at most, a longer one by half of it, all extensions together.
    """
    limit: Rule = lookup(BOOK, "extension", on=on)
    said: dict[str, Any] = limit.value
    times = int(said["times"])
    if used >= times:
        return Answer(False, None, limit.source, f"已展期 {used} 次，达到 {times} 次的上限。", times)
    if on > maturity:
        return Answer(False, None, limit.source, f"已于 {maturity} 到期，展期须在到期前申请；可核对是否符合延长还款期限的条件。", times)
    months = (first_maturity.year - start.year) * 12 + first_maturity.month - start.month
    longer = months if months <= 12 else months // 2
    latest = add_months(first_maturity, longer)
    if latest <= maturity:
        return Answer(False, None, limit.source, f"展期累计已达上限（至 {latest}）。", times)
    return Answer(True, latest, limit.source, f"原期限 {months} 个月，展期累计不超过 {longer} 个月。", times)


def renewal(maturity: dt.date, on: dt.date, used: int, *, overdue: bool) -> Answer:
    """Whether a loan may be renewed (a new loan in its place) on the day."""
    limit: Rule = lookup(BOOK, "renewal", on=on)
    said: dict[str, Any] = limit.value
    times, ahead = int(said["times"]), int(said["days_ahead"])
    if used >= times:
        return Answer(False, None, limit.source, f"已续贷 {used} 次，达到 {times} 次的上限。", times)
    if overdue:
        return Answer(False, None, limit.source, "贷款已逾期，不能续贷。请先归还或申请延长还款期限。", times)
    if (maturity - on).days > ahead:
        return Answer(False, None, limit.source, f"距到期 {(maturity - on).days} 天，到期前 {ahead} 天内才能续贷。", times)
    return Answer(True, add_months(on, int(said["months"])), limit.source, f"续贷期限不超过 {said['months']} 个月。", times)
