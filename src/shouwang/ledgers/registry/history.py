"""Every change of a household and of what belongs to it, field by field: before and after, in words, masked as on the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from shouwang.kernel.audit.models import Event
from shouwang.kernel.privacy.classes import FieldClass, Privacy, classify
from shouwang.kernel.privacy.masks import HIDDEN, mask
from shouwang.ledgers.registry.codes import in_words, words
from shouwang.ledgers.registry.forms import HouseholdForm, MemberForm
from shouwang.ledgers.registry.income import EXPENSE_FIELDS, INCOME_FIELDS, SIDE_FIELDS
from shouwang.ledgers.registry.lifecycle import CYCLES
from shouwang.ledgers.registry.models import Household
from shouwang.ledgers.registry.papers import catalogue
from shouwang.ledgers.registry.visits import visit_choices

PER_PAGE = 30
WITHHELD = "（已变更，内容不显示）"
MONEY = frozenset((*INCOME_FIELDS, *EXPENSE_FIELDS, *SIDE_FIELDS, "net"))
LISTED = {
    **HouseholdForm.lists, **MemberForm.lists, "other_causes": "cause", "risks": "risk", "standard_system": "standard_system",
    "left_reason": "left_reason", "disability_type": "disability_type", "disability_grade": "disability_grade", "programme": "programme",
    "window_type": "income_window",
}  # fmt: skip
# Whatever belongs to a household; a new table of the registry is added here or its changes stay out of the history.
BELONGINGS = ("members", "incomes", "helpers", "statuses", "visits", "papers", "findings")
See = Callable[[str], bool]


def events_of(household: Household, others: Iterable[tuple[str, str]] = ()) -> QuerySet[Event]:
    """The acts on a household, on what belongs to it and on `others`, records of higher ledgers by label and id; the latest first."""
    reach = Q(ledger=household._meta.label_lower, record_id=str(household.pk))
    for name in BELONGINGS:
        rows: Any = getattr(household, name)
        ids = [str(pk) for pk in rows.order_by().values_list("pk", flat=True)]
        if ids:
            reach |= Q(ledger=rows.model._meta.label_lower, record_id__in=ids)
    elsewhere: dict[str, list[str]] = {}
    for ledger, pk in others:
        elsewhere.setdefault(ledger, []).append(pk)
    for ledger, ids in elsewhere.items():
        reach |= Q(ledger=ledger, record_id__in=ids)
    return Event.objects.filter(reach).order_by("-id")


def page_of(household: Household, number: str | None, others: Iterable[tuple[str, str]] = ()) -> Page[Event]:
    """One page of the history; a number that means nothing is the first or the last page."""
    return Paginator(events_of(household, others), PER_PAGE).get_page(number)


def entry(event: Event, subjects: dict[tuple[str, str], str], see: See) -> dict[str, Any]:
    """An act as blocks/timeline.html draws it: on its business day, in the words of that day, at the real time, with the person it concerns."""
    on_behalf = f"（代{event.on_behalf_of}）" if event.on_behalf_of else ""
    concerns = subjects.get((event.ledger, event.record_id), "")
    return {
        "at": dt.datetime.combine(event.business_at, timezone.localtime(event.recorded_at).timetz()),
        "text": event.sentence + (f"（{concerns}）" if concerns else ""),
        "office": event.office_name,
        "who": event.actor_name + on_behalf,
        "reason": event.reason,
        "changes": lines(event, see),
        "correction": event.verb.endswith(".correct"),
        "tone": "o" if event.verb == "registry.field.reveal" else "",
    }


def lines(event: Event, see: See) -> list[str]:
    """`字段：原值 → 新值` of each change; fields of groups this person does not see are left out and counted.

    Acts of higher ledgers are said by their sentence: the values stand on the ledger's own pages.
    """
    model = apps.get_model(event.ledger)
    if model._meta.app_label != Household._meta.app_label:
        return []
    classes = classify(model)
    out, hidden = [], 0
    for name, pair in event.changes.items():
        try:
            field: Any = model._meta.get_field(name)
        except FieldDoesNotExist:
            out += [] if name.isascii() else [f"{name}：{_note(pair)}"]
            continue
        known = classes[name]
        if known.level != Privacy.OPEN and not see(known.group):
            hidden += 1
        elif not field.is_relation:
            out.append(_line(model, field, known, pair, event.business_at))
    return [*out, f"另有 {hidden} 项无权查看"] if hidden else out


def _note(pair: Any) -> str:
    """A caller's own note: the value it ended with, or the one it took away."""
    value = next((v for v in reversed(pair) if v is not None), "--") if isinstance(pair, list) else pair
    return str(value)[:120]


def _line(model: type[models.Model], field: Any, known: FieldClass, pair: list[Any], day: dt.date) -> str:
    label = in_words(str(field.verbose_name), day)
    before, after = (_said(model, field, known, value, day) for value in pair)
    if HIDDEN in (before, after) or (before == after and pair[0] != pair[1]):
        return f"{label}{WITHHELD}"
    return f"{label}：{after}" if pair[0] is None else f"{label}：{before} → {after}"


def _said(model: type[models.Model], field: Any, known: FieldClass, value: Any, day: dt.date) -> str:
    if value in (None, "", []):
        return "--"
    if field.name == "birth_date":
        return f"{str(value)[:4]} 年"  # the day beside a masked number would give the number away
    if known.mask is not None:
        return mask(known.mask, str(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.name in MONEY and isinstance(value, int):
        return f"{value / 100:,.2f} 元"
    text = str(value)
    coded = _words(model._meta.model_name or "", field.name, day)
    return "、".join(coded.get(part, part) for part in text.split(",")) if coded else text


@lru_cache(maxsize=256)
def _words(model: str, name: str, day: dt.date) -> dict[str, str]:
    """The words of a coded field; none for any other."""
    if name in CYCLES and model == "household":
        return {code: in_words(label, day) for code, label in CYCLES[name].choices}
    if name == "standing":
        return {code: in_words(label, day) for cycle in CYCLES.values() for code, label in cycle.choices}
    if model == "visit" and name in ("means", "reach"):
        return dict(visit_choices(f"visit_{name}", day))
    if model == "paper":
        return {e.code: e.name for e in catalogue(day)} if name == "code" else {"kept": "已归档", "waived": "不需要", "withdrawn": "已移出"}
    return words(LISTED[name], on=day) if name in LISTED and model != "visit" else {}
