"""Row-level security is never narrower than the rules: actions called by tests reach what their person reaches."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.regions import rls
from shouwang.kernel.regions.scope import Scope

_acting: ContextVar[bool] = ContextVar("acting", default=False)


def bind_actions() -> int:
    """Let every public action (a function of a module `actions` with `by=`) run under row-level security; returns how many there are."""
    bound: dict[Any, Any] = {}
    for module in _modules("shouwang."):
        if "actions" in module.__name__.split("."):
            bound |= {f: _bound(f) for name, f in vars(module).items() if not name.startswith("_") and _is_action(f, module)}
    for module in _modules("shouwang.", "tests."):
        for name, value in list(vars(module).items()):
            if inspect.isfunction(value) and value in bound:
                setattr(module, name, bound[value])
    _let_wide_blocks_be()
    return len(bound)


def _let_wide_blocks_be() -> None:
    """Inside of `rls.everywhere()` an act is not narrowed again: in the product nobody does."""
    everywhere = rls.everywhere

    @contextmanager
    def wide() -> Iterator[None]:
        outer = _acting.set(True)
        try:
            with everywhere():
                yield
        finally:
            _acting.reset(outer)

    rls.everywhere = wide


def _modules(*prefixes: str) -> list[ModuleType]:
    return [m for name, m in list(sys.modules.items()) if name.startswith(prefixes) and isinstance(m, ModuleType)]


def _is_action(value: Any, module: ModuleType) -> bool:
    if not inspect.isfunction(value) or value.__module__ != module.__name__ or inspect.isgeneratorfunction(inspect.unwrap(value)):
        return False
    return "by" in inspect.signature(value).parameters


def _bound(action: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(action)
    def act(*args: Any, **kwargs: Any) -> Any:
        by = kwargs.get("by")
        if not isinstance(by, Scope) or not connection.in_atomic_block or _acting.get():
            return action(*args, **kwargs)  # what an act calls reaches as far as the act lets it
        before, outer = transaction.savepoint(), _acting.set(True)
        try:
            with rls.acting(by):
                return action(*args, **kwargs)
        except (OutOfScope, ObjectDoesNotExist, DatabaseError) as refused:
            transaction.savepoint_rollback(before)
            result = action(*args, **kwargs)  # what the rules say, without row-level security
            raise AssertionError(f"row-level security keeps {by.user_name} from {action.__qualname__}, which gave {result!r}") from refused
        finally:
            _acting.reset(outer)

    return act
