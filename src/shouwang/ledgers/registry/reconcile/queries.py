"""Reads of comparisons and differences."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.privacy.classes import Group
from shouwang.kernel.regions.scope import Scope
from shouwang.kernel.rulebook import lookup
from shouwang.kernel.tables import NOT_VISIBLE
from shouwang.ledgers.registry.models import Difference, Reconciliation
from shouwang.ledgers.registry.policies import EDIT
from shouwang.ledgers.registry.queries import PLACE_NAMES
from shouwang.ledgers.registry.reconcile.comparing import BOOK
from shouwang.ledgers.registry.reconcile.reading import BY_KEY

KIND_WORDS = {"only_ours": "只在我方", "only_theirs": "只在对方", "field": "字段不一致"}
WHERE_WORDS = {"ours": "在我方更正", "theirs": "在对方更正", "both": "两边核对"}


def systems(on: dt.date) -> dict[str, str]:
    """The other systems by code, in the words of the day."""
    return {str(k): str(v) for k, v in lookup(BOOK, "counterpart_systems", on=on).value.items()}


def column_word(column: str, kind: str) -> str:
    """What a difference is about: the field's header, or the household or person itself."""
    return BY_KEY[column].label if column in BY_KEY else "户（人）" if kind != "field" else column


def comparisons(scope: Scope) -> QuerySet[Reconciliation]:
    """Comparisons of the places whose files the person keeps."""
    rows: Any = Reconciliation.objects
    found: QuerySet[Reconciliation] = rows.within(scope).select_related("region")
    return found


def comparison(scope: Scope, pk: int) -> Reconciliation:
    """One comparison; raises OutOfScope."""
    found = comparisons(scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def export_of(scope: Scope, record_id: str) -> Reconciliation | None:
    """The comparison whose file the person may open: it carries whole numbers, so that only who keeps the whole region's files may."""
    return comparisons(scope).filter(pk=int(record_id)).first()


def differences(scope: Scope) -> QuerySet[Difference]:
    """Differences of the places whose files the person keeps; `ours_shown` and `theirs_shown` only where the field's group is seen."""
    rows: Any = Difference.objects
    seen = [g for g in Group if scope.sees(EDIT, g)]
    sides = {f"{side}_shown": Case(When(group__in=seen, then=F(side)), default=Value(NOT_VISIBLE)) for side in ("ours", "theirs")}
    found: QuerySet[Difference] = rows.within(scope).select_related("latest").annotate(**sides, **PLACE_NAMES)
    return found


def difference(scope: Scope, pk: int) -> Difference:
    """One difference; raises OutOfScope."""
    found = differences(scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def by_field(scope: Scope, found: Reconciliation) -> list[dict[str, Any]]:
    """Differences of one comparison by what they are about: open and closed-to-be, and where they are corrected."""
    rows = differences(scope).filter(latest=found).exclude(state=Difference.State.CLOSED).order_by()
    counted = rows.values("kind", "column").annotate(
        n=Count("pk"), ours=Count("pk", filter=Q(where="ours")), theirs=Count("pk", filter=Q(where="theirs")),
        both=Count("pk", filter=Q(where="both")), waiting=Count("pk", filter=Q(state="open")),
    )  # fmt: skip
    out = [{**row, "word": column_word(row["column"], row["kind"]), "kind_word": KIND_WORDS[row["kind"]]} for row in counted]
    return sorted(out, key=lambda r: -r["n"])


def by_town(scope: Scope, found: Reconciliation) -> list[dict[str, Any]]:
    """Differences of one comparison by town."""
    rows = differences(scope).filter(latest=found).exclude(state=Difference.State.CLOSED).order_by()
    counted = rows.values("town_id", "town__name", "town__code").annotate(n=Count("pk"), waiting=Count("pk", filter=Q(state="open")))
    return sorted((dict(row) for row in counted), key=lambda r: r["town__code"] or "")
