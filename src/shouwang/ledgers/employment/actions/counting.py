"""How many places of a post are taken: kept with every act that takes or frees one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from shouwang.kernel.audit.actions import change
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.employment import lifecycle, policies
from shouwang.ledgers.employment.models import Post
from shouwang.ledgers.employment.post_queries import taken_places


def recount(post_ids: Iterable[int], *, by: Scope, today: dt.date) -> None:
    """Count the places taken anew: a post whose places are all taken or offered hires nobody more, one that has a place again does.

    Called inside the act's transaction, past row-level security: the post may lie in another district.
    """
    with rls.everywhere():
        posts = list(Post.objects.select_for_update().filter(pk__in=list(post_ids)).order_by("pk"))
        used = taken_places([p.pk for p in posts])
        for post in posts:
            _settle(post, used.get(post.pk, 0), by, today)


def _settle(post: Post, used: int, by: Scope, today: dt.date) -> None:
    move = "fill" if post.state == "open" and used >= post.places else "free" if post.state == "filled" and used < post.places else ""
    verb = policies.COUNT_POST
    with lifecycle.POST.advance(post, move, by=by, today=today) if move else change(post, by=by, verb=verb, today=today) as locked:
        locked.taken = used
