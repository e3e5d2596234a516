"""Pages of the registry: the record, its drawer and print, exact search, reveal."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.sections import sections_of
from shouwang.kernel.sign_in.sessions import confirm_password
from shouwang.kernel.web import Request
from shouwang.kernel.worklist.queries import open_items_on
from shouwang.ledgers.registry import (
    actions,
    entitlements,
    finding_lines,
    finding_queries,
    history,
    papers,
    policies,
    queries,
    record,
    record_parts,
    reshape_view,
    visits,
)
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.identity import clean_number
from shouwang.ledgers.registry.lifecycle import CYCLES
from shouwang.ledgers.registry.models import HelperAssignment, Household, Member, label_of
from shouwang.ledgers.registry.policies import CALL, EDIT, RESHAPE, REVEAL, VIEW, VISIT

EVENTS_SHOWN = 6
PROVED = "registry_proved_at"
KINDS: dict[str, type[Any]] = {"household": Household, "member": Member, "helper": HelperAssignment}
PHRASES = ("电话核实家庭情况", "核对证件信息", "联系本人办理帮扶事项", "核对资金发放户名")


@page(VIEW)
def household(request: Request, pk: int) -> HttpResponse:
    """One household on one screen; `?drawer=1` the drawer, which htmx asks for by its target."""
    family = _family(request, pk)
    context = _context(request, family)
    if request.GET.get("drawer") == "1" or request.htmx.target == "drawer":
        return render(request, "registry/drawer.html", context)
    context["record"]["tabs"] = _tabs(context)
    return render(request, "registry/household.html", context)


@page(VIEW)
def print_view(request: Request, pk: int) -> HttpResponse:
    """The household's file for paper: masked like the screen, with a place for signature."""
    import segno  # drawn on this page only

    context = _context(request, _family(request, pk))
    address = request.build_absolute_uri(reverse("registry_household", args=[pk]))
    context |= {"address": address, "code_image": segno.make(address, error="m").png_data_uri(scale=3, border=1)}
    return render(request, "registry/print.html", context)


@page(VIEW)
def changes(request: Request, pk: int) -> HttpResponse:
    """Every change of the household, page by page."""
    family = _family(request, pk)
    h = family.household
    subjects = record_parts.subjects_of(family, visits.of_household(h), papers.slots(h, request.today))
    for section in sections_of(request.scope, h.pk, request.today):
        subjects |= section.records
    shown = history.page_of(h, request.GET.get("page"), subjects)
    events = [history.entry(e, subjects, family.see) for e in shown]
    return render(request, "registry/history.html", {"household": h, "page": shown, "events": events})


@page(VIEW, methods=("POST",))
def find(request: Request) -> HttpResponse:
    """Exact search by ID or phone number: by post, so that the number stays out of addresses, histories and logs."""
    number = clean_number(request.POST.get("number", ""))[:20]
    if len(number) < 7:
        raise Refused("请输入完整的证件号码（18 位）或电话号码（11 位）；不支持按部分号码查找。", field="number")
    found = queries.found_by_number(request.scope, number)
    if not found:
        raise Refused("没有找到该号码对应的户：可能号码有误、尚未登记，或不在您的权限范围内。请核对号码后重试。", field="number")
    if len(found) == 1:
        return redirect("registry_household", pk=found[0].pk)
    messages.info(request, f"该号码对应 {len(found)} 户，可能重复登记或共用电话，请逐户核对。")
    return render(request, "registry/found.html", {"found": found})


@page(REVEAL, CALL, methods=("GET", "POST"))
def reveal(request: Request, kind: str, pk: int, field: str) -> HttpResponse:
    """Ask for the whole value of a masked field: reason, and the password where it was not typed within the last minutes."""
    model = KINDS.get(kind)
    if model is None or field not in policies.REVEALABLE[kind]:
        raise OutOfScope
    found = _masked(request, model, pk, policies.rights_to_reveal(field))
    context = {"found": found, "kind": kind, "field": field, "label": label_of(found, field), "phrases": PHRASES}
    context |= {"value": None, "error": "", "stale": not _fresh(request), "left": _left(request)}
    if request.method == "POST":
        try:
            context["value"] = _revealed(request, found, kind, field)
        except Refused as no:
            context |= {"error": no.message, "error_field": no.field, "stale": not _fresh(request)}
        context["left"] = _left(request)
    drawer = bool(request.htmx)
    return render(request, "registry/reveal_drawer.html" if drawer else "registry/reveal.html", context)


def _masked(request: Request, model: Any, pk: int, rights: tuple[str, ...]) -> Any:
    """The record, under the first of the rights that reaches it; raises OutOfScope."""
    for right in rights:
        with suppress(OutOfScope):
            return (
                queries.household(request.scope, pk, right) if model is Household else queries.of_household(model, request.scope, pk, right)
            )
    raise OutOfScope


def _revealed(request: Request, found: Any, kind: str, field: str) -> str:
    if password := request.POST.get("password", ""):
        confirm_password(request, password)
        request.session[PROVED] = timezone.now().isoformat()
    return actions.reveal_field(
        found,
        field,
        kind=kind,
        reason=request.POST.get("reason", "")[:300],
        by=request.scope,
        today=request.today,
        moment=timezone.now(),
        proved_at=_proved_at(request),
    )


