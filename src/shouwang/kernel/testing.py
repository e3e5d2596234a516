"""Conformance: what every ledger must pass. Each check returns what is wrong, one sentence each; nothing returned = it conforms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import Field, Model
from django.http import QueryDict
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from shouwang.kernel import figures, lifecycle
from shouwang.kernel.accounts.roles import roles
from shouwang.kernel.errors import Refused
from shouwang.kernel.figures import Figure
from shouwang.kernel.ledger import Ledger
from shouwang.kernel.lifecycle import Lifecycle
from shouwang.kernel.privacy.classes import Privacy, classify, misdeclared, unclassified
from shouwang.kernel.privacy.sealed import Sealed
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Hold, Place, Scope
from shouwang.kernel.tables import NOT_VISIBLE, NOTHING, Column, Table

RESERVED = frozenset({"q", "sort", "page", "per_page", "all", "csrfmiddlewaretoken"})
ID_SAFE = re.compile(r"[a-z][a-z0-9_-]*")  # a table's key is part of element ids: a dot in it breaks the selector
HAN = re.compile(r"[\u4e00-\u9fff]")
CODE_DIGITS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


@dataclass(frozen=True)
class Sample:
    """How the suite fills one table.

    `make(region)` stores one row that lies at the village and gives it back; `seen(row, place)` says whether a person who holds the
    table's permission at `place` must see it: by default when the place's code leads the code of the row's region — on purpose not by
    the ancestor ids that `within` uses.
    """

    make: Callable[[Region], Model]
    seen: Callable[[Any, Place], bool] = lambda row, place: lies_in(row.region.code, place)


def lies_in(code: str, place: Place) -> bool:
    """Whether a region code lies in the place, read off the digits."""
    return code.startswith(place.code[: CODE_DIGITS[place.level]])


def holding(permission: str, place: Place | None, groups: Iterable[str] | None = None, *more: str) -> Scope:
    """A person who holds just that permission (and `more`) at the place."""
    hold = Hold("conformance", frozenset({permission, *more}), place, None if groups is None else frozenset(groups))
    return Scope(user_id=-1, user_name="核验", office=None, holds=(hold,))


def declaration(ledger: Ledger) -> list[str]:
    """Codes carry the ledger's name and stand once; what is named exists; words are there."""
    out = [f"permission {p} lacks a description" for p, words in ledger.permissions.items() if not HAN.search(words)]
    codes = [*ledger.permissions, *(v.code for v in ledger.verbs), *(f.code for f in ledger.figures)]
    out += [f"{c} does not start with {ledger.code}." for c in codes if not c.startswith(f"{ledger.code}.")]
    for kind, names in (("verb", [v.code for v in ledger.verbs]), ("table", [t.key for t in ledger.tables])):
        out += [f"{kind} {n} is declared twice" for n in sorted({n for n in names if names.count(n) > 1})]
    for verb in ledger.verbs:
        out += [] if HAN.search(verb.sentence) else [f"verb {verb.code} has no sentence"]
        out += [] if verb.permission in ("", *ledger.permissions) else [f"verb {verb.code} needs {verb.permission}, which nobody declares"]
    for item in ledger.menu:
        out += [] if item.permission in ledger.permissions else [f"menu {item.label} needs {item.permission}, which nobody declares"]
        out += _reversible(item.url_name, f"menu {item.label}")
    return out


def stragglers(ledger: Ledger, anchors: Iterable[type[Model]]) -> list[str]:
    """Models that point to a household or member (`anchors`) in a ledger that would not hear of its split, merge or move."""
    if ledger.on_household_change is not None:
        return []
    return [
        f"{m._meta.label}.{f.name} points to {f.related_model._meta.label}, and the ledger has no on_household_change"
        for m in ledger.models
        for f in m._meta.concrete_fields
        if f.related_model in set(anchors)
    ]


def roles_match(ledgers: Iterable[Ledger], others: Mapping[str, str]) -> list[str]:
    """Permissions declared (by ledgers and, as `others`, by the kernel's apps) and permissions the roles hold are the same set."""
    declared = {p for ledger in ledgers for p in ledger.permissions} | set(others)
    held = {p for role in roles().values() for p in role.permissions | role.office_permissions}
    return [f"no role holds {p}" for p in sorted(declared - held)] + [
        f"roles hold {p}, which nobody declares" for p in sorted(held - declared)
    ]


