"""Pages of the household's file: the catalogue, a paper in, a file out, a paper said not to be needed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import paper_actions, papers, queries
from shouwang.ledgers.registry.file_forms import PaperForm
from shouwang.ledgers.registry.models import Household, Member, Paper
from shouwang.ledgers.registry.papers import Entry
from shouwang.ledgers.registry.policies import EDIT, REVEAL, VIEW, seen_groups

POST = ("POST",)
WAIVERS = ("原件由上级部门保管", "本人外出，返乡后补交", "该项政策不适用于本户", "证件正在补办")


@page(VIEW)
def catalogue(request: Request, pk: int) -> HttpResponse:
    """Every paper of the household: there, missing, run out, not needed."""
    household = queries.household(request.scope, pk)
    see = seen_groups(request.scope, household, VIEW)
    every = papers.slots(household, request.today)
    shown = papers.visible(every, see)
    context: dict[str, Any] = {
        "household": household,
        "asked": [s for s in shown if s.needed or s.status in ("kept", "waived", "expired")],
        "rest": [s for s in shown if not s.needed and s.status == "unneeded"],
        "hidden": len(every) - len(shown),
        "count": papers.tally(every),
        "edits": household.covers(request.scope, EDIT),
        "opens": household.covers(request.scope, EDIT) or household.covers(request.scope, REVEAL),
        "waivers": WAIVERS,
    }
    return render(request, "registry/papers.html", context)


@page(EDIT, methods=POST)
def add(request: Request, pk: int) -> HttpResponse:
    """One paper's files into the file."""
    household = queries.household(request.scope, pk, EDIT)
    form = PaperForm(request.POST, today=request.today)
    if not form.is_valid():
        raise Refused("；".join(str(words) for errors in form.errors.values() for words in errors))
    entry, member = _place(request, household, form.cleaned_data["code"], form.cleaned_data["member"])
    paper_actions.file_paper(
        household,
        entry,
        request.FILES.getlist("file"),
        dated_on=form.cleaned_data["dated_on"],
        member=member,
        replace=form.cleaned_data["replace"],
        by=request.scope,
        today=request.today,
    )
    return _back(request, household, f"“{entry.name}”已归档。")


@page(EDIT, methods=POST)
def waive(request: Request, pk: int) -> HttpResponse:
    """The paper is not needed, for a reason."""
    household = queries.household(request.scope, pk, EDIT)
    said = request.POST.get("member", "")
    entry, member = _place(request, household, request.POST.get("code", ""), int(said) if said.isdecimal() and len(said) < 12 else None)
    reason = request.POST.get("reason", "")
    paper_actions.waive(household, entry, reason=reason, member=member, by=request.scope, today=request.today)
    return _back(request, household, f"已注明“{entry.name}”不需要。")


@page(EDIT, methods=POST)
def ask_again(request: Request, pk: int) -> HttpResponse:
    """The paper is needed after all."""
    paper = queries.of_household(Paper, request.scope, pk)
    paper_actions.ask_again(paper, by=request.scope, today=request.today)
    return _back(request, paper.household, "已恢复材料要求。")


@page(EDIT, methods=POST)
def remove(request: Request, pk: int) -> HttpResponse:
    """One file out of the paper, for a reason."""
    paper = queries.of_household(Paper, request.scope, pk)
    said = request.POST.get("file", "")
    file = int(said) if said.isdecimal() and len(said) < 12 else 0
    paper_actions.remove_file(paper, file, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    return _back(request, paper.household, "文件已移出，操作已留痕。")


def _place(request: Request, household: Household, code: str, member_id: int | None) -> tuple[Entry, Member | None]:
    """The paper of the day's catalogue and the member it is of; raises OutOfScope for none, or one whose group this person does not see."""
    entry = papers.entry(code, request.today)
    if entry is None or not seen_groups(request.scope, household, EDIT)(entry.group):
        raise OutOfScope
    if not entry.of_member:
        return entry, None
    member = household.members.filter(pk=member_id or 0).first()
    if member is None:
        raise OutOfScope
    return entry, member


def _back(request: Request, household: Household, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(reverse("registry_papers", args=[household.pk]))
