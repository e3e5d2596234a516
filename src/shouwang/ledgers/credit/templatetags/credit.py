"""What the ledger's templates ask."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str) -> bool:
    """Whether the person holds the permission anywhere: decides which buttons a list shows."""
    found: bool = context["request"].scope.may(permission)
    return found