def _proved_at(request: Request) -> dt.datetime | None:
    """When this session last saw the person's password: at sign-in, or typed again here."""
    signed_in = request.user.sign_ins.filter(device=request.scope.device).values_list("started_at", flat=True).first()
    again = request.session.get(PROVED)
    known = [t for t in (signed_in, dt.datetime.fromisoformat(again) if again else None) if t]
    return max(known, default=None)


def _fresh(request: Request) -> bool:
    try:
        policies.check_fresh(_proved_at(request), timezone.now(), request.today)
    except Refused:
        return False
    return True


def _left(request: Request) -> int:
    return max(policies.quota(request.today) - queries.reveals_today(request.scope, request.today), 0)


def _family(request: Request, pk: int) -> record.Family:
    found = queries.household(request.scope, pk)
    return record.Family(
        household=found,
        members=list(found.members.order_by("left_on", "id")),
        incomes=list(found.incomes.order_by("-window_end")),
        statuses=list(queries.statuses(found)),
        helpers=list(found.helpers.select_related("sponsor_unit").order_by("-since")),
        today=request.today,
        see=policies.seen_groups(request.scope, found, VIEW),
        may_reveal=found.covers(request.scope, REVEAL),
        may_call=found.covers(request.scope, CALL),
        findings=finding_queries.findings_of(found, request.scope),
        may_edit=found.closed_on is None and found.covers(request.scope, EDIT),
    )


def _context(request: Request, f: record.Family) -> dict[str, Any]:
    h = f.household
    moves, why = _moves(request, f) if f.may_edit else ([], "")
    seen, slots = visits.of_household(h), papers.slots(h, f.today)
    may_visit = h.closed_on is None and h.covers(request.scope, VISIT)
    lines = record_parts.visit_lines(f, seen, may_visit=may_visit)
    subjects = record_parts.subjects_of(f, seen, slots)
    sections = sections_of(request.scope, h.pk, request.today)
    for section in sections:
        subjects |= section.records
    events = history.events_of(h, subjects)
    return {
        "family": f,
        "household": h,
        "record": {"title": f"{h.head_name} 家庭", "tags": record.tags(f), "meta": record.meta(f)},
        "namesakes": record_parts.namesake_words(queries.namesakes(request.scope, h)) if f.see("base") else [],
        "summary": record.summary(f),
        "owed": entitlements.owed(f, seen),
        "lacks": record.lacks(f),
        "tasks": open_items_on(h),
        "file": papers.tally(slots),
        "slots": papers.visible(slots, f.see),
        "visits": lines,
        "last_visit": next((x for x in lines if x.visit.reach == "reached"), None),
        "may_visit": may_visit,
        "members": record_parts.member_lines(f),
        "steps": record_parts.derivation(f.income, h, f.today) if f.income and f.see("income") else [],
        "guarantees": record_parts.guarantees(f),
        "standings": [(s, record.standing_of(s, f.today)) for s in f.statuses] if f.see("base") else [],
        "sections": sections,
        "events": [history.entry(e, subjects, f.see) for e in events[:EVENTS_SHOWN]],
        "events_count": events.count(),
        "edits": f.may_edit,
        "lineage": reshape_view.history(h, queries.changes_of(h), request.scope),
        "reshapes": h.closed_on is None and request.scope.may_at(RESHAPE, h),
        "heir_seen": h.merged_into is not None and h.merged_into.covers(request.scope, VIEW),
        "moves": moves,
        "moves_why": why,
        "findings": finding_lines.lines(f),
        "sees_income": f.see("income"),
    }


def _tabs(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of the file as tabs: parts of the page, and the pages of papers and changes."""
    pk, file = context["household"].pk, context["file"]
    return [
        {"label": "概况", "url": reverse("registry_household", args=[pk]), "current": True, "count": None},
        {"label": "家庭成员", "url": "#members", "count": len(context["family"].living)},
        {"label": "收入支出", "url": "#income", "count": None},
        {"label": "档案材料", "url": reverse("registry_papers", args=[pk]), "count": f"{file['kept']}/{file['asked']}"},
        {"label": "走访记录", "url": "#visits", "count": len(context["visits"])},
        *({"label": s.title, "url": f"#{s.key}", "count": s.count} for s in context["sections"]),
        {"label": "变更日志", "url": reverse("registry_history", args=[pk]), "count": context["events_count"]},
    ]


def _moves(request: Request, f: record.Family) -> tuple[list[dict[str, str]], str]:
    """The programme moves that fit the household, as buttons; where this person may enter none, why."""
    out, why = [], ""
    for cycle in CYCLES.values():
        for code, move in cycle.open_moves(f.household).items():
            try:
                policies.check_standing(request.scope, f.household, code, move.target, f.today)
            except NotPermitted as no:
                why = no.message
            except Refused:
                continue  # a move of another kind of household, or of a later year's vocabulary
            else:
                out.append({"label": in_words(move.label, f.today), "url": reverse("registry_status", args=[f.household.pk, code])})
    return out, why
