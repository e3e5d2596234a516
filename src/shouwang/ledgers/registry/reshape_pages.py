"""Pages of splits, merges, transfers and moves: the form, a preview of the effects, the record of the change and its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.lists import list_page
from shouwang.kernel.pages import page
from shouwang.kernel.regions import rls
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import policies, queries, reshape, reshape_view
from shouwang.ledgers.registry.change_tables import CHANGES
from shouwang.ledgers.registry.lifecycle import CHANGE
from shouwang.ledgers.registry.models import Household, HouseholdChange, Member
from shouwang.ledgers.registry.policies import RESHAPE, VIEW
from shouwang.ledgers.registry.reshape_checks import check_undo, living
from shouwang.ledgers.registry.reshape_forms import DUPLICATE, GO, STAY, MergeForm, MoveForm, OtherForm, SplitForm, TransferForm

DONE = {"split": "已分户。", "merge": "已并户。", "transfer": "已办理成员转户。", "move": "已办理迁移。"}
EXPLAINED = {
    "split": "收入留在原户，新户的收入、住房、饮水须另行核实登记。",
    "merge": "被并入户的档案保留，不再计数；两户的收入各留原处，现户须按并户后的人口重新核算。并户后未办理其他变动的，可以撤销。",
    "transfer": "收入留在原户；两户的人口变化后，须各自重新核算收入。",
    "move": "收入、项目状态、结对帮扶随户迁移；户编号不变。",
}


def _opened(request: Request, pk: int) -> Household:
    found = queries.household(request.scope, pk, RESHAPE)
    policies.check_open(found)
    return found


def _several(found: Household, words: str) -> list[Member]:
    """The living members; raises Refused where there is nobody to part from."""
    members = living(found)
    if len(members) < 2:
        raise Refused(f"该户只有 {len(members)} 名成员，{words}。", field="household")
    return members


def _said(request: Request) -> dict[str, Any]:
    """What a form is made of: the post, or after “返回修改” the same values to go on with."""
    if request.method == "POST" and request.POST.get("stage") == "edit":
        return {"data": None, "initial": request.POST.dict()}
    return {"data": request.POST or None, "initial": None}


def _staged(
    request: Request, form: Any, act: Callable[[], HouseholdChange], households: Sequence[Household], kind: str, title: str
) -> HttpResponse:
    """The form; then what would happen; then the act."""
    crumbs = [("户档案", "/registry/"), (f"{households[0].head_name} 家庭", f"/registry/{households[0].pk}/")]

    def save(_cleaned: dict[str, Any]) -> HttpResponse:
        if request.POST.get("stage") == "confirm":
            made = act()
            asked = made.state == "asked"
            messages.success(request, f"已提交迁入地“{made.region}”接收，接收后生效。" if asked else DONE[kind])
            return redirect("registry_change", pk=made.pk)
        seen = reshape_view.rehearse(act, households, request.today)
        context = {"form": form, "seen": seen, "title": title, "crumbs": crumbs, "explained": EXPLAINED[kind], "basis": form.basis()}
        return render(request, "registry/reshape_preview.html", context)

    return form_page(request, form, save, title=title, crumbs=crumbs, submit="下一步：查看影响")


@page(RESHAPE, methods=BOTH)
def split(request: Request, pk: int) -> HttpResponse:
    """分户."""
    found = _opened(request, pk)
    form = SplitForm(**_said(request), today=request.today, members=_several(found, "不能分户"))

    def act() -> HouseholdChange:
        said = form.cleaned_data
        new = {n: said[n] for n in ("hamlet", "address", "inherit", "helpers")}
        return reshape.split(found, form.going(GO), form.going(STAY), basis=form.basis(), by=request.scope, today=request.today, **new)

    return _staged(request, form, act, [found], "split", f"分户：{found.head_name}")


def _other(request: Request, found: Household, name: str, words: str) -> Household | HttpResponse:
    """The other household named in the address, or the page that asks for it."""
    if code := request.GET.get(name, ""):
        return queries.household_by_code(request.scope, code[:20], RESHAPE)
    form = OtherForm(request.POST or None)

    def save(said: dict[str, Any]) -> HttpResponse:
        other = queries.household_by_code(request.scope, said["other"], RESHAPE)
        if other.pk == found.pk:
            raise Refused("填写的是本户的户编号。请填写另一户的户编号。", field="other")
        return redirect(f"{request.path}?{name}={other.code}")

    crumbs = [("户档案", "/registry/"), (f"{found.head_name} 家庭", f"/registry/{found.pk}/")]
    return form_page(request, form, save, title=words, crumbs=crumbs, submit="下一步")


@page(RESHAPE, methods=BOTH)
def merge(request: Request, pk: int) -> HttpResponse:
    """并户: this household goes into the one named by `?into=`."""
    found = _opened(request, pk)
    other = _other(request, found, "into", f"并户：{found.head_name} 家庭并入哪一户")
    if isinstance(other, HttpResponse):
        return other
    policies.check_open(other)
    form = MergeForm(**_said(request), today=request.today, here=living(found), there=living(other))

    def act() -> HouseholdChange:
        relations, twice, inherit = form.staying_or_going(), list(form.going(DUPLICATE)), form.cleaned_data["inherit"]
        options: dict[str, Any] = {"basis": form.basis(), "by": request.scope, "today": request.today}
        return reshape.merge(found, other, relations, duplicates=twice, inherit=inherit, **options)

    return _staged(request, form, act, [found, other], "merge", f"并户：{found.head_name} 家庭并入 {other.head_name} 家庭")


@page(RESHAPE, methods=BOTH)
def transfer(request: Request, pk: int) -> HttpResponse:
    """成员转户: to the household named by `?to=`."""
    found = _opened(request, pk)
    members = _several(found, "成员要转往另一户的，请办理并户")
    other = _other(request, found, "to", f"成员转户：{found.head_name} 家庭的成员转入哪一户")
    if isinstance(other, HttpResponse):
        return other
    policies.check_open(other)
    form = TransferForm(**_said(request), today=request.today, members=members)

    def act() -> HouseholdChange:
        options: dict[str, Any] = {"basis": form.basis(), "by": request.scope, "today": request.today}
        return reshape.transfer(found, other, form.going(GO), form.going(STAY), **options)

    return _staged(request, form, act, [found, other], "transfer", f"成员转户：{found.head_name} 家庭到 {other.head_name} 家庭")


@page(RESHAPE, methods=BOTH)
def move(request: Request, pk: int) -> HttpResponse:
    """迁移."""
    found = _opened(request, pk)
    form = MoveForm(**_said(request), today=request.today, household=found)

    def act() -> HouseholdChange:
        said = form.cleaned_data
        options: dict[str, Any] = {"basis": form.basis(), "by": request.scope, "today": request.today}
        return reshape.move(found, said["region"], hamlet=said["hamlet"], address=said["address"], **options)

    return _staged(request, form, act, [found], "move", f"迁移：{found.head_name}")


_changes = list_page(CHANGES)


@wraps(_changes)
def changes(request: Request) -> HttpResponse:
    """The list of the scope's changes; of the two households of a change one may lie out of reach, and its row stays on the list."""
    with rls.everywhere():
        return _changes(request)


