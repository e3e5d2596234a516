"""Walks a route: every person, method, target and header; returns what was answered otherwise than the oracle says."""

from __future__ import annotations

import os
import zipfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.conformance.rules import BODY, SEEN, Rule
from tests.conformance.world import CANARY, Person, Target, World, client_for, keep_signed_in

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Tables a refused request may touch: the session lives on, the sign-in is noted, the operation id is taken and given back.
BOOKS = ("django_session", "accounts_signin", "kernel_receipt", "axes_")
WHOLE = bool(os.environ.get("SHOUWANG_TEST_LONG"))
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


@dataclass
class Result:
    """What a walk found."""

    cases: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Answer:
    """What came back, and what was written meanwhile."""

    status: int
    location: str
    text: str
    writes: list[str]


def every_route(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(full name, route) of the whole site."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from every_route(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


@dataclass(frozen=True)
class Case:
    """One request and what is due."""

    person: Person
    method: str
    target: Target | None
    htmx: bool
    due: str


def plan(
    world: World, rule: Rule, people: Iterable[Person] | None = None, methods: Iterable[str] = METHODS, whole: bool = WHOLE
) -> Iterator[Case]:
    """Every case of one route; in the short form every second of what is due alike carries the header of htmx, in the whole form each
    is asked with and without it.
    """
    everyone, turns = list(people or world.people), Counter[tuple[str, str]]()
    for method in methods:
        for person in everyone if whole else asking(everyone, rule, method):
            for target in chosen(world, rule, person, method):
                due = expected(rule, person, target, method, world)
                turns[method, due] += 1
                turn = method in ("GET", "POST") and turns[method, due] % 2 == 0
                for htmx in (False, True) if whole else (turn,):
                    yield Case(person, method, target, htmx, due)


def walk(world: World, name: str, rule: Rule, people: Iterable[Person] | None = None, methods: Iterable[str] = METHODS) -> Result:
    """Ask every case of one route."""
    result = Result()
    canaries = world.by_canary()
    keep_signed_in()
    for case in plan(world, rule, people, methods):
        result.cases += 1
        answer = ask(world, name, rule, case.person, case.target, case.method, case.htmx)
        result.wrong += [
            f"{name} {case.method}{' htmx' if case.htmx else ''} {case.person.name} → {_words(case.target)}: {w}"
            for w in compare(answer, rule, case, world, canaries)
        ]
    return result


def asking(everyone: list[Person], rule: Rule, method: str) -> list[Person]:
    """Who asks in the short form. A method the route does not take is refused before anyone looks at the person, so one of each state
    asks; PostgreSQL, where the rules are the same code, is asked by every third person and one of each state.
    """
    if method not in rule.methods and method != "HEAD":
        return list(by_state(everyone))
    return everyone if connection.vendor == "sqlite" and method != "HEAD" else some(everyone)


def by_state(everyone: list[Person]) -> Collection[Person]:
    """One person of each state: the first."""
    return {p.state: p for p in reversed(everyone)}.values()


def some(everyone: list[Person]) -> list[Person]:
    """Every third person and one of each state: who asks where what stands behind the answer is the same code for all."""
    states = by_state(everyone)
    return [p for n, p in enumerate(everyone) if n % 3 == 0 or p in states]


def chosen(world: World, rule: Rule, person: Person, method: str) -> list[Target | None]:
    """The records asked for: all of them where the record decides, one where the answer is given before it is looked at."""
    if not rule.kind:
        return [None]
    every: list[Target | None] = list(world.targets[rule.kind])
    early = expected(rule, person, every[0], method, world) in ("method", "login", "settle", "forbidden")
    return every[:1] if early or method == "HEAD" else every


def ask(world: World, name: str, rule: Rule, person: Person, target: Target | None, method: str, htmx: bool) -> Answer:
    """One request, undone afterwards."""
    kwargs = rule.path(target) if target else rule.fixed_path
    asked = ({"per_page": "100"} if rule.lists else {}) | (
        rule.query(target) if target else {}
    )  # a list in whole: the world has more than 20
    address = reverse(name, kwargs=kwargs) + ("?" + urlencode(asked) if asked else "")
    client = client_for(person)
    headers = {"HX-Request": "true"} if htmx else {}
    body = {**BODY, **rule.fixed, **rule.body(target, world)} if method == "POST" else None
    with transaction.atomic(), noting_writes() as writes:
        response: Any = getattr(client, method.lower())(address, body, headers=headers)
        text = _text(response)
        transaction.set_rollback(True)
    return Answer(response.status_code, response.headers.get("Location", response.headers.get("HX-Redirect", "")), text, writes)


@contextmanager
def noting_writes() -> Iterator[list[str]]:
    """The statements that change something other than the books."""
    out: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES) and not any(book in sql for book in BOOKS):
            out.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield out


def expected(rule: Rule, person: Person, target: Target | None, method: str, world: World) -> str:
    """method, login, settle, forbidden, missing, refused or served."""
    if method not in rule.methods and not (method == "HEAD" and "GET" in rule.methods):
        return "method"
    if rule.public:
        return "served"
    if person.state == "anonymous":
        return "login"
    if person.state == "unsettled" and not rule.settles:
        return "settle"
    if rule.gate and not person.may(*rule.gate):
        return "forbidden"
    if rule.covers and not rule.covers(person, target, world):  # type: ignore[arg-type]  # rules without a kind look at the person only
        return "missing"
    if (method == "POST" or rule.strict) and rule.acts and not rule.acts(person, target, world):  # type: ignore[arg-type]  # the same
        return "refused"
    return "served"


def compare(got: Answer, rule: Rule, case: Case, world: World, canaries: dict[str, Target]) -> list[str]:
    """What differs."""
    person, method, due, htmx = case.person, case.method, case.due, case.htmx
    at_login = got.location.startswith("/sign-in/")
    fits = {
        "method": got.status == 405,
        "login": at_login and got.status == (204 if htmx else 302),
        "settle": got.status == 302 and got.location.startswith("/account/"),
        "forbidden": got.status == 403,
        "missing": got.status == 404,
        "refused": got.status in (302, 403, 404, 422),
        "served": got.status in (200, 302, 422) and (rule.public or rule.settles or not at_login),
    }
    out = [] if fits[due] else [f"{due} expected, {got.status} {got.location} came"]
    only_noted = rule.noted and all("audit_event" in sql for sql in got.writes)
    if got.writes and (due != "served" or not (method == "POST" or only_noted)):
        out.append(f"{due}, and yet written: {got.writes[0]}")
    shown = {c for c in CANARY.findall(got.text) if c in canaries}
    leaked = [canaries[c] for c in shown if not SEEN[canaries[c].kind](person, canaries[c], world)]
    out += [f"shows {_words(leak)}" for leak in leaked]
    if due in ("method", "login", "settle", "forbidden", "missing") and shown:
        out.append(f"{due}, and yet shows {_words(canaries[next(iter(shown))])}")
    if rule.lists and due == "served" and method == "GET":
        due_to = rule.due or SEEN[rule.lists]
        wanted = {t.canary for t in world.targets[rule.lists] if due_to(person, t, world)}
        out += [f"does not list {_words(canaries[c])}" for c in sorted(wanted - shown)]
    return out


def _text(response: HttpResponse) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]  # set when streaming
    if body.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b" ".join(archive.read(n) for n in archive.namelist())
    return body.decode("utf-8", "replace")


def _words(target: Target | None) -> str:
    return f"{target.kind} {target.row} ({target.canary})" if target else "-"
