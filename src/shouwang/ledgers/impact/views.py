"""What the pages draw, beyond single queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from shouwang.kernel import figures
from shouwang.kernel.audit.queries import timeline
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.impact import queries
from shouwang.ledgers.impact.analysis import level_map
from shouwang.ledgers.impact.codes import LEVELS, TONES, choices, word
from shouwang.ledgers.impact.levels import Level, Preview, allowed_at, in_force, previews
from shouwang.ledgers.impact.models import CaseReport, ImpactRecord
from shouwang.ledgers.impact.policies import LEVELS as MAY_PUBLISH
from shouwang.ledgers.impact.policies import RECORD, SHOCKS, VIEW
from shouwang.ledgers.registry.forms import day_field
from shouwang.ledgers.registry.policies import seen_groups


class RecoverForm(forms.Form):
    """The end of an impact, or how far a compensation has come."""

    recovered_on = day_field("恢复日期", required=False)
    compensation = forms.CharField(max_length=10, required=False)
    compensated = forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, required=False)


def levels(scope: Scope, today: dt.date) -> dict[str, Any]:
    """The counties with published level and preview, units elsewhere, what each level allows, the map."""
    units = list(
        Region.objects.filter(level=Region.COUNTY, year_from__lte=today.year).exclude(year_to__lt=today.year).order_by("rank", "code")
    )
    found = queries.levels_on(units, today)
    computed = previews(units, today)
    rows = [_row(u, found[u.code[:6]], computed[u.pk], today) for u in units]
    elsewhere = list(queries.current(today).filter(county=None).order_by("unit_code")[:50])
    return {
        "rows": rows,
        "elsewhere": [(r, word("levels", r.level, today), TONES[r.level]) for r in elsewhere],
        "meaning": [(word("levels", code, today), TONES[code], allowed_at(_sample(code, today), today)) for code in LEVELS]
        if in_force(today)
        else [],
        "without": allowed_at(None, today),
        "in_force": in_force(today),
        "may_publish": scope.may(MAY_PUBLISH),
        "map": level_map(scope, today) if scope.may(figures.PERMISSION) and found else None,
        "reports": list(CaseReport.objects.within(scope).select_related("region")[:14]),
        "today": today,
    }


def _row(unit: Region, level: Level | None, preview: Preview, today: dt.date) -> dict[str, Any]:
    said = word("levels", preview.level, today) if preview.level else ""
    return {
        "unit": unit, "level": level, "tone": TONES[level.code] if level else "n", "allowed": allowed_at(level, today, unit.code[:6]),
        "preview": preview, "preview_word": said, "preview_tone": TONES.get(preview.level, "n"),
        "differs": bool(said and level and preview.level != level.code),
    }  # fmt: skip


def _sample(code: str, today: dt.date) -> Level:
    return Level(code, word("levels", code, today), today, "", today)


def record(row: ImpactRecord, scope: Scope, today: dt.date) -> dict[str, Any]:
    """One impact: what may be shown of it to this person, what may be done, its time line."""
    sees = seen_groups(scope, row.household, VIEW) if row.household else (lambda group: scope.sees(VIEW, group))
    own = row.source_ledger.startswith("impact.")
    return {
        "row": row, "cause": word("causes", row.cause, today), "kind": word("subjects", row.subject_kind, today),
        "period": word("periods", row.period, today), "sees_income": sees("income"), "sees_case": sees("case"),
        "compensation": word("compensation", row.compensation, max(today, dt.date(2020, 2, 24))) if row.compensation else "",
        "compensations": choices("compensation", max(today, dt.date(2020, 2, 24))) if row.cause == "wildlife" else [],
        "may": row.covers(scope, RECORD), "own": own, "today": today, "events": timeline(row._meta.label_lower, str(row.pk)),
    }  # fmt: skip


def places(scope: Scope) -> list[Region]:
    """The city and counties at which the person may register shocks and bases, widest first."""
    rows = Region.objects.filter(level__in=(Region.CITY, Region.COUNTY)).order_by("level", "rank", "code")
    return [r for r in rows if scope.may_at(SHOCKS, r)]


def bases(scope: Scope, today: dt.date) -> list[dict[str, Any]]:
    """Numbers of the year before with their figure."""
    known = figures.installed(today)
    return [
        {"row": r, "name": known[r.figure].name, "unit": known[r.figure].unit, "number": Decimal(r.amount) / known[r.figure].scale}
        for r in queries.bases(scope)
        if r.figure in known
    ]