def lifecycles(ledger: Ledger) -> list[str]:
    """Tables are total, states have owners, verbs are listed, fields use the table's choices, wrong states are refused in words."""
    out: list[str] = []
    fields = [f for m in ledger.models for f in m._meta.concrete_fields]
    for cycle in ledger.lifecycles:
        out += lifecycle.problems(cycle) + wrong_moves_pass(cycle)
        labels = [s.label for s in cycle.states.values()]
        out += [f"{cycle.name}: two states are called {n}" for n in sorted({n for n in labels if labels.count(n) > 1})]
        out += [f"{cycle.name}: nobody owns {c}" for c, s in cycle.states.items() if not s.owner]
        out += [
            f"{cycle.name}: the verb of {m.label} is not among the ledger's" for m in cycle.moves.values() if m.verb not in ledger.verbs
        ]
        if not any(f.name == cycle.field and list(f.choices or ()) == cycle.choices for f in fields):
            out.append(f"{cycle.name}: no model has a field {cycle.field} with these states")
    return out


def wrong_moves_pass(cycle: Lifecycle) -> list[str]:
    """Moves that a state lets through though the table does not."""
    out = []
    for name, move in cycle.moves.items():
        for code, state in cycle.states.items():
            try:
                cycle.check(SimpleNamespace(**{cycle.field: code}), name)  # type: ignore[arg-type]  # only the state is read
                said = ""
            except Refused as no:
                said = no.message
            if code not in move.sources and not (state.label in said and move.label in said):
                out.append(f"{cycle.name}: {name} from {code} is not refused in words")
            if code in move.sources and said:
                out.append(f"{cycle.name}: {name} from {code} is refused")
    return out


def privacy(ledger: Ledger) -> list[str]:
    """Every field has a class; what tells who someone is, or worse, is masked or kept to a group on every list."""
    out = [f"{m._meta.label}.{f} has no privacy class" for m in ledger.models for f in unclassified(m)]
    out += [words for m in ledger.models for words in misdeclared(m)]
    for table in ledger.tables:
        model = table.base(Scope.system()).model
        for column in table.columns:
            level = _level(model, column)
            if level > Privacy.OPEN and not column.mask and not column.group:
                out.append(f"{table.key}.{column.key} shows a {level.name.lower()} field unmasked to everyone in scope")
            if column.mask and column.mask != "name" and column.sort:
                out.append(f"{table.key}.{column.key} is masked but its order gives it away")
    return out


def _level(model: type[Model], column: Column) -> Privacy:
    if callable(column.value):
        return Privacy.OPEN  # a function says itself what it shows: `withheld` looks at its cells
    for part in column.value.split("."):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return Privacy.OPEN
        if isinstance(field, Field) and not field.is_relation:
            # Tables of the kernel that declare nothing are offices and places: no person's data.
            return classify(model)[field.name].level if hasattr(model, "privacy") else Privacy.OPEN
        model = field.related_model or model
    return Privacy.OPEN


def table_declaration(table: Table, permissions: Iterable[str]) -> list[str]:
    """Keys are usable and stand once, permissions are declared, routes exist, quick views read without a message."""
    out = [] if ID_SAFE.fullmatch(table.key) else [f"table key {table.key} cannot be part of an element id"]
    for kind, keys in (("column", [c.key for c in table.columns]), ("filter", [f.key for f in table.filters])):
        out += [f"{table.key}: {kind} {k} stands twice" for k in sorted({k for k in keys if keys.count(k) > 1})]
    out += [f"{table.key}: filter {f.key} hides a parameter of the list" for f in table.filters if f.key in RESERVED]
    known = set(permissions)
    out += [f"{table.key}: {p} is not declared" for p in (table.permission, table.export_permission) if p and p not in known]
    out += _reversible(table.url_name, table.key)
    if table.export_permission:
        out += _reversible(f"{table.url_name}_export", table.key)
        out += [] if table.definition else [f"{table.key}: an export states a definition, and there is none"]
    for quick in table.quick_views:
        asked = table.read(QueryDict(quick.query), Scope.system())
        out += [f"{table.key}: quick view {quick.key}: {words}" for words in asked.messages]
    return out


def _reversible(url_name: str, who: str) -> list[str]:
    try:
        reverse(url_name)
    except NoReverseMatch:
        return [f"{who}: no route is called {url_name}"]
    return []


def reach(table: Table, sample: Sample, rows: Iterable[Model], places: Iterable[Place]) -> list[str]:
    """Each place sees exactly its rows; no permission, no rows."""
    out, every = [], list(rows)
    for place in places:
        seen = set(table.base(holding(table.permission, place)).values_list("pk", flat=True))
        due = {row.pk for row in every if sample.seen(row, place)}
        if seen != due:
            out.append(f"{table.key} at {place.name}: {len(seen - due)} rows too many, {len(due - seen)} missing")
        if table.base(holding("no.such.permission", place)).exists():
            out.append(f"{table.key} at {place.name}: rows without the permission")
    if table.base(Scope(user_id=-1, user_name="无授权", office=None)).exists():
        out.append(f"{table.key}: rows without any grant")
    return out


