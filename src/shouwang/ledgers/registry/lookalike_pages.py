"""Pages of look-alikes: a pair side by side, the decision, a new search."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import back, page
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import lookalike_actions, lookalike_view, queries
from shouwang.ledgers.registry.lifecycle import LOOKALIKE
from shouwang.ledgers.registry.policies import LOOKALIKES

PHRASES = ("电话核对为同一人", "入户核实是两人", "查户口簿为同一户", "同名同姓，证件不同")


@page(LOOKALIKES)
def pair(request: Request, pk: int) -> HttpResponse:
    """A pair side by side, what differs marked."""
    found = queries.lookalike(request.scope, pk)
    return render(
        request,
        "registry/lookalike.html",
        {
            "pair": found,
            "state": LOOKALIKE.state_of(found),
            "shown": lookalike_view.compared(found, request.scope, request.today),
            "events": queries.timeline_of(found),
            "phrases": PHRASES,
            "following": queries.next_lookalike(request.scope, found),
        },
    )


@page(LOOKALIKES, methods=("POST",))
def decide(request: Request, pk: int, move: str) -> HttpResponse:
    """是同一人, 不是同一人, 暂不确定, 重新核对."""
    found, reason = queries.lookalike(request.scope, pk), request.POST.get("reason", "")[:300]
    if move not in LOOKALIKE.moves:
        raise OutOfScope
    keep = request.POST.get("keep", "")
    member = int(keep) if keep.isdecimal() and len(keep) < 12 else None
    lookalike_actions.decide(found, move, reason=reason, by=request.scope, today=request.today, keep_member=member)
    messages.success(request, f"已记为“{LOOKALIKE.states[LOOKALIKE.moves[move].target].label}”。")
    return redirect("registry_lookalike", pk=pk)


@page(LOOKALIKES, methods=("POST",))
def search(request: Request) -> HttpResponse:
    """Search the person's county, or every county of the city, anew."""
    counties = queries.counties_to_search(request.scope)
    for county in counties:
        lookalike_actions.ask_search(county, by=request.scope, today=request.today, moment=timezone.now())
    names = "、".join(c.name for c in counties)
    messages.success(request, f"已开始查找{names}的疑似重复，完成后列在本页。")
    return back(request, "/registry/lookalikes/")