@page(VIEW)
def change(request: Request, pk: int) -> HttpResponse:
    """One change: who came from whom, by which document, and what may be done about it."""
    found = queries.change(request.scope, pk)
    seen = [(h, h.covers(request.scope, VIEW)) for h in ([found.source] if found.kind == "move" else [found.source, found.target])]
    return render(
        request,
        "registry/change.html",
        {
            "change": found,
            "state": CHANGE.state_of(found),
            "households": seen,
            "members": reshape_view.moved(found.members.all(), request.scope, request.today),
            "steps": _steps(request, found),
            "back": found.kind == "split" and found.state == "done" and not found.target.closed_on and request.scope.may(RESHAPE),
            "events": queries.timeline_of(found),
        },
    )


def _steps(request: Request, found: HouseholdChange) -> list[dict[str, str]]:
    """The steps of the state that are this person's, or why none is; an undo that is in the way of something says so."""
    out: list[dict[str, str]] = []
    for code, step in CHANGE.open_moves(found).items():
        if code == "undo" and found.kind != HouseholdChange.Kind.MERGE:
            continue
        why = ""
        try:
            policies.check_change(request.scope, found, code)
            if code == "undo":
                with rls.everywhere():
                    check_undo(found)
        except (NotPermitted, Refused) as no:
            why = no.message
        url = reverse("registry_change_step", args=[found.pk, code])
        out.append({"label": step.label, "url": url, "why": why, "code": code, "reasoned": "1" if step.verb.needs_reason else ""})
    return [s for s in out if not s["why"]] or out[:1]


@page(RESHAPE, methods=("POST",))
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """Accept, send back, withdraw, undo."""
    found, reason = queries.change(request.scope, pk), request.POST.get("reason", "")[:300]
    if move not in CHANGE.moves:
        raise OutOfScope
    if move == "undo":
        reshape.undo(found, reason=reason, by=request.scope, today=request.today)
    else:
        reshape.decide_move(found, move, reason=reason, by=request.scope, today=request.today)
    messages.success(request, f"已{CHANGE.moves[move].label}。")
    return redirect("registry_change", pk=pk)