def query_counts(table: Table, more: Callable[[], Any], scope: Scope, now: dt.datetime) -> list[str]:
    """The page costs as many queries with three rows as with one; `more()` adds a row."""
    from django.test.utils import CaptureQueriesContext

    found = []
    for wanted in (1, 3):
        while table.base(scope).count() < wanted:
            more()
        with CaptureQueriesContext(connection) as captured:
            table.view(QueryDict(), scope, now=now, hidden=())
        found.append(len(captured))
    return [] if found[0] == found[1] else [f"{table.key}: {found[0]} queries for one row, {found[1]} for three"]


def withheld(table: Table, scope: Scope, now: dt.datetime) -> list[str]:
    """Masked columns show their mask only; without the group a grouped column shows nothing, cannot be sorted or filtered by."""
    out = []
    today = timezone.localtime(now).date()
    bare = replace(scope, holds=tuple(replace(h, groups=frozenset()) for h in scope.holds))
    for row in table.base(scope):
        full, less = (table.drawn([row], s, today)[0].cells for s in (scope, bare))
        for column, whole, cut in zip(table.columns, full, less, strict=True):
            value = column.of(row, today)
            raw = value.reveal() if isinstance(value, Sealed) else str(value or "")
            if column.mask and len(raw) > 1 and raw in (whole.text, str(whole.value), whole.title):
                out.append(f"{table.key}.{column.key} shows a masked value whole")
            if column.group and (cut.text != NOT_VISIBLE or cut.value != NOT_VISIBLE or cut.href or cut.title):
                out.append(f"{table.key}.{column.key} shows the group {column.group} to who does not see it")
    view = table.view(QueryDict(), bare, now=now, hidden=())
    grouped = {c.key for c in table.columns if c.group} | {f.key for f in table.filters if f.group}
    out += [f"{table.key}.{c.key} can be sorted by who does not see it" for c in view.columns if c.key in grouped and c.sort]
    out += [f"{table.key}: filter {f.key} is offered to who does not see its group" for f in view.filters if f.key in grouped]
    return sorted(set(out))


def figure_declaration(figure: Figure, known: Iterable[str]) -> list[str]:
    """Name, unit and a definition in words; a denominator that exists; a share that is not a sum of something else."""
    out = [] if HAN.search(figure.name) and figure.unit else [f"{figure.code}: name or unit is missing"]
    out += [] if len(HAN.findall(figure.definition)) >= 6 else [f"{figure.code}: no definition in words"]
    if figure.denominator and figure.denominator not in set(known):
        out.append(f"{figure.code}: its denominator {figure.denominator} does not exist")
    return out


def figure_rows(figure: Figure, day: dt.date, place: Place, scope: Scope, now: dt.datetime) -> list[str]:
    """The value counts exactly the rows it drills down to, in the query and on the list page it links to."""
    value = figures.value(figure, day, place=place)
    rows = figures.rows_of(figure, day, place=place)
    out = []
    if figure.measure == "count" and value.numerator != rows.count():
        out.append(f"{figure.code}: counts {value.numerator}, its rows are {rows.count()}")
    if not figure.drill:
        return out
    path, _, query = figure.drill.partition("?")
    try:
        table: Table | None = getattr(resolve(path).func, "table", None)
    except Resolver404:
        return [*out, f"{figure.code}: no page at {figure.drill}"]
    if table is None:
        return [*out, f"{figure.code}: {path} is no list page"]
    asked = table.read(QueryDict(query), scope)
    shown = set(table.matching(asked, scope, timezone.localtime(now).date()).values_list("pk", flat=True))
    counted = set(rows.values_list("pk", flat=True))
    out += [f"{figure.code}: {words}" for words in asked.messages]
    if shown != counted:
        out.append(f"{figure.code}: counts {len(counted)} rows, {figure.drill} lists {len(shown)}")
    return out


def cells_of(table: Table, scope: Scope, now: dt.datetime) -> list[list[str]]:
    """What the screen shows, every page, as texts: the export is held against it."""
    out, page = [], 1
    while True:
        view = table.view(QueryDict(f"per_page=100&page={page}"), scope, now=now, hidden=())
        out += [["" if c.text == NOTHING else c.text for c in row.cells] for row in view.rows]
        if page >= view.page_count:
            return out
        page += 1
