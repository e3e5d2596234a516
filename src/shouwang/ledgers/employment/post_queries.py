"""Reads of employers, posts, offers, plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Count, Model, Q, QuerySet, Subquery
from django.db.models.expressions import OuterRef
from django.db.models.fields import IntegerField
from django.db.models.functions import Coalesce

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment.models import Employer, MatchLine, MatchPlan, Offer, Post, PriorityPlace, WorkRecord
from shouwang.ledgers.employment.policies import VIEW
from shouwang.ledgers.registry.queries import PLACE_NAMES

M = TypeVar("M", bound=Model)


def employers(scope: Scope) -> QuerySet[Employer]:
    """Employers, with the number of posts that hire."""
    hiring = Post.objects.filter(employer=OuterRef("pk"), state="open").order_by().values("employer").annotate(n=Count("pk")).values("n")
    found: QuerySet[Employer] = Employer.objects.within(scope).annotate(
        hiring=Coalesce(Subquery(hiring, output_field=IntegerField()), 0), **PLACE_NAMES
    )
    return found


def posts(scope: Scope) -> QuerySet[Post]:
    """Posts with employer, people at work, offers waiting."""
    found: QuerySet[Post] = Post.objects.within(scope).select_related("employer").annotate(**PLACE_NAMES)
    return found


def one(model: type[M], scope: Scope, pk: int, permission: str, *beside: str) -> M:
    """One record of the ledger; raises OutOfScope."""
    rows: Any = model._default_manager
    found: M | None = rows.within(scope, permission).select_related(*beside).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found


def employer(scope: Scope, pk: int, permission: str = VIEW) -> Employer:
    """One employer; raises OutOfScope."""
    return one(Employer, scope, pk, permission, "region")


def post(scope: Scope, pk: int, permission: str = VIEW) -> Post:
    """One post; raises OutOfScope."""
    return one(Post, scope, pk, permission, "employer", "region__county", "region__town")


def taken_places(post_ids: Sequence[int]) -> dict[int, int]:
    """{post id: places taken by people at work or expected, and by offers that wait}."""
    out: dict[int, int] = {}
    with rls.everywhere():  # places are taken by workers of every district
        for rows in (WorkRecord.objects.filter(post__in=post_ids, ended_on=None), Offer.objects.filter(post__in=post_ids, state="sent")):
            for pk, n in rows.order_by().values_list("post").annotate(n=Count("pk")):
                if pk is not None:
                    out[pk] = out.get(pk, 0) + n
    return out


def hiring(day: dt.date) -> QuerySet[Post]:
    """Posts that hire on the day."""
    return Post.objects.filter(Q(close_on=None) | Q(close_on__gte=day), state="open")


def offers(scope: Scope) -> QuerySet[Offer]:
    """Offers in scope."""
    found: QuerySet[Offer] = (
        Offer.objects.within(scope).select_related("household", "worker__member", "post__employer").annotate(**PLACE_NAMES)
    )
    return found


def plans(scope: Scope) -> QuerySet[MatchPlan]:
    """Matching plans in scope."""
    found: QuerySet[MatchPlan] = MatchPlan.objects.within(scope).select_related("region")
    return found


def lines(scope: Scope) -> QuerySet[MatchLine]:
    """Lines of plans in scope."""
    found: QuerySet[MatchLine] = (
        MatchLine.objects.within(scope).select_related("household", "worker__member", "post__employer", "plan").annotate(**PLACE_NAMES)
    )
    return found


def priority_places(scope: Scope) -> QuerySet[PriorityPlace]:
    """Places that go first, in scope."""
    found: QuerySet[PriorityPlace] = PriorityPlace.objects.within(scope).select_related("region").annotate(**PLACE_NAMES)
    return found


def listed_on(day: dt.date) -> tuple[frozenset[int], frozenset[int]]:
    """Ids of towns and of villages that go first on the day."""
    rows = PriorityPlace.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day).values_list("town_id", "village_id")
    found = list(rows)
    return frozenset(t for t, v in found if v is None), frozenset(v for _t, v in found if v is not None)


def priority_kept(rows: QuerySet[MatchPlan]) -> QuerySet[MatchPlan]:
    """Solved plans that left no prioritised worker for a lesser one (the engine's proof)."""
    return rows.filter(state="solved", result__proof__priority_kept=True)
