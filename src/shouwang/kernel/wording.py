"""Changes of a record in words: labels, choices, names; personal values masked or withheld."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shouwang.kernel.privacy import FieldClass, Privacy, classify, shown
from shouwang.kernel.privacy.classes import declared
from shouwang.kernel.privacy.masks import HIDDEN

WITHHELD = "（已变更）"
LONG, MANY = 60, 8


class Wording:
    """Turns the changes of one model's records into lines; names of the records they point to are fetched at once."""

    def __init__(self, model: type[models.Model], changes: Iterable[dict[str, Any]]) -> None:
        self._model, self._classes = model, classify(model)
        wanted: dict[type[models.Model], set[Any]] = {}
        for name, pair in (item for c in changes for item in c.items()):
            target = self._target(self._field(name))
            if target is not None:
                wanted.setdefault(target, set()).update(v for v in pair if v is not None)
        self._names = {m: {row.pk: _name(row) for row in m._base_manager.filter(pk__in=ids)} for m, ids in wanted.items()}

    def of(self, changes: dict[str, Any]) -> list[str]:
        """The lines of one event; a new record with many fields is told by their number."""
        if len(changes) > MANY and all(pair[0] is None for pair in changes.values()):
            return [f"填写 {len(changes)} 项"]
        return [line for name, pair in changes.items() if (line := self._line(name, pair))]

    def _field(self, name: str) -> Any:
        try:
            return self._model._meta.get_field(name)
        except FieldDoesNotExist:
            return None

    def _target(self, field: Any) -> type[models.Model] | None:
        """The model a field points to, unless naming its record would name a person and it has no number to go by."""
        if field is None or not field.is_relation:
            return None
        return field.related_model if not _personal(field.related_model) or _numbered(field.related_model) else None

    def _line(self, name: str, pair: list[Any]) -> str:
        field = self._field(name)
        if field is None:
            # A caller's own note is in the caller's words; a bare code says nothing to people.
            return "" if name.isascii() else f"{name}：{_short(pair[1] if pair[1] is not None else pair[0])}"
        label, known = str(field.verbose_name), self._classes.get(name)
        if label.isascii():
            return ""  # a field without a Chinese name is kept for the system: the name of a person stands beside their number
        if HIDDEN in pair or (known is not None and known.level != Privacy.OPEN and known.mask is None):
            return f"{label}{WITHHELD}"
        before, after = (self._value(field, known, v) for v in pair)
        if pair[0] is None:
            return f"{label}：{after}"
        return f"{label}{WITHHELD}" if before == after else f"{label}：{before} → {after}"

    def _value(self, field: Any, known: FieldClass | None, value: Any) -> str:
        if value in (None, "", [], {}):
            return "--"
        if known is not None and known.level != Privacy.OPEN:
            return shown(known, value)
        if field.is_relation:
            return self._names.get(field.related_model, {}).get(value, f"编号 {value}")
        if choices := dict(field.flatchoices or ()):
            return str(choices.get(value, value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
            return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
        return _short(value)


def _personal(model: type[models.Model]) -> bool:
    return any(c.level != Privacy.OPEN for c in declared(model).values())


def _numbered(model: type[models.Model]) -> bool:
    """Whether it has a number of its own that everyone in scope may read."""
    number = declared(model).get("code")
    return number is not None and number.level == Privacy.OPEN


def _name(row: models.Model) -> str:
    """What a line calls a record: its number where its name would name a person."""
    return str(row.code) if _personal(type(row)) else str(row)  # type: ignore[attr-defined]  # only numbered models come here


def _short(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(v, str | int) for v in value):
        value = "、".join(map(str, value))
    text = "--" if value in (None, "") else "（内容已调整）" if isinstance(value, dict | list) else str(value)
    return text if len(text) <= LONG else f"{text[:LONG]}…"
