"""Whose files they are: whoever sees the notice, the task or the report may open what is attached to it."""

from __future__ import annotations

from collections.abc import Callable

from django.db import models

from shouwang.kernel.attachments.queries import Resolver, register_owner
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions.scope import Scope
from shouwang.ledgers.dispatch import queries
from shouwang.ledgers.dispatch.models import Notice, Report, Task


def _within(find: Callable[[Scope, int], models.Model]) -> Resolver:
    def resolve(scope: Scope, record_id: str) -> models.Model | None:
        try:
            return find(scope, int(record_id))
        except OutOfScope:
            return None

    return resolve


def register_all() -> None:
    """Called once when the app is ready."""
    for model, find in ((Notice, queries.notice), (Task, queries.task), (Report, queries.report)):
        register_owner(model._meta.label_lower, _within(find))
