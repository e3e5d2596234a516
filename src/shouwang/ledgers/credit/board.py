"""Maturities by month, the ladder of arrears, the overdue rate by place against the alarm."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.dateparse import parse_date

from shouwang.kernel.figures import Value, get
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.credit import queries
from shouwang.ledgers.credit.arithmetic.days import add_months
from shouwang.ledgers.credit.arithmetic.money import yuan
from shouwang.ledgers.credit.models import FundMovement, Loan
from shouwang.ledgers.credit.policies import DECIDE
from shouwang.ledgers.credit.rules import rule

MONTHS = 12
ONE = dt.timedelta(days=1)


def board(scope: Scope, today: dt.date) -> dict[str, Any]:
    """All three parts, over the loans in scope; every number leads to the rows it counts."""
    owing = queries.owing(Loan.objects.within(scope))
    alarm = rule("alarm_rate", today)
    places = _places(owing, today, float(alarm.value))
    return {
        "today": today,
        "months": _months(owing, today),
        "rungs": _rungs(owing, today),
        "places": places,
        "alarm": alarm,
        "alarmed": [p for p in places if p["tone"] == "r"],
    }


def _months(owing: Any, today: dt.date) -> list[dict[str, Any]]:
    """What falls due in this month and the following eleven: loans by maturity, and instalments not paid yet by their day."""
    first = today.replace(day=1)
    end = add_months(first, MONTHS)
    rows = owing.filter(maturity__gte=first, maturity__lt=end).order_by().annotate(month=TruncMonth("maturity"))
    found = {r["month"]: r for r in rows.values("month").annotate(n=Count("pk"), total=Sum("balance"))}
    due = queries.unpaid_parts().filter(loan__in=owing.values("pk"), due_on__gte=first, due_on__lt=end).order_by()
    parts = {r["month"]: r["total"] for r in due.annotate(month=TruncMonth("due_on")).values("month").annotate(total=Sum("unpaid"))}
    out = []
    for i in range(MONTHS):
        month = add_months(first, i)
        row = found.get(month, {"n": 0, "total": 0})
        last = add_months(month, 1) - ONE
        url = f"/credit/?owing=1&maturity_from={month}&maturity_to={last}"
        part_url = f"/credit/?owing=1&part_from={month}&part_to={last}"
        line = {"label": f"{month:%Y-%m}", "n": row["n"], "total": yuan(row["total"] or 0), "url": url}
        out.append({**line, "parts": yuan(parts.get(month, 0)), "part_url": part_url})
    return out


def _rungs(owing: Any, today: dt.date) -> list[dict[str, Any]]:
    """Matured loans by days overdue, with what the ladder asks for."""
    steps = sorted((int(d), str(w)) for d, w in rule("ladder", today).value.items())
    out = []
    for i, (least, words) in enumerate(steps):
        most = steps[i + 1][0] - 1 if i + 1 < len(steps) else None
        q: Q = queries.days_late(today, least, most)
        row = owing.filter(q).order_by().aggregate(n=Count("pk"), total=Sum("balance"))
        low = f"&maturity_from={today - dt.timedelta(days=most)}" if most else ""
        url = f"/credit/?owing=1&maturity_to={today - dt.timedelta(days=least)}{low}"
        out.append({"label": words, "n": row["n"], "total": yuan(row["total"] or 0), "url": url})
    return out


def _places(owing: Any, today: dt.date, alarm: float) -> list[dict[str, Any]]:
    """The overdue rate of each county in scope; above the alarm it is red."""
    late = queries.overdue(Loan.objects.all(), today).values("pk")
    parts = {"all": Sum("balance"), "late": Sum("balance", filter=Q(pk__in=late)), "n": Count("pk", filter=Q(pk__in=late))}
    rows = {r["county_id"]: r for r in owing.order_by().values("county_id").annotate(**parts)}
    figure = get("credit.overdue_rate")
    out = []
    for region in Region.objects.filter(pk__in=[k for k in rows if k]).order_by("rank", "code"):
        row = rows[region.pk]
        rate = Value(figure, row["late"] or 0, row["all"] or 0)
        over = rate.number is not None and float(rate.number) >= alarm
        out.append(
            {
                "name": region.name,
                "url": f"/credit/?overdue=1&region={region.code}",
                "n": row["n"],
                "late": yuan(row["late"] or 0),
                "balance": yuan(row["all"] or 0),
                "rate": f"{rate.text}%",
                "tone": "r" if over else "g",
                "word": "超过警戒线" if over else "正常",
            }
        )
    return out


def fund(scope: Scope, on: str, today: dt.date) -> dict[str, Any]:
    """The funds in scope on a day (text of an address; today where it is none or to come): what moved by kind, the balance, and what it backs."""
    day = _day(on, today)
    kinds = {k: Sum("amount", filter=Q(kind=k)) for k in FundMovement.Kind.values}
    moved = FundMovement.objects.within(scope).filter(happened_on__lte=day).order_by()
    sums = {r["county_id"]: r for r in moved.values("county_id").annotate(balance=Sum("amount"), **kinds)}
    owing = queries.owing(Loan.objects.within(scope)).order_by().values("county_id").annotate(total=Sum("balance"))
    backed = {r["county_id"]: r["total"] for r in owing}
    rows = []
    for region in Region.objects.filter(pk__in=sums).order_by("rank", "code"):
        row = sums[region.pk]
        cells = [yuan(abs(row[k] or 0)) for k in FundMovement.Kind.values]
        url = f"/credit/fund/list/?region={region.code}&happened_on_to={day}"
        backs = yuan(backed.get(region.pk, 0))
        rows.append({"name": region.name, "url": url, "cells": cells, "balance": yuan(row["balance"]), "backed": backs})
    total = yuan(sum(r["balance"] for r in sums.values()))
    return {"day": day, "today": today, "rows": rows, "kinds": FundMovement.Kind.labels, "total": total, "may": scope.may(DECIDE)}


def _day(said: str, today: dt.date) -> dt.date:
    try:
        found = parse_date(said)
    except ValueError:
        found = None
    return found if found is not None and found <= today else today
