"""The key a household or person has in the columns the watch works on: random, so that nothing about the person follows from it."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models


def fresh_key() -> int:
    """A random number of 63 bits, never 0."""
    return secrets.randbelow(2**63 - 1) + 1


def fresh_keys(n: int) -> list[int]:
    """n of them, for loads in bulk; two equal ones meet the column's unique constraint."""
    drawn = secrets.token_bytes(8 * n)
    return [int.from_bytes(drawn[at : at + 8]) >> 1 or 1 for at in range(0, 8 * n, 8)]


class LakeKeyField(models.BigIntegerField):  # type: ignore[type-arg]  # the stubs' class takes parameters, Django's does not
    """Set once, at creation; neither shown nor written to the audit, where it would stand beside the name."""

    derived = True  # the audit leaves it out

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"unique": True, "editable": False, "default": fresh_key, **kwargs})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """For migrations: what differs from the usual."""
        name, path, args, kwargs = super().deconstruct()
        usual = {"unique": True, "editable": False, "default": fresh_key}
        given = {"unique": self.unique, "editable": self.editable, "default": self.default}
        changed = {k: v for k, v in given.items() if v != usual[k]}
        return name, path, list(args), {**{k: v for k, v in kwargs.items() if k not in usual}, **changed}
