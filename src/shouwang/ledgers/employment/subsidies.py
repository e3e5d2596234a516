"""What employment subsidies are worth: kinds and amounts by date and place, and the derivation of a claim's amount. Money is integer 分."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shouwang.kernel.errors import Refused
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import book, lookup
from shouwang.ledgers.employment.codes import word
from shouwang.ledgers.employment.models import SubsidyClaim, SubsidyRate
from shouwang.ledgers.employment.welfare import months_between

BOOK = "employment_subsidies"
UNITS = {"once": "人", "year": "人·年", "month": "人·月"}
NOT_ENTERED = "金额未录入，待核实"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subsidy: who for (worker, employer), by what it counts (once, year, month), the bands of the workplace it parts."""

    code: str
    name: str
    who: str
    per: str
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount (分; None = not entered) from a day on, with its source and the place it was entered for ("" = published rule)."""

    amount: int | None
    valid_from: dt.date
    source: str
    place: str = ""


def kinds(on: dt.date) -> dict[str, Kind]:
    """The kinds as they stand on the day, in their order."""
    found = lookup(BOOK, "kinds", on=on).value
    return {code: Kind(code, k["name"], k["for"], k["per"], tuple(k.get("bands", ()))) for code, k in found.items()}


def kind_name(code: str, on: dt.date) -> str:
    """The name of a kind."""
    found = kinds(on)
    return found[code].name if code in found else code


def failures(on: dt.date) -> dict[str, tuple[str, str]]:
    """{code: (why a bank returns a payment, the paper needed)} as it stands on the day."""
    return {code: (f["name"], f["paper"]) for code, f in lookup(BOOK, "failures", on=on).value.items()}


def failure_listed(_scope: Scope) -> Sequence[tuple[str, str]]:
    """A filter's options."""
    return [(code, f["name"]) for code, f in book(BOOK)["failures"][-1].value.items()]


def listed(_scope: Scope) -> Sequence[tuple[str, str]]:
    """A filter's options."""
    return [(code, k["name"]) for code, k in book(BOOK)["kinds"][-1].value.items()]


def rate(kind: str, band: str, region: Region, on: dt.date) -> Rate:
    """The amount in force at the region on the day: what the nearest office entered, the latest first; else the published rule."""
    above = [pk for pk in (*region.ancestor_ids().values(), region.pk) if pk]
    rows = SubsidyRate.objects.filter(region__in=above, kind=kind, band=band, valid_from__lte=on).select_related("region")
    if found := max(rows, key=lambda r: (r.region.level, r.valid_from), default=None):
        return Rate(found.amount, found.valid_from, found.document, found.region.name)
    rule = lookup(BOOK, kind, on=on, region=region.code)
    value = rule.value.get(band) if isinstance(rule.value, dict) else rule.value
    return Rate(None if value is None else int(value), rule.valid_from, rule.source)


def quantity(kind: Kind, start: dt.date, end: dt.date | None) -> int:
    """How often the amount counts: once, the years or the months of the period (a begun one counts whole)."""
    if kind.per == "once" or end is None:
        return 1
    months = months_between(start, end)
    return months if kind.per == "month" else -(-months // 12)


def own_day(claim: SubsidyClaim, kind: Kind) -> dt.date:
    """The day whose rule a claim is judged by: the first of its period; of a year the day it was applied for, at the latest its last."""
    if kind.per == "year" and claim.ends_on is not None:
        return min(claim.applied_on, claim.ends_on - dt.timedelta(1))
    return claim.starts_on


def reckon(claim: SubsidyClaim, on: dt.date) -> tuple[int, list[str]]:
    """The amount of a claim with its derivation, by the rule in force on its own day. Raises Refused where no amount was entered."""
    kind = kinds(on)[claim.kind]
    found = rate(claim.kind, claim.band, claim.region, own_day(claim, kind))
    if found.amount is None:
        raise Refused(f"“{kind.name}”{NOT_ENTERED}（{found.source}），不能计算。请先在“补贴标准”录入金额和依据文件，再审核。")
    times = quantity(kind, claim.starts_on, claim.ends_on)
    amount = found.amount * times * claim.persons
    band = f"（{word('work_status', claim.band, on)}）" if claim.band else ""
    where = f"{found.place}，" if found.place else ""
    return amount, [
        f"标准{band}：{yuan(found.amount)} 元/{UNITS[kind.per]}，{where}自 {found.valid_from} 起，依据：{found.source}",
        f"{claim.persons} 人 × {times} {'次' if kind.per == 'once' else '年' if kind.per == 'year' else '个月'}",
        f"{yuan(found.amount)} × {times} × {claim.persons} = {yuan(amount)} 元",
    ]


def yuan(amount: int) -> str:
    """分 as 元 with separators and two places."""
    return f"{amount // 100:,}.{amount % 100:02d}"


def latest_name(code: str) -> str:
    """The name of a kind as it is called last; what is no kind stays as it is."""
    found = book(BOOK)["kinds"][-1].value.get(code)
    return str(found["name"]) if found else code


def of(who: str) -> Callable[[dt.date], list[tuple[str, str]]]:
    """Form choices of the kinds for workers or employers."""
    return lambda on: [(k.code, k.name) for k in kinds(on).values() if k.who == who]
